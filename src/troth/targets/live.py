"""A service behind an address: HTTP with hard limits, nothing followed, nothing retried, nothing raised."""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
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
    ReadTimeoutError,
)
from urllib3.util import Timeout

from troth.errors import UsageInvalid
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import UNKNOWN, Facts
from troth.model.target_settings import Way, is_loopback_host


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


class LiveTarget:
    """A service at an address.

    Args:
        address: ``http://127.0.0.1:8765``. Without a path it stands for the origin of every documented server; with
            one it stands for the whole of it.
        servers: the documented servers, longest first when they overlap.
        facts: what is known of the service, by vendor.
        limits: what one answer may cost.
        way: how to get there: hosts that may be spoken to (the address's own if none is named), proxy, certificates.

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
    ) -> None:
        self.name = address
        self._address = address.rstrip("/")
        self._servers = tuple(sorted(servers, key=len, reverse=True))
        self._facts = facts
        self._limits = limits or Limits()
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
        except NewConnectionError as error:
            unknown = isinstance(error, NameResolutionError)
            answer = NoAnswer(Silence.UNREACHABLE if unknown else Silence.REFUSED, _reason(error))
        except (ConnectTimeoutError, ReadTimeoutError) as error:
            answer = NoAnswer(Silence.TIMEOUT, _reason(error))
        except (ProtocolError, OSError) as error:
            answer = NoAnswer(Silence.RESET if _lost(error) else Silence.MALFORMED, _reason(error))
        except (HTTPError, UnicodeError, ValueError) as error:
            answer = NoAnswer(Silence.MALFORMED, _reason(error))
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
        headers = urllib3.HTTPHeaderDict(request.headers)
        headers.setdefault("User-Agent", "troth")
        headers.setdefault("Accept-Encoding", "identity")
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

    def reset(self, vendor: str) -> None:
        """A service's state cannot be put back."""

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


def _lost(error: Exception) -> bool:
    text = str(error)
    return any(word in text for word in ("aborted", "reset", "broken", "IncompleteRead", "closed"))


def _reason(error: Exception) -> str:
    """The error in one line, without the library's object addresses."""
    text = str(error)
    return text.split(": ", 1)[-1] if "object at 0x" in text else text
