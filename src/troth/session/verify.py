"""``troth verify`` from selection to exit code: run every item, show progress, render, write the reports asked for."""

import sys
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from troth.model.ports import RunOptions
from troth.model.report import ItemResult, Report
from troth.reporting.console.report import render
from troth.reporting.outputs import read_outputs, write_outputs
from troth.session.conclude import needed_no_longer
from troth.session.progress import Progressing, ended_politely
from troth.session.reach import Selection
from troth.session.reports import REPORTERS
from troth.session.run import Run
from troth.targets.recorder import Recorded

INTERRUPTED = 130


def verify(
    selection: Selection, options: RunOptions, reports: tuple[str, ...], verbose: bool, resume: bool = False
) -> int:
    """Run, report, and say with which exit code to end. An interrupted run reports what it has judged.

    Args:
        selection: what to read and who answers.
        options: how much of it.
        reports: ``kind=FILE``, to be written too.
        verbose: show every finding in full.
        resume: go on where an earlier attempt of the same run was interrupted.

    Raises:
        TrothError: nothing could be run; the error says why.
    """
    outputs = read_outputs(reports, REPORTERS)
    run = Run(selection, options)
    results: list[ItemResult] = []
    interrupted = False
    try:
        with ended_politely():
            _run_items(run, Progressing(run, selection, resume), results)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        run.target.close()
    report = run.finish(tuple(results))
    report = replace(report, removable=run.redactor.clean(needed_no_longer(run, results)))
    render(report, Console(soft_wrap=True, highlight=False), verbose=verbose, waivable=True)
    write_outputs(report, outputs)
    if run.reached.recorder is not None:
        report = _with_recording(report, run.reached.recorder.recorded)
    if interrupted:
        sys.stderr.write("interrupted: the report covers what was judged before\n")
        return INTERRUPTED
    return report.exit_code


def _with_recording(report: Report, recorded: Recorded) -> Report:
    """Say what was recorded; a recording that is not whole is no success."""
    lines = [f"recorded {recorded.exchanges:,} exchanges: {recorded.written} cassettes written, "]
    lines[0] += f"{recorded.unchanged} the same as before"
    lines += [f"not recorded: {count:,} exchanges, since {reason}" for reason, count in recorded.refused.items()]
    lines += [f"left as it was: {name}, since the new recording has gaps" for name in recorded.left]
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    return replace(report, exit_code=3) if recorded.refused and report.exit_code == 0 else report


def _run_items(run: Run, progressing: Progressing, results: list[ItemResult]) -> None:
    items = list(run.items())
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("verifying", total=len(items))
        for item in items:
            progress.update(task, description=f"{item.operation.vendor} {item.operation.name}")
            results.append(progressing.run(item))
            progress.advance(task)
