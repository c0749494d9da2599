"""The waivers of a project: those for a run, and the commands ``troth waive`` and ``troth lint`` on them."""

import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from troth.errors import InputInvalid, Problem, UsageInvalid, did_you_mean
from troth.model.book import Book
from troth.model.waivers import FINDING_ID, Waiver
from troth.reporting.codes import CODES, is_unknown
from troth.reporting.wording import number, printable
from troth.waivers.file import FILE, add_waiver, day_complaint, finding_complaint, parse_day, read_waivers


def waive(here: Path, finding: str, reason: str, until: str, who: str, target: str, today: date) -> str:
    """Add a waiver to ``waivers.yaml``.

    Args:
        here: the project's folder.
        finding: its id, as a report shows it.
        reason: why it is accepted.
        until: the last day, as ``2027-01-31``.
        who: who accepts it; git's ``user.name`` where empty.
        target: only on this one; on every one where empty.
        today: the day of the decision.

    Returns:
        A sentence that says what was added, and where.

    Raises:
        UsageInvalid: something of it cannot be used; the message says what would be.
        InputInvalid: the file as it stands cannot be used.
    """
    finding, reason, who = (" ".join(text.split()) for text in (finding, reason, who or _git_user()))
    complaint = finding_complaint(finding)
    if complaint:
        raise UsageInvalid(f"{finding!r} {complaint}" if complaint.startswith("is ") else complaint)
    code = finding.split()[0]
    if is_unknown(code):
        raise UsageInvalid(f"there is no finding {code}: {did_you_mean(code, CODES)}")
    for name, text in (("--reason", reason), ("--who", who)):
        if not text:
            raise UsageInvalid(f"a waiver needs {name}" + (": git knows no user.name" if name == "--who" else ""))
        if not text.isprintable():
            raise UsageInvalid(f"{name} holds characters that cannot be shown")
    day = parse_day(until)
    if day is None:
        raise UsageInvalid(f"{until!r} is not a day: write it like {today}")
    if day < today:
        raise UsageInvalid(f"{day} is past: a waiver lasts until a day from today on")
    if complaint := day_complaint(day, today):
        raise UsageInvalid(complaint)
    line = add_waiver(here, Waiver(finding, reason, day, who, target), today)
    return f"{FILE}:{line}: waived until {day}"


def _git_user() -> str:
    try:
        done = subprocess.run(["git", "config", "user.name"], capture_output=True, check=False, text=True)  # noqa: S607
    except OSError:
        return ""
    return done.stdout.strip()


def listed(waivers: Iterable[Waiver], today: date) -> list[str]:
    """The waivers as ``troth waive --list`` shows them."""
    lines = []
    for waiver in waivers:
        left = (waiver.until - today).days
        state = f"until {waiver.until}, {number(left, 'day')} left" if left >= 0 else f"EXPIRED on {waiver.until}"
        on = f", only on {waiver.target}" if waiver.target else ""
        lines.append(f"{waiver.position.file}:{waiver.position.line}  {printable(waiver.finding)}")
        lines.append(f"    {state}{on}. {printable(waiver.who)}: {printable(waiver.reason)}")
    return lines or ["no waivers"]


def waiver_problems(here: Path, book: Book | None, today: date) -> tuple[Problem, ...]:
    """The problems of ``waivers.yaml`` for ``troth lint``: invalid entries, and warnings for those that match nothing.

    Args:
        here: the project's folder.
        book: the promises that waivers may name; None where it could not be read.
        today: the day by which waivers expire.
    """
    try:
        waivers = read_waivers(here, today)
    except InputInvalid as error:
        return error.problems
    return tuple(_unknown(book, waivers)) if book is not None else ()


def _unknown(book: Book, waivers: Iterable[Waiver]) -> Iterable[Problem]:
    operations = {str(operation) for operation in book.operations()}
    for waiver in waivers:
        parts = FINDING_ID.fullmatch(waiver.finding)
        if parts is None:
            continue
        named = f"{parts['vendor']}.{parts['operation']}"
        if is_unknown(parts["code"]):
            message, fix = f"there is no finding {parts['code']}", did_you_mean(parts["code"], CODES)
        elif parts["vendor"] in book.vendors and named not in operations:
            message, fix = f"there is no operation {named}", did_you_mean(named, operations)
        else:
            continue
        yield Problem(waiver.position, message, fix, "warning")
