"""The fault drill: Troth's own suite against every seeded defect, and against the clean mocks.

Run: python bench/drill.py --date 2026-11-22 --jobs 2. Each fault of ``tests/faults`` is planted in its mock and met by
the suite as ``troth verify`` runs it, one kind of source after the other, until a kind has found something; within a
kind, until an operation has a breach. The whole corpus rewrites ``docs/drill.md``; a part of it (``--fault``,
``--batch``, ``--vendor``) only prints. The first score ever is kept in ``bench/drill-first-run.json`` and stays what it
was, unless ``--forget-first-run`` is given.
"""

import json
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import click

from troth import __version__
from troth.model.exchange import Exchange, Request
from troth.model.ports import Judged, Judges, RunOptions
from troth.model.report import ItemResult, Judgement, Report
from troth.targets.embedded import EmbeddedTarget, StandIn
from troth.wiring import MOCKS, Run, open_book, select

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "drill.md"
FIRST_RUN = ROOT / "bench" / "drill-first-run.json"
STAGES = ("cases", "workflows", "properties")
"""The kinds of sources, from the cheapest to the dearest."""
LIBRARIES = ("schemathesis", "hypothesis", "jsonschema-rs", "lxml", "werkzeug")

sys.path.insert(0, str(ROOT / "tests"))

from faults.corpus import BATCHES, BY_NAME, FAULTS  # noqa: E402 - the corpus lives among the tests
from faults.faults import Fault  # noqa: E402


@dataclass(slots=True)
class Outcome:
    """What the suite made of one stand-in."""

    name: str
    requests: int = 0
    seconds: float = 0.0
    first: int | None = None
    """After how many requests the first finding came."""
    breach: bool = False
    by: list[str] = field(default_factory=list)
    """``TR203 clause-or-check of operation``, breaches first."""
    crashes: list[str] = field(default_factory=list)
    """Exceptions of the stand-in or of the run: the drill's own mistakes."""

    @property
    def caught(self) -> bool:
        return bool(self.by)


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


def drill(stand_in: StandIn, vendor: str, outcome: Outcome, seed: int, examples: int) -> Outcome:
    """Run the suite stage by stage until one stage has found something; a breach ends it with its operation."""
    selection = select(ROOT, vendors=(vendor,))
    book, _ = open_book(selection)
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(one.server)) for one in book.operations()}
    target = CountingTarget(stand_in, vendor, origins)
    started = perf_counter()

    def heard() -> None:
        outcome.first = outcome.first or target.requests

    for stage in STAGES:
        stand_in.reset()
        options = RunOptions(sources=(stage,), max_examples=examples, seed=seed)
        run = Run(selection, options, lambda judges, _vendor: Listening(judges, heard), target)
        _note(run.finish(tuple(_until_a_breach(run))), outcome)
        if outcome.caught:
            heard()
            break
    outcome.requests, outcome.seconds = target.requests, perf_counter() - started
    outcome.crashes += sorted(set(target.crashes))[:3]
    return outcome


def _until_a_breach(run: Run) -> Iterator[ItemResult]:
    """Every item up to the end of the first operation that has a breach; surprises stop nothing."""
    enough = ""
    for item in run.items():
        if enough and item.operation.name != enough:
            return
        result = run.runner.run(item)
        if result.findings and any(one.severity == "breach" for one in run.reported(result)):
            enough = item.operation.name
        yield result


def _note(report: Report, outcome: Outcome) -> None:
    found = sorted(
        {(one.severity, one.finding.code, one.finding.subject, one.finding.operation) for one in report.findings}
    )
    against = [one for one in found if one[0] in ("breach", "surprise")]
    outcome.breach = any(severity == "breach" for severity, *_ in against)
    outcome.by = [f"{code} {subject} of {operation}" for _severity, code, subject, operation in against]


def drill_fault(name: str, seed: int, examples: int) -> Outcome:
    """One fault, in this or another process."""
    fault = BY_NAME[name]
    outcome = Outcome(name)
    try:
        return drill(fault.plant(MOCKS[fault.vendor]()), fault.vendor, outcome, seed, examples)
    except Exception as error:  # noqa: BLE001 - the other faults are to be drilled all the same
        outcome.crashes.append(f"{type(error).__name__}: {error}"[:500])
        return outcome


def drill_clean(vendor: str, seed: int, examples: int) -> Outcome:
    """The mock without a fault, whose data comes from that seed too; the suite must be silent."""
    make: Any = MOCKS[vendor]
    outcome = Outcome(f"{vendor}, seed {seed}")
    try:
        return drill(make(seed=seed), vendor, outcome, seed, examples)
    except Exception as error:  # noqa: BLE001 - as above
        outcome.crashes.append(f"{type(error).__name__}: {error}"[:500])
        return outcome


def every_outcome(
    pool: ProcessPoolExecutor, work: Callable[..., Outcome], jobs: Iterable[tuple[Any, ...]]
) -> Iterator[Outcome]:
    """The outcomes as they come in, each said aloud."""
    for done in as_completed([pool.submit(work, *job) for job in jobs]):
        outcome = done.result()
        mark = "CRASH" if outcome.crashes else f"{outcome.first:>6}" if outcome.caught else "     -"
        by = outcome.crashes[0] if outcome.crashes else outcome.by[0] if outcome.by else ""
        click.echo(f"{mark} {outcome.seconds:6.1f} s  {outcome.name}  {by[:100]}")
        yield outcome


def compact(outcomes: Mapping[str, Outcome], date: str, facts: Mapping[str, str]) -> dict[str, Any]:
    """A run in a form to keep."""
    kept = {name: asdict(one) | {"batch": BATCHES[name], "by": one.by[:5]} for name, one in sorted(outcomes.items())}
    return {"date": date, **facts, "faults": kept}


def run_facts() -> dict[str, str]:
    """The versions, and what the contracts and specs were."""
    book, _ = open_book(select(ROOT))
    return {
        "troth": __version__,
        "python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "specs": book.specs_sha256[:12],
        "contracts": book.contracts_sha256[:12],
    }


def share(faults: Iterable[Fault], run: Mapping[str, Any]) -> str:
    """``caught of all``, as a run has it."""
    names = [fault.name for fault in faults if fault.name in run["faults"]]
    return f"{sum(bool(run['faults'][name]['by']) for name in names)} of {len(names)}"


def page(first: Mapping[str, Any], last: Mapping[str, Any], clean: list[Outcome], command: str) -> str:
    """``docs/drill.md``."""
    noisy = [one for one in clean if one.caught or one.crashes]
    firsts = [one["first"] for one in last["faults"].values() if one["first"]]
    lines = [
        "# The fault drill",
        "",
        f"Written by `{command}`; not to be edited. {len(FAULTS)} seeded defects of the three mocks, written from the "
        "facts by somebody who had read no contract, each met by the whole suite. What a defect does, and which facts "
        "it contradicts, stands in `tests/faults`. It says nothing about the live vendors.",
        "",
        f"Last run: {last['date']}, Troth {last['troth']}, Python {last['python']}, {last['libraries']}; specs "
        f"{last['specs']}, contracts {last['contracts']}. First run: {first['date']}, specs {first['specs']}, "
        f"contracts {first['contracts']}.",
        "",
        "| caught | first run | last run |",
        "|---|---|---|",
        *(f"| {title} | {share(faults, first)} | {share(faults, last)} |" for title, faults in groups()),
        "",
        f"Median requests to the first finding: {int(median(firsts)) if firsts else 0}. Clean mocks: "
        f"{len(clean) - len(noisy)} of {len(clean)} runs silent, {sum(one.requests for one in clean)} requests.",
        *(f"\n- **Not silent: {one.name}**: {'; '.join((one.by + one.crashes)[:3])}" for one in noisy),
        "",
        "## Not caught",
        "",
        *_missed(last),
        "",
        "## Every fault",
        "",
        "| fault | batch | kind | contradicts | caught by | as | requests | seconds |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(fault, last["faults"][fault.name]) for fault in FAULTS),
        "",
    ]
    return "\n".join(lines)


def groups() -> Iterator[tuple[str, list[Fault]]]:
    """The lines of the table of scores."""
    yield "all", list(FAULTS)
    for batch in ("first", "second"):
        yield f"batch {batch}", [fault for fault in FAULTS if BATCHES[fault.name] == batch]
    for vendor in MOCKS:
        yield vendor, [fault for fault in FAULTS if fault.vendor == vendor]
    yield "those that take two calls or more", [fault for fault in FAULTS if fault.calls > 1]
    yield "those that nobody could expect to see", [fault for fault in FAULTS if fault.unexpectable]


def _missed(run: Mapping[str, Any]) -> Iterator[str]:
    missed = [fault for fault in FAULTS if not run["faults"][fault.name]["by"]]
    for fault in missed:
        why = f" *Not to be expected: {fault.unexpectable}*" if fault.unexpectable else ""
        yield f"- {fault.vendor}, {BATCHES[fault.name]}: **{fault.name}**. {fault.does}{why}"
    if not missed:
        yield "None."


def _row(fault: Fault, one: Mapping[str, Any]) -> str:
    facts = ", ".join(f"{fact.section} ({fact.confidence})" for fact in fault.contradicts)
    more = f" and {len(one['by']) - 1} more" if len(one["by"]) > 1 else ""
    by = one["by"][0].replace("|", "/") + more if one["by"] else "–"
    severity = "breach" if one["breach"] else "surprise" if one["by"] else "–"
    cells = (f"{fault.vendor}: {fault.name}", BATCHES[fault.name], fault.kind, facts, by, severity)
    return f"| {' | '.join(cells)} | {one['first'] or '–'} | {one['seconds']:.1f} |"


@click.command()
@click.option("--date", required=True, help="The day to write down, such as 2026-11-22.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="How many processes.")
@click.option("--seed", default=0, show_default=True, help="Decides everything that is random.")
@click.option("--examples", default=2, show_default=True, help="Generated requests for each operation and mode.")
@click.option("--seeds", default=20, show_default=True, help="How many seeds the clean mocks are run with.")
@click.option("--fault", "names", multiple=True, help="Only this fault (may be repeated); nothing is written.")
@click.option("--vendor", type=click.Choice(tuple(MOCKS)), help="Only this vendor; nothing is written.")
@click.option("--batch", type=click.Choice(("first", "second")), help="Only this batch; nothing is written.")
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
    forget_first_run: bool,
) -> None:
    """Run Troth's suite against every seeded defect; exit with 1 if a clean mock was found fault with."""
    wanted = [
        fault.name
        for fault in FAULTS
        if (not names or fault.name in names)
        and vendor in (None, fault.vendor)
        and batch in (None, BATCHES[fault.name])
    ]
    clean_vendors = [name for name in MOCKS if vendor in (None, name)]
    with ProcessPoolExecutor(jobs) as pool:
        drilled = every_outcome(pool, drill_fault, [(name, seed, examples) for name in wanted])
        outcomes = {one.name: one for one in drilled}
        clean_jobs = [(name, number, examples) for number in range(seeds) for name in clean_vendors]
        clean = list(every_outcome(pool, drill_clean, clean_jobs))
    caught = sum(one.caught for one in outcomes.values())
    broken = [one.name for one in (*outcomes.values(), *clean) if one.crashes]
    noisy = [one.name for one in clean if one.caught]
    click.echo(f"{caught} of {len(outcomes)} faults caught; {len(noisy)} of {len(clean)} clean runs not silent")
    if broken:
        click.echo(f"{len(broken)} runs crashed, so nothing is written: {', '.join(broken)}", err=True)
    elif len(wanted) == len(FAULTS):
        command = f"python bench/drill.py --date {date} --seed {seed} --examples {examples} --seeds {seeds}"
        write(compact(outcomes, date, run_facts()), clean, command, forget_first_run)
    sys.exit(1 if noisy or broken else 0)


def write(last: dict[str, Any], clean: list[Outcome], command: str, forget_first_run: bool) -> None:
    """Write the page, and the first score where there is none yet."""
    if forget_first_run or not FIRST_RUN.is_file():
        FIRST_RUN.write_text(json.dumps(last, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    first = json.loads(FIRST_RUN.read_text(encoding="utf-8"))
    PAGE.write_text(page(first, last, clean, command), encoding="utf-8")
    click.echo(f"{PAGE.relative_to(ROOT)} written; the first run was on {first['date']}")


if __name__ == "__main__":
    main()
