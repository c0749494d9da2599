"""The OneAll mock's Identity API."""

import pytest
from oneall_caller import Caller

NO_IDENTITY = "No identity has been found for the specified identity_token"


@pytest.fixture
def call():
    return Caller()


def identity_of(call, name):
    return call("GET", f"/identities/{call.world[name]['identity_token']}.json").data["identity"]


def synchronize(call, name, **options):
    body = {"request": {"synchronize": options}}
    return call("PUT", f"/identities/{call.world[name]['identity_token']}/synchronize.json", body)


def listed(call, query=""):
    return call("GET", f"/identities.json{query}").data["identities"]


def test_the_list_has_its_defaults(call):
    page = listed(call)
    total = page["count"]
    assert total >= 12
    assert page["pagination"] == {
        "current_page": 1,
        "total_pages": 1,
        "entries_per_page": 250,
        "total_entries": total,
        "order": {"field": "date_creation", "direction": "asc"},
    }
    assert set(page["entries"][0]) == {
        "user_token",
        "identity_token",
        "provider",
        "source",
        "date_creation",
        "date_last_update",
    }


@pytest.mark.parametrize("size", range(1, 17))
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_the_pages_together_are_the_whole_list(call, size, direction):
    whole = listed(call, f"?order_direction={direction}")["entries"]
    first = listed(call, f"?entries_per_page={size}&order_direction={direction}")
    pages = [
        listed(call, f"?page={number}&entries_per_page={size}&order_direction={direction}")
        for number in range(1, first["pagination"]["total_pages"] + 1)
    ]
    assert [entry for page in pages for entry in page["entries"]] == whole
    assert all(page["count"] == len(page["entries"]) > 0 for page in pages)
    assert [page["pagination"]["current_page"] for page in pages] == list(range(1, len(pages) + 1))


def test_descending_is_ascending_backwards(call):
    assert listed(call, "?order_direction=desc")["entries"] == listed(call)["entries"][::-1]


@pytest.mark.parametrize(
    ("query", "page", "size"),
    [
        ("?page=0", 1, 250),
        ("?page=-3", 1, 250),
        ("?page=two", 1, 250),
        ("?page=", 1, 250),
        ("?page=%D9%A2", 1, 250),
        ("?page=2_0", 1, 250),
        ("?page=999", 999, 250),
        (f"?page={'9' * 200}", 2**53 - 1, 250),
        ("?entries_per_page=0", 1, 1),
        ("?entries_per_page=-1", 1, 1),
        ("?entries_per_page=500", 1, 500),
        ("?entries_per_page=501", 1, 500),
        ("?entries_per_page=1e2", 1, 250),
        ("?order_direction=sideways", 1, 250),
    ],
)
def test_a_page_that_cannot_be_right_is_put_right(call, query, page, size):
    pagination = listed(call, query)["pagination"]
    assert (pagination["current_page"], pagination["entries_per_page"]) == (page, size)
    assert pagination["order"]["direction"] == "asc"


def test_a_page_past_the_end_is_empty(call):
    page = listed(call, "?page=99")
    assert (page["count"], page["entries"]) == (0, [])
    assert page["pagination"]["total_entries"] == listed(call)["count"]


def test_reading_shows_owner_source_and_access_token(call):
    identity = identity_of(call, "fresh_identity")
    assert identity["user_token"] == call.world["social_user"]["user_token"]
    assert identity["provider"] == "facebook"
    assert identity["source"].keys() == {"name", "key", "access_token"}
    assert identity["emails"][0]["is_verified"] is True


def test_steam_has_no_access_token(call):
    assert identity_of(call, "steam_identity")["source"] == {"name": "Steam", "key": "steam"}


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ".json"),
        ("DELETE", ".json?confirm_deletion=true"),
        ("PUT", "/link.json"),
        ("PUT", "/synchronize.json"),
        ("GET", "/contacts.json"),
        ("GET", "/steam/games.json"),
        ("GET", "/facebook/posts.json"),
    ],
)
@pytest.mark.parametrize("token", ["nobodys", "%20", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_identity_is_answered_404(call, method, rest, token):
    owner = {"user": {"user_token": call.world["user"]["user_token"]}}
    reply = call(method, f"/identities/{token}{rest}", {"request": owner})
    assert (reply.status, reply.info) == (404, NO_IDENTITY)


@pytest.mark.parametrize("query", ["", "?confirm_deletion=false", "?confirm_deletion=1", "?confirm_deletion=True"])
def test_nothing_is_deleted_unless_confirmed(call, query):
    token = call.world["fresh_identity"]["identity_token"]
    assert call("DELETE", f"/identities/{token}.json{query}").status == 400
    assert call("GET", f"/identities/{token}.json").status == 200


def test_a_deleted_identity_is_gone_and_its_user_stays(call):
    facts = call.world["fresh_identity"]
    reply = call("DELETE", f"/identities/{facts['identity_token']}.json?confirm_deletion=true")
    assert reply.status == 200
    assert reply.body["result"]["status"]["code"] == 200
    assert reply.data["identity"] == {**facts, "provider": "facebook"}
    assert call("GET", f"/identities/{facts['identity_token']}.json").status == 404
    assert call("DELETE", f"/identities/{facts['identity_token']}.json?confirm_deletion=true").status == 404
    left = call("GET", f"/users/{facts['user_token']}.json").data["user"]["identities"]
    assert facts["identity_token"] not in [each["identity_token"] for each in left]


def test_without_its_storage_identity_a_user_is_no_stored_user(call):
    user = call.world["user"]
    call("DELETE", f"/identities/{user['identity_token']}.json?confirm_deletion=true")
    assert (
        call("POST", "/storage/users/user/lookup.json", {"request": {"user": {"login": user["login"]}}}).status == 404
    )
    assert call("GET", f"/users/{user['user_token']}.json").data["user"]["identities"] == []
    taken = {"externalid": user["externalid"], "login": user["login"]}
    assert call("POST", "/storage/users.json", {"request": {"user": taken}}).status == 201


def relink(call, identity_token, user_token):
    return call("PUT", f"/identities/{identity_token}/link.json", {"request": {"user": {"user_token": user_token}}})


def test_a_relinked_identity_has_the_new_owner(call):
    facts, new = call.world["fresh_identity"], call.world["user"]["user_token"]
    reply = relink(call, facts["identity_token"], new)
    assert reply.status == 200
    assert reply.body["result"]["status"]["info"].startswith(
        "The identity has successfully been linked to the specifie"
    )
    assert reply.data["user"]["user_token"] == new
    assert {"identity_token": facts["identity_token"], "provider": "facebook"} in reply.data["user"]["identities"]
    assert identity_of(call, "fresh_identity")["user_token"] == new
    old = call("GET", f"/users/{facts['user_token']}.json").data["user"]["identities"]
    assert facts["identity_token"] not in [each["identity_token"] for each in old]


def test_relinking_to_its_own_user_changes_nothing(call):
    facts = call.world["fresh_identity"]
    before = call("GET", "/users.json").data
    assert relink(call, facts["identity_token"], facts["user_token"]).status == 200
    assert call("GET", "/users.json").data == before


def test_relinking_to_nobody_is_refused(call):
    facts = call.world["fresh_identity"]
    assert relink(call, facts["identity_token"], "nobodys").status == 404
    assert identity_of(call, "fresh_identity")["user_token"] == facts["user_token"]


@pytest.mark.parametrize("user", [{}, [], {"user_token": None}, {"user_token": ""}, {"user_token": 5}, "x", None])
def test_relinking_needs_the_new_owner(call, user):
    token = call.world["fresh_identity"]["identity_token"]
    assert call("PUT", f"/identities/{token}/link.json", {"request": {"user": user}}).status == 400


def test_a_relinked_storage_identity_takes_the_account_along(call):
    user, new = call.world["user"], call.world["social_user"]["user_token"]
    assert relink(call, user["identity_token"], new).status == 200
    criteria = {"login": user["login"], "password": user["password"]}
    found = call("POST", "/storage/users/user/lookup.json", {"request": {"user": criteria}})
    assert found.data["user"]["user_token"] == new
    assert found.data["user"]["externalid"] == user["externalid"]
    assert call("PUT", f"/storage/users/{user['user_token']}.json", {"request": {"user": {}}}).status == 201


def test_there_is_at_most_one_storage_identity_a_user(call):
    user, other = call.world["user"], call.world["other"]
    before = call("GET", "/users.json").data
    assert relink(call, user["identity_token"], other["user_token"]).status == 409
    assert call("GET", "/users.json").data == before


def key(identity):
    return identity["source"]["access_token"]["key"]


@pytest.mark.parametrize(
    ("name", "force", "renewed"),
    [
        ("fresh_identity", False, False),
        ("fresh_identity", True, True),
        ("expired_identity", False, True),
        ("expired_identity", True, True),
    ],
)
@pytest.mark.parametrize("update", [True, False])
@pytest.mark.parametrize("word", [lambda flag: flag, lambda flag: str(flag).lower()])
def test_a_synchronization_does_what_it_is_asked(call, name, force, renewed, update, word):
    before = identity_of(call, name)
    reply = synchronize(call, name, force_token_update=word(force), update_user_data=word(update))
    after = identity_of(call, name)
    assert reply.status == 200
    assert reply.data["identity"] == after
    assert after["identity_token"] == before["identity_token"]
    assert (key(after) != key(before)) is renewed
    assert (after["date_last_update"] != before["date_last_update"]) is update
    assert (after["currentLocation"] != before["currentLocation"]) is update


@pytest.mark.parametrize(
    "body", [b"", b" ", b"{}", b'{"request":{}}', b'{"request":[]}', b'{"request":{"synchronize":[]}}']
)
def test_a_synchronization_without_options_has_the_defaults(call, body):
    for name, renewed in (("fresh_identity", False), ("expired_identity", True)):
        before = identity_of(call, name)
        target = f"/identities/{call.world[name]['identity_token']}/synchronize.json"
        after = call("PUT", target, raw=body).data["identity"]
        assert (key(after) != key(before)) is renewed
        assert after["date_last_update"] != before["date_last_update"]


def test_each_synchronization_is_seen_in_the_date(call):
    dates = [synchronize(call, "fresh_identity").data["identity"]["date_last_update"] for _ in range(5)]
    assert len(set(dates)) == 5


def test_a_renewed_access_token_expires_again(call):
    synchronize(call, "expired_identity")
    renewed = key(identity_of(call, "expired_identity"))
    synchronize(call, "expired_identity")
    assert key(identity_of(call, "expired_identity")) == renewed
    call.mock.advance(61 * 86400)
    synchronize(call, "expired_identity")
    assert key(identity_of(call, "expired_identity")) != renewed


def test_a_refused_refresh_changes_nothing(call):
    before = identity_of(call, "refused_identity")
    assert synchronize(call, "refused_identity").status == 409
    assert identity_of(call, "refused_identity") == before


def test_an_identity_without_access_token_has_its_data_updated(call):
    before = identity_of(call, "steam_identity")
    after = synchronize(call, "steam_identity", force_token_update=True).data["identity"]
    assert after["source"] == before["source"]
    assert after["aboutMe"]


def test_a_storage_identity_has_nothing_to_synchronize_with(call):
    assert synchronize(call, "user").status == 409


@pytest.mark.parametrize("value", [None, 1, 0, "yes", "TRUE", "", [], {}])
@pytest.mark.parametrize("option", ["update_user_data", "force_token_update"])
def test_an_option_that_is_no_boolean_is_refused(call, option, value):
    assert synchronize(call, "fresh_identity", **{option: value}).status == 400


def contacts(call, name, query=""):
    return call("GET", f"/identities/{call.world[name]['identity_token']}/contacts.json{query}")


def test_contacts_come_from_the_cache_unless_it_is_disabled(call):
    cached = contacts(call, "fresh_identity")
    assert (cached.status, cached.data["cache"]["has_been_used"]) == (200, True)
    fetched = contacts(call, "fresh_identity", "?disable_cache=true")
    assert (fetched.status, fetched.data["cache"]["has_been_used"]) == (203, False)
    assert fetched.data["cache"]["date_last_update"] != cached.data["cache"]["date_last_update"]
    again = contacts(call, "fresh_identity", "?disable_cache=false")
    assert (again.status, again.data["cache"]["has_been_used"]) == (200, True)
    assert again.data["cache"]["date_last_update"] == fetched.data["cache"]["date_last_update"]
    assert cached.data["contacts"] == fetched.data["contacts"] == again.data["contacts"]


def test_the_cache_is_refreshed_once_a_day(call):
    first = contacts(call, "fresh_identity").data["cache"]
    call.mock.advance(22 * 3600)
    assert contacts(call, "fresh_identity").data["cache"] == first
    call.mock.advance(2 * 3600)
    later = contacts(call, "fresh_identity").data["cache"]
    assert later["date_last_update"] == first["date_next_update"]


def test_contacts_come_in_pages(call):
    page = contacts(call, "fresh_identity", "?entries_per_page=2&page=2").data["contacts"]
    assert page["count"] == 2
    assert set(page["entries"][0]) == {"name", "profileUrl", "thumbnailUrl"}


@pytest.mark.parametrize("name", ["steam_identity", "user"])
def test_contacts_of_another_provider_are_refused(call, name):
    assert contacts(call, name).status == 409


@pytest.mark.parametrize(
    ("rest", "node", "has", "lacks"),
    [
        ("steam/games.json", "steam_games", "steam_identity", "fresh_identity"),
        ("facebook/posts.json", "facebook_posts", "fresh_identity", "steam_identity"),
    ],
)
def test_games_and_posts_belong_to_one_provider(call, rest, node, has, lacks):
    reply = call("GET", f"/identities/{call.world[has]['identity_token']}/{rest}?disable_cache=true")
    assert reply.status == 200
    assert reply.data["cache"]["has_been_used"] is True
    assert reply.data[node]["count"] == len(reply.data[node]["entries"]) > 0
    assert call("GET", f"/identities/{call.world[lacks]['identity_token']}/{rest}").status == 409
