"""A report as text, the same in a terminal and in a pipe; a terminal adds colour."""

from collections.abc import Iterable, Iterator

from rich.console import Console

from troth.model.operation import Basis
from troth.model.report import ItemResult, Report, Reported, Verdict
from troth.reporting.console.findings import block, group_unjudged, removable_lines, unchecked_lines, waived_lines
from troth.reporting.console.page import WIDTH, Line, bullets, print_lines
from troth.reporting.console.tally import silence_lines, sums_lines, tally_lines
from troth.reporting.wording import TARGETS, number, printable, verdict_line

_MOST_SURPRISES = 20
_VERDICTS = {Verdict.KEPT: "bold green", Verdict.BROKEN: "bold red"}


def render(
    report: Report, console: Console, *, verbose: bool = False, waivable: bool = False, sums: bool = False
) -> None:
    """Write a report to a console.

    Args:
        report: the complete run.
        console: where to; characters that its encoding does not have appear as escapes.
        verbose: show all surprises and unjudged findings in full, and name skipped items.
        waivable: offer ``troth waive``.
        sums: add the table of outcomes of every promise.
    """
    print_lines(report_lines(report, verbose=verbose, waivable=waivable), console)
    if sums:
        print_lines(sums_lines(report), console)


def render_findings(findings: Iterable[Reported], console: Console) -> None:
    """Write findings in full, without the rest of a report.

    Args:
        findings: the findings, free of secrets.
        console: where to.
    """
    for reported in findings:
        print_lines(block(reported, whole=True), console)
        print_lines([("", "")], console)


def report_lines(report: Report, *, verbose: bool, waivable: bool) -> Iterator[Line]:
    """All lines of a report, each with its style."""
    yield from _head(report)
    for section in _sections(report, verbose, waivable):
        yield "", ""
        yield from section
    yield "", ""
    yield from _verdict(report)


def _head(report: Report) -> Iterator[Line]:
    run = report.run
    facts = [f"Troth {run.version}", f"target {run.target}"]
    if run.build:
        facts.append(f"build {run.build}")
    facts += [f"seed {run.seed}", f"started {run.started}"]
    files = [f"specs {run.specs_sha256[:12] or 'none'}", f"contracts {run.contracts_sha256[:12] or 'none'}"]
    if run.fail_on is not Basis.DOCUMENTED:
        files.append(f"fails on {run.fail_on} promises too")
    for part in (facts, files):
        for line in bullets(part):
            yield line, "bold" if part is facts else ""
    if run.target_kind in TARGETS:
        yield TARGETS[run.target_kind], ""
    yield from unchecked_lines(report.unchecked)


def _sections(report: Report, verbose: bool, waivable: bool) -> Iterator[Iterator[Line]]:
    by_severity: dict[str, list[Reported]] = {"breach": [], "surprise": [], "unjudged": [], "waived": []}
    for reported in report.findings:
        by_severity[reported.severity].append(reported)
    if by_severity["breach"]:
        yield _in_full("Breaches", by_severity["breach"], report, verbose, waivable, len(by_severity["breach"]))
    if by_severity["surprise"]:
        most = len(by_severity["surprise"]) if verbose else _MOST_SURPRISES
        yield _in_full("Surprises", _grouped(by_severity["surprise"]), report, verbose, waivable, most)
    if by_severity["unjudged"]:
        yield group_unjudged(by_severity["unjudged"])
        if verbose:
            shown = len(by_severity["unjudged"])
            yield _in_full("Unjudged, each", by_severity["unjudged"], report, verbose, waivable, shown)
    yield from tally_lines(report)
    if any(count.why for count in report.counts):
        yield silence_lines(report)
    if by_severity["waived"]:
        yield waived_lines(by_severity["waived"])
        if verbose:
            yield _in_full("Waived, each", by_severity["waived"], report, verbose, waivable, len(by_severity["waived"]))
    if report.removable:
        yield removable_lines(report.removable)
    skipped = [item for item in report.items if item.verdict is Verdict.SKIPPED]
    if skipped and verbose:
        yield _skipped(skipped)


def _in_full(
    title: str, findings: list[Reported], report: Report, verbose: bool, waivable: bool, most: int
) -> Iterator[Line]:
    yield f"{title} ({len(findings):,})", "bold"
    for reported in findings[:most]:
        yield "", ""
        yield from block(reported, report.run.started if waivable else "", whole=verbose)
    if len(findings) > most:
        yield "", ""
        yield f"… and {len(findings) - most:,} more, see --report json=FILE", ""


def _grouped(findings: list[Reported]) -> list[Reported]:
    """The findings by vendor, operation and code; vendors and operations in the order of their first finding."""
    order: dict[tuple[str, ...], int] = {}
    for reported in findings:
        finding = reported.finding
        for key in ((finding.vendor,), (finding.vendor, finding.operation)):
            order.setdefault(key, len(order))
    return sorted(
        findings,
        key=lambda reported: (
            order[(reported.finding.vendor,)],
            order[(reported.finding.vendor, reported.finding.operation)],
            reported.finding.code,
        ),
    )


def _skipped(items: list[ItemResult]) -> Iterator[Line]:
    yield f"Skipped ({len(items):,})", "bold"
    for item in items:
        yield f"  {printable(item.name)}" + (f": {printable(item.skipped)}" if item.skipped else ""), ""


def _verdict(report: Report) -> Iterator[Line]:
    verdicts = [item.verdict for item in report.items]
    parts = [f"{verdicts.count(verdict):,} {verdict}" for verdict in Verdict if verdict in verdicts]
    if parts:
        yield f"{number(len(verdicts), 'item')}: {', '.join(parts)}", ""
    for line in bullets(
        (verdict_line(report), f"{number(report.exchanges, 'exchange')} in {report.seconds:,.1f} s"), WIDTH
    ):
        yield line, _VERDICTS.get(report.verdict, "bold yellow")
    for reason in report.reasons:
        yield f"exit code {reason.code}: {printable(reason.text)}", ""
