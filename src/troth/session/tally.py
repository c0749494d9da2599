"""What a run came to: counts by promise, each finding once with the smallest exchange showing it, how items ended.

Tallies of one book add up, in any order and grouping: ``absorb`` takes what ``events`` of another gives.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from troth.model.exchange import Exchange, Response
from troth.model.report import Count, Finding, ItemResult, Judgement, Kind, Met, Promise, Verdict
from troth.session.events import Answered, Counted, Event, FindingMet, ItemEnded, Numbers, Unrecorded, finding_met

_COLUMNS = {met: column for column, met in enumerate(Met)}
_NONE = (0,) * len(_COLUMNS)
_WORST = (Verdict.BROKEN, Verdict.UNJUDGED, Verdict.WAIVED, Verdict.KEPT, Verdict.SKIPPED)

Fingerprint = tuple[str, str, str, str, str]


@dataclass(slots=True)
class MetFinding:
    """A finding met at least once."""

    finding: Finding
    item: str
    exchange: Exchange
    count: int
    before: tuple[Exchange, ...] = ()
    """What was asked earlier in the same case: the finding, or how to see it again, may quote what that brought."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a tally, from which on events are wanted."""

    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    why: Mapping[tuple[str, str], int] = field(default_factory=dict)
    findings: Mapping[Fingerprint, int] = field(default_factory=dict)
    answers: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    unrecorded: Mapping[str, int] = field(default_factory=dict)
    items: frozenset[str] = frozenset()


class Tally:
    """The counts of one run.

    Args:
        promises: everything that could be exercised, so that what never was is listed too.
    """

    def __init__(self, promises: Iterable[Promise]) -> None:
        self._numbers: dict[Promise, Numbers] = {promise: list(_NONE) for promise in promises}
        self._by_id = {promise.id: promise for promise in self._numbers}
        self._why: dict[tuple[str, str], int] = {}
        self._findings: dict[Fingerprint, MetFinding] = {}
        self._results: dict[str, ItemResult] = {}
        self.answers: dict[tuple[str, str, str], int] = {}
        """Vendor, operation, and the status or why there was no answer → how many exchanges were judged."""
        self.unrecorded: dict[str, int] = {}
        """Why exchanges were not recorded → how many."""

    def add(self, judgement: Judgement, item: str, before: Sequence[Exchange] = ()) -> None:
        """Count one judged exchange; ``before`` is what was asked earlier in the same case."""
        numbers = self._numbers
        if judgement.met and judgement.met[0][0].kind is not Kind.WORKFLOW:
            self._answer(judgement.met[0][0], judgement.exchange)
        for promise, met in judgement.met:
            numbers[promise][_COLUMNS[met]] += 1
        for promise, reason in judgement.why.items():
            self._why[promise.id, reason] = self._why.get((promise.id, reason), 0) + 1
        for finding in judgement.findings:
            self.add_finding(finding, item, judgement.exchange, before=before)

    def add_finding(
        self, finding: Finding, item: str, exchange: Exchange, count: int = 1, before: Sequence[Exchange] = ()
    ) -> None:
        """Keep a finding, and the smaller of the exchanges that show it."""
        known = self._findings.get(finding.fingerprint)
        if known is None:
            self._findings[finding.fingerprint] = MetFinding(finding, item, exchange, count, tuple(before))
            return
        known.count += count
        if _size(finding, item, exchange) < _size(known.finding, known.item, known.exchange):
            known.finding, known.item, known.exchange, known.before = finding, item, exchange, tuple(before)

    def end(self, result: ItemResult) -> None:
        """Keep how an item ended; what ended before under the same name is added to."""
        earlier = self._results.get(result.name)
        self._results[result.name] = result if earlier is None else _both(earlier, result)

    def findings(self) -> tuple[MetFinding, ...]:
        """All findings, in the order of their fingerprints."""
        return tuple(self._findings[fingerprint] for fingerprint in sorted(self._findings))

    def before(self, finding: Finding) -> tuple[Exchange, ...]:
        """What was asked earlier in the case whose exchange shows a finding."""
        met = self._findings.get(finding.fingerprint)
        return () if met is None else met.before

    def results(self) -> tuple[ItemResult, ...]:
        """How items ended, in the order of their ending."""
        return tuple(self._results.values())

    def counts(self) -> tuple[Count, ...]:
        """All promises with their counts, in the order of the contracts."""
        why: dict[str, dict[str, int]] = {}
        for (name, reason), number in self._why.items():
            why.setdefault(name, {})[reason] = number
        return tuple(
            Count(promise, kept, broken, not_met, shadowed, unjudged, silent, why.get(promise.id, {}))
            for promise, (kept, broken, not_met, shadowed, unjudged, silent) in self._numbers.items()
        )

    def mark(self) -> Mark:
        """This moment."""
        return Mark(
            numbers={promise.id: list(numbers) for promise, numbers in self._numbers.items() if any(numbers)},
            why=dict(self._why),
            findings={fingerprint: met.count for fingerprint, met in self._findings.items()},
            answers=dict(self.answers),
            unrecorded=dict(self.unrecorded),
            items=frozenset(self._results),
        )

    def events(self, since: Mark | None = None) -> list[Event]:
        """What has come since a moment, or from the beginning; the ends of items last."""
        since = since or Mark()
        events: list[Event] = []
        why: dict[str, dict[str, int]] = {}
        for (name, reason), number in self._why.items():
            added = number - since.why.get((name, reason), 0)
            if added:
                why.setdefault(name, {})[reason] = added
        for promise, numbers in self._numbers.items():
            earlier = since.numbers.get(promise.id, _NONE)
            if tuple(numbers) != tuple(earlier):
                more = [now - before for now, before in zip(numbers, earlier, strict=True)]
                events.append(Counted(promise.id, more, why.get(promise.id, {})))
        for key, count in self.answers.items():
            if count > since.answers.get(key, 0):
                events.append(Answered(*key, count - since.answers.get(key, 0)))
        for fingerprint, met in self._findings.items():
            more_often = met.count - since.findings.get(fingerprint, 0)
            if more_often:
                events.append(finding_met(met.finding, met.item, more_often, met.exchange))
        for reason, count in self.unrecorded.items():
            if count > since.unrecorded.get(reason, 0):
                events.append(Unrecorded(reason, count - since.unrecorded.get(reason, 0)))
        events.extend(ItemEnded(result) for name, result in self._results.items() if name not in since.items)
        return events

    def absorb(self, events: Iterable[Event]) -> None:
        """Add what another tally of the same book came to; promises that this book does not have are left out."""
        for event in events:
            match event:
                case Counted(promise=name):
                    if name in self._by_id:
                        self._count(event)
                case Answered():
                    key = (event.vendor, event.operation, event.outcome)
                    self.answers[key] = self.answers.get(key, 0) + event.count
                case FindingMet():
                    self.add_finding(event.finding, event.item, event.exchange, event.count)
                case Unrecorded():
                    self.unrecorded[event.reason] = self.unrecorded.get(event.reason, 0) + event.count
                case ItemEnded():
                    self.end(event.result)

    def _answer(self, promise: Promise, exchange: Exchange) -> None:
        answer = exchange.answer
        outcome = str(answer.status) if isinstance(answer, Response) else str(answer.reason)
        key = (promise.vendor, promise.operation, outcome)
        self.answers[key] = self.answers.get(key, 0) + 1

    def _count(self, event: Counted) -> None:
        numbers = self._numbers[self._by_id[event.promise]]
        numbers[:] = [now + added for now, added in zip(numbers, event.numbers, strict=True)]
        for reason, number in event.why.items():
            self._why[event.promise, reason] = self._why.get((event.promise, reason), 0) + number


def exercisable(count: Count) -> bool:
    """Whether a run is expected to exercise a promise at all."""
    return not count.promise.provoke


def _both(first: ItemResult, second: ItemResult) -> ItemResult:
    """One item that ran twice, in whichever order."""
    by_text = sorted((*first.findings, *second.findings), key=_wording, reverse=True)
    findings = {finding.fingerprint: finding for finding in by_text}
    verdict = min(first.verdict, second.verdict, key=_WORST.index)
    reasons = sorted({*first.skipped.split("; "), *second.skipped.split("; ")} - {""})
    return replace(
        first,
        verdict=verdict,
        exchanges=first.exchanges + second.exchanges,
        # In microseconds, since the sum of floats depends on their order.
        seconds=(round(first.seconds * 1e6) + round(second.seconds * 1e6)) / 1e6,
        findings=tuple(findings[fingerprint] for fingerprint in sorted(findings)),
        skipped="; ".join(reasons) if verdict is Verdict.SKIPPED else "",
    )


def _wording(finding: Finding) -> tuple[str, str, str]:
    return finding.message, finding.expected, finding.answered


def _size(finding: Finding, item: str, exchange: Exchange) -> tuple[object, ...]:
    """How much it takes to see a finding again: a single request is smaller than any sequence.

    Of exchanges that take the same the first in the order of their bytes counts, so that the order of meeting does not.
    """
    request, answer = exchange.request, exchange.answer
    if isinstance(answer, Response):
        outcome: tuple[object, ...] = (answer.status, answer.headers, answer.body)
    else:
        outcome = (0, (), answer.reason.encode(), answer.detail)
    return (
        len(finding.calls),
        len(request.url) + len(request.body),
        len(request.headers),
        request.method,
        request.url,
        request.body,
        request.headers,
        outcome,
        item,
        _wording(finding),
    )
