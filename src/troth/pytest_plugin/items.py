"""Contract files as pytest collectors, and the items of a run as tests; opened by the plugin when needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from troth.errors import InputInvalid, TrothError
from troth.model.ports import Item, RunOptions
from troth.model.report import ItemResult, Verdict
from troth.pytest_plugin.hooks import sources_asked, summary_of, was_narrowed
from troth.reporting.console.report import render_findings
from troth.reporting.wording import accepted, once_each, place
from troth.session.conclude import met_by, needed_no_longer
from troth.session.folders import Folders, find_folders
from troth.session.reach import select
from troth.session.run import Run
from troth.session.verdicts import conclude, tally_line
from troth.waivers.file import read_waivers
from troth.waivers.removable import Place, unclear_places

CANNOT_JUDGE = 3


@dataclass
class _State:
    """What a session of pytest has come to so far."""

    run: Run | None = None
    error: TrothError | None = None
    by_file: dict[str, list[Item]] = field(default_factory=dict)
    results: list[ItemResult] = field(default_factory=list)
    waived: set[str] = field(default_factory=set)
    """The findings of waivers that workers met."""
    unclear: set[Place] = field(default_factory=set)
    """Operations of which workers could not see everything."""
    refused: dict[str, int] = field(default_factory=dict)
    """Why workers did not record exchanges → how many."""


_STATE = pytest.StashKey[_State]()


def collect_file(file_path: Path, parent: pytest.Collector) -> "ContractFile | None":
    """A collector for a contract or a file of workflows; None for the files beside them (sources, world facts)."""
    if file_path.name in ("sources.yaml", "world.yaml"):
        return None
    collector: ContractFile = ContractFile.from_parent(parent, path=file_path)
    return collector


class ContractFile(pytest.File):
    """One contract file: the items of the operations it speaks of."""

    def collect(self) -> Iterator["PromiseItem"]:
        """One test for each item of the run that belongs to this file.

        Raises:
            pytest.Collector.CollectError: the contracts cannot be used; this file's own problems are shown.
        """
        state = _state(self.config, self.path)
        if state.error is not None:
            raise self.CollectError(self._said_of_this_file(state.error))
        for item in state.by_file.get(str(self.path), ()):
            of, tail = item.name.split("/", 2)[1:]
            if item.source == "workflows":
                of, tail = tail.split("/", 1)
            yield PromiseItem.from_parent(self, name=f"{of}[{tail.replace('/', '-')}]", item=item)

    def _said_of_this_file(self, error: TrothError) -> str:
        if not isinstance(error, InputInvalid):
            return str(error)
        own = [problem for problem in error.problems if Path(problem.position.file).name == self.path.name]
        if own:
            return "\n".join(str(problem) for problem in own)
        return f"other files have problems ({len(error.problems)}); `troth lint` lists them all"


class PromiseItem(pytest.Item):
    """One item of a run as a test."""

    def __init__(self, *, item: Item, **rest: Any) -> None:
        super().__init__(**rest)
        self.item = item
        for name in ("troth", item.source, item.operation.vendor):
            self.add_marker(name)

    def runtest(self) -> None:
        """Run the item; a broken promise is a failure, what could not be judged is skipped with its reason."""
        state = self.config.stash[_STATE]
        if state.run is None:
            raise RuntimeError("an item exists without a run")
        result = state.run.runner.run(self.item)
        state.results.append(result)
        self.user_properties.append(("troth_exchanges", result.exchanges))
        self.user_properties.append(("troth_verdict", str(result.verdict)))
        text = self._findings(state.run, result)
        if text:
            self.add_report_section("call", "troth", text)
        if result.verdict is Verdict.BROKEN:
            raise PromiseBroken(text)
        if result.verdict is Verdict.UNJUDGED:
            reasons = sorted({finding.message for finding in result.findings if finding.unjudged})
            pytest.skip(state.run.redactor.text(f"unjudged: {'; '.join(reasons)}"))
        if result.verdict is Verdict.SKIPPED:
            pytest.skip(result.skipped)
        if result.verdict is Verdict.WAIVED:
            self._waived(state.run, result, text)

    def _waived(self, run: Run, result: ItemResult, text: str) -> None:
        """A waived item is an expected failure, and as such fails where pytest is told ``--runxfail``."""
        if self.config.getoption("runxfail"):
            raise PromiseBroken(text)
        waivers = [one.waiver for one in run.reported(result) if one.severity == "waived" and one.waiver is not None]
        pytest.xfail("; ".join(once_each(f"waived {accepted(waiver)}" for waiver in waivers)))

    def _findings(self, run: Run, result: ItemResult) -> str:
        if not result.findings:
            return ""
        console = Console(width=110, no_color=True, soft_wrap=True, highlight=False, record=True, file=StringIO())
        render_findings(run.reported(result), console)
        return console.export_text().strip("\n")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A broken promise as Troth words it; anything else as pytest does."""
        if isinstance(excinfo.value, PromiseBroken):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The contract file, and the item's name."""
        return self.path, None, self.name


class PromiseBroken(Exception):
    """Carries a broken item's text to pytest; never leaves this room."""


def finish(session: pytest.Session, exitstatus: int) -> None:
    """At the end: hand the counts to xdist's controller, or conclude and word the summary."""
    config = session.config
    state = config.stash.get(_STATE, None)
    if state is None or state.run is None:
        return
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["troth"] = {
            "numbers": state.run.runner.tally.numbers(),
            "results": [_told(one) for one in state.results],
            "waived": sorted(met_by(state.run)),
            "unclear": sorted(unclear_places(seen.finding for seen in state.run.runner.tally.findings())),
            "refused": _refused(state.run),
        }
        return
    if not state.results:
        return
    run = state.run
    operations = {(result.vendor, result.operation) for result in state.results}
    counts = [
        count for count in run.runner.tally.counts() if (count.promise.vendor, count.promise.operation) in operations
    ]
    if was_narrowed(config):
        counts = [count for count in counts if not count.promise.required]
    findings = [run.runner.reported(seen) for seen in run.runner.tally.findings()]
    _verdict, code, reasons = conclude(findings, state.results, counts)
    exercised = ", ".join(f"{done} of {total} {kind}" for kind, (done, total) in tally_line(counts).items())
    exchanges = sum(result.exchanges for result in state.results)
    lines = summary_of(config)
    lines.append(f"troth: {run.target.name}: {exchanges} exchanges; exercised {exercised} (counted by operation)")
    surprises = [one for one in findings if one.severity == "surprise"]
    lines += [f"troth: surprise {one.finding.code} {one.finding.operation} {one.finding.subject}" for one in surprises]
    expired = [one.waiver for one in findings if one.severity != "waived" and one.waiver is not None]
    lines += [f"troth: waiver expired on {one.until}: {one.finding}" for one in expired]
    unneeded = () if was_narrowed(config) else needed_no_longer(run, state.results, state.waived, state.unclear)
    lines += [f"troth: waiver to remove: {place(one.position)} {one.finding} matched nothing" for one in unneeded]
    refused = [*state.refused.items(), *_refused(run).items()]
    lines += [f"troth: not recorded: {count:,} exchanges, since {reason}" for reason, count in refused]
    if code == CANNOT_JUDGE:
        lines += [f"troth: could not judge: {reason}" for reason in reasons]
    if exitstatus == 0 and (code == CANNOT_JUDGE or refused):
        session.exitstatus = CANNOT_JUDGE
    lines[:] = map(run.redactor.text, lines)


def _refused(run: Run) -> dict[str, int]:
    """Why exchanges were not recorded → how many."""
    return dict(run.reached.recorder.recorded.refused) if run.reached.recorder is not None else {}


def take_over(config: pytest.Config, output: Mapping[str, Any]) -> None:
    """Add a worker's counts and results to the controller's."""
    state = _state(config, Path(str(config.rootpath)))
    if state.run is None:
        return
    state.run.runner.tally.merge(output["numbers"])
    state.waived.update(output["waived"])
    state.unclear.update((vendor, operation) for vendor, operation in output["unclear"])
    for reason, count in output["refused"].items():
        state.refused[reason] = state.refused.get(reason, 0) + count
    for told in output["results"]:
        state.results.append(ItemResult(**{**told, "verdict": Verdict(told["verdict"]), "findings": ()}))


def _told(result: ItemResult) -> dict[str, Any]:
    """A result as plain values, for the way between processes."""
    names = ("name", "source", "vendor", "operation", "exchanges", "seconds", "skipped")
    return {**{name: getattr(result, name) for name in names}, "verdict": str(result.verdict)}


def _state(config: pytest.Config, path: Path) -> _State:
    """The session's run, made when the first contract is collected."""
    state = config.stash.get(_STATE, None)
    if state is not None:
        return state
    state = _State()
    config.stash[_STATE] = state
    try:
        folders = find_folders(_home(config, path))
        world, record = config.getoption("--troth-world"), config.getoption("--troth-record")
        cassettes = config.getoption("--troth-cassettes")
        selection = select(
            folders.contracts.parent,
            target=config.getoption("--troth-target") or str(config.getini("troth_target")),
            world=Path(world) if world else None,
            record=Path(record) if record else None,
            cassettes=Path(cassettes) if cassettes else None,
        )
        options = RunOptions(
            sources=tuple(sources_asked(config)),
            max_examples=config.getoption("--troth-max-examples"),
            seed=config.getoption("--troth-seed"),
            strict=config.getoption("--troth-strict"),
            thorough=config.getoption("--troth-thorough"),
            waivers=read_waivers(folders.contracts.parent, date.today()),
            today=date.today(),
        )
        state.run = Run(selection, options)
        for item in state.run.items():
            state.by_file.setdefault(_file_of(state.run, item, folders), []).append(item)
    except TrothError as error:
        state.error = error
    return state


def _home(config: pytest.Config, path: Path) -> Path:
    """The folder that holds the contracts folder which was configured for this path."""
    folders: list[Path] = config.getini("troth_contracts")
    for folder in folders:
        if folder == path or folder in path.parents:
            return folder.parent
    return folders[0].parent if folders else config.rootpath


def _file_of(run: Run, item: Item, folders: Folders) -> str:
    """The file an item is collected under: a workflow's own, the operation's contract, else the first it shares."""
    own_file = getattr(item, "file", None)
    if own_file is not None:
        return str(folders.contracts / item.operation.vendor / Path(own_file).name)
    vendor = run.book.vendors[item.operation.vendor]
    own = [one for one in vendor.contracts if item.operation.name in one.operations]
    chosen = min(
        own, key=lambda one: (one.shared, one.topic), default=vendor.contracts[0] if vendor.contracts else None
    )
    topic = chosen.topic if chosen is not None else "sources"
    return str(folders.contracts / vendor.name / f"{topic}.yaml")
