"""The fault drill: Troth's own suite against every seeded defect, and against the clean mocks.

Run: python bench/drill.py --date 2026-11-22 --jobs 2. Each fault of ``tests/faults`` is planted in its mock and met by
the suite as ``troth verify`` runs it, what is brief first, one kind of source after the other, until a kind has found
something; within a kind, until an operation has a breach. The whole corpus rewrites ``docs/drill.md``, once when every
fault was met and again when the clean mocks were; a part of it (``--fault``, ``--batch``, ``--vendor``) only prints.
The first score ever is kept in ``bench/drill-first-run.json`` and stays what it was, unless ``--forget-first-run`` is
given. With ``--resume FILE`` a run that was stopped goes on where it was.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import click

import troth
from troth.model.exchange import Exchange, Request
from troth.model.ports import Budget, Judged, Judges, RunOptions
from troth.model.report import Judgement, Report
from troth.session.conclude import conclude_run
from troth.session.open import open_book
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.embedded import EmbeddedTarget, StandIn
from troth.vendors.installed import InstalledVendors

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "drill.md"
FIRST_RUN = ROOT / "bench" / "drill-first-run.json"
SOURCES = ("cases", "workflows", "properties")
"""The sources that send requests."""
VENDORS = InstalledVendors()
TASKS = 25
"""After so many runs a process is replaced, so that no run pays for the answers judged before it."""

sys.path.insert(0, str(ROOT / "tests"))

from drill_outcomes import Journal, Outcome, compact, run_facts  # noqa: E402 - the corpus lives among the tests
from drill_page import page  # noqa: E402
from faults.corpus import BATCH_NAMES, BATCHES, BY_NAME, FAULTS  # noqa: E402


class CountingTarget(EmbeddedTarget):
    """The embedded target, which counts what it is asked and remembers what broke under it."""

    requests = 0

    def __init__(self, stand_in: StandIn, vendor: str, origins: Iterable[str]) -> None:
        super().__init__({vendor: stand_in}, dict.fromkeys(origins, vendor))
        self.crashes: list[str] = []

    def send(self, request: Request) -> Exchange:
        """One request more."""
        self.requests += 1
        try:
            return super().send(request)
        except Exception as error:
            self.crashes.append(f"{request.method} {urlsplit(request.url).path}: {type(error).__name__}: {error}")
            raise


class Listening:
    """A judge that notes when it first has something to say against the vendor."""

    def __init__(self, judges: Judges, heard: Callable[[], None]) -> None:
        self._judges = judges
        self._heard = heard

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Everything that can be said of one exchange."""
        judgement = self._judges.judge(exchange, seen)
        if any(not finding.unjudged for finding in judgement.findings):
            self._heard()
        return judgement


@cache
def origins_of(vendor: str) -> frozenset[str]:
    """The addresses under which the vendor's documents know it."""
    book, _ = open_book(select(ROOT, vendors=(vendor,)))
    return frozenset("{0.scheme}://{0.netloc}".format(urlsplit(one.server)) for one in book.operations())


def drill(stand_in: StandIn, vendor: str, outcome: Outcome, seed: int, examples: int) -> Outcome:
    """Run the suite stage by stage until one stage has found something; a breach ends it with its operation."""
    target = CountingTarget(stand_in, vendor, origins_of(vendor))
    started = perf_counter()

    def heard() -> None:
        outcome.first = outcome.first or target.requests

    options = RunOptions(sources=SOURCES, budget=Budget(seed, examples))
    run = Run(select(ROOT, vendors=(vendor,)), options, lambda judges, _vendor: Listening(judges, heard), target)
    _run_until_found(run, heard)
    _note(conclude_run(run), outcome)
    outcome.requests, outcome.seconds = target.requests, perf_counter() - started
    outcome.crashes += sorted(set(target.crashes))[:3]
    return outcome


def _run_until_found(run: Run, heard: Callable[[], None]) -> None:
    """Run every item up to the end of the stage that found something, or of the operation that has a breach."""
    stage, surprised, breached = (True, ""), False, ""
    for item in run.items:
        if (surprised and (item.brief, item.source) != stage) or (breached and item.operation.name != breached):
            return
        stage = (item.brief, item.source)
        result = run.runner.run(item)
        severities = {one.severity for one in run.reported(result)} if result.findings else set()
        if severities & {"breach", "surprise"}:
            surprised = True
            heard()
        if "breach" in severities:
            breached = breached or item.operation.name


def _note(report: Report, outcome: Outcome) -> None:
    found = sorted(
        {(one.severity, one.finding.code, one.finding.subject, one.finding.operation) for one in report.findings}
    )
    against = [one for one in found if one[0] in ("breach", "surprise")]
    outcome.breach = any(severity == "breach" for severity, *_ in against)
    outcome.by = [_told(one) for one in against]
    outcome.unjudged = [_told(one) for one in found if one not in against][:5]


def _told(found: tuple[str, ...]) -> str:
    _severity, code, subject, operation = found
    return f"{code} {subject} of {operation}"


def drill_fault(name: str, seed: int, examples: int) -> Outcome:
    """One fault, in this or another process."""
    fault = BY_NAME[name]
    outcome = Outcome(name)
    try:
        return drill(fault.plant(VENDORS.mock(fault.vendor)()), fault.vendor, outcome, seed, examples)
    except Exception as error:  # noqa: BLE001 - the other faults are to be drilled all the same
        outcome.crashes.append(f"{type(error).__name__}: {error}"[:500])
        return outcome


def clean_name(vendor: str, seed: int) -> str:
    """What a clean run is called."""
    return f"{vendor}, seed {seed}"


def drill_clean(vendor: str, seed: int, examples: int) -> Outcome:
    """The mock without a fault, whose data comes from that seed too; the suite must be silent."""
    outcome = Outcome(clean_name(vendor, seed))
    try:
        return drill(VENDORS.mock(vendor)(seed=seed), vendor, outcome, seed, examples)
    except Exception as error:  # noqa: BLE001 - as above
        outcome.crashes.append(f"{type(error).__name__}: {error}"[:500])
        return outcome


def every_outcome(
    jobs: int, work: Callable[..., Outcome], tasks: Mapping[str, tuple[Any, ...]], journal: Journal
) -> Iterator[Outcome]:
    """The outcomes of the tasks, by the names they will have: those known already, the others as they come in."""
    yield from (journal.known[name] for name in tasks if name in journal.known)
    left = [task for name, task in tasks.items() if name not in journal.known]
    # The executor's own max_tasks_per_child can hang on Python 3.11 and 3.12, so that each pool is small instead.
    for start in range(0, len(left), TASKS * jobs):
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            for done in as_completed([pool.submit(work, *task) for task in left[start : start + TASKS * jobs]]):
                journal.add(done.result())
                click.echo(_line(done.result()))
                yield done.result()


def _line(outcome: Outcome) -> str:
    mark = "CRASH" if outcome.crashes else f"{outcome.first:>6}" if outcome.caught else "     -"
    said = (outcome.crashes or outcome.by or outcome.unjudged or [""])[0]
    return f"{mark} {outcome.seconds:6.1f} s  {outcome.name}  {said[:100]}"


def _facts() -> dict[str, str]:
    book, _ = open_book(select(ROOT))
    return run_facts(book.specs_sha256, book.contracts_sha256, Path(troth.__file__).parent)


@click.command()
@click.option("--date", default="", help="The day to write down, such as 2026-11-22; only --clean does without.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="How many processes.")
@click.option("--seed", default=0, show_default=True, help="Decides everything that is random.")
@click.option("--examples", default=2, show_default=True, help="Generated requests for each operation and mode.")
@click.option("--seeds", default=20, show_default=True, help="How many seeds the clean mocks are run with.")
@click.option("--fault", "names", multiple=True, help="Only this fault (may be repeated); nothing is written.")
@click.option("--vendor", type=click.Choice(VENDORS.names), help="Only this vendor; nothing is written.")
@click.option("--batch", type=click.Choice(BATCH_NAMES), help="Only this batch; nothing is written.")
@click.option("--clean", "clean_only", is_flag=True, help="Only the mocks without a fault; nothing is written.")
@click.option("--resume", type=click.Path(dir_okay=False, path_type=Path), help="A file to go on from and add to.")
@click.option("--forget-first-run", is_flag=True, help="Let this run be the first one.")
def main(
    date: str,
    jobs: int,
    seed: int,
    examples: int,
    seeds: int,
    names: tuple[str, ...],
    vendor: str | None,
    batch: str | None,
    clean_only: bool,
    resume: Path | None,
    forget_first_run: bool,
) -> None:
    """Run Troth's suite against every seeded defect; exit with 1 if a clean mock was found fault with."""
    if not (date or clean_only):
        raise click.UsageError("--date is needed: the page says when it was measured")
    wanted = [] if clean_only else _wanted(names, vendor, batch)
    facts = _facts() | {"seed": seed, "examples": examples}
    journal = Journal(resume, " ".join(str(facts[one]) for one in ("specs", "contracts", "code", "seed", "examples")))
    mocks = [name for name in VENDORS.names if vendor in (None, name)]
    clean_tasks = {clean_name(name, number): (name, number, examples) for number in range(seeds) for name in mocks}
    tasks = {name: (name, seed, examples) for name in wanted}
    outcomes = {one.name: one for one in every_outcome(jobs, drill_fault, tasks, journal)}
    broken = [one.name for one in outcomes.values() if one.crashes]
    click.echo(f"{sum(one.caught for one in outcomes.values())} of {len(outcomes)} faults caught")
    command = f"python bench/drill.py --date {date} --seed {seed} --examples {examples} --seeds {seeds}"
    last = compact(outcomes, BATCHES, {"date": date, **facts}) if len(wanted) == len(FAULTS) and not broken else None
    if broken:
        click.echo(f"{len(broken)} runs crashed, so nothing is written: {', '.join(broken)}", err=True)
    if last:
        keep_first(last, forget_first_run)
        write(last, [], len(clean_tasks), command)
    clean = list(every_outcome(jobs, drill_clean, clean_tasks, journal))
    noisy = [one.name for one in clean if not one.silent]
    click.echo(f"{len(noisy)} of {len(clean)} clean runs not silent")
    if last:
        write(last, clean, len(clean_tasks), command)
    sys.exit(1 if noisy or broken else 0)


def _wanted(names: Iterable[str], vendor: str | None, batch: str | None) -> list[str]:
    return [
        fault.name
        for fault in FAULTS
        if (not names or fault.name in names)
        and vendor in (None, fault.vendor)
        and batch in (None, BATCHES[fault.name])
    ]


def keep_first(run: dict[str, Any], forget: bool) -> None:
    """Keep the first score where there is none yet, or where it is to be forgotten."""
    if forget or not FIRST_RUN.is_file():
        FIRST_RUN.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write(last: dict[str, Any], clean: list[Outcome], planned: int, command: str) -> None:
    """Write the page."""
    first = json.loads(FIRST_RUN.read_text(encoding="utf-8"))
    PAGE.write_text(page(first, last, clean, planned, command), encoding="utf-8")
    click.echo(f"{PAGE.relative_to(ROOT)} written; the first run was on {first['date']}")


if __name__ == "__main__":
    main()
