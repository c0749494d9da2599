"""Decision tables: which rows apply to a request's classes, and whether the answer is one that they promise.

The first table with a row that applies decides (shared tables come first: authentication before business). Within a
table any row that applies may answer, since pages rarely give an order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.cel.expressions import Failure
from troth.judging.terms import OperationTerms, RowTerm, Table
from troth.model.contract import Expected, Fact, Literal, Pattern
from troth.model.facts import Facts
from troth.model.operation import Basis
from troth.model.report import Finding, Mark, Met, Promise, Why

Classes = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rows apply. No rows: the tables are silent about this request."""

    rows: tuple[RowTerm, ...] = ()
    documented: bool = False
    """The request is one that a table speaks of."""
    not_met: tuple[RowTerm, ...] = ()
    """The rows that do not apply, or whose table comes after the one that decides."""
    silent: tuple[RowTerm, ...] = ()
    """The rows of tables that can say nothing, since an input has no class."""
    unclassified: tuple[str, ...] = ()
    """Those inputs."""


def decide(terms: OperationTerms, classes: Classes) -> Decision:
    """The rows that apply to these classes; pure, so that callers may remember it by the classes."""
    scope = class_scope(terms, classes)
    not_met: list[RowTerm] = []
    for place, table in enumerate(terms.tables):
        unclassified = tuple(sorted(name for name in table.inputs if classes.get(name) is None))
        later = tuple(row for following in terms.tables[place + 1 :] for row in following.rows)
        if unclassified:
            return Decision((), False, tuple(not_met), (*table.rows, *later), unclassified)
        applying = _applying(table, scope)
        not_met += [row for row in table.rows if row not in applying]
        if applying:
            return Decision(applying, True, (*not_met, *later))
    return Decision((), False, tuple(not_met))


def class_scope(terms: OperationTerms, classes: Classes) -> dict[str, object]:
    """``login.ours`` → true for every class of every input that has one; inputs without a class are left out."""
    return {
        f"{one.name}.{cls.name}": classes[one.name] == cls.name
        for one in terms.inputs
        if classes.get(one.name) is not None
        for cls in one.classes
    }


def _applying(table: Table, scope: Mapping[str, object]) -> tuple[RowTerm, ...]:
    """The rows of a table that apply; ``otherwise`` where no other does."""
    applying = tuple(row for row in table.rows if row.when is not None and row.when.evaluate(scope) is True)
    return applying or tuple(row for row in table.rows if row.when is None)[-1:]


@dataclass(slots=True)
class RowOutcome:
    """What the rows of an operation came to on one exchange."""

    findings: list[Finding] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    why: dict[Promise, str] = field(default_factory=dict)


def check_decision(decision: Decision, scope: Mapping[str, object], facts: Facts, status: int) -> RowOutcome:
    """Hold an answer to the rows that apply.

    Returns:
        What is against the answer (one fault is one finding: a wrong status is reported alone), and how each row was
        met. A row that applies together with others is shadowed, whatever the answer.
    """
    rows = decision.rows
    outcome = RowOutcome(marks=unapplied(decision))
    if decision.silent:
        reason = f"{Why.NO_CLASS}: {', '.join(decision.unclassified)}"
        outcome.why.update((row.promise, reason) for row in decision.silent)
    if len(rows) == 1:
        _check_row(rows[0], scope, facts, status, outcome)
        return outcome
    outcome.marks += [(row.promise, Met.SHADOWED) for row in rows]
    misses = []
    for row in rows:
        miss = _hold(row, scope, facts, status)
        if miss is None:
            return outcome
        misses.append(miss)
    if misses and not any(miss.unjudged for miss in misses):
        outcome.findings.append(_none_fits(rows, misses, status))
    return outcome


def unapplied(decision: Decision) -> list[Mark]:
    """What became of the rows that do not apply: it follows from the classes alone."""
    marks = [(row.promise, Met.NOT_MET) for row in decision.not_met]
    return marks + [(row.promise, Met.SILENT) for row in decision.silent]


def _check_row(row: RowTerm, scope: Mapping[str, object], facts: Facts, status: int, outcome: RowOutcome) -> None:
    miss = _hold(row, scope, facts, status)
    if miss is None:
        outcome.marks.append((row.promise, Met.KEPT))
        return
    outcome.findings.append(miss)
    outcome.marks.append((row.promise, Met.UNJUDGED if miss.unjudged else Met.BROKEN))
    if miss.unjudged:
        outcome.why[row.promise] = f"{Why.NO_FACT}: {miss.message.rpartition(' ')[2]}"


def _none_fits(rows: tuple[RowTerm, ...], misses: list[Finding], status: int) -> Finding:
    first = next((row for row in rows if row.row.basis is Basis.DOCUMENTED), rows[0])
    names = ", ".join(row.row.name for row in rows)
    expected = "; or ".join(f"{row.row.name}: {_promised(row)}" for row in rows)
    return Finding(
        code="TR202",
        vendor=first.promise.vendor,
        operation=first.promise.operation,
        subject=first.row.name,
        message=f"several rows apply ({names}) and the answer fits none of them",
        basis=first.row.basis,
        citation=first.row.citation,
        position=first.row.position,
        where="status" if all(miss.where == "status" for miss in misses) else misses[0].where,
        expected=expected,
        answered=str(status) if all(miss.where == "status" for miss in misses) else misses[0].answered,
    )


def _promised(row: RowTerm) -> str:
    parts = [f"status {' or '.join(row.row.status)}"] if row.row.status else []
    parts += [f"{answer.path.text} {describe(answer.expected)}" for answer, _ in row.fields]
    return ", ".join(parts)


def _hold(row: RowTerm, scope: Mapping[str, object], facts: Facts, status: int) -> Finding | None:
    if row.row.status and not any(status_fits(status, wanted) for wanted in row.row.status):
        return _finding(row, "TR201", "the status is another one", "status", " or ".join(row.row.status), str(status))
    for answer, path in row.fields:
        value = path.evaluate(scope)
        where = answer.path.text
        if isinstance(value, Failure):
            return _finding(row, "TR203", value.message, where, describe(answer.expected), "nothing")
        try:
            fits = value_fits(value, answer.expected, facts)
        except KeyError as missing:
            message = f"the target does not give the fact {missing.args[0]}"
            return _finding(row, "TR903", message, where, describe(answer.expected), "", unjudged=True)
        if not fits:
            promised = describe(answer.expected, facts)
            return _finding(row, "TR203", "the answer differs from the promised one", where, promised, show(value))
    return None


def _finding(
    row: RowTerm, code: str, message: str, where: str, expected: str, answered: str, unjudged: bool = False
) -> Finding:
    return Finding(
        code=code,
        vendor=row.promise.vendor,
        operation=row.promise.operation,
        subject=row.row.name,
        message=message,
        basis=row.row.basis_of(where),
        citation=row.row.citation,
        position=row.row.position,
        where=where,
        expected=expected,
        answered=answered,
        unjudged=unjudged,
    )


def status_fits(status: int, wanted: str) -> bool:
    """Whether a status is the wanted one: ``200``, or ``4xx`` for a whole class."""
    text = str(status)
    return text == wanted or (wanted.endswith("xx") and wanted[0] == text[0])


def value_fits(value: object, expected: Expected, facts: Facts) -> bool:
    """Whether part of an answer is as promised.

    Raises:
        KeyError: the promise names a fact that the target does not give.
    """
    if isinstance(expected, tuple):
        return any(value_fits(value, one, facts) for one in expected)
    if isinstance(expected, Pattern):
        return isinstance(value, str) and _matches(value, expected)
    wanted = expected.value if isinstance(expected, Literal) else facts.look_up(expected)
    return _same(value, wanted)


def _matches(value: str, pattern: Pattern) -> bool:
    if pattern.matches is not None and re.search(pattern.matches, value) is None:
        return False
    return pattern.excludes is None or re.search(pattern.excludes, value) is None


def _same(value: object, wanted: object) -> bool:
    """Equality of JSON values: true is not 1."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted


def describe(expected: Expected, facts: Facts | None = None) -> str:
    """What was promised, in words; a fact is named, and shown where the facts are given."""
    if isinstance(expected, tuple):
        return " or ".join(describe(one, facts) for one in expected)
    if isinstance(expected, Pattern):
        parts = []
        if expected.matches is not None:
            parts.append(f"text matching {expected.matches}")
        if expected.excludes is not None:
            parts.append(f"text not matching {expected.excludes}")
        return " and ".join(parts)
    if isinstance(expected, Fact):
        return f"{show(facts.look_up(expected))} ({expected})" if facts is not None else str(expected)
    return show(expected.value)


def show(value: object) -> str:
    """A value as a person reads it, at most 200 characters."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
