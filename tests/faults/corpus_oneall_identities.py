"""OneAll: identities. Reading, deleting, relinking, synchronizing, contacts and games."""

from typing import Any

from faults.corpus_oneall_envelope import (
    CONTACTS,
    DELETE,
    GAMES,
    LINK,
    LIST,
    ONEALL,
    READ,
    SYNCHRONIZE,
    UNKNOWN,
    USER,
    data_of,
)
from faults.faults import Answer, Call, Fault, Kind, documented, example, inferred, observed, on_success, when


def _fresh(ask: Any) -> str:
    return str(ask.world["fresh_identity"]["identity_token"])


def _read(ask: Any, token: str | None = None) -> Any:
    return ask.get(f"/identities/{token or _fresh(ask)}.json")


def _read_the_next(call: Call) -> None:
    tokens = list(call.mock._store.identities)
    if call.token in tokens:
        after = tokens[(tokens.index(call.token) + 1) % len(tokens)]
        call.path = f"/identities/{after}.json"


def _keep_the_deleted(call: Call) -> None:
    store = call.mock._store
    if call.method == "DELETE" and (identity := store.identities.get(call.token)):
        call.memory[call.token] = identity


def _show_the_deleted(call: Call, answer: Answer) -> None:
    store = call.mock._store
    if call.method == "GET" and call.token in call.memory and call.memory[call.token].user_token in store.users:
        store.identities[call.token] = call.memory[call.token]
        answer.become(call.pass_on())
        store.identities.pop(call.token)


def _delete_anyway(call: Call, answer: Answer) -> None:
    if answer.status == 400:
        call.again(query="confirm_deletion=true")


def _take_siblings_along(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        owner = data_of(answer.json())["identity"]["user_token"]
        for token in list(call.mock._store.users[owner].identities):
            call.again(path=f"/identities/{token}.json")


def _remember_the_owner(call: Call) -> None:
    identity = call.mock._store.identities.get(call.token)
    call.memory["old"] = identity and identity.user_token


def _stay_with_the_old_owner(call: Call, answer: Answer) -> None:
    store, identity = call.mock._store, call.mock._store.identities.get(call.token)
    if answer.status == 200 and call.memory["old"] in store.users:
        store.users[call.memory["old"]].identities[call.token] = identity


def _undo_the_relink(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.memory["old"] in call.mock._store.users:
        call.mock._store.relink(call.token, call.memory["old"])


def _answer_from_before(call: Call, tree: Any) -> None:
    user = data_of(tree)["user"]
    user["identities"] = [one for one in user["identities"] if one["identity_token"] != call.token]


def _name_the_old_owner(call: Call, tree: Any) -> None:
    data_of(tree)["user"]["user_token"] = call.memory["old"]


def _link_to_nobody(call: Call, answer: Answer) -> None:
    if answer.status == 404 and call.token in call.mock._store.identities:
        owner = call.mock._store.identities[call.token].user_token
        call.send({"request": {"user": {"user_token": owner}}})
        answer.become(call.pass_on())


def _options(call: Call) -> dict[str, Any]:
    request = call.json().get("request")
    options = request.get("synchronize") if isinstance(request, dict) else None
    return options if isinstance(options, dict) else {}


def _with_option(name: str, value: bool) -> Any:
    def before(call: Call) -> None:
        if not call.body or call.json():
            call.send({"request": {"synchronize": _options(call) | {name: value}}})

    return before


def _ignoring(name: str, value: bool) -> Any:
    def before(call: Call) -> None:
        if _options(call).get(name) is value:
            call.send({"request": {"synchronize": _options(call) | {name: not value}}})

    return before


def _renew_always(call: Call) -> None:
    # A token that cannot be renewed is left alone, so that only the needless renewal is to be seen.
    identity = call.mock._store.identities.get(call.token)
    if identity and identity.access_token and not identity.access_token.refresh_refused:
        _with_option("force_token_update", True)(call)


def _remember_the_profile(call: Call) -> None:
    identity = call.mock._store.identities.get(call.token)
    call.memory["was"] = identity and (identity, identity.profile, identity.updated)


def _forget_the_new_profile(call: Call, answer: Answer) -> None:
    if answer.status == 200 and call.memory["was"]:
        identity, identity.profile, identity.updated = call.memory["was"]


def _from_the_cache_after_all(call: Call, answer: Answer) -> None:
    if answer.status == 203:
        answer.become(call.again(query=""))


def _as_fetched(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        tree = answer.json()
        tree["response"]["request"]["status"]["code"] = answer.status = 203
        answer.send(tree)


def _freeze_the_cache(call: Call, tree: Any) -> None:
    cache = call.memory.setdefault(call.token, data_of(tree)["cache"])
    data_of(tree)["cache"] = cache


def _turn_the_cache_round(call: Call, tree: Any) -> None:
    cache = data_of(tree)["cache"]
    cache["date_last_update"], cache["date_next_update"] = cache["date_next_update"], cache["date_last_update"]


def _dawdle(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        call.pause(0.4)


def _raise_the_dead(call: Call, answer: Answer) -> None:
    now = call.mock.clock.now()
    if call.method == "DELETE" and answer.status == 200:
        call.memory[call.token] = now
    elif answer.status == 404 and call.token in call.memory and (now - call.memory[call.token]).days >= 40:
        some = next(iter(call.mock._store.identities))
        answer.become(call.again(path=f"/identities/{some}.json"))
        answer.text(some, call.token)


FAULTS = (
    Fault(
        "reading-an-identity-shows-the-next-one",
        ONEALL,
        (READ,),
        Kind.RELATION,
        "The identity that is shown is the one that was created after the one asked for.",
        (documented("2.2", "the address names the identity to read"),),
        _read,
        before=_read_the_next,
    ),
    Fault(
        "an-identity-lost-its-provider",
        ONEALL,
        (READ,),
        Kind.SHAPE,
        "Reading an identity answers without the provider.",
        (documented("5.1", "every field is optional except identity_token and provider"),),
        _read,
        after=on_success(lambda call, tree: data_of(tree)["identity"].pop("provider")),
    ),
    Fault(
        "a-synchronized-source-names-another-network",
        ONEALL,
        (SYNCHRONIZE,),
        Kind.RELATION,
        "After a synchronization the source's key is not the provider.",
        (example("5.1", "source.key is the provider"), example("3.1", "storage in both places (S2)")),
        lambda ask: ask.synchronize(_fresh(ask)),
        after=on_success(lambda call, tree: data_of(tree)["identity"]["source"].update(key="openid")),
    ),
    Fault(
        "a-deleted-identity-can-still-be-read",
        ONEALL,
        (DELETE, READ),
        Kind.STATE,
        "After a confirmed deletion the identity is still shown by its address.",
        (documented("2.3", "the identity is deleted"),),
        lambda ask: (ask.delete(f"/identities/{_fresh(ask)}.json"), _read(ask)),
        calls=2,
        before=_keep_the_deleted,
        after=_show_the_deleted,
    ),
    Fault(
        "an-unconfirmed-deletion-deletes-under-its-error",
        ONEALL,
        (DELETE,),
        Kind.STATE,
        "Without the confirmation the answer is 400, and the identity is gone all the same.",
        (documented("2.3", "without confirm_deletion=true nothing is deleted"),),
        lambda ask: (ask.delete(f"/identities/{_fresh(ask)}.json", confirmed=False), _read(ask)),
        calls=2,
        after=_delete_anyway,
    ),
    Fault(
        "a-deletion-needs-no-confirmation",
        ONEALL,
        (DELETE,),
        Kind.LOST,
        "An identity is deleted, and said to be, without confirm_deletion.",
        (documented("2.3", "confirm_deletion=true is mandatory"),),
        lambda ask: ask.delete(f"/identities/{_fresh(ask)}.json", confirmed=False),
        before=lambda call: call.ask(confirm_deletion="true"),
    ),
    Fault(
        "deleting-an-identity-takes-its-siblings-along",
        ONEALL,
        (DELETE,),
        Kind.STATE,
        "Deleting one identity deletes every identity of its user.",
        (documented("2.3", "the operation deletes the identity of that token"),),
        lambda ask: (
            ask.delete(f"/identities/{_fresh(ask)}.json"),
            _read(ask, ask.world["expired_identity"]["identity_token"]),
        ),
        calls=2,
        after=_take_siblings_along,
    ),
    Fault(
        "a-relinked-identity-stays-with-both-users",
        ONEALL,
        (LINK,),
        Kind.STATE,
        "After a relink the old owner still has the identity in its list.",
        (documented("2", "an identity always belongs to exactly one user"),),
        lambda ask: (
            ask.relink(_fresh(ask), ask.world["user"]["user_token"]),
            ask.get(f"/users/{ask.world['social_user']['user_token']}.json"),
        ),
        calls=2,
        before=_remember_the_owner,
        after=_stay_with_the_old_owner,
    ),
    Fault(
        "a-relink-is-not-kept",
        ONEALL,
        (LINK,),
        Kind.STATE,
        "The relink is answered as done, and the identity still belongs to its old owner.",
        (documented("2.4", "the user_token sent is the new owner"),),
        lambda ask: (ask.relink(_fresh(ask), ask.world["user"]["user_token"]), _read(ask)),
        calls=2,
        before=_remember_the_owner,
        after=_undo_the_relink,
    ),
    Fault(
        "a-relink-lists-the-identities-from-before",
        ONEALL,
        (LINK,),
        Kind.RELATION,
        "The list in the answer of a relink lacks the identity that was linked.",
        (documented("2.4", "an updated list of the user's identities"), observed("2.4", "the MyBB plugin reads it")),
        lambda ask: ask.relink(_fresh(ask), ask.world["user"]["user_token"]),
        after=on_success(_answer_from_before),
    ),
    Fault(
        "a-relink-names-the-old-owner",
        ONEALL,
        (LINK,),
        Kind.RELATION,
        "The answer of a relink carries the token of the user who lost the identity.",
        (documented("2.4", "the list is of the user who was named"), inferred("2.4", "shape of data.user")),
        lambda ask: ask.relink(_fresh(ask), ask.world["user"]["user_token"]),
        before=_remember_the_owner,
        after=on_success(_name_the_old_owner),
    ),
    Fault(
        "a-relink-fails-inside-its-success",
        ONEALL,
        (LINK,),
        Kind.ENVELOPE,
        "The inner status of a successful relink has the flag error.",
        (documented("2.4", "result.status is success, 200"),),
        lambda ask: ask.relink(_fresh(ask), ask.world["user"]["user_token"]),
        after=on_success(lambda call, tree: tree["response"]["result"]["status"].update(flag="error")),
    ),
    Fault(
        "an-identity-may-be-linked-to-nobody",
        ONEALL,
        (LINK,),
        Kind.CODE,
        "A relink to a user who does not exist is answered with 200 and changes nothing.",
        (documented("1.5", "404: no such resource"), inferred("2.4", "404 for an unknown user")),
        lambda ask: ask.relink(_fresh(ask), UNKNOWN),
        after=_link_to_nobody,
    ),
    Fault(
        "a-synchronization-renames-the-identity",
        ONEALL,
        (SYNCHRONIZE,),
        Kind.RELATION,
        "The synchronized identity comes back under another identity_token.",
        (documented("2.5", "the identity_token remains unchanged in any case"),),
        lambda ask: ask.synchronize(_fresh(ask)),
        after=on_success(lambda call, tree: data_of(tree)["identity"].update(identity_token=UNKNOWN)),
    ),
    Fault(
        "a-synchronization-is-only-accepted",
        ONEALL,
        (SYNCHRONIZE,),
        Kind.CODE,
        "A successful synchronization answers 202, outside and inside.",
        (documented("2.5", "HTTP status code 200 on success"),),
        lambda ask: ask.synchronize(_fresh(ask)),
        after=when(
            200,
            lambda call, answer: (setattr(answer, "status", 202), answer.text('"code":200', '"code":202')),
        ),
    ),
    Fault(
        "user-data-is-updated-although-refused",
        ONEALL,
        (SYNCHRONIZE,),
        Kind.LOST,
        "update_user_data=false is ignored: the profile is brought up to date.",
        (documented("2.5", "false updates only the access token"),),
        lambda ask: (_read(ask), ask.synchronize(_fresh(ask), update_user_data=False)),
        calls=2,
        before=_ignoring("update_user_data", False),
    ),
    Fault(
        "a-synchronized-profile-is-not-kept",
        ONEALL,
        (SYNCHRONIZE,),
        Kind.STATE,
        "The answer shows the new profile; the next read shows the old one again.",
        (documented("2.5", "the identity is updated accordingly"),),
        lambda ask: (ask.synchronize(_fresh(ask)), _read(ask)),
        calls=2,
        before=_remember_the_profile,
        after=_forget_the_new_profile,
    ),
    Fault(
        "a-forced-token-update-is-ignored",
        ONEALL,
        (SYNCHRONIZE,),
        Kind.LOST,
        "force_token_update=true leaves an access token that has not expired as it was.",
        (documented("2.5", "true enforces the update even if not expired"),),
        lambda ask: (_read(ask), ask.synchronize(_fresh(ask), force_token_update=True)),
        calls=2,
        before=_ignoring("force_token_update", True),
    ),
    Fault(
        "every-synchronization-renews-the-access-token",
        ONEALL,
        (SYNCHRONIZE,),
        Kind.STATE,
        "The access token is replaced although it is good and nobody forced it.",
        (documented("2.5", "per default refreshed only in case it is expired"),),
        lambda ask: (_read(ask), ask.synchronize(_fresh(ask))),
        calls=2,
        before=_renew_always,
    ),
    Fault(
        "cached-contacts-claim-to-be-fetched",
        ONEALL,
        (CONTACTS,),
        Kind.CODE,
        "Contacts from the cache answer 203, and the cache node says that it was used.",
        (observed("2.6", "200 is served from cache, 203 fetched (C-EX)"),),
        lambda ask: ask.get(f"/identities/{_fresh(ask)}/contacts.json"),
        after=_as_fetched,
    ),
    Fault(
        "the-contact-cache-cannot-be-disabled",
        ONEALL,
        (CONTACTS,),
        Kind.LOST,
        "disable_cache=true still answers from the cache, with 200.",
        (observed("2.6", "203: fetched from the network and cache updated (C-EX)"),),
        lambda ask: ask.get(f"/identities/{_fresh(ask)}/contacts.json?disable_cache=true"),
        after=_from_the_cache_after_all,
    ),
    Fault(
        "the-contact-cache-is-never-refreshed",
        ONEALL,
        (CONTACTS,),
        Kind.EXPIRY,
        "Two days later the contacts still come from the same cache.",
        (documented("2.6", "cached, refreshed once a day"),),
        lambda ask: (
            ask.get(f"/identities/{_fresh(ask)}/contacts.json"),
            ask.wait(2 * 86400),
            ask.get(f"/identities/{_fresh(ask)}/contacts.json"),
        ),
        calls=2,
        after=on_success(_freeze_the_cache),
    ),
    Fault(
        "the-contact-cache-runs-backwards",
        ONEALL,
        (CONTACTS,),
        Kind.RELATION,
        "The next update of the cache is a day before the last one.",
        (documented("2.6", "refreshed once a day: last, then next"),),
        lambda ask: ask.get(f"/identities/{_fresh(ask)}/contacts.json"),
        after=on_success(_turn_the_cache_round),
    ),
    Fault(
        "steam-games-lost-their-cache-node",
        ONEALL,
        (GAMES,),
        Kind.SHAPE,
        "The games come without the cache node.",
        (documented("2.7", "result.data.cache and result.data.steam_games"),),
        lambda ask: ask.get(f"/identities/{ask.world['steam_identity']['identity_token']}/steam/games.json"),
        after=on_success(lambda call, tree: data_of(tree).pop("cache")),
    ),
    Fault(
        "cached-contacts-are-as-slow-as-the-network",
        ONEALL,
        (CONTACTS,),
        Kind.SLOW,
        "Contacts from the cache take as long as if the network had been asked.",
        (documented("2.6", "contacts are cached and refreshed once a day"),),
        lambda ask: ask.get(f"/identities/{_fresh(ask)}/contacts.json"),
        after=_dawdle,
        unexpectable="No page promises a time, and what is slow is decided by the tester alone.",
    ),
    Fault(
        "a-deleted-identity-returns-after-forty-days",
        ONEALL,
        (DELETE, READ),
        Kind.EXPIRY,
        "Forty days after a deletion the address of the identity answers again, with somebody else's data.",
        (documented("2.3", "the identity is deleted"),),
        lambda ask: (ask.delete(f"/identities/{_fresh(ask)}.json"), ask.wait(41 * 86400), _read(ask)),
        calls=2,
        after=_raise_the_dead,
        unexpectable="No page names a time after which to look again.",
    ),
)
"""Faults of the Identity API."""
