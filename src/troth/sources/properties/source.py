"""Requests generated from the specs: documented examples, boundary values and single violations, and a little fuzzing.

Generated requests are judged like all others. Whether a request that the spec does not describe should be accepted is
not asked here: silence is not consent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol

from troth.judging.terms import Terms
from troth.model.book import Book
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Budget, Depth, GivenFlows, Judge

PHASES = ("examples", "coverage", "fuzzing")
FUZZED: Mapping[Depth, int] = {Depth.BRIEF: 0, Depth.NORMAL: 20, Depth.THOROUGH: 500}
"""How many requests fuzzing draws for an operation, valid and invalid ones each."""


class Drives(Protocol):
    """What knows how to generate for one vendor (:class:`troth.sources.properties.driver.Driver`)."""

    def drive(self, operation: Operation, phase: str, judge: Judge) -> int:
        """Have the cases of one phase judged; how many could not be sent."""
        ...


@dataclass
class PropertiesItem:
    """The generated requests of one operation and phase."""

    name: str
    source: str
    operation: Operation
    phase: str
    driver: Callable[[str], Drives] = field(repr=False)
    """Vendor → what drives its items, made when it is first needed."""
    unsendable: int = 0
    """How many generated cases HTTP or XML could not carry, once the item was driven."""

    @property
    def brief(self) -> bool:
        """The documented examples are few."""
        return self.phase == "examples"

    def drive(self, judge: Judge) -> None:
        """Generate, and have every distinct request judged.

        Raises:
            InputInvalid: Schemathesis cannot use the vendor's spec.
            CannotGenerate: it can make nothing of this operation; the item is skipped, and the run goes on.
        """
        self.unsendable = self.driver(self.operation.vendor).drive(self.operation, self.phase, judge)


class PropertiesSource:
    """Items for every operation of a book, one for each phase.

    The same seed gives the same requests in the same order, whatever items run before (with the same versions of
    Schemathesis and Hypothesis, in a process that has loaded the same modules of the user's own).

    Args:
        book: what was read.
        terms: the same, compiled.
        facts_of: what a target gives for a vendor.
        budget: its seed decides every request; its examples, how many fuzzing draws (0 for no fuzzing).
        flows: makes the facts that workflows give; None where there are no workflows.
    """

    name = "properties"

    def __init__(
        self,
        book: Book,
        terms: Terms,
        facts_of: Callable[[str], Facts],
        budget: Budget,
        flows: GivenFlows | None = None,
    ) -> None:
        self._book = book
        self._flows = flows
        self._terms = terms
        self._facts_of = facts_of
        self._seed = budget.seed
        self._draws = budget.count(FUZZED)
        self._drivers: dict[str, Drives] = {}

    def items(self) -> Iterator[PropertiesItem]:
        """One item an operation and phase, in the order of the specs; nothing is generated to make them."""
        for operation in self._book.operations():
            for phase in PHASES:
                if phase != "fuzzing" or self._draws:
                    name = f"{operation.vendor}/{operation.name}/properties/{phase}"
                    yield PropertiesItem(name, self.name, operation, phase, self._driver)

    def _driver(self, vendor: str) -> Drives:
        if vendor not in self._drivers:
            # Schemathesis takes a fifth of a second to load: not before something is generated.
            room = import_module("troth.sources.properties.driver")
            driver: Drives = room.Driver(
                self._book.vendors[vendor],
                self._terms,
                self._facts_of(vendor),
                self._seed,
                self._draws,
                self._flows,
            )
            self._drivers[vendor] = driver
        return self._drivers[vendor]
