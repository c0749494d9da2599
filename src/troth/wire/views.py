"""An exchange as trees: what expressions, classes and schemas look at; made once an exchange, and lazily."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar, overload
from urllib.parse import unquote, unquote_plus, urlsplit

from troth.model.exchange import Headers, Request, Response, header
from troth.model.operation import MediaType, Operation, Parameter
from troth.wire.bodies import Unreadable, charset, is_json, is_xml, media_type, read_json, read_text
from troth.wire.codings import content
from troth.wire.media_types import best_matches
from troth.wire.schema_parts import kinds, member_names
from troth.wire.soap import SoapMessage, read_envelope
from troth.wire.styles import merged, query_pairs, read_members, read_query
from troth.wire.templates import read_path
from troth.wire.xml_schema import XmlReading, read_by_schema
from troth.wire.xml_tree import XmlElement, read_xml, walkable

NO_BODY = Unreadable("is empty")
NO_SCHEMA = Unreadable("is XML, and no schema says how to read it")
_Value = TypeVar("_Value")


class _Once(Generic[_Value]):
    """A property computed when first asked for. (``functools.cached_property`` takes a lock each time before 3.12.)"""

    def __init__(self, compute: Callable[..., _Value]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "_Once[_Value]": ...

    @overload
    def __get__(self, instance: object, owner: type) -> _Value: ...

    def __get__(self, instance: object | None, owner: type) -> "_Once[_Value] | _Value":
        if instance is None:
            return self
        value = self._compute(instance)
        instance.__dict__[self._name] = value
        return value


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password of HTTP Basic authentication (RFC 7617)."""

    username: str
    password: str


@lru_cache(maxsize=256)
def _read_basic(value: str) -> Credentials | Unreadable:
    """A run has few credentials and sends them with every request."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return Unreadable(f"uses the scheme {scheme}")
    try:
        username, colon, password = b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (Base64Error, UnicodeDecodeError, ValueError):
        return Unreadable("is not valid Basic authentication")
    if not colon:
        return Unreadable("has no colon between user and password")
    return Credentials(username, password)


class RequestView:
    """A request, read by its operation.

    Args:
        request: as it was sent.
        operation: what it asks for.
    """

    def __init__(self, request: Request, operation: Operation) -> None:
        self.request = request
        self.operation = operation
        url = request.url
        server = operation.server
        target = url[len(server) :] if url.startswith(server) else _origin_form(url)
        self.target: str = target or "/"
        """Path below the documented server and query string, exactly as sent."""
        self.raw_query: str = target.partition("?")[2]

    @_Once
    def paths(self) -> list[dict[str, str]]:
        """All ways in which the path fits its template: name → text as it was sent; none where it does not fit."""
        return read_path(self.target.partition("?")[0], self.operation.path)

    @_Once
    def path(self) -> dict[str, str]:
        """Path parameters, decoded; empty where the path does not fit the template."""
        return {name: unquote(text) for name, text in self.paths[0].items()} if self.paths else {}

    @_Once
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of the query, as they were sent, in order."""
        return query_pairs(self.raw_query)

    @_Once
    def query(self) -> dict[str, list[str]]:
        """Query parameters: name → values in order."""
        values: dict[str, list[str]] = {}
        for name, value in self.pairs:
            values.setdefault(unquote_plus(name), []).append(unquote_plus(value))
        return values

    @_Once
    def params(self) -> dict[str, object]:
        """Query parameters by the spec's style and explode: a list for an array (``[]`` when empty), an object for an
        object, else text. Their leaves are text.
        """
        parsed: dict[str, object] = {}
        for parameter in self.operation.parameters:
            if parameter.place == "query":
                value = self._parameter(parameter)
                if value is not None:
                    parsed[parameter.name] = value
        return parsed

    def _parameter(self, parameter: Parameter) -> object:
        """A query parameter as its schema has it, or None where it is missing."""
        wanted = kinds(parameter.schema, parameter.schema)
        ways = read_query(self.pairs, parameter.name, parameter.style, parameter.explode)
        if "object" in wanted and not parameter.media_type:
            if parameter.style == "form" and parameter.explode:
                members = merged(read_members(self.pairs, member_names(parameter.schema, parameter.schema)))
                return members or None
            ways = [way for way in ways if isinstance(way, dict)] or ways
        elif "array" in wanted and not parameter.media_type:
            lists = [[text for text in way if text] for way in ways if isinstance(way, list)]
            return lists[0] if lists else None
        texts = self.query.get(parameter.name, [None])
        return next((way for way in ways if isinstance(way, str)), texts[0])

    @_Once
    def headers(self) -> dict[str, str]:
        """Header fields by lower-case name; several lines of one field are one list (see `joined_fields`)."""
        return joined_fields(self.request.headers)

    @_Once
    def header_lines(self) -> dict[str, list[str]]:
        """The lines of each header field, by lower-case name."""
        return field_lines(self.request.headers)

    @_Once
    def content(self) -> bytes | Unreadable:
        """The body without its content codings."""
        return content(self.request.headers, self.request.body)

    @_Once
    def media(self) -> MediaType | None:
        """What the operation describes of a body of this type; None where nothing is."""
        described = self.operation.request_body
        found = best_matches(tuple(media.name for media in described), self.headers.get("content-type", ""))
        return described[found[0]] if found else None

    @_Once
    def cookies(self) -> dict[str, str]:
        """Cookies by name (the first of each), as they were sent."""
        cookies: dict[str, str] = {}
        for pair in self.headers.get("cookie", "").split(";"):
            name, equals, value = pair.strip().partition("=")
            if equals:
                cookies.setdefault(name, value)
        return cookies

    @_Once
    def body(self) -> object:
        """The body as a tree, or :class:`Unreadable`.

        XML whose schema is described is read by it; anything else is read as JSON, whatever its Content-Type says.
        """
        if not self.request.body:
            return NO_BODY
        if isinstance(self.content, Unreadable):
            return self.content
        if not is_xml(media_type(self.request.headers)) or self.operation.soap is not None:
            return read_json(self.content)
        reading = self.xml_reading
        return reading.value if isinstance(reading, XmlReading) else reading

    @_Once
    def xml(self) -> XmlElement | Unreadable:
        """The root element of a body in XML."""
        if not self.request.body:
            return NO_BODY
        return self.content if isinstance(self.content, Unreadable) else _xml(self.content, self.request.headers)

    @_Once
    def xml_reading(self) -> XmlReading | Unreadable:
        """The body in XML by its schema."""
        return _by_schema(self.xml, self.media, self.request.headers, self.content)

    @_Once
    def soap(self) -> SoapMessage | Unreadable:
        """The body as a SOAP message."""
        return self.content if isinstance(self.content, Unreadable) else read_envelope(self.content)

    @_Once
    def credentials(self) -> Credentials | Unreadable | None:
        """HTTP Basic credentials, ``None`` without the header, else Unreadable."""
        value = header(self.request.headers, "authorization")
        return None if value is None else _read_basic(value)

    @_Once
    def bearer(self) -> object:
        """The bearer token, ``None`` without the header, else Unreadable."""
        value = header(self.request.headers, "authorization")
        if value is None:
            return None
        scheme, _, token = value.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else Unreadable(f"uses the scheme {scheme}")

    def tree(self) -> dict[str, object]:
        """Everything about the request that an expression may name."""
        return {
            "method": self.request.method,
            "target": self.target,
            "path": self.path,
            "query": self.query,
            "params": self.params,
            "headers": self.headers,
            "header_lines": self.header_lines,
        }


class ResponseView:
    """An answer, read by its own Content-Type.

    Args:
        response: as it came.
        operation: what was asked for, whose schemas XML is read by; None where that is not known.
    """

    def __init__(self, response: Response, operation: Operation | None = None) -> None:
        self.response = response
        self.operation = operation

    @_Once
    def media_type(self) -> str:
        """The media type in lower case, without parameters."""
        return media_type(self.response.headers)

    @_Once
    def headers(self) -> dict[str, str]:
        """Header fields by lower-case name; several lines of one field are one list (see `joined_fields`)."""
        return joined_fields(self.response.headers)

    @_Once
    def header_lines(self) -> dict[str, list[str]]:
        """The lines of each header field, by lower-case name."""
        return field_lines(self.response.headers)

    @_Once
    def content(self) -> bytes | Unreadable:
        """The body without its content codings."""
        return content(self.response.headers, self.response.body)

    @_Once
    def media(self) -> tuple[MediaType, ...]:
        """What the operation describes of a body of this status and type; several where nothing tells them apart."""
        spec = None if self.operation is None else self.operation.response_for(self.response.status)
        if spec is None:
            return ()
        sent = header(self.response.headers, "content-type") or ""
        found = best_matches(tuple(media.name for media in spec.content), sent)
        return tuple(spec.content[index] for index in found)

    @_Once
    def body(self) -> object:
        """The body as a tree, or :class:`Unreadable`: JSON by its type (or without any), or XML by its schema."""
        if not self.response.body:
            return NO_BODY
        if isinstance(self.content, Unreadable):
            return self.content
        if is_json(self.media_type) or not self.media_type:
            return read_json(self.content)
        reading = self.xml_reading if is_xml(self.media_type) else None
        if isinstance(reading, XmlReading):
            return reading.value
        return Unreadable(f"is {self.media_type}, not JSON") if reading is None or reading is NO_SCHEMA else reading

    @_Once
    def xml(self) -> XmlElement | Unreadable:
        """The root element of a body in XML, by its type or without any."""
        if not self.response.body:
            return NO_BODY
        if self.media_type and not is_xml(self.media_type):
            return Unreadable(f"is {self.media_type}, not XML")
        return self.content if isinstance(self.content, Unreadable) else _xml(self.content, self.response.headers)

    @_Once
    def xml_reading(self) -> XmlReading | Unreadable:
        """The body in XML by the schema of its status and type."""
        soap = self.operation is not None and self.operation.soap is not None
        media = self.media[0] if self.media and not soap else None
        return _by_schema(self.xml, media, self.response.headers, self.content)

    @_Once
    def text(self) -> str | Unreadable:
        """The body as text."""
        below = self.content
        return below if isinstance(below, Unreadable) else read_text(below, self.response.headers)

    @_Once
    def soap(self) -> SoapMessage | Unreadable:
        """The body as a SOAP message."""
        if self.media_type and not is_xml(self.media_type):
            return Unreadable(f"is {self.media_type}, not XML")
        below = self.content
        return below if isinstance(below, Unreadable) else read_envelope(below, charset(self.response.headers))

    def soap_tree(self) -> object:
        """``{"operation", "return", "fault", "parts"}`` of a SOAP answer (keys only where there is such a part)."""
        message = self.soap
        if isinstance(message, Unreadable):
            return message
        tree: dict[str, object] = {"operation": message.name, "parts": message.parts}
        if message.fault is not None:
            tree["fault"] = message.fault
        elif "return" in message.parts:
            tree["return"] = message.parts["return"]
        return tree


def soap_request_tree(view: RequestView) -> object:
    """``{"operation", "parameters"}`` of a SOAP request, or :class:`Unreadable`."""
    message = view.soap
    if isinstance(message, Unreadable):
        return message
    return {"operation": message.name, "parameters": message.parts}


def xml_tree(view: RequestView | ResponseView) -> object:
    """The body in XML as expressions walk it, or :class:`Unreadable`."""
    root = view.xml
    return root if isinstance(root, Unreadable) else walkable(root)


def field_lines(headers: Headers) -> dict[str, list[str]]:
    """The lines of each field, by its name in lower case and without the spaces that do not belong there."""
    lines: dict[str, list[str]] = {}
    for name, value in headers:
        lines.setdefault(name.strip().lower(), []).append(value)
    return lines


def joined_fields(headers: Headers) -> dict[str, str]:
    """Fields by their name in lower case: several lines of one are joined by commas (RFC 9110, section 5.3).

    ``Set-Cookie`` cannot be joined; of that it is the first line.
    """
    joined: dict[str, str] = {}
    for raw, value in headers:
        name = raw.strip().lower()
        before = joined.get(name)
        if before is None:
            joined[name] = value
        elif name != "set-cookie":
            joined[name] = f"{before}, {value}" if before and value else before or value
    return joined


def _xml(data: bytes, headers: Headers) -> XmlElement | Unreadable:
    return read_xml(data, charset(headers))


def _by_schema(
    root: XmlElement | Unreadable, media: MediaType | None, headers: Headers, data: bytes | Unreadable
) -> XmlReading | Unreadable:
    if isinstance(root, Unreadable) or isinstance(data, Unreadable):
        return root if isinstance(root, Unreadable) else NO_SCHEMA
    if media is None or media.schema is None:
        return NO_SCHEMA
    return read_by_schema(root, media.schema, read_text(data, headers))


def _origin_form(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
