# ruff: noqa: ARG001 - every hook of a fault takes the call, needed or not
"""What the faults of OneAll's identities do to requests, answers and state."""

from typing import Any

from faults.corpus_oneall_envelope import (
    data_of,
)
from faults.faults import Answer, Call


def read_the_next(call: Call) -> None:
    tokens = list(call.mock._store.identities)
    if call.token in tokens:
        after = tokens[(tokens.index(call.token) + 1) % len(tokens)]
        call.path = f"/identities/{after}.json"


def keep_the_deleted(call: Call) -> None:
    store = call.mock._store
    if call.method == "DELETE" and (identity := store.identities.get(call.token)):
        call.memory[call.token] = identity


def show_the_deleted(call: Call, answer: Answer) -> None:
    store = call.mock._store
    if call.method == "GET" and call.token in call.memory and call.memory[call.token].user_token in store.users:
        store.identities[call.token] = call.memory[call.token]
        answer.become(call.pass_on())
        store.identities.pop(call.token)


def delete_anyway(call: Call, answer: Answer) -> None:
    if answer.status == 400:
        call.again(query="confirm_deletion=true")


def take_siblings_along(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        owner = data_of(answer.json())["identity"]["user_token"]
        for token in list(call.mock._store.users[owner].identities):
            call.again(path=f"/identities/{token}.json")


def remember_the_owner(call: Call) -> None:
    identity = call.mock._store.identities.get(call.token)
    call.memory["old"] = identity and identity.user_token


def stay_with_the_old_owner(call: Call, answer: Answer) -> None:
    store, identity = call.mock._store, call.mock._store.identities.get(call.token)
    if answer.status == 200 and call.memory["old"] in store.users:
        store.users[call.memory["old"]].identities[call.token] = identity


def undo_the_relink(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.memory["old"] in call.mock._store.users:
        call.mock._store.relink(call.token, call.memory["old"])


def answer_from_before(call: Call, tree: Any) -> None:
    user = data_of(tree)["user"]
    user["identities"] = [one for one in user["identities"] if one["identity_token"] != call.token]


def name_the_old_owner(call: Call, tree: Any) -> None:
    data_of(tree)["user"]["user_token"] = call.memory["old"]


def link_to_nobody(call: Call, answer: Answer) -> None:
    if answer.status == 404 and call.token in call.mock._store.identities:
        owner = call.mock._store.identities[call.token].user_token
        call.send({"request": {"user": {"user_token": owner}}})
        answer.become(call.pass_on())


def options(call: Call) -> dict[str, Any]:
    request = call.json().get("request")
    options = request.get("synchronize") if isinstance(request, dict) else None
    return options if isinstance(options, dict) else {}


def with_option(name: str, value: bool) -> Any:
    def before(call: Call) -> None:
        if not call.body or call.json():
            call.send({"request": {"synchronize": options(call) | {name: value}}})

    return before


def ignoring(name: str, value: bool) -> Any:
    def before(call: Call) -> None:
        if options(call).get(name) is value:
            call.send({"request": {"synchronize": options(call) | {name: not value}}})

    return before


def renew_always(call: Call) -> None:
    # A token that cannot be renewed is left alone, so that only the needless renewal is to be seen.
    identity = call.mock._store.identities.get(call.token)
    if identity and identity.access_token and not identity.access_token.refresh_refused:
        with_option("force_token_update", True)(call)


def remember_the_profile(call: Call) -> None:
    identity = call.mock._store.identities.get(call.token)
    call.memory["was"] = identity and (identity, identity.profile, identity.updated)


def forget_the_new_profile(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.memory["was"]:
        identity, identity.profile, identity.updated = call.memory["was"]


def from_the_cache_after_all(call: Call, answer: Answer) -> None:
    if answer.status == 203:
        answer.become(call.again(query=""))


def as_fetched(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        tree = answer.json()
        tree["response"]["request"]["status"]["code"] = answer.status = 203
        answer.send(tree)


def freeze_the_cache(call: Call, tree: Any) -> None:
    cache = call.memory.setdefault(call.token, data_of(tree)["cache"])
    data_of(tree)["cache"] = cache


def turn_the_cache_round(call: Call, tree: Any) -> None:
    cache = data_of(tree)["cache"]
    cache["date_last_update"], cache["date_next_update"] = cache["date_next_update"], cache["date_last_update"]


def dawdle(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        call.pause(0.1)


def raise_the_dead(call: Call, answer: Answer) -> None:
    now = call.mock.clock.now()
    if call.method == "DELETE" and answer.status == 200:
        call.memory[call.token] = now
    elif answer.status == 404 and call.token in call.memory and (now - call.memory[call.token]).days >= 40:
        some = next(iter(call.mock._store.identities))
        answer.become(call.again(path=f"/identities/{some}.json"))
        answer.text(some, call.token)
