"""The seams of the pipeline: who makes requests, who answers, who checks, who reports."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from troth.model.book import Book
from troth.model.contract import Given
from troth.model.exchange import Exchange, Request
from troth.model.facts import Facts
from troth.model.operation import Basis, Operation
from troth.model.report import Finding, Judgement, Report
from troth.model.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a target can do for one vendor beside answering requests. ``None`` stands for what it cannot do."""

    reset: Callable[[], None] | None = None
    """Puts the vendor's state back to the start."""
    advance: Callable[[float], None] | None = None
    """Lets so many seconds pass for the vendor; a reset undoes it."""
    locate: Callable[[str], str] | None = None
    """Documented URL → the URL at which this target answers it. Without it a URL is asked for as documented."""


class Target(Protocol):
    """Who answers. ``send`` never raises for what the network does: the exchange says what happened.

    A class that derives from this one can do nothing but answer until it overrides :meth:`abilities`.
    """

    name: str
    kind: str
    """``mock``, ``replay`` or ``live``."""

    def send(self, request: Request) -> Exchange:
        """One request, one exchange. Redirects are answers and are never followed."""
        ...

    def facts(self, vendor: str) -> Facts:
        """What is known about this target for that vendor."""
        ...

    def abilities(self, vendor: str) -> Abilities:
        """What this target can do for that vendor beside answering."""
        return Abilities()

    def close(self) -> None:
        """Give back sockets and files."""
        ...


@dataclass(frozen=True, slots=True)
class Built:
    """A request, and the values in it that Troth made up to be nobody's."""

    request: Request
    minted: frozenset[str] = frozenset()


Build = Callable[[Facts], Built]
"""Makes a request from the facts at hand. Raises ``KeyError`` naming the fact that the target does not give."""


class Evaluates(Protocol):
    """A compiled expression, as far as the runner needs to know it."""

    @property
    def variables(self) -> frozenset[str]:
        """The qualified names that it uses."""
        ...

    def evaluate(self, scope: Mapping[str, object]) -> object:
        """The value over these variables, or a failure."""
        ...


@dataclass(frozen=True, slots=True)
class GivenCall:
    """An earlier call that makes a fact: ask, then take a value from the answer."""

    name: str
    operation: Operation
    build: Build
    take: Evaluates


@dataclass(frozen=True, slots=True)
class GivenFlow:
    """A workflow that makes a fact: run it, take one of its outputs, and clean up once the case is over."""

    name: str
    operations: tuple[Operation, ...]
    """All that it may call."""
    begin: "Callable[[Judge], tuple[object, Callable[[], None]]]"
    """Runs it up to its clean-up; gives the value, and what runs the clean-up. Raises ``KeyError`` naming the fact
    where it gave none; then it has cleaned up."""


class GivenFlows(Protocol):
    """Makes the facts of contracts that name a workflow under ``given``."""

    def flow(self, vendor: str, given: Given) -> GivenFlow | None:
        """The workflow that a contract names; None where the vendor has none of that name."""
        ...


@dataclass(frozen=True, slots=True)
class Observation:
    """An operation to ask before and after a request."""

    operation: Operation
    build: Callable[[Request, Facts], Built | None]
    """None where the request does not say what to look at."""


@dataclass(frozen=True, slots=True)
class CaseToSend:
    """One request to make, as late as its facts are known."""

    name: str
    operation: Operation
    build: Build
    given: tuple[GivenCall | GivenFlow, ...] = ()
    observation: Observation | None = None
    fresh_state: bool = True
    """Reset the target's state before this case."""
    stale: bool = False
    """Earlier requests of the same sequence may have changed what the facts say."""
    earlier: tuple[Request, ...] = ()
    """The requests of the same sequence that this one cannot be understood without."""
    alongside: tuple[Operation, ...] = ()
    """The other operations of the same sequence: where one of them may not be asked, none is."""


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """An exchange that was made long ago, with the facts that held then. Nothing is sent for it."""

    operation: Operation
    exchange: Exchange
    facts: Facts


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """What a sequence of exchanges came to beyond the checks of each of them. Nothing is sent for it."""

    judgement: Judgement


Case = CaseToSend | RecordedCase | JudgedCase
"""What an item has judged."""

Judge = Callable[[Case], Judgement]
"""Makes a case's exchange, if there is one to make, and says everything about it. It counts and reports it too."""


class NothingToAsk(Exception):
    """A source can make no request for an item: nothing is wrong with Troth or the vendor, and the item is skipped.

    Args:
        reason: why, as a report gives it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Item(Protocol):
    """One thing a run does, with a readable name: a case, the properties of an operation, a recording, a workflow."""

    @property
    def name(self) -> str:
        """``vendor/operation/source/what``: readable, and the same in every run."""
        ...

    @property
    def source(self) -> str:
        """The name of the source that made it."""
        ...

    @property
    def operation(self) -> Operation:
        """What it is about."""
        ...

    @property
    def brief(self) -> bool:
        """Whether it asks little for what it may show: brief items are run before all others."""
        ...

    def drive(self, judge: Judge) -> None:
        """Have as many cases judged as the item sees fit."""
        ...


class Source(Protocol):
    """Where requests come from."""

    name: str

    def items(self) -> Iterable[Item]:
        """All items, in a stable order, made without sending anything."""
        ...


class Reporter(Protocol):
    """Turns a complete report into bytes for one kind of reader."""

    def __call__(self, report: Report, path: Path) -> None:
        """Write the report to the path."""
        ...


class Depth(StrEnum):
    """How much is asked."""

    BRIEF = "brief"
    """Every promise once: the brief items, and no other."""
    NORMAL = "normal"
    THOROUGH = "thorough"


@dataclass(frozen=True, slots=True)
class Budget:
    """What sources may spend, and what decides their choices."""

    seed: int = 0
    """The same seed gives the same requests."""
    examples: int | None = None
    """How many values are drawn wherever some are drawn; ``None`` for as many as the depth has."""
    depth: Depth = Depth.NORMAL
    seconds: float | None = None
    """After so many seconds of a run nothing more is sent; ``None`` for no limit."""

    def count(self, of_depth: Mapping[Depth, int]) -> int:
        """How many to draw.

        Args:
            of_depth: how many each depth has, where the user does not say how many.
        """
        return of_depth[self.depth] if self.examples is None else self.examples


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user asked for."""

    operations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    budget: Budget = Budget()
    checks: tuple[str, ...] = ()
    """The names of checks that installed packages bring and that judge in addition to the contracts."""
    fail_on: Basis = Basis.DOCUMENTED
    """The weakest basis whose findings fail the run."""
    complete: bool = False
    """Everything that a request can provoke must have been exercised."""
    waivers: tuple[Waiver, ...] = ()
    today: date = date.max
    """The day by which waivers expire."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What checks may look at beside the exchange itself."""

    facts: Facts = field(default_factory=Facts)
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    stale: bool = False
    """Something has happened since the facts held (an observation afterwards, a later step of a workflow). Only
    classes that need no fact still hold, and credentials, which no call changes."""
    again: bool = False
    """The request repeats one whose answer had broken a promise. It makes no difference to what is judged."""


class Check(Protocol):
    """Says what is wrong with one answer, in addition to the spec and the contracts. An installed package brings it."""

    def __call__(self, exchange: Exchange, operation: Operation, seen: Judged, /) -> Iterable[Finding]:
        """The findings on one exchange that was answered; none where nothing is wrong.

        Pure: nothing is sent, counted or kept, and the same exchange gives the same findings.

        Args:
            exchange: the request and its answer, as bytes.
            operation: what was asked; findings carry its vendor and its name.
            seen: the facts that held, and what was observed before and after.
        """
        ...


class MakesSource(Protocol):
    """Makes a source of requests. An installed package brings it."""

    def __call__(self, book: Book, facts: Callable[[str], Facts], budget: Budget, /) -> Source:
        """The source for one run.

        Args:
            book: all specs, contracts and recordings of the run.
            facts: vendor → what is known about the target.
            budget: what it may spend; the same seed gives the same requests.
        """
        ...


class Judges(Protocol):
    """Says everything about one exchange of one operation."""

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Everything that can be said of one exchange; pure, so that the same exchange is judged the same."""
        ...
