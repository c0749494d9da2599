"""An OpenAPI document, and the files that it refers to, as one tree whose references stay within it.

Nothing is fetched: a reference leads to a place of the document, to a file in the document's folder or below it, or to
a schema that one of these calls by its ``$id``; whatever leads elsewhere is taken out and named.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from referencing import Anchor, Registry, Resource, Specification
from referencing.exceptions import NoSuchResource, Unresolvable

from troth.errors import InputInvalid, Position
from troth.loading.openapi.text import read_openapi_text
from troth.loading.plain import mapping
from troth.loading.positions.yaml import Document
from troth.model.operation import Unchecked
from troth.wire.pointers import MISSING, KeyPath, format_reference, locate, parse_reference

FILES = "x-troth-files"
"""The key of the joined tree under which other files stand, by their path."""
_DATA = ("const", "enum", "default", "example")
"""Keys whose values are data: a ``$ref`` in there is no reference."""
_NAMING = (
    "paths", "webhooks", "content", "encoding", "variables", "mapping", "scopes", "properties", "patternProperties",
    "dependentSchemas", "$defs", "definitions", "schemas", "responses", "parameters", "requestBodies", "headers",
    "securitySchemes", "links", "callbacks", "pathItems", "examples", "mediaTypes", "additionalOperations",
    FILES,
)  # fmt: skip
"""Keys whose values have names for keys, which mean nothing by themselves."""
_IDENTITY = ("$id", "$anchor", "$dynamicAnchor")
_IDENTIFYING = frozenset((*_IDENTITY, "$dynamicRef", "$recursiveRef", "$recursiveAnchor", "$schema", "$vocabulary"))
_DIALECTS = re.compile(
    r"https?://(?:json-schema\.org/draft/2020-12/schema|spec\.openapis\.org/oas/3\.[0-9]+/(?:dialect|schema)[^#]*)#?"
)
_NOT_FETCHED = "nothing is fetched"
_INLINE = "troth:document"
"""The address of a document that is no file."""

# mypy does not see through the decorator that gives these classes their constructors.
_registry: Callable[..., Registry[Any]] = Registry
_resource: Callable[..., Resource[Any]] = Resource
_anchor: Callable[..., Anchor[Any]] = Anchor
_specification: Callable[..., Specification[Any]] = Specification
_missing: Callable[..., NoSuchResource] = NoSuchResource

Node = tuple[KeyPath, dict[str, Any]]


@dataclass
class Tree:
    """One document, or several joined into one.

    Args:
        document: the document itself.
        root: its value, with what it refers to under ``x-troth-files``; it may be changed.
        others: the other files by the name that they have there.
        unchecked: what was taken out of it, each with its place.
    """

    document: Document
    root: dict[str, Any]
    others: dict[str, Document] = field(default_factory=dict)
    unchecked: dict[Unchecked, None] = field(default_factory=dict)

    def position(self, pointer: KeyPath) -> Position:
        """Where the value stands that a pointer of the joined tree leads to."""
        document, path = self._origin(pointer)
        return document.at(*path)

    def key_position(self, pointer: KeyPath) -> Position:
        """Where the key of that value stands."""
        document, path = self._origin(pointer)
        return document.key_at(*path)

    def text_position(self, pointer: KeyPath, offset: int) -> Position:
        """Where a character of a text stands, counted from the text's start."""
        document, path = self._origin(pointer)
        return document.text_at(offset, *path)

    def drop(self, pointer: KeyPath, part: str, reason: str, fix: str = "", position: Position | None = None) -> None:
        """Say that a part is not checked, whatever has become of it in the tree; to be said before it is taken out.

        Args:
            pointer: the way to it.
            part: what it is, such as ``the keyword 'pattern'``.
            reason: why nothing is held to it.
            fix: what the author could do.
            position: a more exact place than that of its key.
        """
        new = Unchecked(position or self.key_position(pointer), part, reason, fix)
        self.unchecked.setdefault(new)

    def _origin(self, pointer: KeyPath) -> tuple[Document, KeyPath]:
        if pointer[:1] == (FILES,) and len(pointer) > 1:
            return self.others[str(pointer[1])], pointer[2:]
        return self.document, pointer


def join(document: Document, folder: Path | None) -> Tree:
    """The document with every reference leading to a part of the tree that comes back.

    ``$id``, ``$anchor`` and their like have done their work then, and are left out.

    Args:
        document: the document; its value is an object and is changed.
        folder: the folder that other files may be in; None where none is read.
    """
    tree = Tree(document, dict(mapping(document.value)))
    _Joining(tree, folder).run()
    return tree


def nodes(node: object, path: KeyPath = (), named: bool = False) -> Iterator[Node]:
    """Every object of a document that is not data, from the outside in, with the way to it.

    Args:
        node: a document or a part of one.
        path: the way to it.
        named: its keys are names, such as those of properties.
    """
    waiting: list[tuple[object, KeyPath, bool]] = [(node, path, named)]
    while waiting:
        value, way, names = waiting.pop()
        if isinstance(value, list):
            waiting.extend((each, (*way, index), False) for index, each in reversed(list(enumerate(value))))
        elif isinstance(value, dict):
            if not names:
                yield way, value
            for key, each in reversed(value.items()):
                if names:
                    waiting.append((each, (*way, key), False))
                elif not (key in _DATA or (key.startswith("x-") and key != FILES) or _schema_examples(key, each)):
                    waiting.append((each, (*way, key), key in _NAMING and isinstance(each, dict)))


def _schema_examples(key: str, value: object) -> bool:
    """Whether these are the examples of a schema, which are data; a parameter's have names."""
    return key == "examples" and not isinstance(value, dict)


class _Joining:
    def __init__(self, tree: Tree, folder: Path | None) -> None:
        self.tree = tree
        self.folder = None if folder is None else folder.resolve()
        name = Path(tree.document.file).name
        self.uri = _INLINE if self.folder is None else (self.folder / name).as_uri()
        self.mounted: dict[str, KeyPath] = {self.uri: ()}
        self.waiting: list[tuple[str, KeyPath]] = [(self.uri, ())]
        self.places: dict[int, KeyPath] = {}
        self.dynamic: dict[str, list[KeyPath]] = {}
        self.refused: dict[str, str] = {}
        self.repeated: dict[str, list[KeyPath]] = {}
        self.registry: Registry[Any] = _registry(retrieve=self._retrieve)

    def run(self) -> None:
        dialect = self.tree.root.get("jsonSchemaDialect")
        if dialect is not None and not (isinstance(dialect, str) and _DIALECTS.fullmatch(dialect)):
            reason = f"schemas are read as JSON Schema 2020-12, and {_NOT_FETCHED}"
            self.tree.drop(("jsonSchemaDialect",), f"the dialect {dialect}", reason, "leave jsonSchemaDialect out")
            del self.tree.root["jsonSchemaDialect"]
        self._index(self.uri, ())
        identified: list[dict[str, Any]] = []
        while self.waiting:
            uri, start = self.waiting.pop(0)
            value, _ = locate(self.tree.root, start)
            self._references(value, uri, start, identified)
        for node in identified:
            for key in _IDENTIFYING:
                node.pop(key, None)
        for reference, places in self.repeated.items():
            self._refuse(reference, places)

    def _index(self, uri: str, start: KeyPath) -> None:
        """Learn where each object of a file is, and what it calls its parts."""
        value, _ = locate(self.tree.root, start)
        self.places[id(value)] = start
        for path, node in nodes(value, start):
            self.places[id(node)] = path
            if isinstance(node.get("$dynamicAnchor"), str):
                self.dynamic.setdefault(node["$dynamicAnchor"], []).append(path)
        resource = _resource(contents=value, specification=_OPENAPI)
        self.registry = self.registry.with_resource(uri, resource).crawl()

    def _references(self, value: object, uri: str, start: KeyPath, identified: list[dict[str, Any]]) -> None:
        bases: dict[KeyPath, str] = {start: uri}
        for path, node in nodes(value, start):
            base = _base(bases, path, uri) if len(bases) > 1 else uri
            if isinstance(node.get("$id"), str) and path != start:
                base = bases[path] = urljoin(base, node["$id"])
            if isinstance(node.get("$ref"), str):
                self._reference(path, node, base, start)
            if not _IDENTIFYING.isdisjoint(node):
                self._dialect(path, node)
                self._dynamic_reference(path, node)
                identified.append(node)
            if isinstance(node.get("externalValue"), str):
                address = node.pop("externalValue")
                self.tree.drop(path, "the example", f"it stands at {address}, and {_NOT_FETCHED}")
            if isinstance(node.get("mapping"), dict) and isinstance(node.get("propertyName"), str):
                node["mapping"] = {name: kept for name, kept in node["mapping"].items() if str(kept).startswith("#/")}

    def _reference(self, path: KeyPath, node: dict[str, Any], base: str, start: KeyPath) -> None:
        reference = node["$ref"]
        target = self._target(reference, base, start)
        if target is None:
            del node["$ref"]
            self.repeated.setdefault(reference, []).append(path)
        else:
            node["$ref"] = format_reference(target)

    def _target(self, reference: str, base: str, start: KeyPath) -> KeyPath | None:
        """The place of the tree that a reference leads to; None where it leads nowhere, with a word on why."""
        uri, fragment = urldefrag(urljoin(base, reference))
        if (uri in self.mounted or not uri) and (not fragment or fragment.startswith("/")):
            value, exact = locate(
                self.tree.root, (*self.mounted.get(uri, ()), *(parse_reference(f"#{fragment}") or ()))
            )
            if value is not MISSING:
                return exact
        try:
            found = self.registry.resolver(base).lookup(reference)
        except (Unresolvable, ValueError):
            # By the letter the rest of the document is out of reach within a schema with an `$id`; no author means it.
            value, exact = self._below(start, fragment)
            if reference.startswith("#/") and value is not MISSING:
                return exact
            self.refused.setdefault(reference, self._reason(uri))
            return None
        return self.places.get(id(found.contents))

    def _below(self, start: KeyPath, fragment: str) -> tuple[object, KeyPath]:
        return locate(self.tree.root, (*start, *(parse_reference(f"#{fragment}") or ())))

    def _reason(self, uri: str) -> str:
        return self.refused.get(uri, "it points at nothing")

    def _retrieve(self, uri: str) -> Resource[Any]:
        """A file in the document's folder.

        Raises:
            NoSuchResource: it is no such file, or cannot be read; ``refused`` says why.
        """
        path = self._path(uri)
        if path is None:
            raise _missing(ref=uri)
        assert self.folder is not None
        name = path.relative_to(self.folder).as_posix()
        shown = str(Path(self.tree.document.file).parent / name)
        try:
            document = read_openapi_text(path.read_bytes(), shown)
        except OSError as error:
            self.refused[uri] = f"the file {name} cannot be read: {error.strerror or error}"
            raise _missing(ref=uri) from error
        except InputInvalid as error:
            self.refused[uri] = f"{error.problems[0].position}: {error.problems[0].message}"
            raise _missing(ref=uri) from error
        self.tree.root.setdefault(FILES, {})[name] = document.value
        self.tree.others[name] = document
        self.mounted[uri] = (FILES, name)
        self._index(uri, (FILES, name))
        self.waiting.append((uri, (FILES, name)))
        return _resource(contents=document.value, specification=_OPENAPI)

    def _path(self, uri: str) -> Path | None:
        parts = urlsplit(uri)
        if parts.scheme != "file" or parts.netloc or self.folder is None:
            self.refused[uri] = f"it leads to {uri}, and {_NOT_FETCHED}"
            return None
        path = Path(unquote(parts.path)).resolve()
        if not path.is_relative_to(self.folder):
            self.refused[uri] = f"it leads to {path.name}, out of the document's folder"
            return None
        return path

    def _refuse(self, reference: str, places: list[KeyPath]) -> None:
        count = "" if len(places) == 1 else f" (at {len(places)} places)"
        fix = (
            "correct it" if reference.startswith("#") else "put all into one folder, or one file with `redocly bundle`"
        )
        self.tree.drop((*places[0], "$ref"), f"the reference {reference!r}{count}", self.refused[reference], fix)

    def _dialect(self, path: KeyPath, node: dict[str, Any]) -> None:
        dialect = node.get("$schema")
        if isinstance(dialect, str) and not _DIALECTS.fullmatch(dialect):
            reason = f"schemas are read in the dialect of the OpenAPI document, and {_NOT_FETCHED}"
            self.tree.drop((*path, "$schema"), f"the dialect {dialect}", reason, "leave $schema out")

    def _dynamic_reference(self, path: KeyPath, node: dict[str, Any]) -> None:
        """A dynamic reference where only one place bears its name: then it is a plain one."""
        reference = node.get("$dynamicRef", node.get("$recursiveRef"))
        if not isinstance(reference, str):
            return
        places = self.dynamic.get(reference.partition("#")[2], [])
        if len(places) == 1 and "$ref" not in node:
            node["$ref"] = format_reference(places[0])
        else:
            reason = "which schema it leads to depends on where it is used" if places else "it points at nothing"
            self.tree.drop((*path, "$dynamicRef"), f"the reference {reference!r}", reason)


def _base(bases: Mapping[KeyPath, str], path: KeyPath, otherwise: str) -> str:
    for length in range(len(path), -1, -1):
        if path[:length] in bases:
            return bases[path[:length]]
    return otherwise


def _identity(contents: object) -> str | None:
    identity = mapping(contents).get("$id")
    return identity if isinstance(identity, str) and not identity.startswith("#") else None


def _parts_with_identity(contents: object) -> Iterator[object]:
    for _, node in nodes(contents):
        if node is not contents and _identity(node) is not None:
            yield node


def _anchors(specification: Specification[Any], contents: object) -> Iterator[Anchor[Any]]:
    inner = {id(node) for part in _parts_with_identity(contents) for _, node in nodes(part)}
    for _, node in nodes(contents):
        if id(node) in inner:
            continue
        for key in ("$anchor", "$dynamicAnchor"):
            if isinstance(node.get(key), str):
                yield _anchor(name=node[key], resource=_resource(contents=node, specification=specification))


def _enter(segments: Any, resolver: Any, subresource: Any) -> Any:  # noqa: ARG001 - the names that are called
    return resolver.in_subresource(subresource)


_OPENAPI: Specification[Any] = _specification(
    name="OpenAPI",
    id_of=_identity,
    subresources_of=_parts_with_identity,
    anchors_in=_anchors,
    maybe_in_subresource=_enter,
)
"""How ``referencing`` finds the parts of an OpenAPI document that have an address of their own."""
