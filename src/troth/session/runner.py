"""The order in which things happen: reset, earlier calls, look before, ask, look after, judge, count."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from time import perf_counter

from troth.cel.expressions import Failure
from troth.errors import TrothError
from troth.judging.judge import OperationJudge
from troth.judging.scope import ScopeMaker, exchange_tree
from troth.judging.terms import Terms
from troth.model.book import Book
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Built, Case, GivenCall, GivenFlow, Item, Judged, Judges, Observation, Target
from troth.model.report import Finding, ItemResult, Judgement, Promise, Reported, Verdict
from troth.session.tally import MetFinding, Tally
from troth.session.verdicts import Court
from troth.targets.live.permission import Conduct
from troth.wire.soap import XsdValidator
from troth.wire.views import RequestView, ResponseView


@dataclass(slots=True)
class _Progress:
    """What one item has come to so far."""

    findings: dict[tuple[str, ...], Finding] = field(default_factory=dict)
    exchanges: int = 0
    held: dict[str, None] = field(default_factory=dict)
    """Why cases were not sent."""


class Runner:
    """Runs items against a target. One runner serves the command line and pytest alike.

    Args:
        book: what was read.
        terms: the same, compiled.
        target: who answers.
        court: what findings are worth.
        watch: told every judge and its vendor before the judge is used; gives the judge to use.
        promises: what can be exercised beyond what the terms of operations promise (workflows).
        conduct: how to behave towards the target; without a word, everything may be asked.
    """

    def __init__(
        self,
        book: Book,
        terms: Terms,
        target: Target,
        court: Court,
        watch: Callable[[Judges, str], Judges] | None = None,
        promises: Iterable[Promise] = (),
        conduct: Conduct | None = None,
    ) -> None:
        self._book = book
        self._terms = terms
        self._target = target
        self._court = court
        self._watch = watch
        self._conduct = conduct or Conduct()
        self._judges: dict[tuple[str, int], Judges] = {}
        self._asked: list[Exchange] = []
        """What a case has come to so far: whoever shows a finding, or a crash, must know what is private in it."""
        self._worlds: list[Facts] = []
        self._xsd = {
            name: XsdValidator(vendor.spec.xsd) for name, vendor in book.vendors.items() if vendor.spec.xsd is not None
        }
        of_operations = (promise for terms_ in terms.operations.values() for promise in terms_.promises())
        self.tally = Tally(chain(of_operations, promises))

    def run(self, item: Item) -> ItemResult:
        """Run one item to its end; what goes wrong inside a check makes the item unjudged and names the check."""
        result = self._run(item)
        self.tally.end(result)
        return result

    def _run(self, item: Item) -> ItemResult:
        operation = item.operation
        halt = self._conduct.halted()
        if halt is not None:
            return ItemResult(
                item.name, item.source, operation.vendor, operation.name, Verdict.SKIPPED, 0, 0.0, (), halt.text
            )
        progress = _Progress()
        started = perf_counter()
        self._conduct.begin(item.name)
        self._asked.clear()
        try:
            item.drive(lambda case: self._case(case, item.name, progress))
        except TrothError:
            raise
        except Exception as error:  # noqa: BLE001 - rule 9: a crash in a check is named and the run goes on
            finding = _crash(operation, error)
            progress.findings[finding.fingerprint] = finding
            self.tally.add_finding(
                finding, item.name, self._asked[-1] if self._asked else _NOTHING, before=self._asked[:-1]
            )
        self._conduct.end()
        findings = tuple(progress.findings.values())
        verdict, skipped = self._court.verdict(findings), ""
        if not progress.exchanges and verdict is Verdict.KEPT:
            verdict, skipped = Verdict.SKIPPED, "; ".join(progress.held) or "nothing to send"
        return ItemResult(
            item.name,
            item.source,
            operation.vendor,
            operation.name,
            verdict,
            progress.exchanges,
            perf_counter() - started,
            findings,
            skipped,
        )

    def reported(self, met: MetFinding, curl: str = "") -> Reported:
        """A finding of the tally as a report shows it."""
        return self._court.report(met, curl)

    def _case(self, case: Case, item: str, progress: _Progress, inner: bool = False) -> Judgement:
        if not inner and not case.earlier and case.said is None:
            self._asked.clear()
        if case.said is None and case.recorded is None:
            permission = self._conduct.permission
            halt = self._conduct.halted()
            reason = halt.text if halt is not None else "" if permission is None else permission.forbids(case)
            if reason:
                return _held(case, reason, progress)
        judgement = self._judge(case, item, progress) if case.said is None else case.said
        if judgement.exchange.answer == _HELD:
            return judgement
        self._count(judgement, item, progress)
        progress.exchanges -= case.said is not None
        return judgement

    def _judge(self, case: Case, item: str, progress: _Progress) -> Judgement:
        undo: list[Callable[[], None]] = []
        try:
            judgement = self._ask(case, item, progress, undo)
            return _with_calls(judgement, case.earlier) if case.earlier and judgement.findings else judgement
        finally:
            for clean_up in reversed(undo):
                clean_up()

    def _ask(self, case: Case, item: str, progress: _Progress, undo: list[Callable[[], None]]) -> Judgement:
        operation = case.operation
        facts = case.facts or self._target.facts(operation.vendor)
        judge = self._judge_for(operation, facts)
        if case.recorded is not None:
            self._asked.append(case.recorded)
            return judge.judge(case.recorded, Judged(facts))
        if case.fresh_state:
            self._target.reset(operation.vendor)
        try:
            facts = self._give(case.given, facts, item, progress, undo)
            built = case.build(facts)
        except KeyError as missing:
            return _without_fact(case, str(missing.args[0]))
        facts = replace(facts, minted=facts.minted | built.minted)
        permission = self._conduct.permission
        reason = "" if permission is None else permission.forbids_request(operation, built.request, facts)
        if reason:
            return _held(case, reason, progress)
        before = self._observe(case.observation, built, facts, item, progress)
        exchange = self._send(built.request)
        after = self._observe(case.observation, built, facts, item, progress, stale=True)
        seen = Judged(facts, before, after, case.stale)
        judgement = judge.judge(exchange, seen)
        if not self._conduct.ask_again or operation.effect not in _REPEATABLE or not _against(judgement):
            return judgement
        again = judge.judge(self._send(built.request), seen)
        first, second = _steadiness(judgement, again)
        self._count(second, item, progress)
        return first

    def _send(self, request: Request) -> Exchange:
        exchange = self._target.send(request)
        self._asked.append(exchange)
        return exchange

    def _give(
        self,
        calls: tuple[GivenCall | GivenFlow, ...],
        facts: Facts,
        item: str,
        progress: _Progress,
        undo: list[Callable[[], None]],
    ) -> Facts:
        for call in calls:
            if isinstance(call, GivenFlow):
                made, clean_up = call.begin(lambda step: self._case(step, item, progress, inner=True))
                undo.append(clean_up)
                facts = replace(facts, given={**facts.given, call.name: made})
                continue
            built = call.build(facts)
            asked = replace(facts, minted=facts.minted | built.minted)
            exchange = self._send(built.request)
            judgement = self._judge_for(call.operation, facts).judge(exchange, Judged(asked))
            self._count(judgement, item, progress)
            if judgement.findings:
                raise KeyError(f"$given.{call.name} ({call.operation} did not keep its promises)")
            value = self._take(call, exchange, facts)
            facts = replace(facts, given={**facts.given, call.name: value})
        return facts

    def _take(self, call: GivenCall, exchange: Exchange, facts: Facts) -> object:
        take = call.take
        if isinstance(exchange.answer, NoAnswer):
            raise KeyError(f"$given.{call.name}")
        request, response = RequestView(exchange.request, call.operation), ResponseView(exchange.answer)
        value = take.evaluate(ScopeMaker(take.variables).make(request, response, facts))
        if isinstance(value, Failure):
            raise KeyError(f"$given.{call.name} ({value.message})")
        return value

    def _observe(
        self,
        observation: Observation | None,
        built: Built,
        facts: Facts,
        item: str,
        progress: _Progress,
        stale: bool = False,
    ) -> Mapping[str, object] | None:
        if observation is None:
            return None
        try:
            asked = observation.build(built.request, facts)
        except KeyError:
            # The target does not give a fact that the look needs: nothing was seen, so nothing is said of it.
            return None
        if asked is None:
            return None
        exchange = self._send(asked.request)
        seen = Judged(replace(facts, minted=facts.minted | asked.minted), stale=stale)
        self._count(self._judge_for(observation.operation, facts).judge(exchange, seen), item, progress)
        return exchange_tree(ResponseView(exchange.answer)) if isinstance(exchange.answer, Response) else None

    def _count(self, judgement: Judgement, item: str, progress: _Progress) -> None:
        progress.exchanges += 1
        self.tally.add(judgement, item, self._asked if judgement.findings else ())
        for finding in judgement.findings:
            progress.findings.setdefault(finding.fingerprint, finding)

    def _judge_for(self, operation: Operation, facts: Facts) -> Judges:
        """The judge of an operation in a world; worlds are few and live as long as the run."""
        key = (str(operation), id(facts.world))
        judge = self._judges.get(key)
        if judge is None:
            self._worlds.append(facts)
            terms = self._terms.operations[str(operation)]
            own = OperationJudge(terms, facts, self._xsd.get(operation.vendor))
            judge = own if self._watch is None else self._watch(own, operation.vendor)
            self._judges[key] = judge
        return judge


def _against(judgement: Judgement) -> frozenset[tuple[str, ...]]:
    return frozenset(finding.fingerprint for finding in judgement.findings if not finding.unjudged)


def _steadiness(first: Judgement, second: Judgement) -> tuple[Judgement, Judgement]:
    """Both judgements, their findings saying whether the same request met them both times."""
    both = _against(first) & _against(second)
    if any(finding.code in ("TR901", "TR902") for finding in second.findings):
        return first, second  # No second answer, so nothing is known of steadiness.
    return _marked(first, both), _marked(second, both)


def _marked(judgement: Judgement, both: frozenset[tuple[str, ...]]) -> Judgement:
    findings = tuple(
        finding
        if finding.unjudged
        else replace(finding, message=finding.message + (_STABLE if finding.fingerprint in both else _FLAKY))
        for finding in judgement.findings
    )
    return replace(judgement, findings=findings)


def _held(case: Case, reason: str, progress: _Progress) -> Judgement:
    """What is said of a case that was not sent: nothing, and that it was not."""
    progress.held.setdefault(reason)
    url = case.operation.server + case.operation.path
    return Judgement(Exchange(Request(case.operation.method, url), _HELD), case.operation.name, (), (), {})


def _with_calls(judgement: Judgement, earlier: tuple[Request, ...]) -> Judgement:
    """Findings of a step in a sequence say which requests led there."""
    calls = (*earlier, judgement.exchange.request)
    return replace(judgement, findings=tuple(replace(found, calls=calls) for found in judgement.findings))


def _without_fact(case: Case, fact: str) -> Judgement:
    operation = case.operation
    finding = Finding(
        code="TR903",
        vendor=operation.vendor,
        operation=operation.name,
        subject=case.name,
        message=f"the target does not give the fact {fact}",
        basis=operation.basis,
        citation=None,
        position=operation.position,
        unjudged=True,
    )
    return Judgement(
        Exchange(Request(operation.method, operation.server + operation.path), _UNSENT),
        operation.name,
        (finding,),
        (),
        {},
    )


def _crash(operation: Operation, error: Exception) -> Finding:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    name = (
        place.tb_frame.f_code.co_qualname
        if place is not None and hasattr(place.tb_frame.f_code, "co_qualname")
        else "?"
    )
    return Finding(
        code="TR905",
        vendor=operation.vendor,
        operation=operation.name,
        subject=name,
        message=f"Troth itself failed in {name}: {type(error).__name__}: {error}",
        basis=operation.basis,
        citation=None,
        position=operation.position,
        unjudged=True,
    )


_NOTHING = Exchange(Request("", ""), NoAnswer(Silence.MALFORMED))
_HELD = NoAnswer(Silence.NOT_SENT, "held back")
_REPEATABLE = ("safe", "idempotent")
_STABLE = " (asked twice, the same both times)"
_FLAKY = " (asked twice, only once: flaky)"
_UNSENT = NoAnswer(Silence.NOT_RECORDED, "not sent")
