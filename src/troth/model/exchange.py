"""One request and what came of it, as bytes: the only thing that passes between targets and checks."""

from dataclasses import dataclass, field
from enum import StrEnum

OUTAGES = (429, 502, 503, 504)
"""Statuses of a service that is busy or down (RFC 6585, section 4; RFC 9110, sections 15.6.3 to 15.6.5)."""
Headers = tuple[tuple[str, str], ...]
"""Header fields in the order of the wire; names as sent, compared without case."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the vendor's documentation would have it sent.

    ``url`` is absolute and names the *documented* server; a target puts its own address in the server's place. So a
    recording, a generated request and last night's traffic all look alike.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came from the wire."""

    status: int
    headers: Headers = ()
    body: bytes = b""


class Silence(StrEnum):
    """Why there is no answer to judge. None of these is the vendor breaking a promise."""

    REFUSED = "connection refused"
    UNREACHABLE = "address cannot be reached"
    TIMEOUT = "no answer in time"
    RESET = "connection lost before the answer was complete"
    TOO_LARGE = "answer larger than the limit"
    MALFORMED = "answer is not HTTP"
    UNTRUSTED = "no secure connection"
    NOT_RECORDED = "no recording of this request"
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What came instead of an answer."""

    reason: Silence
    detail: str = ""
    stale: bool = False
    """It was lost before a byte of the answer, on a connection that was kept open: the server may have closed it while
    it was idle, and never have seen the request."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came of it. ``seconds`` is the time between the two (0 where it was not measured)."""

    request: Request
    answer: Response | NoAnswer
    seconds: float = field(default=0.0, compare=False)


def header(headers: Headers, name: str) -> str | None:
    """The first header field of that name (without regard to case), or None."""
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None
