"""ESWS: sync tokens, whose they are and what they open."""

from typing import Any

from faults import spoil_esws as spoil
from faults.corpus_esws_wire import ESWS, SYNC_TOKEN, TOTAL_TOKEN
from faults.faults import Fault, Kind, documented, inferred

ONE_PAGE = "GET /users/oneSyncUserLogin/{t}"
TOTAL_PAGE = "GET /users/totalSyncUsersLogin/{t}"
OTHER_TOTAL_PAGE = "GET /users/totalSyncUserLogin/{t}"


def _token(ask: Any, **changes: str) -> str:
    return str(ask("getSyncToken", **changes).returned)


def _at_branch(ask: Any) -> dict[str, str]:
    return {
        "p_companyID": ask.world["branches_company"]["code"],
        "p_locationId": ask.world["branches_location"]["id"],
    }


def _remove_from_branch(ask: Any) -> Any:
    return ask(
        "deleteUser",
        p_companyID=ask.world["branches_company"]["code"],
        p_Id=ask.world["branches_user"]["id"],
        p_locationID=ask.world["branches_location"]["id"],
    )


FAULTS = (
    Fault(
        "any-password-opens-the-synchronisation",
        ESWS,
        (SYNC_TOKEN,),
        Kind.ACCESS,
        "A token is given to whoever knows the name of an administrator.",
        (documented("2.1", "an admin is found by name and password"),),
        lambda ask: ask("getSyncToken", p_adminPassword="wrong"),
        before=spoil.any_password,
    ),
    Fault(
        "passwords-are-compared-without-case",
        ESWS,
        (TOTAL_TOKEN,),
        Kind.ACCESS,
        "The password of an administrator may be written in capitals.",
        (documented("2.3", "an admin is found by name and password"),),
        lambda ask: ask("getTotalSyncToken", p_adminPassword=ask.world["admin"]["password"].upper()),
        before=spoil.any_case,
        unexpectable="Only a tester who thinks of letter case sends such a password; random ones never are.",
    ),
    Fault(
        "a-company-synchronises-another-companys-user",
        ESWS,
        (SYNC_TOKEN,),
        Kind.TENANCY,
        "A token is given for the user of another company.",
        (documented("2.1", "NO USER FOUND …; the code names the company"), inferred("1.3.1", "tenant by code")),
        lambda ask: ask("getSyncToken", p_userId=ask.world["foreign_user"]["id"]),
        after=spoil.anybodys_user,
    ),
    Fault(
        "a-token-is-given-for-nobody",
        ESWS,
        (SYNC_TOKEN,),
        Kind.CODE,
        "A token is given for a user who does not exist.",
        (documented("2.1", "NO USER FOUND BASED ON THE ID PROVIDED"),),
        lambda ask: ask("getSyncToken", p_userId="999999999"),
        after=spoil.nobodys_token,
    ),
    Fault(
        "a-sync-token-is-empty",
        ESWS,
        (SYNC_TOKEN,),
        Kind.SHAPE,
        "The token is the empty string.",
        (documented("2.1", "a string which represents the token"), documented("2.2", "the address is …/<token>")),
        lambda ask: ask("getSyncToken"),
        after=spoil.empty_token,
    ),
    Fault(
        "a-sync-token-has-a-slash-in-it",
        ESWS,
        (TOTAL_TOKEN,),
        Kind.ENCODING,
        "The token of the total sync cannot be put into the address as it is.",
        (documented("2.3", "the address is …/<token>"), inferred("4.1.9", "usable as one path segment")),
        lambda ask: ask("getTotalSyncToken"),
        after=spoil.slashed_token,
    ),
    Fault(
        "every-user-gets-the-same-token",
        ESWS,
        (SYNC_TOKEN,),
        Kind.STATE,
        "The first token that was given out is given out for every other user too.",
        (documented("2.1", "token to synchronise one user"),),
        lambda ask: (ask("getSyncToken"), ask("getSyncToken", p_userId=ask.world["other_user"]["id"])),
        calls=2,
        after=spoil.one_token_for_all,
    ),
    Fault(
        "a-location-is-demanded-for-a-token",
        ESWS,
        (SYNC_TOKEN,),
        Kind.CODE,
        "Without a p_locationID there is no token.",
        (documented("2.1", "p_locationID is not required"),),
        lambda ask: ask("getSyncToken"),
        after=spoil.demand_a_location,
    ),
    Fault(
        "a-token-opens-another-users-page",
        ESWS,
        (ONE_PAGE,),
        Kind.TENANCY,
        "The page behind a token is to synchronise somebody else.",
        (documented("2.2", "the token carries the sync filters"), documented("2.1", "of one user")),
        lambda ask: ask.page(_token(ask)),
        calls=2,
        after=spoil.open_anothers_page,
    ),
    Fault(
        "a-synchronisation-never-starts-by-itself",
        ESWS,
        (ONE_PAGE,),
        Kind.STATE,
        "With a location the page waits for the button.",
        (documented("2.2", "note 1: with p_locationID the sync starts automatically"),),
        lambda ask: ask.page(_token(ask, p_locationID=ask.world["location"]["id"])),
        calls=2,
        after=spoil.never_by_itself,
    ),
    Fault(
        "a-synchronisation-always-starts-by-itself",
        ESWS,
        (ONE_PAGE,),
        Kind.STATE,
        "Without a location the page starts at the first one.",
        (documented("2.2", "note 1: without it the user selects a location"),),
        lambda ask: ask.page(_token(ask)),
        calls=2,
        after=spoil.always_by_itself,
    ),
    Fault(
        "a-sync-token-is-good-for-nothing",
        ESWS,
        (ONE_PAGE,),
        Kind.STATE,
        "The address of a good token leads to the login page.",
        (documented("2.2", "the token auto-logs-in the administrator"),),
        lambda ask: ask.page(_token(ask)),
        calls=2,
        before=spoil.dead_token,
    ),
    Fault(
        "the-sync-page-is-json",
        ESWS,
        (ONE_PAGE,),
        Kind.SHAPE,
        "The address of a token answers JSON, which no browser can start.",
        (documented("2.2", "note 4: opened in a browser or web container"),),
        lambda ask: ask.page(_token(ask)),
        calls=2,
        after=spoil.plain_page,
    ),
    Fault(
        "a-total-token-does-not-redirect",
        ESWS,
        (TOTAL_PAGE, OTHER_TOTAL_PAGE),
        Kind.CODE,
        "The address of a good total token answers 200.",
        (documented("2.3", "the browser is redirected to a page with the sync button"),),
        lambda ask: ask.page(ask("getTotalSyncToken").returned, "totalSyncUsersLogin"),
        calls=2,
        after=spoil.page_without_redirect,
    ),
    Fault(
        "a-total-token-is-for-one-user",
        ESWS,
        (TOTAL_TOKEN,),
        Kind.STATE,
        "The token of getTotalSyncToken is good for one user alone, at the address for one user.",
        (documented("2.3", "the sync button for all users"),),
        lambda ask: ask.page(ask("getTotalSyncToken").returned, "totalSyncUsersLogin"),
        calls=2,
        after=spoil.total_is_one,
    ),
    Fault(
        "a-token-for-one-user-opens-the-total",
        ESWS,
        (TOTAL_PAGE,),
        Kind.ACCESS,
        "With a token for one user the page for all users opens.",
        (documented("2.1", "token to synchronise one user"), inferred("4.1.13", "rejected")),
        lambda ask: ask.page(_token(ask), "totalSyncUsersLogin"),
        calls=2,
        before=spoil.opens_the_total,
    ),
)
"""Faults of tokens and of the pages behind them."""
