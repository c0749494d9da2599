# ruff: noqa: ARG001 - every hook of a fault takes the call, needed or not
"""What the third batch's faults of OneAll do to requests, answers and state."""

import base64
import copy
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from typing import Any

from faults.corpus_oneall_envelope import data_of, keys_of, status_of
from faults.faults import After, Answer, Before, Call

CRITERIA = ("user_token", "externalid", "login")
LOOKUP_PATH = "/storage/users/user/lookup.json"
CONFIRMED = {"query": "confirm_deletion=true"}

Likeness = Callable[[Call, str, str], bool]
"""Whether what was sent (the second) is near enough to what would be right (the third)."""


def begins(call: Call, sent: str, right: str) -> bool:
    return len(sent) >= 8 and right.startswith(sent)


def goes_on(call: Call, sent: str, right: str) -> bool:
    return bool(right) and sent.startswith(right)


def in_any_case(call: Call, sent: str, right: str) -> bool:
    return sent.lower() == right.lower()


def is_empty(call: Call, sent: str, right: str) -> bool:
    return sent == ""


def is_blank(call: Call, sent: str, right: str) -> bool:
    return sent != "" and not sent.strip()


def is_the_same_number(call: Call, sent: str, right: str) -> bool:
    return sent.isdecimal() and sent.lstrip("0") == right


def is_anybodys_password(call: Call, sent: str, right: str) -> bool:
    return any(user.account is not None and user.account.password == sent for user in call.mock._store.users.values())


# The keys of the site


def pair_given(call: Call) -> tuple[str, str]:
    """Username and password of the header; two empty strings where it has none."""
    scheme, _, encoded = call.authorization.partition(" ")
    try:
        username, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (username, password) if scheme.lower() == "basic" else ("", "")


def let_in(accepts: Callable[[str, str, str, str], bool]) -> Before:
    """The site's keys are used where the pair that was given (first) is near enough to them (last)."""

    def before(call: Call) -> None:
        keys = call.mock.world()["site"]["keys"]
        given = pair_given(call)
        if any(given) and accepts(*given, keys["username"], keys["password"]):
            call.authorization = keys_of(call)

    return before


def bearer(call: Call) -> None:
    if call.authorization == f"Bearer {call.mock.world()['site']['keys']['password']}":
        call.authorization = keys_of(call)


def trust_a_stored_user(call: Call) -> None:
    login, password = pair_given(call)
    user = call.mock._store._by_login.get(login)
    if user is not None and user.account.password == password:
        call.authorization = keys_of(call)


# Lookups and other operations of the storage


def request_of(call: Call) -> dict[str, Any]:
    """The request node; empty where there is none."""
    request = call.json().get("request")
    return request if isinstance(request, dict) else {}


def user_sent(call: Call) -> dict[str, Any]:
    """The user node; empty where there is none."""
    user = request_of(call).get("user")
    return user if isinstance(user, dict) else {}


def send_user(call: Call, user: dict[str, Any]) -> None:
    call.send({"request": {**request_of(call), "user": user}})


def looked_up(call: Call, user: dict[str, Any]) -> Answer:
    """What a lookup by these criteria would answer to the same caller."""
    other = copy.copy(call)
    other.send({"request": {"user": user}})
    other.method, other.path, other.query = "POST", LOOKUP_PATH, ""
    return other.pass_on()


def open_with(alike: Likeness) -> After:
    """A password that is so much like the right one is right too."""

    def after(call: Call, answer: Answer) -> None:
        user = user_sent(call)
        sent = user.get("password")
        if answer.status != 401 or not isinstance(sent, str):
            return
        found = looked_up(call, {name: value for name, value in user.items() if name != "password"})
        if found.status == 200:
            account = call.mock._store.users[data_of(found.json())["user"]["user_token"]].account
            if alike(call, sent, account.password):
                answer.become(found)

    return after


def _known(call: Call, field: str) -> Iterable[str]:
    store = call.mock._store
    known: dict[str, Iterable[str]] = {
        "user_token": store.users,
        "externalid": store._by_externalid,
        "login": store._by_login,
    }
    return known[field]


def find_with(field: str, alike: Likeness) -> Before:
    """A criterion that is so much like somebody's finds that user."""

    def before(call: Call) -> None:
        user, known = user_sent(call), _known(call, field)
        sent = user.get(field)
        if isinstance(sent, str) and sent not in known:
            right = next((one for one in known if alike(call, sent, one)), None)
            if right is not None:
                send_user(call, user | {field: right})

    return before


def drop_an_empty_login(call: Call) -> None:
    user = user_sent(call)
    if user.get("login") == "" and any(user.get(name) for name in CRITERIA):
        send_user(call, {name: value for name, value in user.items() if name != "login"})


def find_by_identity_token(call: Call) -> None:
    user = user_sent(call)
    sent = user.get("user_token")
    identity = call.mock._store.identities.get(sent) if isinstance(sent, str) else None
    if identity is not None:
        send_user(call, user | {"user_token": identity.user_token})


def find_the_first(call: Call, answer: Answer) -> None:
    if answer.status == 400 and request_of(call).get("user") == {}:
        answer.become(looked_up(call, {"login": next(iter(call.mock._store._by_login), "")}))


def forget_the_third_criterion(call: Call) -> None:
    user = user_sent(call)
    if all(name in user for name in CRITERIA):
        send_user(call, {name: value for name, value in user.items() if name != "externalid"})


def read_the_body_first(call: Call, answer: Answer) -> None:
    if answer.status == 401:
        call.authorization = keys_of(call)
        allowed = call.pass_on()
        if allowed.status == 400:
            answer.become(allowed)


def count_in_words(call: Call, tree: Any) -> None:
    user = data_of(tree)["user"]
    user["num_logins"] = str(user["num_logins"])


def iso_dates(call: Call, tree: Any) -> None:
    user = data_of(tree)["user"]
    for node in (user, user["identity"]):
        for name in ("date_creation", "date_last_update"):
            node[name] = parsedate_to_datetime(node[name]).isoformat()


def show_the_near_miss(call: Call, answer: Answer) -> None:
    sent = user_sent(call)
    for name in CRITERIA if answer.status == 404 else ():
        found = looked_up(call, {name: sent[name]}) if name in sent else None
        if found is not None and found.status == 200:
            tree = answer.json()
            tree["response"]["result"] = found.json()["response"]["result"]
            answer.send(tree)
            return


def change_one_of_two(call: Call) -> None:
    user = user_sent(call)
    if "login" in user and "externalid" in user:
        send_user(call, {name: value for name, value in user.items() if name != "externalid"})


def leave_single_values(call: Call) -> None:
    user = user_sent(call)
    identity = user.get("identity")
    if request_of(call).get("update_mode") == "append" and isinstance(identity, dict):
        kept = {name: value for name, value in identity.items() if not isinstance(value, str)}
        send_user(call, user | {"identity": kept})


def ignore_the_profile(call: Call) -> None:
    request = request_of(call)
    node = request.get("synchronize")
    user = node.get("user") if isinstance(node, dict) else None
    if isinstance(node, dict) and isinstance(user, dict):
        without = {name: value for name, value in user.items() if name != "identity"}
        call.send({"request": {**request, "synchronize": {**node, "user": without}}})


def keep_the_empty_externalid(call: Call, answer: Answer) -> None:
    if answer.status == 201 and user_sent(call).get("externalid") == "":
        tree = answer.json()
        user = data_of(tree)["user"]
        user["externalid"], user["identity"]["id"] = "", "/external/"
        answer.send(tree)


def remember_the_date(call: Call) -> None:
    user = call.mock._store.users.get(call.last)
    found = looked_up(call, {"user_token": call.last})
    call.memory["date"] = None
    if user is not None and found.status == 200:
        call.memory["date"] = (user.updated, data_of(found.json())["user"]["date_last_update"])


def keep_the_date(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.memory["date"]:
        tree = answer.json()
        call.mock._store.users[call.last].updated, data_of(tree)["user"]["date_last_update"] = call.memory["date"]
        answer.send(tree)


# Synchronizing an identity


def options(call: Call) -> dict[str, Any] | None:
    """The options of a synchronization, none sent included; nothing where the body is one that is to be refused."""
    if not call.body.strip():
        return {}
    node = request_of(call).get("synchronize", {}) if "request" in call.json() else None
    return node if isinstance(node, dict) else None


def _is(value: object, word: str) -> bool:
    return str(value).lower() == word


def with_options(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Before:
    """The synchronization has these options besides, or in the place of, those that were sent."""

    def before(call: Call) -> None:
        sent = options(call)
        if sent is not None:
            call.send({"request": {"synchronize": sent | change(sent)}})

    return before


def only_if_asked(sent: dict[str, Any]) -> dict[str, Any]:
    return {} if "update_user_data" in sent else {"update_user_data": False}


def nothing_without_user_data(sent: dict[str, Any]) -> dict[str, Any]:
    return {"force_token_update": False} if _is(sent.get("update_user_data"), "false") else {}


def one_thing_at_a_time(sent: dict[str, Any]) -> dict[str, Any]:
    return {"update_user_data": False} if _is(sent.get("force_token_update"), "true") else {}


def any_word_is_true(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: True for name, value in sent.items() if value == "false"}


def call_it_fresh(call: Call) -> None:
    identity = call.mock._store.identities.get(call.token)
    call.memory["expired"] = None
    token = identity.access_token if identity is not None else None
    if token is not None and token.expires <= call.mock._store.now():
        call.memory["expired"] = (token, token.expires)
        token.expires = call.mock._store.now() + 3600


def call_it_expired(call: Call, answer: Answer) -> None:
    if call.memory["expired"]:
        token, token.expires = call.memory["expired"]


def remember_the_identity(call: Call) -> None:
    read = call.again(method="GET", path=f"/identities/{call.token}.json", query="")
    call.memory["before"] = data_of(read.json())["identity"] if read.status == 200 else None


def show_it_as_before(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.memory["before"]:
        tree = answer.json()
        data_of(tree)["identity"] = call.memory["before"]
        answer.send(tree)


def name_another_user(call: Call, tree: Any) -> None:
    identity = data_of(tree)["identity"]
    identity["user_token"] = next(one for one in call.mock._store.users if one != identity["user_token"])


def update_the_siblings(call: Call, answer: Answer) -> None:
    store = call.mock._store
    identity = store.identities.get(call.token)
    for sibling in store.users[identity.user_token].identities.values() if answer.status == 200 and identity else ():
        sibling.profile = sibling.upstream or sibling.profile


def rename_when_renewed(call: Call, answer: Answer) -> None:
    store, sent = call.mock._store, options(call) or {}
    if answer.status == 200 and _is(sent.get("force_token_update"), "true"):
        identity = store.identities.pop(call.token)
        owner = store.users[identity.user_token]
        del owner.identities[call.token]
        identity.identity_token = call.mock.tokens.uuid()
        store.identities[identity.identity_token] = owner.identities[identity.identity_token] = identity


def synchronize_somebody(call: Call, answer: Answer) -> None:
    if answer.status == 404:
        known = next(token for token, one in call.mock._store.identities.items() if one.upstream)
        other = call.again(path=f"/identities/{known}/synchronize.json")
        if other.status == 200:
            answer.become(other.text(known, call.token))


def say_nothing(call: Call, tree: Any) -> None:
    if status_of(tree)["code"] in (404, 409):
        status_of(tree)["info"] = ""


def once_is_enough(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.token in call.memory:
        tree = answer.json()
        del tree["response"]["result"]
        status_of(tree).update(flag="error", code=409, info="The identity has already been synchronized")
        answer.send(tree)
        answer.status = 409
    elif answer.status == 200:
        call.memory[call.token] = True


def keep_the_deleted(call: Call) -> None:
    identity = call.mock._store.identities.get(call.token)
    if call.method == "DELETE" and identity is not None:
        call.memory[call.token] = identity


def synchronize_the_deleted(call: Call, answer: Answer) -> None:
    identities = call.mock._store.identities
    if call.method == "PUT" and answer.status == 404 and call.token in call.memory and call.token not in identities:
        identities[call.token] = call.memory[call.token]
        answer.become(call.pass_on())
        del identities[call.token]


# Lists, deletions and relinks


def by_twenty_five(call: Call) -> None:
    if "entries_per_page" not in call.asked:
        call.ask(entries_per_page="25")


def count_one_more(call: Call, tree: Any) -> None:
    data_of(tree)["users"]["count"] += 1


def turn_the_operators(call: Call) -> None:
    if filters := call.asked.get("filters"):
        call.ask(filters=filters.replace(":gt:", ":\0:").replace(":lt:", ":gt:").replace(":\0:", ":lt:"))


def any_word_confirms(call: Call) -> None:
    if call.asked.get("confirm_deletion"):
        call.ask(confirm_deletion="true")


def relink_the_siblings(call: Call, answer: Answer) -> None:
    store = call.mock._store
    old, new = store.users.get(call.memory["old"]), store.identities.get(call.token)
    for sibling in list(old.identities.values()) if answer.status == 200 and old and new else ():
        if sibling.provider != "storage":
            store.relink(sibling.identity_token, new.user_token)


def in_the_words_of_a_lookup(call: Call, tree: Any) -> None:
    if status_of(tree)["code"] == 404:
        status_of(tree)["info"] = "No user corresponding to your lookup criteria has been found"
