"""The schemas of an OpenAPI document, each made whole: in the words of JSON Schema 2020-12, with what it refers to."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from jsonschema_rs import Draft202012Validator, ValidationError

from troth.errors import Problem
from troth.loading.openapi.version30 import to_json_schema
from troth.loading.plain import mapping
from troth.loading.positions.yaml import Document
from troth.model.operation import JsonSchema, Operation

Pointer = tuple[str, ...]
"""The way to a value: keys, and the indices of lists as text."""
MISSING = object()
"""What :func:`look_up` gives where there is nothing."""
READ_ONLY, WRITE_ONLY = "readOnly", "writeOnly"
_DATA = ("const", "enum", "default", "example", "examples")
"""Keys whose values are data: a ``$ref`` in there is no reference."""
_NAMING = (
    "paths", "webhooks", "content", "encoding", "variables", "mapping", "scopes", "properties", "patternProperties",
    "dependentSchemas", "$defs", "definitions", "schemas", "responses", "parameters", "requestBodies", "headers",
    "securitySchemes", "links", "callbacks", "pathItems",
)  # fmt: skip
"""Keys whose values have names for keys, which mean nothing by themselves."""


def pointer_of(reference: str) -> Pointer:
    """The pointer of a local reference such as ``#/components/schemas/Order``."""
    return tuple(unquote(part).replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/"))


def look_up(root: object, pointer: Pointer) -> object:
    """The value a pointer leads to, or ``MISSING``."""
    node = root
    for part in pointer:
        if isinstance(node, Mapping) and part in node:
            node = node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            return MISSING
    return node


def references(
    node: object, path: tuple[str | int, ...] = (), named: bool = False
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every ``$ref`` under a value: where it stands, and its text.

    Args:
        node: a document or a part of one.
        path: the way to it.
        named: its keys are names, such as those of properties.
    """
    if isinstance(node, list):
        for index, value in enumerate(node):
            yield from references(value, (*path, index))
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if not named and (key in _DATA or key.startswith("x-")):
            continue
        if not named and key == "$ref" and isinstance(value, str):
            yield (*path, key), value
        else:
            yield from references(value, (*path, key), not named and key in _NAMING)


def reference_problems(document: Document) -> Iterator[Problem]:
    """References that leave the document, once for each document they lead to, and references to nothing."""
    outside: dict[str, list[tuple[str | int, ...]]] = {}
    for path, reference in references(document.value):
        if not reference.startswith("#"):
            outside.setdefault(reference.partition("#")[0], []).append(path)
        elif reference.startswith("#/") and look_up(document.value, pointer_of(reference)) is MISSING:
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
        self._shared: dict[tuple[Pointer, str], object] = {}
        self._leads_to: dict[Pointer, frozenset[Pointer]] = {}

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
                self._shared[pointer, unsent] = self._made(look_up(self._root, pointer), unsent)
            node[pointer[-1]] = self._shared[pointer, unsent]
        return made

    def _made(self, raw: object, unsent: str) -> object:
        return _without_required(to_json_schema(raw) if self._old else raw, unsent)

    def _reach(self, pointers: frozenset[Pointer]) -> set[Pointer]:
        reached: set[Pointer] = set()
        waiting = list(pointers)
        while waiting:
            pointer = waiting.pop()
            if pointer in reached:
                continue
            reached.add(pointer)
            if pointer not in self._leads_to:
                self._leads_to[pointer] = _targets(look_up(self._root, pointer))
            waiting.extend(self._leads_to[pointer])
        return reached


def _targets(node: object) -> frozenset[Pointer]:
    """What a value refers to: components as wholes, and whatever else by the key it has at the root."""
    found = set()
    for _, reference in references(node):
        if reference.startswith("#/"):
            pointer = pointer_of(reference)
            found.add(pointer[:3] if pointer[0] == "components" else pointer[:1])
    return frozenset(found)


def _without_required(node: object, unsent: str) -> object:
    if isinstance(node, list):
        return [_without_required(value, unsent) for value in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: value if key in _DATA else _without_required(value, unsent) for key, value in node.items()}
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
            place = "" if shared or not path else f" at /{'/'.join(map(str, path))}"
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
