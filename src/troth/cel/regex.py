"""Matches regular expressions as RE2 does, by Python's faster `re` where both agree.

A call of RE2 through its binding takes some ten microseconds, thirty times as long as Python's `re`. But `re` gives
some patterns another meaning and takes exponential time for others. So it is used only for patterns of a small grammar
(no groups, no alternatives, at most one unbounded repetition, and that only after `^`) on ASCII text: there both agree,
and the time is linear. All others go to RE2, which also checks every pattern first.
"""

import re
from collections.abc import Callable
from math import prod

from troth.cel import reference

_ESCAPE = r"\\[dw.\-/+*?()\[\]{}^$|\\]"
_CLASS = rf"""\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9 _.,:;@#%=~<>/!+*?(){{}}$"']|{_ESCAPE})+-?\]"""
_ITEM = rf"""(?:[A-Za-z0-9 _,:;@#%&=~<>/!"'-]|\.|{_ESCAPE}|{_CLASS})"""
_TIMES = r"(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?"
_SIMPLE = re.compile(rf"(\^?)((?:{_ITEM}{_TIMES})*)(\$?)")
_PART = re.compile(rf"{_ITEM}({_TIMES})")

_MOST_WAYS = 64
"""The product of the ranges of a pattern's bounded repetitions may be so large."""


def searcher(pattern: str) -> Callable[[str], bool]:
    """A function that tells whether RE2 finds the pattern in a text. Raises reference.PatternInvalid."""
    exact = reference.matcher(pattern)
    simple = linear(pattern)
    if simple is None:
        return exact
    find = simple.search

    def search(text: str) -> bool:
        return find(text) is not None if text.isascii() else exact(text)

    return search


def linear(pattern: str) -> re.Pattern[str] | None:
    """The pattern for Python's matcher, or None where it might differ from RE2 or be slow."""
    match = _SIMPLE.fullmatch(pattern)
    # Python reserves ~~ in a class, and warns.
    if match is None or "~~" in pattern:
        return None
    start, body, end = match.groups()
    ways = [_ways(times) for times in _PART.findall(body)]
    unbounded = ways.count(None)
    if unbounded > (1 if start else 0) or prod(way for way in ways if way is not None) > _MOST_WAYS:
        return None
    # Python's $ also matches before a last line break, RE2's only at the very end.
    return re.compile(start + body + (r"\Z" if end else ""), re.ASCII)


def _ways(times: str) -> int | None:
    """How many counts a repetition allows; None for an unbounded one."""
    if times in ("", "?"):
        return 1 if not times else 2
    low, comma, high = times.strip("{}").partition(",")
    if not comma:
        return None if times in ("*", "+") else 1
    return int(high) - int(low) + 1 if high else None
