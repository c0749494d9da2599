"""Words that every report uses: where a promise comes from, what was counted, which characters can be shown."""

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
"""Kind of target → what a reader must not take the report for."""

_BASES: Mapping[Basis, str] = {
    Basis.DOCUMENTED: "documented",
    Basis.EXAMPLE: "shown",
    Basis.OBSERVED: "observed",
}
_PLACES: Mapping[str, str] = {"page": "on", "standard": "in", "spec": "by", "client": "in"}


@dataclass(frozen=True, slots=True)
class Sum:
    """What a run comes to. Promises are clauses and rows; classes and statuses are not promises of behaviour."""

    documented: int
    """Documented promises that were kept whenever they were exercised."""
    others: int
    """The same for every other basis."""
    broken: int
    """Findings that fail the run."""
    surprises: int
    """Findings against what no vendor promised, which do not fail the run."""
    unjudged: int
    waived: int


def sum_up(report: Report) -> Sum:
    """The numbers of a report's last line."""
    kept = [count.promise.basis for count in report.counts if is_promise(count) and count.kept and not count.broken]
    severities = [one.severity for one in report.findings]
    documented = kept.count(Basis.DOCUMENTED)
    surprises = sum(one.severity == "surprise" and not fails(one) for one in report.findings)
    return Sum(
        documented=documented,
        others=len(kept) - documented,
        broken=sum(fails(one) for one in report.findings),
        surprises=surprises,
        unjudged=severities.count("unjudged"),
        waived=severities.count("waived"),
    )


def fails(one: Reported) -> bool:
    """Whether a finding fails the run."""
    return one.verdict == "broken"


def is_promise(count: Count) -> bool:
    """Whether what is counted is a promise of behaviour."""
    return count.promise.kind in (Kind.CLAUSE, Kind.ROW)


def known_from(basis: Basis, citation: Citation | None) -> str:
    """How we know: ``documented on page X, section "Y"``, ``observed in client Z``, ``our own reading: …``."""
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
    """When a waiver expired, where it stands, whose it was and why."""
    return f"expired on {waiver.until}, {place(waiver.position)}. {waiver.who}: {waiver.reason}"


def seen_in(one: Reported) -> str:
    """How often a finding was met, and where best to see it."""
    if one.count == 1:
        return f"seen once, in {one.item}"
    return f"seen {one.count:,} times; smallest in {one.item}"


def verdict_line(report: Report) -> str:
    """The verdict and what it rests on, in numbers."""
    total = sum_up(report)
    promises = "documented promise" if total.documented == 1 else "documented promises"
    others = "other" if total.others == 1 else "others"
    said = [f"{total.documented:,} {promises} kept", f"{total.others:,} {others} kept", f"{total.broken:,} broken"]
    if total.surprises:
        said.append(number(total.surprises, "surprise"))
    said += [f"{many:,} {word}" for many, word in ((total.unjudged, "unjudged"), (total.waived, "waived")) if many]
    return f"{report.verdict}: {', '.join(said)}"


def place(position: Position) -> str:
    """``file:line``, as editors and terminals link it."""
    return f"{position.file}:{position.line}" if position.line else position.file


def number(count: int, one: str, many: str | None = None) -> str:
    """``1 exchange``, ``2,345 exchanges``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def once_each(texts: Iterable[str]) -> list[str]:
    """The texts in order, each once."""
    return list(dict.fromkeys(texts))


def printable(text: str, keep: str = "") -> str:
    """The text with everything that a terminal would act on, or nobody could see, as an escape such as ``\\x1b``.

    Args:
        text: anything, from anybody.
        keep: characters to leave alone, such as a line end.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
