"""Texts that are said word for word: error messages, literals of SOAP functions, the values of an enumeration."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from troth.drift.evidence import Ground
from troth.drift.formats import ABSTRACT
from troth.drift.shapes import Shape

FEW = 10
"""Different texts that a place may have, however few its answers, and still say literals."""
ENOUGH_FOR_VALUES = 20
"""Answers on either side that make a place an enumeration, with each of its values in five of them on average."""
_EACH = 5
_LONGEST_VALUE = 40
_LONGEST_COMPARED = 500


@dataclass(frozen=True, slots=True)
class TextChange:
    """One text in another's place; None where nothing can be named."""

    old: str | None
    new: str | None
    old_answers: tuple[int, ...]
    new_answers: tuple[int, ...]


def says_literals(shape: Shape) -> bool:
    """Whether a place says one of a few texts, rather than data."""
    return bool(shape.texts) and not shape.crowded and len(shape.texts) <= max(FEW, len(shape.answers) // _EACH)


def changed_texts(old: Shape, new: Shape, ground: Ground) -> Iterator[TextChange]:
    """Texts that are said no longer, and what is said instead; then texts that are new."""
    if not says_literals(old) or new.crowded:
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
    text: str, other: Shape, situation_of: Sequence[str], situations: set[str], preferred: list[str]
) -> str | None:
    """What the other side says in these situations: something new, common and alike first."""
    said: Counter[str] = Counter()
    for candidate, answers in other.texts.items():
        count = sum(situation_of[number] in situations for number in answers)
        if count:
            said[candidate] = count
    if not said:
        return None
    wanted = set(preferred)
    return min(said, key=lambda one: (one not in wanted, -said[one], -_likeness(one, text), one))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:_LONGEST_COMPARED], other[:_LONGEST_COMPARED]).ratio()


def is_enumeration(shape: Shape) -> bool:
    """Whether the texts of a place look like the values of an enumeration: a few short ones, each seen often."""
    strings = shape.types.get("string", [])
    return (
        not shape.crowded
        and not shape.formats
        and 1 < len(shape.texts) <= FEW
        and len(strings) >= max(ENOUGH_FOR_VALUES, _EACH * len(shape.texts))
        and all(ABSTRACT not in text and len(text) <= _LONGEST_VALUE for text in shape.texts)
        and set(shape.types) <= {"string", "null"}
    )


def new_values(old: Shape, new: Shape, ground: Ground) -> list[str]:
    """Values that an enumeration did not have. Where most of the old ones are gone, it is another world's data."""
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
