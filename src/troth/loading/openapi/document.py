"""OpenAPI 3.0 and 3.1 documents into operations, with the place of each."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin

from troth.errors import InputInvalid, Position, Problem
from troth.loading.openapi.schemas import (
    MISSING,
    READ_ONLY,
    WRITE_ONLY,
    Schemas,
    look_up,
    pointer_of,
    reference_problems,
    schema_problems,
)
from troth.loading.openapi.text import read_openapi_text
from troth.loading.plain import mapping, read_basis, read_citation, sequence
from troth.loading.positions.yaml import Document
from troth.model.operation import (
    Basis,
    Citation,
    HeaderForm,
    JsonSchema,
    MediaType,
    Operation,
    Parameter,
    ResponseSpec,
    SoapOperation,
    Spec,
    split_path,
)

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_EFFECTS = {
    "get": "safe",
    "head": "safe",
    "options": "safe",
    "trace": "safe",
    "put": "idempotent",
    "delete": "destroys",
}
_MAX_REFERENCES = 50


def read_spec_file(path: Path, vendor: str | None = None, shown: str | None = None) -> Spec:
    """Read a spec from a file; ``vendor`` defaults to the file's stem. See :func:`read_spec`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        from_file = Problem(_whole(shown or str(path)), f"cannot be read: {error.strerror or error}")
        raise InputInvalid([from_file]) from error
    return read_spec(data, vendor or path.stem, shown or str(path), path.parent)


def read_spec(data: bytes, vendor: str, shown: str, folder: Path | None = None, server: str | None = None) -> Spec:
    """Read a spec.

    Args:
        data: an OpenAPI 3.0 or 3.1 document, YAML or JSON.
        vendor: the name to give it.
        shown: the file's name in messages.
        folder: where files named by ``x-soap`` are (an XSD); None when there are none.
        server: the address of the document, which relative server URLs are relative to.

    Raises:
        InputInvalid: the document cannot be used; every problem found, each with its place.
    """
    document = read_openapi_text(data, shown)
    reading = _SpecReading(document, vendor, server or "http://localhost")
    reading.check_document()
    operations = {operation.name: operation for operation in reading.operations()} if not reading.problems else {}
    xsd = reading.xsd(folder) if not reading.problems else None
    schemes = reading.schemes if not reading.problems else {}
    if reading.problems:
        raise InputInvalid(reading.problems)
    return Spec(vendor, shown, mapping(document.value), operations, hashlib.sha256(data).hexdigest(), xsd, schemes)


def _whole(shown: str) -> Position:
    return Position(shown)


class _SpecReading:
    def __init__(self, document: Document, vendor: str, base: str) -> None:
        self.document = document
        self.vendor = vendor
        self.base = base
        self.root = mapping(document.value)
        self.components = mapping(self.root.get("components"))
        self.schemas = Schemas(self.root, str(self.root.get("openapi")).startswith("3.0"))
        self.problems: list[Problem] = []
        self.repeated: frozenset[str] = frozenset()

    def check_document(self) -> None:
        version = self.root.get("openapi")
        if "swagger" in self.root:
            said = f"OpenAPI 3.0 or 3.1 is needed; this is Swagger {self.root['swagger']}"
            self._problem(said, "convert it to OpenAPI 3.1", "swagger")
        elif version is None:
            self._problem("this is not an OpenAPI document: it has no key 'openapi' at its root", "")
        elif not isinstance(version, str):
            self._problem("the version of OpenAPI must be text of three numbers", "write '3.1.0'", "openapi")
        elif not version.startswith("3."):
            self._problem(f"OpenAPI 3.0 or 3.1 is needed; this is {version}", "", "openapi")
        elif not isinstance(self.root.get("paths"), Mapping):
            self._problem("the document has no paths", "only paths can be asked; webhooks are calls of the service's")
        else:
            self.problems.extend(reference_problems(self.document))

    def operations(self) -> Iterator[Operation]:
        names: dict[str, object] = {}
        self.repeated = self._repeated()
        for path, raw_item in mapping(self.root["paths"]).items():
            item = self._resolve(raw_item)
            for method in _METHODS:
                if method not in item:
                    continue
                for operation in self._operations_at(path, method, item):
                    if operation.name in names:
                        self._problem(
                            f"the operationId {operation.name!r} stands twice",
                            "give each operation its own",
                            "paths", path, method, "operationId",
                        )  # fmt: skip
                    names[operation.name] = path
                    new = (one for one in schema_problems(self.document, operation) if one not in self.problems)
                    self.problems.extend(new)
                    yield operation

    def _repeated(self) -> frozenset[str]:
        """Every ``operationId`` that several operations have: it names none of them."""
        items = [self._resolve(item) for item in mapping(self.root["paths"]).values()]
        raws = [mapping(item[method]) for item in items for method in _METHODS if method in item]
        counts = Counter(str(raw["operationId"]) for raw in raws if "operationId" in raw)
        return frozenset(name for name, count in counts.items() if count > 1)

    def _operations_at(self, path: str, method: str, item: Mapping[str, object]) -> Iterator[Operation]:
        raw = mapping(item[method])
        at = ("paths", path, method)
        given = str(raw.get("operationId") or "")
        name = given if given and given not in self.repeated else f"{method.upper()} {path}"
        route, query = split_path(path)
        plain = Operation(
            vendor=self.vendor,
            name=name,
            method=method.upper(),
            path=route,
            path_key=path if path != route else "",
            fixed_query=query,
            server=self._server(raw, item),
            parameters=tuple(self._parameters(item, raw, at)),
            request_body=self._content(self._resolve(raw.get("requestBody")), READ_ONLY),
            body_required=self._resolve(raw.get("requestBody")).get("required") is True,
            responses={_status(name): self._response(name, value, at) for name, value in _items(raw, "responses")},
            security=() if self._is_open(raw) else self._asked_schemes(raw),
            schemes=self._asked_schemes(raw),
            effect=str(raw.get("x-effect", _EFFECTS.get(method, "creates"))),
            basis=read_basis(raw.get("x-basis"), Basis.DOCUMENTED),
            citation=_citation(raw),
            position=self.document.key_at(*at),
            http_name=name,
            deprecated=raw.get("deprecated") is True,
        )
        soap = mapping(raw.get("x-soap"))
        if not soap:
            yield plain
        for name in mapping(soap.get("operations")):
            yield self._soap(plain, soap, name, at)

    def _soap(self, plain: Operation, soap: Mapping[str, object], name: str, at: tuple[str, ...]) -> Operation:
        raw = mapping(mapping(soap["operations"])[name])
        bound = SoapOperation(
            element=str(raw.get("element", name)),
            namespace=str(soap.get("namespace", "")),
            parameters=tuple(str(value) for value in sequence(raw.get("parameters"))),
            request=self.schemas.whole(raw.get("request"), READ_ONLY) or True,
            returns=self.schemas.whole(raw.get("return"), WRITE_ONLY) or True,
        )
        return Operation(
            **{field: getattr(plain, field) for field in _CARRIED},
            name=name,
            effect=str(raw.get("x-effect", plain.effect)),
            basis=read_basis(raw.get("x-basis"), plain.basis),
            citation=_citation(raw) or plain.citation,
            position=self.document.key_at(*at, "x-soap", "operations", name),
            deprecated=raw.get("deprecated") is True,
            soap=bound,
        )

    def _server(self, raw: Mapping[str, object], item: Mapping[str, object]) -> str:
        for holder in (raw, item, self.root):
            servers = sequence(holder.get("servers"))
            if servers:
                server = mapping(servers[0])
                url = str(server.get("url", ""))
                for name, variable in mapping(server.get("variables")).items():
                    url = url.replace("{" + name + "}", str(mapping(variable).get("default", "")))
                return urljoin(self.base, url).rstrip("/")
        return urljoin(self.base, "/").rstrip("/")

    def _parameters(
        self, item: Mapping[str, object], raw: Mapping[str, object], at: tuple[str, ...]
    ) -> Iterator[Parameter]:
        merged: dict[tuple[str, str], Parameter] = {}
        for holder in (item, raw):
            for value in sequence(holder.get("parameters")):
                parameter = self._parameter(self._resolve(value))
                merged[(parameter.place, parameter.name)] = parameter
        declared = {name for place, name in merged if place == "path"}
        wanted = {part.split("}")[0] for part in at[1].split("{")[1:]}
        for name in sorted(wanted - declared):
            self._problem(f"the path parameter {name!r} is not declared", "declare it under parameters", *at)
        yield from merged.values()

    def _parameter(self, raw: Mapping[str, object]) -> Parameter:
        place = str(raw.get("in", "query"))
        style = str(raw.get("style", "form" if place in ("query", "cookie") else "simple"))
        content = self._content(raw, READ_ONLY)
        schema = content[0].schema if content else self.schemas.whole(raw.get("schema"), READ_ONLY)
        example = raw.get("example")
        for value in mapping(raw.get("examples")).values():
            example = mapping(value).get("value", example)
            break
        return Parameter(
            name=str(raw.get("name", "")),
            place=place,
            required=raw.get("required") is True,
            schema=True if schema is None else schema,
            explode=raw.get("explode", style == "form") is True,
            style=style,
            example=example,
            media_type=content[0].name if content else "",
            allow_reserved=raw.get("allowReserved") is True,
        )

    def _content(self, raw: Mapping[str, object], unsent: str) -> tuple[MediaType, ...]:
        return tuple(
            MediaType(
                name=name,
                schema=self.schemas.whole(mapping(value).get("schema"), unsent),
                basis=read_basis(mapping(value)["x-basis"], Basis.ASSUMED) if "x-basis" in mapping(value) else None,
                examples=tuple(self._examples(mapping(value))),
                encoding=mapping(mapping(value).get("encoding")),
            )
            for name, value in _items(raw, "content")
        )

    def _examples(self, raw: Mapping[str, object]) -> Iterator[object]:
        if "example" in raw:
            yield raw["example"]
        for value in mapping(raw.get("examples")).values():
            resolved = self._resolve(value)
            if "value" in resolved:
                yield resolved["value"]

    def _response(self, status: str, value: object, at: tuple[str, ...]) -> ResponseSpec:
        raw = self._resolve(value)
        headers: dict[str, JsonSchema] = {}
        forms: dict[str, HeaderForm] = {}
        required = []
        for name, header_value in _items(raw, "headers"):
            if name.lower() == "content-type":
                # OpenAPI ignores it here: the keys of ``content`` say it.
                continue
            header = self._resolve(header_value)
            content = self._content(header, WRITE_ONLY)
            schema = content[0].schema if content else self.schemas.whole(header.get("schema"), WRITE_ONLY)
            headers[name.lower()] = True if schema is None else schema
            forms[name.lower()] = HeaderForm(header.get("explode") is True, content[0].name if content else "")
            if header.get("required") is True:
                required.append(name.lower())
        return ResponseSpec(
            status=_status(status),
            content=self._content(raw, WRITE_ONLY),
            headers=headers,
            required_headers=tuple(required),
            basis=read_basis(mapping(value).get("x-basis", raw.get("x-basis")), Basis.DOCUMENTED),
            citation=_citation(mapping(value)) or _citation(raw),
            pointer=(*at, "responses", status),
            header_forms=forms,
        )

    @cached_property
    def schemes(self) -> dict[str, str]:
        """Name of a security scheme → how it is written."""
        raw = mapping(self.components.get("securitySchemes"))
        return {name: scheme_text(self._resolve(scheme)) for name, scheme in raw.items()}

    def _requirements(self, raw: Mapping[str, object]) -> list[object]:
        return sequence(raw.get("security", self.root.get("security")))

    def _is_open(self, raw: Mapping[str, object]) -> bool:
        """Whether an operation may be called without any credentials."""
        return any(requirement == {} for requirement in self._requirements(raw))

    def _asked_schemes(self, raw: Mapping[str, object]) -> tuple[str, ...]:
        known = self.schemes
        names = (name for requirement in self._requirements(raw) for name in mapping(requirement))
        return tuple(dict.fromkeys(known.get(name, "bearer") for name in names))

    def _resolve(self, raw: object) -> Mapping[str, object]:
        value, reference = raw, None
        for _ in range(_MAX_REFERENCES):
            reference = mapping(value).get("$ref")
            if not isinstance(reference, str):
                return mapping(value)
            value = look_up(self.document.value, pointer_of(reference))
            if value is MISSING:
                self._problem(f"the reference {reference!r} points at nothing", "")
                return {}
        self._problem(f"the reference {reference!r} leads back to itself", "")
        return {}

    def xsd(self, folder: Path | None) -> bytes | None:
        for path, item in mapping(self.root["paths"]).items():
            for method in _METHODS:
                name = mapping(mapping(mapping(item).get(method)).get("x-soap")).get("xsd")
                if not isinstance(name, str) or folder is None:
                    continue
                try:
                    return (folder / name).read_bytes()
                except OSError as error:
                    self._problem(
                        f"the file {name!r} cannot be read: {error.strerror or error}",
                        "put it beside the spec",
                        "paths", path, method, "x-soap", "xsd",
                    )  # fmt: skip
        return None

    def _problem(self, message: str, fix: str, *path: str) -> None:
        self.problems.append(Problem(self.document.at(*path), message, fix))


_CARRIED = (
    "vendor", "method", "path", "server", "parameters", "request_body", "body_required", "responses", "security",
    "schemes", "http_name", "path_key", "fixed_query",
)  # fmt: skip


def _items(raw: Mapping[str, object], key: str) -> Iterator[tuple[str, object]]:
    yield from mapping(raw.get(key)).items()


def _citation(raw: Mapping[str, object]) -> Citation | None:
    return read_citation(raw["x-source"]) if "x-source" in raw else None


def scheme_text(raw: Mapping[str, object]) -> str:
    """A Security Scheme Object in one word: ``basic``, ``bearer``, ``apiKey:query:name`` …

    Whatever else there is (OAuth 2, OpenID Connect) ends in a bearer token.
    """
    kind = raw.get("type")
    if kind == "http":
        return str(raw.get("scheme", "")).lower()
    return f"apiKey:{raw.get('in')}:{raw.get('name')}" if kind == "apiKey" else "bearer"


def _status(name: str) -> str:
    """A status as all rooms write it: ``200``, ``4xx``, ``default``."""
    return name.lower()
