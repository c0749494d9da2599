"""Calls the OneAll mock in process and holds every answer to the laws of its envelope."""

import base64
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

from troth.mocks.oneall.service import OneAll
from troth.mocks.service import Clock

NOTHING = object()
START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
    r"[0-9]{2}:[0-9]{2}:[0-9]{2} \+0[12]00"
)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self):
        return json.loads(self.raw)["response"]

    @property
    def info(self):
        return self.body["request"]["status"]["info"]

    @property
    def data(self):
        return self.body["result"]["data"]


def basic(username, password):
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


class Caller:
    def __init__(self, mock=None):
        self.mock = mock or OneAll(Clock(START))
        self.world = self.mock.world()
        self.keys = basic(*self.world["site"]["keys"].values())

    def __call__(self, method, target, body=NOTHING, *, raw=None, **environ):
        if raw is None:
            raw = b"" if body is NOTHING else json.dumps(body).encode()
        path, _, query = target.partition("?")
        return self.send(
            {
                "REQUEST_METHOD": method,
                "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
                "QUERY_STRING": query,
                "REQUEST_URI": target,
                "HTTP_AUTHORIZATION": self.keys,
                **environ,
            },
            raw,
        )

    def send(self, environ, raw=b""):
        started = []
        chunks = self.mock(
            {
                "SERVER_NAME": "localhost",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "wsgi.url_scheme": "http",
                "CONTENT_LENGTH": str(len(raw)),
                "wsgi.input": io.BytesIO(raw),
                "wsgi.errors": io.StringIO(),
                **{name: value for name, value in environ.items() if value is not None},
            },
            lambda status, headers: started.append((status, dict(headers))),
        )
        status, headers = started[0]
        reply = Reply(int(status.split()[0]), headers, b"".join(chunks))
        if environ["REQUEST_METHOD"].upper() == "HEAD":
            assert reply.raw == b""
        else:
            assert_envelope(reply)
        return reply

    def externalids(self):
        """The externalid of every stored user, by user_token, as the storage identities show them."""
        found = {}
        for user in self("GET", "/users.json?entries_per_page=500").data["users"]["entries"]:
            for identity in self("GET", f"/users/{user['user_token']}.json").data["user"]["identities"]:
                if identity["provider"] == "storage":
                    assert user["user_token"] not in found
                    found[user["user_token"]] = identity["id"].removeprefix("/external/")
        return found


def assert_envelope(reply):
    assert reply.headers["Content-Type"] == "application/json"
    assert int(reply.headers["Content-Length"]) == len(reply.raw)
    asked = reply.body["request"]
    assert DATE.fullmatch(asked["date"])
    assert isinstance(asked["resource"], str)
    assert asked["status"]["code"] == reply.status
    assert asked["status"]["info"]
    if reply.status < 400:
        assert asked["status"]["flag"] == "success"
        assert isinstance(reply.body["result"]["data"], dict)
    else:
        assert asked["status"]["flag"] == "error"
        assert "result" not in reply.body
