"""The OneAll mock's User Cloud Storage."""

import pytest
from oneall_caller import NOTHING, Caller

NO_MATCH = "No user corresponding to your lookup criteria has been found"
LOST_KEYS = "Authentication credentials are missing or incorrect"


@pytest.fixture
def call():
    return Caller()


def create(call, **user):
    return call("POST", "/storage/users.json", {"request": {"user": user}})


def update(call, user_token, mode=NOTHING, method="PUT", **user):
    request = {"user": user} if mode is NOTHING else {"update_mode": mode, "user": user}
    return call(method, f"/storage/users/{user_token}.json", {"request": request})


def synchronize(call, field, value, **user):
    request = {"synchronize": {"identifier": {"field": field, "value": value}, "user": user}}
    return call("PUT", "/storage/users/user/synchronize.json", {"request": request})


def look_up(call, **criteria):
    return call("POST", "/storage/users/user/lookup.json", {"request": {"user": criteria}})


def test_a_created_user_is_shown_kept_and_found(call):
    identity = {
        "gender": "male",
        "name": {"givenName": "Emil"},
        "emails": [{"value": "emil@mail.example", "is_verified": "true"}],
        "customData": {"points": 12.5, "tags": ["a", {"b": None}]},
    }
    reply = create(call, externalid="extid-1", login="emil", password="s3cret", identity=identity)
    assert reply.status == 201
    user = reply.data["user"]
    assert (user["externalid"], user["login"], user["num_logins"]) == ("extid-1", "emil", 0)
    assert user["date_creation"] == user["date_last_update"]
    assert user["identity"]["provider"] == "storage"
    assert user["identity"]["source"] == {"name": "Cloud Storage", "key": "storage"}
    assert user["identity"]["id"] == "/external/extid-1"
    assert user["identity"]["emails"] == [{"value": "emil@mail.example", "is_verified": True}]
    assert user["identity"]["customData"] == identity["customData"]
    assert b"s3cret" not in reply.raw
    assert look_up(call, login="emil", password="s3cret").data["user"] == user
    read = call("GET", f"/users/{user['user_token']}.json").data["user"]
    assert read["identities"] == [user["identity"]]
    owned = call("GET", f"/identities/{user['identity']['identity_token']}.json").data["identity"]
    assert owned == {"user_token": user["user_token"], **user["identity"]}


@pytest.mark.parametrize("blank", [{}, {"externalid": None}, {"externalid": ""}, {"externalid": None, "login": ""}])
def test_an_externalid_is_generated_from_100000001_on(call, blank):
    assert [create(call, **blank).data["user"]["externalid"] for _ in range(3)] == [100000001, 100000002, 100000003]


def test_a_generated_externalid_goes_round_those_that_were_chosen(call):
    create(call, externalid="100000001")
    create(call, externalid=100000002)
    assert create(call).data["user"]["externalid"] == 100000003


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("12", 12),
        (12, 12),
        ("012", "012"),
        ("0", "0"),
        (0, "0"),
        (-3, "-3"),
        ("12 ", "12 "),
        ("١٢", "١٢"),
        ("1e3", "1e3"),
        (2**63 - 1, 2**63 - 1),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), str(2**63)),
        ("9" * 400, "9" * 400),
    ],
)
def test_an_externalid_is_text_and_shown_as_an_integer_where_it_is_one(call, sent, shown):
    created = create(call, externalid=sent).data["user"]
    assert created["externalid"] == shown
    assert type(created["externalid"]) is type(shown)
    assert created["identity"]["id"] == f"/external/{shown}"
    assert look_up(call, externalid=sent).data["user"] == created
    assert look_up(call, externalid=str(sent)).data["user"] == created


@pytest.mark.parametrize("field", ["externalid", "login"])
def test_a_taken_externalid_or_login_is_a_conflict_that_changes_nothing(call, field):
    user, other = call.world["user"], call.world["other"]
    before = call("GET", "/users.json").data
    taken = {field: str(other[field])}
    assert create(call, **taken).status == 409
    assert update(call, user["user_token"], **taken, identity={"gender": "x"}).status == 409
    assert synchronize(call, "user_token", user["user_token"], **taken).status == 409
    assert synchronize(call, "login", "nobodys", **taken).status == 409
    assert call("GET", "/users.json").data == before
    assert look_up(call, user_token=user["user_token"]).data["user"]["identity"]["gender"] == "female"
    assert update(call, other["user_token"], **taken).status == 200


def test_a_login_may_be_missing_any_number_of_times(call):
    users = [create(call, login=blank).data["user"] for blank in (None, "", None)]
    assert not any("login" in user for user in users)


BEFORE = {"gender": "female", "emails": [{"value": "a@mail.example"}], "name": {"givenName": "A", "familyName": "B"}}


@pytest.mark.parametrize(
    ("sent", "replaced", "appended"),
    [
        ({}, BEFORE, BEFORE),
        ({"gender": None}, {"emails": BEFORE["emails"], "name": BEFORE["name"]}, BEFORE),
        ({"gender": ""}, {"emails": BEFORE["emails"], "name": BEFORE["name"]}, BEFORE),
        ({"emails": []}, {"gender": "female", "name": BEFORE["name"]}, BEFORE),
        ({"customData": {}}, BEFORE, BEFORE),
        ({"gender": "other"}, {**BEFORE, "gender": "other"}, {**BEFORE, "gender": "other"}),
        (
            {"name": {"givenName": "C"}},
            {**BEFORE, "name": {"givenName": "C"}},
            {**BEFORE, "name": {"givenName": "C"}},
        ),
        (
            {"emails": [{"value": "b@mail.example"}]},
            {**BEFORE, "emails": [{"value": "b@mail.example"}]},
            {**BEFORE, "emails": [{"value": "a@mail.example"}, {"value": "b@mail.example"}]},
        ),
        (
            {"urls": [{"value": "u"}]},
            {**BEFORE, "urls": [{"value": "u"}]},
            {**BEFORE, "urls": [{"value": "u"}]},
        ),
        ({"provider": "evil", "identity_token": "x", "id": 5, "nonsense": {}}, BEFORE, BEFORE),
    ],
)
@pytest.mark.parametrize("mode", [NOTHING, "replace", "append"])
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_an_update_follows_the_table(call, sent, replaced, appended, mode, method):
    created = create(call, identity=BEFORE).data["user"]
    own = {"identity_token", "date_creation", "date_last_update", "provider", "source", "id"}
    reply = update(call, created["user_token"], mode, method, identity=sent)
    assert reply.status == 200
    after = reply.data["user"]["identity"]
    assert {name: value for name, value in after.items() if name not in own} == (
        appended if mode == "append" else replaced
    )
    assert after["identity_token"] == created["identity"]["identity_token"]
    assert after["provider"] == "storage"
    assert look_up(call, user_token=created["user_token"]).data == reply.data


@pytest.mark.parametrize("identity", [NOTHING, None, "", [], {}])
def test_no_identity_in_an_update_leaves_the_profile(call, identity):
    user = call.world["user"]
    before = look_up(call, user_token=user["user_token"]).data["user"]["identity"]
    sent = {} if identity is NOTHING else {"identity": identity}
    after = update(call, user["user_token"], **sent).data["user"]["identity"]
    assert after == {**before, "date_last_update": after["date_last_update"]}
    assert after["date_last_update"] != before["date_last_update"]


def test_an_update_changes_what_a_user_is_found_by(call):
    user = call.world["user"]
    reply = update(call, user["user_token"], externalid="extid-new", login="new", password="newer")
    assert reply.data["user"]["identity"]["id"] == "/external/extid-new"
    assert look_up(call, login="new", externalid="extid-new", password="newer").status == 200
    assert look_up(call, login=user["login"]).status == 404
    assert look_up(call, externalid=user["externalid"]).status == 404
    assert look_up(call, login="new", password=user["password"]).status == 401
    assert create(call, externalid=user["externalid"], login=user["login"]).status == 201


@pytest.mark.parametrize("blank", [None, ""])
def test_a_blank_removes_login_externalid_and_password_when_replacing(call, blank):
    user = call.world["user"]
    after = update(call, user["user_token"], login=blank, externalid=blank, password=blank).data["user"]
    assert "login" not in after
    assert after["externalid"] == 100000001
    assert after["identity"]["id"] == "/external/100000001"
    assert look_up(call, externalid=100000001, password=user["password"]).status == 401
    assert look_up(call, externalid=100000001, password="").status == 401


@pytest.mark.parametrize("blank", [None, ""])
def test_a_blank_is_ignored_when_appending(call, blank):
    user = call.world["user"]
    assert update(call, user["user_token"], "append", login=blank, externalid=blank, password=blank).status == 200
    found = look_up(call, login=user["login"], externalid=user["externalid"], password=user["password"])
    assert found.status == 200


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_a_user_without_storage_identity_is_given_one(call, mode):
    token = call.world["social_user"]["user_token"]
    assert look_up(call, user_token=token).status == 404
    first = update(call, token, mode, login="stored", identity={"gender": "x"})
    assert first.status == 201
    assert first.data["user"]["user_token"] == token
    assert first.data["user"]["externalid"] == 100000001
    assert update(call, token, mode, identity={"gender": "y"}).status == 200
    providers = [each["provider"] for each in call("GET", f"/users/{token}.json").data["user"]["identities"]]
    assert providers == ["facebook", "google", "storage"]
    assert look_up(call, login="stored").data["user"]["identity"]["gender"] == "y"


@pytest.mark.parametrize("token", ["nobodys", "user", "%2e%2e"])
def test_an_unknown_user_cannot_be_updated(call, token):
    assert update(call, token, login="x").status == 404


@pytest.mark.parametrize("mode", [None, "", "REPLACE", "merge", 1, [], {}])
def test_an_unknown_update_mode_is_refused(call, mode):
    assert update(call, call.world["user"]["user_token"], mode).status == 400


@pytest.mark.parametrize("field", ["user_token", "externalid", "login"])
def test_a_synchronization_updates_the_user_it_finds(call, field):
    user = call.world["user"]
    reply = synchronize(call, field, user[field], identity={"aboutMe": "seen", "gender": ""})
    assert reply.status == 200
    assert reply.data["user"]["user_token"] == user["user_token"]
    assert reply.data["user"]["identity"]["identity_token"] == user["identity_token"]
    assert reply.data["user"]["identity"]["aboutMe"] == "seen"
    assert "gender" not in reply.data["user"]["identity"]
    assert (reply.data["user"]["externalid"], reply.data["user"]["login"]) == (user["externalid"], user["login"])


@pytest.mark.parametrize(
    ("field", "value", "user", "externalid", "login"),
    [
        ("login", "zoe", {}, 100000001, "zoe"),
        ("login", 77, {}, 100000001, "77"),
        ("login", "zoe", {"login": "", "externalid": "e-9"}, "e-9", "zoe"),
        ("login", "zoe", {"login": "chosen"}, 100000001, "chosen"),
        ("externalid", "e-9", {}, "e-9", None),
        ("externalid", 900, {"login": "zoe"}, 900, "zoe"),
        ("externalid", "e-9", {"externalid": "e-8"}, "e-8", None),
        ("user_token", "nobodys", {"login": "zoe"}, 100000001, "zoe"),
    ],
)
def test_a_synchronization_creates_the_user_it_does_not_find(call, field, value, user, externalid, login):
    reply = synchronize(call, field, value, **user)
    assert reply.status == 201
    created = reply.data["user"]
    assert (created["externalid"], created.get("login")) == (externalid, login)
    assert created["user_token"] != "nobodys"
    assert look_up(call, user_token=created["user_token"]).data["user"] == created


def test_a_synchronization_gives_a_social_user_a_storage_identity(call):
    token = call.world["social_user"]["user_token"]
    assert synchronize(call, "user_token", token).status == 201
    assert synchronize(call, "user_token", token).status == 200


@pytest.mark.parametrize(
    "identifier",
    [
        NOTHING,
        None,
        [],
        "x",
        {"field": "login"},
        {"value": "x"},
        {"field": "password", "value": "x"},
        {"field": "__class__", "value": "x"},
        {"field": ["login"], "value": "x"},
        {"field": "login", "value": ""},
        {"field": "login", "value": None},
        {"field": "login", "value": True},
        {"field": "login", "value": 1.5},
        {"field": "login", "value": ["x"]},
    ],
)
def test_a_synchronization_needs_an_identifier(call, identifier):
    node = {"user": {}} if identifier is NOTHING else {"user": {}, "identifier": identifier}
    reply = call("PUT", "/storage/users/user/synchronize.json", {"request": {"synchronize": node}})
    assert reply.status == 400


def test_a_lookup_finds_by_every_field_and_changes_nothing(call):
    user = call.world["user"]
    expected = look_up(call, user_token=user["user_token"]).data["user"]
    assert expected["identity"]["identity_token"] == user["identity_token"]
    fields = {name: user[name] for name in ("user_token", "externalid", "login")}
    for chosen in range(1, 8):
        criteria = {name: value for bit, (name, value) in enumerate(fields.items()) if chosen >> bit & 1}
        assert look_up(call, **criteria).data["user"] == expected
        assert look_up(call, **criteria, password=user["password"]).data["user"] == expected
        wrong = look_up(call, **criteria, password="wrong")
        assert wrong.status == 401
        assert LOST_KEYS not in wrong.info


@pytest.mark.parametrize("name", ["user_token", "externalid", "login"])
@pytest.mark.parametrize("value", ["theirs", "nobodys", "blank"])
def test_a_lookup_demands_that_all_criteria_match(call, name, value):
    user, other = call.world["user"], call.world["other"]
    criteria = {field: user[field] for field in ("user_token", "externalid", "login", "password")}
    criteria[name] = {"theirs": other[name], "nobodys": "nobodys", "blank": ""}[value]
    reply = look_up(call, **criteria)
    assert (reply.status, reply.info) == (404, NO_MATCH)


@pytest.mark.parametrize(
    ("criteria", "status"),
    [
        ({}, 400),
        ({"password": "x"}, 400),
        ({"password": "x", "unknown": "y"}, 400),
        ({"login": None}, 400),
        ({"login": 5}, 400),
        ({"login": {}}, 400),
        ({"login": []}, 400),
        ({"user_token": 5}, 400),
        ({"externalid": True}, 400),
        ({"externalid": 1.0}, 400),
        ({"externalid": 10**30}, 400),
        ({"login": "x", "password": None}, 400),
        ({"login": "x", "password": 5}, 400),
        ({"login": ""}, 404),
        ({"login": "x", "password": "x"}, 404),
    ],
)
def test_a_lookup_that_cannot_match_is_refused(call, criteria, status):
    assert look_up(call, **criteria).status == status


def test_no_answer_ever_shows_a_password(call):
    password = call.world["user"]["password"].encode()
    token = call.world["user"]["user_token"]
    answers = [
        look_up(call, user_token=token),
        update(call, token, identity={"gender": "x"}),
        synchronize(call, "user_token", token),
        call("GET", f"/users/{token}.json"),
        call("GET", "/users.json"),
    ]
    assert not any(password in reply.raw or b"password" in reply.raw for reply in answers)


@pytest.mark.parametrize(
    "user",
    [
        "x",
        5,
        None,
        [1],
        {"login": 5},
        {"login": {}},
        {"login": []},
        {"password": False},
        {"externalid": 1.5},
        {"externalid": []},
        {"identity": "x"},
        {"identity": [1]},
        {"identity": {"gender": 5}},
        {"identity": {"gender": {}}},
        {"identity": {"name": "x"}},
        {"identity": {"name": {"givenName": 5}}},
        {"identity": {"emails": {}}},
        {"identity": {"emails": ["x"]}},
        {"identity": {"emails": [{"value": 5}]}},
        {"identity": {"emails": [{"is_verified": "perhaps"}]}},
        {"identity": {"emails": [{"is_verified": {}}]}},
        {"identity": {"customData": "x"}},
        {"identity": {"customData": 5}},
    ],
)
def test_a_wrong_type_is_refused_and_changes_nothing(call, user):
    token = call.world["user"]["user_token"]
    before = look_up(call, user_token=token).data
    total = call("GET", "/users.json").data["users"]["count"]
    identifier = {"field": "user_token", "value": token}
    for method, target, request in (
        ("POST", "/storage/users.json", {"user": user}),
        ("PUT", f"/storage/users/{token}.json", {"user": user}),
        ("PUT", "/storage/users/user/synchronize.json", {"synchronize": {"identifier": identifier, "user": user}}),
    ):
        assert call(method, target, {"request": request}).status == 400
    assert look_up(call, user_token=token).data == before
    assert call("GET", "/users.json").data["users"]["count"] == total
