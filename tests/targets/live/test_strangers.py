"""A stranger is a stranger: nothing but the mark of a ``troth mock`` makes one of a service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from troth.mocks.server.http import running
from troth.mocks.socialidnow.service import SocialIdNow
from troth.targets.live.client import LiveTarget
from troth.targets.live.mock_server import ask_for_world

Answer = Callable[[BaseHTTPRequestHandler], tuple[list[tuple[str, str]], bytes]]


@contextmanager
def stranger(answer: Answer) -> Iterator[tuple[LiveTarget, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            headers, body = answer(self)
            self.send_response(200)
            for name, value in (*headers, ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    live = LiveTarget(f"http://127.0.0.1:{server.server_address[1]}", (), {})
    try:
        yield live, asked
    finally:
        live.close()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda _request: ([], b"{}"), id="answers {} to everything"),
        pytest.param(lambda _request: ([], b'{"socialidnow": {}}'), id="answers what a mock would"),
        pytest.param(lambda request: ([("Troth-Mock", request.headers["Troth-Challenge"])], b"{}"), id="repeats"),
        pytest.param(lambda _request: ([("Troth-Mock", "1")], b"{}"), id="claims to be a mock"),
        pytest.param(lambda _request: ([], b"\xff\xfe{"), id="not UTF-8"),
        pytest.param(lambda _request: ([], b"[" * 100_000), id="deep"),
    ],
)
def test_a_service_without_the_mark_is_a_stranger_and_is_asked_once(answer: Answer) -> None:
    with stranger(answer) as (live, asked):
        assert ask_for_world(live) is None
        assert asked == ["GET /_mock/world"]


def test_a_mock_is_known_by_its_mark() -> None:
    with running([SocialIdNow()]) as address:
        live = LiveTarget(address, (), {})
        world = ask_for_world(live)
        live.close()
    assert world is not None
    assert list(world) == ["socialidnow"]
    assert world["socialidnow"].closed
