# ruff: noqa: ARG005 - every hook of a fault takes the call, needed or not
"""OneAll: looking up stored users."""

from typing import Any

from faults import spoil_oneall_storage as spoil
from faults.corpus_oneall_envelope import LOOKUP, ONEALL, data_of
from faults.faults import Fault, Kind, documented, example, inferred, observed, on_success

_EMAILS = [{"value": "new@mail.example", "is_verified": True}]


def _ours(ask: Any, *names: str) -> dict[str, Any]:
    return {name: ask.world["user"][name] for name in names}


def _token(ask: Any) -> str:
    return str(ask.world["user"]["user_token"])


def _find(ask: Any) -> Any:
    return ask.look_up(user_token=_token(ask))


FAULTS = (
    Fault(
        "a-lookup-is-content-with-any-criterion",
        ONEALL,
        (LOOKUP,),
        Kind.RELATION,
        "With two criteria, a user who has only one of them is found.",
        (documented("3.5", "several fields: only the user that matches all"),),
        lambda ask: ask.look_up(**_ours(ask, "login"), externalid=ask.world["other"]["externalid"]),
        after=spoil.match_any,
    ),
    Fault(
        "a-lookup-ignores-the-login-beside-another-criterion",
        ONEALL,
        (LOOKUP,),
        Kind.LOST,
        "The login is not compared once an externalid or a user_token was sent.",
        (documented("3.5", "several fields: only the user that matches all"),),
        lambda ask: ask.look_up(**_ours(ask, "externalid"), login="nobody"),
        before=spoil.drop_from_lookup("login"),
    ),
    Fault(
        "a-lookup-ignores-the-password",
        ONEALL,
        (LOOKUP,),
        Kind.ACCESS,
        "A user is found whatever password is sent.",
        (documented("3.5", "validates the credentials of a user"), observed("3.5", "401 on a wrong password")),
        lambda ask: ask.look_up(**_ours(ask, "login"), password="not-the-password"),
        before=spoil.drop_from_lookup("password"),
    ),
    Fault(
        "a-wrong-password-is-forbidden",
        ONEALL,
        (LOOKUP,),
        Kind.CODE,
        "A wrong password answers 403.",
        (observed("3.5", "clients expect 401 (C-EX, C-WP, C-MAG)"), documented("3.5", "the page allows only 404")),
        lambda ask: ask.look_up(**_ours(ask, "login"), password="not-the-password"),
        after=spoil.other_code(401, 403),
    ),
    Fault(
        "a-lookup-of-nobody-is-a-bad-request",
        ONEALL,
        (LOOKUP,),
        Kind.CODE,
        "A lookup that finds nobody answers 400.",
        (example("3.5", "S2's failed lookup is a 404"),),
        lambda ask: ask.look_up(login="nobody"),
        after=spoil.other_code(404, 400),
    ),
    Fault(
        "an-integer-externalid-finds-nobody",
        ONEALL,
        (LOOKUP,),
        Kind.LOST,
        "An externalid sent as a JSON integer matches no user.",
        (observed("3.5", "C-EX sends integers"), example("3.1", "S2 shows the externalid as an integer")),
        lambda ask: ask.look_up(**_ours(ask, "externalid")),
        before=spoil.miss_integers,
    ),
    Fault(
        "a-found-user-has-another-login",
        ONEALL,
        (LOOKUP,),
        Kind.RELATION,
        "The login in the answer of a lookup is not the one that was looked for.",
        (documented("3.5", "the user that matches the given fields is returned"),),
        lambda ask: ask.look_up(**_ours(ask, "login")),
        after=on_success(spoil.shown_login),
    ),
    Fault(
        "a-found-user-has-the-id-of-another",
        ONEALL,
        (LOOKUP,),
        Kind.RELATION,
        "identity.id does not end in the user's externalid.",
        (example("3.1", "identity.id is /external/<externalid>"),),
        _find,
        after=on_success(lambda call, tree: data_of(tree)["user"]["identity"].update(id="/external/1")),
    ),
    Fault(
        "a-found-user-shows-a-digest-of-the-password",
        ONEALL,
        (LOOKUP,),
        Kind.SECRET,
        "The answer of a lookup has a member password with an unsalted digest.",
        (example("3.1", "S2 shows no password"), inferred("3.1", "password never returned")),
        _find,
        after=on_success(spoil.show_a_digest),
    ),
    Fault(
        "an-externalid-is-found-by-its-beginning",
        ONEALL,
        (LOOKUP,),
        Kind.RELATION,
        "The first letters of an externalid are enough to find its user.",
        (documented("3.5", "the user that matches the given fields is returned"),),
        lambda ask: ask.look_up(externalid=str(ask.world["user"]["externalid"])[:5]),
        before=spoil.match_a_prefix,
        unexpectable="Only a tester who thinks of prefixes sends one; random values never are.",
    ),
    Fault(
        "one-magic-externalid-is-never-found",
        ONEALL,
        (LOOKUP,),
        Kind.STATE,
        "The user with the externalid 100000042 exists and cannot be looked up.",
        (documented("3.5", "a user is found by externalid"),),
        lambda ask: (ask.create(externalid="100000042"), ask.look_up(externalid="100000042")),
        calls=2,
        before=spoil.miss_the_magic_number,
        unexpectable="Nothing distinguishes this value from any other.",
    ),
)
"""Faults of the lookup."""
