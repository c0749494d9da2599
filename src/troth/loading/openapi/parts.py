"""Parts of a joined document, each with the way to it, and references followed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from troth.loading.openapi.references import Tree
from troth.loading.plain import mapping, sequence
from troth.wire.pointers import MISSING, KeyPath, locate_reference

_MAX_REFERENCES = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a document, and the way to it."""

    value: object
    pointer: KeyPath

    @property
    def fields(self) -> Mapping[str, object]:
        """The value as an object; empty where it is none."""
        return mapping(self.value)

    def at(self, key: str) -> "Part":
        """The value under a key; None where there is none."""
        return Part(self.fields.get(key), (*self.pointer, key))

    def items(self, key: str) -> Iterator[tuple[str, "Part"]]:
        """The parts of an object under a key, by name."""
        inner = self.at(key)
        for name, value in inner.fields.items():
            yield name, Part(value, (*inner.pointer, name))

    def listed(self, key: str) -> Iterator["Part"]:
        """The parts of a list under a key."""
        inner = self.at(key)
        for index, value in enumerate(sequence(inner.value)):
            yield Part(value, (*inner.pointer, index))


def followed(tree: Tree, part: Part) -> Part:
    """What a reference leads to, through further ones; an empty object where they lead to themselves."""
    for _ in range(_MAX_REFERENCES):
        reference = part.fields.get("$ref")
        if not isinstance(reference, str):
            return part
        value, exact = locate_reference(tree.root, reference)
        if value is MISSING:
            break
        part = Part(value, exact)
    reference = part.fields.get("$ref")
    tree.drop((*part.pointer, "$ref"), f"the reference {reference!r}", "it leads back to itself", "correct it")
    return Part({}, part.pointer)
