"""The two login reads of the Social-ID NOW stand-in, as the vendor has them; where its pages are silent, as chosen."""

from datetime import timedelta
from typing import Any

import pytest
from socialidnow_bench import DAY, HOUR, Bench, assert_refused


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_info_without_fields_has_every_documented_key_and_no_profile(bench: Bench) -> None:
    answer = bench.info()
    assert answer.status_code == 200
    assert set(answer.json or {}) == {
        "connection",
        "connection_id",
        "credential",
        "email",
        "id",
        "location",
        "name",
        "picture_url",
        "user_id",
        "user_token",
    }
    body: Any = answer.json
    assert body["connection_id"] == bench.world["connection"]["id"]
    assert body["connection"] == "https://api.socialidnow.com/v1/marketing/login/connections/" + body["connection_id"]
    assert body["id"] == body["user_id"] == bench.world["user"]["id"]
    assert body["user_token"] == bench.world["user"]["user_token"]
    assert set(body["credential"]) == {"type", "access_token", "facebook_id"}


def test_info_tolerates_an_authorization_header(bench: Bench) -> None:
    query = {"api_secret": bench.world["app"]["secret"], "token": bench.world["login"]["token"]}
    assert bench.call("GET", "/info", {"username": "any", "password": "thing"}, query_string=query).status_code == 200


def test_a_login_token_can_be_used_again(bench: Bench) -> None:
    assert bench.info().json == bench.info().json


@pytest.mark.parametrize("missing", ["api_secret", "token"])
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_info_names_a_missing_parameter_a_bad_request(bench: Bench, missing: str, how: str) -> None:
    given = {"api_secret": bench.world["app"]["secret"], "token": bench.world["login"]["token"], missing: ""}
    if how == "absent":
        del given[missing]
    assert_refused(bench.call("GET", "/info", query_string=given), 400, "bad_request")


@pytest.mark.parametrize(
    ("secret", "token"),
    [
        ("nobody", "login"),
        ("app", "nobody"),
        ("app", "other_login"),
        ("other_app", "login"),
        ("app", "expired_login"),
        ("client_secret", "login"),
    ],
)
def test_info_refuses_every_pair_that_does_not_belong_together(bench: Bench, secret: str, token: str) -> None:
    world = bench.world
    secrets = {"app": world["app"]["secret"], "other_app": world["other_app"]["secret"]}
    secrets["client_secret"] = world["app"]["client_secret"]
    answer = bench.info(
        api_secret=secrets.get(secret, "0" * 64), token=world[token]["token"] if token in world else "0" * 64
    )
    assert_refused(answer, 401, "unauthorized")
    assert "WWW-Authenticate" not in answer.headers


def test_a_login_token_lasts_one_hour(bench: Bench) -> None:
    bench.mock.advance(HOUR - 1)
    assert bench.info().status_code == 200
    bench.mock.advance(1)
    assert_refused(bench.info(), 401, "unauthorized")


def test_a_connection_reads_as_the_login_does(bench: Bench) -> None:
    fields = "birthday,gender,name"
    login: Any = bench.info(fields=fields).json
    connection: Any = bench.connection(fields=fields).json
    assert set(connection) == {"connection", "connection_id", "credential", "profile", "user_id", "user_token"}
    assert connection == {key: login[key] for key in connection}


@pytest.mark.parametrize("kind", ["none", "wrong secret", "client secret", "account", "unknown id", "bearer"])
def test_a_connection_needs_login_app_keys(bench: Bench, kind: str) -> None:
    app = bench.world["app"]
    keys = {
        "wrong secret": {"username": str(app["id"]), "password": "0" * 64},
        "client secret": {"username": str(app["id"]), "password": app["client_secret"]},
        "account": bench.account,
        "unknown id": {"username": "1", "password": app["secret"]},
    }.get(kind)
    headers = {"Authorization": f"Bearer {app['secret']}"} if kind == "bearer" else {}
    answer = bench.call("GET", f"/connections/{bench.world['connection']['id']}", keys, headers=headers)
    assert_refused(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize(
    ("name", "app", "status", "error"),
    [
        ("closed_connection", "app", 404, "not_found"),
        ("expired_connection", "app", 404, "not_found"),
        ("other_connection", "app", 403, "forbidden"),
        ("connection", "other_app", 403, "forbidden"),
    ],
)
def test_a_connection_that_is_gone_or_somebody_elses(
    bench: Bench, name: str, app: str, status: int, error: str
) -> None:
    assert_refused(bench.connection(name, app), status, error)


def test_an_unknown_connection_is_not_found(bench: Bench) -> None:
    answer = bench.call("GET", f"/connections/{'0' * 64}", bench.world["app"]["keys"])
    assert_refused(answer, 404, "not_found")


@pytest.mark.parametrize("days", [15, 7])
def test_a_connection_lasts_as_long_as_the_app_says(days: int) -> None:
    bench = Bench() if days == 15 else Bench(session_lifetime=timedelta(days=days))
    bench.mock.advance(days * DAY - 1)
    assert bench.connection().status_code == 200
    bench.mock.advance(1)
    assert_refused(bench.connection(), 404, "not_found")


def test_closing_a_connection_ends_it_and_no_other(bench: Bench) -> None:
    path = f"/connections/{bench.world['connection']['id']}"
    assert_refused(bench.call("DELETE", path), 401, "unauthorized")
    assert_refused(bench.call("DELETE", path, bench.world["other_app"]["keys"]), 403, "forbidden")
    assert bench.connection().status_code == 200
    assert bench.call("DELETE", path, bench.world["app"]["keys"]).status_code == 200
    assert_refused(bench.connection(), 404, "not_found")
    assert_refused(bench.call("DELETE", path, bench.world["app"]["keys"]), 404, "not_found")
    assert bench.connection("other_connection", "other_app").status_code == 200


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ("", None),
        (",", None),
        ("birthday", {"birthday"}),
        ("birthday,gender,name", {"birthday", "gender", "name"}),
        ("name,name", {"name"}),
        ("nonsense", set()),
        ("name,nonsense", {"name"}),
        (" name", set()),
        ("Name", set()),
        ("user_id,verified_email,about_me,addresses", {"user_id", "verified_email", "about_me", "addresses"}),
    ],
)
def test_fields_select_the_profile(bench: Bench, fields: str, keys: set[str] | None) -> None:
    for answer in (bench.info(fields=fields), bench.connection(fields=fields)):
        body: Any = answer.json
        assert (set(body["profile"]) if "profile" in body else None) == keys


def test_a_known_field_without_a_value_is_null_and_names_agree(bench: Bench) -> None:
    body: Any = bench.info(fields="name,current_location,display_name,verified_email,picture_url").json
    profile = body["profile"]
    assert set(profile["name"]) == {
        "family_name",
        "formatted",
        "given_name",
        "honorific_prefix",
        "honorific_suffix",
        "middle_name",
    }
    assert profile["name"]["honorific_suffix"] is None
    assert profile["name"]["formatted"] == profile["display_name"] == body["name"]
    assert profile["current_location"] == body["location"]
    assert profile["verified_email"] == body["email"]
    assert profile["picture_url"] == body["picture_url"]
