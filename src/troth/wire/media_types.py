"""Media types and the ranges that a document describes: which description a message falls under."""

import re
from dataclasses import dataclass
from functools import lru_cache

_PARAMETER = re.compile(r';\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"\s]*)\s*')
_QUOTED = re.compile(r"\\(.)")
_OF_THE_FORM = frozenset(("boundary", "charset"))
"""Parameters that say how the bytes are written, and not what they are."""


@dataclass(frozen=True, slots=True)
class MediaRange:
    """A media type or a range of them (RFC 9110, sections 8.3.1 and 12.5.1), in lower case."""

    essence: str
    """``type/subtype`` without parameters."""
    parameters: frozenset[tuple[str, str]]


@lru_cache(maxsize=1024)
def read_media_range(text: str) -> MediaRange:
    """A media type as a document or a message writes it; its charset and boundary are left out."""
    essence, semicolon, rest = text.partition(";")
    parameters = set()
    for name, value in _PARAMETER.findall(semicolon + rest):
        if name.lower() not in _OF_THE_FORM:
            plain = _QUOTED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
            parameters.add((name.lower(), plain.lower()))
    return MediaRange(essence.strip().lower(), frozenset(parameters))


@lru_cache(maxsize=1024)
def best_matches(described: tuple[str, ...], sent: str) -> tuple[int, ...]:
    """Which descriptions a message falls under.

    The narrower one goes first (OpenAPI 3.1.1, "Response Object", `content`): a type before a range, and a type with
    parameters before one without. A description with parameters that the message does not have at all stands behind
    any that fits as it is; one with other values does not fit.

    Args:
        described: media types and ranges, such as ``application/json; profile=a``, ``application/*+json``, ``text/*``.
        sent: what a message says of itself; ``""`` where it says nothing.

    Returns:
        The indices of the narrowest; several where nothing tells them apart.
    """
    asked = read_media_range(sent)
    ranks = [_rank(read_media_range(name), asked) for name in described]
    best = max((rank for rank in ranks if rank is not None), default=None)
    return tuple(index for index, rank in enumerate(ranks) if rank is not None and rank == best)


def _rank(described: MediaRange, sent: MediaRange) -> tuple[bool, int, int] | None:
    """How narrowly a description fits: whether all of it is there, how exact its type is, how many its parameters."""
    exactness = _exactness(described.essence, sent.essence)
    if exactness is None:
        return None
    given = dict(sent.parameters)
    if any(given.get(name, value) != value for name, value in described.parameters):
        return None
    whole = described.parameters <= sent.parameters
    return whole, exactness, len(described.parameters) if whole else 0


def _exactness(described: str, sent: str) -> int | None:
    if described == sent:
        return 3
    kind, _, subtype = described.partition("/")
    if subtype.startswith("*+") and sent.startswith(f"{kind}/") and sent.endswith(subtype[1:]):
        return 2
    if subtype == "*" and kind != "*" and sent.startswith(f"{kind}/"):
        return 1
    return 0 if described in ("*/*", "*") else None
