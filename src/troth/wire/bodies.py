"""Bytes into trees: JSON and text. What cannot be read is a value that says why, never an exception."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import accumulate

import msgspec

from troth.model.exchange import Headers, header

_decode = msgspec.json.Decoder().decode
MAX_DIGITS = 4000
"""Numbers of more digits are not read: Python converts no longer ones (`sys.set_int_max_str_digits`)."""
MAX_DEPTH = 200
"""Deeper bodies are not walked: no documented answer comes near, and recursion over them would not end well."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body that is not what its media type says."""

    reason: str
    ours: bool = False
    """A limit of Troth's stands in the way; nothing is said against the message."""


_TOO_DEEP = Unreadable(f"is nested deeper than {MAX_DEPTH} levels", ours=True)
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def media_type(headers: Headers) -> str:
    """The media type of a message without its parameters, in lower case; ``""`` where none is given."""
    value = header(headers, "content-type")
    return _essence(value) if value else ""


@lru_cache(maxsize=256)
def _essence(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def charset(headers: Headers) -> str:
    """The charset that a message names beside its media type; ``""`` where it names none."""
    named = ""
    for part in (header(headers, "content-type") or "").split(";")[1:]:
        name, _, given = part.partition("=")
        if name.strip().lower() == "charset":
            named = given.strip().strip('"')
    return named


def is_json(name: str) -> bool:
    """Whether a media type carries JSON (``application/json``, ``…+json``)."""
    return name == "application/json" or name.endswith("+json") or name == "text/json"


def is_xml(name: str) -> bool:
    """Whether a media type carries XML."""
    return name in ("text/xml", "application/xml") or name.endswith("+xml")


def read_json(data: bytes) -> object:
    """JSON as plain Python values, or :class:`Unreadable`.

    Numbers stay what they are written as (``1`` an int of any size, ``1.0`` a float). Lone surrogates, which RFC 8259
    lets through, survive as such.
    """
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        return _TOO_DEEP
    try:
        return _decode(data)
    except RecursionError:
        return _TOO_DEEP
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _second_reading(data)


def _depth(data: bytes) -> int:
    """How deep a JSON text is nested, by its brackets alone."""
    brackets = _STRING.sub(b"", data).translate(None, _NO_BRACKETS)
    return max(accumulate(_STEP[bracket] for bracket in brackets), default=0)


def _second_reading(data: bytes) -> object:
    """The standard library's reader: slower, but it names the place, and it knows surrogates and huge exponents."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Unreadable(f"is not UTF-8 (byte {error.start})")
    if not text.strip():
        return Unreadable("is empty")
    try:
        value: object = json.loads(
            text, parse_constant=_refuse_constant, parse_int=_parse_number, parse_float=_parse_number
        )
    except json.JSONDecodeError as error:
        return Unreadable(f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})")
    except RecursionError:
        return _TOO_DEEP
    except _TooLong:
        return Unreadable(f"holds a number of more than {MAX_DIGITS:,} digits", ours=True)
    except ValueError as error:
        return Unreadable(f"is not JSON: {error}")
    return value


class _TooLong(Exception):
    """A number has more digits than are read."""


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON value")


def _parse_number(text: str) -> int | float:
    number = json_number(text)
    if number is None:
        raise _TooLong
    return number


def json_number(text: str) -> int | float | None:
    """The number that a text writes: an int of any size, a float, or an int where a float would be infinite.

    Args:
        text: decimal digits, with a sign, a fraction and an exponent if need be (RFC 8259, section 6).

    Returns:
        None where it has more than `MAX_DIGITS` digits.
    """
    if len(text) > MAX_DIGITS:
        return None
    if text.lstrip("+-").isdigit():
        return int(text)
    number = float(text)
    if abs(number) != float("inf"):
        return number
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return None
    return int(exact) if exact.adjusted() < MAX_DIGITS else None


def read_text(data: bytes, headers: Headers) -> str:
    """A body as text by the charset it names (UTF-8 where it names none); bytes that do not fit are replaced."""
    try:
        return data.decode(charset(headers) or "utf-8", errors="replace")
    except LookupError:
        return data.decode("utf-8", errors="replace")


def too_deep(value: object, limit: int = MAX_DEPTH) -> bool:
    """Whether a tree is nested deeper than the limit. Walks without recursion."""
    level: list[object] = [value]
    for _ in range(limit):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: object) -> list[object]:
    if isinstance(node, Mapping):
        return [child for child in node.values() if isinstance(child, (Mapping, list))]
    if isinstance(node, list):
        return [child for child in node if isinstance(child, (Mapping, list))]
    return []
