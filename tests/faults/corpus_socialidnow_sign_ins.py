"""Social-ID NOW: sign-ins, their ends, users and their tokens."""

from faults import spoil_socialidnow as spoil
from faults.faults import (
    Fault,
    Kind,
    documented,
    example,
    inferred,
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


FAULTS = (
    Fault(
        "a-closed-connection-stays-open",
        SOCIALIDNOW,
        (CLOSE,),
        Kind.STATE,
        "Closing a connection answers 200, and the connection can still be read.",
        (documented("3.2", "DELETE login/connections/:id ends a connection"),),
        lambda ask: (ask.close(ask.world["connection"]["id"]), ask.connection()),
        calls=2,
        after=spoil.never_close,
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
        after=spoil.close_all,
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
        before=spoil.remember_the_user_token,
        after=spoil.keep_the_user_token,
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
        after=spoil.reuse_the_connection,
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
        after=spoil.lose_the_login_token,
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
        after=spoil.point_elsewhere,
    ),
    Fault(
        "a-sign-in-is-merely-ok",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.CODE,
        "Signing a user in answers 200.",
        (documented("4.1", "201"),),
        lambda ask: ask.sign_in(),
        after=spoil.merely_ok,
    ),
    Fault(
        "an-app-signs-in-another-apps-user",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.TENANCY,
        "A user of another Login App is signed in by the address of this one.",
        (documented("4.1", "sign in a known user of that app; 403 among its statuses"), inferred("6.11", "403")),
        lambda ask: ask.sign_in(user=ask.world["other_user"]["id"]),
        before=spoil.any_app_will_do,
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
        after=on_success(spoil.other_login_token),
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
        before=spoil.remember_the_user_token,
        after=spoil.keep_the_user_token,
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
        before=spoil.remember_the_user_token,
        after=on_success(spoil.old_token_in_the_answer),
    ),
    Fault(
        "a-sign-in-tells-the-apps-secret",
        SOCIALIDNOW,
        (SIGN_INS,),
        Kind.SECRET,
        "The answer of a sign-in carries the API secret of the Login App.",
        (documented("4.1", "its members are connection, connection_id, login_token, user_id"),),
        lambda ask: ask.sign_in(),
        after=on_success(spoil.with_the_secret),
    ),
    Fault(
        "active-is-a-word",
        SOCIALIDNOW,
        (USER,),
        Kind.SHAPE,
        'A user is active: "true".',
        (documented("6.19", "corrected to booleans in Dec 2019"),),
        lambda ask: ask.user(),
        after=spoil.with_members(active=lambda old: str(old).lower()),
    ),
    Fault(
        "moments-lost-their-zone",
        SOCIALIDNOW,
        (USER,),
        Kind.SHAPE,
        "signed_in_at and signed_up_at have a space and no zone.",
        (example("1.7", "2013-08-08T03:32:40Z"),),
        lambda ask: ask.user(),
        after=on_success(spoil.seconds),
    ),
    Fault(
        "an-unknown-user-is-null",
        SOCIALIDNOW,
        (USER,),
        Kind.CODE,
        "An unknown user answers 200 and null.",
        (documented("1.4", "404: some resource does not exist"),),
        lambda ask: ask.user(user=999999999),
        after=spoil.null_for_nobody,
    ),
)
"""Faults of the calls that make and end what is read."""
