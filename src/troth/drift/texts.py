"""Compares literal texts: error messages, literals that SOAP functions return, values of enumerations."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from troth.drift.evidence import Ground
from troth.drift.formats import ABSTRACT
from troth.drift.shapes import LearntShape

FEW = 10
"""A place with at most so many different texts has literals, however few its answers are."""
ENOUGH_FOR_VALUES = 20
"""So many answers each side needs for an enumeration, and each value five of them on average."""
_EACH = 5
_LONGEST_VALUE = 40
_LONGEST_COMPARED = 500


@dataclass(frozen=True, slots=True)
class TextChange:
    """One text that took the place of another; None where there is no counterpart."""

    old: str | None
    new: str | None
    old_answers: tuple[int, ...]
    new_answers: tuple[int, ...]


def has_literals(shape: LearntShape) -> bool:
    """Whether the texts of a place are few enough to be literals rather than data."""
    return bool(shape.texts) and not shape.crowded and len(shape.texts) <= max(FEW, len(shape.answers) // _EACH)


def changed_texts(old: LearntShape, new: LearntShape, ground: Ground) -> Iterator[TextChange]:
    """Texts that no new answer has, each with its counterpart; then texts that no old answer has."""
    if not has_literals(old) or new.crowded:
        return
    came = [
        text
        for text in sorted(new.texts)
        if text not in old.texts and ground.appeared(old.answers, new.texts[text], new.answers)
    ]
    gone = [
        text
        for text in sorted(old.texts)
        if text not in new.texts and ground.gone(old.texts[text], old.answers, new.answers)
    ]
    placed = set()
    for text in gone:
        situations = {ground.old[number] for number in old.texts[text]}
        partner = _partner(text, new, ground.new, situations, came)
        placed.add(partner)
        answers = new.texts[partner] if partner is not None else new.answers
        yield TextChange(text, partner, tuple(old.texts[text]), tuple(answers))
    for text in came:
        if text not in placed:
            situations = {ground.new[number] for number in new.texts[text]}
            before = _partner(text, old, ground.old, situations, gone)
            answers = old.texts[before] if before is not None else []
            yield TextChange(before, text, tuple(answers), tuple(new.texts[text]))


def _partner(
    text: str, shape: LearntShape, situation_of: Sequence[str], situations: set[str], preferred: list[str]
) -> str | None:
    """The text of the other side in these situations: a new one, a frequent one, a similar one first."""
    counts: Counter[str] = Counter()
    for candidate, answers in shape.texts.items():
        count = sum(situation_of[number] in situations for number in answers)
        if count:
            counts[candidate] = count
    if not counts:
        return None
    wanted = set(preferred)
    return min(counts, key=lambda known: (known not in wanted, -counts[known], -_likeness(known, text), known))


def _likeness(text: str, candidate: str) -> float:
    return SequenceMatcher(None, text[:_LONGEST_COMPARED], candidate[:_LONGEST_COMPARED]).ratio()


def is_enumeration(shape: LearntShape) -> bool:
    """Whether the texts of a place look like the values of an enumeration: few, short and frequent."""
    strings = shape.types.get("string", [])
    return (
        not shape.crowded
        and not shape.formats
        and 1 < len(shape.texts) <= FEW
        and len(strings) >= max(ENOUGH_FOR_VALUES, _EACH * len(shape.texts))
        and all(ABSTRACT not in text and len(text) <= _LONGEST_VALUE for text in shape.texts)
        and set(shape.types) <= {"string", "null"}
    )


def new_values(old: LearntShape, new: LearntShape, ground: Ground) -> list[str]:
    """New values of an enumeration; none where most of the old values are gone, since then it is other data."""
    if not is_enumeration(old) or len(new.types.get("string", [])) < ENOUGH_FOR_VALUES or new.crowded:
        return []
    again = sum(text in new.texts for text in old.texts)
    if 2 * again < len(old.texts) or len(new.texts) > 2 * FEW:
        return []
    strings, those = old.types["string"], new.types["string"]
    return [
        text
        for text in sorted(new.texts)
        if text not in old.texts and ABSTRACT not in text and ground.appeared(strings, new.texts[text], those)
    ]
