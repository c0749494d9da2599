"""One exchange in, everything said about it out: views made once, checks in the order of cause before effect."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from troth.judging.classes import Classifier, classifiers, lasting
from troth.judging.clauses import ClauseOutcome, Plan, check_clauses, plan_clauses
from troth.judging.conformance import Conformance
from troth.judging.decisions import Decision, RowOutcome, check_decision, class_scope, decide
from troth.judging.scope import ScopeMaker
from troth.judging.shortcut import Marks, Shortcut, Shortcuts
from troth.judging.terms import ClauseTerm, OperationTerms
from troth.model.exchange import OUTAGES, Exchange, NoAnswer, Response
from troth.model.facts import Facts
from troth.model.operation import Basis
from troth.model.ports import Judged
from troth.model.report import Finding, Judgement, Mark, Met, Promise, Why
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
    """The classes and statuses, met or not."""
    shortcut: Shortcut | None
    why: Mapping[Promise, str]
    """The reason for each promise about which nothing can be said of any such exchange."""


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
        self._lasting: tuple[Classifier, ...] = classifiers(
            [lasting(contract_input, terms.operation) for contract_input in terms.inputs], facts
        )
        self._scopes = ScopeMaker(terms.variables)
        self._shared = frozenset(term.clause.name for term in terms.clauses if term.contract.shared)
        self._shortcuts = None if shortcuts is None else shortcuts()
        self._situations: dict[_Key, _Situation] = {}
        self._promises = tuple(terms.promises())

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
            return self._unjudged(exchange, classes, "TR901", message, Why.NO_ANSWER)
        key = (names, answer.status, seen.before is None, seen.after is None)
        situation = self._situations.get(key) or self._situation(key, classes)
        if answer.status in OUTAGES and not _expects(situation.decision, answer.status):
            message = f"the target answered {answer.status}: it is busy or out of service"
            return self._unjudged(exchange, classes, "TR902", message, Why.BUSY)
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
        response = ResponseView(answer, self.terms.operation)
        findings, unread = self._conformance.check(request, response)
        name = self.terms.operation.name
        proven = None if situation.shortcut is None else situation.shortcut.marks(request, response, seen)
        if proven is not None:
            return Judgement(exchange, name, tuple(findings), proven, classes, situation.why)
        scope = self._scopes.make(request, response, seen.facts, seen.before, seen.after, situation.names)
        rows = check_decision(situation.decision, scope, seen.facts, answer.status)
        clauses = check_clauses(situation.plan, scope, unread)
        if (rows.findings or clauses.findings or clauses.unread) and self._undescribed(request, classes, seen.facts):
            self._leave_own_promises(rows, clauses)
        if unread == Why.BEYOND_LIMITS:
            _leave_unread_rows(rows)
        elif unread:
            findings = _with_what_needed_it(findings, _unread_rows(rows), clauses.unread)
        elif rows.findings:
            findings = _cause_first(findings, rows.findings)
        marks = (*rows.marks, *clauses.marks, *situation.marks)
        why = {**rows.why, **clauses.why}
        return Judgement(exchange, name, (*findings, *clauses.findings), marks, classes, why)

    def _undescribed(self, request: RequestView, classes: Mapping[str, str | None], facts: Facts) -> bool:
        """Whether nobody described such a request: then shapes and shared clauses hold, the rest was never promised.

        In a closed world, a value without a class is one that nobody thought of.
        """
        odd = facts.closed and None in classes.values()
        return odd or not self._conformance.described(request, self.terms.inputs, classes)

    def _leave_own_promises(self, rows: RowOutcome, clauses: ClauseOutcome) -> None:
        """Take back what was said by rows and by clauses that are not shared, in place."""
        rows.findings.clear()
        rows.marks[:] = [_left(mark, rows.why) for mark in rows.marks]
        clauses.findings[:] = [finding for finding in clauses.findings if finding.subject in self._shared]
        clauses.unread[:] = [term for term in clauses.unread if term.contract.shared]
        clauses.marks[:] = [
            mark if mark[0].name in self._shared else _left(mark, clauses.why) for mark in clauses.marks
        ]

    def _situation(self, key: _Key, classes: Mapping[str, str | None]) -> _Situation:
        """What follows from these classes and this status, remembered."""
        terms, status = self.terms, key[1]
        scope = class_scope(terms, classes)
        documented = self._conformance.documented_status(status)
        marks = [
            (promise, Met.KEPT if classes.get(name) == cls else Met.NOT_MET)
            for (name, cls), promise in terms.class_promises.items()
        ]
        marks += [
            (promise, Met.KEPT if key == documented else Met.NOT_MET) for key, promise in terms.status_promises.items()
        ]
        unseen = frozenset(name for name, missing in zip(("before", "after"), key[2:], strict=True) if missing)
        plan, decision = plan_clauses(terms.clauses, scope, status, unseen), decide(terms, classes)
        shortcut = None
        if self._shortcuts is not None:
            missing = unseen | {name for name, cls in classes.items() if cls is None}
            shortcut = self._shortcuts.make(plan, decision, status, scope, tuple(marks), missing)
        why = {term.promise: reason for term, reason in plan.silent}
        if decision.silent:
            reason = f"{Why.NO_CLASS}: {', '.join(decision.unclassified)}"
            why.update((row.promise, reason) for row in decision.silent)
        situation = self._situations[key] = _Situation(decision, scope, plan, tuple(marks), shortcut, why)
        return situation

    def _unjudged(
        self, exchange: Exchange, classes: Mapping[str, str | None], code: str, message: str, why: Why
    ) -> Judgement:
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
        promises = self._promises
        marks = tuple((promise, Met.UNJUDGED) for promise in promises)
        return Judgement(exchange, operation.name, (finding,), marks, classes, dict.fromkeys(promises, why))


def _expects(decision: Decision, status: int) -> bool:
    return any(str(status) in row.row.status for row in decision.rows)


def _cause_first(findings: list[Finding], of_rows: list[Finding]) -> list[Finding]:
    """One fault, one finding: an unlisted status is the wrong one."""
    wrong_status = any(finding.where == "status" for finding in of_rows)
    kept = [finding for finding in findings if finding.code != "TR101"] if wrong_status else findings
    return kept + of_rows


def _left(mark: Mark, why: dict[Promise, str]) -> Mark:
    """The mark of a promise that does not speak of such a request; one whose condition is false stays as it is."""
    promise, met = mark
    if met in (Met.NOT_MET, Met.SILENT):
        return mark
    why[promise] = Why.NOT_DESCRIBED
    return promise, Met.SILENT


def _unread_rows(rows: RowOutcome) -> list[Finding]:
    """The rows that applied to an answer that cannot be read; what they are worth is counted in place.

    A wrong status can be seen all the same. Rows that no page documents fall silent.
    """
    unread = [finding for finding in rows.findings if finding.where != "status"]
    names = {finding.subject: finding for finding in unread}
    for place, (promise, met) in enumerate(rows.marks):
        if met is Met.BROKEN and promise.name in names:
            documented = promise.basis is Basis.DOCUMENTED
            rows.marks[place] = (promise, Met.BROKEN if documented else Met.SILENT)
            rows.why[promise] = Why.UNREADABLE
    return [finding for finding in unread if finding.basis is Basis.DOCUMENTED]


def _leave_unread_rows(rows: RowOutcome) -> None:
    """Take back what was said by rows of an answer that a limit of ours keeps from being read; the status was seen."""
    names = {finding.subject for finding in rows.findings if finding.where != "status"}
    for place, (promise, met) in enumerate(rows.marks):
        if met is Met.BROKEN and promise.name in names:
            rows.marks[place] = (promise, Met.UNJUDGED)
            rows.why[promise] = Why.BEYOND_LIMITS
    rows.findings[:] = [finding for finding in rows.findings if finding.where == "status"]


def _with_what_needed_it(findings: list[Finding], rows: list[Finding], clauses: Iterable[ClauseTerm]) -> list[Finding]:
    """The finding of an unreadable body, which is as grave as the gravest promise that needed it (TR103)."""
    needed = [(finding.subject, finding.citation) for finding in rows]
    needed += [(term.clause.name, term.clause.citation) for term in clauses]
    if not needed:
        return findings
    names = ", ".join(dict.fromkeys(name for name, _ in needed))
    citation = next((citation for _, citation in needed if citation is not None), None)
    return [
        replace(
            finding,
            basis=Basis.DOCUMENTED,
            citation=citation if finding.basis is not Basis.DOCUMENTED else finding.citation,
            message=f"{finding.message}, and documented promises need it: {names}",
        )
        if finding.code == "TR103"
        else finding
        for finding in findings
    ]
