"""Drift for a summary of a nightly run, an issue or a message: Markdown that nothing in an answer can break out of."""

from collections.abc import Iterator
from pathlib import Path

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
from troth.reporting.markdown import plain


def write_drift_markdown(report: DriftReport, path: Path) -> None:
    """Write a comparison as Markdown (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    text = "\n".join(markdown(without_secrets(report))) + "\n"
    path.write_bytes(text.encode("utf-8", "replace"))


def markdown(report: DriftReport) -> Iterator[str]:
    """The lines of a report that holds no secrets."""
    yield f"# Drift: {plain(verdict_line(report))}"
    yield ""
    yield f"- old: {plain(side_line(report.old))}"
    yield f"- new: {plain(side_line(report.new))}"
    for reason in report.reasons:
        yield f"- exit code {reason.code}: {plain(reason.text)}"
    for worth in Worth:
        changes = [one for one in report.changes if one.worth is worth]
        if changes:
            yield from ("", f"## {str(worth).capitalize()} ({len(changes):,})", "", MEANINGS[worth])
        for one in changes:
            yield ""
            yield from _change(one)
    for heading, names in (
        ("Not compared", report.apart),
        ("Described by no operation", (*report.old.unrouted, *report.new.unrouted)),
    ):
        if names:
            yield from ("", f"## {heading} ({len(names):,})", "")
            yield from (f"- {plain(name)}" for name in names)


def _change(one: Change) -> Iterator[str]:
    yield f"### {plain(title(one))}"
    yield ""
    yield f"**{plain(sentence(one))}**"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| old | {plain(shown(one.old))} |"
    yield f"| new | {plain(shown(one.new))} |"
    if one.first:
        yield f"| first seen | {plain(one.first)} |"
    for text in broken_lines(one):
        yield f"| breaks | {plain(text)} |"
