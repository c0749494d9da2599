"""An exchange as trees: what expressions, classes and schemas look at; made once an exchange, and lazily."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar, overload
from urllib.parse import parse_qsl, unquote, urlsplit

from troth.model.exchange import Request, Response, header
from troth.model.operation import Operation
from troth.wire.bodies import Unreadable, charset, is_json, is_xml, media_type, read_json, read_text
from troth.wire.soap import SoapMessage, read_envelope

NO_BODY = Unreadable("is empty")
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
    def path(self) -> dict[str, str]:
        """Path parameters, decoded; empty where the path does not fit the template."""
        template = self.operation.path
        if "{" not in template:
            return {}
        parts = self.target.partition("?")[0].split("/")
        wanted = template.split("/")
        if len(parts) != len(wanted):
            return {}
        values: dict[str, str] = {}
        for part, pattern in zip(parts, wanted, strict=True):
            before, brace, rest = pattern.partition("{")
            if not brace:
                continue
            name, _, after = rest.partition("}")
            if part.startswith(before) and part.endswith(after) and len(part) >= len(before) + len(after):
                values[name] = unquote(part[len(before) : len(part) - len(after)])
        return values

    @_Once
    def query(self) -> dict[str, list[str]]:
        """Query parameters: name → values in order."""
        values: dict[str, list[str]] = {}
        if self.raw_query:
            for name, value in parse_qsl(self.raw_query, keep_blank_values=True):
                values.setdefault(name, []).append(value)
        return values

    @_Once
    def params(self) -> dict[str, object]:
        """Query parameters by the spec's style and explode: a list for an array (``[]`` when empty), else text."""
        parsed: dict[str, object] = {}
        query = self.query
        for parameter in self.operation.parameters:
            if parameter.place != "query" or parameter.name not in query:
                continue
            values = query[parameter.name]
            if not _is_array(parameter.schema):
                parsed[parameter.name] = values[0]
            elif parameter.explode:
                parsed[parameter.name] = [value for value in values if value]
            else:
                parsed[parameter.name] = [part for value in values for part in value.split(",") if part]
        return parsed

    @_Once
    def headers(self) -> dict[str, str]:
        """Header fields by lower-case name (the first of each)."""
        return _headers(self.request.headers)

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
        """The body as a tree, whatever its Content-Type says, or :class:`Unreadable`."""
        if not self.request.body:
            return NO_BODY
        return read_json(self.request.body)

    @_Once
    def soap(self) -> SoapMessage | Unreadable:
        """The body as a SOAP message."""
        return read_envelope(self.request.body)

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
        }


class ResponseView:
    """An answer, read by its own Content-Type.

    Args:
        response: as it came.
    """

    def __init__(self, response: Response) -> None:
        self.response = response

    @_Once
    def media_type(self) -> str:
        """The media type in lower case, without parameters."""
        return media_type(self.response.headers)

    @_Once
    def headers(self) -> dict[str, str]:
        """Header fields by lower-case name (the first of each)."""
        return _headers(self.response.headers)

    @_Once
    def body(self) -> object:
        """The body as a tree if it is JSON by its type (or has no type), or :class:`Unreadable`."""
        if not self.response.body:
            return NO_BODY
        if is_json(self.media_type) or not self.media_type:
            return read_json(self.response.body)
        return Unreadable(f"is {self.media_type}, not JSON")

    @_Once
    def text(self) -> str:
        """The body as text."""
        return read_text(self.response.body, self.response.headers)

    @_Once
    def soap(self) -> SoapMessage | Unreadable:
        """The body as a SOAP message."""
        if self.media_type and not is_xml(self.media_type):
            return Unreadable(f"is {self.media_type}, not XML")
        return read_envelope(self.response.body, charset(self.response.headers))

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


def _headers(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    result: dict[str, str] = {}
    for name, value in headers:
        result.setdefault(name.lower(), value)
    return result


def _origin_form(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_array(schema: object) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "array"
