"""How often each promise was exercised, kept and broken; each finding once, with the smallest exchange showing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from troth.model.exchange import Exchange
from troth.model.report import Count, Finding, Judgement, Met, Promise

_COLUMNS = {Met.KEPT: 0, Met.BROKEN: 1, Met.SHADOWED: 2, Met.UNJUDGED: 3}
Numbers = list[int]


@dataclass(slots=True)
class Seen:
    """A finding met at least once."""

    finding: Finding
    item: str
    exchange: Exchange
    count: int
    before: tuple[Exchange, ...] = ()
    """What was asked earlier in the same case: the finding, or how to see it again, may quote what that brought."""


class Tally:
    """The counts of one run.

    Args:
        promises: everything that could be exercised, so that what never was is listed too.
    """

    def __init__(self, promises: Iterable[Promise]) -> None:
        self._numbers: dict[Promise, Numbers] = {promise: [0, 0, 0, 0] for promise in promises}
        self._findings: dict[tuple[str, ...], Seen] = {}

    def add(self, judgement: Judgement, item: str, before: Sequence[Exchange] = ()) -> None:
        """Count one judged exchange; ``before`` is what was asked earlier in the same case."""
        numbers = self._numbers
        for promise, met in judgement.met:
            numbers[promise][_COLUMNS[met]] += 1
        for finding in judgement.findings:
            self.add_finding(finding, item, judgement.exchange, before=before)

    def add_finding(
        self, finding: Finding, item: str, exchange: Exchange, count: int = 1, before: Sequence[Exchange] = ()
    ) -> None:
        """Keep a finding, and the smaller of the exchanges that show it."""
        seen = self._findings.get(finding.fingerprint)
        if seen is None:
            self._findings[finding.fingerprint] = Seen(finding, item, exchange, count, tuple(before))
            return
        seen.count += count
        if _size(finding, exchange) < _size(seen.finding, seen.exchange):
            seen.finding, seen.item, seen.exchange, seen.before = finding, item, exchange, tuple(before)

    def findings(self) -> tuple[Seen, ...]:
        """All findings, in the order of their first meeting."""
        return tuple(self._findings.values())

    def counts(self) -> tuple[Count, ...]:
        """All promises with their counts, in the order of the contracts."""
        return tuple(
            Count(promise, exercised=kept + broken, kept=kept, broken=broken, shadowed=shadowed, unjudged=unjudged)
            for promise, (kept, broken, shadowed, unjudged) in self._numbers.items()
        )

    def numbers(self) -> dict[str, Numbers]:
        """The counts by the promises' keys, for another process to add up."""
        return {promise.key: list(numbers) for promise, numbers in self._numbers.items() if any(numbers)}

    def merge(self, numbers: Mapping[str, Numbers]) -> None:
        """Add another process's counts of the same book."""
        by_key = {promise.key: promise for promise in self._numbers}
        for key, added in numbers.items():
            own = self._numbers[by_key[key]]
            for column, value in enumerate(added):
                own[column] += value


def exercisable(count: Count) -> bool:
    """Whether a run is expected to exercise a promise at all."""
    return not count.promise.provoke


def _size(finding: Finding, exchange: Exchange) -> tuple[int, int, int]:
    """How much it takes to see a finding again: a single request is smaller than any sequence."""
    request = exchange.request
    return (len(finding.calls), len(request.url) + len(request.body), len(request.headers))
