"""What goes over a connection, and how: computed fields, one piece, no wait for a delayed acknowledgement."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import pytest

from troth.model.exchange import COMPUTED_HEADERS, Headers, NoAnswer, Request, Response, Silence
from troth.targets.live.client import LiveTarget, write_request
from troth.targets.live.connection import Connection
from troth.targets.live.settings import Way
from troth.wire.http_answers import MessageLimits, Received

URL = "http://api.example:8080/v1/things?a=b"


def written(method: str = "GET", url: str = URL, headers: Headers = (), body: bytes = b"") -> bytes:
    message = write_request(Request(method, url, headers, body), url)
    assert isinstance(message, bytes), message
    return message


def test_a_request_as_bytes() -> None:
    assert written("POST", headers=(("A", "1"), ("A", "\xe9"), ("User-Agent", "me")), body=b"x\r\ny") == (
        b"POST /v1/things?a=b HTTP/1.1\r\nHost: api.example:8080\r\nAccept-Encoding: identity\r\n"
        b"A: 1\r\nA: \xe9\r\nUser-Agent: me\r\nContent-Length: 4\r\n\r\nx\r\ny"
    )


@pytest.mark.parametrize("name", sorted(COMPUTED_HEADERS))
def test_fields_of_framing_and_connection_are_computed(name: str) -> None:
    """A length of 7 for 2 bytes would have the server wait for five, or take them from the next request."""
    plain = written("PUT", body=b"ok")
    assert written("PUT", headers=((name.title(), "7"),), body=b"ok") == plain
    assert plain.count(b"Content-Length: 2\r\n") == plain.count(b"Host: ") == 1


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [
        ("GET", b"", None),
        ("DELETE", b"", None),
        ("HEAD", b"", None),
        ("POST", b"", 0),
        ("PATCH", b"", 0),
        ("QUERY", b"", 0),
        ("GET", b"ab", 2),
        ("DELETE", b"ab", 2),
    ],
)
def test_the_length_is_said_where_a_body_is_or_might_be(method: str, body: bytes, length: int | None) -> None:
    message = written(method, body=body)
    assert (b"Content-Length: %d\r\n" % length in message) if length is not None else b"Content-Length" not in message


@pytest.mark.parametrize(
    ("url", "target", "host"),
    [
        ("http://h", "/", "h"),
        ("http://h?q", "/?q", "h"),
        ("https://h:8443/a%2fb/../c?x=%20", "/a%2fb/../c?x=%20", "h:8443"),
        ("http://h/a b\u00e9?x= y", "/a%20b%C3%A9?x=%20y", "h"),
        ("http://[::1]:80/x", "/x", "[::1]:80"),
        ("http://b\u00fccher.example/x#part", "/x", "xn--bcher-kva.example"),
    ],
)
def test_the_target_of_a_request_is_as_it_was_written(url: str, target: str, host: str) -> None:
    assert written(url=url).startswith(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n".encode())


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", URL, (("Authorization", "Bearer secret-4711\n"),)),
        Request("GET", URL, (("X", "secret-4711\rX"),)),
        Request("GET", URL, (("X", "secret-4711\0"),)),
        Request("GET", URL, (("X", "secret-4711\u20ac"),)),
        Request("GET", URL, (("X y", "secret-4711"),)),
        Request("GET", URL, (("", "secret-4711"),)),
        Request("GET /secret-4711", URL),
    ],
)
def test_what_cannot_be_sent_is_named_without_its_value(request_: Request) -> None:
    message = write_request(request_, URL)
    assert isinstance(message, NoAnswer)
    assert message.reason is Silence.NOT_SENT
    assert "secret" not in message.detail


class Recorded:
    """A socket that notes what is done with it, and answers."""

    def __init__(self, *answers: bytes) -> None:
        self.done: list[object] = []
        self._answers = list(answers)

    def settimeout(self, _seconds: float) -> None:
        pass

    def setsockopt(self, _level: int, option: int, value: int) -> None:
        self.done.append((option, value))

    def sendall(self, data: bytes) -> None:
        self.done.append(data)

    def recv(self, _most: int) -> bytes:
        return self._answers.pop(0)


def test_a_request_goes_out_in_one_piece_and_each_part_of_its_answer_is_acknowledged_at_once() -> None:
    fake = Recorded(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok")
    connection = Connection(fake, MessageLimits(), 0.0)  # type: ignore[arg-type]
    message = written("POST", body=b"body")
    received = connection.ask(message, "POST", monotonic() + 60)
    assert isinstance(received, Received)
    quick = [(socket.TCP_QUICKACK, 1)] * 2 if hasattr(socket, "TCP_QUICKACK") else []
    assert fake.done == [message, *quick]


@contextmanager
def serving(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each connection's requests in turn and notes what it read."""
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            for answer in answers:
                data = connection.recv(65536)
                if not data:
                    return
                heard.append(data)
                connection.sendall(answer)
            connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def test_bytes_that_nobody_asked_for_do_not_become_the_next_answer() -> None:
    """A body behind 204, or one that is longer than its length, stays on its connection, which is left."""
    stray = b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 Stray\r\nContent-Length: 0\r\n\r\n"
    with serving(stray, b"HTTP/1.1 500 Never\r\nContent-Length: 0\r\n\r\n") as (address, _):
        target = LiveTarget(address, (), {})
        answers = [target.send(Request("GET", address)).answer for _ in range(3)]
        target.close()
    assert [answer.status for answer in answers if isinstance(answer, Response)] == [204, 204, 204]


def test_a_proxy_is_asked_for_the_whole_url_and_given_its_credentials() -> None:
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (address, heard):
        proxy = address.replace("http://", "http://me:p%40ss@")
        target = LiveTarget("http://api.example", (), {}, way=Way(proxy=proxy))
        answer = target.send(Request("GET", "http://api.example/x?y")).answer
        target.close()
    assert isinstance(answer, Response)
    assert heard[0].startswith(b"GET http://api.example/x?y HTTP/1.1\r\nHost: api.example\r\n")
    assert b"\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n" in heard[0]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "by way of the proxy: it answers 403"),
        (b"nonsense\r\n", "by way of the proxy: its first line is not a status line"),
    ],
)
def test_a_proxy_that_gives_no_tunnel(reply: bytes, words: str) -> None:
    with serving(reply) as (address, heard):
        target = LiveTarget("https://api.example", (), {}, way=Way(proxy=address))
        answer = target.send(Request("GET", "https://api.example/x")).answer
        target.close()
    assert answer == NoAnswer(Silence.UNREACHABLE, words)
    assert heard[0].startswith(b"CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n")


@pytest.mark.parametrize(
    ("host", "reason"), [("no-such-host.invalid", Silence.UNREACHABLE), ("a" * 70 + ".example", Silence.UNREACHABLE)]
)
def test_a_host_that_is_not_there(host: str, reason: Silence) -> None:
    answer = LiveTarget(f"http://{host}", (), {}).send(Request("GET", f"http://{host}/")).answer
    assert isinstance(answer, NoAnswer)
    assert answer.reason is reason
