"""How a run ends: one conclusion for every front door, from what its tally holds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from time import perf_counter

from troth.errors import ExitCode
from troth.model.conclusion import conclude
from troth.model.operation import Basis
from troth.model.report import Count, ItemResult, Kind, Reason, Report, Reported, Verdict, Why
from troth.model.waivers import Waiver
from troth.reporting.wording import number
from troth.session.run import Run
from troth.session.tally import exercisable
from troth.waivers.removable import OperationKey, RunEvidence, removable, unclear_places

_MET_UNJUDGED = (Why.MET_WITHOUT_LOOK, Why.MET_WITHOUT_PART)


_UNAUTHORIZED = frozenset(("401", "403"))

Answers = Mapping[tuple[str, str, str], int]
"""Vendor, operation, and the status or why there was no answer → how many exchanges."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a front door knows of the end of a run, and the run does not."""

    interruption: ExitCode | None = None
    """The run was interrupted, and by what."""
    asked: frozenset[OperationKey] | None = None
    """The operations that the user asked for beyond what the options say; None for all."""
    narrowed: bool = False
    """Single items were chosen, so that what an operation requires may have been left out."""


def conclude_run(run: Run, ending: Ending | None = None) -> Report:
    """The complete report of a run, with its verdict, its exit code and the reasons; free of secrets."""
    ending = ending or Ending()
    results = tuple(_weighed(run, result) for result in run.results())
    counts = tuple(_counts(run, ending))
    findings = run.reported_findings()
    unrecorded = run.unrecorded()
    answers = run.runner.tally.answers
    reasons = [
        *_interruption(ending),
        *run.refusals,
        *_halt(run, results),
        *reasons_of(findings, results, filter(run.is_allowed, counts), run.options.complete, ending.narrowed),
        *_unauthorized(counts, answers),
        *_unrecorded(unrecorded),
        *unbalanced(counts, answers),
    ]
    conclusion = conclude(reasons)
    report = Report(
        run=run.facts(),
        items=results,
        findings=findings,
        counts=counts,
        seconds=perf_counter() - run.clock,
        verdict=conclusion.verdict,
        exit_code=conclusion.exit_code,
        reasons=conclusion.reasons,
        removable=() if ending.narrowed or ending.interruption else removable_waivers(run, results),
        unrecorded=unrecorded,
        unchecked=tuple(part for vendor in run.book.vendors.values() for part in vendor.spec.unchecked),
        answers=answers,
    )
    return run.redactor.clean(report)


def reasons_of(
    findings: Iterable[Reported],
    results: Iterable[ItemResult],
    counts: Iterable[Count],
    complete: bool = False,
    narrowed: bool = False,
) -> Iterator[Reason]:
    """Why what was judged does not end with 0.

    Args:
        findings: all of them, weighed.
        results: how items ended.
        counts: the promises that could be exercised.
        complete: everything that a request can provoke was to be exercised.
        narrowed: what is marked ``required`` may have been left out.
    """
    reported, ended = tuple(findings), tuple(results)
    yield from _broken(reported)
    yield from _crashes(reported)
    known = tuple(counts)
    yield from _unanswered(ended)
    if ended:
        yield from _unjudged(known)
    yield from _gaps(known, complete, narrowed)


def _weighed(run: Run, result: ItemResult) -> ItemResult:
    """A result with the verdict that today's waivers give it: it may come from an earlier attempt."""
    if result.verdict is Verdict.SKIPPED:
        return result
    return replace(result, verdict=run.court.verdict(result.findings))


def _counts(run: Run, ending: Ending) -> Iterator[Count]:
    for count in run.runner.tally.counts():
        place = (count.promise.vendor, count.promise.operation)
        if run.in_scope(*place) and (ending.asked is None or place in ending.asked):
            yield count


def _interruption(ending: Ending) -> Iterator[Reason]:
    if ending.interruption is not None:
        text = "interrupted: the report covers what was judged before"
        yield Reason("interrupted", text, ending.interruption)


def _broken(findings: Iterable[Reported]) -> Iterator[Reason]:
    broken = [reported for reported in findings if reported.verdict is Verdict.BROKEN]
    if broken:
        verb = "is" if len(broken) == 1 else "are"
        yield Reason("broken", f"{number(len(broken), 'promise')} {verb} broken", ExitCode.BROKEN)
    for reported in broken:
        waiver = reported.waiver
        if waiver is not None:
            yield Reason("waiver-expired", f"a waiver expired on {waiver.until}: {waiver.finding}", ExitCode.BROKEN)


def _crashes(findings: Iterable[Reported]) -> Iterator[Reason]:
    for reported in findings:
        if reported.finding.code == "TR905":
            yield Reason("crash", reported.finding.message, ExitCode.CRASHED)


def _halt(run: Run, results: tuple[ItemResult, ...]) -> Iterator[Reason]:
    halt = run.reached.conduct.halted()
    if halt is not None:
        left = sum(1 for result in results if result.skipped == halt.text)
        yield replace(halt.reason, text=f"{halt.text}; {left} of {number(len(results), 'item')} were not run")


def _unanswered(results: tuple[ItemResult, ...]) -> Iterator[Reason]:
    if not results:
        yield Reason("nothing-selected", "nothing was selected, so nothing was judged", ExitCode.NOT_JUDGED)
        return
    judged = any(result.exchanges and result.verdict is not Verdict.UNJUDGED for result in results)
    silent = sum(1 for result in results if any(finding.code == "TR901" for finding in result.findings))
    if not judged:
        yield Reason("nothing-judged", "nothing could be judged", ExitCode.NOT_JUDGED)
    elif silent:
        text = f"{silent} of {number(len(results), 'item')} got no answer from the target"
        yield Reason("no-answer", text, ExitCode.NOT_JUDGED)


def _unjudged(counts: tuple[Count, ...]) -> Iterator[Reason]:
    """A run that held no answer to any promise is not green, nor is one that let a documented promise pass unjudged."""
    if not any(count.exercised for count in counts if count.promise.kind is not Kind.CLASS):
        yield Reason("no-promise-judged", "not one promise was judged", ExitCode.NOT_JUDGED)
        return
    for count in counts:
        met = sum(count.why.get(reason, 0) for reason in _MET_UNJUDGED)
        if met and not count.kept and not count.broken and count.promise.basis is Basis.DOCUMENTED:
            text = f"{count.promise.id} applied to {number(met, 'answer')} and was never judged"
            yield Reason("met-not-judged", text, ExitCode.NOT_JUDGED)


def _gaps(counts: Iterable[Count], complete: bool, narrowed: bool) -> Iterator[Reason]:
    """Promises that were to be exercised and were not: a green run that exercised nothing is the worst there is."""
    for count in counts:
        if count.exercised:
            continue
        if count.promise.required and not narrowed:
            text = f"the required clause {count.promise.id} was not exercised"
            yield Reason("required-not-exercised", text, ExitCode.INCOMPLETE)
        elif complete and exercisable(count):
            yield Reason("not-exercised", f"{count.promise.id} was not exercised", ExitCode.INCOMPLETE)


def _unrecorded(unrecorded: dict[str, int]) -> Iterator[Reason]:
    for reason, count in unrecorded.items():
        text = f"not recorded: {number(count, 'exchange')}, since {reason}"
        yield Reason("not-recorded", text, ExitCode.INCOMPLETE)


def _unauthorized(counts: Iterable[Count], answers: Answers) -> Iterator[Reason]:
    """Where the spec alone is judged by, a service that lets nobody in keeps every shape that it was asked for."""
    statuses = {outcome for _, _, outcome in answers}
    decided = any(count.exercised for count in counts if count.promise.kind in (Kind.ROW, Kind.CLAUSE))
    if statuses and statuses <= _UNAUTHORIZED and not decided:
        asked = number(sum(answers.values()), "request")
        text = f"{asked} and every answer was {' or '.join(sorted(statuses))}: give credentials, by `x-security` in a "
        text += "world file (--world) or by `authentication` of a target in troth.toml"
        yield Reason("unauthorized", text, ExitCode.NOT_JUDGED)


def unbalanced(counts: Iterable[Count], answers: Answers) -> Iterator[Reason]:
    """The law of conservation: every promise of an operation is counted once on each of its judged exchanges."""
    judged: dict[OperationKey, int] = {}
    for (vendor, operation, _), exchanges in answers.items():
        judged[vendor, operation] = judged.get((vendor, operation), 0) + exchanges
    for count in counts:
        promise = count.promise
        exchanges = judged.get((promise.vendor, promise.operation), 0)
        if promise.kind is not Kind.WORKFLOW and count.exchanges != exchanges:
            text = (
                f"{promise.id} was counted on {count.exchanges} of {number(exchanges, 'exchange')}: a mistake of ours"
            )
            yield Reason("unbalanced", text, ExitCode.CRASHED)


def removable_waivers(run: Run, results: Iterable[ItemResult]) -> tuple[Waiver, ...]:
    """The waivers that a run has shown to be removable; none where sources or examples were restricted.

    Args:
        run: the run, at its end.
        results: how its items ended.
    """
    options, waivers = run.options, run.court.waivers
    restricted = options.sources or options.budget.examples is not None or run.reached.conduct.halted()
    findings = [met.finding for met in run.runner.tally.findings()]
    matched = frozenset(waiver.finding for waiver in map(run.court.waiver_of, findings) if waiver is not None)
    if restricted or all(waiver.finding in matched for waiver in waivers):
        return ()
    items: dict[OperationKey, set[str]] = {}
    for item in run.items:
        items.setdefault((item.operation.vendor, item.operation.name), set()).add(item.name)
    evidence = RunEvidence(
        matched,
        unclear_places(findings),
        results,
        run.runner.tally.counts(),
        {place: frozenset(names) for place, names in items.items()},
    )
    return removable(waivers, evidence)
