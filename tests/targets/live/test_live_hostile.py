"""Answers that would hang, crash or leak: every one of them ends as an exchange, in bounded time."""

import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from troth.errors import UsageInvalid
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.targets.live.addresses import loopback_address
from troth.targets.live.client import Limits, LiveTarget

SERVER = "https://api.example"
LIMITS = Limits(connect_seconds=1, total_seconds=1, body_bytes=100_000, chunk_bytes=4096)
Talk = Callable[[socket.socket], None]


@contextmanager
def speaking(talk: Talk) -> Iterator[str]:
    """A server that reads one request's head and then talks as it is told."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            head = b""
            while b"\r\n\r\n" not in head:
                part = self.request.recv(4096)
                if not part:
                    return
                head += part
            heads.append(head)
            try:
                talk(self.request)
            except OSError:
                return

    heads: list[bytes] = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def ask(address: str, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
    target = LiveTarget(address, (SERVER,), {}, LIMITS)
    try:
        return target.send(Request("GET", f"{SERVER}/x", headers))
    finally:
        target.close()


def send(data: bytes) -> Talk:
    return lambda connection: connection.sendall(data)


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def drip_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        pytest.param(endless, Silence.TOO_LARGE, id="endless"),
        pytest.param(
            send(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n" + b"x" * 200_000), Silence.TOO_LARGE, id="50 MB"
        ),
        pytest.param(drip, Silence.TIMEOUT, id="slow drip"),
        pytest.param(drip_headers, Silence.TIMEOUT, id="slow drip of headers"),
        pytest.param(lambda _connection: time.sleep(3), Silence.TIMEOUT, id="stall"),
        pytest.param(reset, Silence.RESET, id="reset"),
        pytest.param(send(b""), Silence.RESET, id="closed without a word"),
        pytest.param(send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), Silence.RESET, id="cut short"),
        pytest.param(send(b"\x00\x01 not http at all\r\n\r\n"), Silence.MALFORMED, id="not HTTP"),
        pytest.param(send(b"HTTP/1.1 abc OK\r\n\r\n"), Silence.MALFORMED, id="no status"),
        pytest.param(
            send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
            Silence.MALFORMED,
            id="broken chunks",
        ),
        pytest.param(send(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000), Silence.MALFORMED, id="endless header"),
    ],
)
def test_a_bad_answer_is_no_answer_and_takes_bounded_time(talk: Talk, reason: Silence) -> None:
    started = time.monotonic()
    with speaking(talk) as address:
        exchange = ask(address)
    assert time.monotonic() - started < 5
    assert isinstance(exchange.answer, NoAnswer), exchange.answer
    assert exchange.answer.reason is reason, exchange.answer
    assert exchange.answer.detail
    assert not re.search(r"[=<>{}]|0x|Error|Plain|HTTPConnection", exchange.answer.detail), exchange.answer


def test_a_compressed_bomb_is_not_unpacked() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"
    with speaking(send(head + b"\x1f\x8b\x08\x00\x00")) as address:
        answer = ask(address).answer
    assert isinstance(answer, Response)
    assert answer.body == b"\x1f\x8b\x08\x00\x00"


def test_a_redirect_is_an_answer_and_credentials_do_not_travel() -> None:
    visited: list[bytes] = []

    def elsewhere(connection: socket.socket) -> None:
        visited.append(b"visited")
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with speaking(elsewhere) as other:
        location = f"HTTP/1.1 302 Found\r\nLocation: {other}/steal\r\nContent-Length: 0\r\n\r\n".encode()
        with speaking(send(location)) as address:
            answer = ask(address, (("Authorization", "Basic c2VjcmV0OnNlY3JldA=="),)).answer
    assert isinstance(answer, Response)
    assert answer.status == 302
    assert not visited


def test_a_dead_host_is_refused_not_raised() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        exchange = ask(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert isinstance(exchange.answer, NoAnswer)
    assert exchange.answer == NoAnswer(Silence.REFUSED, "nobody listens there")


@pytest.mark.parametrize(
    "address",
    [
        "https://api.oneall.com",
        "http://10.0.0.1",
        "http://127.evil.example",
        "http://localhost.evil.example",
        "http://0.0.0.0",
    ],
)
def test_only_loopback_is_spoken_to(address: str) -> None:
    with pytest.raises(UsageInvalid, match="not on loopback"):
        loopback_address(address)


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1", "http://", "127.0.0.1:80", "http://127.0.0.1:99999", "http://u:p@127.0.0.1"]
)
def test_other_addresses_are_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(UsageInvalid):
        loopback_address(address)


@pytest.mark.parametrize(
    ("address", "url", "located"),
    [
        ("http://127.0.0.1:1", "https://api.example/x?y=1", "http://127.0.0.1:1/x?y=1"),
        ("http://127.0.0.1:1", "https://api.example/v1/base/x", "http://127.0.0.1:1/v1/base/x"),
        ("http://127.0.0.1:1/mine", "https://api.example/v1/base/x", "http://127.0.0.1:1/mine/x"),
        ("http://127.0.0.1:1/mine", "https://api.example/x", "http://127.0.0.1:1/mine/x"),
        ("http://127.0.0.1:1/", "https://api.example/v1/base/x", "http://127.0.0.1:1/x"),
        ("http://127.0.0.1:1/", "https://api.example/v1/base", "http://127.0.0.1:1"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/_mock/world", "http://127.0.0.1:1/_mock/world"),
    ],
)
def test_the_target_stands_in_for_the_documented_server(address: str, url: str, located: str) -> None:
    assert LiveTarget(address, ("https://api.example", "https://api.example/v1/base"), {}).locate(url) == located


def test_a_slash_behind_the_host_names_the_root_and_any_other_says_nothing() -> None:
    addresses = ["http://127.0.0.1:1", "http://127.0.0.1:1/", "http://127.0.0.1:1/v2/", "http://127.0.0.1:1/v2"]
    checked = [loopback_address(address) for address in addresses]
    assert checked == ["http://127.0.0.1:1", "http://127.0.0.1:1/", "http://127.0.0.1:1/v2", "http://127.0.0.1:1/v2"]


def test_the_root_of_a_service_that_documents_itself_below_a_path() -> None:
    servers = ("http://127.0.0.1:1/v2",)
    whole = LiveTarget("http://127.0.0.1:1/", servers, {})
    origin = LiveTarget("http://127.0.0.1:1", servers, {})
    assert whole.locate("http://127.0.0.1:1/v2/x") == "http://127.0.0.1:1/x"
    assert origin.locate("http://127.0.0.1:1/v2/x") == "http://127.0.0.1:1/v2/x"
