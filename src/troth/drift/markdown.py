"""Drift as Markdown, for the summary of a nightly run or an issue; texts of answers are escaped."""

from collections.abc import Iterator
from pathlib import Path

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
from troth.reporting.markdown import markdown_text


def write_drift_markdown(report: DriftReport, path: Path) -> None:
    """Write a comparison as Markdown (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    text = "\n".join(drift_markdown(report)) + "\n"
    path.write_bytes(text.encode("utf-8", "replace"))


def drift_markdown(report: DriftReport) -> Iterator[str]:
    """The lines of a report."""
    yield f"# Drift: {markdown_text(drift_verdict(report))}"
    yield ""
    yield f"- old: {markdown_text(side_line(report.old))}"
    yield f"- new: {markdown_text(side_line(report.new))}"
    for reason in report.reasons:
        yield f"- exit code {reason.code}: {markdown_text(reason.text)}"
    for worth in Worth:
        changes = [change for change in report.changes if change.worth is worth]
        if changes:
            yield from ("", f"## {str(worth).capitalize()} ({len(changes):,})", "", MEANINGS[worth])
        for change in changes:
            yield ""
            yield from _change(change)
    for heading, names in (
        ("Not compared", report.apart),
        ("Described by no operation", (*report.old.unrouted, *report.new.unrouted)),
    ):
        if names:
            yield from ("", f"## {heading} ({len(names):,})", "")
            yield from (f"- {markdown_text(name)}" for name in names)


def _change(change: Change) -> Iterator[str]:
    yield f"### {markdown_text(title(change))}"
    yield ""
    yield f"**{markdown_text(sentence(change))}**"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| old | {markdown_text(evidence_text(change.old))} |"
    yield f"| new | {markdown_text(evidence_text(change.new))} |"
    if change.first:
        yield f"| first seen | {markdown_text(change.first)} |"
    for text in broken_lines(change):
        yield f"| breaks | {markdown_text(text)} |"
