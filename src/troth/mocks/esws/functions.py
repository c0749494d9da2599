"""The functions of ESWS: what each takes, in which order, and the literal that it returns for each outcome.

Every literal is from the vendor's page of that function. The order of the checks is documented nowhere; here it is the
order of the page: first whatever was not provided, then whatever was not found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from troth.mocks.esws.store import Company, Person, Store

NO_USER = "NO USER FOUND BASED ON THE ID PROVIDED"


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its parameters after ``p_companyID``, and what it does with the company and their values."""

    parameters: tuple[str, ...]
    run: Callable[..., str]


def call(store: Store, function: Function, arguments: Sequence[str]) -> str:
    """The text that ``function`` returns for ``arguments``, taken by position as the vendor's server does.

    Values beyond the last parameter are ignored; missing ones at the end count as empty.
    """
    code, *values = (*arguments, *[""] * (1 + len(function.parameters)))[: 1 + len(function.parameters)]
    if not code:
        return "ERROR_NO_SECURITY_HASH"
    company = store.companies.get(code)
    if company is None:
        return "ERROR_UNKNOWN_SECURITY_HASH"
    return function.run(store, company, *values)


def _get_sync_token(
    store: Store, company: Company, username: str, password: str, user_id: str, location_id: str
) -> str:
    if refusal := _missing_credentials(username, password):
        return refusal
    if not user_id:
        return "NO USERID PROVIDED"
    if refusal := _unknown_admin(company, username, password):
        return refusal
    person = company.people.get(user_id)
    if person is None:
        return NO_USER
    # No literal exists for a bad location, so the token is given out and the sync just does not start by itself.
    return store.grant(company, person, location_id if location_id in company.locations else None)


def _get_total_sync_token(store: Store, company: Company, username: str, password: str) -> str:
    refusal = _missing_credentials(username, password) or _unknown_admin(company, username, password)
    return refusal or store.grant(company)


def _missing_credentials(username: str, password: str) -> str | None:
    if not username:
        return "NO USERNAME PROVIDED"
    return None if password else "NO PASSWORD PROVIDED"


def _unknown_admin(company: Company, username: str, password: str) -> str | None:
    if company.admins.get(username) == password:
        return None
    return "NO ADMIN FOUND BASED ON USERNAME AND PASSWORD"


def _get_user_id(store: Store, company: Company, alt_id: str) -> str:  # noqa: ARG001 - one signature for all
    if not company.has_alt_ids:
        return "NO_WS_ALT_USER_ID_INFOFIELD"
    person = company.person_by_alt_id(alt_id)
    return person.id if person else "NO_USER_ID_FOUND"


def _auto_sync(store: Store, company: Company, location_id: str, user_id: str) -> str:
    if not location_id:
        return "NO LOCATIONID PROVIDED"
    if location_id not in company.locations:
        return "NO LOCATION FOUND BASED ON THE ID PROVIDED"
    if user_id != "0" and user_id not in company.people:
        return NO_USER
    return store.tokens.alphanumeric(64)


def _delete_user(store: Store, company: Company, user_id: str, location_id: str) -> str:  # noqa: ARG001
    if not user_id:
        return "NO_ID_RECEIVED"
    if company.is_branches and not location_id:
        return "Company is Branches but no location has been provided"
    person = company.people.get(user_id)
    if person is None or (company.is_branches and location_id not in person.locations):
        return "USER_WAS_NOT_FOUND"
    if company.is_branches and len(person.locations) > 1:
        person.locations.discard(location_id)
        return "User is linked to multiple locations, we will remove the user from this location"
    company.remove(person)
    return "User has been deleted"


def _get_qr(store: Store, company: Company, alt_id: str) -> str:  # noqa: ARG001
    person = _person_for_qr(company, alt_id)
    return person if isinstance(person, str) else person.qr or "NULL"


def _set_qr(store: Store, company: Company, alt_id: str) -> str:
    person = _person_for_qr(company, alt_id)
    if isinstance(person, str):
        return person
    person.qr = store.tokens.alphanumeric(32)
    return person.qr


def _delete_qr(store: Store, company: Company, alt_id: str) -> str:  # noqa: ARG001
    person = _person_for_qr(company, alt_id)
    if isinstance(person, str):
        return person
    person.qr = None
    return "OK"


def _person_for_qr(company: Company, alt_id: str) -> Person | str:
    """The user with this wsAltUserId, or the literal that says why there is none."""
    if not company.has_alt_ids:
        return "NO_WS_ALT_USER_ID_INFOFIELD_SET"
    if not alt_id:
        return "NO_ID_RECEIVED"
    if alt_id in company.departed:
        return "NO_USER_FOUND_WITH_WSALTUSERID"
    return company.person_by_alt_id(alt_id) or "NO_INFO_FOUND_WITH_WSALTUSERID"


FUNCTIONS = {
    "getSyncToken": Function(("p_adminUsername", "p_adminPassword", "p_userId", "p_locationID"), _get_sync_token),
    "getTotalSyncToken": Function(("p_adminUsername", "p_adminPassword"), _get_total_sync_token),
    "getUserId": Function(("p_wsAltUserId",), _get_user_id),
    "autoSync": Function(("p_locationId", "p_userId"), _auto_sync),
    "deleteUser": Function(("p_Id", "p_locationID"), _delete_user),
    "getQR": Function(("p_wsAltUserId",), _get_qr),
    "setQR": Function(("p_wsAltUserId",), _set_qr),
    "deleteQR": Function(("p_wsAltUserId",), _delete_qr),
}
"""Function name → function; parameter names are spelled as on each function's own page."""
