"""What can go wrong with a page or another XML document, as text: attributes, texts and elements, in one table."""

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


def _attributes(page: str) -> Iterator[tuple[str, re.Match[str], int]]:
    """Every attribute: its place, its match within the tag, and where the tag's attributes begin."""
    for tag in _TAG.finditer(page):
        for attribute in _ATTRIBUTE.finditer(tag[2]):
            yield f"text <{tag[1]} {attribute[1]}>", attribute, tag.start(2)


def drop_attribute(page: str) -> Iterator[Edit]:
    """An attribute is missing."""
    for place, match, start in _attributes(page):
        yield page[: start + match.start()] + page[start + match.end() :], place, "be missing"


def change_attribute(page: str) -> Iterator[Edit]:
    """An attribute has another value of its format."""
    for place, match, start in _attributes(page):
        value = match[2][1:-1]
        other = {"true": "false", "false": "true"}.get(value, same_format(value, 1))
        begin, end = start + match.start(2) + 1, start + match.end(2) - 1
        yield page[:begin] + other + page[end:], place, "have another value"


def empty_attribute(page: str) -> Iterator[Edit]:
    """An attribute is empty."""
    for place, match, start in _attributes(page):
        begin, end = start + match.start(2) + 1, start + match.end(2) - 1
        yield page[:begin] + page[end:], place, "be empty"


def change_text(page: str) -> Iterator[Edit]:
    """A text between tags is another one."""
    for match in _TEXT.finditer(page):
        other = same_format(match[1], 1)
        yield page[: match.start(1)] + other + page[match.end(1) :], f"text <{match[2]}>", "be another text"


def drop_element(page: str) -> Iterator[Edit]:
    """An innermost element is missing."""
    for match in _ELEMENT.finditer(page):
        yield page[: match.start()] + page[match.end() :], f"text <{match[1]}>", "be missing"


OPERATORS: Mapping[str, Operator] = {
    "drop-attribute": drop_attribute,
    "change-attribute": change_attribute,
    "empty-attribute": empty_attribute,
    "change-text": change_text,
    "drop-element": drop_element,
}
"""Name → operator, in the order in which they are tried."""
