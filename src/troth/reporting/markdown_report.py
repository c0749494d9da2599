"""A report as Markdown, for the summary of a nightly run or an issue: failures in full, other findings in a line."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from troth.model.report import Report, Reported
from troth.reporting.markdown import markdown_text
from troth.reporting.wording import (
    TARGETS,
    accepted,
    expired,
    fails,
    known_from,
    number,
    position_text,
    printable,
    seen_in,
    verdict_line,
)

_MOST_IN_FULL = 50
_MOST_LINES = 100
_LONGEST = 1_000


def write_markdown(report: Report, path: Path) -> None:
    """Write a report as Markdown (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    text = "\n".join(markdown(report)) + "\n"
    path.write_bytes(text.encode("utf-8", "replace"))


def markdown(report: Report) -> Iterator[str]:
    """The lines of a report."""
    run = report.run
    yield f"# {_text(verdict_line(report))}"
    yield ""
    facts = [f"target {run.target}", f"build {run.build}" if run.build else "", f"seed {run.seed}", run.started]
    yield f"- {_text(', '.join(filter(None, facts)))}"
    yield f"- {number(len(report.items), 'item')}, {number(report.exchanges, 'exchange')} in {report.seconds:,.1f} s"
    if run.target_kind in TARGETS:
        yield f"- {_text(TARGETS[run.target_kind])}"
    yield from (f"- exit code {reason.code}: {_text(reason.text)}" for reason in report.reasons)
    for heading, severity in (("Breaches", "breach"), ("Surprises that fail this run", "surprise")):
        findings = [each for each in report.findings if each.severity == severity and fails(each)]
        if findings:
            yield from ("", f"## {heading} ({len(findings):,})")
            yield from (line for reported in findings[:_MOST_IN_FULL] for line in _in_full(reported))
            yield from _more(len(findings) - _MOST_IN_FULL)
    noted = [each for each in report.findings if each.severity == "surprise" and not fails(each)]
    unjudged = [each for each in report.findings if each.severity == "unjudged"]
    yield from _listed("Surprises", map(_line, noted))
    yield from _listed("Unjudged", map(_line, unjudged))
    waived = [(each.finding, each.waiver) for each in report.findings if each.severity == "waived"]
    yield from _listed("Waived", (f"{finding.id}: {accepted(waiver)}" for finding, waiver in waived if waiver))
    removable = (f"{position_text(waiver.position)} {waiver.finding}" for waiver in report.removable)
    yield from _listed("Waivers to remove", removable)


def _in_full(reported: Reported) -> Iterator[str]:
    finding = reported.finding
    yield from (
        "",
        f"### {_text(' · '.join((finding.vendor, finding.operation, finding.subject)))} ({finding.code})",
        "",
    )
    yield f"**{_text(finding.message)}**"
    yield from ("", "| | |", "|---|---|")
    rows = (
        ("at", finding.where),
        ("expected", finding.expected),
        ("answered", finding.answered),
        ("promised in", position_text(finding.position)),
        ("known from", known_from(finding.basis, finding.citation)),
        ("waiver", expired(reported.waiver) if reported.waiver is not None else ""),
        ("seen", seen_in(reported)),
        ("name", finding.id),
    )
    yield from (f"| {name} | {_text(text)} |" for name, text in rows if text)


def _line(reported: Reported) -> str:
    return f"{reported.finding.id}: {reported.finding.message} ({seen_in(reported)})"


def _listed(heading: str, texts: Iterable[str]) -> Iterator[str]:
    lines = list(texts)
    if lines:
        yield from ("", f"## {heading} ({len(lines):,})", "")
        yield from (f"- {_text(line)}" for line in lines[:_MOST_LINES])
        yield from _more(len(lines) - _MOST_LINES)


def _more(left: int) -> Iterator[str]:
    if left > 0:
        yield from ("", f"… and {left:,} more; the JSON report has all.")


def _text(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return markdown_text(printable(" ".join(cut.split())))
