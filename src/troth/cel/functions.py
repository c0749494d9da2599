"""The functions that an expression can call, over Python values.

The standard ones are CEL's. These are ours, since CEL has none for the purpose; each returns a value or raises Fault:

| function | gives | an error when |
|---|---|---|
| `same_except(map, map, list) -> bool` | whether equal but for these keys (`"a.b"`: b of a) | a key is not text |
| `distinct(list) -> bool` | whether no two elements are equal | they nest too deeply |
| `rfc2822(string) -> int` | seconds since 1970, UTC; a zone without sign is `+` | it is no such date |
| `is_sorted(list, "asc"/"desc") -> bool` | whether the elements ascend or descend | two do not order |
| `keys(map) -> list` | the keys, in the order of the body | |
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from troth.cel.faults import Fault
from troth.cel.values import (
    DEEPEST,
    INT_MAX,
    INT_MIN,
    TYPES,
    Value,
    cel_text,
    equal,
    frozen,
    named,
    ordered,
    type_of,
)

_SPACE = "[ \\t\\n\\v\\f\\r]*"
_INT_TEXT = re.compile(f"{_SPACE}([+-]?[0-9]+){_SPACE}")
_DOUBLE_TEXT = re.compile(
    f"{_SPACE}([+-]?(?:(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)){_SPACE}", re.IGNORECASE
)
_LONGEST_NUMBER = 400
_BOOL_TEXT = {
    **dict.fromkeys(("true", "True", "TRUE", "t", "1"), True),
    **dict.fromkeys(("false", "False", "FALSE", "f", "0"), False),
}


def size(value: Value) -> int:
    """CEL's size(): characters of a string, bytes of bytes, elements of a list, entries of a map."""
    if type(value) in (str, bytes, list, dict):
        return len(value)
    raise Fault((f"size() cannot take {named(value)}",))


def to_string(value: Value) -> str:
    """CEL's string(): numbers as the reference writes them, bytes as UTF-8."""
    if type(value) is str:
        return value
    if type(value) in (bool, int, float):
        return cel_text(value)
    if type(value) is bytes:
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise Fault(("string() cannot take bytes that are not UTF-8",)) from None
    raise Fault((f"string() cannot take {named(value)}",))


def to_int(value: Value) -> int:
    """CEL's int(): doubles towards zero, text in decimal."""
    if type(value) in (int, bool):
        return _in_range(int(value))
    if type(value) is float:
        if -(2.0**63) < value < 2.0**63:
            return int(value)
        raise Fault(("int() of a double beyond 64 bits",))
    if type(value) is str:
        match = _INT_TEXT.fullmatch(value)
        if match is not None and len(match[1]) < _LONGEST_NUMBER:
            return _in_range(int(match[1]))
        raise Fault(("int() of text that is not a whole number",))
    raise Fault((f"int() cannot take {named(value)}",))


def _in_range(number: int) -> int:
    if INT_MIN <= number <= INT_MAX:
        return number
    raise Fault(("int() went beyond 64 bits",))


def to_double(value: Value) -> float:
    """CEL's double()."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(_in_range(value))
    if type(value) is str:
        match = _DOUBLE_TEXT.fullmatch(value)
        if match is not None:
            return float(match[1])
        raise Fault(("double() of text that is not a number",))
    raise Fault((f"double() cannot take {named(value)}",))


def to_bool(value: Value) -> bool:
    """CEL's bool(): also true, True, TRUE, t, 1 and their opposites as text."""
    if type(value) is bool:
        return value
    if type(value) is str and value in _BOOL_TEXT:
        return _BOOL_TEXT[value]
    what = "text that is neither true nor false" if type(value) is str else named(value)
    raise Fault((f"bool() cannot take {what}",))


def to_bytes(value: Value) -> bytes:
    """CEL's bytes(): a string in UTF-8."""
    if type(value) is bytes:
        return value
    if type(value) is str:
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise Fault(("bytes() of text with half a surrogate pair",)) from None
    raise Fault((f"bytes() cannot take {named(value)}",))


def _texts(function: str, text: Value, part: Value) -> None:
    if type(text) is not str or type(part) is not str:
        raise Fault((f"{function}() cannot take {named(text)} and {named(part)}",))


def contains(text: Value, part: Value) -> bool:
    """CEL's text.contains(part)."""
    _texts("contains", text, part)
    return part in text


def starts_with(text: Value, part: Value) -> bool:
    """CEL's text.startsWith(part)."""
    _texts("startsWith", text, part)
    return bool(text.startswith(part))


def ends_with(text: Value, part: Value) -> bool:
    """CEL's text.endsWith(part)."""
    _texts("endsWith", text, part)
    return bool(text.endswith(part))


def same(value: Value) -> Value:
    """CEL's dyn(): the value itself, its static type forgotten."""
    return value


STANDARD: dict[str, Callable[..., Value]] = {
    "size": size,
    "string": to_string,
    "int": to_int,
    "double": to_double,
    "bool": to_bool,
    "bytes": to_bytes,
    "type": type_of,
    "dyn": same,
    "contains": contains,
    "startsWith": starts_with,
    "endsWith": ends_with,
}


def same_except(left: Value, right: Value, keys: Value) -> bool:
    """Whether two maps are equal but for these keys."""
    if type(left) is not dict or type(right) is not dict or type(keys) is not list:
        raise Fault((f"same_except() cannot take {named(left)}, {named(right)} and {named(keys)}",))
    if not all(type(key) is str for key in keys):
        raise Fault(("same_except() needs the keys as text",))
    return _same_except(left, right, frozenset(keys), 0)


def _same_except(left: dict[str, Value], right: dict[str, Value], excluded: frozenset[str], depth: int) -> bool:
    if depth > DEEPEST:
        raise Fault((f"same_except() with a key nested more than {DEEPEST} levels deep",))
    for key in left.keys() | right.keys():
        if key in excluded:
            continue
        if key not in left or key not in right:
            return False
        first, second = left[key], right[key]
        prefix = f"{key}."
        inner = frozenset(name.removeprefix(prefix) for name in excluded if name.startswith(prefix))
        if inner and type(first) is dict and type(second) is dict:
            if not _same_except(first, second, inner, depth + 1):
                return False
        elif not equal(first, second):
            return False
    return True


def distinct(items: Value) -> bool:
    """Whether no two elements are equal."""
    if type(items) is not list:
        raise Fault((f"distinct() cannot take {named(items)}",))
    return len({frozen(item) for item in items}) == len(items)


def is_sorted(items: Value, direction: Value) -> bool:
    """Whether the elements ascend ("asc") or descend ("desc"); equal neighbours are in order."""
    if type(items) is not list or direction not in ("asc", "desc"):
        raise Fault(('is_sorted() takes a list and "asc" or "desc"',))
    symbol = "<=" if direction == "asc" else ">="
    # Every pair is compared first, so that an element of another type is an error at any position.
    steps = [ordered(symbol, before, after) for before, after in pairwise(items)]
    return all(steps)


def keys_of(entries: Value) -> list[Value]:
    """The keys of a map."""
    if type(entries) is not dict:
        raise Fault((f"keys() cannot take {named(entries)}",))
    return list(entries)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {
    "ut": 0,
    "gmt": 0,
    "utc": 0,
    "z": 0,
    "edt": -4,
    "est": -5,
    "cdt": -5,
    "cst": -6,
    "mdt": -6,
    "mst": -7,
    "pdt": -7,
    "pst": -8,
}
_RFC2822 = re.compile(
    r"[ ]*(?:(?:mon|tue|wed|thu|fri|sat|sun),?[ ]*)?([0-9]{1,2})[ ]+([a-z]{3})[ ]+([0-9]{4})[ ]+"
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?[ ]+(?:([+-]?)[ ]?([0-9]{2})([0-9]{2})|([a-z]{1,3}))[ ]*",
    re.IGNORECASE | re.ASCII,
)


_LONGEST_DATE = 64
"""Longer texts are not cached, since an answer could fill the memory with them."""


def rfc2822(text: Value) -> int:
    """A date of RFC 2822, section 3.3, in seconds since 1970-01-01T00:00:00Z.

    The name of the day is not compared with the date, and a zone without a sign (`0100`) counts as ahead of UTC, since
    some pages and servers write dates like this.
    """
    if type(text) is not str:
        raise Fault((f"rfc2822() cannot take {named(text)}",))
    return _seconds(text) if len(text) <= _LONGEST_DATE else _parsed(text)


@lru_cache(maxsize=1024)
def _seconds(text: str) -> int:
    """Cached, since the same dates are in many answers, and many clauses read the same date."""
    return _parsed(text)


def _parsed(text: str) -> int:
    match = _RFC2822.fullmatch(text)
    if match is None:
        raise Fault(("rfc2822() of text that is not such a date",))
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes, zone = match.groups()
    if zone is None:
        offset = int(zone_hours) * 3600 + int(zone_minutes) * 60
        behind = sign == "-"
    else:
        hours = _ZONES.get(zone.lower())
        if hours is None:
            raise Fault(("rfc2822() of a date in a zone without a number",))
        offset, behind = abs(hours) * 3600, hours < 0
    seconds = int(second or 0)
    # RFC 2822 allows second 60 for a leap second, and says that zones have minutes below 60.
    if int(hour) > 23 or int(minute) > 59 or seconds > 60 or int(zone_minutes or 0) > 59:
        raise Fault(("rfc2822() of a time that does not exist",))
    try:
        days = date(int(year), _MONTHS.index(month.lower()) + 1, int(day)).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        raise Fault(("rfc2822() of a day that does not exist",)) from None
    local = days * 86400 + int(hour) * 3600 + int(minute) * 60 + seconds
    return local + offset if behind else local - offset


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function that CEL lacks: the kinds of its arguments, the kind of its result, and its code."""

    takes: Sequence[str]
    gives: str
    call: Callable[..., Value]


OWN: dict[str, OwnFunction] = {
    "same_except": OwnFunction(("map", "map", "list"), "bool", same_except),
    "distinct": OwnFunction(("list",), "bool", distinct),
    "rfc2822": OwnFunction(("string",), "int", rfc2822),
    "is_sorted": OwnFunction(("list", "string"), "bool", is_sorted),
    "keys": OwnFunction(("map",), "list", keys_of),
}

TYPE_NAMES = frozenset(TYPES)
