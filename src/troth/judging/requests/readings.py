"""What text may stand for: parameters, headers and forms carry text, while schemas speak of values."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from troth.judging.shapes import Departure, Shape
from troth.model.operation import JsonSchema
from troth.wire.schema_parts import kinds, of_items, of_member

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 400


def readings(text: str) -> list[object]:
    """The values that a text may stand for, itself first: a truth value, a number, a JSON array or object."""
    found: list[object] = [text]
    number = _number(text)
    if text in ("true", "false"):
        found.append(text == "true")
    elif number is not None:
        found.append(number)
    elif text[:1] in ("[", "{"):
        with suppress(ValueError, RecursionError):
            found.append(json.loads(text))
    return found


def list_readings(texts: list[str]) -> list[object]:
    """The lists that several texts may stand for: of texts, and of what each of them may be besides."""
    return [texts, [readings(text)[-1] for text in texts]]


def _number(text: str) -> int | float | None:
    if len(text) >= _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    number: int | float = json.loads(text)
    return None if abs(number) == float("inf") else number


class Readings:
    """Text as the values that one schema asks for.

    Args:
        shape: the schema.
        of_answer: the text is a service's. JSON Schema takes ``1.0`` for an integer, so an answer that has it keeps the
            schema; few services take it, so a request that has it is not surely described.
    """

    def __init__(self, shape: Shape, of_answer: bool = False) -> None:
        self.shape = shape
        self._of_answer = of_answer
        self._parts: dict[int, tuple[object, Shape]] = {}

    def fit(self, way: object) -> bool:
        """Whether text, or a list or an object of texts, stands for a value that the schema allows."""
        return self.shape.holds(self._value(way, [self.shape.schema]))

    def departure(self, way: object) -> Departure | None:
        """Where it departs from the schema at first; None where it does not."""
        return next(iter(self.shape.departures(self._value(way, [self.shape.schema]), 1)), None)

    def member(self, name: str, ways: Sequence[object]) -> object:
        """A member of an object, by the first way to read it that its own schema allows."""
        schemas = of_member(self.shape.schema, self.shape.schema, name)
        values = [self._value(way, schemas) for way in ways] or [""]
        return next((value for value in values if self._fitting(value, schemas) == len(schemas)), values[0])

    def member_is(self, name: str, kind: str) -> bool:
        """Whether a member is of a type, by its schema."""
        root = self.shape.schema
        return any(kind in kinds(each, root) for each in of_member(root, root, name))

    def _value(self, way: object, schemas: Sequence[object]) -> object:
        root = self.shape.schema
        if isinstance(way, Mapping):
            return {
                name: self._value(each, [part for schema in schemas for part in of_member(schema, root, name)])
                for name, each in way.items()
            }
        if isinstance(way, list):
            return [
                self._value(each, [part for schema in schemas for part in of_items(schema, root, index)])
                for index, each in enumerate(way)
            ]
        return self._leaf(way, schemas) if isinstance(way, str) else way

    def _leaf(self, text: str, schemas: Sequence[object]) -> object:
        """The reading that most of the schemas allow; the text itself before what it may be besides."""
        found: list[object] = [text]
        number = _number(text)
        if text in ("true", "false"):
            found.append(text == "true")
        elif isinstance(number, int) or (number is not None and self._takes_fractions(schemas)):
            found.append(number)
        if len(found) == 1 or not schemas:
            return text
        if self._wants_no_text(schemas):
            found.reverse()
        return max(found, key=lambda value: self._fitting(value, schemas))

    def _wants_no_text(self, schemas: Iterable[object]) -> bool:
        return any(each and "string" not in each for each in self._kinds(schemas))

    def _kinds(self, schemas: Iterable[object]) -> list[frozenset[str]]:
        return [kinds(schema, self.shape.schema) for schema in schemas]

    def _takes_fractions(self, schemas: Iterable[object]) -> bool:
        """Whether ``1.0`` may stand there."""
        return self._of_answer or all(not each or "number" in each for each in self._kinds(schemas))

    def _fitting(self, value: object, schemas: Iterable[object]) -> int:
        return sum(self._part(schema).holds(value) for schema in schemas)

    def _part(self, schema: object) -> Shape:
        """The shape of a part of the schema, whose references point into the whole."""
        root = self.shape.schema
        if schema is root:
            return self.shape
        known = self._parts.get(id(schema))
        if known is None:
            whole: JsonSchema = True
            if isinstance(schema, Mapping) and isinstance(root, Mapping):
                shared = {key: value for key, value in root.items() if key == "components" or key.startswith("x-troth")}
                whole = {**schema, **shared}
            elif isinstance(schema, bool):
                whole = schema
            known = self._parts[id(schema)] = (schema, Shape(whole))
        return known[1]
