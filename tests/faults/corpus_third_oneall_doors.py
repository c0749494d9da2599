# ruff: noqa: ARG005 - every hook of a fault takes the call, needed or not
"""OneAll, third batch: what opens a door although it is no key, and what finds a user although it is not theirs."""

from typing import Any

from faults import spoil_third_oneall as spoil
from faults.corpus_oneall_envelope import LIST, LOOKUP, ONEALL, READ, SYNCHRONIZE, USERS
from faults.faults import EVERY, Fault, Kind, documented, example, inferred, observed

_MATCHES_ALL = documented("3.5", "several fields: only the record that matches all of those given")
_VALIDATES = documented("3.5", "a lookup validates the credentials of a user")
_KEYS = documented("1.2", "HTTP Basic: the public key is the user name, the private key the password")
_REFUSED = documented("1.2", "missing or wrong credentials: 401")


def _with_password(ask: Any, change: Any) -> Any:
    """The user's login with what ``change`` makes of the right password."""
    user = ask.world["user"]
    return ask.look_up(login=user["login"], password=change(user["password"]))


def _with_keys(ask: Any, change: Any) -> Any:
    """The list of identities under what ``change`` makes of user name and password."""
    keys = ask.world["site"]["keys"]
    username, password = change(keys["username"], keys["password"])
    return ask("GET", "/identities.json", keys={"username": username, "password": password})


def _as_bearer(ask: Any) -> Any:
    key = ask.world["site"]["keys"]["password"]
    return ask.send("GET", "/users.json", headers={"Authorization": f"Bearer {key}"})


def _as_stored_user(ask: Any) -> Any:
    user = ask.world["user"]
    keys = {"username": user["login"], "password": user["password"]}
    return ask("POST", "/storage/users/user/lookup.json", {"user": {"login": user["login"]}}, keys)


FAULTS = (
    Fault(
        "a-stored-password-is-right-by-its-beginning",
        ONEALL,
        (LOOKUP,),
        Kind.ACCESS,
        "The first eight characters of a user's password are enough.",
        (_VALIDATES, _MATCHES_ALL),
        lambda ask: _with_password(ask, lambda right: right[:-1]),
        after=spoil.open_with(spoil.begins),
        expects="breach",
    ),
    Fault(
        "a-stored-password-may-have-more-behind-it",
        ONEALL,
        (LOOKUP,),
        Kind.ACCESS,
        "What stands behind a user's right password is not compared.",
        (_VALIDATES, _MATCHES_ALL),
        lambda ask: _with_password(ask, lambda right: right + "x"),
        after=spoil.open_with(spoil.goes_on),
        expects="breach",
    ),
    Fault(
        "a-stored-password-is-compared-without-case",
        ONEALL,
        (LOOKUP,),
        Kind.ACCESS,
        "A user's password may be written in capitals.",
        (_VALIDATES, _MATCHES_ALL),
        lambda ask: _with_password(ask, str.swapcase),
        after=spoil.open_with(spoil.in_any_case),
        expects="breach",
    ),
    Fault(
        "an-empty-password-counts-as-not-sent",
        ONEALL,
        (LOOKUP,),
        Kind.ACCESS,
        "A user is found with an empty password, as if none had been sent.",
        (_VALIDATES, _MATCHES_ALL),
        lambda ask: _with_password(ask, lambda _right: ""),
        after=spoil.open_with(spoil.is_empty),
        expects="breach",
    ),
    Fault(
        "a-password-of-spaces-counts-as-not-sent",
        ONEALL,
        (LOOKUP,),
        Kind.ACCESS,
        "A user is found with a password of nothing but spaces.",
        (_VALIDATES, _MATCHES_ALL),
        lambda ask: _with_password(ask, lambda _right: "  "),
        after=spoil.open_with(spoil.is_blank),
        expects="breach",
    ),
    Fault(
        "another-users-password-opens-too",
        ONEALL,
        (LOOKUP,),
        Kind.ACCESS,
        "The password of any stored user of the site is right for every one of them.",
        (documented("3.5", "only the record that matches all given fields: #password# is the user's password"),),
        lambda ask: _with_password(ask, lambda _right: ask.world["other"]["password"]),
        after=spoil.open_with(spoil.is_anybodys_password),
        expects="breach",
    ),
    Fault(
        "an-empty-login-counts-as-not-sent",
        ONEALL,
        (LOOKUP,),
        Kind.LOST,
        "An empty login beside an externalid or a user_token is not compared.",
        (_MATCHES_ALL, inferred("3.5", "whether an empty value is a given one is not said")),
        lambda ask: ask.look_up(user_token=ask.world["user"]["user_token"], login=""),
        before=spoil.drop_an_empty_login,
        expects="surprise",
    ),
    Fault(
        "a-login-is-found-in-capitals",
        ONEALL,
        (LOOKUP,),
        Kind.RELATION,
        "The case of a login is not compared.",
        (_MATCHES_ALL, inferred("3.5", "nothing is said of case")),
        lambda ask: ask.look_up(login=ask.world["user"]["login"].upper()),
        before=spoil.find_with("login", spoil.in_any_case),
        expects="surprise",
    ),
    Fault(
        "a-login-is-found-by-its-beginning",
        ONEALL,
        (LOOKUP,),
        Kind.RELATION,
        "The first eight letters of a login are enough to find its user.",
        (_MATCHES_ALL, documented("3.1", "a login is unique if it is given")),
        lambda ask: ask.look_up(login=ask.world["user"]["login"][:-1]),
        before=spoil.find_with("login", spoil.begins),
        expects="breach",
    ),
    Fault(
        "an-externalid-is-compared-as-a-number",
        ONEALL,
        (LOOKUP,),
        Kind.RELATION,
        "An externalid with a zero before it finds the user who has it without one.",
        (_MATCHES_ALL, example("3.1", "S2 shows the externalid as an integer, so that a number may be meant")),
        lambda ask: ask.look_up(externalid=f"0{ask.world['user']['externalid']}"),
        before=spoil.find_with("externalid", spoil.is_the_same_number),
        expects="surprise",
    ),
    Fault(
        "an-identity-token-passes-for-a-user-token",
        ONEALL,
        (LOOKUP,),
        Kind.RELATION,
        "In the place of a user_token the token of an identity finds its user.",
        (documented("3.5", "#user_token# is a OneAll user_token"), _MATCHES_ALL),
        lambda ask: ask.look_up(user_token=ask.world["user"]["identity_token"]),
        before=spoil.find_by_identity_token,
        expects="breach",
    ),
    Fault(
        "a-lookup-without-criteria-finds-the-first-user",
        ONEALL,
        (LOOKUP,),
        Kind.TENANCY,
        "A lookup that names no criterion answers with the first stored user of the site.",
        (documented("3.5", "at least one of the lookup fields must be specified"),),
        lambda ask: ask.look_up(),
        after=spoil.find_the_first,
        expects="breach",
    ),
    Fault(
        "a-third-criterion-is-not-compared",
        ONEALL,
        (LOOKUP,),
        Kind.LOST,
        "Of user_token, externalid and login together, the externalid is not compared.",
        (_MATCHES_ALL,),
        lambda ask: ask.look_up(
            user_token=ask.world["user"]["user_token"],
            login=ask.world["user"]["login"],
            externalid=ask.world["other"]["externalid"],
        ),
        before=spoil.forget_the_third_criterion,
        expects="breach",
    ),
    Fault(
        "a-failed-lookup-shows-whom-it-nearly-found",
        ONEALL,
        (LOOKUP,),
        Kind.SECRET,
        "The 404 of a lookup carries, as its result, a user who has one of the criteria.",
        (example("3.5", "the failed lookup has no result"), example("1.4", "nor has any other error that is shown")),
        lambda ask: ask.look_up(login=ask.world["user"]["login"], externalid=ask.world["other"]["externalid"]),
        after=spoil.show_the_near_miss,
        expects="surprise",
    ),
    Fault(
        "the-keys-may-change-places",
        ONEALL,
        EVERY,
        Kind.ACCESS,
        "The private key as user name with the public key as password opens everything.",
        (_KEYS, _REFUSED),
        lambda ask: _with_keys(ask, lambda public, private: (private, public)),
        before=spoil.let_in(lambda username, password, public, private: (username, password) == (private, public)),
        expects="breach",
    ),
    Fault(
        "the-public-key-is-good-twice",
        ONEALL,
        EVERY,
        Kind.ACCESS,
        "The public key, which is no secret, is right as the password too.",
        (_KEYS, _REFUSED),
        lambda ask: _with_keys(ask, lambda public, _private: (public, public)),
        before=spoil.let_in(lambda username, password, public, private: username == password == public),
        expects="breach",
    ),
    Fault(
        "an-empty-private-key-opens",
        ONEALL,
        (LIST, READ, SYNCHRONIZE),
        Kind.ACCESS,
        "With the public key and an empty password the identities can be read and synchronized.",
        (_KEYS, _REFUSED),
        lambda ask: _with_keys(ask, lambda public, _private: (public, "")),
        before=spoil.let_in(lambda username, password, public, private: username == public and not password),
        expects="breach",
    ),
    Fault(
        "a-private-key-is-right-by-its-beginning",
        ONEALL,
        EVERY,
        Kind.ACCESS,
        "The first group of the private key is enough.",
        (_KEYS, _REFUSED),
        lambda ask: _with_keys(ask, lambda public, private: (public, private[:-1])),
        before=spoil.let_in(
            lambda username, password, public, private: (
                username == public and len(password) >= 8 and private.startswith(password)
            )
        ),
        expects="breach",
    ),
    Fault(
        "keys-are-compared-without-case",
        ONEALL,
        EVERY,
        Kind.ACCESS,
        "The private key may be written in capitals.",
        (_KEYS, _REFUSED, inferred("1.2", "nothing is said of case, and a UUID has none")),
        lambda ask: _with_keys(ask, lambda public, private: (public, private.upper())),
        before=spoil.let_in(
            lambda username, password, public, private: username == public and password.lower() == private
        ),
        expects="surprise",
    ),
    Fault(
        "the-private-key-opens-as-a-bearer-token",
        ONEALL,
        (USERS, LIST),
        Kind.ACCESS,
        "The private key alone, as a bearer token, opens the lists.",
        (_KEYS, observed("1.2", "other schemes belong to other endpoints")),
        _as_bearer,
        before=spoil.bearer,
        expects="breach",
    ),
    Fault(
        "a-stored-users-password-opens-the-storage",
        ONEALL,
        (LOOKUP,),
        Kind.ACCESS,
        "A stored user's login and password open the lookup in the place of the site's keys.",
        (_KEYS, _REFUSED),
        _as_stored_user,
        before=spoil.trust_a_stored_user,
        expects="breach",
    ),
    Fault(
        "a-lookup-reads-its-body-before-the-keys",
        ONEALL,
        (LOOKUP,),
        Kind.PRECEDENCE,
        "A lookup without keys and without criteria answers 400.",
        (_REFUSED,),
        lambda ask: ask("POST", "/storage/users/user/lookup.json", {"user": {}}, keys=None),
        after=spoil.read_the_body_first,
        expects="breach",
    ),
)
"""Faults of keys, passwords and criteria."""
