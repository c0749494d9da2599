"""What a JSON Schema says of a value and of its parts, through references and ``allOf``, ``anyOf``, ``oneOf``."""

from collections.abc import Iterator, Mapping

from troth.wire.pointers import resolve_reference

_ALTERNATIVES = ("allOf", "anyOf", "oneOf", "then", "else")
_OBJECT_KEYWORDS = ("properties", "additionalProperties", "patternProperties", "required")
_ARRAY_KEYWORDS = ("items", "prefixItems", "minItems", "maxItems", "uniqueItems")


def speaking(schema: object, root: object) -> Iterator[Mapping[str, object]]:
    """Every schema that speaks of the same value, the schema itself first; each once.

    Args:
        schema: a schema, or a part of one.
        root: what its references point into.
    """
    waiting, seen = [schema], set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Mapping) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        reference = node.get("$ref")
        if isinstance(reference, str):
            waiting.append(resolve_reference(root, reference))
        for key in _ALTERNATIVES:
            inner = node.get(key)
            waiting.extend(inner if isinstance(inner, list) else [inner])


def kinds(schema: object, root: object) -> frozenset[str]:
    """The types of JSON that a schema speaks of; empty where it speaks of none."""
    named: set[str] = set()
    for node in speaking(schema, root):
        kind = node.get("type")
        named.update(kind if isinstance(kind, list) else [kind] if isinstance(kind, str) else [])
        if kind is None and any(key in node for key in _OBJECT_KEYWORDS):
            named.add("object")
        if kind is None and any(key in node for key in _ARRAY_KEYWORDS):
            named.add("array")
    return frozenset(named)


def member_names(schema: object, root: object) -> frozenset[str]:
    """The names of an object's members that a schema speaks of."""
    names: set[str] = set()
    for node in speaking(schema, root):
        properties = node.get("properties")
        names.update(properties if isinstance(properties, Mapping) else ())
    return frozenset(names)


def is_free_form(schema: object, root: object) -> bool:
    """Whether an object is meant to have members that the schema does not name: it names none, or says what others are.

    By the letter an object that only names some is open too; in a query nobody means that.
    """
    nodes = list(speaking(schema, root))
    others = [node["additionalProperties"] for node in nodes if "additionalProperties" in node]
    return False not in others and (bool(others) or not member_names(schema, root))


def of_member(schema: object, root: object, name: str) -> list[object]:
    """The schemas of a member, or of any other where none names it."""
    named, others = [], []
    for node in speaking(schema, root):
        properties = node.get("properties")
        if isinstance(properties, Mapping) and name in properties:
            named.append(properties[name])
        elif "additionalProperties" in node:
            others.append(node["additionalProperties"])
    return named or others


def of_items(schema: object, root: object, index: int) -> list[object]:
    """The schemas of a list's item."""
    collected = []
    for node in speaking(schema, root):
        first = node.get("prefixItems")
        if isinstance(first, list) and index < len(first):
            collected.append(first[index])
        elif "items" in node:
            collected.append(node["items"])
    return collected
