"""Requests written: each parameter as the document has it, each header field once, the body by its media type.

Cases, generated requests and the steps of workflows are all written here.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from random import Random
from urllib.parse import unquote_plus

from troth.model.exchange import COMPUTED_HEADERS, Headers, Request
from troth.model.operation import JsonSchema, MediaType, Operation, Parameter, SoapOperation
from troth.wire.bodies import is_json, is_xml
from troth.wire.form_writer import MULTIPART, URLENCODED, form_parts, write_multipart, write_urlencoded
from troth.wire.media_types import best_matches
from troth.wire.soap import write_envelope
from troth.wire.style_writer import (
    Unwritable,
    leaf,
    strict_utf8,
    to_json,
    undescribed,
    write_cookie,
    write_header,
    write_path,
    write_query,
)
from troth.wire.xml_schema import xml_of

_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_URL = re.compile(r"[!-~]*")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FIELD_VALUE = re.compile(r"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")
_FRAMED = frozenset(("accept", "authorization", "content-type"))
"""Headers that OpenAPI describes elsewhere and ignores as parameters (3.1.1, "Common Fixed Fields")."""


class Absence(Enum):
    """What stands in the place of a value that a request does not have."""

    ABSENT = "absent"


ABSENT = Absence.ABSENT


class Unsendable(Exception):
    """A request that HTTP, JSON or XML cannot carry as it is meant.

    Args:
        reason: what cannot be sent, in a sentence for a person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Pair:
    """One ``name=value`` of the query."""

    owner: str
    """The parameter that it belongs to."""
    name: str
    written: str


class RequestWriter:
    """One request while it is written.

    Args:
        operation: what it asks for; its document says how parameters and bodies are written.
    """

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._described = {_key(parameter.place, parameter.name): parameter for parameter in operation.parameters}
        self._owners = _owners(operation.parameters)
        self._path: dict[str, str] = {}
        self._query: list[_Pair] = []
        self._fields: dict[str, tuple[str, str]] = {}
        self._cookies: dict[str, str] = {}
        self.body: object = ABSENT
        """A JSON value, text or bytes. ``ABSENT`` is no body, and the envelope of its parts for a SOAP function."""
        self.media_type = ""
        """How the body is written, and its Content-Type unless that was put as a header."""
        self.parts: dict[str, str | None] = dict.fromkeys(operation.soap.parameters, "") if operation.soap else {}
        """The parameters of a SOAP function: name → text, or None to leave the element out."""
        self.shuffle = 0
        """Another order of these parameters; 0 for the documented one."""

    def put_examples(self, required: bool = True) -> None:
        """Put the document's examples of parameters: of those in the path, and of whatever else is required.

        An example that cannot be sent is left out, as one that is not shown.

        Args:
            required: False for those in the path alone.
        """
        for parameter in self._operation.parameters:
            if parameter.place == "path" or (required and parameter.required and _may_be_put(parameter)):
                example = example_of(parameter)
                if example is not ABSENT:
                    with suppress(Unsendable):
                        self.put(parameter.place, parameter.name, example)

    def put(self, place: str, name: str, value: object) -> None:
        """Put a parameter in the place of what the request had under its name.

        Args:
            place: ``path``, ``query``, ``header`` or ``cookie``.
            name: the parameter's.
            value: any JSON value, written by the parameter's style; ``ABSENT`` takes it out.

        Raises:
            Unsendable: it cannot be written.
        """
        parameter = self._described.get(_key(place, name)) or undescribed(place, name)
        self._take_out(place, name)
        if value is ABSENT:
            return
        try:
            if place == "path":
                self._path[name] = write_path(parameter, value)
            elif place == "query":
                self._query += [_Pair(name, name, f"{key}={text}") for key, text in write_query(parameter, value)]
            elif place == "header":
                self.put_field(*_checked([(name, write_header(parameter, value))])[0])
            else:
                self.put_cookie(*write_cookie(parameter, value))
        except Unwritable as error:
            raise Unsendable(f"the {place} parameter {name!r} cannot be sent: {error}") from error

    def put_written_path(self, name: str, text: str) -> None:
        """Put a path parameter that is escaped already."""
        self._path[name] = text

    def put_written_pair(self, pair: str) -> None:
        """Put a ``name=value`` of the query that is escaped already, in addition to what there is of that name."""
        name = unquote_plus(pair.partition("=")[0])
        # The members of an object are written filter[size].
        self._query.append(_Pair(self._owners.get(name) or name.partition("[")[0], name, pair))

    def put_cookie(self, name: str, text: str) -> None:
        """Put a cookie whose value is escaped already."""
        self._cookies[name] = text

    def put_field(self, name: str, value: str) -> None:
        """Put a header field in the place of the one that the request had."""
        self._fields.pop(name.lower(), None)
        self._fields[name.lower()] = (name, value)

    def authorize(self, scheme: str, value: object) -> None:
        """Put credentials in the place of those that the request had for the scheme.

        Args:
            scheme: ``basic``, ``bearer``, or ``apiKey:PLACE:NAME`` as of :attr:`Operation.security`.
            value: a user name and password for ``basic``, else a text; ``ABSENT`` takes them out.
        """
        kind, _, rest = scheme.partition(":")
        if kind == "apiKey":
            place, _, name = rest.partition(":")
            self.put(place, name, value)
        elif value is ABSENT:
            self._take_out("header", "Authorization")
        else:
            text = f"Basic {basic(value)}" if kind == "basic" else f"Bearer {leaf(value)}"
            self.put_field("Authorization", text)

    def has(self, place: str, name: str) -> bool:
        """Whether the request has such a parameter or header field by now."""
        if place == "query":
            return any(name in (pair.owner, pair.name) for pair in self._query)
        if place == "header":
            return name.lower() in self._fields
        return name in (self._path if place == "path" else self._cookies)

    def place(self, pointer: tuple[str, ...], value: object) -> None:
        """Put a value into the body, or take one out of it, at a JSON Pointer."""
        self.body = placed(self.body, pointer, value)

    def write(self) -> Request:
        """The request.

        Raises:
            Unsendable: a header field with a line break or beyond Latin-1, a lone surrogate, a character or a name that
                XML does not have, a number that JSON does not have.
        """
        operation = self._operation
        try:
            data, implied = self._content()
        except Unwritable as error:
            raise Unsendable(f"the body cannot be sent: {error}") from error
        query = "&".join(pair.written for pair in self._query)
        url = operation.url(_EXPRESSION.sub(self._expand, operation.path), query)
        if not _URL.fullmatch(url):
            raise Unsendable("the URL holds what a URL cannot")
        # What speaks of framing follows from the request itself, whatever a document or a generator has.
        fields = [field for name, field in self._fields.items() if name not in COMPUTED_HEADERS]
        fields += [(name, value) for name, value in implied if not self.has("header", name)]
        if self._cookies:
            fields.append(("Cookie", "; ".join(f"{name}={text}" for name, text in self._cookies.items())))
        return Request(operation.method, url, _checked(fields), data)

    def _take_out(self, place: str, name: str) -> None:
        if place == "path":
            self._path.pop(name, None)
        elif place == "query":
            self._query = [pair for pair in self._query if name not in (pair.owner, pair.name)]
        elif place == "header":
            self._fields.pop(name.lower(), None)
        else:
            self._cookies.pop(name, None)

    def _expand(self, expression: re.Match[str]) -> str:
        return self._path.get(expression[1], "")

    def _content(self) -> tuple[bytes, Headers]:
        """The bytes of the body, and the header fields that speak of them."""
        soap = self._operation.soap
        if self.body is ABSENT:
            return (b"", ()) if soap is None else (self._envelope(soap), soap_headers(soap))
        described = described_media(self._operation, self.media_type)
        encoding: Mapping[str, object] = {} if described is None else described.encoding
        schema = None if described is None else described.schema
        data, content_type = write_body(self.body, self.media_type, encoding, schema)
        if soap is not None:
            return data, soap_headers(soap)
        return data, (("Content-Type", content_type),) if content_type else ()

    def _envelope(self, soap: SoapOperation) -> bytes:
        order = sorted(self.parts, key=lambda name: soap.parameters.index(name) if name in soap.parameters else 1_000)
        if self.shuffle:
            Random(self.shuffle).shuffle(order)  # noqa: S311 - an order, not a secret
        try:
            return write_envelope(soap.element, soap.namespace, {name: self.parts[name] for name in order})
        except ValueError as error:
            raise Unsendable(str(error)) from error


def write_body(
    value: object, media_type: str, encoding: Mapping[str, object], schema: JsonSchema | None = None
) -> tuple[bytes, str]:
    """A body and its Content-Type.

    Args:
        value: any JSON value for JSON; an object for a form; an object or a list for XML with a schema; text, a scalar
            or bytes for any other type.
        media_type: how it is written.
        encoding: how the fields of a form are written.
        schema: says how a value is written as XML.

    Raises:
        Unwritable: the type cannot carry the value.
    """
    bare = media_type.partition(";")[0].strip().lower()
    if isinstance(value, bytes):
        return value, media_type
    if is_json(bare):
        return strict_utf8(to_json(value)), media_type
    if isinstance(value, Mapping):
        if bare == URLENCODED:
            return write_urlencoded(value, encoding), media_type
        if bare == MULTIPART:
            return write_multipart(form_parts(value, encoding))
    if isinstance(value, (Mapping, list)) and is_xml(bare) and schema is not None:
        try:
            return xml_of(value, schema), media_type
        except ValueError as error:
            raise Unwritable(str(error)) from error
    if isinstance(value, (Mapping, list)):
        raise Unwritable(f"a body of the type {media_type} must be text")
    return strict_utf8(leaf(value)), media_type


def json_media_type(operation: Operation) -> str:
    """The media type in which an operation takes JSON: as documented, or ``application/json`` where nothing is said."""
    names = (media.name for media in operation.request_body)
    return next((name for name in names if is_json(name.partition(";")[0].strip().lower())), "application/json")


def described_media(operation: Operation, media_type: str) -> MediaType | None:
    """What an operation's document says of bodies of that type."""
    described = operation.request_body
    found = best_matches(tuple(media.name for media in described), media_type)
    return described[found[0]] if found else None


def example_of(parameter: Parameter) -> object:
    """A value of a parameter that its document shows: its example, or its schema's; ``ABSENT`` where it shows none."""
    if parameter.example is not None:
        return parameter.example
    schema = parameter.schema if isinstance(parameter.schema, Mapping) else {}
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        values = schema.get(key)
        if isinstance(values, list) and values:
            return values[0]
    return ABSENT


def placed(body: object, pointer: tuple[str, ...], value: object) -> object:
    """A body with a value put in (or taken out, if ``ABSENT``) at a JSON Pointer; objects are made on the way."""
    if not pointer:
        return value
    if value is ABSENT and body is ABSENT:
        return ABSENT
    root = {} if body is ABSENT else body
    node = root
    for part in pointer[:-1]:
        if not isinstance(node, dict):
            return root
        if part not in node and value is ABSENT:
            return root
        node = node.setdefault(part, {})
    if isinstance(node, dict):
        if value is ABSENT:
            node.pop(pointer[-1], None)
        else:
            node[pointer[-1]] = value
    return root


def basic(value: object) -> str:
    """Credentials of HTTP Basic authentication (RFC 7617), encoded.

    Args:
        value: ``{"username": …, "password": …}``.
    """
    pair = value if isinstance(value, Mapping) else {}
    return b64encode(f"{pair.get('username', '')}:{pair.get('password', '')}".encode()).decode("ascii")


def soap_headers(soap: SoapOperation) -> Headers:
    """The header fields of a SOAP 1.1 call."""
    return (("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", f'"{soap.namespace}#{soap.element}"'))


def _key(place: str, name: str) -> tuple[str, str]:
    return (place, name.lower() if place == "header" else name)


def _may_be_put(parameter: Parameter) -> bool:
    return parameter.place != "header" or parameter.name.lower() not in COMPUTED_HEADERS | _FRAMED


def _owners(parameters: Iterable[Parameter]) -> dict[str, str]:
    """Name in a query → the parameter that it belongs to: its own, or that of an object which is written by members."""
    owners: dict[str, str] = {}
    for parameter in parameters:
        schema = parameter.schema
        spread = parameter.place == "query" and parameter.style == "form" and parameter.explode
        properties = schema.get("properties") if spread and isinstance(schema, Mapping) else None
        if isinstance(properties, Mapping):
            owners.update(dict.fromkeys(map(str, properties), parameter.name))
    for parameter in parameters:
        if parameter.place == "query":
            owners[parameter.name] = parameter.name
    return owners


def _checked(fields: Iterable[tuple[str, str]]) -> Headers:
    headers = tuple(fields)
    for name, value in headers:
        if not _TOKEN.fullmatch(name) or not _FIELD_VALUE.fullmatch(value):
            raise Unsendable(f"the header field {name!r} cannot be sent")
    return headers
