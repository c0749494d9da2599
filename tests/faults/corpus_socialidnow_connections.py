# ruff: noqa: ARG005 - every hook of a fault takes the call, needed or not
"""Social-ID NOW: reading connections."""

from faults import spoil_socialidnow as spoil
from faults.faults import (
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


FAULTS = (
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
        "a-connection-without-keys-is-forbidden",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.CODE,
        "A connection asked for without keys answers 403 forbidden.",
        (documented("1.4", "401: authentication is wrong; 403: permission"),),
        lambda ask: ask.connection(keys=None),
        after=when(401, lambda call, answer: answer.recode(403).text("unauthorized", "forbidden")),
    ),
    Fault(
        "an-unknown-connection-is-told-before-the-keys-are-checked",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.PRECEDENCE,
        "Without keys an unknown connection answers 404 and a known one 401.",
        (documented("2.1", "requires Login App authentication"), documented("1.4", "401: authentication is wrong")),
        lambda ask: ask.connection(UNKNOWN, keys=None),
        after=spoil.not_found_before_the_keys,
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
        before=spoil.all_fields,
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
        "a-user-id-is-a-string",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.SHAPE,
        "user_id is a string of digits.",
        (example("1.7", "user_id is an integer in JSON"), observed("2.2", "clients read it as a number")),
        lambda ask: ask.connection(),
        after=spoil.with_members(user_id=str),
    ),
    Fault(
        "birthdays-have-slashes",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.SHAPE,
        "profile.birthday is 1984/02/29.",
        (example("1.7", "birthday 1981-12-15"),),
        lambda ask: ask.connection(fields="birthday"),
        after=on_success(spoil.slashes),
    ),
    Fault(
        "a-login-app-reads-another-apps-connection",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.TENANCY,
        "Any Login App may read any connection.",
        (documented("1.2", "what is read under a Login App always belongs to that app"),),
        lambda ask: ask.connection(ask.world["other_connection"]["id"]),
        before=spoil.open_to_any_app,
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
        before=spoil.trust("client_secret"),
    ),
    Fault(
        "the-account-opens-connections",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.ACCESS,
        "The Account's keys open a connection.",
        (documented("2.1", "requires Login App authentication"),),
        lambda ask: ask.connection(keys=ask.account),
        before=spoil.trust_the_account,
    ),
    Fault(
        "connections-live-for-ever",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.EXPIRY,
        "A connection older than the session lifetime can still be read.",
        (documented("3.2", "connection_id lives for the app's session lifetime"),),
        lambda ask: ask.connection(ask.world["expired_connection"]["id"]),
        after=spoil.never_expire,
    ),
    Fault(
        "a-profile-comes-in-latin-1",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.ENCODING,
        "A connection with a profile is sent in bytes that are no UTF-8.",
        (observed("7", "the training-app client parses the body as JSON"), inferred("1.3", "charset=utf-8")),
        lambda ask: ask.connection(fields="display_name"),
        after=spoil.in_latin_1,
    ),
)
"""Faults of login/connections."""
