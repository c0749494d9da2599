"""What to prove of all exchanges that share classes and status, so that nothing more need be looked at.

An answer that keeps everything is the rule. A shortcut knows which clauses and rows such an exchange is held to, and
what is counted when all of them hold; where it finds no proof, clauses and rows are gone through one by one.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from troth.cel.proof import AnswerPart, Goal, Proof, prove
from troth.judging.clauses import Plan
from troth.judging.decisions import Decision, status_fits, unapplied, value_fits
from troth.judging.scope import ScopeMaker
from troth.judging.terms import RowTerm
from troth.model.contract import Expected
from troth.model.facts import Facts
from troth.model.ports import Judged
from troth.model.report import Met, Promise
from troth.wire.views import RequestView, ResponseView

Marks = tuple[tuple[Promise, Met], ...]

WORTHWHILE = 16
"""How often something must be shown before a proof is written for it: writing one costs as much as some 25 answers."""


class Argument:
    """What is to be shown of some clauses and rows, and the proof once it is worth having.

    Args:
        goals: what the clauses expect.
        rows: those that may answer with the status; one of them must.
        possible: whether any row may.
        patience: how often to be asked before writing the proof.
    """

    def __init__(self, goals: Sequence[Goal], rows: Sequence[RowTerm], possible: bool, patience: int) -> None:
        self._goals = goals
        self._parts = [[AnswerPart(path, partial(_fits, field.expected)) for field, path in row.fields] for row in rows]
        self._patience = patience if possible else None
        self._proof: Proof | None = None
        read = [part.path for parts in self._parts for part in parts] + [goal.expect for goal in goals]
        read += [goal.when for goal in goals if goal.when is not None]
        self.reads = frozenset[str]().union(*(expression.variables for expression in read))
        self.scopes = ScopeMaker(self.reads)

    def proof(self) -> Proof | None:
        """The proof, or None as long as it has not been asked for often enough."""
        if self._proof is None and self._patience is not None:
            self._patience -= 1
            if self._patience < 0:
                self._proof = prove(self._goals, self._parts)
        return self._proof


class Shortcut:
    """Tries to prove all at once.

    Args:
        argument: what is to be shown, and how.
        names: what is known of the classes.
        marks: what is counted for any proven exchange.
        conditional: the promises that are kept where their condition holds, and not met elsewhere: in the order of the
            proof's bits.
    """

    __slots__ = ("_always", "_argument", "_conditional", "_marks", "_names", "_proof")

    def __init__(
        self, argument: Argument, names: Mapping[str, object], marks: Marks, conditional: tuple[Promise, ...]
    ) -> None:
        self._argument = argument
        self._names = {name: value for name, value in names.items() if name in argument.reads}
        self._conditional = conditional
        self._always = marks
        self._marks: dict[int, Marks] = {}
        self._proof: Proof | None = None

    def marks(self, request: RequestView, response: ResponseView, seen: Judged) -> Marks | None:
        """What is counted for this exchange, or None where it was not proven to keep everything."""
        if self._proof is None:
            self._proof = self._argument.proof()
            if self._proof is None:
                return None
        scope = self._argument.scopes.make(request, response, seen.facts, seen.before, seen.after, self._names)
        applied = self._proof(scope, seen.facts)
        if applied < 0:
            return None
        marks = self._marks.get(applied)
        if marks is None:
            bits = enumerate(self._conditional)
            more = tuple((promise, Met.KEPT if applied >> bit & 1 else Met.NOT_MET) for bit, promise in bits)
            marks = self._marks[applied] = self._always + more
        return marks


class Shortcuts:
    """Shortcuts of one operation; those that have the same to prove share how.

    Args:
        patience: how often something must be shown before a proof is written for it.
    """

    def __init__(self, patience: int = WORTHWHILE) -> None:
        self._patience = patience
        self._arguments: dict[tuple[object, ...], Argument] = {}

    def make(
        self,
        plan: Plan,
        decision: Decision,
        status: int,
        names: Mapping[str, object],
        marks: Marks,
        missing: frozenset[str],
    ) -> Shortcut:
        """The shortcut of exchanges with this plan, decision and status.

        Args:
            plan: the clauses that may apply.
            decision: the rows that apply.
            status: of the answer.
            names: ``login.ours`` → whether it is so.
            marks: what is counted whatever the answer holds (classes, the status).
            missing: ``before``, ``after`` where nobody looked, and inputs without a class.
        """
        rows = tuple(row for row in decision.rows if _answers(row, status))
        goals = [(term, Goal(term.expect, None, missing)) for term in plan.applying]
        goals += [(term, Goal(term.expect, term.when, missing)) for term in plan.undecided]
        key = (missing, len(plan.applying), *(id(term) for term, _ in goals), *map(id, rows), len(decision.rows))
        argument = self._arguments.get(key)
        if argument is None:
            possible = bool(rows) or not decision.rows
            argument = Argument([goal for _, goal in goals], rows, possible, self._patience)
            self._arguments[key] = argument
        how = Met.KEPT if len(decision.rows) == 1 else Met.SHADOWED
        kept = [(row.promise, how) for row in decision.rows] + [term.kept for term, goal in goals if goal.certain]
        kept += unapplied(decision)
        kept += [(term.promise, Met.NOT_MET) for term in plan.not_met]
        kept += [(term.promise, Met.SILENT) for term, _ in plan.silent]
        conditional = tuple(term.promise for term, goal in goals if not goal.certain)
        return Shortcut(argument, names, (*kept, *marks), conditional)


def _answers(row: RowTerm, status: int) -> bool:
    return not row.row.status or any(status_fits(status, wanted) for wanted in row.row.status)


def _fits(expected: Expected, value: object, facts: Facts) -> bool:
    return value_fits(value, expected, facts)
