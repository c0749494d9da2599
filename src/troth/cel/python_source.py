"""Checked trees as Python source: the same values as the closures of `cel_compile`, or any exception at all.

Whoever runs it must take an exception for "I do not know". That makes it safe to be simple: only what Python says as
CEL does is written down, the rest is left to the closures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troth.cel.compiler import FUNCTIONS, ORDERS, chain, matching
from troth.cel.loops import MOST_STEPS, contained
from troth.cel.tree import Call, Const, Ident, ListOf, Loop, MapOf, Node, Select
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
"""Elements of a list literal for which a loop over it is written out."""


class NotKnown(Exception):
    """A value of a kind that is left to the closures."""


class _Unwritable(Exception):
    """This tree has something for which there is no Python here."""


@dataclass(frozen=True, slots=True)
class Term:
    """A step as Python: an expression that gives the step's value, or raises."""

    text: str
    truth: bool = False
    """It gives True or False and nothing else."""
    plain: bool = False
    """It is a name or a literal, free to stand more than once."""


@dataclass(frozen=True, slots=True)
class _Inside:
    """Where a step stands."""

    loops: Mapping[str, "Term | Node"]
    """Loop variables: names in Python, or the literal of a loop that is written out."""
    lines: list[str] | None
    """Where lines can be added that run before and for certain; None where it is not certain that the step runs."""
    steps: int = 1

    def uncertain(self) -> "_Inside":
        return _Inside(self.loops, None, self.steps)


class PythonWriter:
    """Writes expressions as Python, one after the other; what several have in common is looked up once.

    ``names`` is what that Python needs beside ``scope``.
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
        """By identity, which lasts because the value is kept."""
        self._known: dict[str, str] = {}
        self._count = 0

    def write(self, tree: Node, lines: list[str] | None) -> Term | None:
        """The tree as Python, or None where it cannot be written; then it leaves no lines behind.

        Args:
            tree: checked, over variables of the scope.
            lines: where to add lines that must run before; None where it is not certain that the step will run.
        """
        known = dict(self._known)
        own: list[str] = []
        try:
            term = self._term(tree, _Inside({}, None if lines is None else own))
        except _Unwritable:
            self._known = known
            return None
        if lines is not None:
            lines += own
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
            case Call():
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
        """A step under a name, looked up once for all goals, where it is certain to run."""
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

    def _call(self, node: Call, inside: _Inside) -> Term:
        name = node.function
        args = [_bound(arg, inside) for arg in ((node.target,) if node.target else ()) + node.args]
        if name in ("_&&_", "_||_"):
            return self._decided(chain(node), " and " if name == "_&&_" else " or ", inside)
        if name == "_?_:_":
            asked, *others = self._term(args[0], inside), *(self._term(arg, inside.uncertain()) for arg in args[1:])
            truth = all(other.truth for other in others)
            return Term(f"({others[0].text} if {truth_of(asked)} else {others[1].text})", truth)
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
        first, *others = nodes
        texts = [truth_of(self._term(first, inside))]
        texts += [truth_of(self._term(other, inside.uncertain())) for other in others]
        return Term(f"({word.join(texts)})", truth=True)

    def _equality(self, left: Node, right: Node, answer: bool, inside: _Inside) -> str:
        if isinstance(left, Const) and not isinstance(right, Const):
            left, right = right, left
        kind = _PYTHON_TYPES.get(right.name) if isinstance(right, Ident) and right.name not in inside.loops else None
        if kind is not None and isinstance(left, Call) and left.function == "type":
            (argument,) = left.args
            return f"(type({self._term(argument, inside).text}) is {'' if answer else 'not '}{kind})"
        one, other = self._term(left, inside), self._term(right, inside)
        if isinstance(right, Const) and (right.value is None or type(right.value) is bool):
            text = f"({one.text} is {right.value})"
        elif isinstance(right, Const) and (type(right.value) is str or right.value in range(2, 1000)):
            # True is Python's 1 and False its 0: every other number and every text is equal to itself alone.
            text = f"({one.text} == {other.text})"
        elif one.plain and other.plain:
            both = f"type({one.text}) is type({other.text}) in (str, int)"
            text = f"({one.text} == {other.text} if {both} else equal({one.text}, {other.text}))"
        else:
            text = f"equal({one.text}, {other.text})"
        return text if answer else f"(not {text})"

    def _member(self, args: Sequence[Node], terms: Sequence[Term]) -> Term:
        item, container = terms
        listed = args[1]
        if isinstance(listed, ListOf) and item.plain:
            texts = [one.value for one in listed.items if isinstance(one, Const) and type(one.value) is str]
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
            case Const(value=bool() as start), Call(function="_&&_" | "_||_", args=(Ident(), body)):
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
            return Term(f"({word.join(truth_of(self._term(body, one)) for one in each)})", truth=True)
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
    """The literal that a variable of a written-out loop stands for."""
    literal = inside.loops.get(node.name) if isinstance(node, Ident) else None
    return node if literal is None or isinstance(literal, Term) else literal


def _order(symbol: str, one: Term, other: Term) -> str:
    general = f"ordered({symbol!r}, {one.text}, {other.text})"
    if not one.plain or not other.plain:
        return general
    if other.text.strip("()").isdigit():
        return f"({one.text} {symbol} {other.text} if type({one.text}) is int else {general})"
    return f"({one.text} {symbol} {other.text} if type({one.text}) is type({other.text}) is int else {general})"


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
