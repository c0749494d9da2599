"""Which parts make up a run. The only module that knows every room; what varies is a row in a table here."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from importlib import import_module
from pathlib import Path
from time import perf_counter, sleep

from troth import __version__
from troth.arazzo.given import GivenWorkflows
from troth.arazzo.source import WorkflowsSource
from troth.arazzo.surroundings import Surroundings
from troth.errors import ExitCode, InputInvalid, UsageInvalid, did_you_mean
from troth.judging.lint import lint_world
from troth.model.ports import Depth, Item, Judges, RunOptions, Source, Target
from troth.model.report import Count, Finding, ItemResult, Reason, Reported, RunFacts
from troth.reporting.curl import curl
from troth.secrets.project_key import key_for_marks
from troth.session.credentials import probe_credentials
from troth.session.events import Event, FindingMet
from troth.session.open import Opened, open_all
from troth.session.reach import Reached, Selection, reach, secret_names, told_facts
from troth.session.redaction import clean_event
from troth.session.runner import Runner
from troth.session.tally import MetFinding
from troth.session.verdicts import Court
from troth.sources.cases import CasesSource
from troth.sources.lint import lint_values
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
        self.extensions = selection.extensions
        opened = opened or open_all(selection)
        self.book, self.terms, self.workflows = opened.book, opened.terms, opened.workflows
        reached = reach(selection, self.book, self.terms) if target is None else Reached(target)
        self.reached = replace(reached, conduct=reached.conduct.within(options.budget.seconds, perf_counter))
        self.target = self.reached.target
        self.redactor = selection.redactor
        self._learn_facts(selection.here)
        self._check_names()
        self._check_world()
        spoken_of = (one for one in options.waivers if one.target in ("", selection.target))
        self.court = Court(options.fail_on, spoken_of, options.today)
        promises = self.workflows.promises()
        watch = self.extensions.watch(options.checks, self.book, watch)
        conduct = self.reached.conduct
        self.runner = Runner(
            self.book, self.terms, self.target, self.court, watch, promises, conduct, self._clean_finding
        )
        self._authenticated = frozenset(selection.settings.authentication) if selection.settings is not None else ()
        self._variables = tuple(selection.settings.secrets.values()) if selection.settings is not None else ()
        self._probed: set[str] = set()
        self.refusals: list[Reason] = []
        """Vendors that do not take our credentials: nothing of theirs is judged."""
        self._started = datetime.now(UTC)
        self.clock = perf_counter()

    def _learn_facts(self, here: Path) -> None:
        """Have the facts hidden that are secret; of somebody's service those about a person and what answers bring."""
        self.redactor.learn(secret_names(self.book, self.target))
        if self.target.kind == "live":
            personal, public = told_facts(self.book, self.target)
            self.redactor.learn(personal)
            self.redactor.look_into_answers(public, key_for_marks(here, os.environ))
            self.target = LearningTarget(self.target, self.redactor)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Everything to run, nothing sent; the brief first, before a budget is spent on combinations of the same.

        At the depth ``brief`` there is nothing else.
        """
        recorded = self._recorded_items()
        only_brief = self.options.budget.depth is Depth.BRIEF
        items = [
            item
            for source in self._sources()
            for item in source.items()
            if self._wanted(item)
            and (item.brief or not only_brief)
            and (recorded is None or source.name == "recordings" or item.name in recorded)
        ]
        return tuple(sorted(items, key=lambda item: not item.brief))

    def run(self, item: Item) -> ItemResult:
        """Run one item; of a live vendor only where it takes the credentials that we have."""
        vendor = item.operation.vendor
        if self.target.kind == "live" and vendor not in self._probed:
            self._probed.add(vendor)
            self._probe(vendor)
        return self.runner.run(item)

    def _probe(self, vendor: str) -> None:
        authenticated = vendor in self._authenticated or "" in self._authenticated
        probe = probe_credentials(self.terms, vendor, self.target, self.options.budget.seed, authenticated)
        if probe is not None and probe.refused:
            names = ", ".join(sorted(set(self._variables)))
            text = f"{vendor} refuses the credentials that we have: {probe.line}"
            text += f"; check {names}" if names else "; check the facts of the target"
            self.refusals.append(Reason("credentials-refused", text, ExitCode.OURS))
            self.runner.refuse(vendor, text)

    def results(self) -> tuple[ItemResult, ...]:
        """How items ended, in the order of the plan."""
        order = {item.name: place for place, item in enumerate(self.items)}
        return tuple(sorted(self.runner.tally.results(), key=lambda result: order.get(result.name, len(order))))

    def reported_findings(self) -> tuple[Reported, ...]:
        """All findings as a report shows them."""
        return tuple(map(self._reported, self.runner.tally.findings()))

    def _clean_finding(self, finding: Finding) -> Finding:
        """A finding without secrets; the requests in it stay, for the line that sends them again."""
        return replace(self.redactor.clean(replace(finding, calls=())), calls=finding.calls)

    def _reported(self, met: MetFinding) -> Reported:
        """A finding as a report shows it, free of secrets: of those too that earlier exchanges of its case brought."""
        for exchange in (*met.before, met.exchange):
            self.redactor.learn_exchange(exchange)
        return self.redactor.clean(self.runner.reported(met, self._curl(met)))

    def unrecorded(self) -> dict[str, int]:
        """Why exchanges could not be recorded → how many, in this process and in those whose events were absorbed."""
        refused = dict(self.runner.tally.unrecorded)
        if self.reached.recorder is not None:
            for reason, count in self.reached.recorder.recorded.refused.items():
                refused[reason] = refused.get(reason, 0) + count
        return refused

    def events(self) -> list[Event]:
        """What this process came to, for another one to absorb; without secrets."""
        self.runner.tally.unrecorded = self.unrecorded()
        return [self.clean(event) for event in self.runner.tally.events()]

    def clean(self, event: Event) -> Event:
        """An event without secrets, so that it may be written down."""
        if isinstance(event, FindingMet):
            for exchange in self.runner.tally.before(event.finding):
                self.redactor.learn_exchange(exchange)
        return clean_event(event, self.redactor)

    def reported(self, result: ItemResult) -> list[Reported]:
        """One item's findings as a report shows them."""
        fingerprints = {finding.fingerprint for finding in result.findings}
        met_findings = self.runner.tally.findings()
        return [self._reported(met) for met in met_findings if met.finding.fingerprint in fingerprints]

    def facts(self) -> RunFacts:
        """What a report begins with."""
        return RunFacts(
            target=self.target.name,
            target_kind=self.target.kind,
            build=self.reached.build,
            specs_sha256=self.book.specs_sha256,
            contracts_sha256=self.book.contracts_sha256,
            seed=self.options.budget.seed,
            started=self._started.isoformat(timespec="seconds"),
            version=__version__,
            fail_on=self.options.fail_on,
        )

    def _sources(self) -> Iterator[Source]:
        options = self.options
        allowed = self.reached.sources or SOURCES
        wanted = options.sources or allowed
        around = self._surroundings()
        flows = GivenWorkflows(around, options.budget)
        if "cases" in wanted:
            yield CasesSource(self.terms, self.target.facts, options.budget, flows)
        if "properties" in wanted:
            # Schemathesis costs a fifth of a second to import, so it is fetched when it is first needed.
            room = import_module("troth.sources.properties.source")
            yield room.PropertiesSource(self.book, self.terms, self.target.facts, options.budget, flows)
        if "workflows" in wanted:
            resettable = self.book.vendors.values() if self.target.kind == "mock" else ()
            yield WorkflowsSource(around, options.budget, resettable)
        if "recordings" in wanted:
            yield RecordingsSource(self.book)
        for name in wanted:
            if name not in SOURCES:
                yield self.extensions.source(name, self.book, self.target.facts, options.budget)

    def _recorded_items(self) -> frozenset[str] | None:
        """On a replay the items that were recorded, unless the user names sources; None where all are to run."""
        if self.target.kind != "replay" or self.options.sources:
            return None
        return frozenset(one.item for vendor in self.book.vendors.values() for one in vendor.recordings)

    def is_allowed(self, count: Count) -> bool:
        """Whether the target allows what the promise is about to be asked."""
        permission = self.reached.conduct.permission
        terms = self.terms.operations.get(f"{count.promise.vendor}.{count.promise.operation}")
        return permission is None or terms is None or terms.operation.effect in permission.effects

    def _surroundings(self) -> Surroundings:
        target = self.target
        wait = sleep if target.kind == "live" else _do_not_wait
        return Surroundings(self.workflows, self.terms, target.facts, wait, target.abilities)

    def _wanted(self, item: Item) -> bool:
        return self.in_scope(item.operation.vendor, item.operation.name)

    def in_scope(self, vendor: str, operation: str) -> bool:
        """Whether the user asked for this operation."""
        patterns = self.options.operations
        return not patterns or any(_matches(vendor, operation, one) for one in patterns)

    def _check_world(self) -> None:
        facts_of = self.target.facts
        problems = [problem for name in self.book.vendors for problem in lint_world(self.terms, name, facts_of(name))]
        problems += lint_values(self.terms, facts_of)
        if problems:
            raise InputInvalid(problems)

    def _check_names(self) -> None:
        self.extensions.refuse_source_names(name for name in self.options.sources if name in SOURCES)
        outside = self.extensions.source_names if self.options.sources else ()
        known = (*SOURCES, *outside)
        for name in self.options.sources:
            if name not in known:
                raise UsageInvalid(f"unknown source {name!r} for --only: {did_you_mean(name, known)}")
            if name not in (self.reached.sources or known):
                raise UsageInvalid(f"{name} would make requests up: allow it on this target with fuzzing = true")
        names = [operation.name for operation in self.book.operations()]
        for pattern in self.options.operations:
            if not any(_matches(operation.vendor, operation.name, pattern) for operation in self.book.operations()):
                raise UsageInvalid(f"no operation matches {pattern!r}: {did_you_mean(pattern, names)}")

    def _curl(self, met: MetFinding) -> str:
        locate = self.target.abilities(met.finding.vendor).locate or _as_documented
        calls = [curl(request, locate, self.redactor) for request in met.finding.calls]
        if calls:
            return "\n".join(f"{number}. {line}" for number, line in enumerate(calls, start=1))
        request = met.exchange.request
        return curl(request, locate, self.redactor) if request.url else ""


def _as_documented(url: str) -> str:
    """The address of a request on a target that has none of its own."""
    return url


def _do_not_wait(_seconds: float) -> None:
    """A mock is never busy: waiting before a retry would only cost time."""


def _matches(vendor: str, operation: str, pattern: str) -> bool:
    return fnmatchcase(operation, pattern) or fnmatchcase(f"{vendor}.{operation}", pattern)
