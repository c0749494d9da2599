"""Clauses: expressions that must hold on an exchange. They fail closed, and only against the vendor.

An error in ``expect`` about the answer is a finding that names the field. What is missing from the request, from
``before`` or ``after`` is never the vendor's fault, and an error in ``when`` is unjudged and names the clause.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from troth.cel.expressions import Failure
from troth.judging.terms import VARIABLES, ClauseTerm
from troth.model.operation import Basis
from troth.model.report import Finding, Mark, Met, Promise, Why

_THEIRS = frozenset(("response",))
_LOOKS = frozenset(("before", "after"))
_PARTS = frozenset(("request", "world", "given"))
_STATUS = "response.status"
_MET_WITHOUT: Mapping[str, str] = {Why.NO_LOOK: Why.MET_WITHOUT_LOOK, Why.NO_PART: Why.MET_WITHOUT_PART}
"""What is missing for ``when`` → what is said where it is missing for ``expect``, and ``when`` was true."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The clauses to evaluate for one kind of exchange.

    Most ``when`` speak of classes and the status alone, so they are decided once for each combination of these.
    """

    applying: tuple[ClauseTerm, ...]
    """Their ``when`` holds (or they have none)."""
    undecided: tuple[ClauseTerm, ...]
    """Their ``when`` looks at more than classes and the status."""
    not_met: tuple[ClauseTerm, ...]
    """Their ``when`` does not hold."""
    silent: tuple[tuple[ClauseTerm, str], ...]
    """Their ``when`` needs what no such exchange has, with the reason."""


@dataclass(slots=True)
class ClauseOutcome:
    """What the clauses of an operation came to on one exchange."""

    findings: list[Finding] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    why: dict[Promise, str] = field(default_factory=dict)
    unread: list[ClauseTerm] = field(default_factory=list)
    """Clauses that were met and needed a body that could not be read."""

    def leave(self, term: ClauseTerm, met: Met, reason: str) -> None:
        """Count a clause that was not judged."""
        self.marks.append((term.promise, met))
        self.why[term.promise] = reason


def plan_clauses(
    clauses: Iterable[ClauseTerm], classes: Mapping[str, object], status: int, unseen: Collection[str] = ()
) -> Plan:
    """Sort clauses by what their ``when`` says of exchanges with these classes and this status.

    Args:
        clauses: those of an operation.
        classes: ``login.ours`` → whether it is so; inputs without a class are left out.
        status: of the answer.
        unseen: ``before``, ``after``, where nobody looked.
    """
    applying, undecided, not_met, silent = [], [], [], []
    scope = {**classes, _STATUS: status}
    for term in clauses:
        applies = True if term.when is None else term.when.evaluate(scope)
        if applies is True:
            applying.append(term)
        elif applies is False or term.when is None:
            not_met.append(term)
        else:
            # What is missing now may come with the exchange, unless nobody looked or the input has no class.
            to_come = (term.when.variables & VARIABLES.keys()) - scope.keys() - frozenset(unseen)
            reason = _silence(applies, unread="") if isinstance(applies, Failure) else ""
            if to_come or not reason:
                undecided.append(term)
            else:
                silent.append((term, reason))
    return Plan(tuple(applying), tuple(undecided), tuple(not_met), tuple(silent))


def check_clauses(plan: Plan, scope: Mapping[str, object], unread: str) -> ClauseOutcome:
    """Hold an exchange to its clauses.

    Args:
        plan: the clauses that may apply to it.
        scope: what their names stand for (classes included).
        unread: why the answer's body could not be read, which conformance has already said; ``""`` where it could.
    """
    outcome = ClauseOutcome()
    for term in plan.applying:
        _hold(term, scope, unread, outcome)
    for term in plan.undecided:
        applies = True if term.when is None else term.when.evaluate(scope)
        if applies is False:
            outcome.marks.append((term.promise, Met.NOT_MET))
        elif applies is True:
            _hold(term, scope, unread, outcome)
        else:
            reason = _silence(applies, unread) if isinstance(applies, Failure) else ""
            if reason:
                outcome.leave(term, Met.SILENT, reason)
            else:
                outcome.leave(term, Met.UNJUDGED, Why.UNDECIDED)
                outcome.findings.append(_when_failed(term, applies))
    outcome.marks += [(term.promise, Met.NOT_MET) for term in plan.not_met]
    for term, reason in plan.silent:
        outcome.leave(term, Met.SILENT, reason)
    return outcome


def _hold(term: ClauseTerm, scope: Mapping[str, object], unread: str, outcome: ClauseOutcome) -> None:
    """Hold an exchange to a clause whose condition is true."""
    holds = term.expect.evaluate(scope)
    if holds is True:
        outcome.marks.append(term.kept)
        return
    if not isinstance(holds, Failure):
        outcome.findings.append(_finding(term, "TR301", "the expectation does not hold"))
        outcome.marks.append((term.promise, Met.BROKEN))
        return
    reason = _silence(holds, unread)
    if reason == Why.BEYOND_LIMITS:
        outcome.leave(term, Met.UNJUDGED, reason)
    elif reason == Why.UNREADABLE and term.clause.basis is Basis.DOCUMENTED:
        outcome.leave(term, Met.BROKEN, reason)
        outcome.unread.append(term)
    elif reason:
        outcome.leave(term, Met.SILENT, _MET_WITHOUT.get(reason, reason))
    else:
        outcome.findings.append(_finding(term, "TR302", holds.message, where=holds.path or ""))
        outcome.marks.append((term.promise, Met.BROKEN))


def _silence(failure: Failure, unread: str) -> str:
    """Why a failure says nothing against the vendor: what is missing is ours, or the body was reported already."""
    if not failure.roots:
        return ""
    ours = failure.roots - _THEIRS
    if not ours:
        return unread
    if ours <= _LOOKS:
        return Why.NO_LOOK
    if ours <= _PARTS:
        return Why.NO_PART
    return f"{Why.NO_CLASS}: {', '.join(sorted(ours - _LOOKS - _PARTS))}"


def _when_failed(term: ClauseTerm, result: object) -> Finding:
    message = result.message if isinstance(result, Failure) else f"`when` gave {result!r}, not true or false"
    return _finding(term, "TR904", f"`when` could not be decided: {message}", unjudged=True)


def _finding(term: ClauseTerm, code: str, message: str, where: str = "", unjudged: bool = False) -> Finding:
    clause = term.clause
    return Finding(
        code=code,
        vendor=term.promise.vendor,
        operation=term.promise.operation,
        subject=clause.name,
        message=f"{clause.says} — {message}" if clause.says else message,
        basis=clause.basis,
        citation=clause.citation,
        position=clause.expect.position,
        where=where,
        expected=clause.expect.text,
        answered="",
        unjudged=unjudged,
    )
