"""One exchange in, everything said about it out: views made once, checks in the order of cause before effect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from troth.judging.classes import Classifier, classifiers, lasting
from troth.judging.clauses import Plan, check_clauses, plan_clauses
from troth.judging.conformance import Conformance
from troth.judging.decisions import Decision, check_decision, class_scope, decide
from troth.judging.scope import ScopeMaker
from troth.judging.shortcut import Marks, Shortcut, Shortcuts
from troth.judging.terms import OperationTerms
from troth.model.exchange import OUTAGES, Exchange, NoAnswer, Response
from troth.model.facts import Facts
from troth.model.ports import Judged
from troth.model.report import Finding, Judgement, Met, Promise
from troth.wire.soap import XsdValidator
from troth.wire.views import RequestView, ResponseView

_Key = tuple[tuple[str | None, ...], int, bool, bool]
"""Classes, status, and whether nobody looked before and after."""


@dataclass(frozen=True, slots=True)
class _Situation:
    """What follows from an exchange's classes and status alone; the same for every exchange that shares them."""

    decision: Decision
    names: Mapping[str, object]
    """``login.ours`` → whether it is so."""
    plan: Plan
    marks: Marks
    """The classes and the status that were met."""
    shortcut: Shortcut | None


class OperationJudge:
    """Judges the exchanges of one operation against one target's world. Holds no state of a run.

    Args:
        terms: what is promised.
        facts: the target's world (facts given by earlier calls come with each exchange).
        xsd: the XML Schema of the vendor's SOAP messages.
        shortcuts: how to prove an answer right at one go before its rows and clauses are gone through, or None to go
            through them always; what is said is the same.
    """

    def __init__(
        self,
        terms: OperationTerms,
        facts: Facts,
        xsd: XsdValidator | None = None,
        shortcuts: Callable[[], Shortcuts] | None = Shortcuts,
    ) -> None:
        self.terms = terms
        self.facts = facts
        self.xsd = xsd
        self._conformance = Conformance(terms.operation, xsd)
        self._classifiers: tuple[Classifier, ...] = classifiers(terms.inputs, facts)
        self._lasting: tuple[Classifier, ...] = classifiers([lasting(one) for one in terms.inputs], facts)
        self._scopes = ScopeMaker(terms.variables)
        self._shared = frozenset(term.clause.name for term in terms.clauses if term.contract.shared)
        self._shortcuts = None if shortcuts is None else shortcuts()
        self._situations: dict[_Key, _Situation] = {}

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Everything that can be said of one exchange."""
        operation = self.terms.operation
        request = RequestView(exchange.request, operation)
        holding = self._lasting if seen.stale else self._classifiers
        names = tuple([one.classify(request, seen.facts) for one in holding])
        if seen.stale:
            seen = replace(seen, facts=Facts())
        classes = {one.name: name for one, name in zip(holding, names, strict=True)}
        answer = exchange.answer
        if isinstance(answer, NoAnswer):
            message = f"no answer: {answer.reason}. {answer.detail}".rstrip(" .")
            return self._unjudged(exchange, classes, "TR901", message)
        key = (names, answer.status, seen.before is None, seen.after is None)
        situation = self._situations.get(key) or self._situation(key, classes)
        if answer.status in OUTAGES and not _expects(situation.decision, answer.status):
            message = f"the target answered {answer.status}: it is busy or out of service"
            return self._unjudged(exchange, classes, "TR902", message)
        return self._judge_answer(exchange, request, answer, seen, classes, situation)

    def _judge_answer(
        self,
        exchange: Exchange,
        request: RequestView,
        answer: Response,
        seen: Judged,
        classes: Mapping[str, str | None],
        situation: _Situation,
    ) -> Judgement:
        response = ResponseView(answer)
        findings, unreadable = self._conformance.check(request, response)
        proven = None if situation.shortcut is None else situation.shortcut.marks(request, response, seen)
        if proven is not None:
            return Judgement(exchange, self.terms.operation.name, tuple(findings), proven, classes)
        scope = self._scopes.make(request, response, seen.facts, seen.before, seen.after, situation.names)
        decided, met = check_decision(situation.decision, scope, seen.facts, answer.status)
        said, clause_met = check_clauses(situation.plan, scope, unreadable)
        if decided or said:
            odd = seen.facts.closed and None in classes.values()
            shared_only = odd or not self._conformance.described(request, self.terms.inputs, classes)
            if shared_only:
                # Nobody described such a request (in a closed world, a value without a class is one that nobody thought
                # of): shapes and shared clauses still hold, the rest was never promised.
                decided, met = [], []
                said = [finding for finding in said if finding.subject in self._shared]
                clause_met = [(promise, how) for promise, how in clause_met if promise.name in self._shared]
            if decided:
                findings = _cause_first(findings, decided, unreadable)
            findings += said
        marks = (*met, *clause_met, *situation.marks)
        return Judgement(exchange, self.terms.operation.name, tuple(findings), marks, classes)

    def _situation(self, key: _Key, classes: Mapping[str, str | None]) -> _Situation:
        """What follows from these classes and this status, remembered."""
        terms, status = self.terms, key[1]
        scope = class_scope(terms, classes)
        marks = [(terms.class_promises[name, cls], Met.KEPT) for name, cls in classes.items() if cls is not None]
        documented = self._conformance.documented_status(status)
        if documented is not None:
            marks.append((terms.status_promises[documented], Met.KEPT))
        unseen = frozenset(name for name, missing in zip(("before", "after"), key[2:], strict=True) if missing)
        plan, decision = plan_clauses(terms.clauses, scope, status, unseen), decide(terms, classes)
        shortcut = None
        if self._shortcuts is not None:
            missing = unseen | {name for name, cls in classes.items() if cls is None}
            shortcut = self._shortcuts.make(plan, decision, status, scope, tuple(marks), missing)
        situation = self._situations[key] = _Situation(decision, scope, plan, tuple(marks), shortcut)
        return situation

    def _unjudged(self, exchange: Exchange, classes: Mapping[str, str | None], code: str, message: str) -> Judgement:
        operation = self.terms.operation
        finding = Finding(
            code=code,
            vendor=operation.vendor,
            operation=operation.name,
            subject="answer",
            message=message,
            basis=operation.basis,
            citation=None,
            position=operation.position,
            unjudged=True,
        )
        met: tuple[tuple[Promise, Met], ...] = ()
        return Judgement(exchange, operation.name, (finding,), met, classes)


def _expects(decision: Decision, status: int) -> bool:
    return any(str(status) in row.row.status for row in decision.rows)


def _cause_first(findings: list[Finding], decided: list[Finding], unreadable: bool) -> list[Finding]:
    """One fault, one finding: an unlisted status is the wrong one, and an unreadable body has no fields."""
    wrong_status = any(finding.where == "status" for finding in decided)
    if wrong_status:
        return [finding for finding in findings if finding.code != "TR101"] + decided
    return findings if unreadable else findings + decided
