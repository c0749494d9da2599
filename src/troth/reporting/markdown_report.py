"""A report for the summary of a nightly run, an issue or a message: what is broken in full, the rest in a line each."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from troth.model.report import Report, Reported
from troth.reporting.markdown import plain
from troth.reporting.wording import (
    TARGETS,
    accepted,
    expired,
    known_from,
    number,
    place,
    printable,
    seen_in,
    verdict_line,
)
from troth.secrets.reports import redacted

_MOST_IN_FULL = 50
_MOST_LINES = 100
_LONGEST = 1_000


def write_markdown(report: Report, path: Path) -> None:
    """Write a report as Markdown (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    text = "\n".join(markdown(redacted(report))) + "\n"
    path.write_bytes(text.encode("utf-8", "replace"))


def markdown(report: Report) -> Iterator[str]:
    """The lines of a report that holds no secrets."""
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
        found = [one for one in report.findings if one.severity == severity and one.verdict == "broken"]
        if found:
            yield from ("", f"## {heading} ({len(found):,})")
            yield from (line for one in found[:_MOST_IN_FULL] for line in _in_full(one))
            yield from _more(len(found) - _MOST_IN_FULL)
    noted = [one for one in report.findings if one.severity == "surprise" and one.verdict != "broken"]
    yield from _listed("Surprises", (_line(one) for one in noted))
    yield from _listed("Unjudged", (_line(one) for one in report.findings if one.severity == "unjudged"))
    waived = [(one.finding, one.waiver) for one in report.findings if one.severity == "waived"]
    yield from _listed("Waived", (f"{found.id}: {accepted(waiver)}" for found, waiver in waived if waiver is not None))
    yield from _listed("Waivers to remove", (f"{place(one.position)} {one.finding}" for one in report.removable))


def _in_full(one: Reported) -> Iterator[str]:
    finding = one.finding
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
        ("promised in", place(finding.position)),
        ("known from", known_from(finding.basis, finding.citation)),
        ("waiver", expired(one.waiver) if one.waiver is not None else ""),
        ("seen", seen_in(one)),
        ("name", finding.id),
    )
    yield from (f"| {name} | {_text(text)} |" for name, text in rows if text)


def _line(one: Reported) -> str:
    return f"{one.finding.id}: {one.finding.message} ({seen_in(one)})"


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
    return plain(printable(" ".join(cut.split())))
