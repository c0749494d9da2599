"""Connections that were kept open and turn out closed: they lose no request, and none is sent twice that may not be."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from troth.errors import ExitCode
from troth.model.conclusion import Halt
from troth.model.exchange import NoAnswer, Request, Response, Silence
from troth.targets.live.client import Limits, LiveTarget
from troth.targets.live.manners import REPEATABLE, Hands, MannersTarget
from troth.targets.live.settings import Pace

SERVER = "https://api.example"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"
Then = Callable[[socket.socket], None]


def close(_connection: socket.socket) -> None:
    """Say nothing: the connection is closed next."""


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


@contextmanager
def one_answer_each(then: Then, answers: int = 1) -> Iterator[tuple[str, list[list[bytes]]]]:
    """A server that answers so many requests of a connection, reads one more, and then does something else."""
    connections: list[list[bytes]] = []

    def talk(connection: socket.socket, heard: list[bytes]) -> None:
        with connection, suppress(OSError):
            while data := connection.recv(65536):
                heard.append(data.split(b" ", 2)[1])
                if len(heard) > answers:
                    then(connection)
                    return
                connection.sendall(ANSWER)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connections.append([])
                    threading.Thread(target=talk, args=(connection, connections[-1]), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", connections
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def polite(address: str, effect: str, **pace: int) -> MannersTarget:
    def no_sleep(seconds: float) -> None:
        raise AssertionError(f"slept {seconds} s")

    live = LiveTarget(address, (SERVER,), {}, Limits(1, 1), repeatable=lambda _request: effect in REPEATABLE)
    hands = Hands(lambda: 0.0, lambda: datetime(2026, 1, 1, tzinfo=UTC), no_sleep, lambda: 0.5)
    return MannersTarget(live, Pace(retries=0, **pace), lambda _request: effect, frozenset((effect,)), hands)


def requests(method: str, number: int) -> list[Request]:
    return [Request(method, f"{SERVER}/{index}") for index in range(number)]


@pytest.mark.parametrize("then", [close, reset])
@pytest.mark.parametrize("effect", ["safe", "idempotent"])
def test_what_may_be_repeated_goes_over_another_connection_at_once(then: Then, effect: str) -> None:
    with one_answer_each(then) as (address, connections):
        target = polite(address, effect)
        answers = [target.send(one).answer for one in requests("POST", 4)]
        target.close()
    assert [isinstance(one, Response) for one in answers] == [True] * 4
    assert connections == [[b"/0", b"/1"], [b"/1", b"/2"], [b"/2", b"/3"], [b"/3"]]
    assert target.repeated == 3
    assert target.halted() is None


@pytest.mark.parametrize("effect", ["creates", "destroys", ""])
def test_what_may_not_be_repeated_never_goes_over_an_old_connection(effect: str) -> None:
    with one_answer_each(reset) as (address, connections):
        target = polite(address, effect)
        answers = [target.send(one).answer for one in requests("POST", 4)]
        target.close()
    assert [isinstance(one, Response) for one in answers] == [True] * 4
    assert connections == [[b"/0"], [b"/1"], [b"/2"], [b"/3"]]


def test_the_second_request_counts() -> None:
    with one_answer_each(close) as (address, _):
        target = polite(address, "safe", budget=2)
        first, second = (target.send(one).answer for one in requests("GET", 2))
        target.close()
    assert isinstance(first, Response)
    assert second == NoAnswer(Silence.RESET, "it closed the connection without an answer", stale=True)
    assert target.halted() == Halt("the request budget of 2 is spent", ExitCode.INCOMPLETE)


@pytest.mark.parametrize(
    ("then", "answers", "stale"),
    [
        pytest.param(close, 0, False, id="a new connection"),
        pytest.param(close, 1, True, id="an old connection"),
        pytest.param(lambda connection: connection.sendall(CUT), 1, False, id="in the midst of the answer"),
    ],
)
def test_only_an_old_connection_without_a_byte_of_an_answer_is_stale(then: Then, answers: int, stale: bool) -> None:
    with one_answer_each(then, answers) as (address, _):
        target = LiveTarget(address, (SERVER,), {}, Limits(1, 1))
        *_, last = [target.send(one).answer for one in requests("GET", answers + 1)]
        target.close()
    assert isinstance(last, NoAnswer)
    assert (last.reason, last.stale) == (Silence.RESET, stale)
