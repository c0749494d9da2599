"""Sign-ins and users of the Social-ID NOW stand-in, its refusals in general, its world and its reset."""

import re
from typing import Any

import pytest
from socialidnow_bench import DAY, Bench, assert_refused


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_sign_in_opens_a_new_connection_and_changes_the_user_token(bench: Bench) -> None:
    before: Any = bench.info().json
    answer = bench.sign_in()
    assert answer.status_code == 201
    made: Any = answer.json
    assert set(made) == {"connection", "connection_id", "login_token", "user_id"}
    location = answer.headers["Location"]
    assert re.fullmatch(r"https://api\.socialidnow\.com/v1/marketing/login/sign_ins/\d+", location)

    read = bench.call("GET", "/sign_ins/" + location.rpartition("/")[2], bench.account)
    assert read.status_code == 200
    assert read.json == made

    new: Any = bench.info(token=made["login_token"]).json
    old: Any = bench.info().json
    assert new["connection_id"] == made["connection_id"] != before["connection_id"]
    assert old["connection_id"] == before["connection_id"]
    assert new["user_token"] == old["user_token"] != before["user_token"]


def test_the_seed_sign_in_is_the_one_behind_the_seed_login(bench: Bench) -> None:
    read: Any = bench.call("GET", f"/sign_ins/{bench.world['sign_in']['id']}", bench.account).json
    assert read["login_token"] == bench.world["login"]["token"]
    assert read["connection_id"] == bench.world["connection"]["id"]


@pytest.mark.parametrize(
    ("app", "user", "status", "error"),
    [("app", "other_user", 403, "forbidden"), ("other_app", "user", 403, "forbidden")],
)
def test_a_user_signs_in_to_no_other_app(bench: Bench, app: str, user: str, status: int, error: str) -> None:
    assert_refused(bench.sign_in(app, user), status, error)


@pytest.mark.parametrize("app_id", ["1", "x", "-1", "٣", "9" * 5000, "1.0"])
def test_a_sign_in_to_an_unknown_app_is_not_found(bench: Bench, app_id: str) -> None:
    body = {"sign_in": {"user_id": bench.world["user"]["id"]}}
    assert_refused(bench.call("POST", f"/apps/{app_id}/sign_ins", bench.account, json=body), 404, "not_found")


def test_a_sign_in_of_an_unknown_user_is_not_found(bench: Bench) -> None:
    body = {"sign_in": {"user_id": 1}}
    path = f"/apps/{bench.world['app']['id']}/sign_ins"
    assert_refused(bench.call("POST", path, bench.account, json=body), 404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"sign_in":null}',
        b'{"sign_in":{}}',
        b'{"sign_in":{"user_id":"7"}}',
        b'{"sign_in":{"user_id":true}}',
        b'{"sign_in":{"user_id":1.5}}',
        b'{"sign_in":{"user_id":-1}}',
        b'{"sign_in":{"user_id":' + b"9" * 5000 + b"}}",
        b'{"x":' + b"[" * 100_000,
        b'{"sign_in":"\xff"}',
    ],
)
def test_a_sign_in_body_that_cannot_be_understood_is_a_bad_request(bench: Bench, body: bytes) -> None:
    path = f"/apps/{bench.world['app']['id']}/sign_ins"
    assert_refused(bench.call("POST", path, bench.account, data=body), 400, "bad_request")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/apps/{app}/sign_ins"),
        ("GET", "/sign_ins/{sign_in}"),
        ("GET", "/users/{user}"),
        ("PUT", "/users/{user}/token"),
    ],
)
@pytest.mark.parametrize("keys", ["none", "app", "wrong"])
def test_account_calls_need_account_keys(bench: Bench, method: str, path: str, keys: str) -> None:
    ids = {name: bench.world[name]["id"] for name in ("app", "sign_in", "user")}
    given = {
        "app": bench.world["app"]["keys"],
        "wrong": {"username": bench.account["username"], "password": "0" * 64},
    }.get(keys)
    answer = bench.call(method, path.format(**ids), given, json={"sign_in": {"user_id": ids["user"]}})
    assert_refused(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_a_user_and_a_new_user_token(bench: Bench) -> None:
    path = f"/users/{bench.world['user']['id']}"
    user: Any = bench.call("GET", path, bench.account).json
    assert set(user) == {
        "id",
        "signed_in_at",
        "signed_up_at",
        "token",
        "username",
        "email_address",
        "active",
        "confirmed",
        "locked",
    }
    assert user["token"] == bench.world["user"]["user_token"]
    assert user["signed_in_at"] == "2026-05-04T12:00:00Z"
    changed: Any = bench.call("PUT", f"{path}/token", bench.account).json
    assert changed == user | {"token": changed["token"]}
    assert changed["token"] != user["token"]
    again: Any = bench.info().json
    assert again["user_token"] == changed["token"]
    with_profile: Any = bench.call("GET", path, bench.account, query_string={"fields": "gender"}).json
    assert set(with_profile["profile"]) == {"gender"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/users/1"), ("PUT", "/users/1/token"), ("GET", "/sign_ins/1")])
def test_what_does_not_exist_is_not_found(bench: Bench, method: str, path: str) -> None:
    assert_refused(bench.call(method, path, bench.account), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/login_info"),
        ("GET", "/connections/"),
        ("GET", "//info"),
        ("GET", "/info/"),
        ("POST", "/info"),
        ("PATCH", "/info"),
        ("OPTIONS", "/connections/1"),
        ("GET", "/apps/1/sign_ins"),
    ],
)
def test_an_unknown_address_and_a_wrong_method_are_not_found(bench: Bench, method: str, path: str) -> None:
    assert_refused(bench.call(method, path), 404, "not_found")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, "internal_server_error"),
        (503, "internal_server_error"),
        (429, "bad_request"),
        (409, "conflict"),
        (422, "unprocessable_entity"),
        (406, "not_acceptable"),
    ],
)
def test_a_refusal_from_outside_lasts_until_it_is_lifted(bench: Bench, status: int, error: str) -> None:
    bench.mock.refuse_with(status)
    assert_refused(bench.info(), status, error)
    assert_refused(bench.connection(), status, error)
    bench.mock.refuse_with(None)
    assert bench.info().status_code == 200
    bench.mock.refuse_with(status)
    bench.mock.reset()
    assert bench.info().status_code == 200


def test_a_refusal_must_be_an_http_error(bench: Bench) -> None:
    with pytest.raises(KeyError):
        bench.mock.refuse_with(299)


def test_a_reset_undoes_everything_and_the_same_seed_gives_the_same_world(bench: Bench) -> None:
    before: Any = bench.info().json
    bench.sign_in()
    bench.call("DELETE", f"/connections/{bench.world['connection']['id']}", bench.world["app"]["keys"])
    bench.mock.advance(100 * DAY)
    bench.mock.reset()
    assert bench.info().json == before
    assert bench.connection().status_code == 200
    assert bench.mock.world() == bench.world == Bench().world
    assert Bench(seed=1).world != bench.world


def test_the_parties_of_the_world_share_nothing(bench: Bench) -> None:
    world = bench.world
    secrets = [world[app][kind] for app in ("app", "other_app") for kind in ("secret", "client_secret")]
    assert len({*secrets, world["account"]["keys"]["password"]}) == 5
    for kind in ("login", "other_login", "expired_login"):
        assert re.fullmatch(r"[0-9a-f]{64}", world[kind]["token"])
    connections = [world[f"{kind}connection"]["id"] for kind in ("", "other_", "closed_", "expired_")]
    assert len(set(connections)) == 4
    assert all(re.fullmatch(r"[0-9a-f]{64}", connection) for connection in connections)
    assert world["app"]["keys"] == {"username": str(world["app"]["id"]), "password": world["app"]["secret"]}
    assert world["user"]["id"] != world["other_user"]["id"]
