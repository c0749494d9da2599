"""Findings as people read them: where, what, how we know, how to see it again, what to do."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from shlex import quote
from textwrap import wrap

from troth.model.operation import Unchecked
from troth.model.report import Finding, Reported
from troth.model.waivers import HIDDEN, Waiver
from troth.reporting.wording import accepted, expired, known_from, number, once_each, place, printable, seen_in

WIDTH = 100
Line = tuple[str, str]
"""A line of text and its style (for terminals with colour)."""

_STYLES = {"breach": "bold red", "surprise": "bold yellow", "unjudged": "bold blue", "waived": "bold"}
_LONGEST_CURL = 2_000
_WAIVED_DAYS = 90
_NAMED = 3
_MOST_UNCHECKED = 4
"""Parts of a spec that are named where it is said that nothing is held to them."""


def block(one: Reported, accept_from: str = "", whole: bool = False) -> Iterator[Line]:
    """One finding in full.

    Args:
        one: the finding.
        accept_from: the day of the run (ISO 8601) where ``troth waive`` can be offered, else ``""``.
        whole: show a very long curl line too.
    """
    finding = one.finding
    subject = printable(" · ".join((finding.vendor, finding.operation, finding.subject)))
    title = f"{one.severity.upper():<9} {subject}"
    yield f"{title}{finding.code:>{max(WIDTH - len(title), len(finding.code) + 2)}}", _STYLES[one.severity]
    yield from _plain(_message(finding))
    if finding.where:
        yield from _plain(hanging("  at ", finding.where))
    if finding.expected:
        expected = " ".join(finding.expected.split()) if finding.code.startswith("TR3") else finding.expected
        yield from _plain(hanging("    expected  ", expected))
    if finding.answered:
        yield from _plain(hanging("    answered  ", finding.answered))
    if not finding.unjudged:
        yield from _plain(hanging("  ", known_from(finding.basis, finding.citation)))
    if one.waiver is not None:
        yield from _plain(_of_waiver(one.severity, one.waiver))
    if one.curl:
        first, *further = one.curl.split("\n")
        yield f"  reproduce   {_curl(first, whole)}", ""
        yield from ((f"              {_curl(line, whole)}", "") for line in further)
    yield from _plain(hanging("  ", seen_in(one)))
    if accept_from and one.severity in ("breach", "surprise") and one.waiver is None and not HIDDEN.search(finding.id):
        yield f"  accept it   {_accept(finding, accept_from)}", ""


def group_unjudged(found: Iterable[Reported]) -> Iterator[Line]:
    """What could not be judged, by reason."""
    groups: dict[tuple[str, str], list[Reported]] = {}
    for one in found:
        groups.setdefault((one.finding.code, one.finding.message), []).append(one)
    total = sum(len(group) for group in groups.values())
    yield f"Unjudged ({total:,}, for {number(len(groups), 'reason')})", "bold"
    for (code, message), group in groups.items():
        places = once_each(f"{one.finding.vendor} · {one.finding.operation}" for one in group)
        named = ", ".join(places[:_NAMED]) + (f" and {len(places) - _NAMED:,} more" if len(places) > _NAMED else "")
        yield from _plain(hanging(f"  {code}  ", message))
        yield from _plain(hanging("         ", f"{number(sum(one.count for one in group), 'time')}, in {named}"))


def waived_lines(found: list[Reported]) -> Iterator[Line]:
    """What is accepted, until when, by whom and why."""
    yield f"Waived ({len(found):,})", "bold"
    for one in found:
        yield from _plain(hanging("  ", one.finding.id))
        if one.waiver is not None:
            yield from _plain(hanging("    ", accepted(one.waiver)))


def removable_lines(waivers: Iterable[Waiver]) -> Iterator[Line]:
    """Waivers that matched nothing."""
    listed = list(waivers)
    yield f"Waivers to remove ({len(listed):,}): what they accept was put to the test here, and not met", "bold"
    for waiver in listed:
        yield from _plain(hanging(f"  {place(waiver.position)}  ", waiver.finding))


def bullets(parts: Iterable[str], width: int = WIDTH) -> Iterator[str]:
    """Parts joined by dots, in as few lines as hold them; no part is broken."""
    line = ""
    for part in map(printable, parts):
        if line and len(line) + 3 + len(part) > width:
            yield line
            line = part
        else:
            line = f"{line} · {part}" if line else part
    yield line


def unchecked_lines(unchecked: Sequence[Unchecked]) -> Iterator[Line]:
    """What of the specs nothing is held to, in one paragraph; nothing where there is no such part."""
    if not unchecked:
        return
    names = [f"{part.part} ({part.place})" for part in unchecked[:_MOST_UNCHECKED]]
    if len(unchecked) > _MOST_UNCHECKED:
        names.append(f"{len(unchecked) - _MOST_UNCHECKED:,} more")
    counted = f"{len(unchecked):,} part{'' if len(unchecked) == 1 else 's'} of the spec"
    for line in hanging("not checked: ", f"{counted}: {', '.join(names)} (troth lint says why)"):
        yield line, ""


def hanging(first: str, text: str) -> list[str]:
    """Text after a label, wrapped at the page's width and indented under itself."""
    indent = " " * len(first)
    return wrap(printable(text), WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False) or [
        first.rstrip()
    ]


def _plain(texts: Iterable[str]) -> Iterator[Line]:
    return ((text, "") for text in texts)


def _message(finding: Finding) -> list[str]:
    """The place and what is said there; the place is never broken, so that it stays a link."""
    here, message = f"  {printable(place(finding.position))}", printable(finding.message)
    if len(here) + 3 + len(message) <= WIDTH:
        return [f"{here}   {message}"]
    return [here, *hanging("    ", message)]


def _curl(line: str, whole: bool) -> str:
    if len(line) > _LONGEST_CURL and not whole:
        return f"a line of {len(line):,} characters, see --report json=FILE"
    return printable(line)


def _of_waiver(severity: str, waiver: Waiver) -> list[str]:
    if severity == "waived":
        return hanging("  waived      ", accepted(waiver))
    return hanging("  waiver      ", expired(waiver))


def _accept(finding: Finding, day: str) -> str:
    until = date.fromisoformat(day[:10]) + timedelta(days=_WAIVED_DAYS)
    return f"troth waive {quote(printable(finding.id))} --until {until} --reason '…'"
