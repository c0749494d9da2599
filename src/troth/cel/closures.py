"""Closures that evaluate one step of an expression, with fast versions of the steps that are frequent in contracts.

A closure takes the scope (qualified variable -> value) and returns a value or raises Fault. Whatever is known when the
expression is compiled is decided then: a path is one loop over its keys, and a comparison with a constant does not
test the type of the constant. Loop variables are in the scope under names that no variable has (`@f`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from troth.cel.faults import NOWHERE, Fault, Place
from troth.cel.values import ORDERS, Value, equal, named, ordered, value_text

Scope = Mapping[str, Value]
Run = Callable[[Scope], Value]

UNSET = object()
_EXACT_INT = 2**53


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A compiled step.

    `roots` are the first segments of its variables, and `reads` the names that it looks up in the scope; `path` is set
    for a variable and fields of it, `constant` for a literal. `place` gives the place of the value in the scope, if it
    has one; it is called for error messages only, after `run` has succeeded on the same scope.
    """

    run: Run
    roots: frozenset[str] = NOWHERE
    reads: frozenset[str] = NOWHERE
    place: Callable[[Scope], Place] | None = None
    path: tuple[str, tuple[str, ...]] | None = None
    constant: Value = field(default=UNSET)

    def stands(self, scope: Scope) -> Place | None:
        """The place of the step's value in the scope; None where it has none."""
        return None if self.place is None else self.place(scope)


def joined(run: Run, parts: Sequence[CompiledStep]) -> CompiledStep:
    """A step that runs this and has the variables of these parts."""
    roots = NOWHERE.union(*(part.roots for part in parts))
    reads = NOWHERE.union(*(part.reads for part in parts))
    return CompiledStep(run, roots, reads)


def constant(value: Value) -> CompiledStep:
    """A literal."""
    return CompiledStep(lambda _: value, constant=value)


def variable(name: str, roots: frozenset[str]) -> CompiledStep:
    """A variable of the scope."""
    return _path(name, (), roots)


def _path(name: str, fields: tuple[str, ...], roots: frozenset[str]) -> CompiledStep:
    def run(scope: Scope) -> Value:
        try:
            value = scope[name]
            for key in fields:
                value = value[key]
            return value
        except (KeyError, TypeError, IndexError):
            raise _astray(scope, name, fields, roots) from None

    place: Place = (name, *fields)
    return CompiledStep(run, roots, frozenset((name,)), lambda _: place, (name, fields))


def _astray(scope: Scope, name: str, fields: tuple[str, ...], roots: frozenset[str]) -> Fault:
    """The fault of a path that does not exist, with the first part that is missing."""
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


def selected(operand: CompiledStep, key: str) -> CompiledStep:
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

    return CompiledStep(run, roots, operand.reads, None if where is None else lambda scope: (*where(scope), key))


def present(operand: CompiledStep, key: str) -> CompiledStep:
    """`has(operand.key)`."""
    inner, roots = operand.run, operand.roots

    def run(scope: Scope) -> bool:
        value = inner(scope)
        if type(value) is dict:
            return key in value
        raise _no_field(value, key, operand.stands(scope), roots)

    return joined(run, (operand,))


def indexed(operand: CompiledStep, key: CompiledStep) -> CompiledStep:
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
    return CompiledStep(run, roots, operand.reads | key.reads, place)


def _no_element(value: Value, wanted: Value, place: Place | None, roots: frozenset[str]) -> Fault:
    subject: Place | str = "this" if place is None else place
    element = (*place, wanted) if place is not None and type(wanted) in (str, int) else None
    if type(value) is dict:
        text = f' has no field "{wanted}"' if type(wanted) is str else f" has no key {value_text(wanted)}"
        return Fault((subject, text), roots, element)
    if type(value) is list:
        many = f"{len(value)} element{'' if len(value) == 1 else 's'}"
        return Fault((subject, f" has {many}, so [{value_text(wanted)}] is none of them"), roots, element)
    return Fault((subject, f" is {named(value)}, which has no elements"), roots, place)


def strict(function: Callable[..., Value], args: Sequence[CompiledStep]) -> CompiledStep:
    """A call of a function that evaluates all its arguments. Its faults get the places of the arguments."""
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


def attributed(fault: Fault, roots: frozenset[str], args: Sequence[CompiledStep], scope: Scope) -> Fault:
    """The fault of a function with the places of its arguments; a fault that has a place already is unchanged."""
    if fault.roots or fault.path is not None:
        return fault
    places = [arg.place(scope) for arg in args if arg.place is not None]
    parts: list[str | Place] = list(fault.parts)
    for number, place in enumerate(places):
        parts += [" (" if number == 0 else " and ", place]
    if places:
        parts.append(")")
    return Fault(tuple(parts), roots, places[0] if len(places) == 1 else None)


def equals(left: CompiledStep, right: CompiledStep, answer: bool) -> CompiledStep:
    """`left == right` (answer True) or `left != right` (answer False)."""
    if left.constant is not UNSET and right.constant is UNSET:
        left, right = right, left
    known = right.constant
    if type(known) is str or (type(known) is int and abs(known) <= _EXACT_INT):
        return joined(_equals_plain(left, known, answer), (left, right))
    if known is None or known is True or known is False:
        inner = left.run
        return joined(lambda scope: (inner(scope) is known) is answer, (left, right))
    return strict((lambda value, wanted: equal(value, wanted) is answer), (left, right))


def _equals_plain(code: CompiledStep, known: str | int, answer: bool) -> Run:
    """A comparison with text or a whole number. Python's `==` differs from CEL's for True and False only."""
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


def compares(symbol: str, left: CompiledStep, right: CompiledStep) -> CompiledStep:
    """`<`, `<=`, `>`, `>=`."""
    known = right.constant
    if type(known) is not int:
        return strict((lambda value, limit: ordered(symbol, value, limit)), (left, right))
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


def no_bool(code: CompiledStep, value: Value, scope: Scope) -> Fault:
    """The fault of a value that should be true or false."""
    place = code.stands(scope)
    if place is None:
        return Fault((f"gave {value_text(value)}, not true or false",), code.roots)
    return Fault((place, f" is {value_text(value)}, not true or false"), code.roots, place)


def decided(terms: Sequence[CompiledStep], stop: bool) -> CompiledStep:
    """`&&` (stop False) or `||` (stop True) of many terms: one that is `stop` decides, even if others fail."""
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


def negation(term: CompiledStep) -> CompiledStep:
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


def conditional(condition: CompiledStep, yes: CompiledStep, no: CompiledStep) -> CompiledStep:
    """`condition ? yes : no`."""
    asked, if_true, if_false = condition.run, yes.run, no.run

    def run(scope: Scope) -> Value:
        value = asked(scope)
        if value is True:
            return if_true(scope)
        if value is False:
            return if_false(scope)
        raise no_bool(condition, value, scope)

    return joined(run, (condition, yes, no))
