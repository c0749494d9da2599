"""Texts that all reports share: sources of promises, counts, positions, and escapes of invisible characters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.errors import Position
from troth.model.operation import Basis, Citation
from troth.model.report import Count, Kind, Report, Reported
from troth.model.waivers import Waiver

TARGETS: Mapping[str, str] = {
    "mock": "This is the embedded mock: a green run says nothing about the live vendor.",
    "replay": "These are recordings: a green run says what the vendor answered then, not what it answers now.",
}
"""Kind of target → a note on what its report does not show."""

_BASES: Mapping[Basis, str] = {
    Basis.DOCUMENTED: "documented",
    Basis.EXAMPLE: "shown",
    Basis.OBSERVED: "observed",
}
_PLACES: Mapping[str, str] = {"page": "on", "standard": "in", "spec": "by", "client": "in"}


@dataclass(frozen=True, slots=True)
class Sum:
    """The totals of a run. Promises are clauses and rows; classes and statuses are not promises of behaviour."""

    documented: int
    """Documented promises that were kept whenever they were exercised."""
    others: int
    """The same for every other basis."""
    broken: int
    """Findings that fail the run."""
    surprises: int
    """Findings on promises that are not documented, which do not fail the run."""
    unjudged: int
    waived: int


def sum_up(report: Report) -> Sum:
    """The totals for the last line of a report."""
    kept = [count.promise.basis for count in report.counts if is_promise(count) and count.kept and not count.broken]
    severities = [reported.severity for reported in report.findings]
    documented = kept.count(Basis.DOCUMENTED)
    surprises = sum(reported.severity == "surprise" and not fails(reported) for reported in report.findings)
    return Sum(
        documented=documented,
        others=len(kept) - documented,
        broken=sum(fails(reported) for reported in report.findings),
        surprises=surprises,
        unjudged=severities.count("unjudged"),
        waived=severities.count("waived"),
    )


def fails(reported: Reported) -> bool:
    """Whether a finding fails the run."""
    return reported.verdict == "broken"


def is_promise(count: Count) -> bool:
    """Whether a count is of a promise of behaviour."""
    return count.promise.kind in (Kind.CLAUSE, Kind.ROW)


def known_from(basis: Basis, citation: Citation | None) -> str:
    """The source of a promise: ``documented on page X, section "Y"``, ``observed in client Z``, ``our own reading``."""
    if citation is None:
        return "our own reading" if basis is Basis.ASSUMED else f"{_BASES[basis]}; the spec names no page"
    if citation.kind not in _PLACES:
        return str(citation)
    if basis is Basis.ASSUMED:
        return f"our own reading of {citation}"
    return f"{_BASES[basis]} {_PLACES[citation.kind]} {citation}"


def accepted(waiver: Waiver) -> str:
    """Until when a finding is accepted, by whom and why."""
    return f"until {waiver.until}, {waiver.who}: {waiver.reason}"


def expired(waiver: Waiver) -> str:
    """When a waiver expired, its position, its author and its reason."""
    return f"expired on {waiver.until}, {position_text(waiver.position)}. {waiver.who}: {waiver.reason}"


def seen_in(reported: Reported) -> str:
    """How often a finding occurred, and the item with the smallest exchange that shows it."""
    if reported.count == 1:
        return f"seen once, in {reported.item}"
    return f"seen {reported.count:,} times; smallest in {reported.item}"


def verdict_line(report: Report) -> str:
    """The verdict with the totals."""
    total = sum_up(report)
    promises = "documented promise" if total.documented == 1 else "documented promises"
    others = "other" if total.others == 1 else "others"
    parts = [f"{total.documented:,} {promises} kept", f"{total.others:,} {others} kept", f"{total.broken:,} broken"]
    if total.surprises:
        parts.append(number(total.surprises, "surprise"))
    parts += [f"{many:,} {word}" for many, word in ((total.unjudged, "unjudged"), (total.waived, "waived")) if many]
    return f"{report.verdict}: {', '.join(parts)}"


def position_text(position: Position) -> str:
    """``file:line``, which editors and terminals link."""
    return f"{position.file}:{position.line}" if position.line else position.file


def number(count: int, singular: str, plural: str | None = None) -> str:
    """``1 exchange``, ``2,345 exchanges``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def once_each(texts: Iterable[str]) -> list[str]:
    """The texts in order, each once."""
    return list(dict.fromkeys(texts))


def printable(text: str, keep: str = "") -> str:
    """The text with escapes such as ``\\x1b`` in place of control characters and invisible ones.

    Args:
        text: any text.
        keep: characters that are not escaped, such as a line end.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
