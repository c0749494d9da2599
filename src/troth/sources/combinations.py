"""Which combinations of classes to send. Errors mask each other, so plain pairwise would never reach a success.

Witnesses (each row alone once, each class once) always; on a closed world everything up to a limit; else witnesses and
a pairwise cover of the combinations in which one row applies alone.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from math import prod

from troth.errors import Problem
from troth.judging.decisions import class_scope, decide
from troth.judging.terms import OperationTerms
from troth.model.contract import Fact
from troth.sources.building import sendable

SEND_ALL = 1_000
"""At most so many combinations are sent on a closed world."""
LOOK_AT = 20_000
"""At most so many are looked at when they are too many to send."""


@dataclass(frozen=True, slots=True)
class Combination:
    """One class for each input, and the rows that decide it."""

    classes: Mapping[str, str]
    rows: tuple[str, ...]
    shared: bool = False
    """A table that many operations share decides, whatever the operation's own inputs are."""

    @property
    def unambiguous(self) -> bool:
        """One row applies, and no other."""
        return len(self.rows) == 1


def all_combinations(terms: OperationTerms, fixed: Mapping[str, str] | None = None) -> Iterator[Combination]:
    """Every possible combination with its rows; a seeded sample of them where they are too many to look at.

    Args:
        terms: the operation.
        fixed: inputs whose class is given.
    """
    names = [one.name for one in terms.inputs]
    choices = [_choices(terms, index, fixed or {}) for index in range(len(names))]
    total = prod(len(choice) for choice in choices)
    tuples: Iterable[tuple[str, ...]] = product(*choices) if total <= LOOK_AT else _sample(choices)
    for chosen in tuples:
        classes = dict(zip(names, chosen, strict=True))
        scope = class_scope(terms, classes)
        if any(impossible.evaluate(scope) is True for impossible in terms.impossible):
            continue
        rows = decide(terms, classes).rows
        yield Combination(classes, tuple(row.row.name for row in rows), any(row.contract.shared for row in rows))


def _choices(terms: OperationTerms, index: int, fixed: Mapping[str, str]) -> list[str]:
    one = terms.inputs[index]
    if one.name in fixed:
        return [fixed[one.name]]
    return [cls.name for cls in one.classes if sendable(one, cls.name)]


def _sample(choices: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Every combination that differs from some base in at most two inputs, then random ones; each once."""
    chance = random.Random(0)  # noqa: S311 - a sample, not a secret
    seen: set[tuple[str, ...]] = set()
    for chosen in islice(_near_and_far(choices, chance), LOOK_AT * 4):
        if chosen not in seen:
            seen.add(chosen)
            yield chosen
        if len(seen) == LOOK_AT:
            return


def _near_and_far(choices: Sequence[Sequence[str]], chance: random.Random) -> Iterator[tuple[str, ...]]:
    longest = max(len(choice) for choice in choices)
    for turn in range(longest):
        base = tuple(choice[min(turn, len(choice) - 1)] for choice in choices)
        yield base
        for first, second in combinations(range(len(choices)), 2):
            for one, two in product(choices[first], choices[second]):
                changed = list(base)
                changed[first], changed[second] = one, two
                yield tuple(changed)
    while True:
        yield tuple(chance.choice(choice) for choice in choices)


def select(found: Sequence[Combination], closed: bool) -> list[Combination]:
    """The combinations to send, witnesses first."""
    chosen = witnesses(found)
    picked = {id(one) for one in chosen}
    rest = [one for one in found if id(one) not in picked]
    own = [one for one in rest if not one.shared]
    if closed and len(own) <= SEND_ALL:
        # Where a shared table decides (authentication), the operation's own inputs play no part: pairs of them suffice.
        return chosen + own + pairwise(chosen + own, [one for one in rest if one.shared])
    if closed:
        return chosen + pairwise(chosen, rest)
    return chosen + pairwise(chosen, [one for one in rest if one.unambiguous])


def witnesses(found: Sequence[Combination]) -> list[Combination]:
    """Each row alone once, and each class once; combinations of one row are preferred."""
    chosen: list[Combination] = []
    rows: set[str] = set()
    classes: set[tuple[str, str]] = set()
    for one in found:
        if one.unambiguous and one.rows[0] not in rows:
            rows.add(one.rows[0])
            classes.update(one.classes.items())
            chosen.append(one)
    for one in sorted(found, key=lambda one: not one.unambiguous):
        new = set(one.classes.items()) - classes
        if new:
            classes |= new
            chosen.append(one)
    return chosen


def pairwise(chosen: Sequence[Combination], rest: Sequence[Combination]) -> list[Combination]:
    """A greedy cover of every pair of classes that the rest can reach and the chosen ones do not."""
    covered = {pair for one in chosen for pair in _pairs(one)}
    added: list[Combination] = []
    for one in rest:
        if len(added) == SEND_ALL:
            break
        new = _pairs(one) - covered
        if new:
            covered |= new
            added.append(one)
    return added


def _pairs(one: Combination) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    return set(combinations(sorted(one.classes.items()), 2))


def needed_facts(terms: OperationTerms, classes: Mapping[str, str]) -> set[Fact]:
    """The facts that a combination cannot be sent without."""
    return {
        matcher
        for one in terms.inputs
        for cls in one.classes
        if classes.get(one.name) == cls.name
        for matcher in cls.matchers
        if isinstance(matcher, Fact)
    }


def successful(terms: OperationTerms, fixed: Mapping[str, str], row: str = "") -> Mapping[str, str] | None:
    """Classes of a request that one row decides alone: the named one, or any that promises a 2xx.

    Args:
        terms: the operation.
        fixed: inputs whose class is given.
        row: the row to meet; ``""`` for any success.
    """
    promising = {
        term.row.name
        for table in terms.tables
        for term in table.rows
        if any(status.startswith("2") for status in term.row.status)
    }
    wanted = {row} if row else promising
    for one in all_combinations(terms, fixed):
        if one.unambiguous and one.rows[0] in wanted:
            return one.classes
    return None


def lint_rows(terms: OperationTerms) -> Iterator[Problem]:
    """Rows that no possible combination of classes meets alone, so that nothing could ever be known about them."""
    rows = {term.row.name: term.row for table in terms.tables for term in table.rows if not term.row.provoke}
    alone: set[str] = set()
    together: set[str] = set()
    for one in all_combinations(terms):
        (alone if one.unambiguous else together).update(one.rows)
        if len(alone) == len(rows):
            return
    for name, row in rows.items():
        if name not in alone:
            how = "only together with others" if name in together else "never"
            fix = "make its `when` exclusive, or say `provoke: {never: why}`"
            yield Problem(row.position, f"the row {name!r} of {terms.operation} applies {how}", fix)
