"""Statistical tests: whether a difference between answers to equal requests can be a coincidence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

CHANCE = 0.01
"""The level of significance: if both sides were alike, the difference would show in at most 1 % of comparisons."""
ENOUGH_APART = 5
"""So many answers each side needs to be compared where no two requests were equal."""
ENOUGH_FOR_RATES = 30
_LEAST_MOVE = 0.25
_DEVIATIONS = 3.0

Answers = Sequence[int]
"""Numbers of answers, ascending, each once."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The answers of one comparison, each with the situation of its request."""

    old: Sequence[str]
    """The situation of each old answer, by its number."""
    new: Sequence[str]

    def appeared(self, old_of: Answers, new_with: Answers, new_of: Answers) -> bool:
        """Whether it is significant that some new answers show something that no old answer shows."""
        return _unlikely(_at(self.old, old_of), _at(self.new, new_with), _at(self.new, new_of))

    def gone(self, old_with: Answers, old_of: Answers, new_of: Answers) -> bool:
        """Whether it is significant that no new answer shows something that some old answers show."""
        return _unlikely(_at(self.new, new_of), _at(self.old, old_with), _at(self.old, old_of))

    def moved(self, old_with: Answers, old_of: Answers, new_with: Answers, new_of: Answers) -> bool:
        """Whether a rate changed significantly and by 25 points or more, given the old rate of each situation."""
        if min(len(old_of), len(new_of)) < ENOUGH_FOR_RATES:
            return False
        before, having = Counter(_at(self.old, old_of)), Counter(_at(self.old, old_with))
        asked = Counter(situation for situation in _at(self.new, new_of) if situation in before)
        total = sum(asked.values())
        if total < ENOUGH_FOR_RATES:
            return False
        expected = sum(count * having[situation] / before[situation] for situation, count in asked.items())
        seen = sum(situation in before for situation in _at(self.new, new_with))
        spread = sqrt(sum(count + count * count / before[situation] for situation, count in asked.items())) / 2
        return abs(seen - expected) >= max(_LEAST_MOVE * total, _DEVIATIONS * spread)


def _at(situations: Sequence[str], answers: Iterable[int]) -> list[str]:
    return [situations[number] for number in answers]


def _unlikely(without: list[str], having: list[str], of: list[str]) -> bool:
    """Whether the answers without a property would be improbable at the rate of the other side, over all situations or
    in one of them.

    A property that every answer of one side has and none of the other is significant from the first answer on; the
    rarer it is, the more answers without it are needed.
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
