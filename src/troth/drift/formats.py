"""Recognizes formats of texts, and replaces values in texts that differ in every answer by a placeholder."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_MOST_LOOKED_AT = 1_024
_LEAST_ECHO = 3
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"\d{2}:\d{2}(?::\d{2})?"

_STRONG: Mapping[str, str] = {
    "uuid": r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    "e-mail": r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
    "URL": r"https?://[^\s\"'<>]+",
    # The sign of the zone is optional, since a documentation page prints dates without it.
    "RFC 2822 date": rf"(?:[A-Z][a-z]{{2}}, )?\d{{1,2}} {_MONTH} \d{{4}} {_CLOCK}(?: (?:[+-]?\d{{4}}|[A-Z]{{1,4}}))?",
    "ISO date-time": rf"\d{{4}}-\d{{2}}-\d{{2}}[T ]{_CLOCK}(?:[.,]\d+)?(?:Z|[+-]\d{{2}}:?\d{{2}})?",
    "ISO date": r"\d{4}-\d{2}-\d{2}",
    "date with slashes": r"\d{1,2}/\d{1,2}/\d{4}",
}
_HEX = re.compile(r"[0-9a-fA-F]{8,}")
_USUAL_HEX = frozenset((16, 24, 32, 40, 56, 64, 96, 128))
_WEAK: Mapping[str, re.Pattern[str]] = {
    "digits": re.compile(r"[0-9]+"),
    "decimal": re.compile(r"-?[0-9]+\.[0-9]+"),
    "token": re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])(?:[A-Za-z0-9]{8,}|[A-Za-z0-9_+/=.~-]{20,})"),
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in _STRONG.items()}
_WITHIN = re.compile(
    "|".join(
        [
            *(rf"(?<![\w]){pattern}(?![\w])" for pattern in _STRONG.values()),
            r"(?<!\w)(?=[0-9a-fA-F]*[0-9])[0-9a-fA-F]{8,}(?!\w)",
            r"(?<![\w.])[0-9]{5,}(?![\w.])",
            r"(?<!\w)(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{12,}(?!\w)",
        ]
    )
)
ABSTRACT = "‹…›"
"""The placeholder for a value that differs in every answer."""


@lru_cache(maxsize=65_536)
def formats_of(text: str) -> tuple[str, ...]:
    """The formats that a whole text has, the most specific first; ``()`` for free text."""
    if len(text) > _MOST_LOOKED_AT:
        return ()
    names = [name for name, pattern in _PATTERNS.items() if pattern.fullmatch(text)]
    if _HEX.fullmatch(text):
        names.append(f"hex-{len(text)}")
    names += [name for name, pattern in _WEAK.items() if pattern.fullmatch(text)]
    return tuple(names)


def is_strong(name: str) -> bool:
    """Whether one value is enough to recognize the format; digits, or unusually many hex digits, may be coincidence."""
    if name.startswith("hex-"):
        return int(name[4:]) in _USUAL_HEX
    return name in _PATTERNS


def is_data(key: str) -> bool:
    """Whether the key of an object is a value rather than a name."""
    formats = formats_of(key)
    return bool(formats) and formats[0] not in ("token", "decimal")


def abstracted(text: str, echoes: Iterable[str] = ()) -> str:
    """A text with ``‹…›`` for every value in it that differs in every answer.

    Args:
        text: from an answer.
        echoes: values of the request, the longest first.
    """
    text = text[:_MOST_LOOKED_AT]
    for echo in echoes:
        if len(echo) >= _LEAST_ECHO and echo in text:
            text = text.replace(echo, ABSTRACT)
    return _WITHIN.sub(ABSTRACT, text)
