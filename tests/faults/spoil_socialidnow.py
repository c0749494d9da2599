# ruff: noqa: ARG001 - every hook of a fault takes the call, needed or not
"""What the faults of Social-ID NOW do to requests, answers and state."""

import base64
from datetime import timedelta
from typing import Any

from faults.faults import (
    Answer,
    Call,
    on_success,
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


def basic(keys: Any) -> str:
    return "Basic " + base64.b64encode(f"{keys.username}:{keys.password}".encode()).decode()


def pair_given(call: Call) -> list[str]:
    try:
        return base64.b64decode(call.authorization.partition(" ")[2]).decode().split(":", 1)
    except ValueError:
        return []


def use_the_tokens_own_secret(call: Call) -> None:
    sign_in = call.mock.store._logins.get(call.asked.get("token", ""))
    if sign_in and call.asked.get("api_secret"):
        call.ask(api_secret=sign_in.connection.user.app.secret)


def use_the_tokens_own_app(call: Call) -> None:
    if call.mock.store.app_with_secret(call.asked.get("api_secret", "")):
        use_the_tokens_own_secret(call)


def trust(attribute: str) -> Any:
    """The app's keys are used where its id comes with this other secret of its."""

    def before(call: Call) -> None:
        given = pair_given(call)
        for app in call.mock.store.apps.values():
            if given == [str(app.id), getattr(app, attribute)]:
                call.authorization = basic(app.keys)

    return before


def trust_the_account(call: Call) -> None:
    connection = call.mock.store.connections.get(call.last)
    if connection and call.authorization == basic(call.mock.store.account):
        call.authorization = basic(connection.user.app.keys)


def open_to_any_app(call: Call) -> None:
    connection = call.mock.store.connections.get(call.last)
    if connection and any(call.authorization == basic(app.keys) for app in call.mock.store.apps.values()):
        call.authorization = basic(connection.user.app.keys)


def live_for(lifetime: timedelta) -> Any:
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


def burn_after_reading(call: Call, answer: Answer) -> None:
    token = call.asked.get("token", "")
    if answer.status == 200 and token in call.memory:
        answer.become(call.again(query=f"api_secret={UNKNOWN}&token={token}"))
    elif answer.status == 200:
        call.memory[token] = True


def hide_the_error(call: Call, answer: Answer) -> None:
    if answer.status >= 400:
        answer.status = 200


def list_errors(call: Call, tree: Any) -> None:
    tree["errors"] = [{"attribute": "token", "message": "is required"}]


def not_found_before_the_keys(call: Call, answer: Answer) -> None:
    if answer.status == 401 and call.last not in call.mock.store.connections:
        call.authorization = basic(next(iter(call.mock.store.apps.values())).keys)
        answer.become(call.pass_on())


def all_fields(call: Call) -> None:
    user = next(iter(call.mock.store.users.values()))
    if call.asked.get("fields"):
        call.ask(fields=",".join(user.profile))


def fields_anyway(call: Call) -> None:
    if not call.asked.get("fields"):
        call.ask(fields="display_name")


def forget_the_last_field(call: Call, tree: Any) -> None:
    names = call.asked.get("fields", "").split(",")
    if len(names) > 1:
        tree["profile"].pop(names[-1], None)


def other_url(call: Call, tree: Any) -> None:
    tree["connection"] = tree["connection"][:-8] + "00000000"


def without_the_deprecated(call: Call, tree: Any) -> None:
    if "profile" in tree:
        for name in ("email", "id", "location", "name", "picture_url"):
            tree.pop(name)


def name_as_object(call: Call, tree: Any) -> None:
    tree["name"] = {"formatted": tree["name"]}


def slashes(call: Call, tree: Any) -> None:
    if birthday := tree.get("profile", {}).get("birthday"):
        tree["profile"]["birthday"] = birthday.replace("-", "/")


def never_close(call: Call, answer: Answer) -> None:
    connection = call.mock.store.connections.get(call.last)
    if connection and answer.status == 200:
        connection.closed = False


def close_all(call: Call, answer: Answer) -> None:
    closed = call.mock.store.connections.get(call.last)
    for connection in call.mock.store.connections.values() if answer.status == 200 and closed else ():
        if connection.user is closed.user:
            connection.closed = True


def never_expire(call: Call, answer: Answer) -> None:
    connection = call.mock.store.connections.get(call.last)
    if answer.status == 404 and connection and not connection.closed:
        created, connection.created_at = connection.created_at, call.mock.clock.now()
        answer.become(call.pass_on())
        connection.created_at = created


def remember_the_user_token(call: Call) -> None:
    call.memory["tokens"] = {user.id: user.user_token for user in call.mock.store.users.values()}


def keep_the_user_token(call: Call, answer: Answer) -> None:
    if answer.status in (200, 201):
        for user in call.mock.store.users.values():
            user.user_token = call.memory["tokens"].get(user.id, user.user_token)


def reuse_the_connection(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        store, tree = call.mock.store, answer.json()
        old = next(one for one in store.connections.values() if one.user.id == tree["user_id"] and store.is_open(one))
        answer.text(tree["connection_id"], old.id)


def lose_the_login_token(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        call.mock.store._logins.pop(answer.json()["login_token"])


def point_elsewhere(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        base, _, number = answer.headers["Location"].rpartition("/")
        answer.headers["Location"] = f"{base}/{int(number) - 1}"


def merely_ok(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        answer.status = 200


def any_app_will_do(call: Call) -> None:
    node = call.json().get("sign_in")
    wanted = node.get("user_id") if isinstance(node, dict) else None
    user = call.mock.store.users.get(wanted) if isinstance(wanted, int) else None
    if user:
        call.path = f"{BASE}/apps/{user.app.id}/sign_ins"


def other_login_token(call: Call, tree: Any) -> None:
    tree["login_token"] = tree["login_token"][::-1]


def old_token_in_the_answer(call: Call, tree: Any) -> None:
    tree["token"] = call.memory["tokens"][tree["id"]]


def with_the_secret(call: Call, tree: Any) -> None:
    tree["api_secret"] = call.mock.store.users[tree["user_id"]].app.secret


def null_for_nobody(call: Call, answer: Answer) -> None:
    if answer.status == 404:
        answer.status, answer.body = 200, b"null"


def mojibake(call: Call, tree: Any) -> None:
    tree["name"] = tree["name"].encode().decode("latin-1")


def in_latin_1(call: Call, answer: Answer) -> None:
    answer.body = answer.body.decode().encode("latin-1", "replace")


def seconds(call: Call, tree: Any) -> None:
    for name in ("signed_in_at", "signed_up_at"):
        tree[name] = tree[name].replace("T", " ").removesuffix("Z")


def turned(name: str) -> Any:
    def change(call: Call, tree: Any) -> None:
        tree[name] = tree[name][::-1]

    return on_success(change)


def with_members(**members: Any) -> Any:
    """These members are given what a function makes of their old values."""

    def change(call: Call, tree: Any) -> None:
        for name, make in members.items():
            tree[name] = make(tree[name])

    return on_success(change)


def number(call: Call, tree: Any) -> None:
    tree["credential"]["facebook_id"] = int(tree["credential"]["facebook_id"])
