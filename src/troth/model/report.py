"""What a run found and how it is reported: frozen values from the checks to the last line of output."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from troth.errors import ExitCode, Position
from troth.model.constants import Constant
from troth.model.exchange import Exchange, Request
from troth.model.operation import Basis, Citation, Unchecked
from troth.model.waivers import Waiver

_SURROGATE = re.compile("[\ud800-\udfff]")
_INDEX = re.compile(r"(?<=/)\d+(?=/|$)|(?<=\[)\d+(?=\])")


class Verdict(StrEnum):
    """What is said of a promise, an exchange, an item or a whole run."""

    KEPT = "kept"
    BROKEN = "broken"
    UNJUDGED = "unjudged"
    SKIPPED = "skipped"
    WAIVED = "waived"


class Kind(StrEnum):
    """What sort of promise is counted."""

    CLAUSE = "clause"
    ROW = "row"
    CLASS = "class"
    STATUS = "status"
    WORKFLOW = "workflow"
    """A sequence of calls, or one of its criteria."""


@dataclass(frozen=True, slots=True, eq=False)
class Promise:
    """Something the tally counts: a clause, a row, a class of an input, a documented status.

    Made once when a book is compiled and compared by identity, since every exchange looks up dozens of them.
    """

    vendor: str
    operation: str
    kind: Kind
    name: str
    basis: Basis
    position: Position
    says: str = ""
    citation: Citation | None = None
    required: bool = False
    provoke: str = ""

    @property
    def id(self) -> str:
        """``vendor.operation.name``; classes, statuses and workflows carry their kind. The same in every run."""
        name = self.name if self.kind in (Kind.CLAUSE, Kind.ROW) else f"{self.kind}:{self.name}"
        return f"{self.vendor}.{self.operation}.{name}"


class Met(StrEnum):
    """What became of one promise on one exchange of its operation: for each promise exactly one of these."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_MET = "not met"
    """Its condition was false."""
    SHADOWED = "shadowed"
    """The row applied, but only together with others: nothing is known about it alone."""
    UNJUDGED = "unjudged"
    """There was no answer to judge, a fact of ours is missing, or the condition could not be decided; with a reason."""
    SILENT = "silent"
    """Nothing can be said of such an exchange; with a reason."""


class Why(StrEnum):
    """Why a promise was not judged on an exchange. What follows a colon in a reason names the part it is about."""

    NO_ANSWER = "no answer"
    BUSY = "the target was busy or out of service"
    NO_FACT = "the target does not give a fact"
    UNDECIDED = "its condition could not be decided"
    NO_CLASS = "a value is in no class"
    UNREADABLE = "the answer could not be read"
    BEYOND_LIMITS = "the answer is beyond the limits of what Troth reads"
    NOT_DESCRIBED = "nobody described such a request"
    NO_LOOK = "nothing was seen before or after"
    NO_PART = "the request does not have the part that it speaks of"
    MET_WITHOUT_LOOK = "its condition was true, but nothing was seen before or after"
    MET_WITHOUT_PART = "its condition was true, but the request does not have the part that it speaks of"


Mark = tuple[Promise, Met]
"""What became of a promise on an exchange."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found on an exchange.

    Its texts can be written anywhere: half a surrogate pair, which JSON lets through and UTF-8 does not have, is shown
    as its escape.
    """

    code: Constant
    """Stable, documented and waivable: ``TR203``."""
    vendor: str
    operation: str
    subject: str
    """The clause, row or part of the spec that was not met."""
    message: str
    basis: Basis
    citation: Citation | None
    position: Position
    where: str = ""
    """The place in the answer, such as ``body /response/request/status/info``."""
    expected: str = ""
    answered: str = ""
    unjudged: bool = False
    """True when nothing is said against the vendor: a fact was missing, or nobody answered."""
    calls: tuple[Request, ...] = field(default=(), compare=False, repr=False)
    """For a workflow: the requests that led here, in their order, the last one included."""

    def __post_init__(self) -> None:
        for name in ("subject", "message", "where", "expected", "answered"):
            text: str = getattr(self, name)
            if not text.isascii() and _SURROGATE.search(text):
                shown = _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
                object.__setattr__(self, name, shown)

    @property
    def fingerprint(self) -> tuple[str, str, str, str, str]:
        """Findings with the same fingerprint are one finding met several times.

        Its last part is the place, and of a wrong status the status itself, so that no finding hides a graver one.
        """
        where = f"status {self.answered}" if self.where == "status" else self.where
        return (self.code, self.vendor, self.operation, self.subject, where)

    @property
    def id(self) -> str:
        """The fingerprint in one line, for people and waivers: ``TR203 oneall.readUser found at body /response/data``.

        The items of a list are one place: their index is ``*``.
        """
        return _in_a_line(*self.fingerprint[:4], _INDEX.sub("*", self.fingerprint[4]))

    @property
    def exact_id(self) -> str:
        """The same of one item of a list alone."""
        return _in_a_line(*self.fingerprint)


def _in_a_line(code: str, vendor: str, operation: str, subject: str, where: str) -> str:
    return f"{code} {vendor}.{operation} {subject}" + (f" at {where}" if where else "")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that was said of one exchange."""

    exchange: Exchange
    operation: str
    findings: tuple[Finding, ...]
    met: tuple[Mark, ...]
    """Every promise of the operation, each once."""
    classes: Mapping[str, str | None]
    """Input → its class in this request; None where the value falls in no class."""
    why: Mapping[Promise, str] = field(default_factory=dict)
    """The reason for each promise that is unjudged or silent, and for each that was broken unread."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding as the report shows it: once, with how often it was met and the smallest exchange that shows it."""

    finding: Finding
    verdict: Verdict
    severity: Constant
    """``breach`` (documented), ``surprise`` (any other basis), ``unjudged`` or ``waived``."""
    count: int
    item: str
    exchange: Exchange | None
    curl: str = ""
    waiver: Waiver | None = None
    """Why it is accepted where the severity is ``waived``; elsewhere a waiver of it that has expired."""


@dataclass(frozen=True, slots=True)
class Count:
    """The tally of one promise."""

    promise: Promise
    kept: int = 0
    broken: int = 0
    not_met: int = 0
    shadowed: int = 0
    unjudged: int = 0
    silent: int = 0
    why: Mapping[str, int] = field(default_factory=dict)
    """Reason → how often, for what is unjudged or silent, and for what was broken since the answer was unreadable."""

    @property
    def exercised(self) -> int:
        """How often the promise was held against an answer that could be read."""
        return self.kept + self.broken - self.why.get(Why.UNREADABLE, 0)

    @property
    def exchanges(self) -> int:
        """On how many exchanges it could have been met: the sum of all."""
        return self.kept + self.broken + self.not_met + self.shadowed + self.unjudged + self.silent


@dataclass(frozen=True, slots=True)
class ItemResult:
    """How one item of the run ended: a case, the properties of an operation, a recording, a workflow."""

    name: str
    source: Constant
    vendor: str
    operation: str
    verdict: Verdict
    exchanges: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a report begins with."""

    target: str
    target_kind: Constant
    build: str
    specs_sha256: str
    contracts_sha256: str
    seed: int
    started: str
    """ISO 8601, UTC."""
    version: str
    fail_on: Basis = Basis.DOCUMENTED
    """The weakest basis whose findings fail the run."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for an exit code."""

    id: str
    """What kind of reason it is, for programs: ``broken``, ``no-answer``, ``budget-spent``."""
    text: str
    """The same for people, in one sentence."""
    code: ExitCode
    """The exit code that follows from it alone."""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run, complete and free of secrets before anything is rendered."""

    run: RunFacts
    items: tuple[ItemResult, ...]
    findings: tuple[Reported, ...]
    counts: tuple[Count, ...]
    seconds: float
    verdict: Verdict
    exit_code: ExitCode
    reasons: tuple[Reason, ...] = ()
    """Why the exit code is what it is, the deciding reasons first."""
    answers: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Vendor, operation, and the status or why there was no answer → how many exchanges."""
    unrecorded: Mapping[str, int] = field(default_factory=dict)
    """Why exchanges were not recorded → how many."""
    unchecked: tuple[Unchecked, ...] = ()
    """What of the specs nothing was held to."""
    removable: tuple[Waiver, ...] = ()
    """Waivers that matched nothing, though what they speak of was put to the test."""

    @property
    def exchanges(self) -> int:
        """How many exchanges were judged or tried."""
        return sum(item.exchanges for item in self.items)
