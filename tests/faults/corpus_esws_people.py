"""ESWS: users, their codes, and automatic synchronisation."""

from typing import Any

from faults import spoil_esws as spoil
from faults.corpus_esws_wire import AUTO_SYNC, DELETE_QR, DELETE_USER, ESWS, GET_QR, SET_QR, SYNC_TOKEN, USER_ID
from faults.faults import Fault, Kind, documented, inferred
from faults.soap_answers import instead

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
        "a-user-id-is-the-next-persons",
        ESWS,
        (USER_ID,),
        Kind.RELATION,
        "getUserId returns the id of another user of the company.",
        (documented("3", "getUserId: the user id for this p_wsAltUserId"),),
        lambda ask: ask("getUserId"),
        after=spoil.next_persons_id,
    ),
    Fault(
        "an-unknown-alternative-id-is-user-zero",
        ESWS,
        (USER_ID,),
        Kind.TEXT,
        "getUserId returns 0 where there is no user.",
        (documented("3", "NO_USER_ID_FOUND"),),
        lambda ask: ask("getUserId", p_wsAltUserId="nobody"),
        after=instead("NO_USER_ID_FOUND", "0"),
    ),
    Fault(
        "a-missing-info-field-gets-the-literal-of-a-sibling",
        ESWS,
        (USER_ID,),
        Kind.TEXT,
        "getUserId returns NO_WS_ALT_USER_ID_INFOFIELD_SET.",
        (documented("3", "getUserId: NO_WS_ALT_USER_ID_INFOFIELD, without _SET"),),
        lambda ask: ask("getUserId", p_companyID=ask.world["unmapped_company"]["code"]),
        after=instead("NO_WS_ALT_USER_ID_INFOFIELD", "NO_WS_ALT_USER_ID_INFOFIELD_SET"),
    ),
    Fault(
        "a-company-finds-another-companys-user",
        ESWS,
        (USER_ID,),
        Kind.TENANCY,
        "getUserId looks through all companies.",
        (documented("3", "NO_USER_ID_FOUND"), inferred("1.3.1", "tenant by code")),
        lambda ask: ask(
            "getUserId", p_companyID=ask.world["other_company"]["code"], p_wsAltUserId=ask.world["user"]["alt_id"]
        ),
        after=spoil.any_companys_alt_id,
    ),
    Fault(
        "the-id-of-an-automatic-sync-is-a-character-short",
        ESWS,
        (AUTO_SYNC,),
        Kind.SHAPE,
        "autoSync returns 63 characters.",
        (documented("3", "autoSync: 64-char alphanumeric id"),),
        lambda ask: ask("autoSync"),
        after=spoil.short(63),
    ),
    Fault(
        "a-whole-location-cannot-be-synchronised",
        ESWS,
        (AUTO_SYNC,),
        Kind.LOST,
        "User 0 is looked for as if it were a user.",
        (documented("3", "autoSync: p_userId 0 = whole location"),),
        lambda ask: ask("autoSync", p_userId="0"),
        before=spoil.whole_location_unknown,
    ),
    Fault(
        "an-unknown-location-is-synchronised",
        ESWS,
        (AUTO_SYNC,),
        Kind.CODE,
        "autoSync succeeds for a location that does not exist.",
        (documented("3", "NO LOCATION FOUND BASED ON THE ID PROVIDED"),),
        lambda ask: ask("autoSync", p_locationId="999999"),
        after=spoil.any_location,
    ),
    Fault(
        "a-deleted-user-stays",
        ESWS,
        (DELETE_USER,),
        Kind.STATE,
        "User has been deleted is returned, and the user is still found.",
        (documented("3", "deleteUser: User has been deleted"),),
        lambda ask: (ask("deleteUser"), ask("getUserId")),
        calls=2,
        before=spoil.remember_people,
        after=spoil.keep_the_user,
    ),
    Fault(
        "a-deletion-takes-another-user-along",
        ESWS,
        (DELETE_USER,),
        Kind.STATE,
        "Another user of the company is deleted with the one that was named.",
        (documented("3", "deleteUser deletes the user with p_Id"),),
        lambda ask: (ask("deleteUser"), ask("getUserId", p_wsAltUserId=ask.world["other_user"]["alt_id"])),
        calls=2,
        after=spoil.take_another_along,
    ),
    Fault(
        "a-user-of-several-locations-is-deleted-from-all",
        ESWS,
        (DELETE_USER,),
        Kind.STATE,
        "The answer speaks of one location; the user is gone from the company.",
        (documented("3", "User is linked to multiple locations, we will remove the user from this location"),),
        lambda ask: (
            _remove_from_branch(ask),
            ask("autoSync", **_at_branch(ask), p_userId=ask.world["branches_user"]["id"]),
        ),
        calls=2,
        after=spoil.remove_everywhere,
    ),
    Fault(
        "a-user-is-never-removed-from-a-location",
        ESWS,
        (DELETE_USER,),
        Kind.STATE,
        "Removing a user from one of several locations changes nothing.",
        (documented("3", "… we will remove the user from this location"),),
        lambda ask: [_remove_from_branch(ask) for _ in range(2)],
        calls=2,
        before=spoil.remember_people,
        after=spoil.stay_at_the_location,
    ),
    Fault(
        "branches-need-no-location-to-delete",
        ESWS,
        (DELETE_USER,),
        Kind.LOST,
        "A company of the type Branches deletes without a location.",
        (documented("3", "p_locationID is required for Branches"),),
        lambda ask: ask(
            "deleteUser", p_companyID=ask.world["branches_company"]["code"], p_Id=ask.world["branches_user"]["id"]
        ),
        before=spoil.no_location_needed,
    ),
    Fault(
        "a-company-deletes-another-companys-user",
        ESWS,
        (DELETE_USER,),
        Kind.TENANCY,
        "The user of another company is deleted.",
        (documented("3", "USER_WAS_NOT_FOUND"), inferred("1.3.1", "tenant by code")),
        lambda ask: ask("deleteUser", p_Id=ask.world["foreign_user"]["id"]),
        after=spoil.anybodys_to_delete,
    ),
    Fault(
        "a-deleted-user-is-still-synchronised",
        ESWS,
        (DELETE_USER, SYNC_TOKEN),
        Kind.STATE,
        "A token is given for a user who was deleted.",
        (documented("2.1", "NO USER FOUND BASED ON THE ID PROVIDED"), documented("3", "User has been deleted")),
        lambda ask: (ask("deleteUser"), ask("getSyncToken")),
        calls=2,
        before=spoil.remember_people,
        after=spoil.sync_the_departed,
    ),
    Fault(
        "a-new-code-is-not-kept",
        ESWS,
        (SET_QR,),
        Kind.STATE,
        "setQR returns a new code; getQR returns the old one.",
        (documented("3", "setQR: new code; getQR: the code"),),
        lambda ask: (ask("setQR"), ask("getQR")),
        calls=2,
        before=spoil.remember_people,
        after=spoil.keep_the_old_code,
    ),
    Fault(
        "a-code-is-a-character-short",
        ESWS,
        (SET_QR,),
        Kind.SHAPE,
        "setQR returns 31 characters.",
        (documented("3", "setQR: 32 chars of [0-9a-zA-Z]"),),
        lambda ask: ask("setQR"),
        after=spoil.short(31),
    ),
    Fault(
        "a-code-has-a-hyphen",
        ESWS,
        (SET_QR,),
        Kind.SHAPE,
        "The ninth character of a new code is a hyphen.",
        (documented("3", "setQR: 32 chars of [0-9a-zA-Z]"),),
        lambda ask: ask("setQR"),
        after=spoil.hyphen,
    ),
    Fault(
        "a-deleted-code-stays",
        ESWS,
        (DELETE_QR,),
        Kind.STATE,
        "deleteQR returns OK, and getQR still returns the code.",
        (documented("3", "deleteQR: OK; getQR: code or NULL"),),
        lambda ask: (ask("deleteQR"), ask("getQR")),
        calls=2,
        before=spoil.remember_people,
        after=spoil.keep_the_deleted_code,
    ),
    Fault(
        "deleting-a-code-deletes-all",
        ESWS,
        (DELETE_QR,),
        Kind.STATE,
        "deleteQR removes the code of every user of the company.",
        (documented("3", "deleteQR: for this p_wsAltUserId"),),
        lambda ask: (
            ask("setQR", p_wsAltUserId=ask.world["other_user"]["alt_id"]),
            ask("deleteQR"),
            ask("getQR", p_wsAltUserId=ask.world["other_user"]["alt_id"]),
        ),
        calls=3,
        after=spoil.delete_all_codes,
    ),
    Fault(
        "every-user-gets-the-same-code",
        ESWS,
        (SET_QR,),
        Kind.STATE,
        "setQR gives every user the first code that it made.",
        (documented("3", "setQR: new code"),),
        lambda ask: (ask("setQR"), ask("setQR", p_wsAltUserId=ask.world["other_user"]["alt_id"])),
        calls=2,
        after=spoil.one_code_for_all,
    ),
    Fault(
        "the-thirtieth-code-repeats-the-first",
        ESWS,
        (SET_QR,),
        Kind.STATE,
        "After thirty codes the first one comes again.",
        (documented("3", "setQR: new code"),),
        lambda ask: [ask("setQR") for _ in range(30)],
        calls=30,
        after=spoil.thirtieth_code_repeats,
        unexpectable="Nobody asks for thirty codes and compares them all.",
    ),
    Fault(
        "no-code-is-told-in-words",
        ESWS,
        (GET_QR,),
        Kind.TEXT,
        "getQR returns NO_QR for a user without a code.",
        (documented("3", "getQR: code or NULL"),),
        lambda ask: ask("getQR", p_wsAltUserId=ask.world["other_user"]["alt_id"]),
        after=instead("NULL", "NO_QR"),
    ),
    Fault(
        "an-unknown-user-of-a-code-is-missing",
        ESWS,
        (GET_QR, SET_QR, DELETE_QR),
        Kind.TEXT,
        "NO_ID_RECEIVED is returned for an unknown p_wsAltUserId.",
        (documented("3", "NO_INFO_FOUND_WITH_WSALTUSERID, NO_USER_FOUND_WITH_WSALTUSERID"),),
        lambda ask: ask("getQR", p_wsAltUserId="nobody"),
        after=instead("NO_INFO_FOUND_WITH_WSALTUSERID", "NO_ID_RECEIVED"),
    ),
)
"""Faults of the other functions."""
