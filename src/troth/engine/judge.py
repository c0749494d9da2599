"""One exchange in, everything said about it out: views made once, checks in the order of cause before effect."""

from collections.abc import Mapping
from dataclasses import replace

from troth.checks.classes import Classifier, classifiers, lasting
from troth.checks.clauses import check_clauses
from troth.checks.conformance import Conformance
from troth.checks.decisions import Decision, check_decision, class_scope, decide
from troth.checks.scope import ScopeMaker
from troth.checks.terms import OperationTerms
from troth.model.exchange import Exchange, NoAnswer, Response
from troth.model.facts import Facts
from troth.model.ports import Judged
from troth.model.report import Finding, Judgement, Met, Promise
from troth.wire.soap import XsdValidator
from troth.wire.views import RequestView, ResponseView

_OUTAGES = (429, 502, 503, 504)
"""Statuses that say nothing about a promise unless a table or the case itself asked for them (design rule 7)."""


class OperationJudge:
    """Judges the exchanges of one operation against one target's world. Holds no state of a run.

    Args:
        terms: what is promised.
        facts: the target's world (facts given by earlier calls come with each exchange).
        xsd: the XML Schema of the vendor's SOAP messages.
    """

    def __init__(self, terms: OperationTerms, facts: Facts, xsd: XsdValidator | None = None) -> None:
        self.terms = terms
        self.facts = facts
        self._conformance = Conformance(terms.operation, xsd)
        self._classifiers: tuple[Classifier, ...] = classifiers(terms.inputs, facts)
        self._lasting: tuple[Classifier, ...] = classifiers([lasting(one) for one in terms.inputs], facts)
        self._scopes = ScopeMaker(terms.variables)
        self._shared = frozenset(term.clause.name for term in terms.clauses if term.contract.shared)
        self._decisions: dict[tuple[str | None, ...], tuple[Decision, Mapping[str, object]]] = {}

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Everything that can be said of one exchange."""
        operation = self.terms.operation
        request = RequestView(exchange.request, operation)
        holding = self._lasting if seen.stale else self._classifiers
        names = tuple(one.classify(request, seen.facts) for one in holding)
        if seen.stale:
            seen = replace(seen, facts=Facts())
        classes = {one.name: name for one, name in zip(self._classifiers, names, strict=True)}
        answer = exchange.answer
        if isinstance(answer, NoAnswer):
            return self._unjudged(
                exchange, classes, "TR901", f"no answer: {answer.reason}. {answer.detail}".rstrip(" .")
            )
        decision, class_names = self._decide(names, classes)
        if answer.status in _OUTAGES and not _expects(decision, answer.status):
            message = f"the target answered {answer.status}: it is busy or out of service"
            return self._unjudged(exchange, classes, "TR902", message)
        return self._judge_answer(exchange, request, answer, seen, classes, decision, class_names)

    def _judge_answer(
        self,
        exchange: Exchange,
        request: RequestView,
        answer: Response,
        seen: Judged,
        classes: Mapping[str, str | None],
        decision: Decision,
        class_names: Mapping[str, object],
    ) -> Judgement:
        response = ResponseView(answer)
        scope = self._scopes.make(request, response, seen.facts, seen.before, seen.after)
        scope.update(class_names)
        findings, unreadable = self._conformance.check(request, response)
        decided, met = check_decision(decision, scope, seen.facts, answer.status)
        said, clause_met = check_clauses(self.terms.clauses, scope, unreadable)
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
        met += clause_met
        findings += said
        promises = self.terms.class_promises
        for name, cls in classes.items():
            if cls is not None:
                met.append((promises[name, cls], Met.KEPT))
        status = self._conformance.documented_status(answer.status)
        if status is not None:
            met.append((self.terms.status_promises[status], Met.KEPT))
        return Judgement(exchange, self.terms.operation.name, tuple(findings), tuple(met), classes)

    def _decide(
        self, names: tuple[str | None, ...], classes: Mapping[str, str | None]
    ) -> tuple[Decision, Mapping[str, object]]:
        """The decision for these classes, remembered: the same classes always give the same one."""
        known = self._decisions.get(names)
        if known is None:
            known = (decide(self.terms, classes), class_scope(self.terms, classes))
            self._decisions[names] = known
        return known

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
