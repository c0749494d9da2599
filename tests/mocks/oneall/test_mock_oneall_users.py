"""The OneAll mock's users, and their filters."""

import pytest
from oneall_caller import Caller


@pytest.fixture
def call():
    return Caller()


def listed(call, query=""):
    return call("GET", f"/users.json{query}").data["users"]


def tokens(page):
    return [entry["user_token"] for entry in page["entries"]]


def test_the_list_names_users_and_their_identities(call):
    page = listed(call)
    assert page["count"] == page["pagination"]["total_entries"] == len(page["entries"]) >= 4
    listed_identities = {
        (entry["user_token"], brief["identity_token"], brief["provider"])
        for entry in page["entries"]
        for brief in entry["identities"]
    }
    identities = call("GET", "/identities.json").data["identities"]["entries"]
    assert listed_identities == {(each["user_token"], each["identity_token"], each["provider"]) for each in identities}


def test_the_list_comes_in_pages(call):
    whole = tokens(listed(call))
    pages = [listed(call, f"?page={number}&entries_per_page=3") for number in (1, 2, 3, 4)]
    assert [token for page in pages for token in tokens(page)] == whole
    assert pages[3]["entries"] == []


def test_reading_shows_the_identities_in_full(call):
    token = call.world["social_user"]["user_token"]
    user = call("GET", f"/users/{token}.json").data["user"]
    assert [each["provider"] for each in user["identities"]] == ["facebook", "google"]
    for identity in user["identities"]:
        owned = call("GET", f"/identities/{identity['identity_token']}.json").data["identity"]
        assert owned == {"user_token": token, **identity}


def test_a_deleted_user_is_gone_with_its_identities(call):
    facts = call.world["user"]
    target = f"/users/{facts['user_token']}.json"
    reply = call("DELETE", f"{target}?confirm_deletion=true")
    assert reply.status == 200
    assert reply.body["result"]["status"] == {
        "flag": "success",
        "code": 200,
        "info": "The specified user has been removed successfully",
    }
    assert reply.data["user"] == {
        "user_token": facts["user_token"],
        "identities": [{"identity_token": facts["identity_token"], "provider": "storage"}],
    }
    assert call("GET", target).status == 404
    assert call("DELETE", f"{target}?confirm_deletion=true").status == 404
    assert call("GET", f"/identities/{facts['identity_token']}.json").status == 404
    again = {"user": {"externalid": facts["externalid"], "login": facts["login"]}}
    assert call("POST", "/storage/users/user/lookup.json", {"request": again}).status == 404
    assert call("POST", "/storage/users.json", {"request": again}).status == 201


@pytest.mark.parametrize("query", ["", "?confirm_deletion=", "?confirm_deletion=yes"])
def test_nothing_is_deleted_unless_confirmed(call, query):
    target = f"/users/{call.world['user']['user_token']}.json"
    assert call("DELETE", target + query).status == 400
    assert call("GET", target).status == 200


# The seed's users were made on 17 December 2023 and at longer and longer intervals after it.
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", slice(None)),
        ("date_creation:gt:17 Dec 2023 10:26:39", slice(None)),
        ("date_creation:gt:17 Dec 2023 10:26:40", slice(1, None)),
        ("date_creation:lt:17 Dec 2023 10:26:41", slice(0, 1)),
        ("date_creation:lt:Sun, 17 Dec 2023 10:26:40 %2B0100", slice(0, 0)),
        ("date_creation:lt:Sun, 17 Dec 2023 10:26:40 %2B0000", slice(0, 1)),
        ("date_creation:lt:Sun, 17 Dec 2023 10:26:40 +0000", slice(0, 1)),
        ("date_creation:gt:2023-12-17T09:26:40Z", slice(1, None)),
        ("date_creation:gt:18 Dec 2023;date_creation:lt:4 Jan 2024", slice(1, 2)),
        ("date_creation:gt:18 Dec 2023;date_creation:lt:4 Jan 2024;", slice(1, 2)),
        ("date_last_login:gt:1 Jan 2099", slice(0, 0)),
    ],
)
def test_filters_choose_users_by_date(call, query, expected):
    everyone = tokens(listed(call))
    assert tokens(listed(call, f"?filters={query.replace(' ', '%20')}")) == everyone[expected]


def test_a_filter_on_the_last_login_reads_the_last_login(call):
    entries = listed(call)["entries"]
    middle = entries[2]
    date = middle["date_last_login"].replace("+", "%2B").replace(" ", "%20")
    later = set(tokens(listed(call, f"?filters=date_last_login:gt:{date}")))
    earlier = set(tokens(listed(call, f"?filters=date_last_login:lt:{date}")))
    assert later | earlier == set(tokens(listed(call))) - {middle["user_token"]}
    assert not later & earlier
    assert later
    assert earlier


@pytest.mark.parametrize(
    "query",
    [
        "x",
        "date_creation",
        "date_creation:gt",
        "date_creation:gt:",
        "date_creation:gt:yesterday",
        "date_creation:gt:31 Feb 2024",
        "date_creation:gt:1 Xyz 2024",
        "date_creation:gt:1 Jan 0000",
        "date_creation:gt:0001-01-01",
        "date_creation:gte:1 Jan 2024",
        "login:gt:1 Jan 2024",
        "date_creation:gt:1 Jan 2024;x",
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(call, query):
    assert call("GET", f"/users.json?filters={query.replace(' ', '%20')}").status == 400
