"""The last requests that the mock server answered, without anything that could be a secret.

It fails closed: a piece of the address is written down only if it looks like a plain word, as every fixed part of the
three APIs does. Bodies and headers are never looked at.
"""

import re
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_plus

MASK = "***"

_WORD = re.compile(r"[A-Za-z_]{1,24}(\.[a-z]{2,4})?|v\d")
_NAME = re.compile(r"[A-Za-z_]{1,24}")
_HARMLESS_VALUE = re.compile(r"[A-Za-z_,.]*|\d{1,4}")
_HARMLESS_NAMES = frozenset({"entries_per_page", "fields", "order_direction", "page", "page_size", "wsdl"})
_SECRET_FOLLOWS = frozenset({"connections", "oneSyncUserLogin", "totalSyncUserLogin", "totalSyncUsersLogin"})


@dataclass(frozen=True, slots=True)
class Line:
    """One request: when it came (UTC, ISO 8601), its method, its masked address and the status it got."""

    time: str
    method: str
    path: str
    status: int


class RequestLog:
    """A ring of the last ``size`` requests. Safe to use from several threads."""

    def __init__(self, size: int = 500) -> None:
        self._lines: deque[Line] = deque(maxlen=size)
        self._turn = threading.Lock()

    def record(self, method: str, path: str, query: str, status: int) -> None:
        """Add a request; ``path`` is percent-decoded, ``query`` is as it came."""
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = Line(moment, method[:16], masked(path, query), status)
        with self._turn:
            self._lines.append(line)

    def __iter__(self) -> Iterator[Line]:
        """Oldest first."""
        with self._turn:
            return iter(tuple(self._lines))


def masked(path: str, query: str) -> str:
    """The address with every path segment and query value that could be a secret replaced by ``***``."""
    segments = path.split("/")
    before = ["", *segments]
    shown = "/".join(
        segment if not segment or (_WORD.fullmatch(segment) and previous not in _SECRET_FOLLOWS) else MASK
        for previous, segment in zip(before, segments, strict=False)
    )
    return f"{shown}?{'&'.join(_masked_pair(pair) for pair in query.split('&'))}" if query else shown


def _masked_pair(pair: str) -> str:
    raw_name, equals, value = pair.partition("=")
    name = unquote_plus(raw_name)
    if not _NAME.fullmatch(name) or not (equals or name in _HARMLESS_NAMES):
        return MASK
    harmless = name in _HARMLESS_NAMES and _HARMLESS_VALUE.fullmatch(unquote_plus(value))
    return f"{name}{equals}{value if harmless else MASK}"
