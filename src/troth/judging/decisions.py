"""Decision tables: which rows apply to a request's classes, and whether the answer is one that they promise.

The first table with a row that applies decides (shared tables come first: authentication before business). Within a
table any row that applies may answer, since pages rarely give an order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from troth.cel.expressions import Failure
from troth.judging.terms import OperationTerms, RowTerm, Table
from troth.model.contract import Expected, Fact, Literal, Pattern
from troth.model.facts import Facts
from troth.model.operation import Basis
from troth.model.report import Finding, Met, Promise

Classes = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rows apply. No rows: the tables are silent about this request."""

    rows: tuple[RowTerm, ...]
    documented: bool = False
    """The request is one that a table speaks of."""


_SILENT = Decision(())


def decide(terms: OperationTerms, classes: Classes) -> Decision:
    """The rows that apply to these classes; pure, so that callers may remember it by the classes."""
    scope = class_scope(terms, classes)
    for table in terms.tables:
        applying = _applying(table, classes, scope)
        if applying is None:
            return _SILENT
        if applying:
            return Decision(applying, documented=True)
    return _SILENT


def class_scope(terms: OperationTerms, classes: Classes) -> dict[str, object]:
    """``login.ours`` → true for every class of every input that has one; inputs without a class are left out."""
    return {
        f"{one.name}.{cls.name}": classes[one.name] == cls.name
        for one in terms.inputs
        if classes.get(one.name) is not None
        for cls in one.classes
    }


def _applying(table: Table, classes: Classes, scope: Mapping[str, object]) -> tuple[RowTerm, ...] | None:
    """The rows that apply; None where an input that the table speaks of has no class."""
    if any(classes.get(name) is None for name in table.inputs):
        return None
    found = []
    otherwise = None
    for row in table.rows:
        if row.when is None:
            otherwise = row
        elif row.when.evaluate(scope) is True:
            found.append(row)
    if not found and otherwise is not None:
        found.append(otherwise)
    return tuple(found)


def check_decision(
    decision: Decision, scope: Mapping[str, object], facts: Facts, status: int
) -> tuple[list[Finding], list[tuple[Promise, Met]]]:
    """Hold an answer to the rows that apply.

    Returns:
        What was found (one fault is one finding: a wrong status is reported alone), and how each row was met. A row
        that applies together with others is shadowed, whatever the answer.
    """
    rows = decision.rows
    if not rows:
        return [], []
    if len(rows) == 1:
        found = _hold(rows[0], scope, facts, status)
        if found is None:
            return [], [(rows[0].promise, Met.KEPT)]
        return [found], [(rows[0].promise, Met.UNJUDGED if found.unjudged else Met.BROKEN)]
    met = [(row.promise, Met.SHADOWED) for row in rows]
    misses = []
    for row in rows:
        found = _hold(row, scope, facts, status)
        if found is None:
            return [], met
        misses.append(found)
    if any(found.unjudged for found in misses):
        return [], met
    return [_none_fits(rows, misses, status)], met


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
    parts += [f"{field.path.text} {describe(field.expected)}" for field, _ in row.fields]
    return ", ".join(parts)


def _hold(row: RowTerm, scope: Mapping[str, object], facts: Facts, status: int) -> Finding | None:
    if row.row.status and not any(status_fits(status, wanted) for wanted in row.row.status):
        return _finding(row, "TR201", "the status is another one", "status", " or ".join(row.row.status), str(status))
    for field, path in row.fields:
        value = path.evaluate(scope)
        where = f"{field.path.text}"
        if isinstance(value, Failure):
            return _finding(row, "TR203", value.message, where, describe(field.expected), "nothing")
        try:
            fits = value_fits(value, field.expected, facts)
        except KeyError as missing:
            message = f"the target does not give the fact {missing.args[0]}"
            return _finding(row, "TR903", message, where, describe(field.expected), "", unjudged=True)
        if not fits:
            promised = describe(field.expected, facts)
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
        basis=row.row.basis,
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
