"""Whether the documented shapes of an answer have the place that a runtime expression points at."""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from troth.model.operation import Operation
from troth.wire.bodies import is_json
from troth.wire.pointers import reference_of, resolve_reference

_DEEPEST = 60


class Reach(IntEnum):
    """How far a schema goes along with a pointer."""

    IMPOSSIBLE = 0
    """No answer that fits the schema has the place."""
    UNDESCRIBED = 1
    """The schema allows it without saying so."""
    DESCRIBED = 2


def reach_of(operation: Operation, pointer: tuple[str, ...]) -> Reach:
    """How the documented answers of an operation go along with a pointer into the body: the best of them."""
    reached = [
        _walk(media.schema, pointer, media.schema, 0)
        for response in operation.responses.values()
        for media in response.content
        if is_json(media.name) and isinstance(media.schema, Mapping)
    ]
    return max(reached, default=Reach.UNDESCRIBED if not _bodies(operation) else Reach.IMPOSSIBLE)


def _bodies(operation: Operation) -> bool:
    """Whether any answer is described to have a body at all, so that one that is not JSON can be told."""
    return any(response.content for response in operation.responses.values())


def _walk(schema: object, parts: tuple[str, ...], root: Mapping[str, object], depth: int) -> Reach:
    if not parts:
        return Reach.DESCRIBED
    if schema is False:
        return Reach.IMPOSSIBLE
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return Reach.UNDESCRIBED
    reached = [_of_keywords(schema, parts, root, depth)]
    reference = reference_of(schema)
    if reference is not None:
        reached.append(_walk(resolve_reference(root, reference), parts, root, depth + 1))
    reached += [_walk(inner, parts, root, depth + 1) for inner in _list(schema, "allOf")]
    for key in ("anyOf", "oneOf"):
        branches = [_walk(branch, parts, root, depth + 1) for branch in _list(schema, key)]
        if branches:
            reached.append(max(branches))
    return Reach.IMPOSSIBLE if Reach.IMPOSSIBLE in reached else max(reached)


def _of_keywords(schema: Mapping[str, object], parts: tuple[str, ...], root: Mapping[str, object], depth: int) -> Reach:
    """What the keywords of this schema itself say of the first part."""
    kinds = schema.get("type", ["object", "array"])
    types = [kinds] if isinstance(kinds, str) else list(kinds) if isinstance(kinds, Iterable) else []
    part, rest = parts[0], parts[1:]
    reached = []
    if "object" in types:
        reached.append(_of_object(schema, part, rest, root, depth))
    if "array" in types and part.isdigit():
        items = schema.get("items")
        reached.append(Reach.UNDESCRIBED if items is None else _walk(items, rest, root, depth + 1))
    return max(reached, default=Reach.IMPOSSIBLE)


def _of_object(
    schema: Mapping[str, object], part: str, rest: tuple[str, ...], root: Mapping[str, object], depth: int
) -> Reach:
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and part in properties:
        return _walk(properties[part], rest, root, depth + 1)
    closed = schema.get("additionalProperties") is False or schema.get("unevaluatedProperties") is False
    if closed and "patternProperties" not in schema and not any(key in schema for key in ("allOf", "anyOf", "oneOf")):
        return Reach.IMPOSSIBLE
    further = schema.get("additionalProperties")
    return _walk(further, rest, root, depth + 1) if isinstance(further, Mapping) and rest else Reach.UNDESCRIBED


def _list(schema: Mapping[str, object], key: str) -> list[object]:
    value = schema.get(key)
    return value if isinstance(value, list) else []
