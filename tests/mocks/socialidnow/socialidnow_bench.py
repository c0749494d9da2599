"""A caller of the Social-ID NOW stand-in for the tests, and the shape of its refusals."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.test import Client, TestResponse

from troth.mocks.service import Clock
from troth.mocks.socialidnow.service import SocialIdNow

API = "/v1/marketing/login"
HOUR = 3600
DAY = 24 * HOUR


class Bench:
    """A stand-in with a fixed clock, its facts, and calls that authenticate as the world's parties do."""

    def __init__(self, **settings: Any) -> None:
        self.mock = SocialIdNow(Clock(datetime(2026, 5, 4, 12, tzinfo=UTC)), **settings)
        self.world: Any = self.mock.world()
        self.client = Client(self.mock)

    def call(self, method: str, path: str, keys: Mapping[str, str] | None = None, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if keys is not None:
            pair = f"{keys['username']}:{keys['password']}".encode()
            headers["Authorization"] = "Basic " + b64encode(pair).decode()
        return self.client.open(API + path, method=method, headers=headers, **options)

    def info(self, **query: str) -> TestResponse:
        given = {"api_secret": self.world["app"]["secret"], "token": self.world["login"]["token"], **query}
        return self.call("GET", "/info", query_string=given)

    def connection(self, name: str = "connection", app: str = "app", fields: str | None = None) -> TestResponse:
        query = {} if fields is None else {"fields": fields}
        keys = self.world[app]["keys"]
        return self.call("GET", f"/connections/{self.world[name]['id']}", keys, query_string=query)

    def sign_in(self, app: str = "app", user: str = "user") -> TestResponse:
        body = {"sign_in": {"user_id": self.world[user]["id"]}}
        return self.call("POST", f"/apps/{self.world[app]['id']}/sign_ins", self.account, json=body)

    @property
    def account(self) -> Mapping[str, str]:
        keys: Mapping[str, str] = self.world["account"]["keys"]
        return keys


def assert_refused(answer: TestResponse, status: int, error: str) -> None:
    assert answer.status_code == status
    assert answer.content_type == "application/json; charset=utf-8"
    body = answer.json
    assert body is not None
    assert body["error"] == error
    assert isinstance(body["error_description"], str)
    assert body["error_description"]
