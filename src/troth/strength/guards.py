"""Finds the clause, row or schema nearest to a place that changed unnoticed: by the paths in its expressions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from troth.cel.text import insert_lets
from troth.errors import Position
from troth.judging.terms import OperationTerms, contracts_for
from troth.strength.measurement import Guard
from troth.strength.schemas import at_place, described
from troth.strength.trees import pattern_tokens

_LETS_OF_LETS = 6
_LEAST_SHARED = 2
"""So many names of a path must agree. ``response`` alone stands in nearly every expression."""


@dataclass(frozen=True, slots=True)
class _Speaker:
    """A promise; ``plain`` is its expression with every ``let`` inserted and all parentheses and brackets removed."""

    name: str
    text: str
    plain: str
    position: Position


class Guards:
    """The promises of one operation, searchable by the places that their expressions name.

    Args:
        terms: what is promised.
    """

    def __init__(self, terms: OperationTerms) -> None:
        self._terms = terms
        self._speakers = tuple(_speakers(terms))

    def nearest(self, place: str, status: int) -> Guard | None:
        """The promise that names the place, else the schema of the place, else a promise about what contains it."""
        best, depth, full = self._speaker(_words(place))
        if best is not None and depth == full:
            return Guard(best.name, best.text, best.position, exact=True)
        schema = self._schema(place, status)
        if schema is not None:
            return schema
        if best is None or depth < _LEAST_SHARED:
            return None
        return Guard(best.name, best.text, best.position, exact=False)

    def _speaker(self, words: tuple[str, ...]) -> tuple[_Speaker | None, int, int]:
        best, best_depth = None, 0
        for speaker in self._speakers:
            depth = _depth(words, speaker.plain)
            if depth > best_depth:
                best, best_depth = speaker, depth
        return best, best_depth, len(words)

    def _schema(self, place: str, status: int) -> Guard | None:
        spec = self._terms.operation.responses.get(str(status))
        if spec is None or not place.startswith("/"):
            return None
        parts = pattern_tokens(place)
        for media in spec.content:
            keywords = described(at_place(media.schema, parts)) if media.schema is not None else ""
            if keywords:
                return Guard(f"the schema of {status}", keywords, self._terms.operation.position, exact=True)
        return None


def _speakers(terms: OperationTerms) -> Iterator[_Speaker]:
    contracts = contracts_for(terms.vendor, terms.operation)
    lets = {name: f"({written.text})" for contract in contracts for name, written in contract.lets.items()}
    for clause in terms.clauses:
        expect = clause.clause.expect
        yield _Speaker(f"clause {clause.clause.name}", expect.text, _plain(expect.text, lets), expect.position)
    for table in terms.tables:
        for row in table.rows:
            fields = " ".join(field.path.text for field, _ in row.fields)
            text = f"response.status {fields}" if row.row.status else fields
            yield _Speaker(f"row {row.row.name}", text, _plain(text, lets), row.row.position)


def _plain(text: str, lets: dict[str, str]) -> str:
    for _ in range(_LETS_OF_LETS):
        expanded = insert_lets(text, lets).text
        if expanded == text:
            break
        text = expanded
    return re.sub(r"\[\s*[\"']([^\"']*)[\"']\s*\]", r".\1", text).replace("(", "").replace(")", "")


def _words(place: str) -> tuple[str, ...]:
    """The place as a path of an expression: ``response``, ``body``, …, with ``*`` for the items of lists."""
    if place.startswith("/"):
        return ("response", "body", *(pattern_tokens(place)))
    kind, _, name = place.partition(" ")
    if kind == "header":
        return ("response", "headers", name)
    return {"soap": ("response", "soap", name or "return"), "status": ("response", "status")}.get(
        kind, ("response", "text")
    )


def _depth(words: tuple[str, ...], text: str) -> int:
    """How many names of a path an expression has: in sequence up to the first list, then anywhere in it."""
    names = words[: words.index("*")] if "*" in words else words
    for size in range(len(names), 1, -1):
        if re.search(r"\b" + r"\.\??".join(map(re.escape, names[:size])) + r"\b", text):
            break
    else:
        return 0
    if size < len(names) or names == words:
        return size
    for part in words[size:]:
        if part != "*" and not re.search(r"[.\"']" + re.escape(part) + r"\b", text):
            return size
        size += 1
    return size
