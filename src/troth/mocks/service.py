"""What all mocks share: routing, a clock that can be moved, seeded tokens and a reset.

A mock is a WSGI application and nothing more: the suite calls it in process, ``troth mock`` puts it behind a server.
It knows neither specs nor contracts, so that a mistake in one of them shows as a difference from the others.
"""

import random
import string
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote_from_bytes

from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

World = Mapping[str, object]
"""The facts about what a mock holds: nested mappings of JSON values, named as the contracts name them."""

Handler = Callable[..., Response]

_ASCII = bytes(range(128))


class Clock:
    """The time of a mock: real time or a fixed start, plus the seconds that it was advanced by."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._moved = timedelta()

    def now(self) -> datetime:
        """The time now, in UTC, with its time zone."""
        return (self._start or datetime.now(UTC)) + self._moved

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, if negative) by so many seconds."""
        self._moved += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Undo every move."""
        self._moved = timedelta()


class Tokens:
    """Values of the form of a token, from a random generator: the same sequence for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 - a mock's tokens guard nothing

    def reset(self) -> None:
        """Start the sequence again from its first value."""
        self._random.seed(self._seed)

    def uuid(self) -> str:
        """A version 4 UUID of 36 characters."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def hex(self, length: int) -> str:
        """So many lower-case hexadecimal digits."""
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def digits(self, length: int) -> str:
        """So many decimal digits, the first of them not zero."""
        return self._random.choice("123456789") + "".join(self._random.choices(string.digits, k=length - 1))

    def alphanumeric(self, length: int) -> str:
        """So many ASCII letters and digits."""
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=length))


class Service(ABC):
    """One vendor's mock as a WSGI application.

    A subclass names its ``vendor``, the path ``prefixes`` it answers for, and its ``routes`` (endpoint names are method
    names of the subclass). It keeps every piece of state in attributes that :meth:`seed` sets anew.
    """

    vendor: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]]
    routes: ClassVar[Map]
    limits: ClassVar[tuple[str, ...]] = ()
    """What this mock does not do, a sentence each: for its start page and the README."""

    def __init__(self, clock: Clock | None = None, seed: int = 0) -> None:
        self.clock = clock or Clock()
        self.tokens = Tokens(seed)
        self._turn = threading.RLock()
        self._refusal: HTTPException | None = None
        self.seed()

    @abstractmethod
    def seed(self) -> None:
        """Put the state back to the seed data. Called once at the start and by every :meth:`reset`; keep it fast."""

    @abstractmethod
    def world(self) -> World:
        """All facts about the seed data, by the names that ``world.yaml`` of the vendor's contracts lists."""

    @abstractmethod
    def refuse(self, request: Request, error: HTTPException) -> Response:
        """The vendor's own answer to an unknown path (404), a wrong method (405) or an unreadable body (400)."""

    def curl(self, base_url: str) -> str:
        """A shell command that tries this vendor at ``base_url`` (scheme, host and port) with facts from the seed."""
        return f"curl -i {base_url}{self.prefixes[0]}"

    def reset(self) -> None:
        """Forget everything that was done since the start: state, tokens, clock and any refusal."""
        with self._turn:
            self.clock.reset()
            self.tokens.reset()
            self.refuse_with(None)
            self.seed()

    def refuse_with(self, status: int | None) -> None:
        """Answer every request with this HTTP error, in the vendor's own words, until ``None`` or a reset.

        For what no request provokes (429, 500, 503). Raises ``KeyError`` for a number that is no HTTP error.
        """
        self._refusal = None if status is None else default_exceptions[status]()

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.clock.advance(seconds)

    def respond(self, request: Request) -> Response:
        """Route one request to its handler; what werkzeug refuses, the vendor refuses in its own words.

        One request is answered at a time, so that the threads of a server do not change the state at the same time. The
        Host header is not looked at: werkzeug raises an error that is no HTTP error where it is not a host name.
        """
        # Werkzeug raises for bytes beyond ASCII in a query; percent-encoded they mean the same.
        request.query_string = quote_from_bytes(request.query_string, safe=_ASCII).encode()
        adapter = self.routes.bind("mock", path_info=request.path, default_method=request.method)
        with self._turn:
            if self._refusal is not None:
                return self.refuse(request, self._refusal)
            try:
                endpoint, arguments = adapter.match()
                return self.handle(request, endpoint, arguments)
            except HTTPException as error:
                return self.refuse(request, error)

    def handle(self, request: Request, endpoint: str, arguments: Mapping[str, object]) -> Response:
        """Call the handler of one operation. A subclass puts here what every operation of its vendor shares."""
        handler: Handler = getattr(self, endpoint)
        return handler(request, **arguments)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        return self.respond(Request(environ))(environ, start_response)
