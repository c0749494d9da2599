"""The ESWS stand-in, function by function, with the literals of the vendor's pages."""

import re
from collections.abc import Mapping

import pytest
from esws_bench import Bench

NO_CODE = "ERROR_NO_SECURITY_HASH"
BAD_CODE = "ERROR_UNKNOWN_SECURITY_HASH"
NO_NAME = "NO USERNAME PROVIDED"
NO_PASSWORD = "NO PASSWORD PROVIDED"
NO_USER_ID = "NO USERID PROVIDED"
BAD_ADMIN = "NO ADMIN FOUND BASED ON USERNAME AND PASSWORD"
BAD_USER = "NO USER FOUND BASED ON THE ID PROVIDED"


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("words", "literal"),
    [
        # one thing wrong
        (("", "name", "password", "user", ""), NO_CODE),
        (("nobody's", "name", "password", "user", ""), BAD_CODE),
        (("code", "", "password", "user", ""), NO_NAME),
        (("code", "name", "", "user", ""), NO_PASSWORD),
        (("code", "name", "password", "", ""), NO_USER_ID),
        (("code", "nobody", "password", "user", ""), BAD_ADMIN),
        (("code", "name", "nonsense", "user", ""), BAD_ADMIN),
        (("code", "name", "other password", "user", ""), BAD_ADMIN),
        (("code", "name", "password", "0", ""), BAD_USER),
        (("code", "name", "password", "foreign user", ""), BAD_USER),
        (("other code", "name", "password", "foreign user", ""), BAD_ADMIN),
        # white space is a value
        (("code", " ", "password", "user", ""), BAD_ADMIN),
        (("code", "name", "password", " ", ""), BAD_USER),
        # several things wrong: absence first, in the order of the page, then look-ups
        (("", "", "", "", ""), NO_CODE),
        (("nobody's", "", "", "", ""), BAD_CODE),
        (("code", "", "", "", ""), NO_NAME),
        (("code", "nobody", "", "", ""), NO_PASSWORD),
        (("code", "nobody", "nonsense", "", ""), NO_USER_ID),
        (("code", "nobody", "nonsense", "0", ""), BAD_ADMIN),
        # by position: fewer count as empty, more are ignored
        ((), NO_CODE),
        (("code", "name", "password"), NO_USER_ID),
        (("name", "code", "password", "user", ""), BAD_CODE),
    ],
)
def test_get_sync_token_answers_one_literal_for_each_cause(bench: Bench, words: tuple[str, ...], literal: str) -> None:
    assert bench.call("getSyncToken", *words) == literal


@pytest.mark.parametrize(
    "words",
    [
        ("code", "name", "password", "user"),
        ("code", "name", "password", "user", ""),
        ("code", "name", "password", "other user", "location"),
        ("code", "name", "password", "user", "nowhere"),
        ("code", "name", "password", "user", "", "more"),
    ],
)
def test_get_sync_token_gives_a_token_each_time_another(bench: Bench, words: tuple[str, ...]) -> None:
    first, second = bench.call("getSyncToken", *words), bench.call("getSyncToken", *words)
    assert first != second
    assert re.fullmatch(r"[A-Za-z0-9]{64}", first)


@pytest.mark.parametrize(
    ("words", "literal"),
    [
        (("", "name", "password"), NO_CODE),
        (("nobody's", "name", "password"), BAD_CODE),
        (("code", "", "password"), NO_NAME),
        (("code", "name", ""), NO_PASSWORD),
        (("code", "name", "other password"), BAD_ADMIN),
        (("other code", "name", "password"), BAD_ADMIN),
        (("code", "", ""), NO_NAME),
    ],
)
def test_get_total_sync_token_answers_one_literal_for_each_cause(
    bench: Bench, words: tuple[str, ...], literal: str
) -> None:
    assert bench.call("getTotalSyncToken", *words) == literal


@pytest.mark.parametrize(
    ("function", "words", "literal"),
    [
        ("getUserId", ("", "alt id"), NO_CODE),
        ("getUserId", ("nobody's", "alt id"), BAD_CODE),
        ("getUserId", ("code", "alt id"), "user"),
        ("getUserId", ("code", "other alt id"), "other user"),
        ("getUserId", ("code", "nobody"), "NO_USER_ID_FOUND"),
        ("getUserId", ("code", ""), "NO_USER_ID_FOUND"),
        ("getUserId", ("other code", "alt id"), "NO_USER_ID_FOUND"),
        ("getUserId", ("branches code", "alt id"), "NO_WS_ALT_USER_ID_INFOFIELD"),
        ("autoSync", ("", "location", "user"), NO_CODE),
        ("autoSync", ("code", "", "user"), "NO LOCATIONID PROVIDED"),
        ("autoSync", ("code", "nowhere", "user"), "NO LOCATION FOUND BASED ON THE ID PROVIDED"),
        ("autoSync", ("other code", "location", "0"), "NO LOCATION FOUND BASED ON THE ID PROVIDED"),
        ("autoSync", ("code", "location", "nobody"), BAD_USER),
        ("autoSync", ("code", "location", "foreign user"), BAD_USER),
        ("deleteUser", ("", "user", ""), NO_CODE),
        ("deleteUser", ("code", "", ""), "NO_ID_RECEIVED"),
        ("deleteUser", ("code", "nobody", ""), "USER_WAS_NOT_FOUND"),
        ("deleteUser", ("code", "foreign user", ""), "USER_WAS_NOT_FOUND"),
        ("deleteUser", ("code", "user", ""), "User has been deleted"),
        (
            "deleteUser",
            ("branches code", "branches user", ""),
            "Company is Branches but no location has been provided",
        ),
        ("deleteUser", ("branches code", "branches user", "location"), "USER_WAS_NOT_FOUND"),
        ("getQR", ("", "alt id"), NO_CODE),
        ("getQR", ("code", ""), "NO_ID_RECEIVED"),
        ("getQR", ("code", "nobody"), "NO_INFO_FOUND_WITH_WSALTUSERID"),
        ("getQR", ("other code", "alt id"), "NO_INFO_FOUND_WITH_WSALTUSERID"),
        ("getQR", ("branches code", "alt id"), "NO_WS_ALT_USER_ID_INFOFIELD_SET"),
        ("getQR", ("code", "other alt id"), "NULL"),
        ("setQR", ("code", ""), "NO_ID_RECEIVED"),
        ("setQR", ("code", "nobody"), "NO_INFO_FOUND_WITH_WSALTUSERID"),
        ("deleteQR", ("code", "nobody"), "NO_INFO_FOUND_WITH_WSALTUSERID"),
        ("deleteQR", ("code", "alt id"), "OK"),
    ],
)
def test_the_other_functions_answer_their_literals(
    bench: Bench, function: str, words: tuple[str, ...], literal: str
) -> None:
    assert bench.call(function, *words) == bench.value(literal)


@pytest.mark.parametrize("user", ["user", "0"])
def test_auto_sync_answers_an_identifier(bench: Bench, user: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{64}", bench.call("autoSync", "code", "location", user))


def test_a_qr_code_can_be_set_read_and_deleted(bench: Bench) -> None:
    first = bench.call("getQR", "code", "alt id")
    assert re.fullmatch(r"[0-9a-zA-Z]{32}", first)
    second = bench.call("setQR", "code", "alt id")
    assert second != first
    assert bench.call("getQR", "code", "alt id") == second
    assert bench.call("deleteQR", "code", "alt id") == "OK"
    assert bench.call("getQR", "code", "alt id") == "NULL"
    assert bench.call("getQR", "code", "other alt id") == "NULL"


def test_a_deleted_user_is_gone_everywhere(bench: Bench) -> None:
    token = bench.token()
    assert bench.call("deleteUser", "code", "user", "") == "User has been deleted"
    assert bench.call("deleteUser", "code", "user", "") == "USER_WAS_NOT_FOUND"
    assert bench.token() == BAD_USER
    assert bench.call("getUserId", "code", "alt id") == "NO_USER_ID_FOUND"
    assert bench.call("getQR", "code", "alt id") == "NO_USER_FOUND_WITH_WSALTUSERID"
    assert bench.follow("oneSyncUserLogin", token).request.path == "/users/login"


def test_a_branches_user_leaves_one_location_before_the_other(bench: Bench) -> None:
    arguments = ("deleteUser", "branches code", "branches user", "branches location")
    company = bench.mock.store.companies[bench.value("branches code")]
    other = next(number for number in company.locations if number != bench.value("branches location"))
    linked = "User is linked to multiple locations, we will remove the user from this location"
    assert bench.call(*arguments) == linked
    assert bench.call(*arguments) == "USER_WAS_NOT_FOUND"
    assert bench.call(*arguments[:3], other) == "User has been deleted"


def test_every_code_has_32_characters_and_needs_escaping(bench: Bench) -> None:
    codes = [bench.world[name]["code"] for name in ("company", "other_company", "branches_company")]
    assert len(set(codes)) == 3
    for code in codes:
        assert len(code) == 32
        assert set("&<;+#") <= set(code)


def test_the_parties_of_the_world_share_nothing(bench: Bench) -> None:
    world: Mapping[str, Mapping[str, str]] = bench.world
    for names, fact in (
        (("user", "other_user", "foreign_user", "branches_user"), "id"),
        (("user", "other_user"), "alt_id"),
        (("admin", "other_admin"), "username"),
        (("admin", "other_admin"), "password"),
    ):
        assert len({world[name][fact] for name in names}) == len(names)


def test_a_reset_undoes_everything_and_the_same_seed_gives_the_same_world(bench: Bench) -> None:
    first = bench.token()
    bench.call("deleteUser", "code", "user", "")
    bench.follow("oneSyncUserLogin", first)
    bench.mock.reset()
    assert bench.follow("oneSyncUserLogin", first).request.path == "/users/login"
    assert bench.mock.world() == bench.world == Bench().world
    assert bench.token() == first
    assert Bench(seed=1).world != bench.world
