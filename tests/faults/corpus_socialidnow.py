"""Social-ID NOW: the two login reads, sign-ins, connections and users."""

import base64
from datetime import timedelta
from typing import Any

from faults.faults import (
    EVERY,
    Answer,
    Call,
    Fault,
    Kind,
    documented,
    example,
    inferred,
    observed,
    on_errors,
    on_success,
    when,
)

SOCIALIDNOW = "socialidnow"
BASE = "/v1/marketing/login"
INFO = f"GET {BASE}/info"
CONNECTION = f"GET {BASE}/connections/{{id}}"
CLOSE = f"DELETE {BASE}/connections/{{id}}"
SIGN_INS = f"POST {BASE}/apps/{{app}}/sign_ins"
SIGN_IN = f"GET {BASE}/sign_ins/{{id}}"
USER = f"GET {BASE}/users/{{id}}"
ROTATE = f"PUT {BASE}/users/{{id}}/token"

UNKNOWN = "f" * 64


def _basic(keys: Any) -> str:
    return "Basic " + base64.b64encode(f"{keys.username}:{keys.password}".encode()).decode()


def _given(call: Call) -> list[str]:
    try:
        return base64.b64decode(call.authorization.partition(" ")[2]).decode().split(":", 1)
    except ValueError:
        return []


def _use_the_tokens_own_secret(call: Call) -> None:
    sign_in = call.mock.store._logins.get(call.asked.get("token", ""))
    if sign_in and call.asked.get("api_secret"):
        call.ask(api_secret=sign_in.connection.user.app.secret)


def _use_the_tokens_own_app(call: Call) -> None:
    if call.mock.store.app_with_secret(call.asked.get("api_secret", "")):
        _use_the_tokens_own_secret(call)


def _trust(attribute: str) -> Any:
    """The app's keys are used where its id comes with this other secret of its."""

    def before(call: Call) -> None:
        given = _given(call)
        for app in call.mock.store.apps.values():
            if given == [str(app.id), getattr(app, attribute)]:
                call.authorization = _basic(app.keys)

    return before


def _trust_the_account(call: Call) -> None:
    connection = call.mock.store.connections.get(call.last)
    if connection and call.authorization == _basic(call.mock.store.account):
        call.authorization = _basic(connection.user.app.keys)


def _open_to_any_app(call: Call) -> None:
    connection = call.mock.store.connections.get(call.last)
    if connection and any(call.authorization == _basic(app.keys) for app in call.mock.store.apps.values()):
        call.authorization = _basic(connection.user.app.keys)


def _live_for(lifetime: timedelta) -> Any:
    """Login tokens live that long: until then they are shown as if no time had passed since their hour."""

    def after(call: Call, answer: Answer) -> None:
        sign_in = call.mock.store._logins.get(call.asked.get("token", ""))
        if answer.status == 401 and sign_in:
            age = call.mock.clock.now() - sign_in.created_at
            if timedelta(hours=1) <= age < lifetime:
                call.mock.clock.advance(-age.total_seconds())
                answer.become(call.pass_on())
                call.mock.clock.advance(age.total_seconds())
        if answer.status == 200 and sign_in and call.mock.clock.now() - sign_in.created_at >= lifetime:
            answer.become(call.again(query="api_secret=none&token=none"))

    return after


def _burn_after_reading(call: Call, answer: Answer) -> None:
    token = call.asked.get("token", "")
    if answer.status == 200 and token in call.memory:
        answer.become(call.again(query=f"api_secret={UNKNOWN}&token={token}"))
    elif answer.status == 200:
        call.memory[token] = True


def _hide_the_error(call: Call, answer: Answer) -> None:
    if answer.status >= 400:
        answer.status = 200


def _list_errors(call: Call, tree: Any) -> None:
    tree["errors"] = [{"attribute": "token", "message": "is required"}]


def _not_found_before_the_keys(call: Call, answer: Answer) -> None:
    if answer.status == 401 and call.last not in call.mock.store.connections:
        call.authorization = _basic(next(iter(call.mock.store.apps.values())).keys)
        answer.become(call.pass_on())


def _all_fields(call: Call) -> None:
    user = next(iter(call.mock.store.users.values()))
    if call.asked.get("fields"):
        call.ask(fields=",".join(user.profile))


def _fields_anyway(call: Call) -> None:
    if not call.asked.get("fields"):
        call.ask(fields="display_name")


def _forget_the_last_field(call: Call, tree: Any) -> None:
    names = call.asked.get("fields", "").split(",")
    if len(names) > 1:
        tree["profile"].pop(names[-1], None)


def _other_url(call: Call, tree: Any) -> None:
    tree["connection"] = tree["connection"][:-8] + "00000000"


def _without_the_deprecated(call: Call, tree: Any) -> None:
    if "profile" in tree:
        for name in ("email", "id", "location", "name", "picture_url"):
            tree.pop(name)


def _name_as_object(call: Call, tree: Any) -> None:
    tree["name"] = {"formatted": tree["name"]}


def _slashes(call: Call, tree: Any) -> None:
    if birthday := tree.get("profile", {}).get("birthday"):
        tree["profile"]["birthday"] = birthday.replace("-", "/")


def _never_close(call: Call, answer: Answer) -> None:
    connection = call.mock.store.connections.get(call.last)
    if connection and answer.status == 200:
        connection.closed = False


def _close_all(call: Call, answer: Answer) -> None:
    closed = call.mock.store.connections.get(call.last)
    for connection in call.mock.store.connections.values() if answer.status == 200 and closed else ():
        if connection.user is closed.user:
            connection.closed = True


def _never_expire(call: Call, answer: Answer) -> None:
    connection = call.mock.store.connections.get(call.last)
    if answer.status == 404 and connection and not connection.closed:
        created, connection.created_at = connection.created_at, call.mock.clock.now()
        answer.become(call.pass_on())
        connection.created_at = created


def _remember_the_user_token(call: Call) -> None:
    call.memory["tokens"] = {user.id: user.user_token for user in call.mock.store.users.values()}


def _keep_the_user_token(call: Call, answer: Answer) -> None:
    if answer.status in (200, 201):
        for user in call.mock.store.users.values():
            user.user_token = call.memory["tokens"].get(user.id, user.user_token)


def _reuse_the_connection(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        store, tree = call.mock.store, answer.json()
        old = next(one for one in store.connections.values() if one.user.id == tree["user_id"] and store.is_open(one))
        answer.text(tree["connection_id"], old.id)


def _lose_the_login_token(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        call.mock.store._logins.pop(answer.json()["login_token"])


def _point_elsewhere(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        base, _, number = answer.headers["Location"].rpartition("/")
        answer.headers["Location"] = f"{base}/{int(number) - 1}"


def _merely_ok(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        answer.status = 200


def _any_app_will_do(call: Call) -> None:
    user = call.mock.store.users.get((call.json().get("sign_in") or {}).get("user_id"))
    if user:
        call.path = f"{BASE}/apps/{user.app.id}/sign_ins"


def _other_login_token(call: Call, tree: Any) -> None:
    tree["login_token"] = tree["login_token"][::-1]


def _old_token_in_the_answer(call: Call, tree: Any) -> None:
    tree["token"] = call.memory["tokens"][tree["id"]]


def _with_the_secret(call: Call, tree: Any) -> None:
    tree["api_secret"] = call.mock.store.users[tree["user_id"]].app.secret


def _null_for_nobody(call: Call, answer: Answer) -> None:
    if answer.status == 404:
        answer.status, answer.body = 200, b"null"


def _mojibake(call: Call, tree: Any) -> None:
    tree["name"] = tree["name"].encode().decode("latin-1")


def _in_latin_1(call: Call, answer: Answer) -> None:
    answer.body = answer.body.decode().encode("latin-1", "replace")


def _seconds(call: Call, tree: Any) -> None:
    for name in ("signed_in_at", "signed_up_at"):
        tree[name] = tree[name].replace("T", " ").removesuffix("Z")


def _turned(name: str) -> Any:
    def change(call: Call, tree: Any) -> None:
        tree[name] = tree[name][::-1]

    return on_success(change)


def _with(**members: Any) -> Any:
    """These members are given what a function makes of their old values."""

    def change(call: Call, tree: Any) -> None:
        for name, make in members.items():
            tree[name] = make(tree[name])

    return on_success(change)


def _number(call: Call, tree: Any) -> None:
    tree["credential"]["facebook_id"] = int(tree["credential"]["facebook_id"])


FAULTS = (
    Fault(
        "any-secret-goes-with-a-good-login-token",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "login/info does not compare the api_secret.",
        (documented("2.2", "authentication is the combination of api_secret and token"),),
        lambda ask: ask.info(secret=UNKNOWN),
        before=_use_the_tokens_own_secret,
    ),
    Fault(
        "a-login-app-reads-another-apps-login",
        SOCIALIDNOW,
        (INFO,),
        Kind.TENANCY,
        "The secret of one Login App opens the login token of another.",
        (documented("1.2", "what is read under a Login App always belongs to that app"),),
        lambda ask: ask.info(token=ask.world["other_login"]["token"]),
        before=_use_the_tokens_own_app,
    ),
    Fault(
        "login-tokens-live-for-ever",
        SOCIALIDNOW,
        (INFO,),
        Kind.EXPIRY,
        "A login token two hours old is still good.",
        (documented("3.2", "login_token lives 1 hour"),),
        lambda ask: ask.info(token=ask.world["expired_login"]["token"]),
        after=_live_for(timedelta(days=3650)),
    ),
    Fault(
        "login-tokens-live-ninety-minutes",
        SOCIALIDNOW,
        (INFO,),
        Kind.EXPIRY,
        "A login token is good for half an hour too long.",
        (documented("3.2", "login_token lives 1 hour"),),
        lambda ask: (ask.wait(80 * 60), ask.info()),
        after=_live_for(timedelta(minutes=90)),
        unexpectable="Only a test that moves the clock to the half hour after the end can see it.",
    ),
    Fault(
        "login-tokens-die-after-ten-minutes",
        SOCIALIDNOW,
        (INFO,),
        Kind.EXPIRY,
        "A login token is refused after ten minutes.",
        (documented("3.2", "login_token lives 1 hour"),),
        lambda ask: (ask.wait(11 * 60), ask.info()),
        after=_live_for(timedelta(minutes=10)),
        unexpectable="Only a test that moves the clock within the hour can see it.",
    ),
    Fault(
        "a-login-token-can-be-used-only-once",
        SOCIALIDNOW,
        (INFO,),
        Kind.STATE,
        "The second login/info with the same token answers 401.",
        (observed("2.2", "clients call it on each page view with one stored token"),),
        lambda ask: (ask.info(), ask.info()),
        calls=2,
        after=_burn_after_reading,
    ),
    Fault(
        "a-refused-login-answers-http-200",
        SOCIALIDNOW,
        (INFO,),
        Kind.ENVELOPE,
        "The error body of login/info comes with HTTP 200.",
        (documented("1.4", "401: authentication is wrong"),),
        lambda ask: ask.info(secret=UNKNOWN),
        after=_hide_the_error,
    ),
    Fault(
        "errors-lack-their-description",
        SOCIALIDNOW,
        EVERY,
        Kind.SHAPE,
        "No error body has an error_description.",
        (documented("1.4", "error_description is required"), observed("1.4", "sample clients show it")),
        lambda ask: ask.info(secret=UNKNOWN),
        after=on_errors(lambda call, tree: tree.pop("error_description")),
    ),
    Fault(
        "an-error-has-a-name-of-its-own",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.TEXT,
        "A connection without keys answers the error not_authorized.",
        (documented("1.4", "error is one of eleven names"),),
        lambda ask: ask.connection(keys=None),
        after=when(401, on_errors(lambda call, tree: tree.update(error="not_authorized"))),
    ),
    Fault(
        "a-listed-error-lacks-its-code",
        SOCIALIDNOW,
        (INFO,),
        Kind.SHAPE,
        "The errors of a missing parameter are objects without a code.",
        (documented("1.4", "attribute, message and code are required in the object form"),),
        lambda ask: ask("GET", "info"),
        after=when(400, on_errors(_list_errors)),
    ),
    Fault(
        "a-missing-parameter-is-unprocessable",
        SOCIALIDNOW,
        (INFO,),
        Kind.CODE,
        "login/info without its parameters answers 422.",
        (documented("1.4", "400: a required parameter is missing"),),
        lambda ask: ask("GET", "info"),
        after=when(400, lambda call, answer: (setattr(answer, "status", 422), answer.text("bad_request", "conflict"))),
    ),
    Fault(
        "a-connection-without-keys-is-forbidden",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.CODE,
        "A connection asked for without keys answers 403 forbidden.",
        (documented("1.4", "401: authentication is wrong; 403: permission"),),
        lambda ask: ask.connection(keys=None),
        after=when(401, lambda call, answer: (setattr(answer, "status", 403), answer.text("unauthorized", "forbidden"))),
    ),
    Fault(
        "an-unknown-connection-is-told-before-the-keys-are-checked",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.PRECEDENCE,
        "Without keys an unknown connection answers 404 and a known one 401.",
        (documented("2.1", "requires Login App authentication"), documented("1.4", "401: authentication is wrong")),
        lambda ask: ask.connection(UNKNOWN, keys=None),
        after=_not_found_before_the_keys,
    ),
    Fault(
        "a-profile-comes-unasked",
        SOCIALIDNOW,
        (INFO,),
        Kind.SHAPE,
        "login/info answers with a profile although no field was requested.",
        (documented("2.2", "profile only if at least one field is requested"),),
        lambda ask: ask.info(),
        before=_fields_anyway,
    ),
    Fault(
        "a-requested-profile-stays-away",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.LOST,
        "A connection never has a profile.",
        (documented("2.1", "profile is present if at least one field is requested"),),
        lambda ask: ask.connection(fields="gender"),
        after=on_success(lambda call, tree: tree.pop("profile", None)),
    ),
    Fault(
        "a-profile-tells-more-than-was-asked",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.RELATION,
        "One requested field brings the whole profile.",
        (documented("2.1", "profile: a hash with the fields requested"),),
        lambda ask: ask.connection(fields="gender"),
        before=_all_fields,
    ),
    Fault(
        "the-last-requested-field-is-forgotten",
        SOCIALIDNOW,
        (INFO,),
        Kind.LOST,
        "Of several requested fields the last one is missing from the profile.",
        (documented("2.2", "fields: names joined by commas; profile has them"),),
        lambda ask: ask.info(fields="birthday,gender,name"),
        after=on_success(_forget_the_last_field),
    ),
    Fault(
        "the-connection-url-is-of-another-connection",
        SOCIALIDNOW,
        (INFO,),
        Kind.RELATION,
        "connection ends in another identifier than connection_id.",
        (example("2.2", "connection is the base URL and connection_id"),),
        lambda ask: ask.info(),
        after=on_success(_other_url),
    ),
    Fault(
        "a-credential-lost-its-type",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.SHAPE,
        "The credential of a connection does not say which network it is of.",
        (example("5", "type is there always"),),
        lambda ask: ask.connection(),
        after=on_success(lambda call, tree: tree["credential"].pop("type")),
    ),
    Fault(
        "a-facebook-id-is-a-number",
        SOCIALIDNOW,
        (INFO,),
        Kind.SHAPE,
        "credential.facebook_id is a JSON number.",
        (example("1.7", "facebook_id is a string of digits"),),
        lambda ask: ask.info(),
        after=on_success(_number),
    ),
    Fault(
        "a-user-id-is-a-string",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.SHAPE,
        "user_id is a string of digits.",
        (example("1.7", "user_id is an integer in JSON"), observed("2.2", "clients read it as a number")),
        lambda ask: ask.connection(),
        after=_with(user_id=str),
    ),
    Fault(
        "the-deprecated-id-is-not-the-user-id",
        SOCIALIDNOW,
        (INFO,),
        Kind.RELATION,
        "id and user_id differ.",
        (example("2.2", "id equals user_id"), documented("2.2", "id: user id")),
        lambda ask: ask.info(),
        after=_with(id=lambda old: old + 1),
    ),
    Fault(
        "deprecated-members-vanish-beside-a-profile",
        SOCIALIDNOW,
        (INFO,),
        Kind.SHAPE,
        "With fields, login/info answers without email, id, location, name and picture_url.",
        (example("2.2", "they stand in the example with fields"), observed("2.2", "clients read them")),
        lambda ask: ask.info(fields="gender"),
        after=on_success(_without_the_deprecated),
    ),
    Fault(
        "the-name-is-an-object",
        SOCIALIDNOW,
        (INFO,),
        Kind.SHAPE,
        "The deprecated name is an object like the one in the profile.",
        (example("2.2", "top-level name is a string"), observed("2.2", "clients show it")),
        lambda ask: ask.info(),
        after=on_success(_name_as_object),
    ),
    Fault(
        "birthdays-have-slashes",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.SHAPE,
        "profile.birthday is 1984/02/29.",
        (example("1.7", "birthday 1981-12-15"),),
        lambda ask: ask.connection(fields="birthday"),
        after=on_success(_slashes),
    ),
    Fault(
        "a-login-app-reads-another-apps-connection",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.TENANCY,
        "Any Login App may read any connection.",
        (documented("1.2", "what is read under a Login App always belongs to that app"),),
        lambda ask: ask.connection(ask.world["other_connection"]["id"]),
        before=_open_to_any_app,
    ),
    Fault(
        "the-client-secret-opens-connections",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.ACCESS,
        "The secret that a browser may know opens what only the server may read.",
        (documented("1.2", "Login App: API secret, server only; the client secret is another kind"),),
        lambda ask: ask.connection(
            keys={"username": ask.world["app"]["id"], "password": ask.world["app"]["client_secret"]}
        ),
        before=_trust("client_secret"),
    ),
    Fault(
        "the-account-opens-connections",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.ACCESS,
        "The Account's keys open a connection.",
        (documented("2.1", "requires Login App authentication"),),
        lambda ask: ask.connection(keys=ask.account),
        before=_trust_the_account,
    ),
    Fault(
        "a-closed-connection-stays-open",
        SOCIALIDNOW,
        (CLOSE,),
        Kind.STATE,
        "Closing a connection answers 200, and the connection can still be read.",
        (documented("3.2", "DELETE login/connections/:id ends a connection"),),
        lambda ask: (ask.close(ask.world["connection"]["id"]), ask.connection()),
        calls=2,
        after=_never_close,
    ),
    Fault(
        "closing-one-connection-closes-all-of-the-user",
        SOCIALIDNOW,
        (CLOSE,),
        Kind.STATE,
        "Closing one connection ends every other connection of the same user.",
        (documented("3.2", "a connection is made at each login and ended by its own id"),),
        lambda ask: (
            connection := ask.sign_in().tree["connection_id"],
            ask.close(connection),
            ask.connection(),
        ),
        calls=3,
        after=_close_all,
    ),
    Fault(
        "connections-live-for-ever",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.EXPIRY,
        "A connection older than the session lifetime can still be read.",
        (documented("3.2", "connection_id lives for the app's session lifetime"),),
        lambda ask: ask.connection(ask.world["expired_connection"]["id"]),
        after=_never_expire,
    ),
    Fault(
        "a-sign-in-keeps-the-user-token",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.STATE,
        "After another sign-in the user still has the same user_token.",
        (documented("3.2", "user_token is replaced at every login"),),
        lambda ask: (ask.user(), ask.sign_in(), ask.user()),
        calls=3,
        before=_remember_the_user_token,
        after=_keep_the_user_token,
    ),
    Fault(
        "a-sign-in-reuses-an-old-connection",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.STATE,
        "A sign-in answers with a connection that was open already.",
        (documented("3.2", "connection_id is made at each login"),),
        lambda ask: (ask.info(), ask.sign_in()),
        calls=2,
        after=_reuse_the_connection,
    ),
    Fault(
        "a-new-login-token-is-good-for-nothing",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.STATE,
        "login/info refuses the login token of a sign-in.",
        (documented("3.2", "login_token authenticates GET login/info"),),
        lambda ask: ask.info(token=ask.sign_in().tree["login_token"]),
        calls=2,
        after=_lose_the_login_token,
    ),
    Fault(
        "the-location-is-of-an-earlier-sign-in",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.RELATION,
        "The Location of a new sign-in leads to the one before it.",
        (documented("4.1", "Location to the sign-in"), documented("1.3", "Location of the new resource")),
        lambda ask: (
            path := ask.sign_in().headers["Location"].rpartition("/login/")[2],
            ask("GET", path, ask.account),
        ),
        calls=2,
        after=_point_elsewhere,
    ),
    Fault(
        "a-sign-in-is-merely-ok",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.CODE,
        "Signing a user in answers 200.",
        (documented("4.1", "201"),),
        lambda ask: ask.sign_in(),
        after=_merely_ok,
    ),
    Fault(
        "an-app-signs-in-another-apps-user",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.TENANCY,
        "A user of another Login App is signed in by the address of this one.",
        (documented("4.1", "sign in a known user of that app; 403 among its statuses"), inferred("6.11", "403")),
        lambda ask: ask.sign_in(user=ask.world["other_user"]["id"]),
        before=_any_app_will_do,
    ),
    Fault(
        "reading-a-sign-in-shows-another-login-token",
        SOCIALIDNOW,
        (SIGN_IN,),
        Kind.RELATION,
        "The login token of a sign-in, read again, is not the one it was made with.",
        (documented("4.1", "a sign-in: connection, connection_id, login_token, user_id"),),
        lambda ask: (
            path := ask.sign_in().headers["Location"].rpartition("/login/")[2],
            ask("GET", path, ask.account),
        ),
        calls=2,
        after=on_success(_other_login_token),
    ),
    Fault(
        "a-rotated-user-token-is-not-kept",
        SOCIALIDNOW,
        (ROTATE,),
        Kind.STATE,
        "The new user_token is shown once; the user keeps the old one.",
        (documented("3.2", "PUT login/users/:user_id/token replaces it"),),
        lambda ask: (ask.rotate(), ask.user()),
        calls=2,
        before=_remember_the_user_token,
        after=_keep_the_user_token,
    ),
    Fault(
        "a-rotation-answers-with-the-old-user-token",
        SOCIALIDNOW,
        (ROTATE,),
        Kind.RELATION,
        "The user_token is replaced, and the answer shows the one that is no longer good.",
        (documented("4.2", "new user_token; returns the user"),),
        lambda ask: (ask.rotate(), ask.user()),
        calls=2,
        before=_remember_the_user_token,
        after=on_success(_old_token_in_the_answer),
    ),
    Fault(
        "a-sign-in-tells-the-apps-secret",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.SECRET,
        "The answer of a sign-in carries the API secret of the Login App.",
        (documented("4.1", "its members are connection, connection_id, login_token, user_id"),),
        lambda ask: ask.sign_in(),
        after=on_success(_with_the_secret),
    ),
    Fault(
        "active-is-a-word",
        SOCIALIDNOW,
        (USER,),
        Kind.SHAPE,
        'A user is active: "true".',
        (documented("6.19", "corrected to booleans in Dec 2019"),),
        lambda ask: ask.user(),
        after=_with(active=lambda old: str(old).lower()),
    ),
    Fault(
        "moments-lost-their-zone",
        SOCIALIDNOW,
        (USER,),
        Kind.SHAPE,
        "signed_in_at and signed_up_at have a space and no zone.",
        (example("1.7", "2013-08-08T03:32:40Z"),),
        lambda ask: ask.user(),
        after=on_success(_seconds),
    ),
    Fault(
        "an-unknown-user-is-null",
        SOCIALIDNOW,
        (USER,),
        Kind.CODE,
        "An unknown user answers 200 and null.",
        (documented("1.4", "404: some resource does not exist"),),
        lambda ask: ask.user(user=999999999),
        after=_null_for_nobody,
    ),
    Fault(
        "the-name-is-encoded-twice",
        SOCIALIDNOW,
        (INFO,),
        Kind.ENCODING,
        "The letters beyond ASCII in the deprecated name come as two each.",
        (documented("2.2", "name: user name; display_name of the profile takes its place"),),
        lambda ask: ask.info(fields="display_name"),
        after=on_success(_mojibake),
    ),
    Fault(
        "a-profile-comes-in-latin-1",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.ENCODING,
        "A connection with a profile is sent in bytes that are no UTF-8.",
        (observed("7", "the training-app client parses the body as JSON"), inferred("1.3", "charset=utf-8")),
        lambda ask: ask.connection(fields="display_name"),
        after=_in_latin_1,
    ),
    Fault(
        "login-and-connection-disagree-on-the-user-token",
        SOCIALIDNOW,
        (INFO,),
        Kind.RELATION,
        "The user_token of login/info is not the one that the connection shows.",
        (example("2.1", "both examples show one connection with one user_token"), documented("2.2", "user token")),
        lambda ask: (ask.info(), ask.connection()),
        calls=2,
        after=_turned("user_token"),
    ),
)
"""Faults of Social-ID NOW."""
