"""``troth doctor`` and ``troth verify --plan``: what stands ready, and what would be asked. Neither prints a value."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from troth.errors import CannotJudge, ExitCode, InputInvalid, TrothError, UsageInvalid
from troth.model.book import Book, Vendor
from troth.model.exchange import NoAnswer
from troth.model.operation import Operation
from troth.model.ports import RunOptions, Target
from troth.secrets.redactor import Redactor
from troth.session.credentials import Probe, probe_credentials
from troth.session.open import Opened, open_all
from troth.session.plan import Planned, Planner
from troth.session.reach import Selection, reach, select
from troth.session.run import Run
from troth.sources.input_requests import assemble
from troth.targets.live.dotenv import read_environment
from troth.targets.live.named_secrets import named_secrets
from troth.targets.live.settings import TargetSettings
from troth.targets.live.settings_file import FILE, TargetFile

READY, NOT_READY, SILENT = ExitCode.KEPT, ExitCode.OURS, ExitCode.NOT_JUDGED


def doctor(here: Path, name: str | None, redactor: Redactor | None = None) -> int:
    """Say for each target what is set, what is missing and whether it answers.

    Args:
        here: where ``troth.toml`` lies.
        name: the target; None for all.
        redactor: learns the secrets of the targets, of which everything printed is clean.

    Returns:
        0 when all is well, 2 when something is missing, wrong or refused, 3 when only an answer is missing.

    Raises:
        UsageInvalid: there is no ``troth.toml``, or no such target.
        InputInvalid: it cannot be read.
    """
    path = here / FILE
    if not path.is_file():
        raise UsageInvalid(f"there is no {FILE} here: docs/live.md shows one")
    file = TargetFile(path)
    names = (name,) if name is not None else file.names
    console = Console(soft_wrap=True, highlight=False)
    environment = read_environment(here, os.environ)
    redactor = redactor or Redactor()
    redactor.learn(named_secrets(here, os.environ))
    codes = [_Visit(here, file, one, environment, console, redactor).code() for one in names]
    return NOT_READY if NOT_READY in codes else max(codes, default=READY)


class _Visit:
    def __init__(
        self,
        here: Path,
        file: TargetFile,
        name: str,
        environment: Mapping[str, str],
        console: Console,
        redactor: Redactor,
    ) -> None:
        self._here = here
        self._file = file
        self._name = name
        self._environment = environment
        self._console = console
        self._redactor = redactor

    def code(self) -> int:
        uses = self._file.uses(self._name)
        self._console.print(Text(self._name, style="bold"))
        missing = False
        for variable in dict.fromkeys(use.name for use in uses):
            places = ", ".join(".".join(map(str, use.place)) for use in uses if use.name == variable)
            is_set = bool(self._environment.get(variable))
            missing = missing or not is_set
            self._line("set" if is_set else "MISSING", f"{variable}, for {places}")
        try:
            settings = self._file.settings(self._name, self._environment)
            selection = select(self._here, self._name, environment=self._environment, redactor=self._redactor)
            opened = open_all(selection)
            book = opened.book
            target = reach(selection, book, opened.terms).target
        except InputInvalid as error:
            for problem in error.problems:
                if not (missing and "environment variable" in problem.message):
                    self._line("WRONG", str(problem))
            return NOT_READY
        except TrothError as error:
            self._line("WRONG", str(error))
            return NOT_READY
        try:
            self._settings(settings, book)
            return self._answers(settings, opened, target)
        finally:
            target.close()

    def _settings(self, settings: TargetSettings, book: Book) -> None:
        for vendor in book.vendors.values():
            known = {".".join(path) for path in _paths(settings.facts.get(vendor.name, {}), ())}
            missing = [fact for fact in vendor.world if fact not in known]
            self._line("facts", f"{vendor.name}: {len(vendor.world) - len(missing)} of {len(vendor.world)} given")
            if missing:
                self._line("", f"not given, so not judged by: {', '.join(missing)}")
        pace = settings.pace
        rate = f"{pace.per_second:g} requests a second" if pace.per_second else "as fast as it answers"
        budget = f"{pace.budget:,} requests a run" if pace.budget else "no budget"
        self._line("pace", f"{rate}, {budget}")
        self._line("allowed", "; ".join(_allowances(settings)))

    def _answers(self, settings: TargetSettings, opened: Opened, target: Target) -> int:
        codes = [self._answer(settings, opened, target, vendor) for vendor in opened.book.vendors.values()]
        return NOT_READY if NOT_READY in codes else max(codes, default=READY)

    def _answer(self, settings: TargetSettings, opened: Opened, target: Target, vendor: Vendor) -> int:
        """Ask one safe thing of a vendor, with the valid credentials where a request can have some."""
        address = settings.addresses.get(vendor.name, settings.addresses.get("", ""))
        authenticated = bool({vendor.name, ""} & settings.authentication.keys())
        probe = probe_credentials(opened.terms, vendor.name, target, 0, authenticated)
        if probe is not None and probe.refused:
            self._line("REFUSED", f"{vendor.name} at {address} does not take the credentials: {probe.line}")
            return NOT_READY
        if probe is None:
            operation = _harmless(tuple(vendor.spec.operations.values()))
            if operation is None:
                self._line("answers", f"{vendor.name}: not tried, since no operation is safe")
                return READY
            probe = Probe(operation, target.send(assemble(operation, (), {})))
        answer, name = probe.exchange.answer, f"{vendor.name} at {address}: {probe.operation.name}"
        if isinstance(answer, NoAnswer):
            self._line("SILENT", f"{name}: " + f"{answer.reason}. {answer.detail}".rstrip(". "))
            return SILENT
        self._line("answers", f"{name}: {answer.status} in {probe.exchange.seconds:.2f} s")
        return READY

    def _line(self, word: str, said: str) -> None:
        style = "red" if word.isupper() else "green" if word == "set" else ""
        self._console.print(Text.assemble("  ", (f"{word:<8}", style), " ", self._redactor.text(said)))


def _allowances(settings: TargetSettings) -> Iterator[str]:
    writes = sorted(settings.effects - {"safe"})
    yield f"safe operations and those that are {', '.join(writes)}" if writes else "safe operations only"
    yield "generated requests" if settings.may_fuzz else "no generated requests"
    yield "wrong passwords" if settings.may_lock_out else "no wrong credentials or passwords"


def _harmless(operations: tuple[Operation, ...]) -> Operation | None:
    """A safe operation that needs the least: it shall answer, not succeed."""
    safe = [one for one in operations if one.effect == "safe" and one.soap is None]
    return min(safe, key=lambda one: (one.method != "GET", one.path.count("{")), default=None)


def _paths(tree: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _paths(value, (*path, str(key)))
    else:
        yield path


def plan(selection: Selection, options: RunOptions) -> int:
    """Print every request that a run would send, and what it would hold back; send none.

    Raises:
        TrothError: nothing could be planned.
        CannotJudge: no request would be sent.
    """
    run = Run(selection, options)
    planner = Planner(run.terms, run.target.facts, run.reached.conduct)
    try:
        for item in run.items:
            planner.drive(item)
    finally:
        run.target.close()
    sent = [one for one in planner.requests if not one.held]
    console = Console(soft_wrap=True, highlight=False)
    settings = selection.settings
    budget = settings.pace.budget if settings is not None else None
    for number, one in enumerate(sent, 1):
        over = " · over the budget" if budget is not None and number > budget else ""
        console.print(Text(run.redactor.text(f"{number:>6} {_worded(one)}{over}")))
    held = Counter((one.operation.vendor, one.operation.name, one.held) for one in planner.requests if one.held)
    for (vendor, name, reason), count in held.items():
        console.print(Text(run.redactor.text(f"  held {vendor} {name}: {count} requests: {reason}")))
    effects = Counter(one.operation.effect for one in sent)
    shown = ", ".join(f"{count:,} {effect}" for effect, count in sorted(effects.items()))
    of = f" of a budget of {budget:,}" if budget is not None else ""
    console.print(Text(f"{len(sent):,} requests{of} ({shown or 'none'}); {sum(held.values()):,} held back; none sent"))
    if not sent:
        raise CannotJudge("no request would be sent")
    return 0


def _worded(one: Planned) -> str:
    parts = urlsplit(one.target)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    role = {"given": " · before, for a fact", "look": " · a look before or after"}.get(one.role, "")
    classes = f" · {one.classes}" if one.classes else ""
    asked = f"{one.operation.effect:<10} {one.method:<6} {target}"
    return f"{asked} · {one.operation.vendor} {one.operation.name}{classes}{role}"
