"""The schemas of an OpenAPI document, each made whole: in the words of JSON Schema 2020-12, with what it refers to."""

from collections.abc import Iterator, Mapping

from jsonschema_rs import Draft202012Validator, ValidationError

from troth.errors import Problem
from troth.loading.openapi.version30 import to_json_schema
from troth.loading.plain import mapping
from troth.loading.positions.yaml import Document
from troth.model.operation import JsonSchema, Operation
from troth.wire.pointers import (
    DATA_KEYS,
    MISSING,
    KeyPath,
    Tokens,
    find_references,
    format_pointer,
    parse_reference,
    resolve_pointer,
    resolve_reference,
)

READ_ONLY, WRITE_ONLY = "readOnly", "writeOnly"


def reference_problems(document: Document) -> Iterator[Problem]:
    """References that leave the document, once for each document they lead to, and references to nothing."""
    outside: dict[str, list[KeyPath]] = {}
    for path, reference in find_references(document.value):
        if not reference.startswith("#"):
            outside.setdefault(reference.partition("#")[0], []).append(path)
        elif reference.startswith("#/") and resolve_reference(document.value, reference) is MISSING:
            yield Problem(document.at(*path), f"the reference {reference!r} points at nothing")
    for name, paths in outside.items():
        number = "a reference leads" if len(paths) == 1 else f"{len(paths)} references lead"
        message = f"{number} out of this document, to {name}"
        yield Problem(document.at(*paths[0]), message, "put all into one file, with `redocly bundle` for one")


class Schemas:
    """Makes the schemas of one document whole.

    Args:
        root: the document.
        old: it is OpenAPI 3.0.
    """

    def __init__(self, root: Mapping[str, object], old: bool) -> None:
        self._root = root
        self._old = old
        self._shared: dict[tuple[Tokens, str], object] = {}
        self._leads_to: dict[Tokens, frozenset[Tokens]] = {}

    def whole(self, raw: object, unsent: str) -> JsonSchema | None:
        """A schema with everything that it refers to, at the place where its references look for it.

        Args:
            raw: the schema as the document has it; None where there is none.
            unsent: ``readOnly`` for a request, ``writeOnly`` for an answer: properties marked so are not required
                (https://spec.openapis.org/oas/v3.0.4#fixed-fields-for-schema).
        """
        if raw is None or isinstance(raw, bool):
            return raw
        made = dict(mapping(self._made(raw, unsent)))
        for pointer in sorted(self._reach(_targets(raw))):
            node = made
            for part in pointer[:-1]:
                inner = node.setdefault(part, {})
                node = inner if isinstance(inner, dict) else {}
            if (pointer, unsent) not in self._shared:
                self._shared[pointer, unsent] = self._made(resolve_pointer(self._root, pointer), unsent)
            node[pointer[-1]] = self._shared[pointer, unsent]
        return made

    def _made(self, raw: object, unsent: str) -> object:
        return _without_required(to_json_schema(raw) if self._old else raw, unsent)

    def _reach(self, pointers: frozenset[Tokens]) -> set[Tokens]:
        reached: set[Tokens] = set()
        waiting = list(pointers)
        while waiting:
            pointer = waiting.pop()
            if pointer in reached:
                continue
            reached.add(pointer)
            if pointer not in self._leads_to:
                self._leads_to[pointer] = _targets(resolve_pointer(self._root, pointer))
            waiting.extend(self._leads_to[pointer])
        return reached


def _targets(node: object) -> frozenset[Tokens]:
    """What a value refers to: components as wholes, and whatever else by the key it has at the root."""
    found = set()
    for _, reference in find_references(node):
        pointer = parse_reference(reference)
        if pointer:
            found.add(pointer[:3] if pointer[0] == "components" else pointer[:1])
    return frozenset(found)


def _without_required(node: object, unsent: str) -> object:
    if isinstance(node, list):
        return [_without_required(value, unsent) for value in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: value if key in DATA_KEYS else _without_required(value, unsent) for key, value in node.items()}
    properties, required = mapping(node.get("properties")), node.get("required")
    if isinstance(required, list):
        made["required"] = [name for name in required if mapping(properties.get(name)).get(unsent) is not True]
    return made


def schema_problems(document: Document, operation: Operation) -> Iterator[Problem]:
    """What keeps an operation's schemas from being used to judge by."""
    for subject, schema in _schemas(operation):
        try:
            Draft202012Validator(schema if isinstance(schema, bool) else dict(schema))
        except ValidationError as error:
            path = [part for part in error.instance_path if part != ""]
            shared = bool(path) and path[0] == "components"
            position = document.at(*path) if shared else operation.position
            place = "" if shared or not path else f" at {format_pointer(path)}"
            said = error.message.split("\n")[0]
            yield Problem(position, f"{subject} is not a JSON Schema{place}: {said}", "correct it, or leave it out")
        except ValueError as error:
            yield Problem(operation.position, f"{subject} cannot be used: {error}", "correct it, or leave it out")


def _schemas(operation: Operation) -> Iterator[tuple[str, JsonSchema]]:
    for parameter in operation.parameters:
        yield f"the schema of the {parameter.place} parameter {parameter.name!r}", parameter.schema
    for media in operation.request_body:
        if media.schema is not None:
            yield f"the schema of the request's {media.name}", media.schema
    for answer in operation.responses.values():
        for name, schema in answer.headers.items():
            yield f"the schema of the header {name!r} of the answer {answer.status}", schema
        for media in answer.content:
            if media.schema is not None:
                yield f"the schema of the answer {answer.status}", media.schema
