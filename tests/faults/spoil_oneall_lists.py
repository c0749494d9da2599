# ruff: noqa: ARG001 - every hook of a fault takes the call, needed or not
"""What the faults of OneAll's lists and users do to requests, answers and state."""

from typing import Any

from faults.corpus_oneall_envelope import data_of
from faults.faults import Answer, Call


def list_of(tree: Any) -> Any:
    """The one list in an answer: its pagination, count and entries."""
    return next(node for node in data_of(tree).values() if isinstance(node, dict) and "pagination" in node)


def number(call: Call, name: str, default: int) -> int:
    text = call.asked.get(name, "")
    return int(text) if text.isdecimal() else default


def repeat_the_first_page(call: Call, answer: Answer) -> None:
    tree = answer.json()
    if answer.status == 200 and 1 < list_of(tree)["pagination"]["current_page"] <= 3 and list_of(tree)["entries"]:
        call.ask(page="1")
        first = call.pass_on().json()
        list_of(tree)["entries"] = list_of(first)["entries"][: list_of(tree)["count"]]
        answer.send(tree)


def skip_at_the_boundary(call: Call, answer: Answer) -> None:
    tree = answer.json()
    if answer.status == 200 and list_of(tree)["pagination"]["current_page"] > 1 and list_of(tree)["entries"]:
        page = list_of(tree)
        page["entries"] = page["entries"][1:]
        page["count"] = len(page["entries"])
        answer.send(tree)


def show_everything(call: Call, answer: Answer) -> None:
    size = number(call, "entries_per_page", 250)
    tree = answer.json()
    if answer.status == 200 and list_of(tree)["pagination"]["current_page"] == 1:
        call.ask(entries_per_page="500", page="1")
        whole = list_of(call.pass_on().json())
        list_of(tree).update(count=whole["count"], entries=whole["entries"])
        list_of(tree)["pagination"]["entries_per_page"] = max(1, min(size, 500))
        answer.send(tree)


def round_down(call: Call, tree: Any) -> None:
    pages = list_of(tree)["pagination"]
    pages["total_pages"] = max(1, pages["total_entries"] // pages["entries_per_page"])


def allow_any_size(call: Call, tree: Any) -> None:
    pages = list_of(tree)["pagination"]
    if (size := number(call, "entries_per_page", 250)) > 500:
        pages["entries_per_page"] = size


def swap_last_two(call: Call, tree: Any) -> None:
    entries = list_of(tree)["entries"]
    if len(entries) > 2:
        entries[-1], entries[-2] = entries[-2], entries[-1]


def filter_by_creation(call: Call) -> None:
    call.ask(filters=call.asked.get("filters", "").replace("date_last_login", "date_creation"))


def first_filter_only(call: Call) -> None:
    call.ask(filters=call.asked.get("filters", "").partition(";")[0])


def list_the_deleted(call: Call, answer: Answer) -> None:
    store = call.mock._store
    if call.method == "DELETE":
        if answer.status == 200:
            call.memory.setdefault("gone", []).append(call.memory.pop("entry"))
    elif answer.status == 200:
        kept = dict(store.users)
        store.users.update({user.user_token: user for user in call.memory.get("gone", [])})
        answer.become(call.pass_on())
        store.users.clear()
        store.users.update(kept)


def remember_the_user(call: Call) -> None:
    if call.method == "DELETE":
        user = call.mock._store.users.get(call.token)
        call.memory["entry"] = user
        call.memory.setdefault("names", {})[call.token] = user


def leave_its_identities(call: Call, answer: Answer) -> None:
    gone = call.memory.setdefault("identities", {})
    if call.method == "DELETE" and answer.status == 200:
        gone.update(call.memory["entry"].identities)
    elif call.method == "GET" and answer.status == 404 and call.token in gone:
        call.mock._store.identities[call.token] = gone[call.token]
        answer.become(call.pass_on())
        del call.mock._store.identities[call.token]


def delete_twice(call: Call, answer: Answer) -> None:
    done = call.memory.setdefault("done", {})
    if answer.status == 200:
        done[call.token] = answer
    elif answer.status == 404 and call.token in done:
        answer.become(done[call.token])


def name_another(call: Call, tree: Any) -> None:
    other = next(token for token in call.mock._store.users if token != call.token)
    data_of(tree)["user"]["user_token"] = other


def shorten_tokens(call: Call, tree: Any) -> None:
    for entry in list_of(tree)["entries"]:
        entry["user_token"] = entry["user_token"][:-1]


def iso_birthdays(call: Call, tree: Any) -> None:
    for identity in data_of(tree)["user"]["identities"]:
        if "birthday" in identity:
            month, day, year = identity["birthday"].split("/")
            identity["birthday"] = f"{year}-{month}-{day}"


def bare_emails(call: Call, tree: Any) -> None:
    for identity in data_of(tree)["user"]["identities"]:
        if "emails" in identity:
            identity["emails"] = [email["value"] for email in identity["emails"]]


def capitals(call: Call, tree: Any) -> None:
    for identity in data_of(tree)["user"]["identities"]:
        identity["provider"] = identity["provider"].capitalize()
