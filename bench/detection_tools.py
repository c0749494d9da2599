"""The tools of the detection benchmark: each is run on what is on the stage, and says what it found when."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from detection_oracle import ResponseChecks
from detection_stage import BASES, OUTSIDE, ROOT, SPECS, Outcome, Stage, served, troth_names
from outside_tools import NodeTools, quiet
from test_outside_prism import wait_for
from test_outside_redocly_workflows import DOCUMENTS, NOT_RUN, inputs_of
from test_outside_schemathesis import Knowledge, oneall_knowledge, socialidnow_knowledge

from troth.model.exchange import Exchange, NoAnswer, Request, header
from troth.model.facts import Facts
from troth.model.ports import Abilities, RunOptions, Target
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.live.client import LiveTarget

PATIENCE_SECONDS = 1800
GENEROUS = 500
"""Five times as many examples for an operation as Schemathesis draws by itself."""

WARN = "SCHEMA_CHECK=warn,STATUS_CODE_CHECK=warn"
"""Two checks of Redocly's that object to a correct mock: as warnings, they do not end the workflow."""


class Bench:
    """Everything that is served while tools are run; to be used as a context."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._stages: dict[str, tuple[Stage, str]] = {}
        self.prisms: dict[str, tuple[str, int]] = {}
        """Vendor → the address and the process of Prism before its stage."""
        self.folder = Path()

    def __enter__(self) -> "Bench":
        self.folder = Path(self._open.enter_context(TemporaryDirectory()))
        return self

    def __exit__(self, *_exception: object) -> None:
        self._open.close()

    def stage(self, vendor: str) -> tuple[Stage, str]:
        """The vendor's stage and its address."""
        if vendor not in self._stages:
            stage = Stage(vendor)
            self._stages[vendor] = stage, self._open.enter_context(served(stage))
        return self._stages[vendor]

    def prism(self, vendor: str) -> str:
        """The address of Prism before the vendor's stage; started once."""
        if vendor not in self.prisms:
            _stage, address = self.stage(vendor)
            log = self.folder / f"prism-{vendor}.log"
            self.prisms[vendor] = self._open.enter_context(_prism(vendor, address, log))
        return self.prisms[vendor][0]

    def prism_cpu(self, vendor: str) -> float:
        """Seconds of processor time that the vendor's Prism has used so far, where the system tells."""
        path = Path(f"/proc/{self.prisms[vendor][1]}/stat")
        if not path.exists():
            return 0.0
        used = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def node_tools() -> NodeTools:
    """Node, and what npm has installed for the tests of outside tools."""
    node, modules = shutil.which("node"), OUTSIDE / "node_modules"
    if node is None or not (modules / ".bin").is_dir():
        raise SystemExit("Prism and respect are not installed: run `pytest tests/outside` once, which fetches them")
    return NodeTools(node, modules)


@contextmanager
def _prism(vendor: str, upstream: str, log: Path) -> Iterator[tuple[str, int]]:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = str(chosen.getsockname()[1])
    options = ("-h", "127.0.0.1", "-p", port, "-v", "error", str(SPECS / f"{vendor}.yaml"), upstream + BASES[vendor])
    with log.open("w") as output:
        command = node_tools().command("prism", "proxy", *options)
        process = subprocess.Popen(command, env=quiet({}), stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(int(port), process, log)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


def run_troth(bench: Bench, outcome: Outcome) -> None:
    """Troth's own run, by everything that sends requests."""
    _stage, address = bench.stage(outcome.vendor)
    names = troth_names(outcome.vendor, outcome.scope)
    command = [sys.executable, str(ROOT / "bench" / "detection_troth.py"), outcome.vendor, address, *names]
    done = _run(command, {"PYTHONPATH": str(ROOT / "src")}, ROOT)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-500:])
    said = json.loads(done.stdout)
    outcome.kinds, outcome.documented, outcome.trouble = said["kinds"], said["documented"], said["trouble"]


def _run(command: list[str], environ: Mapping[str, str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, env=quiet(environ), cwd=folder, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


def schemathesis_run(*options: str, rules: bool = False, exclusions: bool = True) -> Callable[[Bench, Outcome], None]:
    """``st run`` with its configuration of the tests, these options, and with our rules as its check or without."""

    def run(bench: Bench, outcome: Outcome) -> None:
        stage, address = bench.stage(outcome.vendor)
        with TemporaryDirectory(dir=bench.folder) as name:
            folder = Path(name)
            known = _knowledge(stage, address)
            (folder / "schemathesis.toml").write_text(_configuration(outcome.vendor, known, exclusions))
            events, notes = folder / "events.ndjson", folder / "notes.jsonl"
            notes.touch()
            environ = {
                **known.environ,
                "PYTHONPATH": os.pathsep.join(map(str, (OUTSIDE, ROOT / "bench", ROOT / "src"))),
            }
            if rules:
                environ |= {
                    "SCHEMATHESIS_HOOKS": "detection_rules",
                    "TROTH_BENCH_VENDOR": outcome.vendor,
                    "TROTH_BENCH_ADDRESS": address,
                    "TROTH_BENCH_BASE": BASES[outcome.vendor],
                    "TROTH_BENCH_NOTES": str(notes),
                }
            command = [str(Path(sys.executable).with_name("st")), "--config-file", str(folder / "schemathesis.toml")]
            command += ["run", str(SPECS / f"{outcome.vendor}.yaml"), "-u", address + BASES[outcome.vendor]]
            command += ["--no-color", "--report-ndjson-path", str(events), *options]
            command += [word for one in outcome.scope for word in ("--include-operation-id", one)]
            done = _run(command, environ, folder)
            if not events.is_file():
                raise RuntimeError((done.stdout + done.stderr)[-500:])
            _read_events(events, notes, stage, outcome)

    return run


def _knowledge(stage: Stage, address: str) -> Knowledge:
    world: Any = stage.world()
    if stage.vendor == "esws":
        return Knowledge({}, {"token": stage.tokens or []})
    return (oneall_knowledge if stage.vendor == "oneall" else socialidnow_knowledge)(address, world)


def _configuration(vendor: str, known: Knowledge, exclusions: bool) -> str:
    lines, kept = [], True
    for line in (OUTSIDE / f"schemathesis-{vendor}.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kept = exclusions or line not in ("[[operations]]", "[operations.checks]", "[checks]")
        if kept:
            lines.append(line)
    for name, values in known.dictionaries.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    return "\n".join([*lines, ""])


def _read_events(events: Path, notes: Path, stage: Stage, outcome: Outcome) -> None:
    """Which kinds of failures there were, and which request first showed each."""
    number: dict[str, int] = {}
    for index, entry in enumerate(stage.log, start=1):
        number.setdefault(entry.case, index)
    shown = [(kind, number.get(case, len(stage.log))) for case, kind in _failures(events)]
    for line in notes.read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        shown.append((note["kind"], number.get(note["case"], len(stage.log))))
        if note["basis"] == "documented" and note["kind"] not in outcome.documented:
            outcome.documented.append(note["kind"])
    for kind, first in shown:
        outcome.kinds[kind] = min(first, outcome.kinds.get(kind, first))


def _failures(events: Path) -> Iterator[tuple[str, str]]:
    """The number of a case, and ``check of METHOD /path``; errors that st itself ran into have no case."""
    for line in events.read_text(encoding="utf-8").splitlines():
        ((name, event),) = json.loads(line).items()
        if name == "NonFatalError" and event["value"]["type"] != "NoLinksFound":
            yield "", f"{event['value']['type']} of {event['label']}"
        if name != "ScenarioFinished":
            continue
        recorder = event["recorder"]
        for case, checks in recorder.get("checks", {}).items():
            value = recorder["cases"][case]["value"]
            for check in checks:
                # What our own rules found stands in their notes.
                if check["status"] == "failure" and check["name"] != "our_rules":
                    yield case, f"{check['name']} of {value['method']} {value['path']}"


class PrismTarget(Target):
    """Troth's requests on their way through Prism; notes what Prism says of the answers."""

    kind = "mock"
    name = "a mock behind Prism"

    def __init__(self, address: str, stage: Stage, kinds: dict[str, int]) -> None:
        self._live = LiveTarget(address, (), {})
        self._address = address
        self._stage = stage
        self._kinds = kinds
        self.operation = ""

    def send(self, request: Request) -> Exchange:
        """Prism's own objections are kinds ``place [code] of operation``; it knows paths without the server's."""
        parts = urlsplit(request.url)
        path = parts.path.removeprefix(BASES[self._stage.vendor]) + (f"?{parts.query}" if parts.query else "")
        exchange = self._live.send(replace(request, url=self._address + path))
        answer = exchange.answer
        if isinstance(answer, NoAnswer):
            self._note("no answer through Prism")
            return replace(exchange, request=request)
        for one in json.loads(header(answer.headers, "sl-violations") or "[]"):
            if one["location"][0] == "response":
                place = ".".join("*" if str(part).isdigit() else str(part) for part in one["location"])
                self._note(f"{place} [{one.get('code', one['message'][:60])}]")
        if (header(answer.headers, "content-type") or "").startswith("application/problem+json"):
            self._note(f"problem: {json.loads(answer.body).get('title', '')}")
        return replace(exchange, request=request)

    def _note(self, what: str) -> None:
        self._kinds.setdefault(f"{what} of {self.operation}", len(self._stage.log))

    def facts(self, vendor: str) -> Facts:
        return Facts(world=self._stage.world(), closed=True)

    def abilities(self, vendor: str) -> Abilities:
        return Abilities(reset=self._stage.reset)

    def close(self) -> None:
        self._live.close()


def run_prism(bench: Bench, outcome: Outcome) -> None:
    """Prism generates nothing: Troth's cases and workflows go through it."""
    stage, _address = bench.stage(outcome.vendor)
    target = PrismTarget(bench.prism(outcome.vendor), stage, outcome.kinds)
    crashes = []
    options = RunOptions(operations=troth_names(outcome.vendor, outcome.scope), sources=("cases", "workflows"))
    run = Run(select(ROOT, vendors=(outcome.vendor,)), options, target=target)
    for item in run.items:
        target.operation = item.operation.name
        result = run.runner.run(item)
        crashes += [one.message for one in result.findings if one.code == "TR905"]
    target.close()
    outcome.trouble = "; ".join(sorted(set(crashes)))[:500]


def run_respect(bench: Bench, outcome: Outcome) -> None:
    """Redocly's runner passes our workflow documents; it has no operations to be restricted to."""
    stage, address = bench.stage(outcome.vendor)
    mine = [path for path in DOCUMENTS if path.parent.name == outcome.vendor and path.name not in NOT_RUN]
    if not mine:
        outcome.trouble = "not run: SOAP answers are asked by XPath, which respect refuses"
        return
    inputs: dict[str, Any] = {}
    world: Any = stage
    for path in mine:
        inputs |= inputs_of(path, world)
    skipped = [word for name in NOT_RUN if any(name in path.read_text() for path in mine) for word in ("--skip", name)]
    with TemporaryDirectory(dir=bench.folder) as name:
        output = Path(name) / "respect.json"
        command = node_tools().command("redocly", "respect", *map(str, mine))
        command += ["--server", f"{outcome.vendor}={address}{BASES[outcome.vendor]}", "--input", json.dumps(inputs)]
        command += ["--severity", WARN, "--json-output", str(output), *skipped]
        done = _run(command, {}, OUTSIDE)
        if not output.is_file():
            raise RuntimeError((done.stdout + done.stderr)[-500:])
        said = json.loads(output.read_text(encoding="utf-8"))
    step = 0
    for workflow in (one for file in said["files"].values() for one in file["executedWorkflows"]):
        for executed in workflow["executedSteps"]:
            step += 1
            for check in executed.get("checks", ()):
                if not check["passed"]:
                    where = f"{workflow['workflowId']}/{executed.get('stepId', '')}"
                    outcome.kinds.setdefault(f"{check['name']} at {where}", step)


TOOLS: Mapping[str, Callable[[Bench, Outcome], None]] = {
    "troth": run_troth,
    "st": schemathesis_run(),
    "st-generous": schemathesis_run("--max-examples", str(GENEROUS)),
    "st-rules": schemathesis_run(rules=True),
    "prism": run_prism,
    "respect": run_respect,
}
UNTUNED = "st-untuned"
"""The same as ``st`` but for its exclusions of checks; only ever run on the clean mocks."""
ORACLE = "response-checks"
"""No tool but an oracle: what Schemathesis's checks of an answer say of the answers that the troth row got."""


def _cpu(prisms: Bench | None) -> float:
    """Seconds of processor time that tools have used so far; with Prism it is our own process and Prism's."""
    if prisms is None:
        used = getrusage(RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime
    own = getrusage(RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + sum(prisms.prism_cpu(vendor) for vendor in prisms.prisms)


def measure(bench: Bench, tool: str, vendor: str, scope: tuple[str, ...], fault: str) -> list[Outcome]:
    """Run one tool on one stand-in; for Troth, also what the response checks say of the same answers."""
    stage, _address = bench.stage(vendor)
    if tool == "prism":
        bench.prism(vendor)
    stage.plant(fault, tokens=tool.startswith("st"))
    outcome = Outcome(tool, vendor, list(scope), fault)
    started, spent = perf_counter(), _cpu(bench if tool == "prism" else None)
    try:
        (schemathesis_run(exclusions=False) if tool == UNTUNED else TOOLS[tool])(bench, outcome)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        outcome.trouble = f"{type(error).__name__}: {str(error)[-300:]}"
    outcome.seconds, outcome.requests = perf_counter() - started, len(stage.log)
    outcome.cpu = _cpu(bench if tool == "prism" else None) - spent
    if tool != "troth":
        return [outcome]
    checked = Outcome(ORACLE, vendor, list(scope), fault, requests=outcome.requests)
    checked.kinds = ResponseChecks(vendor).kinds(stage.log)
    return [outcome, checked]
