"""Reads ``waivers.yaml``, and adds waivers to it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from troth.errors import InputInvalid, Position, Problem, UsageInvalid
from troth.loading.contract import schema_problems
from troth.loading.plain import mapping, sequence
from troth.loading.positions.yaml import Document, parse_yaml
from troth.model.waivers import FINDING_ID, HIDDEN, LONGEST_DAYS, NEVER_WAIVED, Waiver

FILE = "waivers.yaml"
_HEAD = "# Findings that are accepted until a day (`troth waive` adds one; CI reads them). Each entry answers: which,\n"
_HEAD += "# why, until when, who.\n"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN = re.compile(r"[A-Za-z][\w ./()-]*[\w.)]")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))


def read_waivers(folder: Path, today: date) -> tuple[Waiver, ...]:
    """The waivers of a project, expired ones included; none where there is no file.

    Args:
        folder: where ``waivers.yaml`` may lie.
        today: no waiver may last longer than 366 days from it.

    Raises:
        InputInvalid: the file cannot be used; every problem, each at its place.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputInvalid([Problem(Position(FILE), f"cannot be read: {error.strerror}")]) from error
    return _WaiversReading(data, today).waivers()


def parse_day(text: str) -> date | None:
    """A day as ``2027-01-31``; None where it is none."""
    with suppress(ValueError):
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    return None


def finding_complaint(finding: str) -> str:
    """What is wrong with the form of a finding's id; ``""`` where nothing is."""
    parts = FINDING_ID.fullmatch(finding)
    if parts is None:
        return "is not a finding: write it as a report shows it, such as TR203 oneall.readUser found at body /response"
    if NEVER_WAIVED.fullmatch(parts["code"]):
        return f"{parts['code']} says nothing against the vendor, so there is nothing to accept"
    if HIDDEN.search(finding):
        return "the place of this finding is a secret, which a waiver cannot name"
    return ""


def day_complaint(until: date, today: date) -> str:
    """What is wrong with a waiver's last day as such; ``""`` where nothing is."""
    latest = today + timedelta(days=LONGEST_DAYS)
    if until > latest:
        return f"{until} is too far ahead: a waiver lasts {LONGEST_DAYS} days at most, today until {latest}"
    return ""


def add_waiver(folder: Path, waiver: Waiver, today: date) -> int:
    """Append a waiver to the file, which is made where there is none. Its other text is not changed.

    Returns:
        The line on which the new entry begins.

    Raises:
        InputInvalid: the file as it stands cannot be used.
        UsageInvalid: the finding is waived already, the file is laid out so that nothing can be put at its end, or it
            cannot be written.
    """
    path = folder / FILE
    before = read_waivers(folder, today)
    for earlier in before:
        if (earlier.finding, earlier.target) == (waiver.finding, waiver.target):
            raise UsageInvalid(
                f"it is waived already, at {earlier.position} (until {earlier.until}): change that entry"
            )
    data = path.read_bytes() if path.is_file() else _HEAD.encode()
    text = data.decode("utf-8-sig")
    if text and not text.endswith("\n"):
        text += "\n"
    whole = text + _entry(waiver, _indent(parse_yaml(data, FILE, core=True)))
    try:
        after = _WaiversReading(whole.encode(), today).waivers()
    except InputInvalid:
        after = ()
    if after != (*before, waiver):
        raise UsageInvalid(f"nothing can be put at the end of {FILE} as it is laid out: add the entry by hand")
    _write(path, whole)
    return text.count("\n") + 1


def _indent(document: Document) -> str:
    """The indentation before the dash of the entries."""
    if not sequence(document.value):
        return ""
    before, dash, _ = document.at(0).text.partition("-")
    return before if dash and not before.strip() else ""


def _entry(waiver: Waiver, indent: str) -> str:
    values = {"finding": waiver.finding, "reason": waiver.reason, "until": waiver.until.isoformat(), "who": waiver.who}
    if waiver.target:
        values["target"] = waiver.target
    lines = [f"{name}: {value if name == 'until' else _scalar(value)}" for name, value in values.items()]
    return f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return "'" + text.replace("'", "''") + "'"


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, so that a simultaneous reader gets the old text or the new one."""
    try:
        with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{FILE}.", delete=False) as file:
            file.write(text.encode())
        part = Path(file.name)
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        part.replace(path)
    except OSError as error:
        raise UsageInvalid(f"{FILE} cannot be written: {error.strerror or error}") from error


class _WaiversReading:
    def __init__(self, data: bytes, today: date) -> None:
        # A day needs no quotes here, so plain values are read as YAML 1.2 has them.
        self._document = parse_yaml(data, FILE, core=True)
        self._today = today

    def waivers(self) -> tuple[Waiver, ...]:
        document = self._document
        if document.value is None:
            return ()
        if not isinstance(document.value, list):
            raise InputInvalid([Problem(document.at(), "must be a list", "begin each entry with “- finding: …”")])
        problems = list(schema_problems(document, "waivers"))
        if not problems:
            problems = list(self._problems())
        if problems:
            raise InputInvalid(problems)
        return tuple(self._waiver(index) for index in range(len(sequence(document.value))))

    def _problems(self) -> Iterator[Problem]:
        document = self._document
        seen: dict[tuple[str, str], int] = {}
        for index, raw in enumerate(sequence(document.value)):
            entry = mapping(raw)
            finding, written = str(entry["finding"]), str(entry["until"])
            complaint = finding_complaint(finding)
            if complaint:
                yield Problem(document.at(index, "finding"), complaint)
            for name in ("reason", "who"):
                if not str(entry[name]).strip():
                    yield Problem(document.at(index, name), f"{name} is empty")
            day = parse_day(written)
            if day is None:
                yield Problem(document.at(index, "until"), f"{written!r} is not a day", "write it like 2027-01-31")
            elif too_far := day_complaint(day, self._today):
                yield Problem(document.at(index, "until"), too_far)
            key = (finding, str(entry.get("target", "")))
            if key in seen:
                message = f"the same finding as on line {document.at(seen[key]).line}"
                yield Problem(document.at(index, "finding"), message, "keep one of the two entries")
            seen.setdefault(key, index)

    def _waiver(self, index: int) -> Waiver:
        entry = mapping(self._document.value_at(index))
        return Waiver(
            finding=str(entry["finding"]),
            reason=str(entry["reason"]),
            until=date.fromisoformat(str(entry["until"])),
            who=str(entry["who"]),
            target=str(entry.get("target", "")),
            position=self._document.at(index),
        )
