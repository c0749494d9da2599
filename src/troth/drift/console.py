"""Drift for people: the worst first, each change with both sides, where it is seen, and the promises it breaks."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from troth.drift.differences import Change, DriftReport, Worth
from troth.drift.wording import (
    MEANINGS,
    broken_lines,
    sentence,
    shown,
    side_line,
    title,
    verdict_line,
    without_secrets,
)
from troth.reporting.console.findings import Line, hanging

_MOST = 20
"""Changes of one worth that are shown without ``--verbose``."""
_FEW_BROKEN = 3
_STYLES = {Worth.PROMISE: "bold red", Worth.CONSUMERS: "bold yellow"}


def render_drift(report: DriftReport, console: Console, *, verbose: bool = False) -> None:
    """Write a comparison to a console.

    Args:
        report: the comparison.
        console: where to.
        verbose: every change, every promise, and everything that could not be compared.
    """
    for text, style in lines(without_secrets(report), verbose):
        line = text.encode(console.encoding, "backslashreplace").decode(console.encoding)
        console.print(Text(line, style), soft_wrap=True)


def lines(report: DriftReport, verbose: bool) -> Iterator[Line]:
    """All lines of a report that holds no secrets, each with its style."""
    yield f"Troth {report.version}: drift · seed {report.seed}", "bold"
    yield f"old  {side_line(report.old)}", ""
    yield f"new  {side_line(report.new)}", ""
    for worth in Worth:
        changes = [one for one in report.changes if one.worth is worth]
        if changes:
            yield "", ""
            yield f"{str(worth).upper()} ({len(changes):,})", _STYLES.get(worth, "bold")
            yield from _plain(hanging("", MEANINGS[worth]))
        for one in changes if verbose else changes[:_MOST]:
            yield "", ""
            yield from _change(one, verbose)
        if not verbose and len(changes) > _MOST:
            yield f"  … and {len(changes) - _MOST:,} more: --verbose or --report json=FILE", ""
    yield from _left_out("Not compared", report.apart, verbose)
    yield from _left_out("Described by no operation", (*report.old.unrouted, *report.new.unrouted), verbose)
    yield "", ""
    yield verdict_line(report), "bold green" if report.exit_code == 0 else "bold red"
    for reason in report.reasons:
        yield f"exit code {reason.code}: {reason.text}", ""


def _change(one: Change, verbose: bool) -> Iterator[Line]:
    yield f"{title(one)}", "bold"
    yield from _plain(hanging("  ", sentence(one)))
    yield from _plain(hanging("    old  ", shown(one.old)))
    yield from _plain(hanging("    new  ", shown(one.new)))
    if one.first:
        yield from _plain(hanging("    first seen in ", one.first))
    broken = list(broken_lines(one))
    for text in broken if verbose else broken[:_FEW_BROKEN]:
        yield from _plain(hanging("    breaks  ", text))
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
        yield from _plain(hanging("  ", name))


def _plain(texts: list[str]) -> Iterator[Line]:
    return ((text, "") for text in texts)
