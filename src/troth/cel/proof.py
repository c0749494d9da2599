"""Compiles many expressions to one Python function that decides whether all of them hold, for the usual case.

Most answers keep all promises. So before clauses are judged one by one, a function made from their checked trees tests
them all at once: values that several of them need are looked up once. It proves that all hold, or gives up; then the
closures of `troth.cel.compiler` judge each clause. A step that cannot be written in Python calls its closure, and any
exception means giving up, so the function never has another result than the closures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from troth.cel.expressions import CompiledExpression
from troth.cel.faults import Fault
from troth.cel.python_source import NotKnown, PythonWriter, truth_of
from troth.cel.values import Value
from troth.model.facts import Facts

Scope = Mapping[str, object]
Fits = Callable[[Value, Facts], bool]
Proof = Callable[[Scope, Facts], int]
"""Returns -1 for no proof, else a number whose bits are set for the conditional goals that applied (and held)."""


@dataclass(frozen=True, slots=True)
class Goal:
    """An expression that must be true, always or where a condition is true.

    A failure because a variable below one of the roots in `missing` is absent leaves it undecided.
    """

    expect: CompiledExpression
    when: CompiledExpression | None = None
    missing: frozenset[str] = frozenset()

    @property
    def certain(self) -> bool:
        """Whether it must hold for every exchange."""
        return self.when is None and not _reads(self.expect, self.missing)


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A part of an answer, and a test of its value (`fits` may raise)."""

    path: CompiledExpression
    fits: Fits


def prove(goals: Sequence[Goal], alternatives: Sequence[Sequence[AnswerPart]] = ()) -> Proof:
    """A function over scopes and facts that tests every goal, and all parts of one of the alternatives (if any)."""
    proving = _Proving()
    lines: list[str] = []
    if len(alternatives) == 1:
        lines.append(f"if not {proving.parts(alternatives[0], lines)}: return -1")
    elif alternatives:
        lines.append(f"if not ({' or '.join(proving.parts(parts, None) for parts in alternatives)}): return -1")
    bit = 1
    for goal in goals:
        if goal.certain:
            lines.append(f"if not {proving.truth(goal.expect, lines)}: return -1")
            continue
        lines.append(f"if {proving.condition(goal, lines)}:")
        if _reads(goal.expect, goal.missing):
            lines.append(f" if {proving.attempt(goal.expect, goal.missing)} is True: applied |= {bit}")
        else:
            lines.append(f" if not {proving.truth(goal.expect, None)}: return -1")
            lines.append(f" applied |= {bit}")
        bit *= 2
    body = "".join(f"  {line}\n" for line in ["applied = 0", *lines, "return applied"])
    source = f"def proof(scope, facts):\n try:\n{body} except Exception:\n  return -1\n"
    try:
        code = compile(source, "<proof>", "exec")
    except (SyntaxError, RecursionError, MemoryError):
        return _never  # Nested more deeply than Python can read.
    # The source is generated from checked trees; texts of contracts are in it as literals only.
    exec(code, proving.names)  # noqa: S102
    made: Proof = proving.names["proof"]
    return made


def _reads(expression: CompiledExpression, roots: frozenset[str]) -> bool:
    return any(name.partition(".")[0] in roots for name in expression.variables)


def _never(_scope: Scope, _facts: Facts) -> int:
    return -1


class _Proving:
    """Writes goals as conditions in Python."""

    def __init__(self) -> None:
        self._writer = PythonWriter()
        self.names = self._writer.names

    def parts(self, parts: Sequence[AnswerPart], lines: list[str] | None) -> str:
        """Python that is true only if all these parts fit."""
        texts = [f"{self._writer.constant(part.fits)}({self._value(part.path, lines)}, facts)" for part in parts]
        return f"({' and '.join(texts)})" if texts else "True"

    def condition(self, goal: Goal, lines: list[str]) -> str:
        """Python that is true only where the goal applies, and false only where it does not."""
        if goal.when is None:
            return "True"
        if _reads(goal.when, goal.missing):
            return self.attempt(goal.when, goal.missing, False)
        return self.truth(goal.when, lines)

    def attempt(self, expression: CompiledExpression, missing: frozenset[str], *others: object) -> str:
        """Python for True, another value, or None where a variable in `missing` is absent."""
        run, values = expression.run, (True, *others)

        def attempt(scope: Scope) -> object:
            try:
                value = run(scope)
            except Fault as fault:
                if fault.roots & missing:
                    return None
                raise
            if any(value is each for each in values):
                return value
            raise NotKnown

        return f"{self._writer.constant(attempt)}(scope)"

    def truth(self, expression: CompiledExpression, lines: list[str] | None) -> str:
        """Python for the truth of the expression; shared steps are added to the lines, where there are lines."""
        term = self._writer.write(expression.tree, lines)
        return f"truth({self._writer.constant(expression.run)}(scope))" if term is None else truth_of(term)

    def _value(self, expression: CompiledExpression, lines: list[str] | None) -> str:
        term = self._writer.write(expression.tree, lines)
        return f"{self._writer.constant(expression.run)}(scope)" if term is None else term.text
