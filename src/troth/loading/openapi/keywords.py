"""The keywords of JSON Schema that hold schemas, and a walk along them."""

from collections.abc import Iterator, Mapping

LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
"""Keywords whose value is a list of schemas."""
MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
"""Keywords whose value has names for keys and schemas for values."""
SINGLE = (
    "not", "if", "then", "else", "items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems",
    "contains", "propertyNames",
)  # fmt: skip
"""Keywords whose value is a schema."""
ALTERNATIVES = ("allOf", "anyOf", "oneOf")
CONDITIONS = ("if", "then", "else")
NON_MONOTONE = ("oneOf", "not", "if", "contains")
"""Keywords under which a looser schema can make the whole a narrower one."""

Step = tuple[str | int, ...]
"""From a schema to one directly below it: a keyword, and a name or an index where it has several."""


def below(schema: Mapping[str, object]) -> Iterator[tuple[Step, object]]:
    """Every value directly below a schema that should be a schema, with the way to it."""
    for key, value in schema.items():
        if key in SINGLE and not (key == "items" and isinstance(value, list)):
            yield (key,), value
        elif key in MAPS and isinstance(value, Mapping):
            for name, each in value.items():
                yield (key, name), each
        elif (key in LISTS or key == "items") and isinstance(value, list):
            for index, each in enumerate(value):
                yield (key, index), each


def in_place(schema: Mapping[str, object]) -> Iterator[object]:
    """The schemas directly below one that speak of the same value as it does (``not`` left out)."""
    for step, each in below(schema):
        if step[0] in ALTERNATIVES or step[0] in CONDITIONS or step[0] == "dependentSchemas":
            yield each
