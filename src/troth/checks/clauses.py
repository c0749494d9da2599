"""Clauses: expressions that must hold on an exchange. They fail closed, and only against the vendor.

An error in ``expect`` about the answer is a finding that names the field. What is missing from the request, from
``before`` or ``after`` is never the vendor's fault, and an error in ``when`` is unjudged and names the clause.
"""

from collections.abc import Iterable, Mapping

from troth.checks.expressions import Failure
from troth.checks.terms import ClauseTerm
from troth.model.report import Finding, Met, Promise

_THEIRS = frozenset(("response",))
_UNASKED = object()


def check_clauses(
    clauses: Iterable[ClauseTerm], scope: Mapping[str, object], unreadable: bool
) -> tuple[list[Finding], list[tuple[Promise, Met]]]:
    """Hold an exchange to its clauses.

    Args:
        clauses: those of the exchange's operation.
        scope: what their names stand for (classes included).
        unreadable: conformance has already said that the answer's body cannot be read, so nothing more is said of it.
    """
    findings: list[Finding] = []
    met: list[tuple[Promise, Met]] = []
    applying: dict[int, object] = {}
    for term in clauses:
        when = term.when
        if when is not None:
            applies = applying.get(id(when), _UNASKED)
            if applies is _UNASKED:
                applies = applying[id(when)] = when.evaluate(scope)
            if applies is False:
                continue
            if applies is not True:
                if isinstance(applies, Failure) and _silent(applies, unreadable):
                    continue
                met.append((term.promise, Met.UNJUDGED))
                findings.append(_when_failed(term, applies))
                continue
        holds = term.expect.evaluate(scope)
        if holds is True:
            met.append((term.promise, Met.KEPT))
        elif isinstance(holds, Failure):
            if _silent(holds, unreadable):
                continue
            met.append((term.promise, Met.BROKEN))
            findings.append(_finding(term, "TR302", holds.message, where=holds.path or ""))
        else:
            met.append((term.promise, Met.BROKEN))
            findings.append(_finding(term, "TR301", "the expectation does not hold"))
    return findings, met


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
