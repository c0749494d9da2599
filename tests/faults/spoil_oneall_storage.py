# ruff: noqa: ARG001, ARG005 - every hook of a fault takes the call, needed or not
"""What the faults of OneAll's User Cloud Storage do to requests, answers and state."""

import copy
import hashlib
from typing import Any

from faults.corpus_oneall_envelope import (
    data_of,
    status_of,
)
from faults.faults import Answer, Call, when

CRITERIA = ("user_token", "externalid", "login")


def _asked(call: Call) -> dict[str, Any]:
    """The user node of the request."""
    request = call.json().get("request")
    user = request.get("user") if isinstance(request, dict) else None
    return user if isinstance(user, dict) else {}


def _resend(call: Call, user: dict[str, Any], **more: object) -> None:
    call.send({"request": {**call.json()["request"], "user": user, **more}})


def _criteria(call: Call) -> dict[str, Any]:
    return {name: value for name, value in _asked(call).items() if name in CRITERIA}


def match_any(call: Call, answer: Answer) -> None:
    password = {name: value for name, value in _asked(call).items() if name == "password"}
    for name, value in _criteria(call).items() if answer.status == 404 else ():
        _resend(call, {name: value, **password})
        one = call.pass_on()
        if one.status == 200:
            answer.become(one)
            return


def drop_from_lookup(name: str) -> Any:
    def before(call: Call) -> None:
        asked = _asked(call)
        if name in asked and len(_criteria(call)) + (name == "password") > 1:
            _resend(call, {key: value for key, value in asked.items() if key != name})

    return before


def other_code(old: int, new: int) -> Any:
    def change(call: Call, answer: Answer) -> None:
        tree = answer.json()
        status_of(tree)["code"] = answer.status = new
        answer.send(tree)

    return when(old, change)


def match_a_prefix(call: Call) -> None:
    prefix = _asked(call).get("externalid")
    if isinstance(prefix, str) and prefix:
        full = next((one for one in call.mock._store._by_externalid if one.startswith(prefix)), prefix)
        _resend(call, _asked(call) | {"externalid": full})


def miss_integers(call: Call) -> None:
    if isinstance(_asked(call).get("externalid"), int):
        _resend(call, _asked(call) | {"externalid": "nobody-has-this"})


def miss_the_magic_number(call: Call) -> None:
    if str(_asked(call).get("externalid")) == "100000042":
        _resend(call, _asked(call) | {"externalid": "nobody-has-this"})


def shown_login(call: Call, tree: Any) -> None:
    data_of(tree)["user"]["login"] = "someone.else@login.example"


def echo_the_password(call: Call, tree: Any) -> None:
    if password := _asked(call).get("password"):
        data_of(tree)["user"]["password"] = password


def show_a_digest(call: Call, tree: Any) -> None:
    token = data_of(tree)["user"]["user_token"]
    secret = call.mock._store.users[token].account.password
    data_of(tree)["user"]["password"] = hashlib.sha256(secret.encode()).hexdigest()


def forget(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        call.mock._store.remove_user(data_of(answer.json())["user"]["user_token"])


def free(field: str) -> Any:
    """A duplicate of this field is let in: the mock is told a value of its own, and the answer shows the wanted one."""

    def after(call: Call, answer: Answer) -> None:
        wanted = _asked(call).get(field)
        if answer.status == 409 and wanted is not None and str(wanted) in getattr(call.mock._store, f"_by_{field}"):
            invented = f"twin-{len(call.mock._store.users)}"
            _resend(call, _asked(call) | {field: invented})
            answer.become(call.pass_on())
            answer.text(f'"{field}":"{invented}"', f'"{field}":"{wanted}"')

    return after


def create_the_refused(call: Call, answer: Answer) -> None:
    if answer.status == 409:
        _resend(call, {name: value for name, value in _asked(call).items() if name not in CRITERIA})
        call.pass_on()


def drop_the_unsent(call: Call) -> None:
    asked = _asked(call)
    request = call.json().get("request")
    if isinstance(request, dict) and request.get("update_mode", "replace") == "replace" and "login" not in asked:
        _resend(call, asked | {"login": None})


def in_mode(mode: str, only: str = "") -> Any:
    """The update is carried out in that mode, whatever was asked; ``only`` where that mode was asked."""

    def before(call: Call) -> None:
        request = call.json().get("request")
        if isinstance(request, dict) and (not only or request.get("update_mode", "replace") == only):
            _resend(call, _asked(call), update_mode=mode)

    return before


def remove_blanks_when_appending(call: Call) -> None:
    request, identity = call.json().get("request"), _asked(call).get("identity")
    if isinstance(request, dict) and request.get("update_mode") == "append" and isinstance(identity, dict):
        blank = {name: value for name, value in identity.items() if value is None or value == ""}
        if blank:
            call.again(body=_body({"update_mode": "replace", "user": {"identity": blank}}))


def _body(request: dict[str, Any]) -> Any:
    call = Call("", "", "", b"", "", None, {}, lambda seconds: None, {})
    call.send({"request": request})
    return call.body


def remember_the_user(call: Call) -> None:
    user = call.mock._store.users.get(call.last)
    call.memory["was"] = copy.deepcopy(user.account) if user else None


def _account(call: Call) -> Any:
    user = call.mock._store.users.get(call.last)
    return user and user.account


def add_nothing(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        call.again(method="DELETE", path=f"/identities/{_account(call).identity.identity_token}.json", **CONFIRMED)


CONFIRMED = {"query": "confirm_deletion=true"}


def add_one_more(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        store, twin = call.mock._store, copy.copy(_account(call).identity)
        twin.identity_token = call.mock.tokens.uuid()
        store.identities[twin.identity_token] = twin
        store.users[twin.user_token].identities[twin.identity_token] = twin


def keep_the_old_id(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.memory["was"]:
        _account(call).identity.id = call.memory["was"].identity.id
        tree = answer.json()
        data_of(tree)["user"]["identity"]["id"] = call.memory["was"].identity.id
        answer.send(tree)


def keep_the_old_login_too(call: Call, answer: Answer) -> None:
    old = call.memory["was"] and call.memory["was"].login
    if answer.status == 200 and old and old not in call.mock._store._by_login:
        call.mock._store._by_login[old] = call.mock._store.users[call.last]


def keep_the_old_password(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.memory["was"]:
        _account(call).password = call.memory["was"].password


def old_passwords_open_too(call: Call, answer: Answer) -> None:
    known = call.memory.setdefault("known", {})
    if call.method == "PUT" and answer.status == 200 and call.memory.get("was"):
        known.setdefault(call.last, set()).add(call.memory["was"].password)
    elif call.method == "POST" and answer.status == 401 and "password" in _asked(call):
        given = _asked(call)["password"]
        _resend(call, _criteria(call))
        found = call.pass_on()
        if found.status == 200 and given in known.get(data_of(found.json())["user"]["user_token"], ()):
            answer.become(found)


def new_token(call: Call, tree: Any) -> None:
    data_of(tree)["user"]["user_token"] = call.mock.tokens.uuid()


def drop_nested(call: Call) -> None:
    identity = _asked(call).get("identity")
    if isinstance(identity, dict) and isinstance(identity.get("customData"), dict):
        flat = {name: value for name, value in identity["customData"].items() if not isinstance(value, dict)}
        _resend(call, _asked(call) | {"identity": identity | {"customData": flat}})


def question_marks(call: Call) -> None:
    call.body = call.body.decode("utf-8", "replace").encode("ascii", "replace")
    tree = call.json()
    identity = _asked(call).get("identity")
    if isinstance(identity, dict) and isinstance(identity.get("displayName"), str):
        identity["displayName"] = identity["displayName"].encode("ascii", "replace").decode()
        tree["request"]["user"]["identity"] = identity
        call.send(tree)


def same_number_again(call: Call, answer: Answer) -> None:
    if answer.status == 201 and not _asked(call).get("externalid"):
        tree = answer.json()
        first = call.memory.setdefault("first", data_of(tree)["user"]["externalid"])
        data_of(tree)["user"]["externalid"] = first
        data_of(tree)["user"]["identity"]["id"] = f"/external/{first}"
        answer.send(tree)


def count_from_one(call: Call, tree: Any) -> None:
    user = data_of(tree)["user"]
    if not _asked(call).get("externalid") and isinstance(user["externalid"], int):
        user["externalid"] -= 100000000
        user["identity"]["id"] = f"/external/{user['externalid']}"


def _identifier(call: Call) -> dict[str, Any]:
    request = call.json().get("request")
    node = request.get("synchronize") if isinstance(request, dict) else None
    identifier = node.get("identifier") if isinstance(node, dict) else None
    return identifier if isinstance(identifier, dict) else {}


def create_a_twin(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        answer.become(call.again(method="POST", path="/storage/users.json", body=_body({"user": {}})))


def refuse_to_create(call: Call, answer: Answer) -> None:
    if answer.status == 201:
        found = data_of(answer.json())["user"]["user_token"]
        call.mock._store.remove_user(found)
        answer.become(call.again(method="GET", path=f"/users/{found}.json"))


def index_the_old_login(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        user = data_of(answer.json())["user"]
        store = call.mock._store
        account = store.users[user["user_token"]].account
        identifier = _identifier(call)
        if identifier.get("field") == "login" and account.login != identifier["value"]:
            store._unindex(account)
            account.login = identifier["value"]
            store._index(store.users[user["user_token"]], account)
