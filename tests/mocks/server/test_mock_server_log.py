"""The log of the mock server: how much it keeps, and that it keeps no secret."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from troth.mocks.server.request_log import RequestLog, masked


def test_the_log_keeps_the_last_500() -> None:
    log = RequestLog()
    for status in range(600):
        log.record("GET", "/", "", status)
    assert [line.status for line in log] == list(range(100, 600))


@pytest.mark.parametrize(
    ("path", "query", "shown"),
    [
        ("/v1/marketing/login/info", "api_secret=abc&token=def&fields=name", "api_secret=***&token=***&fields=name"),
        ("/v1/marketing/login/info", "api%5Fsecret=abc&user_token=1&access_token=2&password=3", None),
        ("/v1/marketing/login/info", "token%3Dabc", "***"),
        ("/v1/marketing/login/info", "fields=a;token=abc", "fields=***"),
        ("/v1/marketing/login/info", "fields=a%3Btoken%3Dabc", "fields=***"),
        ("/v1/marketing/login/info", "abc", "***"),
        ("/v1/marketing/login/info", "fields=" + "0f" * 32, "fields=***"),
        ("/users.json", "page=2&entries_per_page=50&x=y", "page=2&entries_per_page=50&x=***"),
    ],
)
def test_query_values_are_masked_unless_known_to_be_harmless(path: str, query: str, shown: str | None) -> None:
    answer = masked(path, query)
    assert "abc" not in answer
    if shown is not None:
        assert answer == f"{path}?{shown}"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/users/oneSyncUserLogin/abc", "/users/oneSyncUserLogin/***"),
        ("/users/totalSyncUserLogin/abc", "/users/totalSyncUserLogin/***"),
        ("/users/totalSyncUsersLogin/abc/def", "/users/totalSyncUsersLogin/***/def"),
        ("/v1/marketing/login/connections/abc", "/v1/marketing/login/connections/***"),
        ("/v1/marketing/login/connections/1234567890", "/v1/marketing/login/connections/***"),
        ("/v1/marketing/login/users/12345/token", "/v1/marketing/login/users/***/token"),
        ("/connections/0b0f3c1e-5f39-4a3c-9d4b-0c8f9a1b2c3d.json", "/connections/***"),
        ("/users/0b0f3c1e-5f39-4a3c-9d4b-0c8f9a1b2c3d.json", "/users/***"),
        ("/storage/users/user/lookup.json", "/storage/users/user/lookup.json"),
        ("/" + "a" * 64, "/***"),
        ("/é/\n/a b", "/***/***/***"),
        ("/", "/"),
    ],
)
def test_path_segments_are_masked_unless_plain_words(path: str, shown: str) -> None:
    assert masked(path, "") == shown


secrets = st.text("0123456789abcdefABCDEF-", min_size=8, max_size=64).filter(lambda s: any(c.isdigit() for c in s))


@settings(deadline=None)
@given(
    secret=secrets,
    before=st.text(max_size=20),
    name=st.sampled_from(["api_secret", "token", "access_token", "user_token", "password", "fields", ""]) | st.text(),
)
@example(secret="12345678", before="/users/", name="page")
def test_a_secret_never_reaches_the_log(secret: str, before: str, name: str) -> None:
    for query in (f"{name}={secret}", f"fields=x&{secret}", f"{secret}=x", f"fields=;{secret}", f"{name}{secret}"):
        assert secret not in masked(f"{before}/{secret}", query)
        assert secret not in masked(f"{before}/{secret}.json", query)
