"""What a properties item does: generate, put known values in, leave out repeats, have each judged, shrink failures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from troth.judging.terms import OperationTerms, Terms
from troth.model.book import Vendor
from troth.model.exchange import Request
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Built, CaseToSend, GivenFlows, Judge
from troth.sources.preparation import Preparation
from troth.sources.properties.choices import Choice, Chooser, Recipe, needed_given, stand_in, values_of
from troth.sources.properties.generated_requests import Generated, write_request
from troth.sources.properties.generation import Enough, Generator, draw_many, shrink
from troth.wire.request_writer import Unsendable

T = TypeVar("T")
_FUZZED = (Recipe.FAVOURED, Recipe.FAVOURED, Recipe.FAVOURED, Recipe.GENERATED, Recipe.MIXED)
"""Few draws, so most are on the way to a success."""
Drawn = tuple[Generated, Choice]
Fingerprint = tuple[str, ...]
SHRINKS = 200
"""At most so many further requests an item sends to find smaller ones that fail."""
SEARCHES = 300
"""At most so many values an item draws to find them: many repeat a request, and drawing is what takes time."""


@dataclass(slots=True)
class _Sent:
    """What one item has had judged: each request once, and the findings on it."""

    judge: Judge
    phase: str
    fingerprints: dict[Request, frozenset[Fingerprint]] = field(default_factory=dict)
    unsendable: int = 0


class Driver:
    """Drives the items of one vendor.

    Args:
        vendor: whose operations.
        terms: all operations, compiled.
        facts: what the target gives.
        seed: decides every request.
        draws: how many requests fuzzing draws for an operation, valid and invalid ones each.
        flows: makes the facts that workflows give; None where there are no workflows.

    Raises:
        InputInvalid: Schemathesis cannot use the vendor's spec.
    """

    def __init__(
        self,
        vendor: Vendor,
        terms: Terms,
        facts: Facts,
        seed: int,
        draws: int,
        flows: GivenFlows | None = None,
    ) -> None:
        self._terms = terms
        self._facts = facts
        self._seed = seed
        self._draws = draws
        self._generator = Generator(vendor)
        self._preparation = Preparation(terms, seed, flows)
        self._choosers: dict[str, Chooser] = {}

    def drive(self, operation: Operation, phase: str, judge: Judge) -> int:
        """Have the cases of one phase judged, each distinct request once.

        Returns:
            How many generated cases could not be put on the wire.

        Raises:
            CannotGenerate: Schemathesis can make nothing of the operation.
        """
        terms = self._terms.operations[str(operation)]
        sent = _Sent(judge, phase)
        if phase == "fuzzing":
            self._fuzz(terms, sent)
            return sent.unsendable
        seed = self._named(operation, phase)
        cases = (
            self._generator.examples(operation, seed) if phase == "examples" else self._generator.coverage(operation)
        )
        chooser = self._chooser(terms)
        for index, generated in enumerate(cases):
            for choice in _choices(chooser, Random(f"{seed}/{index}")):  # noqa: S311 - repeatable, not secret
                self._judge(terms, (generated, choice), sent)
        return sent.unsendable

    def _fuzz(self, terms: OperationTerms, sent: _Sent) -> None:
        """Generate and judge first, so that a failure costs no request its turn; then shrink what failed."""
        chooser = self._chooser(terms)
        allowed = _Allowance()
        for mode, strategy in self._generator.strategies(terms.operation):
            seed = self._named(terms.operation, f"fuzzing/{mode.value}")
            both = st.tuples(strategy.filter(_sendable(terms.operation, sent)), _drawn_choices(chooser))
            failing: dict[Fingerprint, None] = {}
            for drawn in draw_many(both, self._draws, seed):
                failing.update(dict.fromkeys(sorted(self._judge(terms, drawn, sent))))
            for fingerprint in failing:
                fails = partial(self._shows, terms, sent, fingerprint, allowed)
                shrink(both, self._draws, seed, fails)

    def _shows(
        self, terms: OperationTerms, sent: _Sent, fingerprint: Fingerprint, allowed: "_Allowance", drawn: Drawn
    ) -> bool:
        """Whether a drawn request shows a finding.

        Raises:
            Enough: the search has had its share.
        """
        if not allowed.draws or not allowed.requests:
            raise Enough
        judged = len(sent.fingerprints)
        shows = fingerprint in self._judge(terms, drawn, sent)
        allowed.draws -= 1
        allowed.requests -= len(sent.fingerprints) - judged
        return shows

    def _judge(self, terms: OperationTerms, drawn: Drawn, sent: _Sent) -> frozenset[Fingerprint]:
        """The findings on a request that count against the vendor; a request that was judged is not sent again."""
        generated, choice = drawn
        needed = needed_given(terms, choice)
        try:
            built = self._build(terms, generated, choice, replace(self._facts, given=stand_in(needed)))
            if built.request in sent.fingerprints:
                return sent.fingerprints[built.request]
            judgement = sent.judge(
                CaseToSend(
                    name=f"{sent.phase}/{len(sent.fingerprints)}",
                    operation=terms.operation,
                    build=partial(self._build, terms, generated, choice) if needed else _already(built),
                    given=self._preparation.given(terms, {fact.path[0] for fact in needed}),
                    observation=self._preparation.observation(terms),
                )
            )
        except Unsendable:
            sent.unsendable += 1
            return frozenset()
        against = frozenset(finding.fingerprint for finding in judgement.findings if not finding.unjudged)
        sent.fingerprints[built.request] = against
        return against

    def _build(self, terms: OperationTerms, generated: Generated, choice: Choice, facts: Facts) -> Built:
        values, minted = values_of(terms, choice, facts, self._named(terms.operation, "minted"))
        return Built(write_request(generated, terms.operation, terms.inputs, values, choice.shuffle), minted)

    def _chooser(self, terms: OperationTerms) -> Chooser:
        name = str(terms.operation)
        if name not in self._choosers:
            self._choosers[name] = Chooser(terms, self._facts)
        return self._choosers[name]

    def _named(self, operation: Operation, use: str) -> str:
        return f"{self._seed}/{operation}/properties/{use}"


def _sendable(operation: Operation, sent: _Sent) -> Callable[[Generated], bool]:
    """Whether a case can be written, so that Hypothesis draws another where it cannot."""

    def sendable(generated: Generated) -> bool:
        try:
            write_request(generated, operation, (), {})
        except Unsendable:
            sent.unsendable += 1
            return False
        return True

    return sendable


@dataclass(slots=True)
class _Allowance:
    """How much shrinking may still cost."""

    requests: int = SHRINKS
    draws: int = SEARCHES


def _already(built: Built) -> "partial[Built]":
    return partial(_given_back, built)


def _given_back(built: Built, _facts: Facts) -> Built:
    return built


def _choices(chooser: Chooser, chance: Random) -> Iterator[Choice]:
    """Three ways to send a generated case: nearly as it is, on the way to a success, and anyhow."""
    for recipe in Recipe:
        yield chooser.choice(recipe, chance.choice)


@st.composite
def _drawn_choices(draw: st.DrawFn, chooser: Chooser) -> Choice:
    def pick(options: Sequence[T]) -> T:
        return draw(st.sampled_from(options))

    return chooser.choice(pick(_FUZZED), pick)
