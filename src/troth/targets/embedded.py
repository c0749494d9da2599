"""The embedded mock: a WSGI application called in process, with no socket between."""

import sys
from collections.abc import Iterable, Mapping
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import unquote_to_bytes, urlsplit

from troth.model.exchange import COMPUTED_HEADERS, Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import Facts
from troth.model.ports import Abilities, Target

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class StandIn(Protocol):
    """A vendor's mock, as far as a target needs to know it."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        ...

    def reset(self) -> None:
        """Back to the seed data."""
        ...

    def world(self) -> Mapping[str, object]:
        """The facts about the seed data."""
        ...

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        ...


@runtime_checkable
class _Closes(Protocol):
    """What WSGI says of an answer that holds something open (PEP 3333, "Specification Details")."""

    def close(self) -> None:
        """Give it back."""
        ...


class EmbeddedTarget(Target):
    """Stand-ins in process.

    Args:
        services: vendor → its mock.
        origins: documented origin (``https://api.example.com``) → vendor.
        served_at: the address at which the same mocks answer over HTTP, for whoever wants to repeat a request; none
            where nothing serves them.
    """

    kind = "mock"
    name = "the embedded mock"

    def __init__(self, services: Mapping[str, StandIn], origins: Mapping[str, str], served_at: str = "") -> None:
        self._services = services
        self._served_at = served_at
        self._origins = origins
        self._facts = {name: Facts(world=service.world(), closed=True) for name, service in services.items()}

    def send(self, request: Request) -> Exchange:
        """Call the mock; a mock that raises is an answer of 500, as a real server would give."""
        parts = urlsplit(request.url)
        vendor = self._origins.get(f"{parts.scheme}://{parts.netloc}")
        if vendor is None:
            return Exchange(request, NoAnswer(Silence.UNREACHABLE, f"no mock stands in for {parts.netloc}"))
        started = perf_counter()
        answer = call_wsgi(self._services[vendor], request)
        return Exchange(request, answer, perf_counter() - started)

    def facts(self, vendor: str) -> Facts:
        """The mock's world: closed, since all that exists is known."""
        return self._facts.get(vendor, Facts(closed=True))

    def abilities(self, vendor: str) -> Abilities:
        """The mock goes back to its seed data, and its clock moves; where the same mock is served is known too."""
        service = self._services.get(vendor)
        locate = self._locate if self._served_at else None
        return Abilities(locate=locate) if service is None else Abilities(service.reset, service.advance, locate)

    def _locate(self, url: str) -> str:
        parts = urlsplit(url)
        return self._served_at + parts.path + (f"?{parts.query}" if parts.query else "")

    def close(self) -> None:
        """Nothing to give back."""


def call_wsgi(application: StandIn, request: Request) -> Response:
    """One request through a WSGI application, without a socket.

    Args:
        application: the mock.
        request: what to ask; the host and scheme come from its URL.

    Returns:
        The answer; the application's own exceptions pass through.
    """
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Any:
        started.append((status, headers))
        return lambda _data: None

    chunks = application(_environ(request), start_response)
    try:
        body = b"".join(chunks)
    finally:
        if isinstance(chunks, _Closes):
            chunks.close()
    status, headers = started[-1]
    return Response(int(status[:3]), tuple(headers), body)


def _environ(request: Request) -> "WSGIEnvironment":
    parts = urlsplit(request.url)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "RAW_URI": (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
    }
    for name, value in request.headers:
        if name.lower() in COMPUTED_HEADERS:
            continue
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ
