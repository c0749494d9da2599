"""The cases of one item, each in the same order: reset, earlier calls, look before, ask, look after, judge, count."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from troth.cel.expressions import Failure
from troth.judging.scope import ScopeMaker, exchange_tree
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import (
    Built,
    Case,
    CaseToSend,
    GivenCall,
    GivenFlow,
    Judged,
    JudgedCase,
    Judges,
    Observation,
    RecordedCase,
    Target,
)
from troth.model.report import Finding, Judgement
from troth.session.tally import Tally
from troth.targets.live.conduct import Conduct
from troth.wire.views import RequestView, ResponseView


class Asking:
    """Has the cases of one item sent and judged, and counts what they come to.

    Args:
        item: the item's name.
        target: who answers.
        conduct: how to behave towards the target.
        judge_for: the judge of an operation in a world.
        tally: where judgements are counted.
        clean: gives a finding without secrets, while what its exchange brought is still known.
    """

    def __init__(
        self,
        item: str,
        target: Target,
        conduct: Conduct,
        judge_for: Callable[[Operation, Facts], Judges],
        tally: Tally,
        clean: Callable[[Finding], Finding],
    ) -> None:
        self._item = item
        self._target = target
        self._conduct = conduct
        self._judge_for = judge_for
        self._tally = tally
        self._clean = clean
        self.findings: dict[tuple[str, ...], Finding] = {}
        """By fingerprint, each the first time that it was met."""
        self.exchanges = 0
        """How many exchanges were judged."""
        self.held: dict[str, None] = {}
        """Why cases were not sent."""
        self.asked: list[Exchange] = []
        """What the current case has come to so far: whoever shows a finding, or a crash, must know what is private in
        it."""

    def judge(self, case: Case) -> Judgement:
        """Everything that is to be said of a case; counted."""
        if isinstance(case, JudgedCase):
            self._count(case.judgement)
            return case.judgement
        if isinstance(case, RecordedCase):
            self.asked = [case.exchange]
            return self._exchanged(self._judge_for(case.operation, case.facts).judge(case.exchange, Judged(case.facts)))
        if not case.earlier:
            self.asked.clear()
        return self._send_case(case)

    def crashed(self, finding: Finding) -> None:
        """Count a finding about Troth itself, shown by the last exchange of the current case."""
        finding = self._clean(finding)
        self.findings[finding.fingerprint] = finding
        last = self.asked[-1] if self.asked else _NOTHING
        self._tally.add_finding(finding, self._item, last, before=self.asked[:-1])

    def _send_case(self, case: CaseToSend) -> Judgement:
        permission = self._conduct.permission
        halt = self._conduct.halted()
        reason = halt.text if halt is not None else "" if permission is None else permission.forbids(case)
        if reason:
            return self._hold(case, reason)
        undo: list[Callable[[], None]] = []
        try:
            judgement = self._ask(case, undo)
        finally:
            for clean_up in reversed(undo):
                clean_up()
        if judgement.exchange.answer == _HELD:
            return judgement
        return self._exchanged(_with_calls(judgement, case.earlier) if case.earlier else judgement)

    def _ask(self, case: CaseToSend, undo: list[Callable[[], None]]) -> Judgement:
        operation = case.operation
        facts = self._target.facts(operation.vendor)
        judge = self._judge_for(operation, facts)
        reset = self._target.abilities(operation.vendor).reset
        if case.fresh_state and reset is not None:
            reset()
        try:
            facts = self._give(case.given, facts, undo)
            built = case.build(facts)
        except KeyError as missing:
            return _without_fact(case, str(missing.args[0]))
        facts = replace(facts, minted=facts.minted | built.minted)
        permission = self._conduct.permission
        reason = "" if permission is None else permission.forbids_request(operation, built.request, facts)
        if reason:
            return self._hold(case, reason)
        before = self._observe(case.observation, built, facts)
        exchange = self._send(built)
        after = self._observe(case.observation, built, facts, stale=True)
        seen = Judged(facts, before, after, case.stale)
        judgement = judge.judge(exchange, seen)
        if not self._conduct.ask_again or operation.effect not in _REPEATABLE or not _against(judgement):
            return judgement
        again = judge.judge(self._send(built, again=True), replace(seen, again=True))
        first, second = _steadiness(judgement, again)
        self._exchanged(second)
        return first

    def _send(self, built: Built, again: bool = False) -> Exchange:
        """Send a request; ``again`` where it repeats one whose answer broke a promise."""
        self._conduct.announce(built.minted, again)
        exchange = self._target.send(built.request)
        self.asked.append(exchange)
        return exchange

    def _give(self, calls: tuple[GivenCall | GivenFlow, ...], facts: Facts, undo: list[Callable[[], None]]) -> Facts:
        for call in calls:
            if isinstance(call, GivenFlow):
                value, clean_up = call.begin(self._within)
                undo.append(clean_up)
            else:
                value = self._call(call, facts)
            facts = replace(facts, given={**facts.given, call.name: value})
        return facts

    def _within(self, case: Case) -> Judgement:
        """A case of a workflow that runs before the current case, and belongs to it."""
        return self._send_case(case) if isinstance(case, CaseToSend) else self.judge(case)

    def _call(self, call: GivenCall, facts: Facts) -> object:
        """The fact that an earlier call makes.

        Raises:
            KeyError: it made none, or did not keep its promises.
        """
        built = call.build(facts)
        asked = replace(facts, minted=facts.minted | built.minted)
        exchange = self._send(built)
        judgement = self._judge_for(call.operation, facts).judge(exchange, Judged(asked))
        self._exchanged(judgement)
        if judgement.findings:
            raise KeyError(f"$given.{call.name} ({call.operation} did not keep its promises)")
        if isinstance(exchange.answer, NoAnswer):
            raise KeyError(f"$given.{call.name}")
        request, response = RequestView(exchange.request, call.operation), ResponseView(exchange.answer, call.operation)
        value = call.take.evaluate(ScopeMaker(call.take.variables).make(request, response, facts))
        if isinstance(value, Failure):
            raise KeyError(f"$given.{call.name} ({value.message})")
        return value

    def _observe(
        self, observation: Observation | None, built: Built, facts: Facts, stale: bool = False
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
        exchange = self._send(asked)
        seen = Judged(replace(facts, minted=facts.minted | asked.minted), stale=stale)
        self._exchanged(self._judge_for(observation.operation, facts).judge(exchange, seen))
        return (
            exchange_tree(ResponseView(exchange.answer, observation.operation))
            if isinstance(exchange.answer, Response)
            else None
        )

    def _exchanged(self, judgement: Judgement) -> Judgement:
        self.exchanges += 1
        self._count(judgement)
        return judgement

    def _count(self, judgement: Judgement) -> None:
        judgement = replace(judgement, findings=tuple(map(self._clean, judgement.findings)))
        self._tally.add(judgement, self._item, self.asked if judgement.findings else ())
        for finding in judgement.findings:
            self.findings.setdefault(finding.fingerprint, finding)

    def _hold(self, case: CaseToSend, reason: str) -> Judgement:
        """What is said of a case that is not sent: nothing, and that it was not."""
        self.held.setdefault(reason)
        return Judgement(Exchange(_template(case.operation), _HELD), case.operation.name, (), (), {})


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


def _with_calls(judgement: Judgement, earlier: tuple[Request, ...]) -> Judgement:
    """Findings of a step in a sequence say which requests led there."""
    calls = (*earlier, judgement.exchange.request)
    return replace(judgement, findings=tuple(replace(finding, calls=calls) for finding in judgement.findings))


def _without_fact(case: CaseToSend, fact: str) -> Judgement:
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
    return Judgement(Exchange(_template(operation), _UNSENT), operation.name, (finding,), (), {})


def _template(operation: Operation) -> Request:
    """What stands for the request of a case for which none was made."""
    return Request(operation.method, operation.url(operation.path))


_NOTHING = Exchange(Request("", ""), NoAnswer(Silence.MALFORMED))
_HELD = NoAnswer(Silence.NOT_SENT, "held back")
_REPEATABLE = ("safe", "idempotent")
_STABLE = " (asked twice, the same both times)"
_FLAKY = " (asked twice, only once: flaky)"
_UNSENT = NoAnswer(Silence.NOT_RECORDED, "not sent")
