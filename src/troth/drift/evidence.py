"""When a difference is one: answers asked alike are held against each other, and chance is ruled out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

CHANCE = 0.01
"""A difference counts if, were both sides alike, the other side would have looked so in at most 1 % of all cases."""
ENOUGH_APART = 5
"""Answers on either side that make them comparable where no two requests were alike."""
ENOUGH_FOR_RATES = 30
_LEAST_MOVE = 0.25
_DEVIATIONS = 3.0

Answers = Sequence[int]
"""Numbers of answers, ascending, each once."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The answers that one comparison rests on, and how each was asked for."""

    old: Sequence[str]
    """The situation of each old answer, by its number."""
    new: Sequence[str]

    def appeared(self, old_of: Answers, new_with: Answers, new_of: Answers) -> bool:
        """Whether something that none of the old answers shows is there for certain in the new ones."""
        return _unlikely(_at(self.old, old_of), _at(self.new, new_with), _at(self.new, new_of))

    def gone(self, old_with: Answers, old_of: Answers, new_of: Answers) -> bool:
        """Whether something that none of the new answers shows was there for certain in the old ones."""
        return _unlikely(_at(self.new, new_of), _at(self.old, old_with), _at(self.old, old_of))

    def moved(self, old_with: Answers, old_of: Answers, new_with: Answers, new_of: Answers) -> bool:
        """Whether a rate has moved by a quarter or more, each situation held to its own old rate."""
        if min(len(old_of), len(new_of)) < ENOUGH_FOR_RATES:
            return False
        before, having = Counter(_at(self.old, old_of)), Counter(_at(self.old, old_with))
        asked = Counter(one for one in _at(self.new, new_of) if one in before)
        total = sum(asked.values())
        if total < ENOUGH_FOR_RATES:
            return False
        expected = sum(count * having[one] / before[one] for one, count in asked.items())
        seen = sum(one in before for one in _at(self.new, new_with))
        spread = sqrt(sum(count + count * count / before[one] for one, count in asked.items())) / 2
        return abs(seen - expected) >= max(_LEAST_MOVE * total, _DEVIATIONS * spread)


def _at(situations: Sequence[str], answers: Iterable[int]) -> list[str]:
    return [situations[number] for number in answers]


def _unlikely(without: list[str], having: list[str], of: list[str]) -> bool:
    """Whether those without would hardly have been without, had they been like the others: in all, or asked alike.

    A thing that every answer shows on one side and none on the other is certain from the first answer on; the rarer it
    is, the more answers of the other side must be without it.
    """
    if not without or not having:
        return False
    if (1 - len(having) / len(of)) ** len(without) <= CHANCE:
        return True
    lacking, showing, all_of = Counter(without), Counter(having), Counter(of)
    return any(
        (1 - count / all_of[situation]) ** lacking[situation] <= CHANCE
        for situation, count in showing.items()
        if lacking[situation]
    )
