"""Which parts make up a run. The only module that knows every room; what varies is a row in a table here."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import urlsplit

from troth import __version__
from troth.arazzo.given import GivenWorkflows
from troth.arazzo.source import WorkflowsSource
from troth.arazzo.surroundings import Surroundings
from troth.errors import InputInvalid, UsageInvalid, did_you_mean
from troth.judging.lint import lint_world
from troth.model.ports import Item, Judges, RunOptions, Source, Target
from troth.model.report import Count, ItemResult, Report, Reported, RunFacts, Verdict
from troth.reporting.curl import curl
from troth.secrets.project_key import key_for_marks
from troth.session.open import Opened, open_all
from troth.session.reach import MOCK_PORT, Reached, Selection, reach, secret_names, told_facts
from troth.session.runner import Runner
from troth.session.tally import Seen
from troth.session.verdicts import Court, conclude
from troth.sources.cases import CasesSource
from troth.sources.recordings import RecordingsSource
from troth.targets.learning import LearningTarget

SOURCES = ("cases", "properties", "workflows", "recordings")
"""Names for ``--only``, in the order of a run."""


class Run:
    """One run: what was read, who answers, and what to do, in order.

    Args:
        selection: what the user asked for.
        options: how much of it.
        watch: told every judge and its vendor before the judge is used; gives the judge to use.
        target: who answers, in place of the selection's.
        opened: the selection read and compiled, where that was done before.
    """

    def __init__(
        self,
        selection: Selection,
        options: RunOptions,
        watch: Callable[[Judges, str], Judges] | None = None,
        target: Target | None = None,
        opened: Opened | None = None,
    ) -> None:
        self.options = options
        opened = opened or open_all(selection)
        self.book, self.terms, self.workflows = opened.book, opened.terms, opened.workflows
        self.reached = reach(selection, self.book, self.terms) if target is None else Reached(target)
        self.target = self.reached.target
        self.redactor = selection.redactor
        self._learn_facts(selection.here)
        self._check_names()
        self._check_world()
        spoken_of = (one for one in options.waivers if one.target in ("", selection.target))
        self.court = Court(options.strict, spoken_of, options.today)
        promises = self.workflows.promises()
        self.runner = Runner(self.book, self.terms, self.target, self.court, watch, promises, self.reached.conduct)
        self._started = datetime.now(UTC)
        self._clock = perf_counter()

    def items(self) -> Iterator[Item]:
        """Everything to run, nothing sent; the brief first, before a budget is spent on combinations of the same."""
        recorded = self._recorded_items()
        items = [
            item
            for source in self._sources()
            for item in source.items()
            if self._wanted(item) and (recorded is None or source.name == "recordings" or item.name in recorded)
        ]
        yield from sorted(items, key=lambda item: not item.brief)

    def finish(self, results: tuple[ItemResult, ...]) -> Report:
        """The complete report, free of secrets."""
        tally = self.runner.tally
        findings = tuple(map(self.report, tally.findings()))
        counts = tuple(
            count for count in tally.counts() if self.in_scope(count.promise.vendor, count.promise.operation)
        )
        expected = [count for count in counts if self._is_allowed(count)]
        verdict, code, reasons = conclude(findings, results, expected, self.options.complete)
        halted = self.reached.conduct.halted()
        if halted:
            left = sum(1 for one in results if one.skipped == halted)
            reasons = (f"{halted}; {left} of {len(results)} items were not run", *reasons)
            verdict, code = (Verdict.UNJUDGED, 3) if code == 0 else (verdict, code)
        return self.redactor.clean(
            Report(
                run=self._facts(),
                items=results,
                findings=findings,
                counts=counts,
                seconds=perf_counter() - self._clock,
                verdict=verdict,
                exit_code=code,
                reasons=reasons,
            )
        )

    def reported(self, result: ItemResult) -> list[Reported]:
        """One item's findings as a report shows them."""
        own = {finding.fingerprint for finding in result.findings}
        return [self.report(seen) for seen in self.runner.tally.findings() if seen.finding.fingerprint in own]

    def report(self, seen: Seen) -> Reported:
        """A finding as a report shows it, free of secrets: of those too that its earlier exchanges brought."""
        for exchange in (*seen.before, seen.exchange):
            self.redactor.learn_exchange(exchange)
        return self.redactor.clean(self.runner.reported(seen, self._curl(seen)))

    def _learn_facts(self, here: Path) -> None:
        """Have the facts hidden that are secret; of somebody's service those about a person and what answers bring."""
        self.redactor.learn(secret_names(self.book, self.target))
        if self.target.kind == "live":
            personal, public = told_facts(self.book, self.target)
            self.redactor.learn(personal)
            self.redactor.look_into_answers(public, key_for_marks(here, os.environ))
            self.target = LearningTarget(self.target, self.redactor)

    def _facts(self) -> RunFacts:
        return RunFacts(
            target=self.target.name,
            target_kind=self.target.kind,
            build=self.reached.build,
            specs_sha256=self.book.specs_sha256,
            contracts_sha256=self.book.contracts_sha256,
            seed=self.options.seed,
            started=self._started.isoformat(timespec="seconds"),
            version=__version__,
            strict=self.options.strict,
        )

    def _sources(self) -> Iterator[Source]:
        options = self.options
        allowed = self.reached.sources or SOURCES
        wanted = options.sources or allowed
        around = self._surroundings()
        flows = GivenWorkflows(around, options.seed)
        if "cases" in wanted:
            yield CasesSource(self.terms, self.target.facts, options.seed, flows)
        if "properties" in wanted:
            # Schemathesis costs a fifth of a second to import, so it is fetched when it is first needed.
            room = import_module("troth.sources.properties.source")
            yield room.PropertiesSource(
                self.book, self.terms, self.target.facts, options.seed, options.max_examples, options.thorough, flows
            )
        if "workflows" in wanted:
            resettable = self.book.vendors.values() if self.target.kind == "mock" else ()
            yield WorkflowsSource(around, options.seed, options.max_examples, options.thorough, resettable)
        if "recordings" in wanted:
            yield RecordingsSource(self.book)

    def _recorded_items(self) -> frozenset[str] | None:
        """On a replay the items that were recorded, unless the user names sources; None where all are to run."""
        if self.target.kind != "replay" or self.options.sources:
            return None
        return frozenset(one.item for vendor in self.book.vendors.values() for one in vendor.recordings)

    def _is_allowed(self, count: Count) -> bool:
        permission = self.reached.conduct.permission
        terms = self.terms.operations.get(f"{count.promise.vendor}.{count.promise.operation}")
        return permission is None or terms is None or terms.operation.effect in permission.effects

    def _surroundings(self) -> Surroundings:
        target = self.target
        wait = sleep if target.kind == "live" else _do_not_wait
        return Surroundings(self.workflows, self.terms, target.facts, wait, getattr(target, "advance", None))

    def _wanted(self, item: Item) -> bool:
        return self.in_scope(item.operation.vendor, item.operation.name)

    def in_scope(self, vendor: str, operation: str) -> bool:
        """Whether the user asked for this operation."""
        patterns = self.options.operations
        return not patterns or any(_matches(vendor, operation, one) for one in patterns)

    def _check_world(self) -> None:
        problems = [one for name in self.book.vendors for one in lint_world(self.terms, name, self.target.facts(name))]
        if problems:
            raise InputInvalid(problems)

    def _check_names(self) -> None:
        for name in self.options.sources:
            if name not in SOURCES:
                raise UsageInvalid(f"unknown source {name!r} for --only: {did_you_mean(name, SOURCES)}")
            if name not in (self.reached.sources or SOURCES):
                raise UsageInvalid(f"{name} would make requests up: allow it on this target with fuzzing = true")
        known = [operation.name for operation in self.book.operations()]
        for pattern in self.options.operations:
            if not any(_matches(operation.vendor, operation.name, pattern) for operation in self.book.operations()):
                raise UsageInvalid(f"no operation matches {pattern!r}: {did_you_mean(pattern, known)}")

    def _curl(self, seen: Seen) -> str:
        calls = [curl(request, self._locate, self.redactor) for request in seen.finding.calls]
        if calls:
            return "\n".join(f"{number}. {line}" for number, line in enumerate(calls, start=1))
        request = seen.exchange.request
        return curl(request, self._locate, self.redactor) if request.url else ""

    def _locate(self, url: str) -> str:
        locate = getattr(self.target, "locate", None)
        if locate is not None:
            return str(locate(url))
        parts = urlsplit(url)
        here = f"http://127.0.0.1:{MOCK_PORT}" if self.target.kind == "mock" else f"{parts.scheme}://{parts.netloc}"
        return here + parts.path + (f"?{parts.query}" if parts.query else "")


def _do_not_wait(_seconds: float) -> None:
    """A mock is never busy: waiting before a retry would only cost time."""


def _matches(vendor: str, operation: str, pattern: str) -> bool:
    return fnmatchcase(operation, pattern) or fnmatchcase(f"{vendor}.{operation}", pattern)
