"""Closures for lists and maps: literals, `in`, and the loops `all`, `exists`, `exists_one`, `map`, `filter`."""

from collections.abc import Sequence

from troth.cel.closures import UNSET, CompiledStep, Run, Scope, constant, joined, no_bool, strict
from troth.cel.faults import NOWHERE, Fault, Place, place_text
from troth.cel.values import Value, equal, named

MOST_STEPS = 1_000_000
"""How many elements nested loops may visit in all, since a body may be hostile."""

_STEPS = "@steps"
_SCALARS = (str, int, float)

Container = list[Value] | dict[Value, Value]


def list_of(items: Sequence[CompiledStep]) -> CompiledStep:
    """A list literal."""
    known = [item.constant for item in items]
    if not any(each is UNSET or type(each) is list for each in known):
        return CompiledStep(lambda _: list(known), constant=known)
    runs = tuple(item.run for item in items)
    return joined(lambda scope: [each(scope) for each in runs], items)


def map_of(entries: Sequence[tuple[CompiledStep, CompiledStep]]) -> CompiledStep:
    """A map literal with text or whole numbers as keys."""
    runs = tuple((key.run, value.run) for key, value in entries)

    def run(scope: Scope) -> dict[Value, Value]:
        made: dict[Value, Value] = {}
        for key_run, value_run in runs:
            key = key_run(scope)
            if type(key) not in (str, int):
                raise Fault((f"{named(key)} cannot be a key of a map in contracts",))
            if key in made:
                raise Fault(("a map has the same key twice",))
            made[key] = value_run(scope)
        return made

    return joined(run, [part for entry in entries for part in entry])


def member(item: CompiledStep, container: CompiledStep) -> CompiledStep:
    """`item in container`."""
    known = container.constant
    if type(known) is list and known and all(type(each) is str for each in known):
        texts, inner = frozenset(known), item.run

        def run(scope: Scope) -> bool:
            value = inner(scope)
            return type(value) is str and value in texts

        return joined(run, (item, container))
    return strict(contained, (item, container))


def contained(item: Value, container: Value) -> bool:
    """`item in container` of values: an element of a list or a key of a map."""
    kind = type(item)
    if type(container) is list:
        return item in container if kind is str else any(equal(item, each) for each in container)
    if type(container) is dict:
        if kind in _SCALARS:
            return item in container
        if kind is bool:
            return False
        raise Fault((f"{named(item)} cannot be the key of a map",))
    raise Fault((f"in needs a list or a map, not {named(container)}",))


def key_of(name: str) -> str:
    """The key of a loop's variable in the scope."""
    return f"@{name}"


class _Span:
    """The range of a loop, and the scope of its body."""

    __slots__ = ("_fixed", "_key", "_reads", "_span")

    def __init__(self, span: CompiledStep, key: str, bodies: Sequence[CompiledStep]) -> None:
        self._fixed = span.constant if type(span.constant) is list else None
        self._span = span
        self._key = key
        self._reads = tuple(sorted(NOWHERE.union(*(body.reads for body in bodies)) - {key}))

    def open(self, scope: Scope) -> tuple[Container, dict[str, Value]]:
        """The elements (the keys of a map), and a new scope for the body."""
        items = self._span.run(scope) if self._fixed is None else self._fixed
        if type(items) is not list and type(items) is not dict:
            place = self._span.stands(scope)
            raise Fault((place or "this", f" is {named(items)}, which has no elements"), self._span.roots, place)
        inner = {name: scope[name] for name in self._reads if name in scope}
        steps = scope.get(_STEPS, 1) * max(len(items), 1)
        if steps > MOST_STEPS:
            raise Fault((f"loops over more than {MOST_STEPS} elements",), self._span.roots)
        inner[_STEPS] = steps
        return items, inner

    def moved(self, fault: Fault, scope: Scope, items: Container, index: int, item: Value) -> Fault:
        """A fault of the body with the element for the loop's variable; `scope` is that of the body."""
        place = None if self._fixed is not None else self._span.stands(scope)
        if type(items) is list:
            element: Place = (f"element {index} of the list",) if place is None else (*place, index)
            return fault.moved(self._key, element, element)
        if place is None:
            entry: Place = (f'the key "{item}"',)
            return fault.moved(self._key, entry, entry)
        # Within another loop the place of the map is not known yet.
        of = "" if str(place[0]).startswith("@") else f" of {place_text(place)}"
        return fault.moved(self._key, (f'the key "{item}"{of}',), (*place, item))


def _loop(run: Run, span: CompiledStep, key: str, bodies: Sequence[CompiledStep]) -> CompiledStep:
    roots = NOWHERE.union(span.roots, *(body.roots for body in bodies))
    reads = NOWHERE.union(*(body.reads for body in bodies)) - {key} | span.reads
    return CompiledStep(run, roots, reads)


def quantified(span: CompiledStep, key: str, body: CompiledStep, stop: bool) -> CompiledStep:
    """`all` (stop False) or `exists` (stop True): an element that is `stop` decides, even if others fail."""
    opened, each, going = _Span(span, key, (body,)), body.run, not stop

    def run(scope: Scope) -> Value:
        items, inner = opened.open(scope)
        fault = None
        for index, item in enumerate(items):
            inner[key] = item
            try:
                value = each(inner)
                if value is stop:
                    return stop
                if value is not going:
                    raise no_bool(body, value, inner)
            except Fault as error:
                fault = opened.moved(error, scope, items, index, item) if fault is None else fault.joined(error)
        if fault is not None:
            raise fault
        return going

    return _loop(run, span, key, (body,))


def _chosen(body: CompiledStep, scope: Scope) -> bool:
    value = body.run(scope)
    if value is True or value is False:
        return bool(value)
    raise no_bool(body, value, scope)


def exactly_one(span: CompiledStep, key: str, body: CompiledStep) -> CompiledStep:
    """`exists_one`: exactly one element is true, and none fails."""
    opened = _Span(span, key, (body,))

    def run(scope: Scope) -> bool:
        items, inner = opened.open(scope)
        count = 0
        for index, item in enumerate(items):
            inner[key] = item
            try:
                count += _chosen(body, inner)
            except Fault as fault:
                raise opened.moved(fault, scope, items, index, item) from None
        return count == 1

    return _loop(run, span, key, (body,))


def collected(span: CompiledStep, key: str, chosen: CompiledStep | None, body: CompiledStep) -> CompiledStep:
    """`map` and `filter`: the values of the body for every (chosen) element, in order."""
    bodies = (body,) if chosen is None else (chosen, body)
    opened, each = _Span(span, key, bodies), body.run
    wanted = constant(True) if chosen is None else chosen

    def run(scope: Scope) -> list[Value]:
        items, inner = opened.open(scope)
        made = []
        for index, item in enumerate(items):
            inner[key] = item
            try:
                if _chosen(wanted, inner):
                    made.append(each(inner))
            except Fault as fault:
                raise opened.moved(fault, scope, items, index, item) from None
        return made

    return _loop(run, span, key, bodies)
