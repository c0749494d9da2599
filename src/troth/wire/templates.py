"""Path templates of OpenAPI: which texts stand for which parameters, several in one segment too."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_MOST = 64
"""Ways to read one path: ``{a}-{b}`` has as many as the segment has hyphens."""


@lru_cache(maxsize=1024)
def _segments(template: str) -> tuple[tuple[str | None, ...], ...]:
    """Each segment as literal texts and names in turn: literal, name, literal, …, literal."""
    path = re.split(r"[?#]", template, maxsplit=1)[0]
    return tuple(tuple(_PARAMETER.split(segment)) for segment in path.split("/"))


def read_path(path: str, template: str) -> list[dict[str, str]]:
    """All ways in which a path fits a template: name → text, escapes and all; nothing where it does not fit.

    Where a segment has several parameters, the first ones take as little as they can in the first way.

    Args:
        path: below the server, without query.
        template: such as ``/days/{from}-{to}``; a query or fragment that it has is left out.
    """
    wanted = _segments(template)
    sent = path.split("/")
    if len(sent) != len(wanted):
        return []
    ways: list[dict[str, str]] = [{}]
    for text, pattern in zip(sent, wanted, strict=True):
        found = list(_take(_ways(text, pattern)))
        ways = [{**way, **each} for way in ways for each in found][:_MOST]
        if not ways:
            return []
    return ways


def _take(ways: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    for _, way in zip(range(_MOST), ways, strict=False):
        yield way


def _ways(text: str, pattern: tuple[str | None, ...]) -> Iterator[dict[str, str]]:
    literal = pattern[0] or ""
    if len(pattern) == 1:
        if literal in (text, unquote(text)):
            yield {}
        return
    if not text.startswith(literal):
        return
    rest = text[len(literal) :]
    name, after = str(pattern[1]), pattern[2] or ""
    if len(pattern) == 3:
        if rest.endswith(after):
            yield {name: rest[: len(rest) - len(after)]}
        return
    start = 0 if not after else rest.find(after)
    while 0 <= start <= len(rest):
        for way in _ways(rest[start:], pattern[2:]):
            yield {name: rest[:start], **way}
        start = start + 1 if not after else rest.find(after, start + 1)
