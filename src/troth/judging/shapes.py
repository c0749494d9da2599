"""Whether a value has the shape that a schema asks for, and where it has not: compiled when first asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from jsonschema_rs import Draft202012Validator, ValidationError

from troth.loading.validators import RANGE_OF, adapted, make_validator
from troth.model.operation import Basis, JsonSchema
from troth.wire.bodies import to_pointer
from troth.wire.pointers import step

_UNDECIDED = ("BacktrackLimitExceeded", "RegexEngineFailure")
_BEYOND = 10**400
"""Stands for a number beyond those that are computed with: greater than any bound that a schema may have."""
_LONGEST_MESSAGE, _LONGEST_VALUE = 300, 200


@dataclass(frozen=True, slots=True)
class Departure:
    """One place at which a value departs from a schema."""

    path: tuple[str | int, ...]
    """The way to the place in the value."""
    message: str
    value: str
    """The value there, as a person reads it, cut short where it is long."""
    kind: str
    """The keyword's kind as the engine names it, such as ``Required``."""
    error: ValidationError
    basis: Basis | None
    """The nearest ``x-basis`` of the schema; ``assumed`` where only its strict sense is left; None where there is none."""
    undecided: bool = False
    """Whether it fits is not known: a pattern took too many steps."""

    @property
    def place(self) -> str:
        """The way to it as a JSON Pointer; ``/`` for the whole value."""
        return to_pointer(list(self.path)) or "/"


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
        found: dict[tuple[str | int, ...], Departure] = {}
        if not senses[0].holds(value):
            if len(senses) == 2 and senses[1].holds(value):
                _gather(found, senses[0].departures(value, Basis.ASSUMED), most)
                return list(found.values())
            _gather(found, senses[0].departures(value, None), most)
        if len(senses) == 2:
            _gather(found, senses[1].departures(value, Basis.ASSUMED), most)
        return list(found.values())

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
                error=error,
                basis=basis,
                undecided=_undecided([error]),
            )

    def _message(self, error: ValidationError) -> str:
        """The engine's words, but for what :mod:`troth.loading.validators` had put in words of its own."""
        *around, keyword = error.evaluation_path or [""]
        node = node_along(self._schema, around)
        fields = node if isinstance(node, Mapping) else {}
        if RANGE_OF in fields:
            return f"{_shown(error.instance, 60)} is beyond the range of {fields[RANGE_OF]}"
        if keyword == "pattern" and isinstance(fields.get(AS_WRITTEN), str):
            return f"{_shown(error.instance, 120)} does not match the pattern {fields[AS_WRITTEN]}"
        return _cut(error.message, _LONGEST_MESSAGE)
