"""A service behind an address: HTTP with hard limits, nothing followed, nothing retried, nothing raised."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import quote, urlsplit

from troth.errors import UsageInvalid
from troth.model.exchange import COMPUTED_HEADERS, Exchange, NoAnswer, Request, Response, Silence, header
from troth.model.facts import UNKNOWN, Facts
from troth.model.ports import Abilities, Target
from troth.targets.live.addresses import host_of
from troth.targets.live.connection import Connection, Dialler, Origin, lost, origin_of
from troth.targets.live.settings import Way
from troth.wire.bodies import Unreadable
from troth.wire.codings import content
from troth.wire.http_answers import MessageLimits

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile(r"[\r\n\0]")
_BODYLESS = frozenset(("GET", "HEAD", "DELETE", "TRACE", "OPTIONS"))
"""Methods whose requests say nothing of a length where they have no body (RFC 9110, section 8.6)."""
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost."""

    connect_seconds: float = 5.0
    total_seconds: float = 30.0
    body_bytes: int = 10 * 1024 * 1024
    chunk_bytes: int = 64 * 1024


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
    document = content(answer.headers, answer.body)
    if isinstance(document, Unreadable):
        raise UsageInvalid(f"{address} cannot be fetched: what it answers {document.reason}")
    return document


class LiveTarget(Target):
    """A service at an address.

    Args:
        address: ``http://127.0.0.1:8765``. Without a path it stands for the origin of every documented server; with
            one (``http://127.0.0.1:8765/`` has the root) it stands for the whole of it.
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
        self.name = address.rstrip("/")
        self._whole = bool(urlsplit(address).path)
        self._servers = tuple(sorted(servers, key=len, reverse=True))
        self._facts = facts
        self._limits = limits or Limits()
        self._repeatable = repeatable
        way = way or Way()
        self._hosts = way.hosts or frozenset((host_of(address),))
        try:
            self._dialler = Dialler(way)
        except (OSError, ValueError) as error:
            raise UsageInvalid(f"a certificate of the target cannot be used: {error}") from error
        self._kept: dict[Origin, Connection] = {}

    def locate(self, url: str) -> str:
        """The address of a documented URL on this target."""
        for server in self._servers:
            # A URL of the target itself stays, unless a longer address than the target's says that it is documented.
            if _below(url, self.name) and len(server) <= len(self.name):
                return url
            if _below(url, server):
                path = "" if self._whole else urlsplit(server).path
                return self.name + path + url[len(server) :]
        if _below(url, self.name):
            return url
        parts = urlsplit(url)
        return self.name + parts.path + (f"?{parts.query}" if parts.query else "")

    def send(self, request: Request) -> Exchange:
        """Send one request and read its answer within the limits."""
        started = monotonic()
        deadline = started + self._limits.total_seconds
        try:
            answer = self._ask(request, deadline)
        except OSError as error:
            answer = lost(error)
        except ValueError:
            answer = NoAnswer(Silence.NOT_SENT, "its address is not valid")
        seconds = monotonic() - started
        if seconds >= self._limits.total_seconds:
            # Whatever was read then is what was there when the line was cut.
            answer = NoAnswer(Silence.TIMEOUT, f"not complete after {self._limits.total_seconds:g} s")
        return Exchange(request, answer, seconds)

    def _ask(self, request: Request, deadline: float) -> Response | NoAnswer:
        url = self.locate(request.url)
        origin = origin_of(url)
        if origin[1] not in self._hosts:
            return NoAnswer(Silence.NOT_SENT, f"{origin[1]} is not among the allowed hosts")
        proxied = self._dialler.proxy if origin[0] == "http" else None
        message = write_request(request, url, proxied.authorization if proxied else None)
        if isinstance(message, NoAnswer):
            return message
        connection = self._connection(origin, deadline, self._repeatable(request))
        if isinstance(connection, NoAnswer):
            return connection
        old = connection.used
        try:
            answer = connection.ask(message, request.method, deadline)
        except OSError as error:
            answer = lost(error)
        if isinstance(answer, NoAnswer):
            connection.close()
            # Where not a byte of an answer came, an old connection may have been closed before the request arrived.
            stale = old and answer.reason is Silence.RESET and not connection.begun
            return NoAnswer(answer.reason, answer.detail, stale)
        if answer.reusable:
            self._kept[origin] = connection
        else:
            connection.close()
        return answer.response

    def _connection(self, origin: Origin, deadline: float, repeatable: bool) -> Connection | NoAnswer:
        kept = self._kept.pop(origin, None)
        if kept is not None:
            if repeatable and kept.is_fit():
                return kept
            kept.close()
        limits = MessageLimits(body_bytes=self._limits.body_bytes, read_bytes=self._limits.chunk_bytes)
        return self._dialler.open(origin, self._limits.connect_seconds, deadline, limits)

    def facts(self, vendor: str) -> Facts:
        """What is known of the service; an open world without facts where nothing is."""
        return self._facts.get(vendor, UNKNOWN)

    def abilities(self, vendor: str) -> Abilities:
        """Where it answers; its state and its clock are its own."""
        return Abilities(locate=self.locate)

    def close(self) -> None:
        """Close all connections."""
        while self._kept:
            self._kept.popitem()[1].close()


def _below(url: str, base: str) -> bool:
    """Whether a URL is the base or below it; ``http://host:80`` is not the base of ``http://host:8080/``."""
    return url.startswith(base) and url[len(base) : len(base) + 1] in ("", "/", "?")


def write_request(request: Request, url: str, through: str | None = None) -> bytes | NoAnswer:
    """The bytes of a request, header section and body (RFC 9112, section 3).

    Fields that follow from the address and from the body (`COMPUTED_HEADERS`) are computed, whatever the request has.

    Args:
        request: what is to be asked.
        url: where, absolute.
        through: the Proxy-Authorization for a proxy that is asked for a URL (``""`` for none); None without such a
            proxy.

    Returns:
        The bytes, or why there are none: the words repeat no value.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = path if through is None else f"{parts.scheme}://{parts.netloc}{path}"
    if not _TOKEN.fullmatch(request.method):
        return NoAnswer(Silence.NOT_SENT, "its method is no name")
    fields = [("Host", _host(parts.netloc)), *_defaults(request)]
    fields += [(name, value) for name, value in request.headers if name.lower() not in COMPUTED_HEADERS]
    if request.body or request.method not in _BODYLESS:
        fields.append(("Content-Length", str(len(request.body))))
    if through:
        fields.append(("Proxy-Authorization", through))
    escaped = quote(target, safe=_PRINTABLE, errors="surrogatepass")
    lines = [f"{request.method} {escaped} HTTP/1.1".encode("ascii")]
    for name, value in fields:
        if not _TOKEN.fullmatch(name) or _UNSENDABLE.search(value):
            return NoAnswer(Silence.NOT_SENT, f"the header field {name!r} holds what no header field can")
        try:
            lines.append(f"{name}: {value}".encode("latin-1"))
        except UnicodeEncodeError:
            return NoAnswer(Silence.NOT_SENT, f"the header field {name!r} holds a character beyond Latin-1")
    return b"\r\n".join((*lines, b"", request.body))


def _defaults(request: Request) -> list[tuple[str, str]]:
    """What is said of ourselves where the request says nothing."""
    defaults = (("User-Agent", "troth"), ("Accept-Encoding", "identity"))
    return [(name, value) for name, value in defaults if header(request.headers, name) is None]


def _host(netloc: str) -> str:
    return netloc if netloc.isascii() else netloc.encode("idna").decode("ascii")
