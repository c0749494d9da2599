"""The text of an OpenAPI document into plain values: YAML 1.2 with lines and columns, JSON with JSON Pointers."""

import json
import re
from dataclasses import dataclass

from troth.errors import InputInvalid, Position, Problem
from troth.loading.positions.yaml import Document, parse_yaml, whole_number
from troth.wire.bodies import too_deep
from troth.wire.pointers import format_pointer, locate

_MAX_DEPTH = 150
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WEB_PAGE = "name the document itself; services often have it at /openapi.json or /openapi.yaml"


@dataclass(frozen=True)
class JsonDocument(Document):
    """A document whose places are JSON Pointers (RFC 6901): what a machine wrote in one line has no lines to name."""

    def at(self, *path: str | int) -> Position:
        """The pointer to the value at that path, or to its nearest ancestor that exists."""
        pointer = format_pointer(locate(self.value, path)[1])
        return Position(f"{self.file}#{pointer}" if pointer else self.file)

    def key_at(self, *path: str | int) -> Position:
        """The same as :meth:`at`: a pointer does not tell a key from its value."""
        return self.at(*path)

    def text_at(self, offset: int, *path: str | int) -> Position:
        """The same as :meth:`at`: a pointer leads to whole values."""
        return self.at(*path)


def read_openapi_text(data: bytes, shown: str) -> Document:
    """Read a document.

    OpenAPI asks for YAML 1.2 with the tags of JSON: a date is text in it, and so is ``yes``
    (https://spec.openapis.org/oas/v3.1.1#format).

    Args:
        data: JSON or YAML.
        shown: the document's name in messages.

    Raises:
        InputInvalid: it is neither; a web page is called one.
    """
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        raise InputInvalid([Problem(Position(shown), "is HTML or XML, not an OpenAPI document", _WEB_PAGE)])
    if start != b"{":
        return parse_yaml(data, shown, core=True)
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=whole_number,
        )
    except (ValueError, RecursionError) as error:
        return _yaml_after_all(data, shown, error)
    if too_deep(value, _MAX_DEPTH):
        raise InputInvalid([Problem(Position(shown), "is nested too deeply", "write it flatter, with references")])
    return JsonDocument(shown, _writable(value) if _HALF.search(data) else value, (), {})


def _writable(value: object) -> object:
    """The value, half a surrogate pair in a text shown as its escape: names go into reports, and UTF-8 has none."""
    if isinstance(value, str):
        return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", value)
    if isinstance(value, dict):
        return {str(_writable(key)): _writable(inner) for key, inner in value.items()}
    return [_writable(inner) for inner in value] if isinstance(value, list) else value


def _yaml_after_all(data: bytes, shown: str, error: Exception) -> Document:
    """YAML may begin with a brace too; what is neither was most likely meant to be JSON."""
    try:
        return parse_yaml(data, shown, core=True)
    except InputInvalid as not_yaml:
        if isinstance(error, json.JSONDecodeError):
            lines = error.doc.split("\n")
            position = Position(shown, error.lineno, error.colno, lines[error.lineno - 1])
            raise InputInvalid([Problem(position, f"is not JSON: {error.msg}")]) from error
        raise not_yaml from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON value")
