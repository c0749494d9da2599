"""The values of a comparison: changes with their evidence and their worth, sides, and the whole report."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from troth.errors import ExitCode
from troth.model.report import Finding, Reason


class Worth(StrEnum):
    """What a change means for the programs that read the answers, the worst first."""

    PROMISE = "breaks a promise"
    """New answers break a clause, a row or a schema that old answers kept."""
    CONSUMERS = "breaks consumers"
    """Something vanished, became optional or null, or has another type or format."""
    TEXT = "text changed"
    RANGE = "range moved"
    ADDITIVE = "additive"


BREAKING = (Worth.PROMISE, Worth.CONSUMERS)
"""The changes that lead to exit code 1 without ``--strict``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was observed on one side at a place."""

    shows: str
    """In a few words: ``string (uuid)``, ``absent``, ``1 to 12``."""
    count: int = 0
    """How many answers show it."""
    of: int = 0
    """How many answers have a value that could show it."""
    example: str = ""
    """The shortest value; ``""`` where there is none."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between old and new answers of one operation and status."""

    vendor: str
    operation: str
    status: int
    """The status of the old answers."""
    place: str
    """``body /a/*/b``, ``header location``, ``soap return``, ``content-type`` or ``status``."""
    sort: str
    """The sort of change, a stable name: ``vanished``, ``type``, ``null`` …"""
    says: str
    """The change as the end of a sentence that begins with the place."""
    shape: Worth
    """The worth of the difference without the promises that it breaks."""
    old: Evidence
    new: Evidence
    first: str = ""
    """The first new answer with the change: a file and line, or the number and name of an exchange."""
    broken: tuple[Finding, ...] = ()
    """The findings on promises that new answers break here, and old ones kept."""

    @property
    def worth(self) -> Worth:
        """:attr:`Worth.PROMISE` where a promise is broken, else the worth of the difference."""
        return Worth.PROMISE if self.broken else self.shape


@dataclass(frozen=True, slots=True)
class SideFacts:
    """The name of one side, and how many answers it had."""

    name: str
    kind: str
    """``cassettes`` or the kind of the target."""
    exchanges: int
    """How many answers were compared."""
    silent: int = 0
    """How many requests had no answer, or one of an outage (429, 502, 503, 504)."""
    unrouted: tuple[str, ...] = ()
    """Recorded requests that no operation describes."""
    again: int = 0
    """Of the answers, those to a request that was asked again since the first answer broke a promise."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The result of ``troth drift``."""

    version: str
    seed: int
    specs_sha256: str
    contracts_sha256: str
    old: SideFacts
    new: SideFacts
    changes: tuple[Change, ...]
    compared: int
    """How many pairs of operation and status could be compared."""
    apart: tuple[str, ...]
    """The operations and statuses that could not be compared, each with the reason."""
    exit_code: ExitCode = ExitCode.KEPT
    reasons: tuple[Reason, ...] = ()

    def counts(self) -> Mapping[Worth, int]:
        """The number of changes of each worth, zeros included."""
        worths = [change.worth for change in self.changes]
        return {worth: worths.count(worth) for worth in Worth}
