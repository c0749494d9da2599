"""Closures that evaluate one step of an expression, specialised for what contracts are full of.

A closure takes the scope (qualified variable -> value) and gives a value or raises Fault. What can be known when the
expression is read is decided then: a path is one loop over its keys, a comparison with a constant does not ask what the
constant is. Loop variables live in the scope under names that no variable has (`@f`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from troth.cel.faults import NOWHERE, Fault, Place
from troth.cel.values import ORDERS, Value, equal, named, ordered, shown

Scope = Mapping[str, Value]
Run = Callable[[Scope], Value]

UNSET = object()
_EXACT_INT = 2**53


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled step.

    `roots` are the first segments of the variables in it and `reads` the names that it looks up in the scope; `path` is
    set for a variable and fields of it, `constant` for a value known beforehand. `place` tells where the value stands,
    if it stands somewhere: asked only when something failed, after `run` has succeeded on the same scope.
    """

    run: Run
    roots: frozenset[str] = NOWHERE
    reads: frozenset[str] = NOWHERE
    place: Callable[[Scope], Place] | None = None
    path: tuple[str, tuple[str, ...]] | None = None
    constant: Value = field(default=UNSET)

    def stands(self, scope: Scope) -> Place | None:
        """Where the value of this step stands in the scope."""
        return None if self.place is None else self.place(scope)


def joined(run: Run, parts: Sequence[Code]) -> Code:
    """A step that has these steps as its parts."""
    roots = NOWHERE.union(*(part.roots for part in parts))
    reads = NOWHERE.union(*(part.reads for part in parts))
    return Code(run, roots, reads)


def constant(value: Value) -> Code:
    """A value known beforehand."""
    return Code(lambda _: value, constant=value)


def variable(name: str, roots: frozenset[str]) -> Code:
    """A variable of the scope."""
    return _path(name, (), roots)


def _path(name: str, fields: tuple[str, ...], roots: frozenset[str]) -> Code:
    def run(scope: Scope) -> Value:
        try:
            value = scope[name]
            for key in fields:
                value = value[key]
            return value
        except (KeyError, TypeError, IndexError):
            raise _astray(scope, name, fields, roots) from None

    place: Place = (name, *fields)
    return Code(run, roots, frozenset((name,)), lambda _: place, (name, fields))


def _astray(scope: Scope, name: str, fields: tuple[str, ...], roots: frozenset[str]) -> Fault:
    """Where a path ends early."""
    if name not in scope:
        return Fault(((name,), " is not known"), roots, (name,))
    value = scope[name]
    place: Place = (name,)
    for key in fields:
        if type(value) is not dict or key not in value:
            return _no_field(value, key, place, roots)
        value = value[key]
        place = (*place, key)
    return Fault((place, " cannot be read"), roots, place)


def _no_field(value: Value, key: str, place: Place | None, roots: frozenset[str]) -> Fault:
    subject: Place | str = "this" if place is None else place
    if type(value) is not dict:
        return Fault((subject, f" is {named(value)}, which has no fields"), roots, place)
    return Fault((subject, f' has no field "{key}"'), roots, None if place is None else (*place, key))


def selected(operand: Code, key: str) -> Code:
    """`operand.key`."""
    if operand.path is not None:
        name, fields = operand.path
        return _path(name, (*fields, key), operand.roots)
    inner, where, roots = operand.run, operand.place, operand.roots

    def run(scope: Scope) -> Value:
        value = inner(scope)
        if type(value) is dict and key in value:
            return value[key]
        raise _no_field(value, key, operand.stands(scope), roots)

    return Code(run, roots, operand.reads, None if where is None else lambda scope: (*where(scope), key))


def present(operand: Code, key: str) -> Code:
    """`has(operand.key)`."""
    inner, roots = operand.run, operand.roots

    def run(scope: Scope) -> bool:
        value = inner(scope)
        if type(value) is dict:
            return key in value
        raise _no_field(value, key, operand.stands(scope), roots)

    return joined(run, (operand,))


def indexed(operand: Code, key: Code) -> Code:
    """`operand[key]`: an element of a list or the value at a key of a map."""
    inner, which, where = operand.run, key.run, operand.place
    roots = operand.roots | key.roots

    def run(scope: Scope) -> Value:
        value, wanted = inner(scope), which(scope)
        kind = type(wanted)
        if type(value) is dict:
            if kind is str or kind is int or kind is float:
                if wanted in value:
                    return value[wanted]
            elif kind is not bool:
                raise Fault((f"{named(wanted)} cannot be the key of a map",), roots, operand.stands(scope))
        elif type(value) is list:
            if kind is float and wanted.is_integer():
                wanted = int(wanted)
            if type(wanted) is int and 0 <= wanted < len(value):
                return value[wanted]
        raise _no_element(value, wanted, operand.stands(scope), roots)

    place = None if where is None else lambda scope: (*where(scope), which(scope))
    return Code(run, roots, operand.reads | key.reads, place)


def _no_element(value: Value, wanted: Value, place: Place | None, roots: frozenset[str]) -> Fault:
    subject: Place | str = "this" if place is None else place
    element = (*place, wanted) if place is not None and type(wanted) in (str, int) else None
    if type(value) is dict:
        text = f' has no field "{wanted}"' if type(wanted) is str else f" has no key {shown(wanted)}"
        return Fault((subject, text), roots, element)
    if type(value) is list:
        many = f"{len(value)} element{'' if len(value) == 1 else 's'}"
        return Fault((subject, f" has {many}, so [{shown(wanted)}] is none of them"), roots, element)
    return Fault((subject, f" is {named(value)}, which has no elements"), roots, place)


def strict(function: Callable[..., Value], args: Sequence[Code]) -> Code:
    """A function of values. A Fault of it is told with the places of its arguments."""
    roots = NOWHERE.union(*(arg.roots for arg in args))

    if len(args) == 1:
        (only,) = (arg.run for arg in args)

        def run(scope: Scope) -> Value:
            try:
                return function(only(scope))
            except Fault as fault:
                raise attributed(fault, roots, args, scope) from None

    elif len(args) == 2:
        left, right = (arg.run for arg in args)

        def run(scope: Scope) -> Value:
            try:
                return function(left(scope), right(scope))
            except Fault as fault:
                raise attributed(fault, roots, args, scope) from None

    else:
        runs = tuple(arg.run for arg in args)

        def run(scope: Scope) -> Value:
            try:
                return function(*[each(scope) for each in runs])
            except Fault as fault:
                raise attributed(fault, roots, args, scope) from None

    return joined(run, args)


def attributed(fault: Fault, roots: frozenset[str], args: Sequence[Code], scope: Scope) -> Fault:
    """A fault of a function, with where its arguments stand; one that already says so is left alone."""
    if fault.roots or fault.path is not None:
        return fault
    places = [arg.place(scope) for arg in args if arg.place is not None]
    parts: list[str | Place] = list(fault.parts)
    for number, place in enumerate(places):
        parts += [" (" if number == 0 else " and ", place]
    if places:
        parts.append(")")
    return Fault(tuple(parts), roots, places[0] if len(places) == 1 else None)


def equals(left: Code, right: Code, answer: bool) -> Code:
    """`left == right` (answer True) or `left != right` (answer False)."""
    if left.constant is not UNSET and right.constant is UNSET:
        left, right = right, left
    known = right.constant
    if type(known) is str or (type(known) is int and abs(known) <= _EXACT_INT):
        return joined(_equals_plain(left, known, answer), (left, right))
    if known is None or known is True or known is False:
        inner = left.run
        return joined(lambda scope: (inner(scope) is known) is answer, (left, right))
    return strict((lambda one, other: equal(one, other) is answer), (left, right))


def _equals_plain(code: Code, known: str | int, answer: bool) -> Run:
    """A comparison with text or a whole number; Python's `==` is wrong only for True and False."""
    if code.path is None:
        inner = code.run

        def run(scope: Scope) -> bool:
            value = inner(scope)
            return (value == known and type(value) is not bool) is answer

        return run
    (name, fields), roots = code.path, code.roots

    def run_path(scope: Scope) -> bool:
        try:
            value = scope[name]
            for key in fields:
                value = value[key]
        except (KeyError, TypeError, IndexError):
            raise _astray(scope, name, fields, roots) from None
        return (value == known and type(value) is not bool) is answer

    return run_path


def compares(symbol: str, left: Code, right: Code) -> Code:
    """`<`, `<=`, `>`, `>=`."""
    known = right.constant
    if type(known) is not int:
        return strict((lambda one, other: ordered(symbol, one, other)), (left, right))
    order, inner, roots, args = ORDERS[symbol], left.run, left.roots, (left,)

    def run(scope: Scope) -> bool:
        value = inner(scope)
        if type(value) is int:
            return bool(order(value, known))
        try:
            return ordered(symbol, value, known)
        except Fault as fault:
            raise attributed(fault, roots, args, scope) from None

    return joined(run, (left, right))


def no_bool(code: Code, value: Value, scope: Scope) -> Fault:
    """The fault of a value that should be true or false."""
    place = code.stands(scope)
    if place is None:
        return Fault((f"gave {shown(value)}, not true or false",), code.roots)
    return Fault((place, f" is {shown(value)}, not true or false"), code.roots, place)


def decided(terms: Sequence[Code], stop: bool) -> Code:
    """`&&` (stop False) or `||` (stop True) of many terms: one that is `stop` decides, whatever the others do."""
    runs = tuple((term.run, term) for term in terms)
    going = not stop

    def run(scope: Scope) -> Value:
        fault = None
        for each, term in runs:
            try:
                value = each(scope)
            except Fault as error:
                fault = error if fault is None else fault.joined(error)
                continue
            if value is stop:
                return stop
            if value is not going:
                wrong = no_bool(term, value, scope)
                fault = wrong if fault is None else fault.joined(wrong)
        if fault is not None:
            raise fault
        return going

    return joined(run, terms)


def negation(term: Code) -> Code:
    """`!term`."""
    inner = term.run

    def run(scope: Scope) -> bool:
        value = inner(scope)
        if value is True:
            return False
        if value is False:
            return True
        raise no_bool(term, value, scope)

    return joined(run, (term,))


def conditional(condition: Code, yes: Code, no: Code) -> Code:
    """`condition ? yes : no`."""
    asked, one, other = condition.run, yes.run, no.run

    def run(scope: Scope) -> Value:
        value = asked(scope)
        if value is True:
            return one(scope)
        if value is False:
            return other(scope)
        raise no_bool(condition, value, scope)

    return joined(run, (condition, yes, no))
