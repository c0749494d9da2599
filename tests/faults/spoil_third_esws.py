# ruff: noqa: ARG001 - every hook of a fault takes the call, needed or not
"""What the third batch's faults of ESWS do to requests, answers and state."""

import re
from collections.abc import Callable
from typing import Any

from faults.faults import Answer, Before, Call
from faults.soap_answers import give, resend, returned, texts
from faults.spoil_esws import company_of, is_token

NO_USER = "NO USER FOUND BASED ON THE ID PROVIDED"
NO_ADMIN = "NO ADMIN FOUND BASED ON USERNAME AND PASSWORD"
ONE = "/users/oneSyncUserLogin/"

_BUTTON = '<button type="submit">Synchronise</button>'
_OPTIONS = re.compile(rb"<option .*?</option>", re.DOTALL)
_STARTER = '<script>document.getElementById("sync").submit()</script>'
_LOCATION_PART = re.compile(rb'\s*<wsdl:part name="p_locationID"[^>]*/>')


def value(call: Call, position: int) -> str | None:
    """The parameter at that position; nothing where there is none."""
    values = texts(call)
    return values[position] if position < len(values) else None


# Security codes, administrators and users


def code_when(near: Callable[[str, str], bool]) -> Before:
    """The security code of a company is used where the one that was sent is near enough to it."""

    def before(call: Call) -> None:
        sent = value(call, 0)
        codes = call.mock.store.companies
        if sent and sent not in codes:
            found = next((code for code in codes if near(sent, code)), None)
            if found is not None:
                resend(call, 0, found)

    return before


def begins(sent: str, right: str) -> bool:
    return len(sent) >= 8 and right.startswith(sent)


def goes_on(sent: str, right: str) -> bool:
    return sent.startswith(right)


def in_any_case(sent: str, right: str) -> bool:
    return sent.lower() == right.lower()


def is_blank(sent: str, right: str) -> bool:
    return sent != "" and not sent.strip()


def is_empty(sent: str, right: str) -> bool:
    return sent == ""


def password_when(near: Callable[[str, str], bool]) -> Before:
    """The password of an administrator is used where the one that was sent is near enough to it."""

    def before(call: Call) -> None:
        company, name, sent = company_of(call), value(call, 1), value(call, 2)
        right = company.admins.get(name) if company is not None else None
        if sent is not None and right is not None and near(sent, right):
            resend(call, 2, right)

    return before


def password_among(good: Callable[[Any], Any]) -> Before:
    """An administrator is let in by anything that the company has among these."""

    def before(call: Call) -> None:
        company, name, sent = company_of(call), value(call, 1), value(call, 2)
        if company is not None and name in company.admins and sent in good(company):
            resend(call, 2, company.admins[name])

    return before


def passwords_of(company: Any) -> list[str]:
    return list(company.admins.values())


def code_of(company: Any) -> list[str]:
    return [company.code]


def any_case_of_the_name(call: Call) -> None:
    company, sent = company_of(call), value(call, 1)
    for name in company.admins if company is not None and sent else ():
        if sent is not None and name.lower() == sent.lower():
            resend(call, 1, name)


def any_companys_administrator(call: Call) -> None:
    company, name, password = company_of(call), value(call, 1), value(call, 2)
    known = any(password and one.admins.get(name) == password for one in call.mock.store.companies.values())
    if company is not None and company.admins and known and company.admins.get(name) != password:
        name = next(iter(company.admins))
        resend(call, 1, name)
        resend(call, 2, company.admins[name])


def user_when(position: int, find: Callable[[Any, str], Any]) -> Before:
    """The id of a user is used, at that position, where what was sent leads to the user."""

    def before(call: Call) -> None:
        company, sent = company_of(call), value(call, position)
        if company is not None and sent and sent not in company.people:
            person = find(company, sent)
            if person is not None:
                resend(call, position, person.id)

    return before


def by_the_beginning_of_the_id(company: Any, sent: str) -> Any:
    return next((one for one in company.people.values() if len(sent) >= 3 and one.id.startswith(sent)), None)


def by_the_alternative_id(company: Any, sent: str) -> Any:
    return company.person_by_alt_id(sent)


def zero_is_everybody(call: Call, answer: Answer) -> None:
    if returned(answer) == NO_USER and value(call, 3) == "0":
        give(answer, call.mock.store.grant(company_of(call)))


def alternative_id_by_its_beginning(call: Call) -> None:
    company, sent = company_of(call), value(call, 1)
    if company is not None and sent and len(sent) >= 6 and company.person_by_alt_id(sent) is None:
        for person in company.people.values():
            if person.alt_id.startswith(sent):
                resend(call, 1, person.alt_id)


def user_id_for_alternative_id(call: Call) -> None:
    company, sent = company_of(call), value(call, 1)
    person = company.people.get(sent) if company is not None else None
    if person is not None and person.alt_id:
        resend(call, 1, person.alt_id)


# Returned texts


def ask_for_a_user(call: Call, answer: Answer) -> None:
    if is_token(answer):
        give(answer, "NO USERID PROVIDED")


def end_the_one_before(call: Call, answer: Answer) -> None:
    if is_token(answer):
        call.mock.store._grants.pop(call.memory.get("last"), None)
        call.memory["last"] = returned(answer)


def with_the_password_in_it(call: Call, answer: Answer) -> None:
    password = value(call, 2) or ""
    if is_token(answer) and password.isalnum():
        token = (password + returned(answer))[:64]
        grants = call.mock.store._grants
        grants[token] = grants.pop(returned(answer))
        give(answer, token)


def code_for_nobody(call: Call, answer: Answer) -> None:
    if returned(answer) == "NO_INFO_FOUND_WITH_WSALTUSERID":
        give(answer, call.mock.tokens.alphanumeric(32))


def without_the_location(call: Call, answer: Answer) -> None:
    head, mark, rest = answer.body.partition(b'<wsdl:message name="Esws.getSyncTokenRequest">')
    message, end, tail = rest.partition(b"</wsdl:message>")
    answer.body = head + mark + _LOCATION_PART.sub(b"", message) + end + tail


# Pages


def token_when(near: Callable[[str, str], bool]) -> Before:
    """A sync token for one user is redeemed where the one in the address is near enough to it."""

    def before(call: Call) -> None:
        grants = call.mock.store._grants
        if call.last not in grants:
            call.path = ONE + next((token for token in grants if near(call.last, token)), call.last)

    return before


def any_token(call: Call) -> None:
    store = call.mock.store
    if call.last and call.last not in store._grants:
        company = next(iter(store.companies.values()))
        call.path = ONE + store.grant(company, next(iter(company.people.values()), None))


def total_for_one(call: Call) -> None:
    grant = call.mock.store._grants.get(call.last)
    if grant is not None and grant.person is None and grant.company.people:
        call.path = ONE + call.mock.store.grant(grant.company, next(iter(grant.company.people.values())))


def without_starter(call: Call, answer: Answer) -> None:
    answer.text(_STARTER, "")


def without_button(call: Call, answer: Answer) -> None:
    if b'data-autostart="false"' in answer.body:
        answer.text(_BUTTON, "")


def without_locations(call: Call, answer: Answer) -> None:
    answer.body = _OPTIONS.sub(b"", answer.body)


def with_the_security_code(call: Call, answer: Answer) -> None:
    grant = call.mock.store._grants.get(call.last)
    if answer.status == 200 and grant is not None:
        answer.text("</form>", f'<input type="hidden" name="company" value="{_escaped(grant.company.code)}"></form>')


def _escaped(code: str) -> str:
    return code.replace("&", "&amp;").replace("<", "&lt;")


def total_by_itself(call: Call, answer: Answer) -> None:
    if b'data-sync="all"' in answer.body:
        answer.text('data-autostart="false"', 'data-autostart="true"').text("</form>", f"</form>{_STARTER}")


def start_nothing(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        answer.become(call.again(method="GET", body=b""))
