"""Compiles a checked tree to closures, and refuses what CEL has and contracts do not."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from troth.cel.closures import (
    CompiledStep,
    compares,
    conditional,
    constant,
    decided,
    equals,
    indexed,
    negation,
    present,
    selected,
    strict,
    variable,
)
from troth.cel.faults import Fault
from troth.cel.functions import OWN, STANDARD
from troth.cel.loops import collected, exactly_one, key_of, list_of, map_of, member, quantified
from troth.cel.reference import PatternInvalid, search
from troth.cel.regex import searcher
from troth.cel.tree import UNSIGNED, Const, Foreign, FunctionCall, Ident, ListOf, Loop, MapOf, Node, Select
from troth.cel.values import (
    TYPES,
    Value,
    added,
    divided,
    multiplied,
    named,
    negated,
    remainder,
    subtracted,
)

_ARITHMETIC: Mapping[str, Callable[..., Value]] = {
    "_+_": added,
    "_-_": subtracted,
    "_*_": multiplied,
    "_/_": divided,
    "_%_": remainder,
    "-_": negated,
}
FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    **_ARITHMETIC,
    **STANDARD,
    **{name: function.call for name, function in OWN.items()},
}
"""Functions of values, by their names in the tree."""

ORDERS = {"_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_LOGIC = {"_&&_": False, "_||_": True}

_NO_DATES = "rfc2822(text) gives a date in seconds"
_HINTS = {
    "timestamp": _NO_DATES,
    "duration": "write seconds as a number",
    "uint": "int() takes whole numbers",
    UNSIGNED: "leave the u away",
}
_EMPTY = constant(None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that CEL has and contracts do not; `at` is an offset in the checked text."""

    at: int
    message: str
    hint: str | None = None


def compiled(tree: Node, variables: Collection[str]) -> CompiledStep | tuple[Refusal, ...]:
    """The closures of a tree over these variables, or every refusal in it."""
    compiler = _Compiler(variables)
    code = compiler.code(tree, {})
    return tuple(compiler.refusals) if compiler.refusals else code


_Loops = Mapping[str, CompiledStep]


class _Compiler:
    def __init__(self, variables: Collection[str]) -> None:
        self._variables = frozenset(variables)
        self.refusals: list[Refusal] = []

    def code(self, node: Node, loops: _Loops) -> CompiledStep:
        match node:
            case Const(value=value):
                return constant(value)
            case Ident():
                return self._ident(node, loops)
            case Select():
                operand = self.code(node.operand, loops)
                return present(operand, node.field) if node.test else selected(operand, node.field)
            case FunctionCall():
                return self._call(node, loops)
            case ListOf(items=items):
                return list_of([self.code(item, loops) for item in items])
            case MapOf():
                return self._map(node, loops)
            case Loop():
                return self._loop(node, loops)
            case Foreign(at=at, what=what):
                return self._refuse(at, f"{what} is not available in contracts", _HINTS.get(what))

    def _refuse(self, at: int, message: str, hint: str | None = None) -> CompiledStep:
        self.refusals.append(Refusal(at, message, hint))
        return _EMPTY

    def _ident(self, node: Ident, loops: _Loops) -> CompiledStep:
        if node.name in loops:
            return loops[node.name]
        if node.name in self._variables:
            return variable(node.name, frozenset((node.name.partition(".")[0],)))
        if node.name in TYPES:
            return constant(TYPES[node.name])
        return self._refuse(node.at, f"{node.name} is not available in contracts", _HINTS.get(node.name))

    def _map(self, node: MapOf, loops: _Loops) -> CompiledStep:
        for key, _ in node.entries:
            if isinstance(key, Const) and type(key.value) not in (str, int):
                self._refuse(key.at, f"{named(key.value)} as a key of a map is not available in contracts")
        return map_of([(self.code(key, loops), self.code(value, loops)) for key, value in node.entries])

    def _call(self, node: FunctionCall, loops: _Loops) -> CompiledStep:
        name = node.function
        if name in _LOGIC:
            return decided([self.code(term, loops) for term in chain(node)], _LOGIC[name])
        args = [self.code(arg, loops) for arg in ((node.target,) if node.target else ()) + node.args]
        if name in ("_==_", "_!=_"):
            return equals(args[0], args[1], name == "_==_")
        if name in ORDERS:
            return compares(ORDERS[name], args[0], args[1])
        if name == "_?_:_":
            return conditional(*args)
        if name == "!_":
            return negation(args[0])
        if name == "_[_]":
            return indexed(args[0], args[1])
        if name == "@in":
            return member(args[0], args[1])
        if name == "matches":
            return self._matches(node, args)
        if name in FUNCTIONS:
            return strict(FUNCTIONS[name], args)
        hint = _HINTS.get(name, _NO_DATES if name.startswith("get") else None)
        return self._refuse(node.at, f"{name}() is not available in contracts", hint)

    def _matches(self, node: FunctionCall, args: list[CompiledStep]) -> CompiledStep:
        pattern = node.args[-1]
        if not isinstance(pattern, Const) or not isinstance(pattern.value, str):
            return strict(_matches, args)
        try:
            return strict(matching(pattern.value), args[:1])
        except PatternInvalid as error:
            return self._refuse(pattern.at, f"not a regular expression of RE2: {error}")

    def _loop(self, node: Loop, loops: _Loops) -> CompiledStep:
        span = self.code(node.span, loops)
        key = key_of(node.variable)
        inner = {**loops, node.variable: variable(key, span.roots)}
        match node.start, node.step:
            case Const(value=bool() as start), FunctionCall(function="_&&_" | "_||_", args=(Ident(), body)):
                return quantified(span, key, self.code(body, inner), not start)
            case Const(value=0), FunctionCall(function="_?_:_", args=(chosen, _, _)):
                return exactly_one(span, key, self.code(chosen, inner))
            case ListOf(items=()), FunctionCall(function="_+_", args=(Ident(), ListOf(items=(body,)))):
                return collected(span, key, None, self.code(body, inner))
            case (
                ListOf(items=()),
                FunctionCall(
                    function="_?_:_",
                    args=(chosen, FunctionCall(function="_+_", args=(Ident(), ListOf(items=(body,)))), _),
                ),
            ):
                return collected(span, key, self.code(chosen, inner), self.code(body, inner))
            case _:
                return self._refuse(node.at, "this kind of loop is not available in contracts")


def chain(call: FunctionCall) -> list[Node]:
    """The terms of nested calls of one logical operator, as one list."""
    terms: list[Node] = []
    for arg in call.args:
        terms += chain(arg) if isinstance(arg, FunctionCall) and arg.function == call.function else [arg]
    return terms


def matching(pattern: str) -> Callable[[Value], bool]:
    """`matches` with a literal pattern. Raises PatternInvalid."""
    find = searcher(pattern)

    def matches(text: Value) -> bool:
        if type(text) is str:
            return find(text)
        raise Fault((f"matches() cannot take {named(text)}",))

    return matches


def _matches(text: Value, pattern: Value) -> bool:
    if type(text) is not str or type(pattern) is not str:
        raise Fault((f"matches() cannot take {named(text)} and {named(pattern)}",))
    return search(pattern, text)
