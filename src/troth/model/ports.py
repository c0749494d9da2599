"""The seams of the pipeline: who makes requests, who answers, who checks, who reports."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from troth.model.contract import Given
from troth.model.exchange import Exchange, Request
from troth.model.facts import Facts
from troth.model.operation import Basis, Operation
from troth.model.report import Judgement, Report
from troth.model.waivers import Waiver


class Target(Protocol):
    """Who answers. ``send`` never raises for what the network does: it says so in the exchange."""

    name: str
    kind: str
    """``mock``, ``replay`` or ``live``."""

    def send(self, request: Request) -> Exchange:
        """One request, one exchange. Redirects are answers and are never followed."""
        ...

    def facts(self, vendor: str) -> Facts:
        """What is known about this target for that vendor."""
        ...

    def reset(self, vendor: str) -> None:
        """Put the vendor's state back to the start, where the target can (the mock); elsewhere do nothing."""
        ...

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
class Case:
    """One request to make, as late as its facts are known."""

    name: str
    operation: Operation
    build: Build
    given: tuple[GivenCall | GivenFlow, ...] = ()
    observation: Observation | None = None
    fresh_state: bool = True
    """Reset the target's state before this case."""
    recorded: Exchange | None = None
    """Set where the exchange was made long ago: nothing is sent, and ``facts`` held then."""
    facts: Facts | None = None
    stale: bool = False
    """Earlier requests of the same sequence may have changed what the facts say."""
    earlier: tuple[Request, ...] = ()
    """The requests of the same sequence that this one cannot be understood without."""
    alongside: tuple[Operation, ...] = ()
    """The other operations of the same sequence: where one of them may not be asked, none is."""
    said: Judgement | None = None
    """Set where there is nothing to send: what a workflow has to say beyond one exchange's own checks."""


Judge = Callable[[Case], Judgement]
"""Makes one case's exchange and says everything about it. Counting and reporting happen behind it."""


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


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user asked for."""

    operations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    max_examples: int | None = None
    seed: int = 0
    fail_on: Basis = Basis.DOCUMENTED
    """The weakest basis whose findings fail the run."""
    thorough: bool = False
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


class Judges(Protocol):
    """Says everything about one exchange of one operation."""

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Everything that can be said of one exchange; pure, so that the same exchange is judged the same."""
        ...
