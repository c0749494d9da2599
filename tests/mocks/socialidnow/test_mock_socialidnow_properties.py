"""What holds of the Social-ID NOW stand-in for every request and every sequence of calls."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from werkzeug.test import Client, create_environ, run_wsgi_app

from troth.mocks.service import Clock
from troth.mocks.socialidnow.service import SocialIdNow

ERROR_VALUES = {
    "authentication_failed",
    "bad_request",
    "conflict",
    "forbidden",
    "internal_server_error",
    "invalid_parameters",
    "missing_parameters",
    "not_acceptable",
    "not_found",
    "unauthorized",
    "unprocessable_entity",
}
MOCK = SocialIdNow(Clock(datetime(2026, 5, 4, tzinfo=UTC)))
WORLD: Any = MOCK.world()
FIELDS = ["birthday", "gender", "name", "verified_email", "picture_url", "nonsense", "", " name"]

wire_text = st.text(st.characters(max_codepoint=0xFF))
known_text = st.sampled_from(
    [
        WORLD["connection"]["id"],
        WORLD["closed_connection"]["id"],
        str(WORLD["user"]["id"]),
        str(WORLD["app"]["id"]),
        str(WORLD["sign_in"]["id"]),
        WORLD["login"]["token"],
    ]
)
segments = known_text | wire_text | st.text("0123456789", max_size=5000)
paths = st.one_of(
    st.builds(
        "/v1/marketing/login/{}/{}{}".format,
        st.sampled_from(["connections", "sign_ins", "users", "apps"]),
        segments,
        st.sampled_from(["", "/token", "/sign_ins", "/"]),
    ),
    st.just("/v1/marketing/login/info"),
    wire_text,
)
queries = wire_text | st.builds(
    "api_secret={}&token={}&fields={}".format, st.just(WORLD["app"]["secret"]) | wire_text, known_text, wire_text
)
basic = st.binary().map(lambda pair: "Basic " + pair.hex()) | wire_text.map("Basic {}".format) | wire_text
bodies = st.binary() | st.builds(
    b'{"sign_in":{"user_id":%b}}'.__mod__, st.integers().map(lambda number: str(number).encode())
)


@settings(max_examples=400, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) | wire_text,
    path=paths,
    query=queries,
    authorization=st.none() | basic,
    host=wire_text,
    length=st.none() | wire_text,
    body=bodies,
)
@example("GET", f"/v1/marketing/login/connections/{WORLD['connection']['id']}", "", "Basic \x80", "", None, b"")
def test_any_request_gets_an_answer_in_the_vendors_words(
    method: str, path: str, query: str, authorization: str | None, host: str, length: str | None, body: bytes
) -> None:
    environ = create_environ("/", input_stream=None, data=body)
    environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": host}
    if authorization is not None:
        environ["HTTP_AUTHORIZATION"] = authorization
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    answer, status, headers = run_wsgi_app(MOCK, environ, buffered=True)
    raw = b"".join(answer)
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    if int(status.split()[0]) >= 400 and method != "HEAD":
        refusal: Any = msgspec.json.decode(raw)
        assert set(refusal) == {"error", "error_description"}
        assert refusal["error"] in ERROR_VALUES
        assert refusal["error_description"]


@given(names=st.lists(st.sampled_from(FIELDS) | st.text(), max_size=6))
def test_the_profile_holds_only_what_was_asked_for(names: list[str]) -> None:
    keys = WORLD["app"]["keys"]
    fields = ",".join(names)
    client = Client(MOCK)
    login: Any = client.get(
        "/v1/marketing/login/info",
        query_string={"api_secret": WORLD["app"]["secret"], "token": WORLD["login"]["token"], "fields": fields},
    ).json
    path = f"/v1/marketing/login/connections/{WORLD['connection']['id']}"
    connection: Any = client.get(path, query_string={"fields": fields}, auth=(keys["username"], keys["password"])).json
    requested = {name for name in fields.split(",") if name}
    assert ("profile" in login) is bool(requested)
    assert set(login.get("profile", {})) <= requested
    assert login.get("profile") == connection.get("profile")


class Logins(RuleBasedStateMachine):
    """Sign-ins, log-outs and passing time against a plain model of tokens and sessions."""

    def __init__(self) -> None:
        super().__init__()
        self.mock = SocialIdNow(Clock(datetime(2026, 5, 4, tzinfo=UTC)))
        self.client = Client(self.mock)
        self.world: Any = WORLD
        self.user_token = str(self.world["user"]["user_token"])
        self.seen_user_tokens = {self.user_token}
        self.logins: list[dict[str, Any]] = []

    def call(self, method: str, path: str, keys: Mapping[str, str], **options: Any) -> Any:
        auth = (keys["username"], keys["password"])
        return self.client.open(f"/v1/marketing/login/{path}", method=method, auth=auth, **options)

    @rule()
    def sign_in(self) -> None:
        body = {"sign_in": {"user_id": self.world["user"]["id"]}}
        answer = self.call("POST", f"apps/{self.world['app']['id']}/sign_ins", self.world["account"]["keys"], json=body)
        assert answer.status_code == 201
        self.logins.append({**answer.json, "age": timedelta(), "closed": False})
        self.user_token = self.read_user()["token"]
        assert self.user_token not in self.seen_user_tokens
        self.seen_user_tokens.add(self.user_token)

    @rule()
    def rotate(self) -> None:
        answer = self.call("PUT", f"users/{self.world['user']['id']}/token", self.world["account"]["keys"])
        self.user_token = answer.json["token"]
        assert self.user_token not in self.seen_user_tokens
        self.seen_user_tokens.add(self.user_token)

    @precondition(lambda self: self.logins)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        login = data.draw(st.sampled_from(self.logins))
        answer = self.call("DELETE", f"connections/{login['connection_id']}", self.world["app"]["keys"])
        assert answer.status_code == (200 if self.is_open(login) else 404)
        login["closed"] = True

    @rule(hours=st.sampled_from([0.4, 0.6, 24 * 7, 24 * 8]))
    def wait(self, hours: float) -> None:
        self.mock.advance(hours * 3600)
        for login in self.logins:
            login["age"] += timedelta(hours=hours)

    @invariant()
    def both_reads_answer_as_the_model_says(self) -> None:
        for login in self.logins:
            query = {"api_secret": self.world["app"]["secret"], "token": login["login_token"]}
            info: Any = self.client.get("/v1/marketing/login/info", query_string=query)
            assert info.status_code == (200 if login["age"] < timedelta(hours=1) else 401)
            connection = self.call("GET", f"connections/{login['connection_id']}", self.world["app"]["keys"])
            assert connection.status_code == (200 if self.is_open(login) else 404)
            for answer in (info, connection):
                if answer.status_code == 200:
                    assert answer.json["connection_id"] == login["connection_id"]
                    assert answer.json["user_token"] == self.user_token

    def is_open(self, login: Mapping[str, Any]) -> bool:
        return not login["closed"] and login["age"] < timedelta(days=15)

    def read_user(self) -> Any:
        return self.call("GET", f"users/{self.world['user']['id']}", self.world["account"]["keys"]).json


TestLogins = Logins.TestCase
TestLogins.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
