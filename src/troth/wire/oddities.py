"""What is wrong with the header section of an answer whatever it says: kept by the reader, and named by the judge."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from troth.model.exchange import Headers, field_values

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SINGLE = (
    "age",
    "content-location",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "location",
    "retry-after",
)
"""Fields whose value is no list (RFC 9110, sections 5.5 and 8 to 15; RFC 9111, section 5)."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that a header section must not have."""

    where: str
    """``header X``."""
    message: str
    standard: str
    """The section that forbids it."""


def oddities_of(headers: Headers) -> Iterator[Oddity]:
    """What HTTP forbids in these header fields. No value is repeated."""
    for name, value in headers:
        if not _is_token(name):
            shown = name.strip()[:60]
            where = f"header {shown}".strip()
            if not shown:
                yield Oddity("header", "a line is no header field: it has no name, or no colon", "RFC 9112, section 5")
            elif _is_token(shown):
                yield Oddity(where, "there are spaces before the colon of this header field", "RFC 9112, section 5.1")
            else:
                yield Oddity(where, "the name of this header field is no name", "RFC 9110, section 5.1")
        if _CONTROL.search(value):
            where = f"header {name.strip()[:60]}".strip()
            yield Oddity(where, "this header field holds a control character", "RFC 9110, section 5.5")
    if len(headers) < 2:
        return
    names = [name.lower() for name, _ in headers]
    if "transfer-encoding" in names and "content-length" in names:
        message = "a Content-Length stands beside a Transfer-Encoding"
        yield Oddity("header Content-Length", message, "RFC 9112, section 6.2")
    if len(set(names)) == len(names):
        return
    for name in _SINGLE:
        if names.count(name) > 1 and len(set(field_values(headers, name))) > 1:
            message = "this header field stands several times with different values, and is no list"
            yield Oddity(f"header {name}", message, "RFC 9110, section 5.3")


@lru_cache(maxsize=1024)
def _is_token(name: str) -> bool:
    return _TOKEN.fullmatch(name) is not None
