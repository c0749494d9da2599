"""Troth's own run for the detection benchmark, as ``troth verify --target ADDRESS`` does it, noting when it finds what.

Run by ``bench/detection.py`` as a process of its own: python detection_troth.py VENDOR ADDRESS OPERATION...
"""

import json
import sys
from pathlib import Path
from time import perf_counter

from troth.model.exchange import Exchange
from troth.model.ports import Judged, Judges, RunOptions
from troth.model.report import Judgement
from troth.session.conclude import conclude_run
from troth.session.reach import select
from troth.session.run import Run

ROOT = Path(__file__).parents[1]


class Listening:
    """A judge that notes which exchange of the run first showed each finding."""

    def __init__(self, judges: Judges, notes: "Notes") -> None:
        self._judges = judges
        self._notes = notes

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Everything that can be said of one exchange."""
        judgement = self._judges.judge(exchange, seen)
        self._notes.judged += 1
        for finding in judgement.findings:
            if not finding.unjudged:
                self._notes.add(f"{finding.code} {finding.subject} of {finding.operation}", str(finding.basis))
        return judgement


class Notes:
    """What was found, and after how many requests."""

    def __init__(self) -> None:
        self.judged = 0
        self.kinds: dict[str, int] = {}
        self.documented: set[str] = set()

    def add(self, kind: str, basis: str) -> None:
        self.kinds.setdefault(kind, self.judged)
        if basis == "documented":
            self.documented.add(kind)


def main(vendor: str, address: str, *names: str) -> None:
    """Run everything that sends requests, and write what came of it to standard output."""
    started = perf_counter()
    notes = Notes()
    # Recordings say nothing about this target.
    options = RunOptions(operations=names, sources=("cases", "properties", "workflows"))
    run = Run(
        select(ROOT, target=address, vendors=(vendor,)), options, lambda judges, _vendor: Listening(judges, notes)
    )
    for item in run.items:
        result = run.runner.run(item)
        # What a workflow as a whole did not keep is said of no exchange of its own.
        for finding in result.findings:
            if not finding.unjudged:
                notes.add(f"{finding.code} {finding.subject} of {finding.operation}", str(finding.basis))
    report = conclude_run(run)
    crashes = sorted({one.finding.message for one in report.findings if one.finding.code == "TR905"})
    json.dump(
        {
            "judged": notes.judged,
            "seconds": perf_counter() - started,
            "kinds": notes.kinds,
            "documented": sorted(notes.documented),
            "trouble": "; ".join(crashes)[:500],
            "exit": report.exit_code,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
