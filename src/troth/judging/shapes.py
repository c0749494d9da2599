"""Whether a value has the shape that a schema asks for, and where it has not: compiled when first asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from troth.loading.validators import AS_WRITTEN, RANGE_OF, adapted, make_validator
from troth.model.operation import Basis, JsonSchema
from troth.wire.pointers import KeyPath, child, format_pointer, resolve_reference

_UNDECIDED = ("BacktrackLimitExceeded", "RegexEngineFailure")
_BEYOND = 10**400
"""Stands for a number beyond those that are computed with: greater than any bound that a schema may have."""
_LONGEST_MESSAGE, _LONGEST_VALUE = 300, 200


@dataclass(frozen=True, slots=True)
class Departure:
    """One place at which a value departs from a schema."""

    path: KeyPath
    """The way to the place in the value."""
    message: str
    value: str
    """The value there, as a person reads it, cut short where it is long."""
    kind: str
    """The keyword's kind as the engine names it, such as ``Required``."""
    basis: Basis | None
    """The nearest ``x-basis``, or None; ``assumed`` where the value keeps one sense of the schema and not the other."""
    undecided: bool = False
    """Whether it fits is not known: a pattern took too many steps."""
    surplus: tuple[str, ...] = ()
    """The members of an object that the schema does not let in."""
    missing: str = ""
    """The member that an object lacks."""

    @property
    def place(self) -> str:
        """The way to it as a JSON Pointer; ``/`` for the whole value."""
        return format_pointer(self.path) or "/"

    def lightness(self) -> int:
        """How little it weighs against the vendor: least of all where it is undecided."""
        return len(Basis) + 1 if self.undecided else (None, *Basis).index(self.basis)


class Shape:
    """A schema in its wide sense and, where it has one, its strict sense.

    Args:
        schema: in the wide sense: what departs from it breaks what the document says.
        strict: in the strict sense; None where that is the same.
    """

    __slots__ = ("_compiled", "schema", "strict")

    def __init__(self, schema: JsonSchema, strict: JsonSchema | None = None) -> None:
        self.schema = schema
        self.strict = strict
        self._compiled: tuple[_Compiled, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether every value has the shape."""
        return self.schema is True or (isinstance(self.schema, Mapping) and not self.schema and self.strict is None)

    def holds(self, value: object) -> bool:
        """Whether a value has the shape in both senses."""
        return all(each.holds(value) for each in self._senses())

    def departures(self, value: object, most: int) -> list[Departure]:
        """Where a value departs from the schema, one for each place: from its wide sense, then from its strict one."""
        senses = self._senses()
        found: dict[KeyPath, Departure] = {}
        if not senses[0].holds(value):
            if len(senses) == 2 and senses[1].holds(value):
                _gather(found, senses[0].departures(value, Basis.ASSUMED), most)
                return list(found.values())
            _gather(found, senses[0].departures(value, None), most)
        if len(senses) == 2:
            _gather(found, senses[1].departures(value, Basis.ASSUMED), most)
        return list(found.values())

    def each_departure(self, value: object) -> Iterator[Departure]:
        """Every departure from either sense, several at one place too."""
        for sense in self._senses():
            if not sense.holds(value):
                yield from sense.departures(value, None)

    def _senses(self) -> "tuple[_Compiled, ...]":
        if not self._compiled:
            senses = (self.schema,) if self.strict is None else (self.schema, self.strict)
            self._compiled = tuple(_Compiled(each) for each in senses)
        return self._compiled


class _Compiled:
    __slots__ = ("_schema", "_validator")

    def __init__(self, schema: JsonSchema) -> None:
        self._schema = adapted(schema)
        self._validator = make_validator(self._schema)

    def holds(self, value: object) -> bool:
        try:
            return self._validator.is_valid(value) or (_has_odd(value) and self._validator.is_valid(_plain(value)))
        except (UnicodeEncodeError, ValueError):
            return self._validator.is_valid(_plain(value))

    def departures(self, value: object, weight: Basis | None) -> Iterator[Departure]:
        for error in _errors(self._validator, value):
            path = tuple(error.instance_path)
            basis = weight or basis_along(self._schema, error.evaluation_path)
            yield Departure(
                path=path,
                message=self._message(error),
                value=_shown(error.instance, _LONGEST_VALUE),
                kind=type(error.kind).__name__.rpartition("_")[2],
                basis=basis,
                undecided=_undecided([error]),
                surplus=_surplus(error.kind),
                missing=str(error.kind.property) if isinstance(error.kind, ValidationErrorKind.Required) else "",
            )

    def _message(self, error: ValidationError) -> str:
        """The engine's words, but for what :mod:`troth.loading.validators` had put in words of its own."""
        *around, keyword = error.evaluation_path or [""]
        node = node_along(self._schema, around)
        fields = node if isinstance(node, Mapping) else {}
        if RANGE_OF in fields:
            return f"{_shown(error.instance, 60)} is beyond the range of {fields[RANGE_OF]}"
        if keyword == "pattern" and isinstance(fields.get(AS_WRITTEN), str):
            return f"{_shown(error.instance, 120, quoted=True)} does not match the pattern {fields[AS_WRITTEN]}"
        return _cut(error.message, _LONGEST_MESSAGE)


def _surplus(kind: ValidationErrorKind) -> tuple[str, ...]:
    if isinstance(kind, ValidationErrorKind.PropertyNames):
        return (str(kind.error.instance),)
    if isinstance(kind, ValidationErrorKind.AdditionalProperties | ValidationErrorKind.UnevaluatedProperties):
        return tuple(kind.unexpected)
    return ()


def basis_along(schema: JsonSchema, path: Iterable[str | int]) -> Basis | None:
    """The ``x-basis`` nearest to a violated keyword, walking from the schema's root through its references."""
    nearest: Basis | None = None
    for node in _along(schema, path):
        nearest = _basis_of(node) or nearest
    return nearest


def node_along(schema: JsonSchema, path: Iterable[str | int]) -> object:
    """The part of a schema that an evaluation path leads to, through references."""
    *_, node = _along(schema, path)
    return node


def _along(schema: JsonSchema, path: Iterable[str | int]) -> Iterator[object]:
    node: object = schema
    yield node
    for part in path:
        node = child(node, part)
        if part == "$ref" and isinstance(node, str):
            node = resolve_reference(schema, node)
        yield node


def _basis_of(node: object) -> Basis | None:
    word = node.get("x-basis") if isinstance(node, Mapping) else None
    return Basis(word) if isinstance(word, str) and word in Basis.__members__.values() else None


def _gather(known: dict[KeyPath, Departure], departures: Iterable[Departure], most: int) -> None:
    """Add departures at places that have none, until there are enough."""
    for departure in departures:
        if len(known) >= most:
            return
        known.setdefault(departure.path, departure)


def _errors(validator: Draft202012Validator, value: object) -> Iterator[ValidationError]:
    try:
        yield from validator.iter_errors(_plain(value) if _has_odd(value) else value)
    except (UnicodeEncodeError, ValueError):
        yield from validator.iter_errors(_plain(value))


def _undecided(errors: Iterable[ValidationError]) -> bool:
    """Whether a pattern was given up anywhere below these errors."""
    waiting = list(errors)
    while waiting:
        kind = waiting.pop().kind
        if type(kind).__name__.rpartition("_")[2] in _UNDECIDED:
            return True
        for branch in getattr(kind, "context", ()):
            waiting.extend(branch)
    return False


def _has_odd(value: object) -> bool:
    """Whether a tree has a number that the engine takes for null."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, float):
            if not isfinite(node):
                return True
        elif isinstance(node, Mapping):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return False


def _plain(value: object) -> object:
    """The same value with what the engine cannot take replaced: numbers beyond a double, halves of characters."""
    if isinstance(value, float):
        return value if isfinite(value) else _BEYOND if value > 0 else -_BEYOND
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-_BEYOND, min(_BEYOND, value))
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _shown(value: object, most: int, quoted: bool = False) -> str:
    return _cut("null" if value is None else f'"{value}"' if isinstance(value, str) and quoted else str(value), most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"
