"""Pagination and filters of OneAll's lists.

A page or size out of range is replaced by the nearest valid one; a filter that cannot be read is refused with 400.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from troth.mocks.oneall.dates import moment_of
from troth.mocks.oneall.records import User
from troth.mocks.oneall.refusals import RefusedError

DEFAULT_SIZE = 250
LARGEST_SIZE = 500

_INTEGER = re.compile(r"[+-]?[0-9]{1,300}")
# The largest integer that every JSON reader holds exactly: `current_page` is shown as it was asked for.
_LARGEST_PAGE = 2**53 - 1
_FILTERED: Mapping[str, Callable[[User], int]] = {
    "date_creation": lambda user: user.created,
    "date_last_login": lambda user: user.last_login,
}

Entry = TypeVar("Entry")


def _number(text: str | None, default: int, largest: int) -> int:
    """The number that was asked for, moved into 1..largest; the default where there is none."""
    if text is None or _INTEGER.fullmatch(text) is None:
        return default
    return min(max(int(text), 1), largest)


def page_of(
    entries: Sequence[Entry], show: Callable[[Entry], dict[str, object]], query: Mapping[str, str]
) -> dict[str, object]:
    """One page of a list, with its pagination, as the parameters of the query ask for it.

    ``entries`` come in ascending order of creation. A page past the end is an empty one.
    """
    page = _number(query.get("page"), 1, _LARGEST_PAGE)
    size = _number(query.get("entries_per_page"), DEFAULT_SIZE, LARGEST_SIZE)
    descending = query.get("order_direction") == "desc"
    ordered = entries[::-1] if descending else entries
    shown = [show(entry) for entry in ordered[(page - 1) * size : page * size]]
    return {
        "pagination": {
            "current_page": page,
            "total_pages": -(-len(entries) // size),
            "entries_per_page": size,
            "total_entries": len(entries),
            "order": {"field": "date_creation", "direction": "desc" if descending else "asc"},
        },
        "count": len(shown),
        "entries": shown,
    }


def user_filter(text: str) -> Callable[[User], bool]:
    """The test that ``filters=<field>:<operator>:<date>[;…]`` asks for. Raises a 400 refusal if it cannot be read."""
    tests = [_user_test(part) for part in text.split(";") if part.strip()]
    return lambda user: all(test(user) for test in tests)


def _user_test(text: str) -> Callable[[User], bool]:
    field, _, rest = text.strip().partition(":")
    operator, _, date = rest.partition(":")
    read, bound = _FILTERED.get(field), moment_of(date)
    if read is None or operator not in ("gt", "lt") or bound is None:
        raise RefusedError(400, "The filters must have the form field:operator:date with the operators gt and lt")
    if operator == "gt":
        return lambda user: read(user) > bound
    return lambda user: read(user) < bound
