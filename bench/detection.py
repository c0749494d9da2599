"""How many seeded defects each of several tools finds, with how many requests: Troth, Schemathesis, Prism, Redocly.

Run: python bench/detection.py --date 2026-11-22 --sample 4 --resume journal.jsonl. Each fault of ``tests/faults`` is
planted in its mock, served on loopback, and met by each tool with the same operations; each tool also meets the clean
mock with these operations, and what it says there is no find. With all tools, the results go into
``docs/benchmarks.md``; a part (``--fault``, ``--tool``) only prints. Prism and respect come from ``tests/outside``.
"""

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

import click
from detection_page import Results, page_text
from detection_stage import ROOT, Outcome, scope_of, whole
from detection_tools import ORACLE, TOOLS, UNTUNED, Bench, measure
from faults.corpus import BY_NAME, FAULTS
from sections import write_section

from troth.session.open import open_book
from troth.session.reach import select
from troth.vendors.installed import InstalledVendors

PAGE = ROOT / "docs" / "benchmarks.md"
SECTION = "detection"
DEAREST = "st-generous"
WHOLE = ("troth", "st", UNTUNED)
"""Run on the whole spec too, on the clean mocks."""

Job = tuple[str, str, tuple[str, ...], str]
"""Tool, vendor, operations, fault."""


class Journal:
    """Outcomes as they come in, in a file if one is named, so that a run that was stopped can go on.

    Only what was measured under the same contracts and specs counts.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        book, _ = open_book(select(ROOT))
        self.under = f"{book.specs_sha256[:12]} {book.contracts_sha256[:12]}"
        lines = path.read_text(encoding="utf-8").splitlines() if path is not None and path.is_file() else []
        kept = [one for one in map(json.loads, lines) if one.pop("under") == self.under]
        self.known: dict[Job, Outcome] = {outcome.key: outcome for outcome in (Outcome(**one) for one in kept)}

    def add(self, outcome: Outcome) -> None:
        """Write one down and say it aloud."""
        self.known[outcome.key] = outcome
        if outcome.tool != ORACLE:
            said = outcome.trouble or ", ".join(list(outcome.kinds)[:2])
            what = f"{outcome.tool:12} {outcome.fault or 'clean ' + outcome.vendor}"
            click.echo(f"{outcome.requests:6} {outcome.seconds:6.1f} s  {what}: {len(outcome.kinds)} {said[:90]}")
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome) | {"under": self.under}) + "\n")


def measure_all(bench: Bench, journal: Journal, names: list[str], tools: list[str]) -> None:
    """Each tool on each faulty mock and, where it had anything to say, on the clean one with the same operations.

    With all tools, some meet the whole spec on the clean mocks too.
    """
    whole_too = len(tools) == len(TOOLS)
    # The dearest tool comes last, so that an interrupted run has the others.
    for name in names:
        for tool in tools:
            if tool != DEAREST:
                measure_fault(bench, journal, tool, name)
    for vendor in InstalledVendors().names:
        for tool in WHOLE if whole_too else ():
            measure_once(bench, journal, (tool, vendor, whole(vendor), ""))
    for name in names if DEAREST in tools else ():
        measure_fault(bench, journal, DEAREST, name)


def measure_fault(bench: Bench, journal: Journal, tool: str, name: str) -> None:
    """One tool on one faulty mock, and on the clean one if there is anything to be told from noise."""
    fault = BY_NAME[name]
    job = tool, fault.vendor, scope_of(fault), name
    measure_once(bench, journal, job)
    of_it = [journal.known[job], journal.known.get((ORACLE, *job[1:]))]
    if any(outcome is not None and outcome.kinds for outcome in of_it):
        measure_once(bench, journal, (*job[:3], ""))


def measure_once(bench: Bench, journal: Journal, job: Job) -> None:
    """Run a tool, unless the journal knows what comes of it."""
    if job not in journal.known:
        for outcome in measure(bench, *job):
            journal.add(outcome)


def is_covered(journal: Journal, name: str) -> bool:
    """Whether every tool but the dearest has been run on the fault."""
    fault = BY_NAME[name]
    return all((tool, fault.vendor, scope_of(fault), name) in journal.known for tool in TOOLS if tool != DEAREST)


@click.command()
@click.option("--date", required=True, help="The day to write down, such as 2026-11-22.")
@click.option("--sample", default=1, type=click.IntRange(1), show_default=True, help="Every so-manieth fault.")
@click.option("--fault", "only", multiple=True, help="Only this fault (may be repeated); nothing is written.")
@click.option("--tool", "tools", multiple=True, type=click.Choice(tuple(TOOLS)), help="Only this; nothing is written.")
@click.option("--resume", type=click.Path(dir_okay=False, path_type=Path), help="A file to go on from and add to.")
@click.option("--as-it-stands", is_flag=True, help="Measure nothing more: write what the journal has of the sample.")
@click.option("--page", default=PAGE, type=click.Path(path_type=Path), show_default=False, help="Where to write.")
def main(
    date: str,
    sample: int,
    only: tuple[str, ...],
    tools: tuple[str, ...],
    resume: Path | None,
    as_it_stands: bool,
    page: Path,
) -> None:
    """Run every tool on every fault, one after the other, and write down what came of it."""
    unknown = [name for name in only if name not in BY_NAME]
    if unknown:
        raise click.BadParameter(f"no such fault: {', '.join(unknown)}")
    names = list(only) or [fault.name for fault in FAULTS[::sample]]
    journal = Journal(resume)
    # Whoever ends the run early ends the tools too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Bench() as bench:
        if not as_it_stands:
            measure_all(bench, journal, names, list(tools) or list(TOOLS))
    if only or tools:
        sys.exit(0)
    command = f"python bench/detection.py --date {date} --sample {sample}"
    results = Results(journal.known, [name for name in names if is_covered(journal, name)])
    write_section(page, SECTION, page_text(results, command, date, journal.under))
    click.echo(f"{page.name} written, from {len(results.faults)} of {len(FAULTS)} faults")


if __name__ == "__main__":
    main()
