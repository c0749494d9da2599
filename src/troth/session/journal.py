"""What a run has judged so far, item by item on disk, so that an interrupted one can go on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.report import Finding, ItemResult, Reported
from troth.secrets.redactor import Redactor
from troth.session.tally import Numbers, Seen, Tally


@dataclass(frozen=True)
class _Head:
    run: str


@dataclass(frozen=True)
class _Shown:
    """A finding with the smallest exchange that shows it."""

    finding: Finding
    item: str
    count: int
    request: Request
    response: Response | None
    silence: NoAnswer | None

    @property
    def exchange(self) -> Exchange:
        return Exchange(self.request, self.response or self.silence or NoAnswer(Silence.NOT_SENT))


@dataclass(frozen=True)
class _Line:
    result: ItemResult
    numbers: dict[str, Numbers]
    seen: tuple[_Shown, ...] = ()


class Journal:
    """The journal of one run.

    Every item is one line, put there in one write when the item has ended; a line that was torn is as if it were not.
    What is written is free of secrets.

    Args:
        path: the file.
        run: what the run is: target, hashes, options. A journal of another run is begun anew.
        resume: go on with what is there.
    """

    def __init__(self, path: Path, run: str, resume: bool) -> None:
        self._path = path
        self._before: dict[str, Numbers] = {}
        self._counted: dict[tuple[str, ...], int] = {}
        self._lines = self._read(run) if resume else {}
        if self._lines:
            self._mend()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(msgspec.json.encode(_Head(run)) + b"\n")

    def finished(self, name: str) -> ItemResult | None:
        """The result of an item that ended before, or None."""
        line = self._lines.get(name)
        return None if line is None else line.result

    def restore(self, tally: Tally) -> None:
        """Put the counts and findings of every finished item into a tally."""
        for line in self._lines.values():
            tally.merge(line.numbers)
            for one in line.seen:
                tally.add_finding(one.finding, one.item, one.exchange, one.count)
        self._note(tally)

    def add(self, result: ItemResult, tally: Tally, report: Callable[[Seen], Reported], redactor: Redactor) -> None:
        """Write down an item that has ended, with what it added to the tally.

        Raises:
            OSError: it cannot be written.
        """
        numbers = {}
        for key, now in tally.numbers().items():
            before = self._before.get(key, [0, 0, 0, 0])
            if now != before:
                numbers[key] = [late - early for late, early in zip(now, before, strict=True)]
        own = {finding.fingerprint for finding in result.findings}
        told = []
        for one in tally.findings():
            more = one.count - self._counted.get(one.finding.fingerprint, 0)
            if more or one.finding.fingerprint in own:
                told.append((one.finding.fingerprint in own, replace(report(one), count=more)))
        findings = tuple(one.finding for is_own, one in told if is_own)
        # By its name a later attempt knows the item; contracts give it.
        clean = replace(redactor.clean(result), name=result.name, findings=findings)
        line = _Line(clean, numbers, tuple(_shown(one) for _, one in told if one.count))
        with self._path.open("ab", buffering=0) as file:
            file.write(msgspec.json.encode(line) + b"\n")
        self._note(tally)

    def _mend(self) -> None:
        """Take a torn last line out, so that the next one begins where it ended."""
        whole, newline, _torn = self._path.read_bytes().rpartition(b"\n")
        with self._path.open("r+b") as file:
            file.truncate(len(whole) + len(newline))

    def _note(self, tally: Tally) -> None:
        self._before = tally.numbers()
        self._counted = {one.finding.fingerprint: one.count for one in tally.findings()}

    def _read(self, run: str) -> dict[str, _Line]:
        if not self._path.is_file():
            return {}
        head, *rest = self._path.read_bytes().split(b"\n")
        try:
            if msgspec.json.decode(head, type=_Head).run != run:
                return {}
        except msgspec.MsgspecError:
            return {}
        lines: dict[str, _Line] = {}
        for raw in rest:
            try:
                line = msgspec.json.decode(raw, type=_Line)
            except msgspec.MsgspecError:
                continue
            lines[line.result.name] = line
        return lines


def _shown(one: Reported) -> _Shown:
    exchange = one.exchange or Exchange(Request("", ""), NoAnswer(Silence.NOT_SENT))
    answer = exchange.answer
    response, silence = (answer, None) if isinstance(answer, Response) else (None, answer)
    return _Shown(one.finding, one.item, one.count, exchange.request, response, silence)


def run_key(parts: Mapping[str, object]) -> str:
    """One text that is the same for the same run."""
    return msgspec.json.encode(dict(sorted(parts.items()))).decode()
