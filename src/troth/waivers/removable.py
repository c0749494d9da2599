"""Which waivers a run has shown to be needed no longer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.model.report import Count, Finding, ItemResult, Kind, Verdict
from troth.model.waivers import FINDING_ID, Waiver

_HIDING = frozenset(("TR101", "TR102", "TR103", "TR201", "TR202"))
"""Findings after which nothing else is said of the same answer: what they hide may still be there."""
_CONFORMANCE = "conformance "

Place = tuple[str, str]
"""Vendor and operation."""


@dataclass(frozen=True)
class Evidence:
    """What a whole run has seen.

    Args:
        matched: the waivers' findings that were met, expired or not.
        unclear: operations of which something may have been hidden.
        results: how the items ended.
        counts: what was exercised.
        items: operation → the names of all its items, run or not.
    """

    matched: frozenset[str]
    unclear: frozenset[Place]
    results: Iterable[ItemResult]
    counts: Iterable[Count]
    items: Mapping[Place, frozenset[str]]


def unclear_places(findings: Iterable[Finding]) -> frozenset[Place]:
    """Operations of which these findings, or what was left unjudged, may have hidden others."""
    return frozenset((one.vendor, one.operation) for one in findings if one.unjudged or one.code in _HIDING)


def removable(waivers: Iterable[Waiver], seen: Evidence) -> tuple[Waiver, ...]:
    """The waivers that matched nothing, though what they speak of was put to the test and could have been seen.

    Nothing is said of an operation that was not run whole, that was in part unjudged, or one of whose answers broke a
    promise that silences others. Where the clause or row of a waiver is there, it must have been exercised.

    Args:
        waivers: those that speak of this target.
        seen: what the run has seen. It must have been restricted to no sources of requests.
    """
    look = _Look(seen)
    unmet = (waiver for waiver in waivers if waiver.finding not in seen.matched)
    return tuple(waiver for waiver in unmet if look.was_tested(waiver.finding))


class _Look:
    def __init__(self, seen: Evidence) -> None:
        self._items = seen.items
        self._judged: dict[Place, set[str]] = {}
        unjudged: set[Place] = set()
        for result in seen.results:
            place = (result.vendor, result.operation)
            self._judged.setdefault(place, set()).add(result.name)
            if result.verdict is Verdict.UNJUDGED:
                unjudged.add(place)
        self._unclear = unjudged | seen.unclear
        self._exercised: dict[tuple[str, str, str], bool] = {}
        self._active: set[Place] = set()
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
