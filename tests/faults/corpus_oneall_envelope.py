# ruff: noqa: ARG001, ARG005 - every hook of a fault takes the call, needed or not
"""OneAll: what every operation shares. Envelope, codes, texts, keys, dates and the bytes themselves."""

import base64
from typing import Any

from faults.faults import (
    EVERY,
    Answer,
    Call,
    Fault,
    Kind,
    documented,
    example,
    inferred,
    observed,
    on_errors,
    on_json,
    on_success,
    when,
)

ONEALL = "oneall"
LIST = "GET /identities.json"
READ = "GET /identities/{t}.json"
DELETE = "DELETE /identities/{t}.json"
LINK = "PUT /identities/{t}/link.json"
SYNCHRONIZE = "PUT /identities/{t}/synchronize.json"
CONTACTS = "GET /identities/{t}/contacts.json"
GAMES = "GET /identities/{t}/steam/games.json"
USERS = "GET /users.json"
USER = "GET /users/{t}.json"
REMOVE = "DELETE /users/{t}.json"
CREATE = "POST /storage/users.json"
UPDATE = "PUT /storage/users/{t}.json"
STORE = "PUT /storage/users/user/synchronize.json"
LOOKUP = "POST /storage/users/user/lookup.json"

UNKNOWN = "00000000-0000-4000-8000-000000000000"
"""A token of the right form that nothing has."""


def status_of(tree: Any) -> Any:
    """The envelope's own status."""
    return tree["response"]["request"]["status"]


def data_of(tree: Any) -> Any:
    """What the operation answers."""
    return tree["response"]["result"]["data"]


def keys_of(call: Call) -> str:
    """The header with the right keys."""
    keys = call.mock.world()["site"]["keys"]
    return "Basic " + base64.b64encode(f"{keys['username']}:{keys['password']}".encode()).decode()


def _trust_the_public_key(call: Call) -> None:
    try:
        given = base64.b64decode(call.authorization.partition(" ")[2]).decode()
    except ValueError:
        return
    if given.partition(":")[0] == call.mock.world()["site"]["keys"]["username"]:
        call.authorization = keys_of(call)


def _forbid(call: Call, answer: Answer) -> None:
    if answer.status == 401:
        tree = answer.json()
        status_of(tree)["code"] = answer.status = 403
        answer.send(tree)


def _hide_the_error(call: Call, answer: Answer) -> None:
    if answer.status == 404:
        answer.status = 200


def _look_before_checking(call: Call, answer: Answer) -> None:
    if answer.status == 401 and call.token not in call.mock._store.identities:
        call.authorization = keys_of(call)
        answer.become(call.pass_on())


def _as_page(call: Call, answer: Answer) -> None:
    answer.body = b"<!doctype html><title>404</title><h1>Not Found</h1>"
    answer.headers["Content-Type"] = "text/html"


def _in_latin_1(call: Call, answer: Answer) -> None:
    answer.body = answer.body.decode().encode("latin-1", "replace")


def _cut_short(call: Call, answer: Answer) -> None:
    answer.body = answer.body[:1024]


FAULTS = (
    Fault(
        "every-error-is-flagged-a-success",
        ONEALL,
        EVERY,
        Kind.ENVELOPE,
        "The envelope of every error carries the flag success.",
        (documented("1.2", "a 401 carries flag error"), example("1.4", "S2's 404 carries flag error")),
        lambda ask: ask("GET", "/users.json", keys=None),
        after=on_errors(lambda call, tree: status_of(tree).update(flag="success")),
    ),
    Fault(
        "the-user-list-is-flagged-multistatus",
        ONEALL,
        (USERS,),
        Kind.ENVELOPE,
        "A complete list of users says flag multistatus beside code 200.",
        (documented("1.4", "multistatus belongs to 207, a partial answer"),),
        lambda ask: ask.get("/users.json"),
        after=on_success(lambda call, tree: status_of(tree).update(flag="multistatus")),
    ),
    Fault(
        "the-code-inside-stays-200-when-a-relink-fails",
        ONEALL,
        (LINK,),
        Kind.ENVELOPE,
        "A refused relink has the right HTTP status and the code 200 in its envelope.",
        (documented("1.4", "code equals the HTTP status"),),
        lambda ask: ask.relink(UNKNOWN, ask.world["user"]["user_token"]),
        after=on_errors(lambda call, tree: status_of(tree).update(code=200)),
    ),
    Fault(
        "the-code-of-an-identity-is-a-string",
        ONEALL,
        (READ,),
        Kind.SHAPE,
        "Reading an identity answers with the code as a string of digits.",
        (example("1.4", "code is an integer in every example"), observed("1.4", "the Android SDK reads an integer")),
        lambda ask: ask.get(f"/identities/{ask.world['fresh_identity']['identity_token']}.json"),
        after=on_json(lambda call, tree: status_of(tree).update(code=str(status_of(tree)["code"]))),
    ),
    Fault(
        "an-unknown-identity-answers-http-200-around-its-error",
        ONEALL,
        (READ,),
        Kind.ENVELOPE,
        "Reading an unknown identity answers HTTP 200; only the envelope says 404.",
        (documented("1.5", "404: no such resource"), observed("1.5", "I-404 is a real 404")),
        lambda ask: ask.get(f"/identities/{UNKNOWN}.json"),
        after=_hide_the_error,
    ),
    Fault(
        "deleting-a-user-echoes-no-query",
        ONEALL,
        (REMOVE,),
        Kind.ENVELOPE,
        "The resource in the envelope of a deletion lacks the query string.",
        (example("1.4", "…json?confirm_deletion=true is echoed (V-UDEL)"),),
        lambda ask: ask.delete(f"/users/{ask.world['social_user']['user_token']}.json"),
        after=on_json(lambda call, tree: tree["response"]["request"].update(resource=call.path)),
    ),
    Fault(
        "contacts-name-another-resource",
        ONEALL,
        (CONTACTS,),
        Kind.RELATION,
        "The resource in the envelope of contacts is the address of the identity itself.",
        (example("1.4", "resource is the path of the request"),),
        lambda ask: ask.get(f"/identities/{ask.world['fresh_identity']['identity_token']}/contacts.json"),
        after=on_json(lambda call, tree: tree["response"]["request"].update(resource=f"/identities/{call.token}.json")),
    ),
    Fault(
        "a-401-carries-an-empty-result",
        ONEALL,
        EVERY,
        Kind.ENVELOPE,
        "A request without keys gets the error envelope and an empty result in it.",
        (documented("1.2", "no result in a 401"), observed("1.4", "the npm client crashes on a result without data")),
        lambda ask: ask("GET", "/identities.json", keys=None),
        after=when(401, on_json(lambda call, tree: tree["response"].update(result={}))),
    ),
    Fault(
        "the-401-text-loses-its-link",
        ONEALL,
        EVERY,
        Kind.TEXT,
        "The sentence of a 401 ends before the address of the documentation.",
        (example("1.5", "the literal of the 401 (V-RESP)"),),
        lambda ask: ask("GET", "/identities.json", keys=None),
        after=when(401, lambda call, answer: answer.text(": http://docs.oneall.com/api/basic/authentication/", "")),
    ),
    Fault(
        "any-private-key-opens",
        ONEALL,
        EVERY,
        Kind.ACCESS,
        "Only the public key is compared; any password goes with it.",
        (documented("1.2", "wrong credentials: 401"),),
        lambda ask: ask(
            "GET", "/users.json", keys={"username": ask.world["site"]["keys"]["username"], "password": UNKNOWN}
        ),
        before=_trust_the_public_key,
    ),
    Fault(
        "the-user-list-needs-no-keys",
        ONEALL,
        (USERS,),
        Kind.ACCESS,
        "The list of users is open to everybody.",
        (documented("1.2", "missing credentials: 401"),),
        lambda ask: ask("GET", "/users.json", keys=None),
        before=lambda call: setattr(call, "authorization", keys_of(call)),
    ),
    Fault(
        "lost-keys-are-forbidden",
        ONEALL,
        (LOOKUP, CREATE),
        Kind.CODE,
        "The Cloud Storage answers 403 where the keys are wrong.",
        (documented("1.2", "missing or wrong credentials: 401"),),
        lambda ask: ask("POST", "/storage/users/user/lookup.json", {"user": {"login": "nobody"}}, keys=None),
        after=_forbid,
    ),
    Fault(
        "an-unknown-identity-is-told-before-the-keys-are-checked",
        ONEALL,
        (READ,),
        Kind.PRECEDENCE,
        "Without keys, an unknown identity answers 404 and a known one 401, so anybody may ask which exist.",
        (documented("1.2", "missing credentials: 401"), inferred("7.16", "keys are checked first")),
        lambda ask: ask("GET", f"/identities/{UNKNOWN}.json", keys=None),
        after=_look_before_checking,
    ),
    Fault(
        "a-failed-lookup-words-it-differently",
        ONEALL,
        (LOOKUP,),
        Kind.TEXT,
        "The 404 of a lookup says that no user matches.",
        (example("3.5", "the literal of the 404 (S2)"),),
        lambda ask: ask.look_up(login="nobody"),
        after=when(404, lambda call, answer: answer.text("corresponding to your lookup", "matching your search")),
    ),
    Fault(
        "a-storage-update-words-its-success-differently",
        ONEALL,
        (UPDATE,),
        Kind.TEXT,
        "The standard sentence of success ends in a full stop.",
        (example("1.4", "the standard success info"),),
        lambda ask: ask.update(ask.world["user"]["user_token"]),
        after=on_success(
            lambda call, tree: status_of(tree).update(info="Your request has been processed successfully.")
        ),
    ),
    Fault(
        "the-date-of-a-user-request-is-iso-8601",
        ONEALL,
        (USER,),
        Kind.SHAPE,
        "The envelope of a user carries an ISO 8601 date.",
        (documented("1.6", "dates are in PHP's r format"), observed("1.6", "the iOS SDK parses that format")),
        lambda ask: ask.get(f"/users/{ask.world['user']['user_token']}.json"),
        after=on_json(lambda call, tree: tree["response"]["request"].update(date="2026-03-14T10:26:53+01:00")),
    ),
    Fault(
        "a-failed-lookup-answers-a-page",
        ONEALL,
        (LOOKUP,),
        Kind.SHAPE,
        "The 404 of a lookup is an HTML page.",
        (example("3.5", "S2's 404 is an envelope"), observed("1.4", "the npm client needs JSON always")),
        lambda ask: ask.look_up(login="nobody"),
        after=when(404, _as_page),
    ),
    Fault(
        "created-users-come-back-in-latin-1",
        ONEALL,
        (CREATE,),
        Kind.ENCODING,
        "A profile with letters beyond ASCII comes back in bytes that are no UTF-8.",
        (observed("1.4", "clients parse every body as JSON"), documented("3.2", "the identity is kept as sent")),
        lambda ask: ask.create(login="zoe@login.example", identity={"displayName": "Zoë Çelik"}),
        after=_in_latin_1,
    ),
    Fault(
        "a-long-answer-is-cut",
        ONEALL,
        (LIST, USERS),
        Kind.ENCODING,
        "A list longer than a kilobyte stops in the middle of its JSON.",
        (observed("1.4", "clients parse every body as JSON"),),
        lambda ask: ask.get("/identities.json"),
        after=_cut_short,
    ),
)
"""Faults of the frame around every answer."""
