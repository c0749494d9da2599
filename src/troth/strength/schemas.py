"""What a JSON Schema says of one place of an answer: for the values that it lists, and for the near guard."""

from collections.abc import Iterator, Mapping
from itertools import chain

from troth.wire.pointers import reference_of, resolve_reference

_SAID = (
    "type const enum format pattern minLength maxLength minimum maximum minItems maxItems required additionalProperties"
)
_DEEPEST = 20


def at_place(schema: object, place: tuple[str, ...]) -> tuple[Mapping[str, object], ...]:
    """Every subschema that speaks of a place.

    Args:
        schema: the whole schema; its references point into it.
        place: names of members, ``*`` for the items of lists.
    """
    found = list(_alternatives(schema, schema, 0))
    for part in place:
        found = list(chain.from_iterable(_alternatives(step, schema, 0) for one in found for step in _steps(one, part)))
    return tuple(found)


def listed_values(schemas: tuple[Mapping[str, object], ...]) -> tuple[object, ...]:
    """The values that these subschemas list."""
    values: list[object] = []
    for schema in schemas:
        listed = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if isinstance(listed, list):
            values += [value for value in listed if value not in values]
    return tuple(values)


def described(schemas: tuple[Mapping[str, object], ...]) -> str:
    """The keywords of these subschemas that hold an answer to something, as a person reads them."""
    said = []
    for schema in schemas:
        for keyword in _SAID.split():
            if keyword in schema:
                text = f"{keyword}: {_short(schema[keyword])}"
                if text not in said:
                    said.append(text)
    return ", ".join(said)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _alternatives(schema: object, root: object, depth: int) -> Iterator[Mapping[str, object]]:
    """A schema and all that it refers to or is made of."""
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return
    yield schema
    reference = reference_of(schema)
    if reference is not None:
        yield from _alternatives(resolve_reference(root, reference), root, depth + 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for one in _listed(schema.get(keyword)):
            yield from _alternatives(one, root, depth + 1)
    for keyword in ("then", "else"):
        yield from _alternatives(schema.get(keyword), root, depth + 1)


def _steps(schema: Mapping[str, object], part: str) -> Iterator[object]:
    if part == "*":
        yield schema.get("items")
        yield from _listed(schema.get("prefixItems"))
        return
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and part in properties:
        yield properties[part]
    else:
        yield schema.get("additionalProperties")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
