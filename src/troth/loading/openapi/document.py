"""OpenAPI 3.0, 3.1 and 3.2 documents into operations, with the place of each.

A document is not refused for one bad spot: what cannot be used is left out, and named with its place and the reason.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin

from troth.errors import InputInvalid, Position, Problem
from troth.loading.openapi.contents import Contents
from troth.loading.openapi.dialects import READ_ONLY, WRITE_ONLY
from troth.loading.openapi.parts import Part, followed
from troth.loading.openapi.references import Tree, join
from troth.loading.openapi.schemas import Schemas
from troth.loading.openapi.text import read_openapi_text
from troth.loading.plain import mapping, read_basis, read_citation, sequence
from troth.loading.positions.yaml import Document
from troth.model.operation import Basis, Operation, SoapOperation, Spec, Unchecked, split_path

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_EFFECTS = {
    "get": "safe",
    "head": "safe",
    "options": "safe",
    "trace": "safe",
    "query": "safe",
    "put": "idempotent",
    "delete": "destroys",
}
_BESIDE_METHODS = frozenset(("summary", "description", "servers", "parameters", "$ref", "additionalOperations"))
_VERSION = re.compile(r"3\.[012](\.[0-9]+)?(-.*)?")
_NOT_ASKED = "only paths are asked; this is a call of the service's"


def read_spec_file(path: Path, vendor: str | None = None, shown: str | None = None) -> Spec:
    """Read a spec from a file; ``vendor`` defaults to the file's stem. See :func:`read_spec`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        from_file = Problem(Position(shown or str(path)), f"cannot be read: {error.strerror or error}")
        raise InputInvalid([from_file]) from error
    return read_spec(data, vendor or path.stem, shown or str(path), path.parent)


def read_spec(data: bytes, vendor: str, shown: str, folder: Path | None = None, server: str | None = None) -> Spec:
    """Read a spec. Nothing is fetched, and no file is read that is not in the folder or below it.

    Args:
        data: an OpenAPI 3.0, 3.1 or 3.2 document, YAML or JSON.
        vendor: the name to give it.
        shown: the file's name in messages.
        folder: where the files are that it refers to, and those named by ``x-soap`` (an XSD); None when there are none.
        server: the address of the document, which relative server URLs are relative to.

    Raises:
        InputInvalid: nothing of the document can be used; every problem found, each with its place.
    """
    document = read_openapi_text(data, shown)
    version = _version(document)
    tree = join(document, folder)
    reading = _SpecReading(tree, version, vendor, server or "http://localhost")
    operations = {operation.name: operation for operation in reading.operations()}
    reading.calls()
    xsd = reading.xsd(folder)
    survey = reading.schemas.survey
    survey.name_unchecked()
    unchecked = tuple(sorted(tree.unchecked, key=_in_file))
    if not operations:
        nothing = Problem(document.at("paths"), "no operation is left to judge", "")
        raise InputInvalid([nothing, *(each.problem() for each in unchecked)])
    warnings = tuple(survey.warnings())
    sha256 = hashlib.sha256(data).hexdigest()
    return Spec(
        vendor,
        shown,
        tree.root,
        operations,
        sha256,
        xsd,
        unchecked=unchecked,
        warnings=warnings,
        schemes=reading.schemes,
    )


def _in_file(unchecked: Unchecked) -> tuple[str, int, int]:
    return (unchecked.place.file, unchecked.place.line, unchecked.place.column)


def _version(document: Document) -> str:
    """``3.0``, ``3.1`` or ``3.2``.

    Raises:
        InputInvalid: it is no document of these versions, or has no paths.
    """
    root = mapping(document.value)
    version = root.get("openapi")
    text = str(version)
    if "swagger" in root:
        name = Path(document.file)
        command = f"npx swagger2openapi --patch --yaml --outfile {name.stem}.openapi.yaml {name.name}"
        raise _refusal(
            document, f"this is Swagger {root['swagger']}; OpenAPI 3 is needed", f"convert it: {command}", "swagger"
        )
    if version is None:
        raise _refusal(document, "this is not an OpenAPI document: it has no key 'openapi' at its root", "")
    if not isinstance(version, (str, float)) or not _VERSION.fullmatch(text):
        raise _refusal(document, f"OpenAPI 3.0, 3.1 or 3.2 is needed; this is {text}", "", "openapi")
    if not isinstance(root.get("paths"), Mapping):
        hooks = ", ".join(mapping(root.get("webhooks")))
        named = f": {hooks}" if hooks else ""
        raise _refusal(
            document,
            "the document has no paths",
            f"only paths can be asked; webhooks are calls of the service's{named}",
        )
    return text[:3]


def _refusal(document: Document, message: str, fix: str, *path: str) -> InputInvalid:
    return InputInvalid([Problem(document.at(*path), message, fix)])


class _SpecReading:
    def __init__(self, tree: Tree, version: str, vendor: str, base: str) -> None:
        self.tree = tree
        self.version = version
        self.vendor = vendor
        self.base = base
        self.root = Part(tree.root, ())
        self.schemas = Schemas(tree, version)
        self.contents = Contents(tree, self.schemas, version)
        self.repeated: frozenset[str] = frozenset()
        if not isinstance(tree.root.get("openapi"), str):
            tree.root["openapi"] = f"{version}.0"

    def operations(self) -> Iterator[Operation]:
        names: set[str] = set()
        self.repeated = self._repeated()
        for path, item in self._items():
            self._named(item)
            for method, part in self._methods(item):
                for operation in self._operations_at(path, method, item, part):
                    if operation.name in names:
                        reason = f"another one is called {operation.name!r} too"
                        self.tree.drop(part.pointer, f"the operation {operation.name!r}", reason, "give each its own")
                        continue
                    names.add(operation.name)
                    yield operation

    def calls(self) -> None:
        """Name the calls that the service makes: nobody asks them."""
        for name, part in self.root.items("webhooks"):
            self.tree.drop(part.pointer, f"the webhook {name}", _NOT_ASKED)

    def _items(self) -> Iterator[tuple[str, Part]]:
        for path, part in self.root.items("paths"):
            if path.startswith("x-"):
                continue
            if not path.startswith("/"):
                self.tree.drop(part.pointer, f"the path {path!r}", "a path begins with a slash", "correct it")
                continue
            yield path, followed(self.tree, part)

    def _methods(self, item: Part) -> Iterator[tuple[str, Part]]:
        methods = (*METHODS, "query") if self.version == "3.2" else METHODS
        for method in methods:
            if method in item.fields:
                yield method, item.at(method)
        if self.version == "3.2":
            yield from item.items("additionalOperations")

    def _named(self, item: Part) -> None:
        """Name what stands in a path item and is no method of the document's version."""
        methods = (*METHODS, "query") if self.version == "3.2" else METHODS
        for key in item.fields:
            if key.startswith("x-") or key in methods or key in _BESIDE_METHODS:
                continue
            reason = f"OpenAPI {self.version} has no such method"
            self.tree.drop((*item.pointer, key), f"the operation {key!r}", reason, "correct it")
        if self.version != "3.2" and "additionalOperations" in item.fields:
            reason = f"OpenAPI {self.version} has none"
            self.tree.drop((*item.pointer, "additionalOperations"), "the key 'additionalOperations'", reason)

    def _repeated(self) -> frozenset[str]:
        """Every ``operationId`` that several operations have: it names none of them."""
        raws = [part.fields for _, item in self._items() for _, part in self._methods(item)]
        counts = Counter(str(raw["operationId"]) for raw in raws if "operationId" in raw)
        return frozenset(name for name, count in counts.items() if count > 1)

    def _operations_at(self, path: str, method: str, item: Part, part: Part) -> Iterator[Operation]:
        raw = part.fields
        if not isinstance(part.value, Mapping):
            self.tree.drop(part.pointer, f"the operation {method.upper()} {path}", "it must be an object", "correct it")
            return
        given = str(raw.get("operationId") or "")
        name = given if given and given not in self.repeated else f"{method.upper()} {path}"
        self._callbacks(part)
        body = followed(self.tree, part.at("requestBody"))
        route, query = split_path(path)
        plain = Operation(
            vendor=self.vendor,
            name=name,
            method=method.upper(),
            path=route,
            path_key=path if path != route else "",
            fixed_query=query,
            server=self._server(raw, item.fields),
            parameters=self.contents.parameters(route, item, part),
            request_body=self.contents.media_types(body, READ_ONLY),
            body_required=body.fields.get("required") is True,
            responses={
                status.lower(): self.contents.response(status, each) for status, each in part.items("responses")
            },
            security=() if self._is_open(raw) else self._asked_schemes(raw),
            schemes=self._asked_schemes(raw),
            effect=str(raw.get("x-effect", _EFFECTS.get(method, "creates"))),
            basis=read_basis(raw.get("x-basis"), Basis.DOCUMENTED),
            citation=read_citation(raw["x-source"]) if "x-source" in raw else None,
            position=self.tree.key_position(part.pointer),
            http_name=name,
            deprecated=raw.get("deprecated") is True,
        )
        soap = part.at("x-soap")
        if not soap.fields:
            yield plain
        for name, bound in soap.items("operations"):
            yield self._soap(plain, soap, name, bound)

    def _callbacks(self, part: Part) -> None:
        for name, callback in part.items("callbacks"):
            self.tree.drop(callback.pointer, f"the callback {name}", _NOT_ASKED)

    def _soap(self, plain: Operation, soap: Part, name: str, part: Part) -> Operation:
        raw = part.fields
        request, returns = part.at("request"), part.at("return")
        bound = SoapOperation(
            element=str(raw.get("element", name)),
            namespace=str(soap.fields.get("namespace", "")),
            parameters=tuple(str(value) for value in sequence(raw.get("parameters"))),
            request=self.schemas.whole(request.value, request.pointer, READ_ONLY).schema or True,
            returns=self.schemas.whole(returns.value, returns.pointer, WRITE_ONLY).schema or True,
        )
        return Operation(
            **{field: getattr(plain, field) for field in _CARRIED},
            name=name,
            effect=str(raw.get("x-effect", plain.effect)),
            basis=read_basis(raw.get("x-basis"), plain.basis),
            citation=read_citation(raw["x-source"]) if "x-source" in raw else plain.citation,
            position=self.tree.key_position(part.pointer),
            deprecated=raw.get("deprecated") is True,
            soap=bound,
        )

    def _server(self, raw: Mapping[str, object], item: Mapping[str, object]) -> str:
        for holder in (raw, item, self.root.fields):
            servers = sequence(holder.get("servers"))
            if servers:
                server = mapping(servers[0])
                url = str(server.get("url", ""))
                for name, variable in mapping(server.get("variables")).items():
                    url = url.replace("{" + name + "}", str(mapping(variable).get("default", "")))
                return urljoin(self.base, url).rstrip("/")
        return urljoin(self.base, "/").rstrip("/")

    @cached_property
    def schemes(self) -> dict[str, str]:
        """Name of a security scheme → the scheme as an operation has it."""
        named = self.root.at("components").items("securitySchemes")
        return {name: scheme_text(followed(self.tree, part).fields) for name, part in named}

    def _requirements(self, raw: Mapping[str, object]) -> list[object]:
        return sequence(raw.get("security", self.root.fields.get("security")))

    def _is_open(self, raw: Mapping[str, object]) -> bool:
        """Whether an operation may be called without any credentials."""
        return any(requirement == {} for requirement in self._requirements(raw))

    def _asked_schemes(self, raw: Mapping[str, object]) -> tuple[str, ...]:
        known = self.schemes
        names = (name for requirement in self._requirements(raw) for name in mapping(requirement))
        return tuple(dict.fromkeys(known.get(name, "bearer") for name in names))

    def xsd(self, folder: Path | None) -> bytes | None:
        """The XML Schema of the document's SOAP messages; it stands in the document's folder or below."""
        for _, item in self._items():
            for _, part in self._methods(item):
                named = part.at("x-soap").at("xsd")
                if isinstance(named.value, str) and folder is not None:
                    return self._xsd(folder, named.value, named)
        return None

    def _xsd(self, folder: Path, name: str, part: Part) -> bytes | None:
        path = (folder / name).resolve()
        reason = "it stands outside the document's folder"
        if path.is_relative_to(folder.resolve()):
            try:
                return path.read_bytes()
            except OSError as error:
                reason = f"it cannot be read: {error.strerror or error}"
        raise InputInvalid(
            [Problem(self.tree.position(part.pointer), f"the file {name!r}: {reason}", "put it beside the spec")]
        )


_CARRIED = (
    "vendor", "method", "path", "server", "parameters", "request_body", "body_required", "responses", "security",
    "schemes", "http_name", "path_key", "fixed_query",
)  # fmt: skip


def scheme_text(raw: Mapping[str, object]) -> str:
    """A Security Scheme Object in one word: ``basic``, ``bearer``, ``apiKey:query:name`` …

    Whatever else there is (OAuth 2, OpenID Connect) ends in a bearer token.
    """
    kind = raw.get("type")
    if kind == "http":
        return str(raw.get("scheme", "")).lower()
    return f"apiKey:{raw.get('in')}:{raw.get('name')}" if kind == "apiKey" else "bearer"
