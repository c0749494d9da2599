"""Schemas of OpenAPI 3.0 and 3.1 in the words of JSON Schema 2020-12, for one direction and in one of two senses.

**Direction**: a property that is ``readOnly`` need not be in a request, one that is ``writeOnly`` need not be in an
answer, wherever the flag and the ``required`` stand (https://spec.openapis.org/oas/v3.0.4#fixed-fields-for-schema).

**Sense**: what a dialect leaves open has a wide sense and a strict one. Formats that it does not define are held in the
strict one only, and so are keywords of 3.1 in a document of 3.0; a null that the author only meant is let through in
the wide one. Who leaves the wide sense breaks a promise; who leaves only the strict one is a surprise.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from troth.loading.openapi.keywords import ALTERNATIVES, CONDITIONS, LISTS, MAPS, SINGLE, in_place
from troth.loading.openapi.survey import DEFINED_30, DEFINED_31, LATER
from troth.loading.validators import ENGINE_FORMATS, FORMATS, RANGES, SHARED
from troth.wire.pointers import KeyPath, format_reference, locate_reference

READ_ONLY, WRITE_ONLY = "readOnly", "writeOnly"
_KNOWN_FORMATS = ENGINE_FORMATS | FORMATS.keys() | RANGES.keys()
_NULL = {"type": "null"}
_NONE: frozenset[str] = frozenset()
_NO_WORDS = ("nullable", "discriminator", "externalDocs", "id", "$schema", "$id")


@dataclass(frozen=True, slots=True)
class ReferenceTarget:
    """A schema that another refers to: its place in the document, and names that are not required of it there."""

    pointer: KeyPath
    spared: frozenset[str] = _NONE

    def path(self) -> tuple[str, ...]:
        """Where it stands in a whole schema: a component where the document has it, anything else among the shared."""
        names = tuple(str(part) for part in self.pointer)
        if len(names) == 3 and names[:2] == ("components", "schemas") and not self.spared:
            return names
        without = f" without {', '.join(sorted(self.spared))}" if self.spared else ""
        return (SHARED, "/".join(names) + without)


class Writer:
    """Writes the schemas of one document in one direction and sense.

    Args:
        root: the joined document, looked through.
        old: it is OpenAPI 3.0.
        unsent: ``readOnly`` for a request, ``writeOnly`` for an answer.
        strict: in the strict sense.
    """

    def __init__(self, root: Mapping[str, object], old: bool, unsent: str, strict: bool) -> None:
        self._root = root
        self._old = old
        self._unsent = unsent
        self._strict = strict
        self._defined = DEFINED_30 if old else DEFINED_31
        self._spared: dict[int, frozenset[str]] = {}

    def write(self, raw: object, target: ReferenceTarget | None = None) -> tuple[object, tuple[ReferenceTarget, ...]]:
        """A schema, and what it refers to, each once.

        Args:
            raw: the schema as the document has it.
            target: what led to it; None where it stands for itself.
        """
        leads: list[ReferenceTarget] = []
        spared = self._unsent_of(raw) | (target.spared if target is not None else _NONE)
        written = self._schema(raw, spared, leads.append)
        return written, tuple(dict.fromkeys(leads))

    def _schema(self, raw: object, spared: frozenset[str], lead: Callable[[ReferenceTarget], None]) -> object:
        if not isinstance(raw, Mapping):
            return raw
        if self._old and isinstance(raw.get("$ref"), str):
            alone: object = {"$ref": self._reference(raw["$ref"], spared, lead)}
            return {"anyOf": [alone, _NULL]} if raw.get("nullable") is True and not self._strict else alone
        made: dict[str, object] = {}
        for key, value in raw.items():
            if key in _NO_WORDS or (self._old and not self._strict and key in LATER):
                continue
            if key in MAPS and isinstance(value, Mapping):
                inner = key == "dependentSchemas"
                made[key] = {name: self._below(each, spared, inner, lead) for name, each in value.items()}
            elif key in LISTS and isinstance(value, list):
                made[key] = [self._below(each, spared, key in ALTERNATIVES, lead) for each in value]
            elif key in SINGLE:
                made[key] = self._below(value, spared, key in CONDITIONS, lead)
            elif key == "$ref" and isinstance(value, str):
                made[key] = self._reference(value, spared, lead)
            elif key == "required" and isinstance(value, list):
                made[key] = [name for name in value if name not in spared]
            elif key != "format" or self._held(value):
                made[key] = value
        return self._with_null(raw, self._with_bounds(made) if self._old else made)

    def _below(
        self, raw: object, spared: frozenset[str], same_value: bool, lead: Callable[[ReferenceTarget], None]
    ) -> object:
        """A schema below another; what is spared there is spared in it only where both speak of the same value."""
        return self._schema(raw, spared if same_value else self._unsent_of(raw), lead)

    def _held(self, name: object) -> bool:
        return name in self._defined or (self._strict and name in _KNOWN_FORMATS)

    def _with_bounds(self, made: dict[str, object]) -> dict[str, object]:
        """The boolean exclusive bounds of OpenAPI 3.0 as numbers; numbers in that place only in the strict sense."""
        for bound in ("Minimum", "Maximum"):
            key = f"exclusive{bound}"
            flag = made.get(key)
            if isinstance(flag, bool) or not self._strict:
                made.pop(key, None)
                if flag is True and bound.lower() in made:
                    made[key] = made.pop(bound.lower())
        return made

    def _with_null(self, raw: Mapping[str, object], made: dict[str, object]) -> object:
        """The schema with null let in as ``nullable`` and ``enum`` have it (OpenAPI 3.0.3, Schema Object)."""
        kind, enum = raw.get("type"), raw.get("enum")
        listed = isinstance(enum, list) and None in enum and isinstance(kind, str)
        if raw.get("nullable") is not True:
            return {"anyOf": [made, _NULL]} if listed and kind != "null" and not self._strict else made
        if not self._strict:
            plain = isinstance(kind, str) and not any(key in raw for key in ("enum", "const", "not", *ALTERNATIVES))
            return {**made, "type": [kind, "null"]} if plain else {"anyOf": [made, _NULL]}
        return {**made, "type": [kind, "null"]} if self._old and isinstance(kind, str) else made

    def _reference(self, reference: str, spared: frozenset[str], lead: Callable[[ReferenceTarget], None]) -> str:
        target = self._target(reference)
        extra = spared & self._required_of(target[0]) - self._unsent_of(target[0])
        led = ReferenceTarget(target[1], extra)
        lead(led)
        return format_reference(led.path())

    def _target(self, reference: str) -> tuple[object, KeyPath]:
        return locate_reference(self._root, reference)

    def _same_value(self, raw: object) -> Iterator[Mapping[str, object]]:
        """A schema and all that speak of the same value with it, through references too."""
        waiting, seen = [raw], set()
        while waiting:
            node = waiting.pop()
            if not isinstance(node, Mapping) or id(node) in seen:
                continue
            seen.add(id(node))
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#"):
                waiting.append(self._target(reference)[0])
                if self._old:
                    continue
            yield node
            waiting.extend(in_place(node))

    def _unsent_of(self, raw: object) -> frozenset[str]:
        """The properties of a value that are not sent in this direction."""
        if not isinstance(raw, Mapping):
            return _NONE
        known = self._spared.get(id(raw))
        if known is None:
            names: set[str] = set()
            for node in self._same_value(raw):
                properties = node.get("properties")
                if isinstance(properties, Mapping):
                    names.update(name for name, each in properties.items() if self._is_unsent(each))
            known = self._spared[id(raw)] = frozenset(names)
        return known

    def _is_unsent(self, raw: object) -> bool:
        return any(node.get(self._unsent) is True for node in self._same_value(raw))

    def _required_of(self, raw: object) -> frozenset[str]:
        names: set[str] = set()
        for node in self._same_value(raw):
            required = node.get("required")
            if isinstance(required, list):
                names.update(str(name) for name in required)
        return frozenset(names)
