"""Which inputs of a generated request are given a known value: generated oddities ride on requests that succeed.

A request made from shapes alone is refused at the door: its credentials are nobody's, its ids name nothing. So some
inputs get a value of one of their contract's classes, and the rest of the request stays as it was generated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from troth.judging.terms import OperationTerms
from troth.model.contract import Fact, Input
from troth.model.facts import Facts
from troth.sources.building import class_value, sendable
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
            one.name: tuple(cls.name for cls in one.classes if _available(one, cls.name, facts)) for one in terms.inputs
        }
        self._known = {
            one.name: known for one in terms.inputs if one.place == "auth" and (known := self._with_fact(one))
        }
        possible = [one for one in all_combinations(terms) if self._possible(one)]
        likely = [one for one in possible if _may_succeed(terms, one)]
        score = {id(one): _facts_in(terms, one) for one in likely}
        most = max(score.values(), default=0)
        self._best = tuple(one.classes for one in likely if score[id(one)] == most)
        # Where errors have the status of a success too (SOAP), only what is known tells a likely success.
        telling = len(likely) < sum(len(one.rows) <= 1 for one in possible)
        self._likely = tuple(one.classes for one in likely) if telling else self._best

    def choice(self, recipe: Recipe, pick: Pick) -> Choice:
        """A choice by a recipe."""
        if recipe is Recipe.FAVOURED and self._likely:
            base = pick((self._best, self._likely))
            classes = dict(pick(base))
            others = [name for name in classes if name not in self._known]
            classes.pop(pick((*(KEEP for _ in others), KEEP, *others)), None)
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

    def _with_fact(self, one: Input) -> str:
        """The first class of an input that a known fact makes; valid credentials, for one."""
        for cls in one.classes:
            if cls.name in self._classes[one.name] and isinstance(sendable(one, cls.name)[0], Fact):
                return cls.name
        return KEEP

    def _possible(self, one: Combination) -> bool:
        return all(cls in self._classes[name] for name, cls in one.classes.items())


def _available(one: Input, name: str, facts: Facts) -> bool:
    """Whether every way of being in a class can be sent (facts that an earlier call gives can)."""
    matchers = sendable(one, name)
    return bool(matchers) and all(
        not isinstance(matcher, Fact) or matcher.root == "given" or _known(matcher, facts) for matcher in matchers
    )


def _known(fact: Fact, facts: Facts) -> bool:
    try:
        facts.look_up(fact)
    except KeyError:
        return False
    return True


def _may_succeed(terms: OperationTerms, one: Combination) -> bool:
    """No row speaks of the combination, or the only one that does promises a success (or leaves the status open)."""
    statuses = [term.row.status for table in terms.tables for term in table.rows if term.row.name in one.rows]
    return all(not status or any(text.startswith("2") for text in status) for status in statuses) and len(one.rows) <= 1


def _facts_in(terms: OperationTerms, one: Combination) -> int:
    return sum(isinstance(sendable(each, one.classes[each.name])[0], Fact) for each in terms.inputs)


def values_of(
    terms: OperationTerms, choice: Choice, facts: Facts, seed: str
) -> tuple[dict[str, object], frozenset[str]]:
    """The values that a choice puts in, by input, and those of them that are minted.

    Raises:
        KeyError: a fact is missing after all.
    """
    mint = Mint(f"{seed}/{choice.turn}")
    values = {
        one.name: class_value(one, choice.classes[one.name], facts, mint, choice.turn)
        for one in terms.inputs
        if one.name in choice.classes
    }
    return values, frozenset(mint.made)


def needed_given(terms: OperationTerms, choice: Choice) -> frozenset[Fact]:
    """The facts of earlier calls that a choice needs."""
    return frozenset(
        matcher
        for one in terms.inputs
        if one.name in choice.classes
        for matcher in sendable(one, choice.classes[one.name])
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
