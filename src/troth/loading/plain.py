"""Narrows plain values of a document to the type that a reader needs."""

from collections.abc import Mapping

from troth.model.operation import Basis, Citation

CITATIONS = ("page", "standard", "spec", "client", "ours")
"""What a ``source`` may name."""
_NO_SOURCE = Citation("ours", "no source given")


def mapping(raw: object) -> Mapping[str, object]:
    """The value if it is a mapping, else an empty one."""
    return raw if isinstance(raw, Mapping) else {}


def sequence(raw: object) -> list[object]:
    """The value if it is a list, else an empty one."""
    return raw if isinstance(raw, list) else []


def read_citation(raw: object) -> Citation:
    """A ``source``: ``{page, section}``, ``{standard, section}``, ``{spec}``, ``{client}`` or ``{ours}``."""
    source = mapping(raw)
    for kind in CITATIONS:
        if kind in source:
            return Citation(kind, str(source[kind]), str(source.get("section", "")))
    return _NO_SOURCE


def read_basis(raw: object, default: Basis) -> Basis:
    """A ``basis`` (or ``x-basis``); the default where there is none or no such word."""
    return Basis(raw) if isinstance(raw, str) and raw in Basis.__members__.values() else default
