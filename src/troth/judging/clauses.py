"""Clauses: expressions that must hold on an exchange. They fail closed, and only against the vendor.

An error in ``expect`` about the answer is a finding that names the field. What is missing from the request, from
``before`` or ``after`` is never the vendor's fault, and an error in ``when`` is unjudged and names the clause.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from troth.cel.expressions import Failure
from troth.judging.terms import VARIABLES, ClauseTerm
from troth.model.report import Finding, Met, Promise

_THEIRS = frozenset(("response",))
_STATUS = "response.status"
_UNASKED = object()


@dataclass(frozen=True, slots=True)
class Plan:
    """The clauses to evaluate for one kind of exchange.

    Most ``when`` speak of classes and the status alone, so they are decided once for each combination of these.
    """

    applying: tuple[ClauseTerm, ...]
    """Their ``when`` holds (or they have none)."""
    undecided: tuple[ClauseTerm, ...]
    """Their ``when`` looks at more than classes and the status."""


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
    applying, undecided = [], []
    scope = {**classes, _STATUS: status}
    for term in clauses:
        applies = True if term.when is None else term.when.evaluate(scope)
        if applies is True:
            applying.append(term)
        elif applies is not False and term.when is not None:
            # What is missing now may come with the exchange, unless nobody looked or the input has no class.
            to_come = (term.when.variables & VARIABLES.keys()) - scope.keys() - frozenset(unseen)
            if to_come or not (isinstance(applies, Failure) and _silent(applies, unreadable=False)):
                undecided.append(term)
    return Plan(tuple(applying), tuple(undecided))


def check_clauses(
    plan: Plan, scope: Mapping[str, object], unreadable: bool
) -> tuple[list[Finding], list[tuple[Promise, Met]]]:
    """Hold an exchange to its clauses.

    Args:
        plan: the clauses that may apply to it.
        scope: what their names stand for (classes included).
        unreadable: conformance has already said that the answer's body cannot be read, so nothing more is said of it.
    """
    findings: list[Finding] = []
    met: list[tuple[Promise, Met]] = []
    for term in plan.applying:
        holds = term.expect.evaluate(scope)
        if holds is True:
            met.append(term.kept)
        else:
            _not_held(term, holds, unreadable, findings, met)
    for term in plan.undecided:
        applies = True if term.when is None else term.when.evaluate(scope)
        if applies is False:
            continue
        if applies is not True:
            if not (isinstance(applies, Failure) and _silent(applies, unreadable)):
                met.append((term.promise, Met.UNJUDGED))
                findings.append(_when_failed(term, applies))
            continue
        holds = term.expect.evaluate(scope)
        if holds is True:
            met.append(term.kept)
        else:
            _not_held(term, holds, unreadable, findings, met)
    return findings, met


def _not_held(
    term: ClauseTerm, holds: object, unreadable: bool, findings: list[Finding], met: list[tuple[Promise, Met]]
) -> None:
    if isinstance(holds, Failure):
        if _silent(holds, unreadable):
            return
        findings.append(_finding(term, "TR302", holds.message, where=holds.path or ""))
    else:
        findings.append(_finding(term, "TR301", "the expectation does not hold"))
    met.append((term.promise, Met.BROKEN))


def _silent(failure: Failure, unreadable: bool) -> bool:
    """Whether a failure says nothing: a part of ours is missing, an input has no class, or the body was reported."""
    if not failure.roots:
        return False
    ours = failure.roots - _THEIRS
    return bool(ours) or unreadable


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
