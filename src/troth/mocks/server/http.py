"""The mocks behind a real web server: one address for all vendors, a start page, and a few controls.

``Origin`` is the WSGI application, which can be called in process too; ``serve`` and ``running`` put it on a port.
"""

import ipaddress
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import waitress.server  # type: ignore[import-untyped]
from waitress import wasyncore
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from troth.mocks.server.pages import log_page, start_page
from troth.mocks.server.request_log import RequestLog
from troth.mocks.service import Clock, Service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTROLS = "/_mock/"

_FARTHEST_YEARS = range(1990, 2100)
"""Where the clock may go: beyond lies only arithmetic that overflows."""


class Advance(msgspec.Struct):
    """The body of a request to move the clock; negative seconds move it back."""

    advance: float


class Origin:
    """One address for several mocks: a request goes to the one with the longest prefix of its path.

    The exact path ``/`` shows the start page even where a vendor claims everything.
    """

    routes = Map(
        [
            Rule(CONTROLS, methods=["GET"], endpoint="start"),
            Rule(f"{CONTROLS}reset", methods=["POST"], endpoint="reset"),
            Rule(f"{CONTROLS}clock", methods=["POST"], endpoint="clock"),
            Rule(f"{CONTROLS}world", methods=["GET"], endpoint="world"),
            Rule(f"{CONTROLS}log", methods=["GET"], endpoint="show_log"),
        ],
        strict_slashes=False,
        merge_slashes=False,
    )

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = tuple(services)
        self.log = RequestLog()
        by_prefix = [(prefix, service) for service in self.services for prefix in service.prefixes]
        self._by_prefix = sorted(by_prefix, key=lambda entry: len(entry[0]), reverse=True)
        self._turn = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        return self.respond(Request(environ))(environ, start_response)

    def respond(self, request: Request) -> Response:
        """Answer a control, show the start page, or pass the request on and write it down."""
        if request.path == "/" and request.method in ("GET", "HEAD"):
            return self.start(request)
        if request.path == CONTROLS.rstrip("/") or request.path.startswith(CONTROLS):
            return self._control(request)
        service = next((service for prefix, service in self._by_prefix if request.path.startswith(prefix)), None)
        response = service.respond(request) if service else _plain(NotFound("No mock answers at this address."))
        self.log.record(request.method, request.path, request.query_string.decode("latin-1"), response.status_code)
        return response

    def start(self, request: Request) -> Response:
        """The start page."""
        return _html(start_page(self.services, request.host_url.rstrip("/")))

    def reset(self, request: Request) -> Response:
        """Put every mock back to its seed data."""
        with self._turn:
            for service in self.services:
                service.reset()
        return Response(status=204)

    def clock(self, request: Request) -> Response:
        """Move every clock by the same number of seconds; answer with the moment each then shows."""
        try:
            step = timedelta(seconds=msgspec.json.decode(request.get_data(), type=Advance).advance)
        except (msgspec.DecodeError, RecursionError, OverflowError, ValueError) as problem:
            raise BadRequest('Send {"advance": seconds} as JSON.') from problem
        with self._turn:
            clocks = {id(service.clock): service.clock for service in self.services}.values()
            if not all(_can_move(clock, step) for clock in clocks):
                raise BadRequest("The clock cannot be moved that far.")
            for clock in clocks:
                clock.advance(step.total_seconds())
            return _json({"now": {service.vendor: service.clock.now().isoformat() for service in self.services}})

    def world(self, request: Request) -> Response:
        """The facts about every mock's seed data, by vendor; to a challenge, with the mark of a mock."""
        response = _json({service.vendor: service.world() for service in self.services})
        challenge = request.headers.get("Troth-Challenge")
        if challenge is not None:
            response.headers["Troth-Mock"] = sha256(f"troth mock {challenge}".encode()).hexdigest()
        return response

    def show_log(self, request: Request) -> Response:
        """The last requests, oldest first: JSON lines, or a page for a browser."""
        if request.accept_mimetypes.best_match(["application/x-ndjson", "text/html"]) == "text/html":
            return _html(log_page(self.log))
        return Response(msgspec.json.Encoder().encode_lines(self.log), content_type="application/x-ndjson")

    def _control(self, request: Request) -> Response:
        try:
            endpoint, _ = self.routes.bind("mock", path_info=request.path, default_method=request.method).match()
            handler: Callable[[Request], Response] = getattr(self, endpoint)
            return handler(request)
        except HTTPException as error:
            return _plain(error)


def serve(
    services: Sequence[Service], port: int, *, host: str = "127.0.0.1", announce: Callable[[str], object] = print
) -> None:
    """Serve until interrupted (Ctrl-C). ``announce`` is handed the base URL once the port is open; port 0 picks one.

    Raises ``ValueError`` unless ``host`` is a loopback address, and ``OSError`` if the port is taken.
    """
    server = _listen(Origin(services), host, port, {})
    announce(_base_url(server))
    server.run()


@contextmanager
def running(services: Sequence[Service]) -> Iterator[str]:
    """Serve from another thread on a free port while the block runs; yields the base URL, with no slash at its end."""
    sockets: dict[int, waitress.server.BaseWSGIServer] = {}
    server = _listen(Origin(services), "127.0.0.1", 0, sockets)
    thread = threading.Thread(target=server.run, name="troth-mock", daemon=True)
    thread.start()

    def close_all() -> None:
        for channel in tuple(sockets.values()):
            if channel is server.trigger:
                channel.del_channel()
            else:
                # The server's own close would close the trigger with it.
                wasyncore.dispatcher.close(channel)

    try:
        yield _base_url(server)
    finally:
        # waitress runs this in its own thread, between two turns of its loop, which ends once no socket is left. The
        # trigger is closed last: until then a worker may pull it, and its number must not be another file's by then.
        server.trigger.pull_trigger(close_all)
        thread.join()
        server.task_dispatcher.shutdown()
        server.trigger.close()


def _listen(
    origin: Origin, host: str, port: int, sockets: dict[int, waitress.server.BaseWSGIServer]
) -> waitress.server.BaseWSGIServer:
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"the mock server listens on loopback only, not on {host}")
    return waitress.server.create_server(
        origin, sockets, host=host, port=port, threads=4, ident="troth-mock", max_request_body_size=16 * 2**20
    )


def _base_url(server: waitress.server.BaseWSGIServer) -> str:
    host = server.effective_host
    return f"http://[{host}]:{server.effective_port}" if ":" in host else f"http://{host}:{server.effective_port}"


def _can_move(clock: Clock, step: timedelta) -> bool:
    try:
        return (clock.now() + step).year in _FARTHEST_YEARS
    except OverflowError:
        return False


def _html(markup: str) -> Response:
    return Response(markup, content_type="text/html; charset=utf-8")


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), content_type="application/json; charset=utf-8")


def _plain(error: HTTPException) -> Response:
    """The error as a line of text, with its headers (the methods that are allowed)."""
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    text = f"{error.name}. {error.description or ''}\n"
    return Response(text, error.code or 500, headers, content_type="text/plain; charset=utf-8")
