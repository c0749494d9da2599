"""Bytes as they read once the ways in which texts are written within others are undone, and where each part stood.

A text may be percent-encoded, hold entities of HTML, escapes of JSON or Python, octets of quoted-printable, be UTF-8
that was read as Latin-1, and several of these at once, each nested in itself or in another. Undoing them layer by layer
gives bytes in which a value can be looked for as it is, however it was written. Nothing here raises, and each step
takes time and memory in proportion to its input.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from html.entities import html5
from unicodedata import normalize

PASSES = 8
"""How often writings that are mixed are undone. One that is nested in itself is undone at once, however often."""
# Each pattern begins with a class of bytes: the engine skips to the first of them at several times the speed.
_ASCII_WRITINGS = (
    rb"(?<=%)(?:(?:25)*+(?P<percent>[0-9A-Fa-f]{2})|(?:25)++(?P<itself>))"
    rb"|(?<=&)(?:(?:amp;)*+(?:#0*+(?P<decimal>[0-9]{1,7});|#[xX]0*+(?P<hex>[0-9A-Fa-f]{1,6});"
    rb"|(?P<name>[A-Za-z][A-Za-z0-9]{1,31};))|(?:amp;)++(?P<and>))"
    rb"|(?<=\\)\\++(?P<backslash>)"
    rb"|(?<=')\\+''(?P<quote>)"
)
_WIDE_WRITINGS = (
    # UTF-8 whose octets were taken for characters of Latin-1 and written as UTF-8 again
    rb"|(?<=\xc3)(?:[\x82-\x9f]\xc2[\x80-\xbf]|[\xa0-\xaf](?:\xc2[\x80-\xbf]){2}|[\xb0-\xb4](?:\xc2[\x80-\xbf]){3})"
    rb"(?P<mojibake>)"
    rb"|(?<=[\xc2-\xdf])[\x80-\xbf]|(?<=[\xe0-\xef])[\x80-\xbf]{2}|(?<=[\xf0-\xf4])[\x80-\xbf]{3}"
    rb"|(?<=[\x80-\xff])(?P<latin>)"
)
_NARROW = re.compile(rb"[%&\\'](?:" + _ASCII_WRITINGS + rb")")
_WIDE = re.compile(rb"[%&\\'\x80-\xff](?:" + _ASCII_WRITINGS + _WIDE_WRITINGS + rb")")
_ESCAPES = re.compile(
    rb"\\(?:u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})"
    rb"|u(?P<four>[0-9A-Fa-f]{4})|U(?P<eight>[0-9A-Fa-f]{8})|x(?P<two>[0-9A-Fa-f]{2})|(?P<letter>[nrtbf\"'/]))"
)
_OCTETS = re.compile(rb"=(?:(?P<octet>[0-9A-Fa-f]{2})|[ \t]*\r?\n)")
_BACKSLASHES = re.compile(rb"\\++")
_WIDE_CHARACTER = re.compile(
    rb"[\xc2-\xf4](?:(?<=[\xc2-\xdf])[\x80-\xbf]|(?<=[\xe0-\xef])[\x80-\xbf]{2}|(?<=[\xf0-\xf4])[\x80-\xbf]{3})"
)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_FOLD = bytes(0x20 if byte == 0x2B else byte + 32 if 0x41 <= byte <= 0x5A else byte for byte in range(256))
"""Small letters for capitals, and a space for ``+``, which stands for one in forms."""


class Layer:
    """Some bytes, and where each of them stood in those that they were made from.

    Args:
        data: the bytes.
        below: what they were made from; None where they are the bytes at the start.
    """

    def __init__(self, data: bytes, below: "Layer | None" = None) -> None:
        self.data = data
        self.below = below
        # Of each part that reads otherwise than it was written: where it is here, and where it was below.
        self._starts, self._ends = array("I"), array("I")
        self._starts_below, self._ends_below = array("I"), array("I")

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of this layer stands in the bytes at the start, with all that its last sign is written as."""
        layer: Layer | None = self
        while layer is not None:
            start, end = layer.place_below(start, end)
            layer = layer.below
        return start, end

    def place_below(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of this layer stands in the layer below."""
        return self._start_below(start), self._end_below(end)

    def _start_below(self, place: int) -> int:
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return place
        if place < self._ends[index]:
            return self._starts_below[index]
        return self._ends_below[index] + place - self._ends[index]

    def _end_below(self, place: int) -> int:
        index = bisect_right(self._starts, place - 1) - 1
        if index < 0:
            return place
        if place <= self._ends[index]:
            return self._ends_below[index]
        return self._ends_below[index] + place - self._ends[index]

    def undone(self, pattern: re.Pattern[bytes], read: Callable[["re.Match[bytes]"], bytes | None]) -> "Layer":
        """The layer above: every match as it reads; this layer itself where nothing reads otherwise.

        Args:
            pattern: what may be written.
            read: a match → what it stands for, or None for itself.
        """
        data = self.data
        read_so_far = bytearray()
        above = Layer(b"", self)
        end = 0
        for match in pattern.finditer(data):
            reading = read(match)
            if reading is None:
                continue
            start = match.start()
            read_so_far += data[end:start]
            above._starts.append(len(read_so_far))
            read_so_far += reading
            end = match.end()
            above._ends.append(len(read_so_far))
            above._starts_below.append(start)
            above._ends_below.append(end)
        if not end:
            return self
        above.data = bytes(read_so_far + data[end:])
        return above


def layers(data: bytes, wide: bool) -> Iterator[Layer]:
    """The bytes, and what they read as, layer by layer; quoted-printable is undone on the first and the last of them.

    Args:
        data: any bytes.
        wide: whether characters beyond ASCII matter.
    """
    bottom = Layer(data)
    yield bottom
    plainer = list(_plainer(bottom, wide))
    yield from plainer
    for layer in (bottom, *plainer[-1:]):
        if _has(layer.data, b"=") and _OCTETS.search(layer.data):
            unquoted = layer.undone(_OCTETS, _octet)
            yield unquoted
            yield from _plainer(unquoted, wide)


def _plainer(layer: Layer, wide: bool) -> Iterator[Layer]:
    """What a layer reads as, step by step, the layer itself left out."""
    for _ in range(PASSES):
        for _ in range(PASSES):
            data = layer.data
            pattern = _WIDE if wide and not data.isascii() else _NARROW
            above = layer.undone(pattern, _writing) if pattern is _WIDE or _has(data, b"%", b"&", b"\\") else layer
            if above is layer:
                break
            layer = above
            yield layer
        escaped = layer.undone(_ESCAPES, _escape) if _has(layer.data, b"\\") else layer
        if escaped is layer:
            break
        layer = escaped
        yield layer
    # A backslash beside an escape was lost with those that announced it, and some shells put one before any sign.
    bare = layer.undone(_BACKSLASHES, _nothing) if _has(layer.data, b"\\") else layer
    if bare is not layer:
        yield bare


def forms(data: bytes) -> tuple[bytes, ...]:
    """What a value is known by in a folded layer: itself, and what it reads as where it looks like written text."""
    bottom = Layer(data)
    known = (bottom, *_plainer(bottom, wide=True), Layer(data.replace(b"\\", b"")))
    return tuple(dict.fromkeys(folded(layer, wide=True).data for layer in known))


def reading(data: bytes) -> bytes:
    """The bytes with every writing but quoted-printable undone: the same for the same text, however it is written."""
    *_, last = Layer(data), *_plainer(Layer(data), wide=True)
    return last.data.replace(b"+", b" ")


def folded(layer: Layer, wide: bool) -> Layer:
    """A layer in which letter case and Unicode's forms of composition make no difference.

    Args:
        layer: the bytes.
        wide: whether characters beyond ASCII matter.
    """
    even = Layer(layer.data.translate(_FOLD), layer)
    if wide and not layer.data.isascii():
        # Until here nothing has moved, so places below are those of the layer itself.
        even = even.undone(_WIDE_CHARACTER, _fold_character)
        even.below = layer
    return even


def _writing(match: "re.Match[bytes]") -> bytes | None:
    kind = match.lastgroup
    if kind is None:
        return None
    text = match[kind]
    if kind in ("itself", "and", "backslash", "quote"):
        return match[0][:1]
    if kind == "percent":
        return bytes((int(text, 16),))
    if kind in ("decimal", "hex"):
        return _character(int(text, 10 if kind == "decimal" else 16))
    if kind == "name":
        known = html5.get(text.decode("ascii"))
        if known is not None:
            return known.encode("utf-8")
        return b"&" + text if match[0].startswith(b"&amp;") else None
    if kind == "mojibake":
        return match[0].decode("utf-8").encode("latin-1")
    return match[0].decode("latin-1").encode("utf-8")


def _escape(match: "re.Match[bytes]") -> bytes | None:
    kind = match.lastgroup or ""
    text = match[kind]
    if kind == "letter":
        return _LETTERS.get(text, text)
    if kind == "low":
        return _character(0x10000 + (int(match["high"], 16) - 0xD800) * 0x400 + int(text, 16) - 0xDC00)
    return _character(int(text, 16))


def _octet(match: "re.Match[bytes]") -> bytes:
    octet = match["octet"]
    return b"" if octet is None else bytes((int(octet, 16),))


def _has(data: bytes, *signs: bytes) -> bool:
    """Whether any of these signs is there: asked first, since it takes a hundredth of what a pattern takes."""
    return any(sign in data for sign in signs)


def _nothing(_match: "re.Match[bytes]") -> bytes:
    return b""


def _character(number: int) -> bytes | None:
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else None


def _fold_character(match: "re.Match[bytes]") -> bytes | None:
    written = match[0]
    try:
        text = written.decode("utf-8")
    except UnicodeDecodeError:  # a surrogate, or a longer writing than need be
        return None
    even = normalize("NFD", normalize("NFD", text).casefold()).encode("utf-8", "surrogatepass")
    return None if even == written else even
