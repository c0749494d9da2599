"""Drift: how new answers differ from old ones in shape or text, and what each difference is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from troth.errors import ExitCode
from troth.model.report import Finding, Reason


class Worth(StrEnum):
    """What a change means for whoever reads the answers, the worst first."""

    PROMISE = "breaks a promise"
    """Answers break a clause, a row or a schema that the old answers kept."""
    CONSUMERS = "breaks consumers"
    """Something vanished, became optional or null, or has another type or format."""
    TEXT = "text changed"
    RANGE = "range moved"
    ADDITIVE = "additive"


BREAKING = (Worth.PROMISE, Worth.CONSUMERS)
"""What makes a drift fail without ``--strict``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one side shows at a place."""

    shows: str
    """In a few words: ``string (uuid)``, ``absent``, ``1 to 12``."""
    count: int = 0
    """Answers that show it …"""
    of: int = 0
    """… of so many in which the place could be looked at."""
    example: str = ""
    """The smallest value seen; ``""`` where there is none to show."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, however many answers show it."""

    vendor: str
    operation: str
    status: int
    """Of the old answers."""
    place: str
    """``body /a/*/b``, ``header location``, ``soap return``, ``content-type`` or ``status``."""
    sort: str
    """What happened, by a name that stays: ``vanished``, ``type``, ``null`` …"""
    says: str
    """What happened, as a sentence."""
    shape: Worth
    """What the difference is worth by itself."""
    old: Evidence
    new: Evidence
    first: str = ""
    """Where the new side shows it first: a file and line, or the number and name of an exchange."""
    broken: tuple[Finding, ...] = ()
    """The promises that new answers break here, and old ones kept."""

    @property
    def worth(self) -> Worth:
        """What the change is worth, promises considered."""
        return Worth.PROMISE if self.broken else self.shape


@dataclass(frozen=True, slots=True)
class SideFacts:
    """One side of a comparison."""

    name: str
    kind: str
    """``cassettes`` or the kind of the target."""
    exchanges: int
    """Answers that were read."""
    silent: int = 0
    """Requests without an answer, or answered by an outage (429, 502, 503, 504)."""
    unrouted: tuple[str, ...] = ()
    """Recorded requests that no operation describes."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """A whole comparison."""

    version: str
    seed: int
    specs_sha256: str
    contracts_sha256: str
    old: SideFacts
    new: SideFacts
    changes: tuple[Change, ...]
    compared: int
    """Statuses of operations that could be compared."""
    apart: tuple[str, ...]
    """What was seen on both sides or on one, and could not be compared, with the reason."""
    exit_code: ExitCode = ExitCode.KEPT
    reasons: tuple[Reason, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Secret value → the name to show in its place."""

    def counts(self) -> Mapping[Worth, int]:
        """How many changes of each worth there are, zeros included."""
        worths = [change.worth for change in self.changes]
        return {worth: worths.count(worth) for worth in Worth}
