"""Combinations of classes, one for each input, and the rows of a table that decide them."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from math import prod

from troth.judging.decisions import class_scope, decide
from troth.judging.terms import OperationTerms
from troth.model.contract import Fact, Input
from troth.sources.class_values import sendable

LOOK_AT = 20_000
"""At most so many combinations of an operation are looked at."""


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
    names = [contract_input.name for contract_input in terms.inputs]
    choices = [_choices(contract_input, fixed or {}) for contract_input in terms.inputs]
    total = prod(len(choice) for choice in choices)
    tuples: Iterable[tuple[str, ...]] = product(*choices) if total <= LOOK_AT else _sample(choices)
    for chosen in tuples:
        classes = dict(zip(names, chosen, strict=True))
        scope = class_scope(terms, classes)
        if any(impossible.evaluate(scope) is True for impossible in terms.impossible):
            continue
        rows = decide(terms, classes).rows
        yield Combination(classes, tuple(row.row.name for row in rows), any(row.contract.shared for row in rows))


def _choices(contract_input: Input, fixed: Mapping[str, str]) -> list[str]:
    if contract_input.name in fixed:
        return [fixed[contract_input.name]]
    return [cls.name for cls in contract_input.classes if sendable(contract_input, cls.name)]


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
            for first_class, second_class in product(choices[first], choices[second]):
                changed = list(base)
                changed[first], changed[second] = first_class, second_class
                yield tuple(changed)
    while True:
        yield tuple(chance.choice(choice) for choice in choices)


def needed_facts(terms: OperationTerms, classes: Mapping[str, str]) -> set[Fact]:
    """The facts that a combination cannot be sent without."""
    return {
        matcher
        for contract_input in terms.inputs
        for cls in contract_input.classes
        if classes.get(contract_input.name) == cls.name
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
    for combination in all_combinations(terms, fixed):
        if combination.unambiguous and combination.rows[0] in wanted:
            return combination.classes
    return None
