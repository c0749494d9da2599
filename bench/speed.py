"""How fast Troth is, beside what its users would take instead; writes the section "speed" of docs/benchmarks.md.

Run: python bench/speed.py --date 2026-11-22. Everything is measured in one run on one machine, one thing after the
other. The ratios of one run compare; the times depend on the machine and the day. ``--part`` measures a part and only
prints. Prism is measured where npm has installed the tools of ``tests/outside``.
"""

import cProfile
import json
import platform
import pstats
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import click
import judge
import replay
from sections import write_section
from werkzeug.wrappers import Request as Asked
from werkzeug.wrappers import Response as Answered

from troth.mocks.oneall.service import OneAll
from troth.mocks.server.http import running
from troth.mocks.service import Clock
from troth.model.exchange import Exchange, Request, Response
from troth.model.ports import Budget, RunOptions
from troth.session.reach import select
from troth.session.run import Run
from troth.strength.command import measure as measure_strength
from troth.targets.live.client import LiveTarget

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
OUTSIDE = ROOT / "tests" / "outside"
COMMAND = [sys.executable, "-m", "troth"]
SERVER = "https://example.api.oneall.com"
MOMENT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
LOOKUPS = 200
MANY = 100_000
"""Exchanges for the measurement of memory."""

sys.path.insert(0, str(OUTSIDE))

from outside_tools import NodeTools  # noqa: E402 - they live among the tests
from test_outside_prism import prism  # noqa: E402


def judging() -> Iterator[str]:
    measured = judge.measure()
    ours = measured.microseconds[judge.TROTH]
    sizes = " and ".join(f"{size:,}" for size in measured.sizes)
    yield "### Judging one answer"
    yield ""
    yield (
        f"Recorded answers of `{judge.OPERATION}` of {sizes} bytes, in memory, on one core; CPU time, best of "
        f"{judge.ROUNDS} rounds in turns (`bench/judge.py`). Troth decides tables and clauses besides."
    )
    yield ""
    yield from table(
        ("who", "µs an answer", "answers a second", "time, Troth = 1"),
        ((name, f"{one:.1f}", f"{1e6 / one:,.0f}", f"{one / ours:.1f}") for name, one in measured.microseconds.items()),
    )
    yield ""
    yield "The aims: a third of the time of Schemathesis's five checks, a thirtieth of openapi-core's."


def profile() -> Iterator[str]:
    """Where the time of a judgement goes, by module; the profiler itself makes small functions look dearer."""
    terms, recordings, _ = judge.material()
    run = judge.troth(terms, recordings)
    run()
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(20_000):
        run()
    profiler.disable()
    spent: dict[str, float] = {}
    for (file, _line, function), (_, _, own, _, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        spent[_where(file, function)] = spent.get(_where(file, function), 0.0) + own
    total = sum(spent.values())
    yield "### Where the time of a judgement goes"
    yield ""
    yield "The same answers under `cProfile`, which makes many small calls look dearer than they are."
    yield ""
    ranked = sorted(spent.items(), key=lambda one: -one[1])
    yield from table(("part", "share"), ((name, f"{own / total:.0%}") for name, own in ranked if own / total >= 0.015))


def _where(file: str, function: str) -> str:
    if "jsonschema_rs" in function:
        return "JSON Schema (jsonschema-rs)"
    if "msgspec" in function:
        return "reading JSON (msgspec)"
    if file == "<proof>":
        return "the proof made from clauses and rows"
    path = Path(file)
    return f"`{path.parent.name}/{path.stem}`" if "troth" in path.parts else "Python itself"


def proxy() -> Iterator[str]:
    yield "### Prism's validation proxy"
    yield ""
    node, modules = shutil.which("node"), OUTSIDE / "node_modules"
    if node is None or not (modules / ".bin" / "prism").exists():
        yield "Not measured: npm has not installed the tools of `tests/outside`."
        return
    mock = OneAll(Clock(MOMENT))
    with tempfile.TemporaryDirectory() as folder, running([mock]) as address:
        straight = _lookup_milliseconds(mock, LiveTarget(address, (SERVER,), {}).send)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "prism.log"
        with prism(NodeTools(node, modules), "oneall", mock, log) as target:
            target.operation = judge.OPERATION
            through = _lookup_milliseconds(mock, target.send)
    yield (
        f"The same {LOOKUPS} lookups over HTTP on loopback, one after the other: {straight:.1f} ms each straight to "
        f"the mock, {through:.1f} ms through `prism proxy` (median). It adds {through - straight:.1f} ms of wall time "
        "to each answer, its second trip over loopback included, so it compares in order of magnitude only."
    )


def _lookup_milliseconds(mock: OneAll, send: Callable[[Request], Exchange]) -> float:
    world: Any = mock.world()
    keys, login = world["site"]["keys"], world["user"]["login"]
    basic = b64encode(f"{keys['username']}:{keys['password']}".encode()).decode()
    headers = (("Content-Type", "application/json"), ("Authorization", f"Basic {basic}"))
    body = json.dumps({"request": {"user": {"login": login}}}).encode()
    request = Request("POST", f"{SERVER}/storage/users/user/lookup.json", headers, body)
    times = []
    for _ in range(LOOKUPS):
        started = time.perf_counter()
        answer = send(request).answer
        times.append((time.perf_counter() - started) * 1e3)
        assert isinstance(answer, Response), answer
        assert answer.status == 200, answer
    return median(times)


def mutants() -> Iterator[str]:
    started = time.process_time()
    report = measure_strength(select(ROOT), RunOptions(sources=("cases", "recordings")))
    spent = time.process_time() - started
    every = report.overall.mutants
    yield "### Mutants"
    yield ""
    yield (
        f"`troth strength` made and judged {every:,} changed answers in {report.judging_seconds:.1f} s, "
        f"{every / report.judging_seconds:,.0f} a second; {spent:.0f} s of CPU with the run that gave the answers."
    )


def end_to_end() -> Iterator[str]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("troth verify", _troth_command), ("st run, all phases", _st_command)):
            mock = Counted()
            with running([mock]) as address:
                command = make(address, mock.world(), Path(folder))
                started = time.perf_counter()
                ended = subprocess.run(command, capture_output=True, cwd=folder, check=False, text=True)
                seconds = time.perf_counter() - started
            rows.append(
                (name, f"{mock.asked:,}", f"{seconds:.1f}", f"{mock.asked / seconds:,.0f}", str(ended.returncode))
            )
    yield "### Requests a second, end to end"
    yield ""
    yield (
        "The OneAll mock over HTTP on loopback, one process each, Python's start included. Troth runs all its sources "
        "as on any service whose facts it knows, judging by every check; Schemathesis all phases with its defaults "
        "on the same document with the same credentials, and goes on after failures. They do not send the same "
        "requests, so this is a rate, not a race."
    )
    yield ""
    yield from table(("who", "requests", "seconds", "a second", "exit code"), rows)


class Counted(OneAll):
    """The mock, which counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        super().__init__(Clock(MOMENT))

    def respond(self, request: Asked) -> Answered:
        """One request more."""
        self.asked += 1
        return super().respond(request)


def _troth_command(address: str, world: Any, folder: Path) -> list[str]:
    facts = folder / "world.yaml"
    facts.write_text(json.dumps(world, default=str), encoding="utf-8")
    folders = [(name, ROOT / name) for name in ("specs", "contracts", "cassettes")]
    for name, path in folders:
        (folder / name).symlink_to(path)
    return [*COMMAND, "verify", "--target", address, "--vendor", "oneall", "--world", str(facts)]


def _st_command(address: str, world: Any, folder: Path) -> list[str]:  # noqa: ARG001 - one signature for both
    keys = world["site"]["keys"]
    st = str(Path(sys.executable).with_name("st"))
    auth = f"{keys['username']}:{keys['password']}"
    return [st, "run", str(ROOT / "specs" / "oneall.yaml"), "--url", address, "--auth", auth, "--continue-on-failure"]


def whole_runs() -> Iterator[str]:
    rows = []
    for arguments in ([], ["--only", "cases"], ["--target", "replay"]):
        walls, cpus = [], []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.perf_counter()
            subprocess.run([*COMMAND, "verify", *arguments], cwd=ROOT, capture_output=True, check=True)
            walls.append(time.perf_counter() - started)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        shown = " ".join(["troth verify", *arguments])
        rows.append((f"`{shown}`", f"{min(walls):.1f}", f"{median(walls):.1f}", f"{median(cpus):.1f}"))
    yield "### Whole runs"
    yield ""
    yield "All three vendors, the embedded mock or the recordings, three times each, Python's start included."
    yield ""
    yield from table(("command", "seconds, best", "median", "CPU, median"), rows)


def replaying() -> Iterator[str]:
    rates = {stored: replay.measure(stored) for stored in (1_000, 10_000)}
    yield "### Replay"
    yield ""
    yield (
        "One cassette with so many recordings, matched by method, URI and body: our look-up, and stock VCR.py with "
        "requests (`bench/replay.py`). VCR.py patches an HTTP client and brings its cost; ours has no client in it."
    )
    yield ""
    yield from table(
        ("recordings", "Troth, a second", "VCR.py, a second"),
        ((f"{stored:,}", f"{ours:,.0f}", f"{theirs:,.1f}") for stored, (ours, theirs) in rates.items()),
    )
    few, many = rates.values()
    yield ""
    yield f"With ten times as many, ours keeps {many[0] / few[0]:.2f} of its rate, VCR.py {many[1] / few[1]:.2f}."


def memory() -> Iterator[str]:
    """The same run, seed after seed, in a process of its own."""
    command = [sys.executable, str(Path(__file__)), "--remember", str(MANY)]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    yield "### Memory"
    yield ""
    yield f"One run over {MANY:,} exchanges (cases of all vendors, seed after seed): the process's peak so far."
    yield ""
    yield from table(("exchanges", "MB"), (line.split() for line in told.splitlines()))


def remember(exchanges: int) -> None:
    """Print the peak of memory at ten points of one long run."""
    whole = Run(select(ROOT), RunOptions(sources=("cases",)))
    done, seed, due = 0, 0, exchanges // 10
    while done < exchanges:
        for item in Run(select(ROOT), RunOptions(sources=("cases",), budget=Budget(seed))).items():
            done += whole.runner.run(item).exchanges
            if done >= due:
                print(f"{done:,} {_peak()}", flush=True)
                due += exchanges // 10
        seed += 1


def _peak() -> int:
    """The most memory that this process has had, in MB. (``getrusage`` begins with what its parent had.)"""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) // 1024


def table(head: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "judge": judging,
    "profile": profile,
    "prism": proxy,
    "replay": replaying,
    "whole": whole_runs,
    "end-to-end": end_to_end,
    "mutants": mutants,
    "memory": memory,
}


@click.command()
@click.option("--date", default="", help="The day to write down, such as 2026-11-22.")
@click.option("--part", "parts", multiple=True, type=click.Choice(tuple(PARTS)), help="Only this; nothing is written.")
@click.option("--remember", "exchanges", type=int, hidden=True)
def main(date: str, parts: tuple[str, ...], exchanges: int | None) -> None:
    """Measure, print, and write the section unless only parts were asked for."""
    if exchanges is not None:
        remember(exchanges)
        return
    if not parts and not date:
        raise click.UsageError("say which day it is: --date 2026-11-22")
    names = ("schemathesis", "openapi-core", "jsonschema-rs", "vcrpy")
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    lines = [f"Measured on {date} by `python bench/speed.py`: Python {platform.python_version()}, {libraries}."]
    for name in parts or PARTS:
        lines += ["", *PARTS[name]()]
        click.echo("\n".join(lines[-20:]) if len(lines) > 20 else "\n".join(lines), err=True)
    if not parts:
        write_section(PAGE, "speed", "\n".join(lines))
    else:
        click.echo("\n".join(lines))


if __name__ == "__main__":
    main()
