"""What of a document's schemas can be used: the rest is taken out where it stands, and named with its place.

A keyword that is taken out only ever lets more values through. Where that would turn round (under ``not``, ``if`` and
``oneOf``), the keyword around it is taken out too, or ``oneOf`` becomes ``anyOf``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from troth.errors import Position, Problem
from troth.loading.openapi.keywords import LISTS, MAPS, NON_MONOTONE, SINGLE, below
from troth.loading.openapi.references import Tree
from troth.loading.validators import ENGINE_FORMATS, FORMATS, RANGES, UNCONSTRAINED, pattern_problem
from troth.wire.pointers import MISSING, KeyPath, locate, locate_reference

TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
DEFINED_30 = frozenset(("int32", "int64", "float", "double", "byte", "binary", "date", "date-time", "password"))
"""The formats of OpenAPI 3.0 (https://spec.openapis.org/oas/v3.0.4#data-types)."""
DEFINED_31 = frozenset((*ENGINE_FORMATS, "int32", "int64", "float", "double", "password"))
"""Those of JSON Schema 2020-12 (Validation, section 7.3) and OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1#format)."""
LATER = frozenset((
    "const", "contains", "minContains", "maxContains", "if", "then", "else", "patternProperties", "propertyNames",
    "prefixItems", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems",
))  # fmt: skip
"""Keywords that hold values to something since OpenAPI 3.1, and mean nothing in 3.0."""
_HOLDING = LATER | frozenset((
    "type", "enum", "multipleOf", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "maxLength",
    "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required",
    "allOf", "anyOf", "oneOf", "not", "items", "properties", "additionalProperties", "format",
))  # fmt: skip
_DEPENDENT: Mapping[str, tuple[str, ...]] = {
    "properties": ("additionalProperties", "unevaluatedProperties"),
    "patternProperties": ("additionalProperties", "unevaluatedProperties"),
    "prefixItems": ("items", "unevaluatedItems"),
    "items": ("unevaluatedItems",),
    "contains": ("minContains", "maxContains", "unevaluatedItems"),
    "if": ("then", "else"),
}
"""What is taken out along with a keyword, since it would say something else without it."""
_COUNTED = ("Length", "Items", "Properties", "Contains")
_FIX = "correct it, or leave it out"


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _count(value: object) -> bool:
    return _number(value) and isinstance(value, (int, float)) and value >= 0 and value == int(value)


def _types(value: object) -> bool:
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(each, str) and each in TYPES for each in listed)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _schema(value: object) -> bool:
    return isinstance(value, (dict, bool))


def _list(value: object) -> bool:
    return isinstance(value, list)


def _some(value: object) -> bool:
    return isinstance(value, list) and bool(value)


def _map(value: object) -> bool:
    return isinstance(value, dict)


def _map_of_texts(value: object) -> bool:
    return isinstance(value, dict) and all(_texts(each) for each in value.values())


def _positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


_Check = tuple[Callable[[object], bool], str]
_EXPECTED: Mapping[str, _Check] = {
    "type": (_types, f"one of {', '.join(TYPES)}, or a list of these"),
    "enum": (_list, "a list"),
    "multipleOf": (_positive, "a number above 0"),
    **dict.fromkeys(("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"), (_number, "a number")),
    **dict.fromkeys(
        [
            "maxLength",
            "minLength",
            "maxItems",
            "minItems",
            "maxProperties",
            "minProperties",
            "maxContains",
            "minContains",
        ],
        (_count, "a whole number from 0"),
    ),
    **dict.fromkeys(("pattern", "format", "title", "description", "$comment"), (_text, "text")),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), (_text, "text")),
    "required": (_texts, "a list of names, beside the properties"),
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly", "nullable", "deprecated"), (_flag, "true or false")),
    "dependentRequired": (_map_of_texts, "an object of lists of names"),
    "examples": (_list, "a list"),
    **dict.fromkeys(MAPS, (_map, "an object of schemas")),
    **dict.fromkeys(LISTS, (_some, "a list of schemas")),
    **dict.fromkeys(SINGLE, (_schema, "a schema")),
}
_EXPECTED_30: Mapping[str, _Check] = {
    **_EXPECTED,
    **dict.fromkeys(
        ("exclusiveMaximum", "exclusiveMinimum"), (lambda value: _flag(value) or _number(value), "true or false")
    ),
}


@dataclass
class _Doubt:
    """One thing that the dialect leaves open, wherever it stands."""

    pointer: KeyPath
    sentence: str
    fix: str
    severe: bool
    """Nothing is held to it at all."""
    places: int = 1


class Survey:
    """Looks through the schemas of a tree that are asked for, and takes out what cannot be used.

    Args:
        tree: the joined document; changed.
        version: ``3.0``, ``3.1`` or ``3.2``.
    """

    def __init__(self, tree: Tree, version: str) -> None:
        self._tree = tree
        self._version = version
        self._old = version == "3.0"
        self._seen: set[int] = set()
        self._weak: list[KeyPath] = []
        self._led: dict[KeyPath, list[KeyPath]] = {}
        self._doubts: dict[tuple[str, str], _Doubt] = {}
        self.doubtful: set[int] = set()
        """The schemas (by ``id``) that say something the dialect leaves open."""

    def look(self, raw: object, pointer: KeyPath) -> None:
        """Look through a schema and all that it refers to."""
        waiting = [(raw, pointer)]
        while waiting:
            value, way = waiting.pop()
            if not isinstance(value, dict) or id(value) in self._seen:
                continue
            self._seen.add(id(value))
            self._keywords(value, way)
            self._open(value, way)
            reference = value.get("$ref")
            if isinstance(reference, str) and reference.startswith("#"):
                target, exact = locate_reference(self._tree.root, reference)
                self._led.setdefault(exact, []).append(way)
                if target is not MISSING:
                    waiting.append((target, exact))
                self._circle(value, way)
            waiting.extend(self._below(value, way))
        while self._weak:
            self._spread(self._weak.pop())

    def warnings(self) -> list[Problem]:
        """What is read in some way though the dialect does not define it, once for each kind."""
        return [
            Problem(self._tree.key_position(doubt.pointer), _counted(doubt), doubt.fix, "warning")
            for doubt in self._doubts.values()
            if not doubt.severe
        ]

    def name_unchecked(self) -> None:
        """Name what nothing is held to though nothing is wrong with it: formats that nobody defines."""
        for (kind, name), doubt in self._doubts.items():
            if doubt.severe:
                places = "" if doubt.places == 1 else f" (at {doubt.places} places)"
                self._tree.drop(doubt.pointer, f"the {kind} {name!r}{places}", doubt.sentence, doubt.fix)

    def _below(self, schema: dict[str, Any], way: KeyPath) -> list[tuple[object, KeyPath]]:
        found = []
        for step, each in list(below(schema)):
            if not _schema(each):
                self._tree.drop((*way, *step), f"the schema {each!r}"[:60], "a schema is an object", _FIX)
                holder: Any = schema if len(step) == 1 else schema[str(step[0])]
                holder[step[-1]] = {}
                self._weak.append((*way, *step))
            else:
                found.append((each, (*way, *step)))
        return found[::-1]

    def _keywords(self, schema: dict[str, Any], way: KeyPath) -> None:
        expected = _EXPECTED_30 if self._old else _EXPECTED
        for key, value in list(schema.items()):
            check = expected.get(key)
            if key not in schema or key.startswith("x-"):
                continue
            if not _computable(value) and key not in MAPS and key not in LISTS and key not in SINGLE:
                self._take_out(schema, key, way, "it holds a number beyond what is computed with")
            elif check is not None and not check[0](value):
                self._take_out(schema, key, way, f"it must be {check[1]}, not {_short(value)}")
        self._patterns(schema, way)

    def _patterns(self, schema: dict[str, Any], way: KeyPath) -> None:
        pattern = schema.get("pattern")
        problem = pattern_problem(pattern) if isinstance(pattern, str) else None
        if problem is not None:
            position = self._tree.text_position((*way, "pattern"), problem[1])
            self._take_out(schema, "pattern", way, problem[0], position)
        for name in list(schema.get("patternProperties", {})):
            problem = pattern_problem(name)
            if problem is not None:
                self._take_out(schema, "patternProperties", way, f"{name!r}: {problem[0]}")
                break

    def _take_out(
        self, schema: dict[str, Any], key: str, way: KeyPath, reason: str, position: Position | None = None
    ) -> None:
        self._tree.drop((*way, key), f"the keyword {key!r}", reason, _FIX, position)
        del schema[key]
        if key in _HOLDING or key in SINGLE:
            for dependent in _DEPENDENT.get(key, ()):
                schema.pop(dependent, None)
            self._weak.append(way)

    def _spread(self, way: KeyPath) -> None:
        """Mend what stands around a schema that now lets more through, so that all of it lets more through."""
        for length in range(len(way) - 1, 0, -1):
            key = way[length]
            around, _ = locate(self._tree.root, way[:length])
            if isinstance(around, dict) and id(around) in self._seen:
                if key in NON_MONOTONE and key in around:
                    self._loosen(around, str(key), way[:length])
                for name in ("unevaluatedProperties", "unevaluatedItems"):
                    if around.pop(name, None) is not None:
                        self._tree.drop((*way[:length], name), f"the keyword {name!r}", "a part of it cannot be used")
            for place in self._led.pop(way[: length + 1], ()):
                self._weak.append(place)

    def _loosen(self, schema: dict[str, Any], key: str, way: KeyPath) -> None:
        if key == "oneOf":
            part, branches = "that no more than one of 'oneOf' fits", schema.pop("oneOf")
            schema["allOf"] = [*schema.get("allOf", []), {"anyOf": branches}]
        elif key == "contains":
            part = "the keyword 'maxContains'" if schema.pop("maxContains", None) is not None else ""
        else:
            part = f"the keyword {key!r}"
            for name in (key, *_DEPENDENT.get(key, ())):
                schema.pop(name, None)
        if part:
            self._tree.drop((*way, key), part, "a part of it cannot be used", _FIX)

    def _circle(self, schema: dict[str, Any], way: KeyPath) -> None:
        """A reference to a reference … to itself holds nothing to anything."""
        passed: set[int] = set()
        node: object = schema
        while isinstance(node, dict) and isinstance(node.get("$ref"), str) and (self._old or len(node) == 1):
            if id(node) in passed:
                if node is schema:
                    self._tree.drop(
                        (*way, "$ref"), f"the reference {schema['$ref']!r}", "it leads back to itself", _FIX
                    )
                    del schema["$ref"]
                return
            passed.add(id(node))
            node, _ = locate_reference(self._tree.root, node["$ref"])

    def _open(self, schema: dict[str, Any], way: KeyPath) -> None:
        """Note what the dialect leaves open."""
        before = sum(doubt.places for doubt in self._doubts.values() if not doubt.severe)
        self._format(schema, way)
        if self._old:
            self._open_30(schema, way)
        elif "nullable" in schema:
            word = f"nullable means nothing in OpenAPI {self._version}: a null is a surprise, not a breach"
            self._doubt("keyword", "nullable", (*way, "nullable"), word, "write type: [string, 'null'] for null")
        if _null_listed(schema):
            word = "the enum lists null, which the type forbids: a null is a surprise, not a breach"
            self._doubt("enum", "null", (*way, "enum"), word, "add null to the types")
        if sum(doubt.places for doubt in self._doubts.values() if not doubt.severe) > before:
            self.doubtful.add(id(schema))

    def _open_30(self, schema: dict[str, Any], way: KeyPath) -> None:
        if "$ref" in schema:
            beside = sorted(key for key in schema if key in _HOLDING)
            if beside:
                word = f"beside a $ref {', '.join(beside)} mean nothing in OpenAPI 3.0"
                self._doubt("keyword beside a", "$ref", (*way, beside[0]), word, "put both under allOf", severe=True)
            if schema.get("nullable") is True:
                self._no_null(way, "beside a $ref")
            return
        for key in LATER & schema.keys():
            word = f"{key} is no keyword of OpenAPI 3.0: what does not fit it is a surprise, not a breach"
            self._doubt("keyword", key, (*way, key), word, "leave it out, or say openapi: 3.1.0")
        for key in ("exclusiveMinimum", "exclusiveMaximum"):
            if _number(schema.get(key)):
                word = f"{key} is true or false in OpenAPI 3.0: what does not fit this number is a surprise"
                self._doubt("keyword", key, (*way, key), word, f"write {key}: true beside {key[9:].lower()}")
        if schema.get("nullable") is True:
            if not isinstance(schema.get("type"), str):
                self._no_null(way, "without a type beside it")
            elif _forbids_null(schema):
                self._no_null(way, "where enum does not list null" if "enum" in schema else "beside what forbids null")

    def _no_null(self, way: KeyPath, where: str) -> None:
        word = f"nullable adds no null {where} (OpenAPI 3.0.3, Schema Object): a null is a surprise, not a breach"
        self._doubt("nullable", where, (*way, "nullable"), word, "")

    def _format(self, schema: dict[str, Any], way: KeyPath) -> None:
        name = schema.get("format")
        if not isinstance(name, str) or name in (DEFINED_30 if self._old else DEFINED_31) or name in UNCONSTRAINED:
            return
        place = (*way, "format")
        if name in ENGINE_FORMATS or name in FORMATS or name in RANGES:
            word = f"OpenAPI {self._version} does not define the format {name!r}: what does not fit is a surprise"
            self._doubt("format", name, place, word, "")
        else:
            self._doubt("format", name, place, "nobody defines it", "", severe=True)

    def _doubt(self, kind: str, name: str, way: KeyPath, sentence: str, fix: str, severe: bool = False) -> None:
        known = self._doubts.get((kind, name))
        if known is None:
            self._doubts[kind, name] = _Doubt(way, sentence, fix, severe)
        else:
            known.places += 1


def _null_listed(schema: Mapping[str, object]) -> bool:
    """Whether an enum lists null beside a type that does not allow it."""
    enum, kind = schema.get("enum"), schema.get("type")
    if not isinstance(enum, list) or None not in enum or kind is None or schema.get("nullable") is True:
        return False
    return kind != "null" and not (isinstance(kind, list) and "null" in kind)


def _forbids_null(schema: Mapping[str, object]) -> bool:
    """Whether what stands beside ``nullable`` and its type may forbid null all the same."""
    enum = schema.get("enum")
    return (isinstance(enum, list) and None not in enum) or any(
        key in schema for key in ("allOf", "anyOf", "oneOf", "not")
    )


def _computable(value: object) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, dict):
        return all(map(_computable, value.values()))
    return all(map(_computable, value)) if isinstance(value, list) else True


def _counted(doubt: _Doubt) -> str:
    return doubt.sentence if doubt.places == 1 else f"{doubt.sentence} ({doubt.places} places)"


def _short(value: object) -> str:
    text = "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
