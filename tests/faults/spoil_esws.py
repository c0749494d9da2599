# ruff: noqa: ARG001 - every hook of a fault takes the call, needed or not
"""What the faults of ESWS's functions do to requests, answers and state."""

from typing import Any

from faults.faults import Answer, Call
from faults.soap_answers import give, resend, returned, texts

ONE_PAGE = "GET /users/oneSyncUserLogin/{t}"
TOTAL_PAGE = "GET /users/totalSyncUsersLogin/{t}"
OTHER_TOTAL_PAGE = "GET /users/totalSyncUserLogin/{t}"


def company_of(call: Call) -> Any:
    values = texts(call)
    return call.mock.store.companies.get(values[0]) if values else None


def any_password(call: Call) -> None:
    company, values = company_of(call), texts(call)
    if company and len(values) > 2 and values[2] and values[1] in company.admins:
        resend(call, 2, company.admins[values[1]])


def any_case(call: Call) -> None:
    company, values = company_of(call), texts(call)
    if company and len(values) > 2 and values[1] in company.admins:
        right = company.admins[values[1]]
        resend(call, 2, right if values[2].lower() == right.lower() else values[2])


def anybodys_user(call: Call, answer: Answer) -> None:
    if returned(answer) == "NO USER FOUND BASED ON THE ID PROVIDED":
        for company in call.mock.store.companies.values():
            if person := company.people.get(texts(call)[3]):
                give(answer, call.mock.store.grant(company, person))


def nobodys_token(call: Call, answer: Answer) -> None:
    if returned(answer) == "NO USER FOUND BASED ON THE ID PROVIDED":
        give(answer, call.mock.tokens.alphanumeric(64))


def is_token(answer: Answer) -> bool:
    return len(returned(answer)) == 64 and returned(answer).isalnum()


def empty_token(call: Call, answer: Answer) -> None:
    if is_token(answer):
        give(answer, "")


def slashed_token(call: Call, answer: Answer) -> None:
    if is_token(answer):
        give(answer, returned(answer)[:30] + "/" + returned(answer)[31:])


def one_token_for_all(call: Call, answer: Answer) -> None:
    if is_token(answer):
        give(answer, call.memory.setdefault("token", returned(answer)))


def demand_a_location(call: Call, answer: Answer) -> None:
    if is_token(answer) and not "".join(texts(call)[4:5]):
        give(answer, "NO LOCATIONID PROVIDED")


def open_anothers_page(call: Call, answer: Answer) -> None:
    store = call.mock.store
    grant = store._grants.get(call.last)
    if grant and grant.person:
        other = next(one for one in grant.company.people.values() if one is not grant.person)
        call.path = f"/users/oneSyncUserLogin/{store.grant(grant.company, other, grant.location)}"
        answer.become(call.pass_on())


def never_by_itself(call: Call, answer: Answer) -> None:
    grant = call.mock.store._grants.get(call.last)
    if grant and grant.person:
        call.path = f"/users/oneSyncUserLogin/{call.mock.store.grant(grant.company, grant.person)}"
        answer.become(call.pass_on())


def always_by_itself(call: Call, answer: Answer) -> None:
    grant = call.mock.store._grants.get(call.last)
    if grant and grant.person:
        location = grant.location or next(iter(grant.company.locations))
        call.path = f"/users/oneSyncUserLogin/{call.mock.store.grant(grant.company, grant.person, location)}"
        answer.become(call.pass_on())


def dead_token(call: Call) -> None:
    call.path = "/users/oneSyncUserLogin/" + "0" * 64


def plain_page(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        answer.headers["Content-Type"] = "application/json"
        answer.body = b'{"sync":"one"}'


def page_without_redirect(call: Call, answer: Answer) -> None:
    if answer.status == 302 and "i3_session" in answer.headers.get("Set-Cookie", ""):
        answer.status = 200
        del answer.headers["Location"]


def total_is_one(call: Call, answer: Answer) -> None:
    company = company_of(call)
    if is_token(answer) and company:
        grant = call.mock.store._grants[returned(answer)]
        person = next(iter(company.people.values()))
        object.__setattr__(grant, "person", person)


def opens_the_total(call: Call) -> None:
    grant = call.mock.store._grants.get(call.last)
    if grant and grant.person is not None:
        call.path = f"/users/totalSyncUsersLogin/{call.mock.store.grant(grant.company)}"


def next_persons_id(call: Call, answer: Answer) -> None:
    company = company_of(call)
    if company and returned(answer) in company.people:
        people = list(company.people)
        give(answer, people[(people.index(returned(answer)) + 1) % len(people)])


def any_companys_alt_id(call: Call, answer: Answer) -> None:
    if returned(answer) == "NO_USER_ID_FOUND":
        for company in call.mock.store.companies.values():
            if person := company.person_by_alt_id(texts(call)[1]):
                give(answer, person.id)


def short(length: int) -> Any:
    def after(call: Call, answer: Answer) -> None:
        if len(returned(answer)) == length + 1 and returned(answer).isalnum():
            give(answer, returned(answer)[:-1])

    return after


def hyphen(call: Call, answer: Answer) -> None:
    if len(returned(answer)) == 32 and returned(answer).isalnum():
        store_qr(call, returned(answer), returned(answer)[:8] + "-" + returned(answer)[9:])
        give(answer, returned(answer)[:8] + "-" + returned(answer)[9:])


def store_qr(call: Call, old: str, new: str | None) -> None:
    for company in call.mock.store.companies.values():
        for person in company.people.values():
            if person.qr == old:
                person.qr = new


def whole_location_unknown(call: Call) -> None:
    if texts(call)[2:3] == ["0"]:
        resend(call, 2, "no-such-user")


def any_location(call: Call, answer: Answer) -> None:
    if returned(answer) == "NO LOCATION FOUND BASED ON THE ID PROVIDED":
        give(answer, call.mock.tokens.alphanumeric(64))


def remember_people(call: Call) -> None:
    store = call.mock.store
    call.memory["people"] = {code: dict(company.people) for code, company in store.companies.items()}
    call.memory["qr"] = {one.id: one.qr for company in store.companies.values() for one in company.people.values()}
    call.memory["at"] = {
        one.id: set(one.locations) for company in store.companies.values() for one in company.people.values()
    }


def keep_the_user(call: Call, answer: Answer) -> None:
    if returned(answer) == "User has been deleted":
        company = company_of(call)
        company.people = call.memory["people"][company.code]
        company.departed.clear()


def take_another_along(call: Call, answer: Answer) -> None:
    company = company_of(call)
    if returned(answer) == "User has been deleted" and company.people:
        company.remove(next(iter(company.people.values())))


def remove_everywhere(call: Call, answer: Answer) -> None:
    if returned(answer).startswith("User is linked to multiple locations"):
        company = company_of(call)
        company.remove(company.people[texts(call)[1]])


def stay_at_the_location(call: Call, answer: Answer) -> None:
    if returned(answer).startswith("User is linked to multiple locations"):
        person = company_of(call).people[texts(call)[1]]
        person.locations = call.memory["at"][person.id]


def no_location_needed(call: Call) -> None:
    company, values = company_of(call), texts(call)
    if company and company.is_branches and len(values) > 2 and not values[2] and values[1] in company.people:
        resend(call, 2, sorted(company.people[values[1]].locations)[0])


def anybodys_to_delete(call: Call, answer: Answer) -> None:
    for company in call.mock.store.companies.values() if returned(answer) == "USER_WAS_NOT_FOUND" else ():
        person = company.people.get(texts(call)[1])
        if person and company is not company_of(call):
            company.remove(person)
            give(answer, "User has been deleted")
            return


def sync_the_departed(call: Call, answer: Answer) -> None:
    gone = call.memory.setdefault("gone", {})
    if returned(answer) == "User has been deleted":
        gone.update({texts(call)[1]: call.memory["people"][texts(call)[0]][texts(call)[1]]})
    elif returned(answer) == "NO USER FOUND BASED ON THE ID PROVIDED" and texts(call)[3] in gone:
        give(answer, call.mock.store.grant(company_of(call), gone[texts(call)[3]]))


def keep_the_old_code(call: Call, answer: Answer) -> None:
    if len(returned(answer)) == 32:
        person = company_of(call).person_by_alt_id(texts(call)[1])
        person.qr = call.memory["qr"][person.id]


def keep_the_deleted_code(call: Call, answer: Answer) -> None:
    if returned(answer) == "OK":
        person = company_of(call).person_by_alt_id(texts(call)[1])
        person.qr = call.memory["qr"][person.id]


def delete_all_codes(call: Call, answer: Answer) -> None:
    for person in company_of(call).people.values() if returned(answer) == "OK" else ():
        person.qr = None


def one_code_for_all(call: Call, answer: Answer) -> None:
    if len(returned(answer)) == 32:
        code = call.memory.setdefault("code", returned(answer))
        store_qr(call, returned(answer), code)
        give(answer, code)


def thirtieth_code_repeats(call: Call, answer: Answer) -> None:
    if len(returned(answer)) == 32:
        codes = call.memory.setdefault("codes", [])
        codes.append(returned(answer))
        if len(codes) % 30 == 0:
            store_qr(call, codes[-1], codes[0])
            give(answer, codes[0])
