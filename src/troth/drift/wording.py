"""Words about drift that every report uses, and a report without secrets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from troth.drift.differences import Change, DriftReport, Evidence, SideFacts, Worth
from troth.model.operation import Basis
from troth.model.report import Finding, Reported, Verdict
from troth.reporting.wording import known_from, number, printable
from troth.secrets.redactor import Redactor
from troth.secrets.reports import redacted_findings

LONGEST_EXAMPLE = 120
MEANINGS: Mapping[Worth, str] = {
    Worth.PROMISE: "The old answers kept these promises, the new ones do not.",
    Worth.CONSUMERS: "Something vanished, became optional or null, or has another type or format.",
    Worth.TEXT: "A text that was said word for word is another one.",
    Worth.RANGE: "Numbers, lengths or shares of answers are far from what they were.",
    Worth.ADDITIVE: "Something is there that was not; who ignores it reads on.",
}


def without_secrets(report: DriftReport) -> DriftReport:
    """The same report with ``<NAME>`` wherever one of its secrets appeared."""
    if not report.secrets:
        return report
    clean = cache(Redactor(report.secrets).text)

    def side(one: SideFacts) -> SideFacts:
        return replace(one, name=clean(one.name), unrouted=tuple(map(clean, one.unrouted)))

    def evidence(one: Evidence) -> Evidence:
        return replace(one, shows=clean(one.shows), example=clean(one.example))

    def change(one: Change) -> Change:
        wrapped = [Reported(finding, Verdict.BROKEN, "", 1, "", None) for finding in one.broken]
        broken = tuple(each.finding for each in redacted_findings(wrapped, report.secrets))
        return replace(
            one,
            place=clean(one.place),
            says=clean(one.says),
            old=evidence(one.old),
            new=evidence(one.new),
            first=clean(one.first),
            broken=broken,
        )

    return replace(
        report,
        old=side(report.old),
        new=side(report.new),
        changes=tuple(map(change, report.changes)),
        apart=tuple(map(clean, report.apart)),
        reasons=tuple(replace(reason, text=clean(reason.text)) for reason in report.reasons),
        secrets={},
    )


def title(change: Change) -> str:
    """Whose answers changed: ``oneall · lookupStorageUser · 200``."""
    return printable(f"{change.vendor} · {change.operation} · {change.status}")


def sentence(change: Change) -> str:
    """Where, and what happened there."""
    return printable(f"{change.place} {change.says}" if change.sort != "promise" else change.says)


def shown(one: Evidence) -> str:
    """What one side shows: how often, and an example."""
    text = one.shows
    if one.of:
        text += f", in {one.count:,} of {number(one.of, 'answer')}"
    if one.example and one.example != one.shows:
        text += f", such as {shortened(one.example)}"
    return printable(text)


def shortened(text: str) -> str:
    """A value on one line, at most :data:`LONGEST_EXAMPLE` characters."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[: LONGEST_EXAMPLE - 1]}…"


def broken_lines(change: Change) -> Iterator[str]:
    """Each promise that is broken: its code and name, how it is known, and what is wrong."""
    for one in change.broken:
        name = f"{one.vendor}.{one.operation}.{one.subject}"
        yield printable(f"{one.code} {name} ({_weight(one)}): {one.message}")


def _weight(one: Finding) -> str:
    severity = "breach" if one.basis is Basis.DOCUMENTED else "surprise"
    return f"{severity}, {known_from(one.basis, one.citation)}"


def side_line(one: SideFacts) -> str:
    """A side in one line."""
    text = f"{one.name}: {number(one.exchanges, 'answer')}"
    if one.silent:
        text += f", {one.silent:,} without an answer to compare"
    if one.unrouted:
        text += f", {len(one.unrouted):,} that no operation describes"
    return printable(text)


def verdict_line(report: DriftReport) -> str:
    """How many changes there are, by what they are worth."""
    if not report.compared and not report.changes:
        return "nothing was compared"
    compared = f"{number(report.compared, 'status', 'statuses')} of operations compared"
    if not report.changes:
        return f"no drift: {compared}"
    counted = " · ".join(f"{count} {worth}" for worth, count in report.counts().items() if count)
    return f"{counted}; {compared}"
