"""A service behind an address: HTTP with hard limits, nothing followed, nothing retried, nothing raised."""

import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected, UnknownProtocol
from threading import Timer
from time import monotonic
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
)
from urllib3.util import Timeout

from troth.errors import UsageInvalid
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import UNKNOWN, Facts
from troth.model.ports import Abilities, Target
from troth.targets.live.settings import Way, is_loopback_host


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost."""

    connect_seconds: float = 5.0
    total_seconds: float = 30.0
    body_bytes: int = 10 * 1024 * 1024
    chunk_bytes: int = 64 * 1024


def is_loopback(address: str) -> bool:
    """Whether a URL points at this machine's loopback range."""
    return is_loopback_host(urlsplit(address).hostname or "")


def check_address(address: str) -> str:
    """The address without a slash at the end.

    Raises:
        UsageInvalid: it is not an HTTP address, or not on loopback.
    """
    parts = urlsplit(address)
    try:
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise UsageInvalid(f"the address {address!r} has no valid port: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageInvalid(f"{address!r} is not an HTTP address: write it like http://127.0.0.1:8765")
    if parts.username or parts.password:
        raise UsageInvalid("credentials do not belong in an address: they would be printed; use environment variables")
    if not is_loopback(address):
        raise UsageInvalid(
            f"{parts.hostname} is not on loopback. Describe it as a target in troth.toml, its host among the allowed "
            "ones: there Troth learns what it may ask, how often, and what to keep secret (docs/live.md)"
        )
    return address.rstrip("/")


def fetch(address: str) -> bytes:
    """A document at an address.

    Raises:
        UsageInvalid: it is not to be had.
    """
    answer = LiveTarget(address, (), {}).send(Request("GET", address)).answer
    if isinstance(answer, NoAnswer):
        raise UsageInvalid(f"{address} cannot be fetched: {answer.reason} {answer.detail}".rstrip())
    if answer.status != 200:
        raise UsageInvalid(f"{address} cannot be fetched: it answers {answer.status}")
    return answer.body


class LiveTarget(Target):
    """A service at an address.

    Args:
        address: ``http://127.0.0.1:8765``. Without a path it stands for the origin of every documented server; with
            one it stands for the whole of it.
        servers: the documented servers, longest first when they overlap.
        facts: what is known of the service, by vendor.
        limits: what one answer may cost.
        way: how to get there: hosts that may be spoken to (the address's own if none is named), proxy, certificates.
        repeatable: whether a request may be sent twice. One that may not never goes over a connection that was kept
            open: were that lost, nobody could tell whether the request had arrived.

    Raises:
        UsageInvalid: a certificate cannot be used.
    """

    kind = "live"

    def __init__(
        self,
        address: str,
        servers: tuple[str, ...],
        facts: Mapping[str, Facts],
        limits: Limits | None = None,
        way: Way | None = None,
        repeatable: Callable[[Request], bool] = lambda _request: True,
    ) -> None:
        self.name = address
        self._address = address.rstrip("/")
        self._servers = tuple(sorted(servers, key=len, reverse=True))
        self._facts = facts
        self._limits = limits or Limits()
        self._repeatable = repeatable
        self._sockets: set[socket.socket] = set()
        way = way or Way()
        self._hosts = way.hosts or frozenset(((urlsplit(address).hostname or "").lower(),))
        self._pool = _pool(way)
        self._pool.pool_classes_by_scheme = _watched_pools(self._sockets)

    def locate(self, url: str) -> str:
        """The address of a documented URL on this target."""
        whole = bool(urlsplit(self._address).path)
        if _below(url, self._address):
            return url
        for server in self._servers:
            if _below(url, server):
                path = "" if whole else urlsplit(server).path
                return self._address + path + url[len(server) :]
        parts = urlsplit(url)
        return self._address + parts.path + (f"?{parts.query}" if parts.query else "")

    def send(self, request: Request) -> Exchange:
        """Send one request and read its answer within the limits."""
        started = monotonic()
        # A socket's own time-out starts anew with every byte, so a slow drip would never end without a last bell.
        bell = Timer(self._limits.total_seconds, self._hang_up)
        bell.daemon = True
        bell.start()
        try:
            answer = self._ask(request)
        except (HTTPError, OSError, ValueError) as error:
            answer = silence(error)
        finally:
            bell.cancel()
        seconds = monotonic() - started
        if seconds >= self._limits.total_seconds:
            # Whatever was read then is what was there when the line was cut.
            answer = NoAnswer(Silence.TIMEOUT, f"not complete after {self._limits.total_seconds:g} s")
        return Exchange(request, answer, seconds)

    def _hang_up(self) -> None:
        for one in list(self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _ask(self, request: Request) -> Response | NoAnswer:
        limits = self._limits
        url = self.locate(request.url)
        host = (urlsplit(url).hostname or "").lower()
        if host not in self._hosts:
            return NoAnswer(Silence.NOT_SENT, f"{host} is not among the allowed hosts")
        if not self._repeatable(request):
            self._pool.clear()
        kept = frozenset(self._sockets)
        headers = urllib3.HTTPHeaderDict(request.headers)
        headers.setdefault("User-Agent", "troth")
        headers.setdefault("Accept-Encoding", "identity")
        try:
            response = self._pool.request(
                request.method,
                url,
                body=request.body or None,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=Timeout(connect=limits.connect_seconds, read=limits.total_seconds),
            )
        except ProtocolError as error:
            # Nothing of an answer has been read yet; where no connection was opened, one that was kept was used.
            lost = silence(error)
            return replace(lost, stale=lost.reason is Silence.RESET and kept >= self._sockets)
        body = bytearray()
        try:
            for chunk in response.stream(limits.chunk_bytes, decode_content=False):
                body += chunk
                if len(body) > limits.body_bytes:
                    response.close()
                    return NoAnswer(Silence.TOO_LARGE, f"more than {limits.body_bytes:,} bytes")
        finally:
            response.release_conn()
        return Response(response.status, tuple(response.headers.items()), bytes(body))

    def facts(self, vendor: str) -> Facts:
        """What is known of the service; an open world without facts where nothing is."""
        return self._facts.get(vendor, UNKNOWN)

    def abilities(self, vendor: str) -> Abilities:
        """Where it answers; its state and its clock are its own."""
        return Abilities(locate=self.locate)

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()


def _below(url: str, base: str) -> bool:
    """Whether a URL is the base or below it; ``http://host:80`` is not the base of ``http://host:8080/``."""
    return url.startswith(base) and url[len(base) : len(base) + 1] in ("", "/", "?")


def _pool(way: Way) -> urllib3.PoolManager:
    try:
        context = ssl.create_default_context(cafile=way.ca_bundle or None)
        if way.client_certificate:
            context.load_cert_chain(way.client_certificate, way.client_key or None, password=lambda: b"")
    except (OSError, ValueError) as error:
        raise UsageInvalid(f"a certificate of the target cannot be used: {error}") from error
    if not way.proxy:
        return urllib3.PoolManager(maxsize=1, retries=False, ssl_context=context)
    parts = urlsplit(way.proxy)
    port = f":{parts.port}" if parts.port else ""
    credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else None
    return urllib3.ProxyManager(
        f"{parts.scheme}://{parts.hostname}{port}",
        proxy_headers=urllib3.make_headers(proxy_basic_auth=credentials) if credentials else None,
        maxsize=1,
        retries=False,
        ssl_context=context,
    )


def _watched_pools(sockets: set[socket.socket]) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    """Connection pools whose open sockets are known, so that they can be hung up."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            _remember(self.sock, sockets)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            _remember(self.sock, sockets)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _remember(opened: socket.socket | None, sockets: set[socket.socket]) -> None:
    sockets.difference_update([one for one in sockets if one.fileno() < 0])
    if opened is not None:
        sockets.add(opened)


def silence(error: Exception) -> NoAnswer:
    """What kept an answer away, by the error of the HTTP client, in plain words: nothing of the answer is repeated."""
    cause = _innermost(error)
    if isinstance(error, ProxyError):
        return NoAnswer(Silence.UNREACHABLE, f"by way of the proxy: {_words(cause)}".rstrip(": "))
    if isinstance(error, NameResolutionError):
        return NoAnswer(Silence.UNREACHABLE, "the name of the host is not known")
    if isinstance(error, NewConnectionError):
        if isinstance(cause, ConnectionRefusedError):
            return NoAnswer(Silence.REFUSED, "nobody listens there")
        return NoAnswer(Silence.UNREACHABLE, _words(cause))
    if isinstance(error, (ConnectTimeoutError, ReadTimeoutError)):
        what = "no connection" if isinstance(error, ConnectTimeoutError) else "nothing came"
        return NoAnswer(Silence.TIMEOUT, f"{what} within the time-out")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NoAnswer(Silence.UNTRUSTED, f"its certificate does not hold: {cause.verify_message}".rstrip("."))
    if isinstance(cause, (ConnectionError, IncompleteRead, ssl.SSLEOFError)):
        return NoAnswer(Silence.RESET, _words(cause))
    if isinstance(cause, ssl.SSLError):
        return NoAnswer(Silence.UNTRUSTED, f"TLS: {cause.reason or cause.strerror or 'it failed'}")
    return NoAnswer(Silence.MALFORMED, _words(cause))


def _innermost(error: BaseException) -> BaseException:
    while not isinstance(error, IncompleteRead) and (error.__cause__ or error.__context__) is not None:
        error = error.__cause__ or error.__context__ or error
    return error


def _words(cause: BaseException) -> str:
    if isinstance(cause, RemoteDisconnected):
        return "it closed the connection without an answer"
    if isinstance(cause, IncompleteRead):
        return "the body broke off"
    if isinstance(cause, (BadStatusLine, UnknownProtocol)):
        return "its first line is not a status line"
    return (cause.strerror if isinstance(cause, OSError) else str(cause)) or type(cause).__name__
