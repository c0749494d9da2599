"""Compares two shapes place by place, and reports one difference for each cause."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from troth.drift.differences import Evidence, Worth
from troth.drift.evidence import Ground
from troth.drift.formats import is_strong
from troth.drift.shapes import Extent, LearntShape, is_dictionary, merge_shapes
from troth.drift.texts import changed_texts, new_values
from troth.wire.pointers import Tokens, format_pointer

ENOUGH_FOR_RANGES = 20
"""So many answers each side needs for a comparison of ranges: the median of 20 new values is not beyond twice the old
range by chance."""
_SPREAD = 3
"""So many different old numbers make a range; fewer may be the data of one user."""
_SURE = 3
"""With so many different old texts a weak format, such as digits, is no coincidence."""
_IDENTIFIERS = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference at one place, without the promises it breaks. ``hits`` are the numbers of new answers with it."""

    place: str
    sort: str
    says: str
    worth: Worth
    old: Evidence
    new: Evidence
    hits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares two shapes.

    Args:
        ground: the answers they were learnt from.
        prefix: what the place begins with: ``body``, ``header``, ``soap`` …
        literal: whether the texts of a place are literals, so that another wording is a change.
    """

    ground: Ground
    prefix: str
    literal: Callable[[Tokens], bool]

    def place(self, path: Tokens) -> str:
        """A place as reports name it."""
        if self.prefix in ("body", "xml"):
            return f"{self.prefix} {format_pointer(path) or '/'}"
        return " ".join((self.prefix, "/".join(path))).rstrip()

    def compare(self, old: LearntShape, new: LearntShape, path: Tokens = ()) -> Iterator[Difference]:
        """Every difference at a place that both sides have, and below it."""
        yield from self._types(old, new, path)
        if {"string"} <= old.types.keys() & new.types.keys():
            yield from self._format(old, new, path)
        yield from self._texts(old, new, path)
        if old.lengths and new.lengths:
            yield from self._lengths(old, new, path)
        if old.items is not None and new.items is not None and old.items.answers and new.items.answers:
            yield from self.compare(old.items, new.items, (*path, "*"))
        if old.objects and new.objects:
            yield from self._properties(old, new, path)

    def _types(self, old: LearntShape, new: LearntShape, path: Tokens) -> Iterator[Difference]:
        known = set(old.types) | ({"integer"} if "number" in old.types else set())
        came = [
            name
            for name in new.types
            if name not in known and self.ground.appeared(old.answers, new.types[name], new.answers)
        ]
        if "null" in came:
            nulls = new.types["null"]
            says = "is always null now" if len(new.types) == 1 else "can be null now"
            before = Evidence(_types(old), len(old.answers), len(old.answers), _example(old))
            yield self._difference(
                path, "null", says, Worth.CONSUMERS, before, _seen("null", nulls, new, "null"), nulls
            )
        elif "null" in old.types and "null" in new.types:
            yield from self._rate(path, "null-rate", "null", (old.types["null"], old), (new.types["null"], new))
        others = sorted(name for name in came if name != "null")
        if others:
            hits = sorted({number for name in others for number in new.types[name]})
            says = f"has another type: {_types(old)} before, {_types(new)} now"
            example = next((new.examples[name] for name in others if name in new.examples), "")
            if "string" in others:
                example = _text_example(new)
            before = Evidence(_types(old), len(old.answers), len(old.answers), _example(old))
            yield self._difference(
                path, "type", says, Worth.CONSUMERS, before, _seen(_types(new), hits, new, example), hits
            )

    def _format(self, old: LearntShape, new: LearntShape, path: Tokens) -> Iterator[Difference]:
        before, now = old.types["string"], new.types["string"]
        kept = [name for name in old.formats if is_strong(name) and len(old.formats[name]) == len(before)]
        if any(len(new.formats.get(name, [])) == len(now) for name in kept):
            return
        hits = self._lost(old, new) or self._gained(old, new)
        if not hits:
            return
        says = f"has another format: {_formats(old)} before, {_formats(new)} now"
        first = Evidence(_formats(old), len(before), len(before), _text_example(old))
        then = Evidence(_formats(new), len(hits), len(now), _other_example(old, new))
        yield self._difference(path, "format", says, Worth.CONSUMERS, first, then, hits)

    def _lost(self, old: LearntShape, new: LearntShape) -> list[int]:
        """New answers lack a format that all old ones have; or no new answer has a format that some old ones have."""
        before, now = old.types["string"], new.types["string"]
        for name in sorted(old.formats, key=lambda name: (not is_strong(name), name)):
            having, still = old.formats[name], new.formats.get(name, [])
            certain = is_strong(name) or (name != "token" and len(old.values) >= _SURE)
            if len(having) == len(before) and certain:
                without = sorted(set(now) - set(still))
                if self.ground.appeared(before, without, now):
                    return without
            elif is_strong(name) and name not in new.examples and self.ground.gone(having, before, now):
                return list(now)
        return []

    def _gained(self, old: LearntShape, new: LearntShape) -> list[int]:
        """New answers that all have a strong format which no old one has."""
        before, now = old.types["string"], new.types["string"]
        for name in sorted(new.formats):
            having = new.formats[name]
            unknown = is_strong(name) and name not in old.examples and name not in old.formats
            if unknown and len(having) == len(now) and self.ground.appeared(before, having, now):
                return having
        return []

    def _texts(self, old: LearntShape, new: LearntShape, path: Tokens) -> Iterator[Difference]:
        if self.literal(path):
            changed = False
            for change in changed_texts(old, new, self.ground):
                changed = True
                first = Evidence("text", len(change.old_answers), len(old.answers), change.old or "")
                then = Evidence("text", len(change.new_answers), len(new.answers), change.new or "")
                yield self._difference(
                    path, "text", "says something else", Worth.TEXT, first, then, list(change.new_answers)
                )
            if changed:
                return
        for value in new_values(old, new, self.ground):
            hits = new.texts[value]
            known = ", ".join(sorted(old.texts))
            first = Evidence(f"one of {known}", len(old.answers), len(old.answers), min(old.texts))
            then = _seen("a new value", hits, new, value)
            yield self._difference(path, "value", f"has a new value: {value}", Worth.ADDITIVE, first, then, hits)
        yield from self._range(path, "range", "numbers", old.numbers, new.numbers)

    def _lengths(self, old: LearntShape, new: LearntShape, path: Tokens) -> Iterator[Difference]:
        empty = [number for number, low, _ in new.lengths if low == 0]
        answers = [number for number, _, _ in old.lengths]
        now = [number for number, _, _ in new.lengths]
        if empty and not any(low == 0 for _, low, _ in old.lengths) and self.ground.appeared(answers, empty, now):
            always = all(high == 0 for _, _, high in new.lengths)
            says = "is always empty now" if always else "can be empty now"
            first = Evidence(f"{_extent(old.lengths)} items", len(answers), len(answers))
            then = Evidence("empty", len(empty), len(now), "[]")
            yield self._difference(
                path, "emptied", says, Worth.CONSUMERS if always else Worth.RANGE, first, then, empty
            )
            return
        yield from self._range(path, "length", "lengths", old.lengths, new.lengths)

    def _range(
        self,
        path: Tokens,
        sort: str,
        what: str,
        old: list[Extent],
        new: list[Extent],
    ) -> Iterator[Difference]:
        if min(len(old), len(new)) < ENOUGH_FOR_RANGES or len({(extent.low, extent.high) for extent in old}) < _SPREAD:
            return
        low, high = _lowest(old), _highest(old)
        margin = high - low
        above = median(extent.high for extent in new) > high + max(margin, abs(high))
        below = median(extent.low for extent in new) < low - max(margin, abs(low))
        if not (above or below) or _identifiers(old, new):
            return
        hits = [extent.answer for extent in new if extent.high > high or extent.low < low]
        first = Evidence(_extent(old), len(old), len(old), _number(low if below else high))
        then = Evidence(_extent(new), len(hits), len(new), _number(_lowest(new) if below else _highest(new)))
        says = f"{what} moved from {_extent(old)} to {_extent(new)}"
        yield self._difference(path, sort, says, Worth.RANGE, first, then, hits)

    def _properties(self, old: LearntShape, new: LearntShape, path: Tokens) -> Iterator[Difference]:
        if is_dictionary(old, new):
            yield from self.compare(
                merge_shapes(old.properties.values()), merge_shapes(new.properties.values()), (*path, "{key}")
            )
            return
        for key in sorted(old.properties.keys() | new.properties.keys()):
            before, now = old.properties.get(key), new.properties.get(key)
            if before is None:
                if now is not None:
                    yield from self._new(old, new, now, (*path, key))
            elif now is None:
                yield from self._vanished(old, new, before, (*path, key))
            else:
                yield from self._presence(old, new, (before, now), (*path, key))
                yield from self.compare(before, now, (*path, key))

    def _new(self, old: LearntShape, new: LearntShape, now: LearntShape, path: Tokens) -> Iterator[Difference]:
        if self.ground.appeared(old.objects, now.answers, new.objects):
            then = Evidence(_types(now), len(now.answers), len(new.objects), _example(now))
            first = Evidence("absent", 0, len(old.objects))
            yield self._difference(path, "new", "is new", Worth.ADDITIVE, first, then, now.answers)

    def _vanished(self, old: LearntShape, new: LearntShape, before: LearntShape, path: Tokens) -> Iterator[Difference]:
        if self.ground.gone(before.answers, old.objects, new.objects):
            first = Evidence(_types(before), len(before.answers), len(old.objects), _example(before))
            then = Evidence("absent", 0, len(new.objects))
            yield self._difference(path, "vanished", "has vanished", Worth.CONSUMERS, first, then, new.objects)

    def _presence(
        self, old: LearntShape, new: LearntShape, both: tuple[LearntShape, LearntShape], path: Tokens
    ) -> Iterator[Difference]:
        before, now = both
        missing = sorted(set(new.objects) - set(now.whole))
        if len(before.whole) < len(old.objects):
            yield from self._rate(path, "presence", "there", (before.whole, old), (now.whole, new), objects=True)
        elif missing and self.ground.appeared(old.objects, missing, new.objects):
            first = Evidence("always there", len(before.whole), len(old.objects), _example(before))
            then = Evidence("absent at times", len(missing), len(new.objects))
            says = "is no longer always there"
            yield self._difference(path, "optional", says, Worth.CONSUMERS, first, then, missing)

    def _rate(
        self,
        path: Tokens,
        sort: str,
        what: str,
        old: tuple[list[int], LearntShape],
        new: tuple[list[int], LearntShape],
        objects: bool = False,
    ) -> Iterator[Difference]:
        before, now = (side[1].objects if objects else side[1].answers for side in (old, new))
        if self.ground.moved(old[0], before, new[0], now):
            shares = f"{len(old[0]) / len(before):.0%} to {len(new[0]) / len(now):.0%}"
            first, then = Evidence(what, len(old[0]), len(before)), Evidence(what, len(new[0]), len(now))
            says = f"is {what} in another share of answers: from {shares}"
            yield self._difference(path, sort, says, Worth.RANGE, first, then, new[0])

    def _difference(
        self, path: Tokens, sort: str, says: str, worth: Worth, old: Evidence, new: Evidence, hits: list[int]
    ) -> Difference:
        return Difference(self.place(path), sort, says, worth, old, new, tuple(hits))


def _seen(shows: str, hits: list[int], shape: LearntShape, example: str) -> Evidence:
    return Evidence(shows, len(hits), len(shape.answers), example)


def _types(shape: LearntShape) -> str:
    return " or ".join(sorted(shape.types))


def _formats(shape: LearntShape) -> str:
    names = {type_ for type_ in shape.examples if type_ not in ("integer", "number", "boolean")}
    return " or ".join(sorted(names)) or "text"


def _text_example(shape: LearntShape) -> str:
    names = [name for name in shape.examples if name not in ("integer", "number", "boolean")]
    return shape.examples[min(names)] if names else ""


def _other_example(old: LearntShape, new: LearntShape) -> str:
    """A new text in a format that no old text has, if there is one; else any new text."""
    names = sorted(name for name in new.examples if name not in old.examples)
    return new.examples[names[0]] if names else _text_example(new)


def _example(shape: LearntShape) -> str:
    if shape.examples:
        return shape.examples[min(shape.examples)]
    if shape.lengths:
        return "[]" if not any(extent.high for extent in shape.lengths) else "[…]"
    return "{…}" if shape.objects else ""


def _identifiers(old: list[Extent], new: list[Extent]) -> bool:
    """Whether numbers look like identifiers or timestamps, which grow by themselves: large, and of equal length."""
    low, high = _lowest(old), _highest(old)
    if low < _IDENTIFIERS or high == float("inf") or _highest(new) == float("inf"):
        return False
    digits = {len(str(int(number))) for number in (low, high)}
    return len(str(int(abs(median(extent.high for extent in new))))) in range(min(digits), max(digits) + 1)


def _lowest(extents: list[Extent]) -> float:
    return min(extent.low for extent in extents)


def _highest(extents: list[Extent]) -> float:
    return max(extent.high for extent in extents)


def _extent(extents: list[Extent]) -> str:
    low, high = _lowest(extents), _highest(extents)
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) >= 1e15 or value != int(value) else str(int(value))
