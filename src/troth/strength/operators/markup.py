"""Operators for pages and other markup, as text: they change attributes, texts between tags, and elements."""

import re
from collections.abc import Callable, Iterator, Mapping

from troth.strength.values import same_format

_TAG = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?)+)\s*/?>")
_ATTRIBUTE = re.compile(r"\s+([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_TEXT = re.compile(r">([^<>]*[^<>\s][^<>]*)</([A-Za-z][\w:.-]*)")
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)(?:\s[^<>]*)?>[^<>]*</\1\s*>")

Edit = tuple[str, str, str]
"""A changed page, the place, and the change as the end of a sentence."""
Operator = Callable[[str], Iterator[Edit]]


Spans = Callable[[str], Iterator[tuple[str, int, int]]]
"""The parts of a page that an operator changes: the place, and where the part begins and ends."""


def _attributes(page: str) -> Iterator[tuple[str, int, int]]:
    for tag in _TAG.finditer(page):
        for attribute in _ATTRIBUTE.finditer(tag[2]):
            yield f"text <{tag[1]} {attribute[1]}>", tag.start(2) + attribute.start(), tag.start(2) + attribute.end()


def _attribute_values(page: str) -> Iterator[tuple[str, int, int]]:
    for place, start, end in _attributes(page):
        # The value, within its quotes, ends the attribute.
        quote = page[end - 1]
        yield place, page.index(quote, start) + 1, end - 1


def _element_texts(page: str) -> Iterator[tuple[str, int, int]]:
    return ((f"text <{match[2]}>", match.start(1), match.end(1)) for match in _TEXT.finditer(page))


def _innermost_elements(page: str) -> Iterator[tuple[str, int, int]]:
    return ((f"text <{match[1]}>", match.start(), match.end()) for match in _ELEMENT.finditer(page))


def _removed(_part: str) -> str:
    return ""


def _changed(part: str) -> str:
    return {"true": "false", "false": "true"}.get(part, same_format(part, 1))


def _operator(spans: Spans, rewrite: Callable[[str], str], change: str) -> Operator:
    """An operator that rewrites one part of a page at a time."""
    return lambda page: (
        (page[:start] + rewrite(page[start:end]) + page[end:], place, change) for place, start, end in spans(page)
    )


OPERATORS: Mapping[str, Operator] = {
    "drop-attribute": _operator(_attributes, _removed, "be missing"),
    "change-attribute": _operator(_attribute_values, _changed, "have another value"),
    "empty-attribute": _operator(_attribute_values, _removed, "be empty"),
    "change-text": _operator(_element_texts, _changed, "be another text"),
    "drop-element": _operator(_innermost_elements, _removed, "be missing"),
}
"""Name → operator, in the order in which they are tried."""
