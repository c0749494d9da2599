"""One request and what came of it, as bytes: the only thing that passes between targets and checks."""

from dataclasses import dataclass, field
from enum import StrEnum

OUTAGES = (429, 502, 503, 504)
"""Statuses of a service that is busy or down (RFC 6585, section 4; RFC 9110, sections 15.6.3 to 15.6.5)."""
Headers = tuple[tuple[str, str], ...]
"""Header fields in the order of the wire; names as sent, compared without case."""

COMPUTED_HEADERS = frozenset(
    (
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
"""Fields of a request that speak of its framing or of its connection (RFC 9110, section 7.6.1; RFC 9112, section 6).

They follow from the message and from the way it takes: whoever sends it computes them, and no parameter of a document
decides them.
"""


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
    """An answer as it came from the wire: its transfer codings are undone, its content codings are not."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    trailers: Headers = ()
    """Fields that came behind a chunked body (RFC 9110, section 6.5); they are not merged into the headers."""


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
    """The first line of that field (without regard to case), or None."""
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None


def field_values(headers: Headers, name: str) -> tuple[str, ...]:
    """The values of all lines of that field (without regard to case), in their order."""
    wanted = name.lower()
    return tuple(value for key, value in headers if key.lower() == wanted)
