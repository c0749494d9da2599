"""Words about drift that every report uses."""

from collections.abc import Iterator, Mapping

from troth.drift.differences import Change, DriftReport, Evidence, SideFacts, Worth
from troth.model.operation import Basis
from troth.model.report import Finding
from troth.reporting.wording import known_from, number, printable

LONGEST_EXAMPLE = 120
MEANINGS: Mapping[Worth, str] = {
    Worth.PROMISE: "The old answers kept these promises, the new ones do not.",
    Worth.CONSUMERS: "Something vanished, became optional or null, or has another type or format.",
    Worth.TEXT: "A text that was said word for word is another one.",
    Worth.RANGE: "Numbers, lengths or shares of answers are far from what they were.",
    Worth.ADDITIVE: "Something is there that was not; who ignores it reads on.",
}


def title(change: Change) -> str:
    """Vendor, operation and status of a change: ``oneall · lookupStorageUser · 200``."""
    return printable(f"{change.vendor} · {change.operation} · {change.status}")


def sentence(change: Change) -> str:
    """The place of a change, and what changed there."""
    return printable(f"{change.place} {change.says}" if change.sort != "promise" else change.says)


def evidence_text(evidence: Evidence) -> str:
    """The evidence of one side: what, how often, and an example."""
    text = evidence.shows
    if evidence.of:
        text += f", in {evidence.count:,} of {number(evidence.of, 'answer')}"
    if evidence.example and evidence.example != evidence.shows:
        text += f", such as {shortened(evidence.example)}"
    return printable(text)


def shortened(text: str) -> str:
    """A value on one line, at most :data:`LONGEST_EXAMPLE` characters."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[: LONGEST_EXAMPLE - 1]}…"


def broken_lines(change: Change) -> Iterator[str]:
    """For each broken promise a line with its code and name, its basis and source, and the message."""
    for finding in change.broken:
        name = f"{finding.vendor}.{finding.operation}.{finding.subject}"
        yield printable(f"{finding.code} {name} ({_weight(finding)}): {finding.message}")


def _weight(finding: Finding) -> str:
    severity = "breach" if finding.basis is Basis.DOCUMENTED else "surprise"
    return f"{severity}, {known_from(finding.basis, finding.citation)}"


def side_line(side: SideFacts) -> str:
    """The name of a side and its numbers of answers."""
    text = f"{side.name}: {number(side.exchanges, 'answer')}"
    if side.again:
        text += f", {side.again:,} of them to requests asked again"
    if side.silent:
        text += f", {side.silent:,} without an answer to compare"
    if side.unrouted:
        text += f", {len(side.unrouted):,} that no operation describes"
    return printable(text)


def drift_verdict(report: DriftReport) -> str:
    """The number of changes of each worth."""
    if not report.compared and not report.changes:
        return "nothing was compared"
    compared = f"{number(report.compared, 'status', 'statuses')} of operations compared"
    if not report.changes:
        return f"no drift: {compared}"
    counted = " · ".join(f"{count} {worth}" for worth, count in report.counts().items() if count)
    return f"{counted}; {compared}"
