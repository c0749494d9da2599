"""What every operation of the OneAll mock shares: keys, envelope, refusals, determinism."""

import pytest
from oneall_caller import Caller, basic

from troth.mocks.oneall.service import OneAll

LOST_KEYS = "Authentication credentials are missing or incorrect: http://docs.oneall.com/api/basic/authentication/"


@pytest.fixture
def call():
    return Caller()


def operations(world):
    user, identity = world["user"]["user_token"], world["fresh_identity"]["identity_token"]
    return [
        ("GET", "/identities.json"),
        ("GET", f"/identities/{identity}.json"),
        ("DELETE", f"/identities/{identity}.json?confirm_deletion=true"),
        ("PUT", f"/identities/{identity}/link.json"),
        ("PUT", f"/identities/{identity}/synchronize.json"),
        ("GET", f"/identities/{identity}/contacts.json"),
        ("GET", f"/identities/{identity}/steam/games.json"),
        ("GET", f"/identities/{identity}/facebook/posts.json"),
        ("POST", "/storage/users.json"),
        ("PUT", f"/storage/users/{user}.json"),
        ("POST", f"/storage/users/{user}.json"),
        ("PUT", "/storage/users/user/synchronize.json"),
        ("POST", "/storage/users/user/lookup.json"),
        ("GET", "/users.json"),
        ("GET", f"/users/{user}.json"),
        ("DELETE", f"/users/{user}.json?confirm_deletion=true"),
    ]


def test_every_operation_demands_the_keys_before_anything_else(call):
    keys = call.world["site"]["keys"]
    swapped, halved = basic(keys["password"], keys["username"]), basic(keys["username"], "")
    before = call("GET", "/users.json").data
    for method, target in operations(call.world):
        for header in (None, "", "Basic", "Basic ???", "Basic é", f"Bearer {call.keys[6:]}", swapped, halved):
            reply = call(method, target, raw=b"{", HTTP_AUTHORIZATION=header)
            assert (reply.status, reply.info) == (401, LOST_KEYS)
            assert reply.headers["WWW-Authenticate"].startswith("Basic ")
    assert call("GET", "/users.json").data == before


def test_the_scheme_of_the_keys_has_no_case(call):
    assert call("GET", "/users.json", HTTP_AUTHORIZATION=f"bAsIc  {call.keys[6:]}").status == 200


def test_every_operation_is_there(call):
    answered = {}
    for method, target in operations(call.world):
        call.mock.reset()
        answered[method, target.partition("?")[0]] = call(method, target, {"request": {"user": {}}}).status
    refused = {code for code in answered.values() if code >= 400}
    assert refused == {400, 409}, answered
    assert 404 not in answered.values()


@pytest.mark.parametrize("host", ["site.api.oneall.com", "127.0.0.1:8080", "[::1]", "a..b", "x" * 300, "ü", " "])
def test_any_host_is_answered(call, host):
    assert call("GET", "/users.json", HTTP_HOST=host).status == 200


@pytest.mark.parametrize(
    "target", ["/", "/nope", "/users", "/users.json/", "/identities/a/b/c.json", "/connection/x.json", "/users.xml"]
)
def test_an_unknown_path_is_answered_404_with_or_without_keys(call, target):
    assert call("GET", target).status == 404
    assert call("GET", target, HTTP_AUTHORIZATION=None).status == 404


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("PATCH", "/users.json", "GET, HEAD"),
        ("OPTIONS", "/users.json", "GET, HEAD"),
        ("GET", "/storage/users.json", "POST"),
        ("DELETE", "/storage/users/x.json", "POST, PUT"),
        ("GET", "/storage/users/user/lookup.json", "POST"),
        ("POST", "/identities/x/synchronize.json", "PUT"),
        ("BREW", "/identities/x.json", "DELETE, GET, HEAD"),
    ],
)
def test_a_wrong_method_is_answered_405_and_told_the_right_ones(call, method, target, allowed):
    reply = call(method, target)
    assert (reply.status, reply.headers["Allow"]) == (405, allowed)


def test_head_answers_as_get_without_a_body(call):
    head, get = call("HEAD", "/users.json"), call("GET", "/users.json")
    assert (head.status, head.headers) == (get.status, get.headers)


@pytest.mark.parametrize(
    "target",
    [
        "/users.json?page=1",
        "/users.json?",
        "/users.json?page=%31&x=a+b&%F0%9F%8D%BA",
        "/users/%75ser.json?confirm_deletion=true",
        "/users/%C3%A9%FF.json",
        "/nope?q=%2F//?",
    ],
)
def test_the_resource_is_echoed_as_it_was_received(call, target):
    assert call("GET", target).body["request"]["resource"] == target


def test_the_resource_is_rebuilt_where_the_server_does_not_pass_it_on(call):
    reply = call("GET", "/users/%C3%A9%20%25.json?a=%20b", REQUEST_URI=None)
    assert reply.body["request"]["resource"] == "/users/%C3%A9%20%25.json?a=%20b"


def test_the_resource_leaves_out_the_host_of_an_absolute_target(call):
    reply = call("GET", "/users.json", REQUEST_URI="http://site.api.oneall.com:80/users.json?page=2")
    assert reply.body["request"]["resource"] == "/users.json?page=2"


@pytest.mark.parametrize("content_type", [None, "", "application/json", "text/xml", "multipart/form-data; boundary=x"])
def test_a_body_is_read_whatever_its_content_type(call, content_type):
    reply = call("POST", "/storage/users.json", {"request": {"user": {"login": "x"}}}, CONTENT_TYPE=content_type)
    assert reply.status == 201


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_an_outage_answers_everything_until_it_is_over(call, code):
    call.mock.refuse_with(code)
    assert [call("GET", target).status for target in ("/users.json", "/nope", "/users.json")] == [code] * 3
    call.mock.refuse_with(None)
    assert call("GET", "/users.json").status == 200
    call.mock.refuse_with(code)
    call.mock.reset()
    assert call("GET", "/users.json").status == 200


def change_everything(call):
    world = call.world
    call("POST", "/storage/users.json", {"request": {"user": {}}})
    call("PUT", f"/identities/{world['expired_identity']['identity_token']}/synchronize.json")
    call("PUT", f"/storage/users/{world['user']['user_token']}.json", {"request": {"user": {"login": "new"}}})
    call("DELETE", f"/users/{world['other']['user_token']}.json?confirm_deletion=true")
    call.mock.advance(86400 * 400)


def everything(call):
    users = call("GET", "/users.json?entries_per_page=500").data
    tokens = [each["user_token"] for each in users["users"]["entries"]]
    return [users, *(call("GET", f"/users/{token}.json").data for token in tokens)]


def test_the_same_seed_has_the_same_tokens_and_the_same_story():
    one, two = Caller(OneAll(seed=7)), Caller(OneAll(seed=7))
    assert one.world == two.world
    assert everything(one) == everything(two)
    change_everything(one)
    change_everything(two)
    assert [each["user"]["user_token"] for each in everything(one)[1:]] == [
        each["user"]["user_token"] for each in everything(two)[1:]
    ]
    assert Caller(OneAll(seed=8)).world != one.world


def test_a_reset_undoes_everything(call):
    before, world = everything(call), call.mock.world()
    change_everything(call)
    assert everything(call) != before
    call.mock.reset()
    assert everything(call) == before
    assert call.mock.world() == world


def test_the_world_names_owners_apart(call):
    user, other = call.world["user"], call.world["other"]
    assert user.keys() == other.keys()
    assert not {str(value) for value in user.values()} & {str(value) for value in other.values()}
    assert type(user["externalid"]) is int
    assert type(other["externalid"]) is str


def test_the_curl_line_has_the_keys_of_the_seed(call):
    keys = call.world["site"]["keys"]
    line = call.mock.curl("http://localhost:9")
    assert f"-u {keys['username']}:{keys['password']}" in line
    assert "http://localhost:9/identities.json" in line
