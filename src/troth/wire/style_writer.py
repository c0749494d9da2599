"""Parameters written as OpenAPI has them: every style and explode, for path, query, header and cookie.

See https://spec.openapis.org/oas/v3.1.1#style-values and its table of examples, and RFC 6570 on which it rests. What no
style has a form for (a list within a list, an object within a header) is written as JSON; leaves are written in JSON's
words (``true``, ``1.5``), and null as nothing.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from troth.model.operation import JsonSchema, Parameter
from troth.wire.bodies import is_json

Pairs = list[tuple[str, str]]
"""Names and values, escaped; of a query string, a form or cookies, in order."""
Escape = Callable[[str], str]

_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
_WRITTEN = {"spaceDelimited": " ", "pipeDelimited": "|"}
_RESERVED = ":/?@!$'()*,;="
"""The reserved characters (RFC 3986, section 2.2) that may stand in a query: ``#[]`` may not, and ``&+`` have a meaning
there where it is read as a form."""
_TRIPLE = re.compile(r"(%[0-9A-Fa-f]{2})")
_COOKIE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '",;\\%')
"""The octets of a cookie's value (RFC 6265, section 4.1.1) but ``%``, which escapes the others."""


class Unwritable(ValueError):
    """A value that cannot be written: a number that JSON does not have, a lone surrogate.

    Args:
        reason: what is wrong with it.
    """


@dataclass(frozen=True, slots=True)
class _Operator:
    """How RFC 6570 expands a value under one operator (its section 3.2.1 and appendix A)."""

    first: str
    delimiter: str
    """Between the items of an exploded value."""
    named: bool


_OPERATORS = {
    "simple": _Operator("", ",", named=False),
    "label": _Operator(".", ".", named=False),
    "matrix": _Operator(";", ";", named=True),
}


def undescribed(place: str, name: str) -> Parameter:
    """A parameter that no document describes, with the style that its place has by default."""
    style = "form" if place in ("query", "cookie") else "simple"
    return Parameter(name, place, required=False, schema=True, explode=style == "form", style=style)


def write_path(parameter: Parameter, value: object) -> str:
    """The text that stands for a parameter in the place of its template expression, escaped.

    Raises:
        Unwritable: it cannot be written.
    """
    style = parameter.style if parameter.style in _OPERATORS else "simple"
    return _expanded(parameter.name, _content(parameter, value), style, parameter.explode, _escaped)


def write_header(parameter: Parameter, value: object) -> str:
    """The text of a header field; nothing in it is escaped (OpenAPI 3.1.1, "Fixed Fields for use with ``schema``").

    Raises:
        Unwritable: it cannot be written.
    """
    return _expanded(parameter.name, _content(parameter, value), "simple", parameter.explode, str)


def write_query(parameter: Parameter, value: object) -> Pairs:
    """The pairs that stand for a parameter in a query string; none for a list or an object without members.

    Raises:
        Unwritable: it cannot be written.
    """
    escape = _partly_escaped if parameter.allow_reserved else _escaped
    return write_pairs(parameter.name, _content(parameter, value), parameter.style, parameter.explode, escape)


def write_form_field(
    name: str, value: object, style: str = "form", explode: bool = True, allow_reserved: bool = False
) -> Pairs:
    """The pairs that stand for one field of an ``application/x-www-form-urlencoded`` body; a space is a plus sign.

    Raises:
        Unwritable: it cannot be written.
    """
    return write_pairs(name, value, style, explode, _partly_escaped if allow_reserved else _form_escaped)


def write_cookie(parameter: Parameter, value: object) -> tuple[str, str]:
    """Name and value of a cookie, escaped where a cookie cannot carry it.

    A cookie has one value, so that lists and objects are not exploded: RFC 6570 would put ``&`` between them, which
    means nothing there (OpenAPI 3.1.1, appendix D).

    Raises:
        Unwritable: it cannot be written.
    """
    return parameter.name, _expanded(parameter.name, _content(parameter, value), "simple", False, _cookie_escaped)


def write_pairs(name: str, value: object, style: str, explode: bool, escape: Escape) -> Pairs:
    """A value as pairs, by a style of the query.

    Args:
        name: the parameter's, or field's.
        value: any JSON value.
        style: ``form``, ``spaceDelimited``, ``pipeDelimited`` or ``deepObject``.
        explode: items and members stand for themselves. (The styles with a delimiter have no other form then than
            ``form`` has.)
        escape: for names and leaves.
    """
    if style == "deepObject" and isinstance(value, Mapping):
        return list(_members(((f"{name}[{key}]", inner) for key, inner in value.items()), escape))
    if isinstance(value, Mapping) and explode:
        return list(_members(value.items(), escape))
    if isinstance(value, list) and (explode or style == "deepObject"):
        return [(escape(name), escape(leaf(item))) for item in value]
    return [(escape(name), _joined(value, _DELIMITERS.get(style, ","), escape))]


def _members(members: Iterable[tuple[str, object]], escape: Escape) -> Iterator[tuple[str, str]]:
    """Members of an object, each under its name. An object among them goes on in brackets, as most servers read it."""
    for name, value in members:
        if isinstance(value, Mapping) and value:
            yield from _members(((f"{name}[{key}]", inner) for key, inner in value.items()), escape)
        elif isinstance(value, list) and value:
            yield from ((escape(name), escape(leaf(item))) for item in value)
        else:
            yield escape(name), escape(leaf(value))


def _expanded(name: str, value: object, style: str, explode: bool, escape: Escape) -> str:
    operator = _OPERATORS[style]
    lead = operator.first + (escape(name) if operator.named else "")
    if value is None:
        return lead
    items: Sequence[str]
    if explode and isinstance(value, Mapping):
        items = [f"{escape(key)}={escape(leaf(inner))}" for key, inner in value.items()]
        return operator.first + operator.delimiter.join(items) if items else lead
    if explode and isinstance(value, list) and operator.named:
        return "".join(f"{lead}={escape(leaf(item))}" for item in value) or lead
    text = _joined(value, operator.delimiter if explode else ",", escape)
    return f"{lead}={text}" if operator.named and text else lead + text


def _joined(value: object, delimiter: str, escape: Escape) -> str:
    """A value without a name of its own: a leaf, ``1,2,3``, or ``R,100,G,200``."""
    if isinstance(value, Mapping):
        return delimiter.join(f"{escape(key)}{delimiter}{escape(leaf(inner))}" for key, inner in value.items())
    if isinstance(value, list):
        return delimiter.join(escape(leaf(item)) for item in value)
    return escape(leaf(value))


def _content(parameter: Parameter, value: object) -> object:
    """A value as the style is to write it.

    Where the parameter has a media type in place of a style, that is a text. A text in the place of a list is the list
    as the style writes it, so that its delimiters do not belong to the data.
    """
    if parameter.media_type:
        return to_json(value) if is_json(parameter.media_type.partition(";")[0].strip().lower()) else leaf(value)
    if isinstance(value, str) and not parameter.explode and _is_list(parameter.schema):
        return value.split(_WRITTEN.get(parameter.style, ","))
    return value


def _is_list(schema: JsonSchema) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "array"


def leaf(value: object) -> str:
    """A value as one text: texts as they are, null as nothing, everything else as JSON.

    Raises:
        Unwritable: JSON does not have it.
    """
    if isinstance(value, str):
        return value
    return "" if value is None else to_json(value)


def to_json(value: object) -> str:
    """A value as JSON without spaces.

    Raises:
        Unwritable: JSON does not have it.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise Unwritable(str(error)) from error


def strict_utf8(text: str) -> bytes:
    """A text in UTF-8.

    Raises:
        Unwritable: it holds a lone surrogate.
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unwritable(f"a lone surrogate ({error.object[error.start]!a}) has no encoding") from error


def _escaped(text: str) -> str:
    return quote(strict_utf8(text), "")


def _form_escaped(text: str) -> str:
    return quote_plus(strict_utf8(text), "")


def _cookie_escaped(text: str) -> str:
    return quote(strict_utf8(text), _COOKIE)


def _partly_escaped(text: str) -> str:
    """Reserved expansion (RFC 6570, section 3.2.3): reserved characters and escapes stay as they are."""
    parts = _TRIPLE.split(text)
    return "".join(part if index % 2 else quote(strict_utf8(part), _RESERVED) for index, part in enumerate(parts))
