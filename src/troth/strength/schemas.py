"""The subschemas of a JSON Schema that apply to one place of an answer: the values they list, their keywords."""

from collections.abc import Iterator, Mapping

from troth.wire.pointers import reference_of, resolve_reference

_ASSERTIONS = (
    "type const enum format pattern minLength maxLength minimum maximum minItems maxItems required additionalProperties"
)


def at_place(schema: object, place: tuple[str, ...]) -> tuple[Mapping[str, object], ...]:
    """Every subschema that may apply to a place.

    Args:
        schema: the whole schema; its references point into it.
        place: names of members, ``*`` for the items of lists.
    """
    subschemas = list(_alternatives(schema, schema))
    for part in place:
        steps = [step for subschema in subschemas for step in _steps(subschema, part)]
        subschemas = [inner for step in steps for inner in _alternatives(step, schema)]
    return tuple(subschemas)


def listed_values(schemas: tuple[Mapping[str, object], ...]) -> tuple[object, ...]:
    """The values that these subschemas list."""
    values: list[object] = []
    for schema in schemas:
        listed = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if isinstance(listed, list):
            values += [value for value in listed if value not in values]
    return tuple(values)


def described(schemas: tuple[Mapping[str, object], ...]) -> str:
    """The asserting keywords of these subschemas, as one line for a person."""
    texts = []
    for schema in schemas:
        for keyword in _ASSERTIONS.split():
            if keyword in schema:
                text = f"{keyword}: {_short(schema[keyword])}"
                if text not in texts:
                    texts.append(text)
    return ", ".join(texts)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _alternatives(schema: object, root: object) -> Iterator[Mapping[str, object]]:
    """A schema and every one that may apply to the same value, once: by ``$ref``, ``allOf``, ``then`` and so on."""
    waiting, seen = [schema], set()
    while waiting:
        part = waiting.pop()
        if not isinstance(part, Mapping) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        reference = reference_of(part)
        inner = [part.get("else"), part.get("then")]
        inner += [each for keyword in ("oneOf", "anyOf", "allOf") for each in reversed(_listed(part.get(keyword)))]
        waiting += inner if reference is None else [*inner, resolve_reference(root, reference)]


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
