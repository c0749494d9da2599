"""Learns the shape of a set of answers: for each place types, presence, formats, texts, numbers and lengths."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from troth.drift.formats import ABSTRACT, abstracted, formats_of, is_data
from troth.wire.markup import Repeated

MOST_TEXTS = 200
"""So many different texts are kept of a place; with more, they are taken for data."""
_MOST_VALUES = 64
_MOST_EXAMPLE = 2_000
_WHOLE_NUMBER_TEXT = 5
_MANY_KEYS = 12


class Extent(NamedTuple):
    """The smallest and the greatest of the numbers that one answer has at a place."""

    answer: int
    low: float
    high: float


@dataclass(slots=True)
class LearntShape:
    """What a set of answers has at one place. Each list holds numbers of answers, ascending, each once."""

    answers: list[int] = field(default_factory=list)
    """Answers that have the place."""
    whole: list[int] = field(default_factory=list)
    """Answers in which every object that may have the place has it."""
    objects: list[int] = field(default_factory=list)
    types: dict[str, list[int]] = field(default_factory=dict)
    formats: dict[str, list[int]] = field(default_factory=dict)
    """Format → answers in which every text here has it."""
    texts: dict[str, list[int]] = field(default_factory=dict)
    """Text (with placeholders for values) → answers that have it; small numbers and booleans as JSON writes them."""
    crowded: bool = False
    """There were more texts than are kept."""
    values: set[str] = field(default_factory=set)
    """Some of the different texts, from which their number is estimated."""
    numbers: list[Extent] = field(default_factory=list)
    """Of the numbers of each answer."""
    lengths: list[Extent] = field(default_factory=list)
    """Of the lengths of the arrays of each answer."""
    examples: dict[str, str] = field(default_factory=dict)
    """Type, or format of a text → the shortest value."""
    properties: "dict[str, LearntShape]" = field(default_factory=dict)
    items: "LearntShape | None" = None

    def learn(self, values: Sequence[object], number: int, echoes: Sequence[str]) -> None:
        """Add all values that one answer has at this place.

        Args:
            values: plain trees; :class:`Repeated` for values side by side.
            number: the number of the answer, greater than any before.
            echoes: values of the request, the longest first.
        """
        values = [each for value in values for each in (value if isinstance(value, Repeated) else (value,))]
        if not values:
            return
        self.answers.append(number)
        for name in sorted({json_type(value) for value in values}):
            self.types.setdefault(name, []).append(number)
        self._texts([value for value in values if isinstance(value, str)], number, echoes)
        self._scalars(values, number)
        arrays = [value for value in values if isinstance(value, list)]
        if arrays:
            sizes = [len(array) for array in arrays]
            self.lengths.append(Extent(number, min(sizes), max(sizes)))
            self.items = self.items or LearntShape()
            self.items.learn([item for array in arrays for item in array], number, echoes)
        objects = [value for value in values if isinstance(value, Mapping)]
        if objects:
            self._objects(objects, number, echoes)

    def _texts(self, texts: list[str], number: int, echoes: Sequence[str]) -> None:
        if not texts:
            return
        common: set[str] | None = None
        for text in texts:
            formats = formats_of(text)
            common = set(formats) if common is None else common & set(formats)
            self._example(formats[0] if formats else "text", text)
            if len(self.values) < _MOST_VALUES:
                self.values.add(text)
            if not formats:
                self._text(abstracted(text, echoes), number)
        for name in sorted(common or ()):
            self.formats.setdefault(name, []).append(number)

    def _scalars(self, values: Sequence[object], number: int) -> None:
        numbers: list[float] = []
        for value in values:
            if isinstance(value, bool | int | float):
                self._example(json_type(value), scalar_text(value))
            if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**_WHOLE_NUMBER_TEXT):
                self._text(scalar_text(value), number)
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers.append(_finite(value))
        if numbers:
            self.numbers.append(Extent(number, min(numbers), max(numbers)))

    def _objects(self, objects: list[Mapping[str, object]], number: int, echoes: Sequence[str]) -> None:
        self.objects.append(number)
        gathered: dict[str, list[object]] = {}
        for members in objects:
            of_this_object: dict[str, list[object]] = {}
            for key, value in members.items():
                values = of_this_object.setdefault(f"{{{formats_of(key)[0]}}}" if is_data(key) else key, [])
                values.extend(value if isinstance(value, Repeated) else (value,))
            for key, values in of_this_object.items():
                gathered.setdefault(key, []).append(Repeated(values))
        for key, values in gathered.items():
            shape = self.properties.setdefault(key, LearntShape())
            shape.learn(values, number, echoes)
            if len(values) == len(objects):
                shape.whole.append(number)

    def _text(self, text: str, number: int) -> None:
        if self.crowded or text == ABSTRACT:
            return
        answers = self.texts.setdefault(text, [])
        if not answers or answers[-1] != number:
            answers.append(number)
        if len(self.texts) > MOST_TEXTS:
            self.crowded = True
            self.texts = {}

    def _example(self, name: str, value: str) -> None:
        value = value[:_MOST_EXAMPLE]
        known = self.examples.get(name)
        if known is None or (len(value), value) < (len(known), known):
            self.examples[name] = value


def json_type(value: object) -> str:
    """The type of a value in JSON Schema; a whole number is ``integer``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def scalar_text(value: object) -> str:
    """A scalar as JSON writes it; a number of very many digits in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 4 * _MOST_EXAMPLE:
        return f"a number of {value.bit_length():,} bits"
    return str(value)


def _finite(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def is_dictionary(old: LearntShape, new: LearntShape) -> bool:
    """Whether the keys of an object are data: there are many, and none stands in half of the answers."""
    keys = old.properties.keys() | new.properties.keys()
    if len(keys) < _MANY_KEYS:
        return False
    sides = [side for side in (old, new) if side.objects]
    return all(2 * len(side.properties[key].answers) < len(side.objects) for side in sides for key in side.properties)


def merge_shapes(shapes: Iterable[LearntShape]) -> LearntShape:
    """The shape of several places taken together, such as the values of a dictionary."""
    parts = list(shapes)
    whole = LearntShape(
        answers=_union(part.answers for part in parts),
        whole=_union(part.whole for part in parts),
        objects=_union(part.objects for part in parts),
        types=_unions(part.types for part in parts),
        texts=_unions(part.texts for part in parts),
        crowded=any(part.crowded for part in parts),
        values=set().union(*(part.values for part in parts)),
        numbers=_extents(part.numbers for part in parts),
        lengths=_extents(part.lengths for part in parts),
    )
    whole.formats = {name: _everywhere(name, parts) for name in {name for part in parts for name in part.formats}}
    for part in parts:
        for name, value in part.examples.items():
            whole._example(name, value)
    if whole.crowded or len(whole.texts) > MOST_TEXTS:
        whole.crowded, whole.texts = True, {}
    items = [part.items for part in parts if part.items is not None]
    whole.items = merge_shapes(items) if items else None
    for key in {key: None for part in parts for key in part.properties}:
        having = [part.properties[key] for part in parts if key in part.properties]
        shape = merge_shapes(having)
        lacking = _union(_lacking(part, key) for part in parts)
        shape.whole = sorted(set(shape.answers) - set(lacking))
        whole.properties[key] = shape
    return whole


def _lacking(part: LearntShape, key: str) -> list[int]:
    known = part.properties.get(key)
    return part.objects if known is None else sorted(set(part.objects) - set(known.whole))


def _everywhere(name: str, parts: list[LearntShape]) -> list[int]:
    """Answers in which every text at every one of these places has a format."""
    without = {
        number for part in parts for number in set(part.types.get("string", ())) - set(part.formats.get(name, ()))
    }
    return sorted({number for part in parts for number in part.formats.get(name, ())} - without)


def _union(lists: Iterable[list[int]]) -> list[int]:
    return sorted(set().union(*lists))


def _unions(tables: Iterable[Mapping[str, list[int]]]) -> dict[str, list[int]]:
    union: dict[str, set[int]] = {}
    for table in tables:
        for name, answers in table.items():
            union.setdefault(name, set()).update(answers)
    return {name: sorted(answers) for name, answers in union.items()}


def _extents(lists: Iterable[list[Extent]]) -> list[Extent]:
    union: dict[int, Extent] = {}
    for extents in lists:
        for extent in extents:
            known = union.get(extent.answer, extent)
            union[extent.answer] = Extent(extent.answer, min(extent.low, known.low), max(extent.high, known.high))
    return [union[answer] for answer in sorted(union)]
