"""Drift as text for a terminal: the worst first, each change with both sides, its place and the broken promises."""

from collections.abc import Iterator

from rich.console import Console

from troth.drift.differences import Change, DriftReport, Worth
from troth.drift.wording import (
    MEANINGS,
    broken_lines,
    drift_verdict,
    evidence_text,
    sentence,
    side_line,
    title,
)
from troth.reporting.console.page import Line, labelled, print_lines

_MOST = 20
"""How many changes of one worth are shown without ``--verbose``."""
_FEW_BROKEN = 3
_STYLES = {Worth.PROMISE: "bold red", Worth.CONSUMERS: "bold yellow"}


def render_drift(report: DriftReport, console: Console, *, verbose: bool = False) -> None:
    """Write a comparison to a console.

    Args:
        report: the comparison.
        console: where to.
        verbose: every change, every promise, and everything that could not be compared.
    """
    print_lines(drift_lines(report, verbose), console)


def drift_lines(report: DriftReport, verbose: bool) -> Iterator[Line]:
    """All lines of a report, each with its style."""
    yield f"Troth {report.version}: drift · seed {report.seed}", "bold"
    yield f"old  {side_line(report.old)}", ""
    yield f"new  {side_line(report.new)}", ""
    for worth in Worth:
        changes = [change for change in report.changes if change.worth is worth]
        if changes:
            yield "", ""
            yield f"{str(worth).upper()} ({len(changes):,})", _STYLES.get(worth, "bold")
            yield from labelled("", MEANINGS[worth])
        for change in changes if verbose else changes[:_MOST]:
            yield "", ""
            yield from _change(change, verbose)
        if not verbose and len(changes) > _MOST:
            yield f"  … and {len(changes) - _MOST:,} more: --verbose or --report json=FILE", ""
    yield from _left_out("Not compared", report.apart, verbose)
    yield from _left_out("Described by no operation", (*report.old.unrouted, *report.new.unrouted), verbose)
    yield "", ""
    yield drift_verdict(report), "bold green" if report.exit_code == 0 else "bold red"
    for reason in report.reasons:
        yield f"exit code {reason.code}: {reason.text}", ""


def _change(change: Change, verbose: bool) -> Iterator[Line]:
    yield f"{title(change)}", "bold"
    yield from labelled("  ", sentence(change))
    yield from labelled("    old  ", evidence_text(change.old))
    yield from labelled("    new  ", evidence_text(change.new))
    if change.first:
        yield from labelled("    first seen in ", change.first)
    broken = list(broken_lines(change))
    for text in broken if verbose else broken[:_FEW_BROKEN]:
        yield from labelled("    breaks  ", text)
    if not verbose and len(broken) > _FEW_BROKEN:
        yield f"            … and {len(broken) - _FEW_BROKEN:,} more promises", ""


def _left_out(heading: str, names: tuple[str, ...], verbose: bool) -> Iterator[Line]:
    if not names:
        return
    yield "", ""
    if not verbose:
        yield f"{heading}: {len(names):,} (--verbose names them)", ""
        return
    yield f"{heading} ({len(names):,})", "bold"
    for name in names:
        yield from labelled("  ", name)
