"""A run that can be interrupted: what has ended is written down at once, and a later run goes on from there."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import FrameType

from troth.errors import UsageInvalid
from troth.model.ports import Item
from troth.model.report import ItemResult
from troth.secrets.project_key import STATE
from troth.session.journal import Journal, run_key
from troth.session.reach import Selection
from troth.session.run import Run


class Progressing:
    """Runs items, each at most once over all attempts of a run.

    Args:
        run: what to run.
        selection: what the user asked for.
        resume: go on where an earlier attempt of the same run was interrupted.
    """

    def __init__(self, run: Run, selection: Selection, resume: bool) -> None:
        self._run = run
        self._journal: Journal | None = None
        if resume or run.target.kind == "live" or selection.record is not None:
            name = re.sub(r"[^A-Za-z0-9]+", "-", selection.target).strip("-")
            path = selection.here / STATE / f"journal-{name}.jsonl"
            self._journal = Journal(path, self._key(selection), resume, run.clean)
            self._journal.restore(run.runner.tally)

    def _key(self, selection: Selection) -> str:
        options, book = self._run.options, self._run.book
        return run_key(
            {
                "target": selection.target,
                "specs": book.specs_sha256,
                "contracts": book.contracts_sha256,
                "options": repr(replace(options, waivers=(), today=date.max)),
                "record": str(selection.record),
            }
        )

    def run(self, item: Item) -> ItemResult:
        """The result of an item: of an earlier attempt where there is one.

        Raises:
            UsageInvalid: the journal cannot be written.
        """
        runner, journal = self._run.runner, self._journal
        if journal is None:
            return self._run.run(item)
        before = journal.finished(item.name)
        if before is not None:
            return before
        result = self._run.run(item)
        if result.skipped and self._run.reached.conduct.halted():
            return result  # A later attempt shall ask for it.
        try:
            journal.add(runner.tally)
        except OSError as error:
            raise UsageInvalid(f"the journal in {STATE} cannot be written: {error.strerror or error}") from error
        return result


class Terminated(KeyboardInterrupt):
    """SIGTERM was received."""


@contextmanager
def ended_politely() -> Iterator[None]:
    """SIGTERM ends the block like Ctrl-C: with a report of what was judged.

    Raises:
        Terminated: in place of the process's end.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
