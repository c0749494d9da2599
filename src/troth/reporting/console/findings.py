"""Findings as text: the place, the difference, the source of the promise, and how to reproduce the request."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from shlex import quote

from troth.model.operation import Unchecked
from troth.model.report import Finding, Reported
from troth.model.waivers import HIDDEN, Waiver
from troth.reporting.console.page import WIDTH, Line, hanging, labelled, unstyled
from troth.reporting.wording import accepted, expired, known_from, number, once_each, position_text, printable, seen_in

_STYLES = {"breach": "bold red", "surprise": "bold yellow", "unjudged": "bold blue", "waived": "bold"}
_LONGEST_CURL = 2_000
_WAIVED_DAYS = 90
_NAMED = 3
_MOST_UNCHECKED = 4
"""Parts of a spec that are named where it is said that nothing is held to them."""


def block(reported: Reported, accept_from: str = "", whole: bool = False) -> Iterator[Line]:
    """One finding in full.

    Args:
        reported: the finding.
        accept_from: the day of the run (ISO 8601) where ``troth waive`` can be offered, else ``""``.
        whole: show a very long curl line too.
    """
    finding = reported.finding
    subject = printable(" · ".join((finding.vendor, finding.operation, finding.subject)))
    title = f"{reported.severity.upper():<9} {subject}"
    yield f"{title}{finding.code:>{max(WIDTH - len(title), len(finding.code) + 2)}}", _STYLES[reported.severity]
    yield from unstyled(_message(finding))
    if finding.where:
        yield from labelled("  at ", finding.where)
    if finding.expected:
        expected = " ".join(finding.expected.split()) if finding.code.startswith("TR3") else finding.expected
        yield from labelled("    expected  ", expected)
    if finding.answered:
        yield from labelled("    answered  ", finding.answered)
    if not finding.unjudged:
        yield from labelled("  ", known_from(finding.basis, finding.citation))
    if reported.waiver is not None:
        yield from unstyled(_of_waiver(reported.severity, reported.waiver))
    if reported.curl:
        first, *further = reported.curl.split("\n")
        yield f"  reproduce   {_curl(first, whole)}", ""
        yield from ((f"              {_curl(line, whole)}", "") for line in further)
    yield from labelled("  ", seen_in(reported))
    if (
        accept_from
        and reported.severity in ("breach", "surprise")
        and reported.waiver is None
        and not HIDDEN.search(finding.id)
    ):
        yield f"  accept it   {_accept(finding, accept_from)}", ""


def group_unjudged(findings: Iterable[Reported]) -> Iterator[Line]:
    """What could not be judged, grouped by reason."""
    groups: dict[tuple[str, str], list[Reported]] = {}
    for reported in findings:
        groups.setdefault((reported.finding.code, reported.finding.message), []).append(reported)
    total = sum(len(group) for group in groups.values())
    yield f"Unjudged ({total:,}, for {number(len(groups), 'reason')})", "bold"
    for (code, message), group in groups.items():
        places = once_each(f"{reported.finding.vendor} · {reported.finding.operation}" for reported in group)
        named = ", ".join(places[:_NAMED]) + (f" and {len(places) - _NAMED:,} more" if len(places) > _NAMED else "")
        yield from labelled(f"  {code}  ", message)
        yield from labelled("         ", f"{number(sum(reported.count for reported in group), 'time')}, in {named}")


def waived_lines(findings: list[Reported]) -> Iterator[Line]:
    """The accepted findings, each with the day, the person and the reason of its waiver."""
    yield f"Waived ({len(findings):,})", "bold"
    for reported in findings:
        yield from labelled("  ", reported.finding.id)
        if reported.waiver is not None:
            yield from labelled("    ", accepted(reported.waiver))


def removable_lines(waivers: Iterable[Waiver]) -> Iterator[Line]:
    """The waivers that are no longer needed."""
    listed = list(waivers)
    yield f"Waivers to remove ({len(listed):,}): what they accept was put to the test here, and not met", "bold"
    for waiver in listed:
        yield from labelled(f"  {position_text(waiver.position)}  ", waiver.finding)


def unchecked_lines(unchecked: Sequence[Unchecked]) -> Iterator[Line]:
    """What of the specs nothing is held to, in one paragraph; nothing where there is no such part."""
    if not unchecked:
        return
    names = [f"{part.part} ({part.place})" for part in unchecked[:_MOST_UNCHECKED]]
    if len(unchecked) > _MOST_UNCHECKED:
        names.append(f"{len(unchecked) - _MOST_UNCHECKED:,} more")
    counted = f"{len(unchecked):,} part{'' if len(unchecked) == 1 else 's'} of the spec"
    yield from labelled("not checked: ", f"{counted}: {', '.join(names)} (troth lint says why)")


def _message(finding: Finding) -> list[str]:
    """The position of the promise and the message; a position is never wrapped, so that terminals link it."""
    here, message = f"  {printable(position_text(finding.position))}", printable(finding.message)
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
