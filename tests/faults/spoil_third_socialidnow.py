# ruff: noqa: ARG001 - every hook of a fault takes the call, needed or not
"""What the third batch's faults of Social-ID NOW do to requests, answers and state."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from faults.faults import Answer, Before, Call
from faults.spoil_socialidnow import BASE, basic, pair_given

SECRET_LENGTH = 64

# The two parameters that open login/info


def secret_by(near: Callable[[str, Any], bool]) -> Before:
    """The API secret of a Login App is used where the one that was sent is near enough to it."""

    def before(call: Call) -> None:
        sent = call.asked.get("api_secret", "")
        for app in call.mock.store.apps.values():
            if sent and near(sent, app):
                call.ask(api_secret=app.secret)

    return before


def begins(sent: str, app: Any) -> bool:
    return len(sent) >= 16 and str(app.secret).startswith(sent)


def in_capitals(sent: str, app: Any) -> bool:
    return sent.lower() == str(app.secret)


def goes_on(sent: str, app: Any) -> bool:
    return sent.startswith(app.secret)


def is_the_client_secret(sent: str, app: Any) -> bool:
    return sent == str(app.client_secret)


def own_secret_when(accepts: Callable[[Call, str], bool]) -> Before:
    """The secret of the app that the login token is of is used where what came in its place will do."""

    def before(call: Call) -> None:
        sign_in = call.mock.store._logins.get(call.asked.get("token", ""))
        if sign_in is not None and accepts(call, call.asked.get("api_secret", "")):
            call.ask(api_secret=sign_in.connection.user.app.secret)

    return before


def is_the_accounts_secret(call: Call, sent: str) -> bool:
    return sent == str(call.mock.store.account.password)


def is_empty(call: Call, sent: str) -> bool:
    return not sent


def comes_as_basic(call: Call, sent: str) -> bool:
    return not sent and any(call.authorization == basic(app.keys) for app in call.mock.store.apps.values())


def login_by(find: Callable[[Call, str], Any]) -> Before:
    """The login token of a sign-in is used where another value leads to it."""

    def before(call: Call) -> None:
        sent = call.asked.get("token", "")
        if sent not in call.mock.store._logins and (sign_in := find(call, sent)) is not None:
            call.ask(token=sign_in.login_token)

    return before


def _newest(call: Call, fits: Callable[[Any], bool]) -> Any:
    return next((one for one in reversed(call.mock.store._logins.values()) if fits(one)), None)


def of_the_user_token(call: Call, sent: str) -> Any:
    return _newest(call, lambda one: one.connection.user.user_token == sent)


def of_the_connection(call: Call, sent: str) -> Any:
    return _newest(call, lambda one: one.connection.id == sent)


def of_the_longer_token(call: Call, sent: str) -> Any:
    return call.mock.store._logins.get(sent[:SECRET_LENGTH])


def of_the_last_login(call: Call, sent: str) -> Any:
    app = call.mock.store.app_with_secret(call.asked.get("api_secret", ""))
    return None if sent else _newest(call, lambda one: one.connection.user.app is app)


# What opens a connection, and what an Account alone may do


def open_by_login_token(call: Call) -> None:
    sign_in = call.mock.store._logins.get(call.last)
    if sign_in is not None:
        call.path = f"{BASE}/connections/{sign_in.connection.id}"


def find_by_its_beginning(call: Call) -> None:
    connections = call.mock.store.connections
    if call.last not in connections and len(call.last) >= 16:
        found = next((one for one in connections if one.startswith(call.last)), call.last)
        call.path = f"{BASE}/connections/{found}"


def app_keys_when(accepts: Callable[[Call, Any, str], bool]) -> Before:
    """A Login App's keys are used where its id comes with a password that will do."""

    def before(call: Call) -> None:
        given = pair_given(call)
        for app in call.mock.store.apps.values():
            if len(given) == 2 and given[0] == str(app.id) and accepts(call, app, given[1]):
                call.authorization = basic(app.keys)

    return before


def password_is_empty(call: Call, app: Any, password: str) -> bool:
    return not password


def password_is_of_another_app(call: Call, app: Any, password: str) -> bool:
    return any(password == other.secret for other in call.mock.store.apps.values() if other is not app)


def password_in_capitals(call: Call, app: Any, password: str) -> bool:
    return password.lower() == str(app.secret)


def secret_in_the_query(call: Call) -> None:
    app = call.mock.store.app_with_secret(call.asked.get("api_secret", ""))
    if app is not None and not call.authorization:
        call.authorization = basic(app.keys)


def any_app_is_the_account(call: Call) -> None:
    if any(call.authorization == basic(app.keys) for app in call.mock.store.apps.values()):
        call.authorization = basic(call.mock.store.account)


# Answers


def three_fields_at_most(call: Call, tree: Any) -> None:
    for name in call.asked.get("fields", "").split(",")[3:]:
        tree.get("profile", {}).pop(name, None)


def without_empty_parts(call: Call, tree: Any) -> None:
    name = tree.get("profile", {}).get("name")
    if name:
        tree["profile"]["name"] = {part: value for part, value in name.items() if value is not None}


def profile_for_user_token(call: Call, tree: Any) -> None:
    if "profile" in tree:
        del tree["user_token"]


def a_path_alone(name: str) -> Callable[[Call, Any], None]:
    def change(call: Call, tree: Any) -> None:
        tree[name] = "/" + tree[name].partition("://")[2].partition("/")[2]

    return change


def url_with_the_secret(call: Call, tree: Any) -> None:
    tree["connection"] += f"?api_secret={call.asked.get('api_secret', '')}"


def unlike_the_profile(call: Call, tree: Any) -> None:
    tree["email"] = "no-reply@pictures.example.org"


def _other_user(call: Call, tree: Any) -> Any:
    return next(user for user in call.mock.store.users.values() if user.id != tree["user_id"])


def with_anothers_credential(call: Call, tree: Any) -> None:
    tree["credential"] = dict(_other_user(call, tree).credential)


def with_anothers_profile(call: Call, tree: Any) -> None:
    other = _other_user(call, tree).profile
    if "profile" in tree:
        tree["profile"] = {name: other[name] for name in tree["profile"]}


def turn_the_error(call: Call, tree: Any) -> None:
    tree["error"], tree["error_description"] = tree["error_description"], tree["error"]


def tell_the_right_secret(call: Call, tree: Any) -> None:
    sign_in = call.mock.store._logins.get(call.asked.get("token", ""))
    if tree["error"] == "unauthorized" and sign_in is not None:
        tree["error_description"] += f" Expected {sign_in.connection.user.app.secret}."


def escape_for_html(call: Call, tree: Any) -> None:
    for name, value in tree.get("profile", {}).items():
        if isinstance(value, str):
            tree["profile"][name] = escape(value)


# Memory


def answer_from_a_cache(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        answer.become(call.memory.setdefault(call.query, replace(answer)))


def stay_open_for_readers(call: Call, answer: Answer) -> None:
    key = " ".join((call.path, call.query, call.authorization))
    if call.method == "GET" and answer.status == 200:
        call.memory[key] = replace(answer)
    elif call.method == "GET" and answer.status == 404 and key in call.memory:
        answer.become(call.memory[key])


def burn_after_a_mistake(call: Call, answer: Answer) -> None:
    token = call.asked.get("token", "")
    if answer.status == 401 and token in call.mock.store._logins:
        call.memory[token] = replace(answer)
    elif answer.status == 200 and token in call.memory:
        answer.become(call.memory[token])


def forget_the_older_logins(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        logins, user_id = call.mock.store._logins, answer.json()["user_id"]
        kept = answer.json()["login_token"]
        for token in [one for one, sign_in in logins.items() if sign_in.connection.user.id == user_id]:
            if token != kept:
                del logins[token]


def close_the_older_connections(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        tree = answer.json()
        for connection in call.mock.store.connections.values():
            if connection.user.id == tree["user_id"] and connection.id != tree["connection_id"]:
                connection.closed = True
