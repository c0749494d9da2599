"""Whether a header of an answer is as the spec describes it: text held to the schema of a value ("Header Object").

A text may stand for several values. What the schema's own type makes of it goes first; where it accepts another of
them, the header is as described all the same.
"""

import re
from collections.abc import Iterable, Sequence

from troth.judging.requests.readings import Readings
from troth.judging.shapes import Departure, Shape
from troth.model.operation import HeaderForm
from troth.wire.bodies import Unreadable, is_json, read_json
from troth.wire.media_types import read_media_range
from troth.wire.schema_parts import kinds

_PART = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,])*')
_CANNOT_BE_JOINED = "set-cookie"


class HeaderJudge:
    """One documented header.

    Args:
        name: in lower case.
        shape: of its value.
        form: how it is written.
    """

    def __init__(self, name: str, shape: Shape, form: HeaderForm) -> None:
        self.name = name
        self._form = form
        self._types = kinds(shape.schema, shape.schema)
        self._readings = Readings(shape, of_answer=True)

    def complaint(self, lines: Sequence[str]) -> Departure | None:
        """What is wrong with the lines of this header; None where nothing is.

        Args:
            lines: the values of its lines, in their order. They are one list (RFC 9110, section 5.3), those of
                ``Set-Cookie`` apart.
        """
        if self.name == _CANNOT_BE_JOINED and "array" not in self._types:
            return next(filter(None, map(self._of_text, lines)), None)
        if self.name == _CANNOT_BE_JOINED:
            return self._of_candidates([list(lines)])
        return self._of_text(", ".join(line for line in lines if line))

    def _of_text(self, text: str) -> Departure | None:
        if self._form.media_type:
            return self._of_content(text)
        candidates: list[object] = []
        parts = list_parts(text)
        if "array" in self._types or not self._types:
            candidates.append(parts)
        if "object" in self._types or not self._types:
            fields = _fields(parts, self._form.explode)
            candidates += [fields] if fields is not None else []
        candidates.append(text)
        return self._of_candidates(candidates)

    def _of_content(self, text: str) -> Departure | None:
        if not is_json(read_media_range(self._form.media_type).essence):
            return self._of_candidates([text])
        value = read_json(text.encode("utf-8", "surrogatepass"))
        if isinstance(value, Unreadable):
            return Departure((), f"its value {value.reason}", text, "", None, undecided=value.ours)
        return _first(self._readings.shape.departures(value, 1))

    def _of_candidates(self, candidates: Sequence[object]) -> Departure | None:
        """What is wrong with the first candidate, unless one of them fits; it weighs as little as with any of them."""
        if any(map(self._readings.fit, candidates)):
            return None
        found = [self._readings.departure(candidate) for candidate in candidates]
        lightest = max((each for each in found if each is not None), key=Departure.lightness)
        first = _first(each for each in found if each is not None)
        return lightest if first is None or lightest.lightness() > first.lightness() else first


def list_parts(text: str) -> list[str]:
    """The elements of a list, empty ones left out, quoted strings whole (RFC 9110, sections 5.6.1 and 5.6.4)."""
    return [part.strip() for part in _PART.findall(text) if part.strip()]


def _first(departures: Iterable[Departure]) -> Departure | None:
    return next(iter(departures), None)


def _fields(parts: Sequence[str], explode: bool) -> dict[str, str] | None:
    """An object in the style `simple`: ``R,100,G,200``, or ``R=100,G=200`` where it is exploded; None for neither."""
    if explode:
        pairs = [part.partition("=") for part in parts]
        return {name: value for name, _, value in pairs} if all(equals for _, equals, _ in pairs) else None
    return dict(zip(parts[::2], parts[1::2], strict=True)) if len(parts) % 2 == 0 else None
