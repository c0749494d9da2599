"""``troth drift``: reads or asks both sides, judges their answers, compares them, and reports."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from troth import __version__
from troth.drift.console import render_drift
from troth.drift.differences import BREAKING, DriftReport, SideFacts, Worth
from troth.drift.json_report import write_drift_json
from troth.drift.markdown import write_drift_markdown
from troth.drift.measuring import compare_sightings
from troth.drift.sightings import SightingCollector
from troth.errors import ExitCode, InputInvalid, Problem, UsageInvalid
from troth.judging.judge import OperationJudge
from troth.judging.terms import Terms
from troth.loading.cassettes.reader import read_cassette
from troth.model.book import Book, Recording
from troth.model.conclusion import conclude
from troth.model.exchange import Exchange, Request
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Judged, RunOptions
from troth.model.report import Judgement, Reason
from troth.reporting.outputs import read_outputs, write_outputs
from troth.reporting.wording import number
from troth.secrets.redactor import Redactor
from troth.session.folders import shown
from troth.session.open import Opened, open_all
from troth.session.reach import Selection, secret_names
from troth.session.run import Run
from troth.sources.routing import Router
from troth.targets.replay import ReplayTarget
from troth.wire.soap import XsdValidator

WRITERS: Mapping[str, Callable[[DriftReport, Path], None]] = {
    "json": write_drift_json,
    "markdown": write_drift_markdown,
}
"""Name for ``--report`` → who writes it."""
CASSETTES = "cassettes"
"""The ``kind`` of a side that was read from files."""
_WORTHS = tuple(Worth)
_SUFFIXES = frozenset((".yaml", ".yml", ".json"))


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison, after it was read or asked."""

    facts: SideFacts
    book: Book
    collector: SightingCollector
    redactor: Redactor
    """Knows the secrets of this side."""


def drift(
    old: str,
    new: str,
    choose: Callable[[str], Selection],
    options: RunOptions,
    reports: tuple[str, ...] = (),
    verbose: bool = False,
    strict: bool = False,
) -> int:
    """Compare two sides and write the reports.

    Args:
        old: a cassette, a folder of them, or a target.
        new: the same.
        choose: target → what to read for it.
        options: how much of it.
        reports: ``json=FILE`` and ``markdown=FILE``.
        verbose: show every change in full.
        strict: every change counts.

    Raises:
        TrothError: nothing could be compared; the error says why.
    """
    outputs = read_outputs(reports, WRITERS)
    recorded = cache(lambda: open_all(choose("mock")))
    before, now = (open_side(name, choose, recorded, options) for name in (old, new))
    report = compare(before, now, options, strict)
    render_drift(report, Console(soft_wrap=True, highlight=False), verbose=verbose)
    write_outputs(report, outputs)
    return report.exit_code


def compare(old: Side, new: Side, options: RunOptions, strict: bool = False) -> DriftReport:
    """The complete report about two sides, free of secrets."""
    measured = compare_sightings(old.collector.sightings, new.collector.sightings)
    report = DriftReport(
        version=__version__,
        seed=options.budget.seed,
        specs_sha256=new.book.specs_sha256,
        contracts_sha256=new.book.contracts_sha256,
        old=old.facts,
        new=new.facts,
        changes=tuple(sorted(measured.changes, key=lambda change: _WORTHS.index(change.worth))),
        compared=measured.compared,
        apart=measured.apart,
    )
    conclusion = conclude(_reasons(report, strict))
    report = replace(report, exit_code=conclusion.exit_code, reasons=conclusion.reasons)
    return old.redactor.clean(new.redactor.clean(report))


def _reasons(report: DriftReport, strict: bool) -> Iterator[Reason]:
    """Why the exit code is not 0: breaking changes (with ``strict`` any change), and what could not be compared."""
    failing = [change for change in report.changes if strict or change.worth in BREAKING]
    if failing:
        kinds = "any change counts" if strict else "they break promises or consumers"
        yield Reason("changed", f"{number(len(failing), 'change')}: {kinds}", ExitCode.BROKEN)
    if not report.compared:
        yield Reason("nothing-compared", "nothing could be compared", ExitCode.NOT_JUDGED)
    for side in (report.old, report.new):
        if side.silent and side.kind != CASSETTES:
            text = f"{number(side.silent, 'request')} to {side.name} got no answer, or found the service out of order"
            yield Reason("no-answer", text, ExitCode.NOT_JUDGED)


def open_side(
    name: str,
    choose: Callable[[str], Selection],
    recorded: Callable[[], Opened],
    options: RunOptions,
) -> Side:
    """One side: recorded exchanges if the name is a file or folder, else the answers of a target.

    Args:
        name: a path, or a target.
        choose: target → what to read for it.
        recorded: opens the book and terms by which recordings are judged.
        options: how much of it.

    Raises:
        InputInvalid: cassettes that cannot be used.
        UsageInvalid: there is neither such a path nor such a target.
    """
    path = Path(name)
    target = name in ("mock", "replay") or "://" in name
    if not target and path.exists():
        return read_side(path, recorded(), options)
    if not target and ("/" in name or path.suffix in _SUFFIXES):
        raise UsageInvalid(f"there is no cassette or folder {name}")
    collector = SightingCollector()
    # A replay answers recorded requests only; other targets are asked by cases alone, which are the same every time.
    sources = options.sources or (() if name == "replay" else ("cases",))
    return ask_side(Run(choose(name), replace(options, sources=sources), collector.watch), collector)


def ask_side(run: Run, collector: SightingCollector) -> Side:
    """The answers of a target to a run whose judges offer them to the collector."""
    try:
        for item in run.items:
            collector.now = item.name
            run.run(item)
    finally:
        run.target.close()
    # Earlier calls and observations may call operations that were not selected.
    collector.sightings = [
        sighting for sighting in collector.sightings if run.in_scope(sighting.vendor, sighting.operation)
    ]
    facts = SideFacts(
        run.target.name, run.target.kind, len(collector.sightings), collector.silent, again=collector.again
    )
    return Side(facts, run.book, collector, run.redactor)


def read_side(path: Path, opened: Opened, options: RunOptions) -> Side:
    """Recorded exchanges, each judged with the facts of its recording.

    Raises:
        InputInvalid: cassettes that cannot be used; every problem.
        UsageInvalid: there is no cassette.
    """
    reading = _CassetteReading(opened.book, opened.terms)
    for recording in _recordings(path):
        reading.take(recording, options)
    collector = reading.collector
    facts = SideFacts(
        str(path), CASSETTES, len(collector.sightings), collector.silent, tuple(reading.unrouted), collector.again
    )
    return Side(facts, opened.book, collector, reading.redactor)


def _recordings(path: Path) -> Iterator[Recording]:
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES)
    if not files:
        raise UsageInvalid(f"there is no cassette in {path}")
    problems: list[Problem] = []
    for file in files:
        try:
            yield from read_cassette(file, "", shown(file))
        except InputInvalid as error:
            problems.extend(error.problems)
    if problems:
        raise InputInvalid(problems)


class _CassetteReading:
    """Reads one side from recordings, in their order."""

    def __init__(self, book: Book, terms: Terms) -> None:
        self.book = book
        self.terms = terms
        self.collector = SightingCollector(numbered=False)
        self.unrouted: list[str] = []
        self.redactor = Redactor()
        self._routers = {name: Router(vendor) for name, vendor in book.vendors.items()}
        self._xsd = {
            name: XsdValidator(vendor.spec.xsd) for name, vendor in book.vendors.items() if vendor.spec.xsd is not None
        }
        self._judges: dict[tuple[str, int], OperationJudge] = {}
        self._written: set[str] = set()

    def take(self, recording: Recording, options: RunOptions) -> None:
        """Judge a recording and offer it to the collector, if its operation was selected."""
        position = recording.position
        routed = self._route(recording.exchange.request)
        if routed is None:
            request = recording.exchange.request
            self.unrouted.append(f"{position.file}:{position.line} {request.method} {urlsplit(request.url).path}")
            return
        operation, request = routed
        if options.operations and not any(_fits(operation, pattern) for pattern in options.operations):
            return
        facts = Facts(world=recording.facts, closed=recording.closed, minted=recording.minted)
        self.redactor.learn(secret_names(self.book, ReplayTarget((), {operation.vendor: facts})))
        self.collector.now = f"{position.file}:{position.line} ({recording.name})"
        exchange = replace(recording.exchange, request=request)
        judgement = self._judgement(operation, exchange, facts, recording.item in self._written)
        self.collector.offer(judgement, operation.vendor, recording.again)
        if recording.item and operation.effect != "safe":
            self._written.add(recording.item)

    def _judgement(self, operation: Operation, exchange: Exchange, facts: Facts, stale: bool) -> Judgement:
        """Judge an exchange; ``stale`` if its item had changed data before, so that facts may no longer hold."""
        key = (str(operation), id(facts.world))
        judge = self._judges.get(key)
        if judge is None:
            terms = self.terms.operations[str(operation)]
            judge = self._judges.setdefault(key, OperationJudge(terms, facts, self._xsd.get(operation.vendor)))
        try:
            judgement = judge.judge(exchange, Judged(facts))
            if stale:
                judgement = replace(judge.judge(exchange, Judged(facts, stale=True)), classes=judgement.classes)
        except Exception:  # noqa: BLE001 - rule 9: a crash in a check leaves the exchange unjudged; its shape is known
            return Judgement(exchange, operation.name, (), (), {})
        return judgement

    def _route(self, request: Request) -> tuple[Operation, Request] | None:
        """The operation of a recorded request, and the request as if it had been sent to the documented server."""
        for router in self._routers.values():
            operation = router.operation_of(request)
            if operation is not None:
                return operation, request
        parts = urlsplit(request.url)
        below = request.url[len(f"{parts.scheme}://{parts.netloc}") :]
        for server in dict.fromkeys(operation.server for operation in self.book.operations()):
            there = urlsplit(server)
            moved = replace(request, url=f"{there.scheme}://{there.netloc}{below}")
            for router in self._routers.values():
                operation = router.operation_of(moved)
                if operation is not None:
                    return operation, moved
        return None


def _fits(operation: Operation, pattern: str) -> bool:
    return fnmatchcase(operation.name, pattern) or fnmatchcase(str(operation), pattern)
