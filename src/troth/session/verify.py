"""``troth verify`` from selection to exit code: run every item, show progress, render, write the reports asked for."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from troth.errors import ExitCode
from troth.model.ports import RunOptions
from troth.reporting.console.report import render
from troth.reporting.outputs import read_outputs, write_outputs
from troth.session.conclude import Ending, conclude_run
from troth.session.progress import Progressing, Terminated, ended_politely
from troth.session.reach import Selection
from troth.session.reports import REPORTERS
from troth.session.run import Run
from troth.targets.recorder import Recorded


def verify(
    selection: Selection,
    options: RunOptions,
    reports: tuple[str, ...],
    verbose: bool,
    resume: bool = False,
    sums: bool = False,
) -> int:
    """Run, report, and say with which exit code to end. An interrupted run reports what it has judged.

    Args:
        selection: what to read and who answers.
        options: how much of it.
        reports: ``kind=FILE``, to be written too.
        verbose: show every finding in full.
        resume: go on where an earlier attempt of the same run was interrupted.
        sums: add up what became of every promise on every exchange.

    Raises:
        TrothError: nothing could be run; the error says why.
    """
    outputs = read_outputs(reports, selection.extensions.reporters(REPORTERS))
    run = Run(selection, options)
    interruption: ExitCode | None = None
    try:
        with ended_politely():
            _run_items(run, Progressing(run, selection, resume))
    except KeyboardInterrupt as error:
        interruption = ExitCode.TERMINATED if isinstance(error, Terminated) else ExitCode.INTERRUPTED
    finally:
        run.target.close()
    report = conclude_run(run, Ending(interruption))
    render(report, Console(soft_wrap=True, highlight=False), verbose=verbose, waivable=True, sums=sums)
    write_outputs(report, outputs)
    if run.reached.recorder is not None:
        sys.stderr.write("".join(f"{line}\n" for line in _recording_lines(run.reached.recorder.recorded)))
    return report.exit_code


def _recording_lines(recorded: Recorded) -> Iterator[str]:
    yield (
        f"recorded {recorded.exchanges:,} exchanges: {recorded.written} cassettes written, "
        f"{recorded.unchanged} the same as before"
    )
    yield from (f"not recorded: {count:,} exchanges, since {reason}" for reason, count in recorded.refused.items())
    yield from (f"left as it was: {name}, since the new recording has gaps" for name in recorded.left)


def _run_items(run: Run, progressing: Progressing) -> None:
    items = run.items
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("verifying", total=len(items))
        for item in items:
            progress.update(task, description=f"{item.operation.vendor} {item.operation.name}")
            progressing.run(item)
            progress.advance(task)
