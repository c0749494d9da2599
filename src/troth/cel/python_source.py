"""Translates checked trees to Python source with the values of the closures of `troth.cel.compiler`, or an exception.

Callers must treat an exception as "unknown". Only steps that mean the same in Python and CEL are translated; others
are left to the closures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troth.cel.compiler import FUNCTIONS, ORDERS, chain, matching
from troth.cel.loops import MOST_STEPS, contained
from troth.cel.tree import Const, FunctionCall, Ident, ListOf, Loop, MapOf, Node, Select
from troth.cel.values import TYPES, Value, equal, ordered

_PYTHON_TYPES = {
    "null_type": "type(None)",
    "bool": "bool",
    "int": "int",
    "double": "float",
    "string": "str",
    "bytes": "bytes",
    "list": "list",
    "map": "dict",
}
_LONGEST_LITERAL = 8
"""A loop over a list literal is unrolled up to so many elements."""


class NotKnown(Exception):
    """A value of a type that is left to the closures."""


class _Unwritable(Exception):
    """The tree has a step that is not translated."""


@dataclass(frozen=True, slots=True)
class Term:
    """A step as a Python expression, which has the step's value or raises."""

    text: str
    truth: bool = False
    """Its value is True or False."""
    plain: bool = False
    """It is a name or a literal, and may be repeated."""


@dataclass(frozen=True, slots=True)
class _Inside:
    """The surroundings of a step."""

    loops: Mapping[str, "Term | Node"]
    """Loop variables: names in Python, or the literal of an unrolled loop."""
    lines: list[str] | None
    """Lines that run before the step in any case; None where the step may not run."""
    steps: int = 1

    def uncertain(self) -> "_Inside":
        return _Inside(self.loops, None, self.steps)


class PythonWriter:
    """Translates expressions one after the other; a value that several of them need is looked up once.

    ``names`` are the globals that the source needs.
    """

    def __init__(self) -> None:
        self.names: dict[str, Any] = {
            "equal": equal,
            "ordered": ordered,
            "truth": known_truth,
            "present": _present,
            "element": _element,
            "elements": _elements,
            "contained": contained,
        }
        self._constants: dict[int, tuple[str, object]] = {}
        """By identity, which stays unique since the value is kept."""
        self._known: dict[str, str] = {}
        self._count = 0

    def write(self, tree: Node, lines: list[str] | None) -> Term | None:
        """The tree as Python, or None where it cannot be translated; then no lines are added.

        Args:
            tree: checked, over variables of the scope.
            lines: receives lines that must run before; None where the step may not run.
        """
        known = dict(self._known)
        written: list[str] = []
        try:
            term = self._term(tree, _Inside({}, None if lines is None else written))
        except _Unwritable:
            self._known = known
            return None
        if lines is not None:
            lines += written
        return term

    def _term(self, node: Node, inside: _Inside) -> Term:
        match node:
            case Const(value=value):
                return self._literal(value)
            case Ident(name=name):
                return self._ident(name, inside)
            case Select():
                operand = self._term(node.operand, inside)
                if node.test:
                    return Term(self._has(operand, repr(node.field)), truth=True)
                return self._kept(f"{operand.text}[{node.field!r}]", inside)
            case FunctionCall():
                return self._call(node, inside)
            case ListOf(items=items):
                return Term(f"[{', '.join(self._term(item, inside).text for item in items)}]")
            case MapOf(entries=entries):
                return self._map(entries, inside)
            case Loop():
                return self._loop(node, inside)
            case _:
                raise _Unwritable

    def _literal(self, value: object) -> Term:
        if value is None or type(value) in (bool, int, str, bytes):
            return Term(f"({value!r})" if type(value) is int else repr(value), type(value) is bool, plain=True)
        return Term(self.constant(value), plain=True)

    def constant(self, value: object) -> str:
        """A name for a value."""
        name, _ = self._constants.setdefault(id(value), (f"k{len(self._constants)}", value))
        self.names[name] = value
        return name

    def _ident(self, name: str, inside: _Inside) -> Term:
        bound = inside.loops.get(name)
        if isinstance(bound, Term):
            return bound
        if bound is not None:
            return self._term(bound, inside)
        if name in TYPES:
            return Term(self.constant(TYPES[name]), plain=True)
        return self._kept(f"scope[{name!r}]", inside)

    def _kept(self, text: str, inside: _Inside) -> Term:
        """A step, assigned to a name for all goals where it runs in any case."""
        if text in self._known:
            return Term(self._known[text], plain=True)
        if inside.lines is None:
            return Term(text)
        name = self._known[text] = self._name()
        inside.lines.append(f"{name} = {text}")
        return Term(name, plain=True)

    def _name(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _has(self, operand: Term, key: str) -> str:
        if operand.plain:
            return f"({key} in {operand.text} if type({operand.text}) is dict else present({operand.text}, {key}))"
        return f"present({operand.text}, {key})"

    def _map(self, entries: Sequence[tuple[Node, Node]], inside: _Inside) -> Term:
        keys = [key.value for key, _ in entries if isinstance(key, Const) and type(key.value) is str]
        if len(set(keys)) != len(entries):
            raise _Unwritable
        values = [self._term(value, inside).text for _, value in entries]
        return Term(f"{{{', '.join(f'{key!r}: {value}' for key, value in zip(keys, values, strict=True))}}}")

    def _call(self, node: FunctionCall, inside: _Inside) -> Term:
        name = node.function
        args = [_bound(arg, inside) for arg in ((node.target,) if node.target else ()) + node.args]
        if name in ("_&&_", "_||_"):
            return self._decided(chain(node), " and " if name == "_&&_" else " or ", inside)
        if name == "_?_:_":
            asked, *branches = self._term(args[0], inside), *(self._term(arg, inside.uncertain()) for arg in args[1:])
            truth = all(branch.truth for branch in branches)
            return Term(f"({branches[0].text} if {truth_of(asked)} else {branches[1].text})", truth)
        if name in ("_==_", "_!=_"):
            return Term(self._equality(args[0], args[1], name == "_==_", inside), truth=True)
        terms = [self._term(arg, inside) for arg in args]
        if name in ORDERS:
            return Term(_order(ORDERS[name], terms[0], terms[1]), truth=True)
        if name == "!_":
            return Term(f"(not {truth_of(terms[0])})", truth=True)
        if name == "_[_]":
            if isinstance(args[1], Const) and type(args[1].value) is str:
                return self._kept(f"{terms[0].text}[{terms[1].text}]", inside)
            return Term(f"element({terms[0].text}, {terms[1].text})")
        if name == "@in":
            return self._member(args, terms)
        if name == "matches":
            return self._matches(args, terms)
        if name in FUNCTIONS:
            return self._kept(f"{self.constant(FUNCTIONS[name])}({', '.join(term.text for term in terms)})", inside)
        raise _Unwritable

    def _decided(self, nodes: Sequence[Node], word: str, inside: _Inside) -> Term:
        first, *rest = nodes
        texts = [truth_of(self._term(first, inside))]
        texts += [truth_of(self._term(node, inside.uncertain())) for node in rest]
        return Term(f"({word.join(texts)})", truth=True)

    def _equality(self, left: Node, right: Node, answer: bool, inside: _Inside) -> str:
        if isinstance(left, Const) and not isinstance(right, Const):
            left, right = right, left
        kind = _PYTHON_TYPES.get(right.name) if isinstance(right, Ident) and right.name not in inside.loops else None
        if kind is not None and isinstance(left, FunctionCall) and left.function == "type":
            (argument,) = left.args
            return f"(type({self._term(argument, inside).text}) is {'' if answer else 'not '}{kind})"
        first, second = self._term(left, inside), self._term(right, inside)
        if isinstance(right, Const) and (right.value is None or type(right.value) is bool):
            text = f"({first.text} is {right.value})"
        elif isinstance(right, Const) and (type(right.value) is str or right.value in range(2, 1000)):
            # In Python True equals 1 and False equals 0; other numbers, and texts, compare as in CEL.
            text = f"({first.text} == {second.text})"
        elif first.plain and second.plain:
            both = f"type({first.text}) is type({second.text}) in (str, int)"
            text = f"({first.text} == {second.text} if {both} else equal({first.text}, {second.text}))"
        else:
            text = f"equal({first.text}, {second.text})"
        return text if answer else f"(not {text})"

    def _member(self, args: Sequence[Node], terms: Sequence[Term]) -> Term:
        item, container = terms
        listed = args[1]
        if isinstance(listed, ListOf) and item.plain:
            texts = [item.value for item in listed.items if isinstance(item, Const) and type(item.value) is str]
            if len(texts) == len(listed.items):
                return Term(f"(type({item.text}) is str and {item.text} in {tuple(texts)!r})", truth=True)
        if isinstance(args[0], Const) and type(args[0].value) is str and container.plain:
            inside = f"{item.text} in {container.text}"
            return Term(
                f"({inside} if type({container.text}) is dict else contained({item.text}, {container.text}))", True
            )
        return Term(f"contained({item.text}, {container.text})", truth=True)

    def _matches(self, args: Sequence[Node], terms: Sequence[Term]) -> Term:
        pattern = args[-1]
        if not isinstance(pattern, Const) or type(pattern.value) is not str:
            raise _Unwritable
        return Term(f"{self.constant(matching(pattern.value))}({terms[0].text})", truth=True)

    def _loop(self, node: Loop, inside: _Inside) -> Term:
        match node.start, node.step:
            case Const(value=bool() as start), FunctionCall(function="_&&_" | "_||_", args=(Ident(), body)):
                pass
            case _:
                raise _Unwritable
        span, variable = node.span, node.variable
        if inside.steps < 0:
            raise _Unwritable  # Loops within loops are counted by the closures, lest a hostile body keep us busy.
        if isinstance(span, ListOf) and 0 < len(span.items) <= _LONGEST_LITERAL:
            if not all(isinstance(item, Const) for item in span.items):
                raise _Unwritable
            steps = inside.steps * len(span.items)
            each = [_Inside({**inside.loops, variable: item}, None, steps) for item in span.items]
            each[0] = _Inside(each[0].loops, inside.lines, steps)  # The first element is certain to be looked at.
            word = " and " if start else " or "
            return Term(f"({word.join(truth_of(self._term(body, element)) for element in each)})", truth=True)
        most = MOST_STEPS // inside.steps
        items = f"elements({self._term(span, inside).text}, {most})"
        name = self._name()
        within = _Inside({**inside.loops, variable: Term(name, plain=True)}, None, -1)
        word = "all" if start else "any"
        return Term(f"{word}({truth_of(self._term(body, within))} for {name} in {items})", truth=True)


def truth_of(term: Term) -> str:
    """Python that gives True or False and nothing else."""
    return term.text if term.truth else f"truth({term.text})"


def _bound(node: Node, inside: _Inside) -> Node:
    """The literal for the variable of an unrolled loop."""
    literal = inside.loops.get(node.name) if isinstance(node, Ident) else None
    return node if literal is None or isinstance(literal, Term) else literal


def _order(symbol: str, left: Term, right: Term) -> str:
    general = f"ordered({symbol!r}, {left.text}, {right.text})"
    if not left.plain or not right.plain:
        return general
    if right.text.strip("()").isdigit():
        return f"({left.text} {symbol} {right.text} if type({left.text}) is int else {general})"
    return f"({left.text} {symbol} {right.text} if type({left.text}) is type({right.text}) is int else {general})"


def known_truth(value: Value) -> bool:
    """True or False itself. Raises NotKnown for any other value."""
    if value is True or value is False:
        return bool(value)
    raise NotKnown


def _present(value: Value, key: str) -> bool:
    if type(value) is dict:
        return key in value
    raise NotKnown


def _element(value: Value, wanted: Value) -> Value:
    if type(value) is dict and type(wanted) is str:
        return value[wanted]
    if type(value) is list and type(wanted) is int and wanted >= 0:
        return value[wanted]
    raise NotKnown


def _elements(value: Value, most: int) -> Value:
    if (type(value) is list or type(value) is dict) and len(value) <= most:
        return value
    raise NotKnown
