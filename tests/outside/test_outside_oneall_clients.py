"""Two clients that nobody here wrote, npm's ``oneall`` and PyPI's ``pyoneall``, against the running OneAll stand-in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from outside_tools import HERE, MOMENT, NodeTools

from troth.mocks.oneall.service import OneAll
from troth.mocks.server.http import running
from troth.mocks.service import Clock

pyoneall = pytest.importorskip("pyoneall", reason="pyoneall is not installed")

DONE = {"flag": "success", "code": 200, "info": "Your request has been processed successfully"}
"""What the clients call the status of a request that went well; the stand-in's own words."""


MORE_THAN_A_PAGE = 251
"""The library never asks for a size of pages, and 250 is what a page holds by default."""


@pytest.fixture
def origin(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """The address of a stand-in, and its world."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    mock = OneAll(Clock(MOMENT))
    with running([mock]) as url:
        yield url, mock.world()


def live_in_node(tools: NodeTools, url: str, world: Any, private_key: str) -> dict[str, dict[str, Any]]:
    """What each callback of the npm client was given, by the name of the step."""
    done = tools.run(
        [tools.node, str(HERE / "oneall_life_cycle.js")],
        ENDPOINT=url,
        PUBLIC_KEY=world["site"]["keys"]["username"],
        PRIVATE_KEY=private_key,
        IDENTITY=world["expired_identity"]["identity_token"],
        USER=world["other"]["user_token"],
        CONTACTS=world["fresh_identity"]["identity_token"],
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [step["error"] for step in told] == [None] * len(told)
    return {step.pop("step"): step for step in told}


@pytest.mark.outside
def test_npm_oneall_walks_a_whole_life(node_tools: NodeTools, origin: tuple[str, Any]) -> None:
    url, world = origin
    told = live_in_node(node_tools, url, world, world["site"]["keys"]["password"])
    identity, user = world["expired_identity"]["identity_token"], world["other"]["user_token"]

    assert identity in {entry["identity_token"] for entry in told["list"]["data"]["entries"]}
    assert told["list"]["data"]["count"] == len(told["list"]["data"]["entries"])
    assert told["read"]["data"]["identity_token"] == identity
    assert told["read"]["data"]["user_token"] == world["expired_identity"]["user_token"] != user
    assert told["contacts"]["data"]["entries"] == told["contacts fetched"]["data"]["entries"] != []
    assert told["contacts fetched"]["status"]["code"] == 203

    linked = told["relink"]["data"]["user"]
    assert linked["user_token"] == told["read relinked"]["data"]["user_token"] == user
    assert identity in {one["identity_token"] for one in linked["identities"]}
    assert told["synchronize"]["data"]["identity_token"] == identity
    assert told["synchronize"]["data"]["date_last_update"] != told["read relinked"]["data"]["date_last_update"]
    assert told["delete"]["data"] == {
        "identity_token": identity,
        "provider": told["read"]["data"]["provider"],
        "user_token": user,
    }

    assert user in {entry["user_token"] for entry in told["list users"]["data"]["entries"]}
    assert told["read user"]["data"]["user_token"] == user
    assert identity not in {one["identity_token"] for one in told["read user"]["data"]["identities"]}

    for step in ("list", "read", "contacts", "relink", "synchronize", "delete", "read user", "delete user"):
        assert told[step]["status"] == DONE, step
    for step in ("relink", "delete", "delete user"):
        assert told[step]["resStatus"]["flag"] == "success", step
    for step in ("read deleted", "read deleted user"):
        assert (told[step]["status"]["flag"], told[step]["status"]["code"], "data" in told[step]) == (
            "error",
            404,
            False,
        )


@pytest.mark.outside
def test_npm_oneall_is_told_of_wrong_keys(node_tools: NodeTools, origin: tuple[str, Any]) -> None:
    url, world = origin
    told = live_in_node(node_tools, url, world, "wrong")
    for step, answer in told.items():
        assert (answer["status"]["flag"], answer["status"]["code"], "data" in answer) == ("error", 401, False), step


@pytest.fixture
def client(origin: tuple[str, Any]) -> Any:
    url, world = origin
    keys = world["site"]["keys"]
    return pyoneall.OneAll("site", keys["username"], keys["password"], base_url=url)


def test_pyoneall_reads_users(origin: tuple[str, Any], client: Any) -> None:
    world = origin[1]
    users = client.users()
    listed = {user.user_token for user in users.entries}
    assert {world[who]["user_token"] for who in ("user", "other", "social_user")} <= listed
    assert users.count == len(users.entries) == users.pagination.total_entries == len(listed)
    read = client.user(world["social_user"]["user_token"])
    assert {one.identity_token for one in read.identities} >= {world["fresh_identity"]["identity_token"]}


def test_pyoneall_reads_an_identity_and_pages_of_them(origin: tuple[str, Any], client: Any) -> None:
    wanted = origin[1]["fresh_identity"]["identity_token"]
    read = client._exec(f"identities/{wanted}")["response"]["result"]["data"]["identity"]
    assert read["identity_token"] == wanted
    page = client._exec("identities", {"page": 2, "entries_per_page": 5})["response"]["result"]["data"]["identities"]
    assert (page["count"], page["pagination"]["current_page"], page["pagination"]["entries_per_page"]) == (5, 2, 5)


@pytest.mark.parametrize(("action", "token"), [("users", "user_token"), ("identities", "identity_token")])
def test_pyoneall_fetches_every_page(origin: tuple[str, Any], client: Any, action: str, token: str) -> None:
    url, world = origin
    keys = (world["site"]["keys"]["username"], world["site"]["keys"]["password"])
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(MORE_THAN_A_PAGE):
            made = session.post(f"{url}/storage/users.json", json={"request": {"user": {}}}, auth=keys, timeout=10)
            assert made.status_code == 201
    everything = client._paginated(action, action, fetch_all=True)
    assert everything.pagination.current_page == everything.pagination.total_pages == 2
    assert everything.count == everything.pagination.total_entries > MORE_THAN_A_PAGE
    assert len({getattr(entry, token) for entry in everything.entries}) == everything.count


def test_pyoneall_knows_wrong_keys(client: Any) -> None:
    client.private_key = "wrong"
    with pytest.raises(pyoneall.connection.BadOneAllCredentials):
        client.users()


def test_pyoneall_passes_on_that_there_is_no_such_user(client: Any) -> None:
    with pytest.raises(pyoneall.connection.HTTPError, match="404"):
        client.user("00000000-0000-4000-8000-000000000000")
