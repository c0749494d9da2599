"""Expressions of contracts: CEL, checked by the reference implementation, evaluated by Python closures.

An expression is compiled once, when its contract is read: lets are inserted, Google's implementation parses it and
checks its types, and the checked tree is compiled to closures. They evaluate as CEL does, with these limits: no
timestamps, durations, unsigned numbers or messages (refused by name), and no booleans as keys of a map literal.
`troth.cel.functions` has the functions that CEL lacks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from troth.cel.closures import CompiledStep, no_bool
from troth.cel.compiler import Refusal, compiled
from troth.cel.faults import ExpressionInvalid, ExpressionProblem, Failure, Fault
from troth.cel.functions import TYPE_NAMES
from troth.cel.reference import Checked, Complaint, ReferenceEngine
from troth.cel.text import (
    RESERVED,
    Expanded,
    TextSpan,
    asked_variables,
    insert_lets,
    is_name,
    loop_variables,
    roots,
    tokens,
)
from troth.cel.tree import Node, decode
from troth.cel.values import named
from troth.cel.wording import (
    FUNCTIONS,
    function_suggestion,
    one_for_each_place,
    reworded,
    span,
    suggestion,
    trap_problems,
    undeclared,
)

__all__ = ["CompiledExpression", "ExpressionInvalid", "ExpressionProblem", "Failure", "ValueKind", "Vocabulary"]

ValueKind = Literal["bool", "int", "double", "string", "bytes", "dyn", "list", "map"]
"""The type of a variable or result: keys of a `map` are text, its values and those of `list` and `dyn` are any."""

_CLASSES: Mapping[ValueKind, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "double": (float,),
    "string": (str,),
    "bytes": (bytes,),
    "list": (list,),
    "map": (dict,),
}

_LONGEST = 50_000
"""So many characters an expression may have with its lets inserted, since nested lets grow exponentially."""

_STAND_IN = "dyn({}).it"
"""Replaces a let with mistakes, so that the rest of an expression is checked nevertheless."""


class CompiledExpression:
    """A checked and compiled expression. Immutable and safe to share between threads."""

    __slots__ = ("_classes", "_code", "_kind", "_run", "text", "tree", "variables")

    text: str
    tree: Node
    variables: frozenset[str]

    def __init__(self, text: str, tree: Node, code: CompiledStep, result: ValueKind) -> None:
        """Made by `Vocabulary.compile` only."""
        self.text = text
        self.tree = tree
        self.variables = code.reads
        self._code = code
        self._run = code.run
        self._kind = result
        self._classes = _CLASSES.get(result)

    def evaluate(self, scope: Mapping[str, object]) -> object:
        """The value over these values of its variables, or a Failure; nothing is raised.

        `scope` maps qualified variables to JSON-like values (dict, list, str, int, float, bool, None; also bytes). A
        missing variable is a Failure where the result depends on it. Declared kinds are used in checking only: a value
        of another kind is used as it is. The result has the kind that was given to `compile`.
        """
        try:
            value = self._run(scope)
        except Fault as fault:
            return (fault if fault.roots else Fault(fault.parts, self._code.roots, fault.path)).failure()
        except RecursionError:
            return Failure("nested too deeply to be evaluated", self._code.roots)
        classes = self._classes
        if classes is None or type(value) in classes:
            return value
        if self._kind == "bool":
            return no_bool(self._code, value, scope).failure()
        return Failure(f"gave {named(value)} instead of a value of type {self._kind}", self._code.roots)

    def run(self, scope: Mapping[str, object]) -> object:
        """The value without a check of its type. Raises Fault."""
        return self._run(scope)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


@dataclass(frozen=True, slots=True)
class _Let:
    """A let: its text with other lets inserted, and its problems."""

    text: str
    problems: tuple[ExpressionProblem, ...]


@dataclass(frozen=True, slots=True)
class _Readable:
    """An expression without mistakes."""

    tree: Node
    code: CompiledStep


class Vocabulary:
    """The variables and lets that expressions of one contract may use. Immutable."""

    def __init__(self, variables: Mapping[str, ValueKind], lets: Mapping[str, str] | None = None) -> None:
        """`variables` maps qualified names (`login.ours`, `response.status`) to kinds, `lets` names to expressions.

        A let may use other lets, in any order. Nothing is raised: `problems` has the mistakes in names and lets, and an
        expression that uses a let with mistakes is invalid.
        """
        wrong = [problem for name in variables for problem in _name_problems(name)]
        unusable = {problem.let for problem in wrong}
        self._variables = {name: kind for name, kind in variables.items() if name not in unusable}
        self._roots = {name.partition(".")[0]: name for name in reversed(list(variables))}
        self._sources = dict(lets or {})
        self._reference = ReferenceEngine(self._variables)
        self._lets: dict[str, _Let] = {}
        for name in self._sources:
            self._read_let(name, ())
        problems = [problem for name, let in self._lets.items() for problem in let.problems if problem.let == name]
        self._problems = (*wrong, *problems)

    @property
    def problems(self) -> tuple[ExpressionProblem, ...]:
        """The mistakes in lets, whether they are used or not, and variables whose names are no names of CEL."""
        return self._problems

    def compile(self, text: str, result: ValueKind = "bool") -> CompiledExpression:
        """The expression in this text. Its value has the kind `result`; where that is unknown, evaluation checks it.

        Raises ExpressionInvalid with every mistake.
        """
        read = self._read(text, result)
        if isinstance(read, _Readable):
            return CompiledExpression(text, read.tree, read.code, result)
        raise ExpressionInvalid(read)

    def _read_let(self, name: str, users: tuple[str, ...]) -> _Let:
        if name in self._lets:
            return self._lets[name]
        text = self._sources[name]
        message = self._let_name_problem(name)
        if message is None and name in users:
            message = f"the let is made of itself: {' → '.join((*users[users.index(name) :], name))}"
        if message is not None:
            return self._keep(name, "", [ExpressionProblem(0, len(text), message)])
        for word in roots(tokens(text)):
            if word.text in self._sources and word.text not in self._roots:
                self._read_let(word.text, (*users, name))
        if name in self._lets:
            return self._lets[name]
        read = self._read(text, "dyn")
        return self._keep(name, self._expanded(text).text, () if isinstance(read, _Readable) else read)

    def _keep(self, name: str, text: str, problems: Sequence[ExpressionProblem]) -> _Let:
        owned = [
            problem
            if problem.let
            else ExpressionProblem(problem.offset, problem.length, problem.message, problem.hint, name)
            for problem in problems
        ]
        self._lets[name] = _Let(text if not problems else _STAND_IN, tuple(owned))
        return self._lets[name]

    def _let_name_problem(self, name: str) -> str | None:
        if name in RESERVED:
            return f"{name} is a reserved word of CEL, so no let can have that name"
        if name in TYPE_NAMES:
            return f"{name} is a type of CEL, so no let can have that name"
        if not is_name(name):
            return f"{name} is no name of CEL (letters, digits and _)"
        if name in self._roots:
            return f"the let {name} would hide {self._roots[name]}"
        return None

    def _expanded(self, text: str) -> Expanded:
        # A let with the name of a variable is not inserted: the name keeps meaning the variable.
        return insert_lets(text, {name: let.text for name, let in self._lets.items() if name not in self._roots})

    def _read(self, text: str, result: ValueKind) -> "_Readable | tuple[ExpressionProblem, ...]":
        problems = [*_character_problems(text), *self._name_uses(text)]
        expanded = self._expanded(text)
        if len(expanded.text) > _LONGEST:
            problems.append(
                ExpressionProblem(0, len(text), f"longer than {_LONGEST} characters with its lets in place")
            )
        if problems:
            return tuple(one_for_each_place(problems))
        checked = self._reference.check(expanded.text)
        if not isinstance(checked, Checked):
            return tuple(one_for_each_place([*self._broken_lets(text), *self._complaints(text, expanded, checked)]))
        tree = decode(checked.tree)
        code = compiled(tree, self._variables)
        if not isinstance(code, CompiledStep):
            return tuple(one_for_each_place([*self._broken_lets(text), *_refusals(text, expanded, code)]))
        problems += self._broken_lets(text)
        for word in asked_variables(tokens(expanded.text), self._variables):
            spot, _ = span(tokens(text), expanded.spot(word.start), None)
            message = "has() asks whether a field is there, and this is a variable, not a field of one"
            problems.append(ExpressionProblem(spot.offset, spot.length, message))
        if checked.kind not in (result, "dyn") and result != "dyn":
            message = f"the expression must be {result}, and this is {checked.kind}"
            problems.append(ExpressionProblem(0, len(text), message))
        return tuple(one_for_each_place(problems)) if problems else _Readable(tree, code)

    def _name_uses(self, text: str) -> Iterator[ExpressionProblem]:
        """Loop variables that would hide a variable or let within the loop."""
        for word in loop_variables(tokens(text)):
            if word.text in self._sources:
                message = f"{word.text} is a let, so no loop variable can have that name"
            elif word.text in self._roots:
                message = f"the loop variable {word.text} would hide {self._roots[word.text]}"
            elif word.text in TYPE_NAMES:
                message = f"the loop variable {word.text} would hide the type of that name"
            else:
                continue
            yield ExpressionProblem(word.start, len(word.text), message, "give the loop variable another name")

    def _broken_lets(self, text: str) -> Iterator[ExpressionProblem]:
        for word in roots(tokens(text)):
            let = self._lets.get(word.text)
            if let is not None and let.problems and word.text not in self._roots:
                first = let.problems[0]
                message = (
                    first.message if first.message.startswith("in let ") else f"in let '{first.let}': {first.message}"
                )
                yield ExpressionProblem(word.start, len(word.text), message, first.hint, first.let)

    def _complaints(
        self, text: str, expanded: Expanded, complaints: Sequence[Complaint]
    ) -> Iterator[ExpressionProblem]:
        words = tokens(text)
        # The reference adds a complaint without a place to some of those that have one.
        placed = [complaint for complaint in complaints if complaint.offset is not None] or complaints
        if placed[0].message.startswith("Syntax error"):
            traps = trap_problems(words)
            if traps:
                yield from traps
                return
            # Complaints after the first are consequences of it.
            placed = placed[:1]
        for complaint in placed:
            name = undeclared(complaint.message)
            spot, called = (
                (TextSpan(0, len(text)), False)
                if complaint.offset is None
                else span(words, expanded.spot(complaint.offset), name)
            )
            hint = None
            if name is not None:
                hint = function_suggestion(name) if called else suggestion(name, [*self._variables, *self._sources])
            message = reworded(complaint.message)
            if called and name is not None:
                message = f"{name}() cannot be called so" if name in FUNCTIONS else f"there is no function {name}()"
            yield ExpressionProblem(spot.offset, spot.length, message, hint)


def _name_problems(name: str) -> Iterator[ExpressionProblem]:
    for segment in name.split("."):
        if segment in RESERVED:
            yield ExpressionProblem(0, len(name), f"{name}: {segment} is a reserved word of CEL", None, name)
        elif not is_name(segment):
            yield ExpressionProblem(0, len(name), f"{name} is no name of CEL (letters, digits and _)", None, name)


def _character_problems(text: str) -> Iterator[ExpressionProblem]:
    for offset, character in enumerate(text):
        if "\ud800" <= character <= "\udfff":
            yield ExpressionProblem(offset, 1, f"the character U+{ord(character):04X} cannot stand in an expression")


def _refusals(text: str, expanded: Expanded, refusals: Sequence[Refusal]) -> Iterator[ExpressionProblem]:
    for refusal in refusals:
        spot, _ = span(tokens(text), expanded.spot(refusal.at), None)
        yield ExpressionProblem(spot.offset, spot.length, refusal.message, refusal.hint)
