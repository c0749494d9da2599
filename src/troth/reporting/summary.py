"""A report in a few lines, for the summary of a pytest session."""

from collections.abc import Iterable, Iterator, Mapping

from troth.errors import ExitCode
from troth.model.report import Count, Kind, Report
from troth.reporting.wording import number, position_text


def summary_lines(report: Report) -> Iterator[str]:
    """How many promises were exercised, surprises, expired and removable waivers, and reasons of the exit code."""
    exercised = ", ".join(f"{done} of {total} {kind}" for kind, (done, total) in _by_kind(report.counts).items())
    yield f"{report.run.target}: {number(report.exchanges, 'exchange')}; exercised {exercised} (counted by operation)"
    for reported in report.findings:
        if reported.severity == "surprise":
            finding = reported.finding
            yield f"surprise {finding.code} {finding.operation} {finding.subject}"
    for reported in report.findings:
        if reported.severity != "waived" and reported.waiver is not None:
            yield f"waiver expired on {reported.waiver.until}: {reported.waiver.finding}"
    for waiver in report.removable:
        yield f"waiver to remove: {position_text(waiver.position)} {waiver.finding} matched nothing"
    for reason in report.reasons:
        if reason.code is not ExitCode.BROKEN:
            yield f"exit code {reason.code}: {reason.text}"


def _by_kind(counts: Iterable[Count]) -> Mapping[Kind, tuple[int, int]]:
    """Kind → (exercised, all), without promises that no request can provoke."""
    totals: dict[Kind, tuple[int, int]] = {}
    for count in counts:
        if count.promise.provoke:
            continue
        done, total = totals.get(count.promise.kind, (0, 0))
        totals[count.promise.kind] = (done + (1 if count.exercised else 0), total + 1)
    return totals
