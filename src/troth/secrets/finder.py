"""Finds values in bytes, in whatever way they are written there.

Values are looked for in the bytes as they are, and as they read once percent-encoding, entities, escapes,
quoted-printable and misread UTF-8 are undone (:mod:`troth.secrets.layers`), without regard to letter case and to
Unicode's forms of composition; and all of this again in whatever a run of base64 holds, alone or among other things
(``user:password``). A text that was cut ends in ``…``; the beginning of a value right before that is found too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from troth.secrets.carriers import ALIGNMENTS, Batch, Decoded, batches
from troth.secrets.encodings import ENCODINGS, utf8
from troth.secrets.layers import Layer, folded, forms, layers, reading
from troth.secrets.needles import SHORTEST, Hit, Needles
from troth.secrets.sensitive import is_distinct

MOST_REMEMBERED = 20_000
"""Of what answers brought, at least so many values are remembered at a time."""
_ELLIPSIS = "…".encode()
_LONGEST_CUT = 4_096
_UNBROKEN = re.compile(rb"""[^\s"'`<>&,;(){}\[\]\\\x00-\x1f\xe2]*+""")
"""What a value goes on with, where only its beginning is known: up to a quote, a bracket, a space, or ``…``."""
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]")
_LONG = 16
_CUT_AT_AN_END = 8
_SEGMENTS = 8
_WRITTEN = re.compile(rb"[%&\\=\x80-\xff]")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*+")


@dataclass(frozen=True, slots=True)
class Found:
    """A value that was found."""

    reads: bytes
    """What stands there, every writing undone: the same bytes for the same value, however it is written."""
    value: str | None = None
    """The declared value; None for one that was remembered."""
    exact: bool = True
    """Whether it is that value; False for what differs from it by letter case, composition, or a cut end."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of some bytes that shows values: where it is, and what it shows, in order."""

    start: int
    end: int
    found: tuple[Found, ...]


class Finder:
    """Finds values that were declared, for good, and values that were remembered, as long as they are."""

    def __init__(self) -> None:
        self._declared = Needles()
        self._value_of: dict[bytes, str] = {}
        """Form → declared value."""
        self._by_start: dict[bytes, list[bytes]] = {}
        """The first bytes of a declared value's forms → the forms, to know one by that was cut."""
        self._readings: dict[str, bytes] = {}
        self._alone: dict[str, re.Pattern[bytes]] = {}
        self._alone_in_pairs: dict[str, re.Pattern[bytes]] = {}
        self._young, self._old = Needles(), Needles()
        self._wide = False

    def declare(self, value: str) -> None:
        """Find this value from now on. One of fewer than four bytes is found where it stands alone (:func:`_alone`)."""
        data = utf8(value)
        if not data or value in self._readings:
            return
        self._readings[value] = reading(data)
        telling = [form for form in _forms(value) if _is_telling(form)]
        self._wide = self._wide or not all(form.isascii() for form in telling) or not data.isascii()
        if len(data) < SHORTEST or not _is_telling(data.replace(b"+", b" ")):
            self._alone[value] = _alone(data)
            self._alone_in_pairs[value] = _alone_in_pairs(data)
            return
        for form in telling:
            if form not in self._value_of:
                self._value_of[form] = value
                self._by_start.setdefault(form[:SHORTEST], []).append(form)
                self._declared.add(form)

    def remember(self, value: str) -> None:
        """Find this value from now on, until :data:`MOST_REMEMBERED` others were remembered after it."""
        for form in forms(utf8(value)):
            if _is_telling(form):
                self._wide = self._wide or not form.isascii()
                self._young.add(form)

    def forget(self) -> None:
        """Let go of what was remembered long ago, if enough was remembered since. Called between exchanges only."""
        if len(self._young) > MOST_REMEMBERED:
            self._old, self._young = self._young, Needles()

    def find(self, data: bytes) -> list[Span]:
        """Every part of the bytes that shows a value, in order and without overlaps."""
        if not (self._declared or self._young or self._old or self._alone):
            return []
        spans = []
        for layer in layers(data, self._wide):
            for span in _merged([*self._in_layer(layer), *self._in_carriers(layer)]):
                spans.append(Span(*layer.place(span.start, span.end), span.found))
        return _merged(spans)

    def _in_layer(self, layer: Layer) -> Iterator[Span]:
        """What a layer shows as it is, but for letter case and composition."""
        even = folded(layer, self._wide)
        yield from self._declared_in(layer, even)
        yield from self._remembered_in(layer, even)
        for start, end, form in self._cut_short(even.data):
            start, end = even.place_below(start, end)
            reads = reading(layer.data[start:end])
            yield Span(start, end, (Found(reads, self._value_of.get(form or b"")),))
        for value, pattern in self._alone.items():
            for match in pattern.finditer(layer.data):
                yield Span(match.start(), match.end(), (Found(self._readings[value], value),))

    def _declared_in(self, layer: Layer, even: Layer) -> Iterator[Span]:
        for hit in self._declared.hits(even.data):
            start, end = even.place_below(hit.start, _end(even.data, hit))
            yield Span(start, end, (self._declared_at(even.data[hit.start : hit.first], layer.data[start:end]),))

    def _remembered_in(self, layer: Layer, even: Layer) -> Iterator[Span]:
        for needles in (self._young, self._old):
            for hit in needles.hits(even.data):
                start, end = even.place_below(hit.start, _end(even.data, hit))
                shown = layer.data[start:end]
                if _stands_out(shown) or not _within_word(layer.data, start, end):
                    yield Span(start, end, (Found(reading(shown)),))

    def _declared_at(self, form: bytes, shown: bytes) -> Found:
        value = self._value_of.get(form)
        if value is None:  # the beginning of a long one
            longer = (one for one in self._by_start[form[:SHORTEST]] if one.startswith(form))
            value = self._value_of[next(longer, self._by_start[form[:SHORTEST]][0])]
        reads = reading(shown)
        if reads == self._readings[value]:
            return Found(reads, value)
        exact = any(encode(value) == shown for encode in ENCODINGS.values())
        return Found(self._readings[value] if exact else reads, value, exact)

    def _cut_short(self, data: bytes) -> Iterator[tuple[int, int, bytes | None]]:
        """Beginnings of values right before ``…``: from where to where, and the form of a declared one."""
        behind, end = 0, data.find(_ELLIPSIS)
        while end >= 0:
            for place in range(max(behind, end - _LONGEST_CUT), end - SHORTEST + 1):
                forms_ = self._by_start.get(data[place : place + SHORTEST], ())
                cut = next((form for form in forms_ if form.startswith(data[place:end])), None)
                if cut is not None or self._is_front(data, place, end):
                    yield place, end, cut
                    break
            behind = end + len(_ELLIPSIS)
            end = data.find(_ELLIPSIS, behind)

    def _is_front(self, data: bytes, start: int, end: int) -> bool:
        """Whether a part of the data begins as a remembered value does, and goes on like one value."""
        if not any(needles.is_front(data, start, end) for needles in (self._young, self._old)):
            return False
        unbroken = _UNBROKEN.match(data, start, end)
        return unbroken is not None and unbroken.end() == end

    def _in_carriers(self, layer: Layer) -> Iterator[Span]:
        """What stands in base64: the whole run is one span, or its last part where ``/`` parts it from a path."""
        shortest = [needles.shortest for needles in (self._declared, self._young, self._old) if needles]
        for batch in batches(layer.data, 1 if self._alone else min(shortest)):
            best: dict[int, tuple[int, tuple[Found, ...]]] = {}
            for offset in ALIGNMENTS:
                decoded = batch.decoded(offset)
                for run, (place, found) in self._carried(decoded).items():
                    if run not in best or len(found) > len(best[run][1]):
                        best[run] = offset + (place - decoded.begins[run]) // 3 * 4, found
            for run, (place, found) in best.items():
                start, end, padded = batch.span(run)
                yield Span(self._last_segment(layer.data, start, start + place, end, found), padded, found)

    def _carried(self, decoded: Decoded) -> dict[int, tuple[int, tuple[Found, ...]]]:
        """Run of base64 → where in the decoded bytes the first value is found, and the values."""
        whole = Layer(decoded.data)
        spans = list(self._declared_in(whole, folded(whole, wide=False)))
        for value, pattern in self._alone_in_pairs.items():
            for match in pattern.finditer(decoded.data):
                spans.append(Span(match.start(), match.end(), (Found(self._readings[value], value),)))
        # What is no text holds nothing that answers brought, and most runs are words of a text that hold none.
        for begin, piece in decoded.pieces():
            written = _WRITTEN.search(piece) is not None
            if (written or self._young or self._old) and _TEXT.fullmatch(piece):
                for layer in layers(piece, self._wide) if written else (Layer(piece),):
                    for span in self._in_layer(layer):
                        start, end = layer.place(span.start, span.end)
                        spans.append(Span(begin + start, begin + end, span.found))
        by_run: dict[int, list[Span]] = {}
        for span in _merged(spans):
            by_run.setdefault(decoded.run_at(span.start), []).append(span)
        return {
            run: (inside[0].start, tuple(dict.fromkeys(found for span in inside for found in span.found)))
            for run, inside in by_run.items()
        }

    def _last_segment(self, data: bytes, start: int, place: int, end: int, found: tuple[Found, ...]) -> int:
        """Where the carrier begins: ``/`` is a sign of base64 and a separator of paths, which should stay readable."""
        segment = place + 1
        for _ in range(_SEGMENTS):
            segment = data.rfind(b"/", start, segment)
            if segment < 0:
                break
            rest = Batch(data)
            rest.take(segment + 1, end)
            if self._carried(rest.decoded(0)).get(0, (0, ()))[1] == found:
                return segment + 1
        return start


def _forms(value: str) -> Iterator[bytes]:
    """What a declared value is known by: as it is, in each usual encoding, and without its first or its last sign."""
    data = utf8(value)
    yield from forms(data)
    for encode in ENCODINGS.values():
        yield folded(Layer(encode(value)), wide=True).data
    if len(value) >= _CUT_AT_AN_END:
        yield folded(Layer(utf8(value[:-1])), wide=True).data
        yield folded(Layer(utf8(value[1:])), wide=True).data


def _is_telling(form: bytes) -> bool:
    """Whether a form can be looked for anywhere: spaces, for which ``+`` stands too, are in every text."""
    return len(form) >= SHORTEST and bool(form.strip(b" "))


def _alone(data: bytes) -> re.Pattern[bytes]:
    """Where a value stands by itself: as the whole of a text, in quotes, as a value in a query, JSON or XML, or as a
    segment of a path."""
    value = re.escape(data)
    return re.compile(
        rb"\A%b\Z|(?<=\")%b(?=\")|(?<=')%b(?=')|(?<=`)%b(?=`)|(?<==)%b(?=[&;\s\"'<]|\Z)|(?<=/)%b(?=[/?#\s\"']|\Z)"
        rb"|(?<=>)%b(?=<)|(?<=\":)%b(?=\s*[,}\]])|(?<=\": )%b(?=\s*[,}\]])".replace(b"%b", value)
    )


def _alone_in_pairs(data: bytes) -> re.Pattern[bytes]:
    """Where a value stands by itself in what base64 holds: as ``user:`` or as ``:password``, or alone."""
    value = re.escape(data)
    begin, end = rb"(?:\A|(?<=\xff\xff\xff))", rb"(?=\x00{0,2}(?:\xff\xff\xff|\Z))"
    return re.compile(begin + value + b"(?=:)|(?<=:)" + value + end + b"|" + begin + value + end)


def _end(data: bytes, hit: Hit) -> int:
    """Where a hit ends; one that is known by its beginning alone goes on as long as nothing breaks it."""
    unbroken = None if hit.whole else _UNBROKEN.match(data, hit.end)
    return hit.end if unbroken is None else unbroken.end()


def _stands_out(shown: bytes) -> bool:
    """Whether a value is known for itself within other letters: no word that may be part of another."""
    return len(shown) >= _LONG or is_distinct(shown.decode("utf-8", "replace"))


def _within_word(data: bytes, start: int, end: int) -> bool:
    before, after = data[start - 1 : start], data[end : end + 1]
    return bool(_WORD.match(before) or _WORD.match(after))


def _merged(spans: list[Span]) -> list[Span]:
    """The spans in order, those that overlap as one: it shows what the longest of them shows, or the one with most."""
    spans.sort(key=lambda span: (span.start, -span.end))
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        elif span.end > last.end or _weight(span) > _weight(last):
            found = max(last, span, key=_weight).found
            merged[-1] = Span(last.start, max(span.end, last.end), found)
    return merged


def _weight(span: Span) -> tuple[int, int, bool]:
    """What a span says of what it shows, against another of the same place."""
    return len(span.found), span.end - span.start, all(one.value is not None and one.exact for one in span.found)
