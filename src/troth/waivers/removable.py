"""Finds waivers that are no longer needed: what they accept was tested in a run and did not occur."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.model.report import Count, Finding, ItemResult, Kind, Verdict
from troth.model.waivers import FINDING_ID, Waiver

_HIDING = frozenset(("TR101", "TR102", "TR103", "TR201", "TR202"))
"""Codes of findings after which other checks of the same answer are skipped, so that findings may be hidden."""
_CONFORMANCE = "conformance "

OperationKey = tuple[str, str]
"""Vendor and operation."""


@dataclass(frozen=True)
class RunEvidence:
    """What a run has judged.

    Args:
        matched: ids of the findings that occurred and that a waiver names, expired or not.
        unclear: operations of which findings may be hidden.
        results: the verdict of each item.
        counts: how often each promise was exercised.
        items: operation → the names of all its items, run or not.
    """

    matched: frozenset[str]
    unclear: frozenset[OperationKey]
    results: Iterable[ItemResult]
    counts: Iterable[Count]
    items: Mapping[OperationKey, frozenset[str]]


def unclear_places(findings: Iterable[Finding]) -> frozenset[OperationKey]:
    """The operations of which these findings may hide others, or leave a promise unjudged."""
    return frozenset(
        (finding.vendor, finding.operation) for finding in findings if finding.unjudged or finding.code in _HIDING
    )


def removable(waivers: Iterable[Waiver], seen: RunEvidence) -> tuple[Waiver, ...]:
    """The waivers whose findings did not occur, though the run tested for them.

    A waiver is kept if an item of its operation did not run or was unjudged, if a finding may hide others there, or if
    the clause or row that it names was not exercised.

    Args:
        waivers: the waivers that hold for this target.
        seen: what the run has judged; the run must have used all sources of requests.
    """
    tested = _Tested(seen)
    unmet = (waiver for waiver in waivers if waiver.finding not in seen.matched)
    return tuple(waiver for waiver in unmet if tested.was_tested(waiver.finding))


class _Tested:
    def __init__(self, seen: RunEvidence) -> None:
        self._items = seen.items
        self._judged: dict[OperationKey, set[str]] = {}
        unjudged: set[OperationKey] = set()
        for result in seen.results:
            place = (result.vendor, result.operation)
            self._judged.setdefault(place, set()).add(result.name)
            if result.verdict is Verdict.UNJUDGED:
                unjudged.add(place)
        self._unclear = unjudged | seen.unclear
        self._exercised: dict[tuple[str, str, str], bool] = {}
        self._active: set[OperationKey] = set()
        for count in seen.counts:
            promise = count.promise
            if promise.kind in (Kind.CLAUSE, Kind.ROW, Kind.WORKFLOW, Kind.STATUS):
                name = _CONFORMANCE + promise.name if promise.kind is Kind.STATUS else promise.name
                self._exercised[promise.vendor, promise.operation, name] = bool(count.exercised or count.shadowed)
            if count.exercised:
                self._active.add((promise.vendor, promise.operation))

    def was_tested(self, finding: str) -> bool:
        parts = FINDING_ID.fullmatch(finding)
        if parts is None:
            return False
        place = (parts["vendor"], parts["operation"])
        names = self._items.get(place, frozenset())
        if not names or place in self._unclear or not names <= self._judged.get(place, set()):
            return False
        subject = parts["rest"].partition(" at ")[0]
        return self._exercised.get((*place, subject), place in self._active)
