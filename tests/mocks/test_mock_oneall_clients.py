"""A client that nobody here wrote, over loopback: pyoneall."""

import threading
from contextlib import contextmanager

import pytest
from oneall_caller import Caller
from werkzeug.serving import make_server

pyoneall = pytest.importorskip("pyoneall")


@contextmanager
def served(mock):
    server = make_server("127.0.0.1", 0, mock, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def call():
    return Caller()


@pytest.fixture
def client(call, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    keys = call.world["site"]["keys"]
    with served(call.mock) as address:
        yield pyoneall.OneAll("site", keys["username"], keys["password"], base_url=address)


def test_pyoneall_reads_users_and_identities(call, client):
    expected = call("GET", "/users.json").data["users"]["entries"]
    assert [user.user_token for user in client.users().entries] == [entry["user_token"] for entry in expected]
    token = call.world["social_user"]["user_token"]
    assert len(client.user(token).identities) == 2
    page = client._exec("identities", {"page": 2, "entries_per_page": 5})
    assert page["response"]["result"]["data"]["identities"]["pagination"]["current_page"] == 2
    identity = call.world["fresh_identity"]["identity_token"]
    read = client._exec(f"identities/{identity}")["response"]["result"]["data"]["identity"]
    assert read["identity_token"] == identity


def test_pyoneall_fetches_every_page(call, client):
    for _ in range(260):
        call("POST", "/storage/users.json", {"request": {"user": {}}})
    first = call("GET", "/users.json").data["users"]
    assert (first["count"], first["pagination"]["total_pages"]) == (250, 2)
    users = client.users(fetch_all=True)
    assert len({user.user_token for user in users.entries}) == users.count == first["pagination"]["total_entries"]


def test_pyoneall_knows_wrong_keys(client):
    client.private_key = "wrong"
    with pytest.raises(pyoneall.connection.BadOneAllCredentials):
        client.users()
