"""ESWS, third batch: what the functions return, what the WSDL says, and what the pages do."""

from typing import Any

from faults import spoil_third_esws as spoil
from faults.corpus_esws_wire import ESWS, SET_QR, SYNC_TOKEN, TOTAL_TOKEN, WSDL
from faults.faults import Fault, Kind, documented, example, inferred
from faults.soap_answers import instead, replaced
from faults.spoil_esws import ONE_PAGE

SYNC_PAGE = "GET /users/synchronise"
START = "POST /users/synchronise"


def _token(ask: Any, **changes: str) -> str:
    return str(ask("getSyncToken", **changes).returned)


def _press(ask: Any) -> Any:
    """Press the button of the page without a location."""
    cookie = ask.page(_token(ask)).headers.get("Set-Cookie", "").partition(";")[0]
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    return ask.send("POST", "/users/synchronise", f"location={ask.world['location']['id']}".encode(), headers)


FAULTS = (
    Fault(
        "an-unknown-user-is-told-as-an-unknown-administrator",
        ESWS,
        (SYNC_TOKEN,),
        Kind.TEXT,
        "For a user who does not exist, the literal of a wrong administrator is returned.",
        (documented("2.1", "NO USER FOUND BASED ON THE ID PROVIDED: no user is found by p_userId"),),
        lambda ask: ask("getSyncToken", p_userId="999999999"),
        after=instead(spoil.NO_USER, spoil.NO_ADMIN),
        expects="breach",
    ),
    Fault(
        "an-unknown-administrator-is-told-as-an-unknown-user",
        ESWS,
        (SYNC_TOKEN,),
        Kind.TEXT,
        "For a wrong administrator, the literal of a user who does not exist is returned.",
        (documented("2.1", "NO ADMIN FOUND BASED ON USERNAME AND PASSWORD: no such combination"),),
        lambda ask: ask("getSyncToken", p_adminUsername="nobody"),
        after=instead(spoil.NO_ADMIN, spoil.NO_USER),
        expects="breach",
    ),
    Fault(
        "a-missing-user-id-ends-in-a-space",
        ESWS,
        (SYNC_TOKEN,),
        Kind.TEXT,
        "NO USERID PROVIDED is returned with a space behind it.",
        (documented("2.1", "NO USERID PROVIDED"),),
        lambda ask: ask("getSyncToken", p_userId=""),
        after=instead("NO USERID PROVIDED", "NO USERID PROVIDED "),
        expects="breach",
    ),
    Fault(
        "a-missing-security-code-is-told-with-spaces",
        ESWS,
        (SYNC_TOKEN, TOTAL_TOKEN),
        Kind.TEXT,
        "ERROR NO SECURITY HASH is returned, in the alphabet of the other literals.",
        (documented("2.1", "ERROR_NO_SECURITY_HASH: p_companyId is not provided"),),
        lambda ask: ask("getSyncToken", p_companyID=""),
        after=instead("ERROR_NO_SECURITY_HASH", "ERROR NO SECURITY HASH"),
        expects="breach",
    ),
    Fault(
        "a-total-token-asks-for-a-user",
        ESWS,
        (TOTAL_TOKEN,),
        Kind.CODE,
        "getTotalSyncToken misses a user id, which it has no parameter for.",
        (documented("2.3", "three parameters, and the token where they are right"),),
        lambda ask: ask("getTotalSyncToken"),
        after=spoil.ask_for_a_user,
        expects="breach",
    ),
    Fault(
        "a-new-sync-token-ends-the-one-before",
        ESWS,
        (SYNC_TOKEN,),
        Kind.STATE,
        "As soon as a token is given for another user, the last one leads to the login page.",
        (
            documented("2.2", "the value from step 1 logs the administrator in"),
            inferred("4.1.10", "for how long is open"),
        ),
        lambda ask: (
            first := _token(ask),
            _token(ask, p_userId=ask.world["other_user"]["id"]),
            ask.page(first),
        ),
        calls=3,
        after=spoil.end_the_one_before,
        expects="surprise",
    ),
    Fault(
        "a-sync-token-has-the-password-in-it",
        ESWS,
        (SYNC_TOKEN, TOTAL_TOKEN),
        Kind.SECRET,
        "A sync token begins with the administrator's password, and stands in an address so.",
        (example("2.2", "the token is put into the address of a page"), documented("2.1", "the token, a string")),
        lambda ask: ask("getSyncToken"),
        after=spoil.with_the_password_in_it,
        expects="surprise",
    ),
    Fault(
        "a-code-is-made-for-nobody",
        ESWS,
        (SET_QR,),
        Kind.CODE,
        "setQR returns a new code for a wsAltUserId that nobody has.",
        (documented("3", "NO_INFO_FOUND_WITH_WSALTUSERID is returned by setQR"),),
        lambda ask: ask("setQR", p_wsAltUserId="nobody"),
        after=spoil.code_for_nobody,
        expects="breach",
    ),
    Fault(
        "the-wsdl-lacks-the-location",
        ESWS,
        (WSDL,),
        Kind.SHAPE,
        "In the WSDL getSyncToken has no p_locationID.",
        (documented("2.1", "p_locationID is the fifth parameter"), documented("1.3.5", "all are always sent")),
        lambda ask: ask.send("GET", "/webservicesesws?wsdl"),
        after=spoil.without_the_location,
        expects="breach",
    ),
    Fault(
        "nothing-starts-the-automatic-synchronisation",
        ESWS,
        (ONE_PAGE,),
        Kind.STATE,
        "The page for a location says that it starts by itself, and has no script that would start it.",
        (documented("2.2", "note 1: with p_locationID the sync starts automatically"),),
        lambda ask: ask.page(_token(ask, p_locationID=ask.world["location"]["id"])),
        calls=2,
        after=spoil.without_starter,
        expects="breach",
    ),
    Fault(
        "the-sync-page-has-no-button",
        ESWS,
        (ONE_PAGE,),
        Kind.SHAPE,
        "The page without a location has nothing to press.",
        (documented("2.2", "note 1: the user selects a location and presses the synchronization button"),),
        lambda ask: ask.page(_token(ask)),
        calls=2,
        after=spoil.without_button,
        expects="breach",
    ),
    Fault(
        "the-sync-page-offers-no-location",
        ESWS,
        (ONE_PAGE,),
        Kind.SHAPE,
        "The list of locations on the page without a location is empty.",
        (documented("2.2", "note 1: without p_locationID the user selects a location"),),
        lambda ask: ask.page(_token(ask)),
        calls=2,
        after=spoil.without_locations,
        expects="breach",
    ),
    Fault(
        "a-pressed-button-starts-nothing",
        ESWS,
        (START,),
        Kind.STATE,
        "After the button was pressed the same page comes again.",
        (documented("2.2", "note 1: the user presses the button"), inferred("2.2", "what follows is not shown")),
        _press,
        calls=3,
        after=spoil.start_nothing,
        expects="surprise",
    ),
    Fault(
        "the-total-synchronisation-starts-by-itself",
        ESWS,
        (SYNC_PAGE,),
        Kind.STATE,
        "The page for all users does not wait for its button.",
        (documented("2.3", "the page shows the sync button for all users; there is no location parameter"),),
        lambda ask: ask.follow(ask.page(ask("getTotalSyncToken").returned, "totalSyncUsersLogin")),
        calls=3,
        after=spoil.total_by_itself,
        expects="breach",
    ),
    Fault(
        "the-sync-page-tells-the-security-code",
        ESWS,
        (ONE_PAGE,),
        Kind.SECRET,
        "The page behind a token carries the company's security code in a hidden field.",
        (documented("2.2", "note 2: the token is only used to log in and to get the filters"),),
        lambda ask: ask.page(_token(ask)),
        calls=2,
        after=spoil.with_the_security_code,
        expects="surprise",
    ),
    Fault(
        "a-returned-value-has-no-type",
        ESWS,
        (SYNC_TOKEN, TOTAL_TOKEN),
        Kind.SHAPE,
        "return comes without its xsi:type.",
        (example("1.1", "scalars carry xsi:type xsd:string in the samples"),),
        lambda ask: ask("getSyncToken"),
        after=replaced(' xsi:type="xsd:string"', ""),
        expects="surprise",
    ),
)
"""Faults of texts, the WSDL and the pages."""
