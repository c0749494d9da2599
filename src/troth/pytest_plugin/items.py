"""Contract files as pytest collectors, and the items of a run as tests; opened by the plugin when needed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from troth.arazzo.source import WorkflowItem
from troth.errors import ExitCode, InputInvalid, TrothError
from troth.model.contract import Contract
from troth.model.operation import Basis
from troth.model.ports import Budget, Depth, Item, RunOptions
from troth.model.report import ItemResult, Verdict
from troth.pytest_plugin.hooks import sources_asked, summary_of, was_narrowed
from troth.reporting.console.report import render_findings
from troth.reporting.summary import summary_lines
from troth.reporting.wording import accepted, once_each
from troth.session.conclude import Ending, conclude_run
from troth.session.events import decode_events, encode_events
from troth.session.folders import Folders, find_folders
from troth.session.reach import select
from troth.session.run import Run
from troth.waivers.file import read_waivers

_SESSION_CODES = {ExitCode.INCOMPLETE: ExitCode.NOT_JUDGED}
"""Exit codes of pytest's own are up to 5 (no tests): what is incomplete ends with 3 as well."""


@dataclass
class _State:
    """What a session of pytest has come to so far."""

    run: Run | None = None
    error: TrothError | None = None
    by_file: dict[str, list[Item]] = field(default_factory=dict)


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
        result = state.run.run(self.item)
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
    """At the end: hand what was judged to xdist's controller, or conclude as every front door does."""
    config = session.config
    state = config.stash.get(_STATE, None)
    if state is None or state.run is None:
        return
    run = state.run
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["troth"] = encode_events(run.events())
        return
    places = frozenset((result.vendor, result.operation) for result in run.results())
    if not places:
        return
    report = conclude_run(run, Ending(asked=places, narrowed=was_narrowed(config)))
    summary_of(config).extend(f"troth: {line}" for line in summary_lines(report))
    if exitstatus == 0:
        session.exitstatus = _SESSION_CODES.get(report.exit_code, report.exit_code)


def take_over(config: pytest.Config, output: bytes) -> None:
    """Add what a worker judged to what the controller knows."""
    state = _state(config, Path(str(config.rootpath)))
    if state.run is not None:
        state.run.runner.tally.absorb(decode_events(output.splitlines()))


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
            budget=Budget(
                seed=config.getoption("--troth-seed"),
                examples=config.getoption("--troth-max-examples"),
                depth=Depth.THOROUGH if config.getoption("--troth-thorough") else Depth.NORMAL,
            ),
            checks=tuple(config.getoption("--troth-check")),
            fail_on=Basis.ASSUMED if config.getoption("--troth-strict") else Basis(config.getoption("--troth-fail-on")),
            waivers=read_waivers(folders.contracts.parent, date.today()),
            today=date.today(),
        )
        state.run = Run(selection, options)
        for item in state.run.items:
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
    """The file an item is collected under: a workflow's own, the operation's contract, else the first it shares.

    Where it is an installed one, to which the project's contracts are added, it is the ``vendor.yaml`` that says so.
    """
    if isinstance(item, WorkflowItem):
        return str(folders.collected_under(item.operation.vendor, Path(item.file).name))
    vendor = run.book.vendors[item.operation.vendor]

    def order(contract: Contract) -> tuple[bool, bool, str]:
        return not folders.stands_here(vendor.name, f"{contract.topic}.yaml"), contract.shared, contract.topic

    contracts = [contract for contract in vendor.contracts if item.operation.name in contract.operations]
    chosen = min(contracts, key=order, default=vendor.contracts[0] if vendor.contracts else None)
    topic = chosen.topic if chosen is not None else "sources"
    return str(folders.collected_under(vendor.name, f"{topic}.yaml"))
