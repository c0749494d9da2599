"""One connection to a service: opened directly or by way of a proxy, over TLS or not, within a deadline."""

import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, unquote, urlsplit

from urllib3.util.ssltransport import SSLTransport
from urllib3.util.wait import wait_for_read

from troth.model.exchange import NoAnswer, Silence
from troth.targets.live.settings import Way
from troth.wire.http_answers import AnswerReader, MessageLimits, Received

Socket = socket.socket | ssl.SSLSocket | SSLTransport
Origin = tuple[str, str, int]
"""Scheme, host and port."""
_PORTS = {"http": 80, "https": 443}
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux's option to acknowledge at once; other systems have none."""


def origin_of(address: str) -> Origin:
    """The origin of a URL."""
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 80)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, from its URL."""

    origin: Origin
    authorization: str

    @staticmethod
    def of(url: str) -> "Proxy":
        """The proxy at a URL, whose user and password are those to sign in with."""
        parts: SplitResult = urlsplit(url)
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else ""
        return Proxy(origin_of(url), "Basic " + b64encode(pair.encode()).decode("ascii") if pair else "")


class Dialler:
    """Opens connections.

    Args:
        way: proxy and certificates.

    Raises:
        OSError, ValueError: a certificate cannot be used.
    """

    def __init__(self, way: Way) -> None:
        self._context = ssl.create_default_context(cafile=way.ca_bundle or None)
        self._context.set_alpn_protocols(["http/1.1"])
        if way.client_certificate:
            self._context.load_cert_chain(way.client_certificate, way.client_key or None, password=lambda: b"")
        self.proxy = Proxy.of(way.proxy) if way.proxy else None

    def open(self, origin: Origin, seconds: float, deadline: float, limits: MessageLimits) -> "Connection | NoAnswer":
        """A new connection.

        Args:
            origin: whom to speak to.
            seconds: how long it may take to be connected.
            deadline: the moment (of ``time.monotonic``) when everything must be done.
            limits: what one answer may take.

        Returns:
            The connection, or why there is none.
        """
        scheme, host, port = self.proxy.origin if self.proxy else origin
        try:
            dialled = socket.create_connection((host, port), min(seconds, _left(deadline)))
        except TimeoutError:
            return NoAnswer(Silence.TIMEOUT, "no connection within the time-out")
        except (OSError, UnicodeError) as error:
            return self._unreachable(error)
        opened: Socket = dialled
        try:
            dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.proxy is not None and scheme == "https":
                opened = self._secured(opened, host, deadline)
            connection = Connection(opened, limits, deadline)
            if origin[0] == "https":
                refused = self._tunnelled(connection, origin, deadline) if self.proxy is not None else None
                if refused is not None:
                    return refused
                connection = Connection(self._secured(opened, origin[1], deadline), limits, deadline)
        except (OSError, ValueError) as error:
            opened.close()
            return lost(error)
        return connection

    def _unreachable(self, error: Exception) -> NoAnswer:
        if isinstance(error, UnicodeError):
            words = "the name of the host is not valid"
        elif isinstance(error, socket.gaierror):
            words = "the name of the host is not known"
        elif isinstance(error, ConnectionRefusedError):
            words = "nobody listens there"
            if self.proxy is None:
                return NoAnswer(Silence.REFUSED, words)
        else:
            words = error_words(error)
        return NoAnswer(Silence.UNREACHABLE, f"by way of the proxy: {words}" if self.proxy else words)

    def _tunnelled(self, connection: "Connection", origin: Origin, deadline: float) -> NoAnswer | None:
        """Ask the proxy for a tunnel (RFC 9110, section 9.3.6); None where it gives one."""
        assert self.proxy is not None
        _, host, port = origin
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {name} HTTP/1.1", f"Host: {name}"]
        lines += [f"Proxy-Authorization: {self.proxy.authorization}"] if self.proxy.authorization else []
        answer = connection.ask("\r\n".join((*lines, "", "")).encode("latin-1"), "CONNECT", deadline)
        if isinstance(answer, NoAnswer):
            words = f"by way of the proxy: {answer.detail}"
        elif not 200 <= answer.response.status < 300:
            words = f"by way of the proxy: it answers {answer.response.status}"
        else:
            return None
        connection.close()
        return NoAnswer(Silence.UNREACHABLE, words)

    def _secured(self, opened: Socket, host: str, deadline: float) -> Socket:
        opened.settimeout(_left(deadline))
        if isinstance(opened, socket.socket) and not isinstance(opened, ssl.SSLSocket):
            return self._context.wrap_socket(opened, server_hostname=host)
        return SSLTransport(opened, self._context, server_hostname=host)  # type: ignore[arg-type]


class Connection:
    """An open connection.

    Args:
        opened: its socket.
        limits: what one answer may take.
        deadline: when the current exchange must be done.
    """

    def __init__(self, opened: Socket, limits: MessageLimits, deadline: float) -> None:
        self._socket = opened
        self._inner = opened.socket if isinstance(opened, SSLTransport) else opened
        self._deadline = deadline
        self._reader = AnswerReader(self._receive, limits)
        self.used = False
        """Whether an answer came over it before."""

    @property
    def begun(self) -> bool:
        """Whether a byte of the current answer has come."""
        return self._reader.begun

    def is_fit(self) -> bool:
        """Whether the other side has neither closed it nor sent what nobody asked for."""
        return self._reader.idle and not wait_for_read(self._inner, timeout=0.0)

    def ask(self, message: bytes, method: str, deadline: float) -> Received | NoAnswer:
        """Send a request, header section and body in one piece, and read its answer.

        Args:
            message: its bytes.
            method: its method.
            deadline: the moment (of ``time.monotonic``) when it must be done.

        Raises:
            OSError: the connection was lost, or it took too long.
        """
        self._deadline = deadline
        self._reader.begun = False
        self._socket.settimeout(_left(deadline))
        # Who answers before everything was read, and hangs up, has answered all the same (RFC 9112, section 9.5).
        with suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(message)
        answer = self._reader.read(method)
        self.used = True
        return answer

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._socket.close()

    def _receive(self, most: int) -> bytes:
        self._socket.settimeout(_left(self._deadline))
        if _QUICK_ACK is not None:
            # A server that writes header and body apart, without TCP_NODELAY, sends the second once the first was
            # acknowledged: by default 40 ms later. The option does not last, so it is set each time.
            with suppress(OSError):
                self._inner.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        return bytes(self._socket.recv(most))


def _left(deadline: float) -> float:
    """The seconds up to the deadline.

    Raises:
        TimeoutError: there are none left.
    """
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def lost(error: Exception) -> NoAnswer:
    """What an error of an open connection means, in words that repeat nothing of an answer."""
    if isinstance(error, TimeoutError):
        return NoAnswer(Silence.TIMEOUT, "nothing came within the time-out")
    if isinstance(error, ssl.SSLCertVerificationError):
        return NoAnswer(Silence.UNTRUSTED, f"its certificate does not hold: {error.verify_message}".rstrip("."))
    if isinstance(error, (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return NoAnswer(Silence.RESET, error_words(error))
    if isinstance(error, ssl.SSLError):
        return NoAnswer(Silence.UNTRUSTED, f"TLS: {error.reason or error.strerror or 'it failed'}")
    if not isinstance(error, OSError):
        return NoAnswer(Silence.UNREACHABLE, "the name of the host is not valid")
    return NoAnswer(Silence.RESET, error_words(error))


def error_words(error: Exception) -> str:
    """What the operating system says of an error."""
    words = error.strerror if isinstance(error, OSError) else ""
    return words or type(error).__name__
