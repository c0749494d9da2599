"""Where each scalar of a message stands: byte spans with their names, so that one value can change and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape, unescape
from json import dumps, loads
from urllib.parse import quote_plus, unquote_plus

# A text that nothing ends goes to the end of the data: to try again at each quote in it would be quadratic.
_JSON = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|-?\d[\d.eE+-]*|true|false|null|[{}\[\]:,]', re.DOTALL)
MOST_NAMES = 6
"""A way is told by so many parts at most: what it costs to tell it does not grow with the depth of a tree."""
_NUMBER = re.compile(r"-?\d+")
_TAG = re.compile(rb"<(?P<slash>/?)(?:[\w.-]+:)?(?P<name>[A-Za-z_][\w.-]*)(?P<rest>(?:\s[^<>]*)?)>|<!\[CDATA\[")
_ATTRIBUTE = re.compile(rb"""\s(?:[\w.-]+:)?([A-Za-z_][\w.-]*)\s*=\s*("[^"<]*"|'[^'<]*')""")
_CDATA = re.compile(rb"<!\[CDATA\[(.*)\]\]>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """One scalar of a message.

    ``names`` is the way to it, or its last :data:`MOST_NAMES` parts: keys, and ``*`` for any index, of any number of
    lists within each other. ``parent`` numbers the object that holds it, so that siblings can be told.
    """

    start: int
    end: int
    names: tuple[str, ...]
    value: str
    kind: str
    """``text``, ``number`` (JSON), ``form``, ``xml`` or ``cdata``: how a value is written."""
    parent: int = 0


def write(field: Field, value: str) -> bytes:
    """A value in the place of a field, in the field's own way of writing."""
    if field.kind == "text":
        return dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if field.kind == "form":
        return quote_plus(value).encode()
    if field.kind == "xml":
        return escape(value).encode("utf-8", "surrogatepass")
    return value.encode("utf-8", "surrogatepass")


def json_fields(data: bytes) -> Iterator[Field]:
    """The strings and whole numbers of a JSON text, in order; keys are not among them.

    Reads tokens and takes any order of them, so that a body which is not quite JSON still gives up what it holds.
    """
    way: tuple[str, ...] = ()
    holders: list[tuple[int, str, tuple[str, ...]]] = [(0, "", ())]
    number = 0
    key = ""
    last: Field | None = None
    for match in _JSON.finditer(data):
        sign = match[0]
        if sign == b":" and last is not None:
            key, last = last.value, None
            continue
        if last is not None:
            yield last
            last = None
        if sign in (b"{", b"["):
            number += 1
            holders.append((number, key, way))
            way = _further(way, key)
            key = "*" if sign == b"[" else ""
        elif sign in (b"}", b"]"):
            if len(holders) > 1:
                _, key, way = holders.pop()
        elif sign == b",":
            key = key if key == "*" else ""
        elif sign in (b"true", b"false", b"null", b":"):
            continue
        else:
            last = _scalar(match, _further(way, key), holders[-1][0])
    if last is not None:
        yield last


def _further(way: tuple[str, ...], name: str) -> tuple[str, ...]:
    """One step further on a way: no step where there is no name, and one for all indices in a row."""
    return way if not name or way[-1:] == (name,) == ("*",) else (*way[1 - MOST_NAMES :], name)


def _scalar(match: re.Match[bytes], names: tuple[str, ...], parent: int) -> Field | None:
    raw = match[0].decode("utf-8", "surrogateescape")
    if raw[0] != '"':
        kind = "number" if _NUMBER.fullmatch(raw) else "fraction"
        return None if kind == "fraction" else Field(match.start(), match.end(), names, raw, kind, parent)
    try:
        value = str(loads(raw, strict=False))
    except ValueError:
        value = raw[1:-1] if len(raw) > 1 and raw.endswith('"') else raw[1:]
    return Field(match.start(), match.end(), names, value, "text", parent)


def form_fields(data: bytes, offset: int = 0) -> Iterator[Field]:
    """The values of ``name=value&…``."""
    place = 0
    for pair in data.split(b"&"):
        name, equals, value = pair.partition(b"=")
        start = offset + place + len(name) + len(equals)
        if equals:
            names = (unquote_plus(name.decode("latin-1")),)
            yield Field(start, start + len(value), names, unquote_plus(value.decode("latin-1")), "form")
        place += len(pair) + 1


def xml_fields(data: bytes) -> Iterator[Field]:
    """The texts of elements without children, and the attributes, of XML or HTML, by local name and in order."""
    collected = []
    for name, start, end in _leaves(data):
        cdata = _CDATA.fullmatch(data, start, end)
        if cdata is not None:
            start, end = cdata.span(1)
        text = data[start:end].decode("utf-8", "replace")
        field = Field(start, end, (name,), text if cdata else unescape(text), "xml")
        collected.append(replace(field, kind="cdata") if cdata else field)
    for match in _ATTRIBUTE.finditer(data):
        start, end = match.start(2) + 1, match.end(2) - 1
        text = unescape(data[start:end].decode("utf-8", "replace"))
        collected.append(Field(start, end, (match[1].decode(),), text, "xml"))
    return iter(sorted(collected, key=lambda field: field.start))


def _leaves(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Elements that hold text and CDATA sections alone: their local names, and from where to where they hold it."""
    opened: tuple[bytes, int] | None = None
    signs = place = 0
    while (tag := _TAG.search(data, place)) is not None:
        place = tag.end()
        if tag["name"] is None:
            place = data.find(b"]]>", place) + 3
            signs += data.count(b"<", tag.start(), place)
            if place < 3:
                return
        elif not tag["slash"]:
            opened = None if tag["rest"].endswith(b"/") else (tag["name"], place)
            signs = 0
        else:
            of_it = opened is not None and opened[0] == tag["name"]
            if opened is not None and of_it and data.count(b"<", opened[1], tag.start()) == signs:
                yield tag["name"].decode(), opened[1], tag.start()
            opened = None


def replaced(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes with each span replaced; spans are in order, and one that overlaps an earlier one is left out."""
    parts, end = [], 0
    for start, stop, new in changes:
        if start >= end:
            parts += [data[end:start], new]
            end = stop
    return b"".join((*parts, data[end:])) if parts else data
