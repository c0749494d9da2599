"""Which inputs of a generated request are given a known value: generated oddities ride on requests that succeed.

A request made from shapes alone is refused at the door: its credentials are nobody's, its ids name nothing. So some
inputs get a value of one of their contract's classes, and the rest of the request stays as it was generated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from troth.judging.credentials import scheme_of
from troth.judging.terms import OperationTerms
from troth.model.contract import Fact, Input
from troth.model.facts import Facts
from troth.sources.class_values import class_value, sendable
from troth.sources.combinations import Combination, all_combinations
from troth.sources.minting import Mint

T = TypeVar("T")
KEEP = ""
"""In the place of a class: the input keeps what was generated."""


class Pick(Protocol):
    """Takes one of several: a seeded generator's choice, or a draw that Hypothesis can shrink to the first."""

    def __call__(self, options: Sequence[T], /) -> T:
        """One of the options, of which there is at least one."""
        ...


class Recipe(StrEnum):
    """How much of a request is known."""

    GENERATED = "generated"
    """Only the credentials."""
    FAVOURED = "favoured"
    """All inputs fall in classes that should lead to a success; at most one keeps what was generated."""
    MIXED = "mixed"
    """Each input for itself: any class, or what was generated."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to put in place of generated values."""

    classes: Mapping[str, str] = field(default_factory=dict)
    """Input → class; an input that is not named keeps what was generated."""
    turn: int = 0
    """Which matcher of a class to send, and which values are minted."""
    shuffle: int = 0
    """For SOAP: 0 for the documented order of the parts, else another one."""


class Chooser:
    """Makes choices for one operation.

    Args:
        terms: the operation and its inputs.
        facts: what the target gives; classes that need any other fact are never chosen.
    """

    def __init__(self, terms: OperationTerms, facts: Facts) -> None:
        self._soap = terms.operation.soap is not None
        self._classes = {
            contract_input.name: tuple(
                cls.name for cls in contract_input.classes if _available(contract_input, cls.name, facts)
            )
            for contract_input in terms.inputs
        }
        credentials = (contract_input for contract_input in terms.inputs if scheme_of(contract_input, terms.operation))
        self._known = {
            contract_input.name: known for contract_input in credentials if (known := self._with_fact(contract_input))
        }
        possible = [combination for combination in all_combinations(terms) if self._possible(combination)]
        likely = [combination for combination in possible if _may_succeed(terms, combination)]
        score = {id(combination): _facts_in(terms, combination) for combination in likely}
        most = max(score.values(), default=0)
        self._best = tuple(combination.classes for combination in likely if score[id(combination)] == most)
        # Where errors have the status of a success too (SOAP), only what is known tells a likely success.
        telling = len(likely) < sum(len(combination.rows) <= 1 for combination in possible)
        self._likely = tuple(combination.classes for combination in likely) if telling else self._best

    def choice(self, recipe: Recipe, pick: Pick) -> Choice:
        """A choice by a recipe."""
        if recipe is Recipe.FAVOURED and self._likely:
            base = pick((self._best, self._likely))
            classes = dict(pick(base))
            varied = [name for name in classes if name not in self._known]
            classes.pop(pick((*(KEEP for _ in varied), KEEP, *varied)), None)
        elif recipe is Recipe.GENERATED:
            classes = dict(self._known)
        else:
            classes = {name: self._any(name, pick) for name in self._classes}
            classes = {name: cls for name, cls in classes.items() if cls != KEEP}
        return Choice(classes, pick(range(1_000)), pick((0, 0, 0, 0, 0, 0, 0, 1)) if self._soap else 0)

    def _any(self, name: str, pick: Pick) -> str:
        known = self._known.get(name)
        mostly = (known,) * 12 if known is not None else (KEEP,) * len(self._classes[name])
        return pick((*mostly, KEEP, *self._classes[name]))

    def _with_fact(self, contract_input: Input) -> str:
        """The first class of an input that a known fact makes; valid credentials, for example."""
        for name in self._classes[contract_input.name]:
            if isinstance(sendable(contract_input, name)[0], Fact):
                return name
        return KEEP

    def _possible(self, combination: Combination) -> bool:
        return all(cls in self._classes[name] for name, cls in combination.classes.items())


def _available(contract_input: Input, name: str, facts: Facts) -> bool:
    """Whether every way of being in a class can be sent (facts that an earlier call gives can)."""
    matchers = sendable(contract_input, name)
    return bool(matchers) and all(
        not isinstance(matcher, Fact) or matcher.root == "given" or _known(matcher, facts) for matcher in matchers
    )


def _known(fact: Fact, facts: Facts) -> bool:
    try:
        facts.look_up(fact)
    except KeyError:
        return False
    return True


def _may_succeed(terms: OperationTerms, combination: Combination) -> bool:
    """No row speaks of the combination, or the only one that does promises a success (or leaves the status open)."""
    rows = [term.row for table in terms.tables for term in table.rows if term.row.name in combination.rows]
    succeeding = all(not row.status or any(status.startswith("2") for status in row.status) for row in rows)
    return succeeding and len(combination.rows) <= 1


def _facts_in(terms: OperationTerms, combination: Combination) -> int:
    classes = combination.classes
    first = (sendable(contract_input, classes[contract_input.name])[0] for contract_input in terms.inputs)
    return sum(isinstance(matcher, Fact) for matcher in first)


def values_of(
    terms: OperationTerms, choice: Choice, facts: Facts, seed: str
) -> tuple[dict[str, object], frozenset[str]]:
    """The values that a choice puts in, by input, and those of them that are minted.

    Raises:
        KeyError: a fact is missing after all.
    """
    mint = Mint(f"{seed}/{choice.turn}")
    values = {
        chosen.name: class_value(chosen, choice.classes[chosen.name], facts, mint, choice.turn)
        for chosen in terms.inputs
        if chosen.name in choice.classes
    }
    return values, frozenset(mint.made)


def needed_given(terms: OperationTerms, choice: Choice) -> frozenset[Fact]:
    """The facts of earlier calls that a choice needs."""
    return frozenset(
        matcher
        for chosen in terms.inputs
        if chosen.name in choice.classes
        for matcher in sendable(chosen, choice.classes[chosen.name])
        if isinstance(matcher, Fact) and matcher.root == "given"
    )


def stand_in(needed: frozenset[Fact]) -> dict[str, object]:
    """Something in the place of facts that are not yet given, to see whether a request could be written at all."""
    given: dict[str, object] = {}
    for fact in sorted(needed, key=str):
        node: dict[str, object] = given
        for part in fact.path[:-1]:
            child = node.setdefault(part, {})
            node = child if isinstance(child, dict) else {}
        node[fact.path[-1]] = str(fact)
    return given
