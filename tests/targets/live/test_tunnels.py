"""TLS by way of proxies: through a tunnel, and through a tunnel within TLS (RFC 9110, section 9.3.6)."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import pytest
import trustme

from troth.model.exchange import NoAnswer, Request, Response, Silence
from troth.targets.live.client import LiveTarget
from troth.targets.live.settings import Way

Talk: TypeAlias = Callable[[socket.socket], None]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def listening(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A port where each connection is talked with, behind TLS if there is a context."""

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            talk(connection if context is None else context.wrap_socket(connection, server_side=True))

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def server_context(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def service(connection: socket.socket) -> None:
    while connection.recv(65536):
        connection.sendall(ANSWER)


def copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def tunnelling(asked: list[bytes]) -> Talk:
    """A proxy that gives a tunnel to whatever port it is asked for on this machine."""

    def talk(connection: socket.socket) -> None:
        head = connection.recv(65536)
        asked.append(head)
        port = int(head.split(b" ")[1].rpartition(b":")[2])
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=copy, args=(upstream, connection), daemon=True).start()
            copy(connection, upstream)

    return talk


@pytest.mark.parametrize("proxy_scheme", ["http", "https"])
def test_tls_goes_through_the_tunnel_of_a_proxy(tmp_path: Path, proxy_scheme: str) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    asked: list[bytes] = []
    within = server_context(authority, "127.0.0.1") if proxy_scheme == "https" else None
    with (
        listening(service, server_context(authority, "api.example")) as port,
        listening(tunnelling(asked), within) as proxy,
    ):
        way = Way(proxy=f"{proxy_scheme}://me:pass@127.0.0.1:{proxy}", ca_bundle=str(tmp_path / "ca.pem"))
        target = LiveTarget(f"https://api.example:{port}", (), {}, way=way)
        answers = [target.send(Request("GET", f"https://api.example:{port}/{number}")).answer for number in range(2)]
        target.close()
    assert [answer.body for answer in answers if isinstance(answer, Response)] == [b"ok", b"ok"], answers
    (head,) = asked
    assert head.startswith(f"CONNECT api.example:{port} HTTP/1.1\r\n".encode())
    assert b"\r\nProxy-Authorization: Basic bWU6cGFzcw==\r\n" in head


def test_a_certificate_is_held_to_the_name_behind_the_tunnel(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with listening(service, server_context(authority, "other.example")) as port, listening(tunnelling([])) as proxy:
        way = Way(proxy=f"http://127.0.0.1:{proxy}", ca_bundle=str(tmp_path / "ca.pem"))
        target = LiveTarget(f"https://api.example:{port}", (), {}, way=way)
        answer = target.send(Request("GET", f"https://api.example:{port}/")).answer
        target.close()
    assert isinstance(answer, NoAnswer)
    assert answer.reason is Silence.UNTRUSTED
