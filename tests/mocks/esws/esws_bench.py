"""A caller of the ESWS stand-in for the tests: functions by plain words, pages by a browser."""

from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree
from werkzeug.test import Client, TestResponse

from troth.mocks.esws.service import Esws
from troth.mocks.service import Clock

MOMENT = datetime(2026, 5, 4, tzinfo=UTC)

LOOK_UP = {
    "code": ("company", "code"),
    "other code": ("other_company", "code"),
    "branches code": ("branches_company", "code"),
    "name": ("admin", "username"),
    "password": ("admin", "password"),
    "other password": ("other_admin", "password"),
    "user": ("user", "id"),
    "other user": ("other_user", "id"),
    "foreign user": ("foreign_user", "id"),
    "alt id": ("user", "alt_id"),
    "other alt id": ("other_user", "alt_id"),
    "branches user": ("branches_user", "id"),
    "location": ("location", "id"),
    "branches location": ("branches_location", "id"),
}
"""What the tables below call a value of the world; any other word stands for itself."""


class Bench:
    """A stand-in with a fixed clock, calls by plain arguments, and a browser."""

    def __init__(self, **settings: Any) -> None:
        self.mock = Esws(Clock(MOMENT), **settings)
        self.world: Any = self.mock.world()
        self.browser = Client(self.mock)

    def value(self, word: str) -> str:
        fact = LOOK_UP.get(word)
        return str(self.world[fact[0]][fact[1]]) if fact else word

    def call(self, function: str, *words: str) -> str:
        values = "".join(f"<p>{escape(self.value(word))}</p>" for word in words)
        envelope = (
            '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
            f'<x:Esws.{function} xmlns:x="uen:esws">{values}</x:Esws.{function}></S:Body></S:Envelope>'
        )
        answer = self.browser.post("/webservicesesws", data=envelope.encode(), content_type="text/xml")
        assert answer.status_code == 200, answer.text
        returned = etree.fromstring(answer.data).findtext(".//return")
        assert returned is not None
        return returned

    def token(self, *, user: str = "user", location: str = "") -> str:
        return self.call("getSyncToken", "code", "name", "password", user, location)

    def total_token(self) -> str:
        return self.call("getTotalSyncToken", "code", "name", "password")

    def follow(self, kind: str, token: str) -> TestResponse:
        return self.browser.get(f"/users/{kind}/{token}", follow_redirects=True)
