"""Whatever is sent, the OneAll mock answers with an envelope and stays whole."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oneall_caller import Caller

CALL = Caller()
WORLD = CALL.world
USER, IDENTITY = WORLD["user"]["user_token"], WORLD["expired_identity"]["identity_token"]

WITH_BODY = [
    ("PUT", f"/identities/{IDENTITY}/link.json"),
    ("PUT", f"/identities/{IDENTITY}/synchronize.json"),
    ("POST", "/storage/users.json"),
    ("PUT", f"/storage/users/{USER}.json"),
    ("PUT", "/storage/users/user/synchronize.json"),
    ("POST", "/storage/users/user/lookup.json"),
]
KEYS = st.sampled_from(
    ["request", "user", "synchronize", "identifier", "field", "value", "update_mode", "identity", "customData", "login"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text()
    | st.text(st.characters(), max_size=5)  # lone surrogates included
    | st.sampled_from(["user_token", "login", "append", "true", USER, WORLD["user"]["login"], WORLD["other"]["login"]])
)
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=6)
)


def objects(**fields):
    return st.fixed_dictionaries({}, optional=fields) | ANY_JSON


# Nearly right bodies get further into the mock than arbitrary ones.
PROFILE = objects(
    gender=ANY_JSON,
    name=objects(givenName=ANY_JSON),
    emails=st.lists(objects(value=SCALARS, is_verified=SCALARS)) | ANY_JSON,
    customData=ANY_JSON,
    recommendations=st.lists(objects(recommender=ANY_JSON)),
)
A_USER = objects(user_token=SCALARS, externalid=SCALARS, login=SCALARS, password=SCALARS, identity=PROFILE)
SYNCHRONIZE = objects(
    update_user_data=SCALARS,
    force_token_update=SCALARS,
    identifier=objects(field=SCALARS, value=SCALARS),
    user=A_USER,
)
BODIES = objects(request=objects(user=A_USER, update_mode=SCALARS, synchronize=SYNCHRONIZE))


def assert_whole(call):
    """Every stored user is still found by its externalid, and no two have the same."""
    externalids = call.externalids()
    assert len(set(externalids.values())) == len(externalids)
    for user_token, externalid in externalids.items():
        criteria = {"request": {"user": {"externalid": externalid}}}
        found = call("POST", "/storage/users/user/lookup.json", criteria).data["user"]
        assert found["user_token"] == user_token
    for identity in call("GET", "/identities.json?entries_per_page=500").data["identities"]["entries"]:
        assert call("GET", f"/identities/{identity['identity_token']}.json").status == 200


@given(st.sampled_from(WITH_BODY), BODIES)
@settings(max_examples=300, deadline=None)
def test_any_json_is_answered(operation, body):
    CALL.mock.reset()
    reply = CALL(*operation, body)
    assert reply.status in (200, 201, 400, 401, 404, 409)
    assert_whole(CALL)


@given(st.sampled_from(WITH_BODY), st.binary())
@example(WITH_BODY[0], b"\xef\xbb\xbf{}")
@example(WITH_BODY[1], b'{"request": {"synchronize": {"update_user_data": NaN}}}')
@settings(deadline=None)
def test_any_bytes_are_answered(operation, raw):
    CALL.mock.reset()
    assert CALL(*operation, raw=raw).status in (200, 400)


@pytest.mark.parametrize("operation", WITH_BODY)
@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b"[1]",
        b"5",
        b"null",
        b"true",
        b'"x"',
        b'{"request"',
        b"{'request': 1}",
        b'{"request": null}',
        b'{"request": "x"}',
        b'{"request": [1]}',
        b'{"request": {"user": "x"}, "x": NaN}',
        b'{"request": {"user": {"login": 1e999}}}',
        b'{"request": {"user": {"login": "\\ud800"}}}',
        b'{"request": {"user": {"login": "\xff"}}}',
        b'{"request": {"user": {"externalid": 9223372036854775808}}}',
        b'{"request": {"user": {"externalid": ' + b"9" * 9000 + b"}}}",
        b'{"request": {"user": {"identity": {"customData": ' + b'{"a":' * 150 + b"1" + b"}" * 154,
        b'{"request": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 1_000_000,
    ],
    ids=lambda raw: repr(raw[:60]),
)
def test_a_hostile_body_is_answered_400(operation, raw):
    CALL.mock.reset()
    assert CALL(*operation, raw=raw).status == 400


def test_a_body_nested_as_deep_as_is_read_is_also_shown():
    CALL.mock.reset()
    nested = 1
    for _ in range(122):
        nested = [nested]
    reply = CALL("POST", "/storage/users.json", {"request": {"user": {"identity": {"customData": {"a": nested}}}}})
    assert reply.status == 201
    assert reply.data["user"]["identity"]["customData"] == {"a": nested}


LATIN = st.text(st.characters(max_codepoint=255), max_size=30)


@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"]),
    path=LATIN | st.sampled_from([target for _, target in WITH_BODY]) | LATIN.map(lambda text: f"/users/{text}.json"),
    query=LATIN
    | st.builds("page={}&entries_per_page={}&filters=date_creation:gt:{}&disable_cache={}".format, *[LATIN] * 4),
    uri=st.none() | LATIN,
    headers=st.fixed_dictionaries(
        {},
        optional={
            "HTTP_HOST": LATIN,
            "CONTENT_TYPE": LATIN,
            "CONTENT_LENGTH": LATIN | st.integers().map(str),
            "HTTP_ACCEPT": LATIN,
            "HTTP_UPGRADE": st.just("websocket"),
            "HTTP_CONNECTION": st.just("Upgrade"),
            "HTTP_X_HTTP_METHOD_OVERRIDE": LATIN,
        },
    ),
    authorization=st.just(CALL.keys) | LATIN | LATIN.map("Basic {}".format),
    raw=st.binary(max_size=20),
)
@settings(max_examples=300, deadline=None)
def test_any_request_is_answered(method, path, query, uri, headers, authorization, raw):
    CALL.mock.reset()
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_URI": uri, **headers}
    reply = CALL.send({**environ, "HTTP_AUTHORIZATION": authorization}, raw)
    assert reply.status < 500


GOOD_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.dictionaries(st.text(), GOOD_JSON, max_size=4))
@settings(deadline=None)
def test_custom_data_comes_back_as_it_was_sent(custom_data):
    CALL.mock.reset()
    reply = CALL("POST", "/storage/users.json", {"request": {"user": {"identity": {"customData": custom_data}}}})
    assert reply.status == 201
    assert reply.data["user"]["identity"].get("customData", {}) == custom_data
