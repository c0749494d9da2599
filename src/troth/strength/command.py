"""``troth strength``: runs against the mock, mutates the exchanges without findings, judges again, and reports."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from rich.console import Console

from troth import __version__
from troth.errors import ExitCode, UsageInvalid
from troth.judging.terms import OperationTerms, contracts_for
from troth.mocks.service import Clock
from troth.model.conclusion import conclude
from troth.model.ports import Item, RunOptions
from troth.model.report import Reason
from troth.reporting.outputs import read_outputs, write_outputs
from troth.session.open import open_all
from troth.session.reach import Selection, embedded
from troth.session.run import Run
from troth.sources.cases import CasesItem
from troth.strength.collecting import ExchangeCollector, sampled
from troth.strength.console import render_strength
from troth.strength.json_report import write_strength_json
from troth.strength.measurement import StrengthReport
from troth.strength.measuring import Measurement

WRITERS = {"json": write_strength_json}
"""Name for ``--report`` → who writes it."""
_NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
"""The time of the mocks. It is fixed, so that the same seed gives the same answers and the same mutants."""
_CASES = 12
"""How many cases of one item are run. Only a few exchanges of a situation are mutated, so more would be wasted."""


@dataclass(frozen=True, slots=True)
class StrengthOptions:
    """The options of ``troth strength`` beside those of a run."""

    minimum: float = 0.0
    changed: str = ""
    """A git revision: only the contracts touched since."""
    reports: tuple[str, ...] = ()
    redundant: bool = False
    verbose: bool = False


def strengthen(selection: Selection, options: RunOptions, wanted: StrengthOptions) -> int:
    """Measure and write the reports.

    Returns:
        The exit code: 0, or 1 where the score is below the minimum.

    Raises:
        TrothError: nothing could be measured; the error says why.
    """
    outputs = read_outputs(wanted.reports, WRITERS)
    report = selection.redactor.clean(measure(selection, options, wanted.changed))
    console = Console(soft_wrap=True, highlight=False)
    render_strength(report, console, minimum=wanted.minimum, verbose=wanted.verbose, redundant=wanted.redundant)
    write_outputs(report, outputs)
    return conclude(_reasons(report, wanted.minimum)).exit_code


def _reasons(report: StrengthReport, minimum: float) -> Iterator[Reason]:
    if report.overall.share < minimum:
        text = f"the strength is {report.overall.share:.1f} %, below the minimum of {minimum:g} %"
        yield Reason("below-minimum", text, ExitCode.BROKEN)


def measure(selection: Selection, options: RunOptions, changed: str = "") -> StrengthReport:
    """Run what was selected, and measure with the exchanges that have no findings.

    Raises:
        UsageInvalid: git knows no such revision, or nothing was touched since.
    """
    started = perf_counter()
    collector = ExchangeCollector()
    opened = open_all(selection)
    mocks = embedded(opened.book, selection.folders.installed, Clock(_NOW))
    run = Run(selection, options, collector.watch, mocks, opened)
    try:
        terms = dict(_chosen(run, selection, changed))
        for item in _sample(run.items, options.budget.seed):
            if str(item.operation) in terms:
                run.runner.run(item)
    finally:
        run.target.close()
    measured = Measurement(terms, options.budget.seed, _progress()).measure(collector.kept())
    names = {score.name for score in measured.by_operation}
    return StrengthReport(
        version=__version__,
        seed=options.budget.seed,
        specs_sha256=run.book.specs_sha256,
        contracts_sha256=run.book.contracts_sha256,
        exchanges=measured.exchanges,
        unkept=collector.unkept,
        seconds=perf_counter() - started,
        judging_seconds=measured.seconds,
        overall=measured.overall,
        by_vendor=measured.by_vendor,
        by_operation=measured.by_operation,
        by_operator=measured.by_operator,
        survivors=measured.survivors,
        free=measured.free,
        redundant=measured.redundant,
        unmeasured=tuple(name for name in terms if name not in names),
    )


def _sample(items: Iterable[Item], seed: int) -> Iterator[Item]:
    for item in items:
        if isinstance(item, CasesItem):
            yield replace(item, cases=sampled(item.cases, _CASES, f"{seed}/{item.name}"))
        else:
            yield item


def _chosen(run: Run, selection: Selection, changed: str) -> Iterator[tuple[str, OperationTerms]]:
    touched = None if not changed else touched_since(changed, selection.folders.contracts, selection.folders.specs)
    any_chosen = False
    for name, terms in run.terms.operations.items():
        if not run.in_scope(terms.operation.vendor, terms.operation.name):
            continue
        files = {contract.file for contract in contracts_for(terms.vendor, terms.operation)} | {terms.vendor.spec.file}
        if touched is None or touched & {Path(file).resolve() for file in files}:
            any_chosen = True
            yield name, terms
    if not any_chosen:
        raise UsageInvalid(f"no contract was touched since {changed}" if changed else "no operation was selected")


def touched_since(revision: str, *folders: Path) -> frozenset[Path]:
    """The files below these folders that differ from a git revision, untracked ones included.

    Raises:
        UsageInvalid: git is not installed, or knows no such revision.
    """
    names = [str(folder) for folder in folders]
    differing = _git("diff", "--name-only", "-z", "--end-of-options", revision, "--", *names)
    unknown = _git("ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", *names)
    root = Path(_git("rev-parse", "--show-toplevel").rstrip("\n"))
    return frozenset((root / name).resolve() for name in (differing + unknown).split("\0") if name)


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - no shell, no input
    except FileNotFoundError as error:
        raise UsageInvalid("--changed needs git, which is not installed") from error
    except subprocess.CalledProcessError as error:
        complaint = (error.stderr or "").strip().splitlines()
        raise UsageInvalid(f"git cannot say what was touched: {complaint[0] if complaint else 'it failed'}") from error
    return done.stdout


def _progress() -> "Progress":
    return Progress(Console(stderr=True))


class Progress:
    """Shows on a terminal which operation is being measured.

    Args:
        console: the console of standard error; nothing is shown where it is no terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, name: str) -> None:
        """Show the name of the operation that is measured next."""
        if self._console.is_terminal:
            sys.stderr.write(f"\r\x1b[2Kmeasuring {name}\r")
            sys.stderr.flush()
