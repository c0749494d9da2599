"""Which difference a newly broken promise stands with, on differences and breaches made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.drift.comparing import Difference
from troth.drift.differences import Evidence, Worth
from troth.drift.promises import Breach, attach
from troth.errors import Position
from troth.model.operation import Basis
from troth.model.report import Finding


def breach(hits: range, where: str = "", expected: str = "", kept: range = range(0)) -> Breach:
    finding = Finding(
        "TR301",
        "shop",
        "readOrder",
        "clause",
        "does not hold",
        Basis.DOCUMENTED,
        None,
        Position("x.yaml"),
        where,
        expected,
    )
    return Breach(finding, frozenset(hits), frozenset(kept))


def difference(place: str, hits: range, sort: str = "vanished", worth: Worth = Worth.CONSUMERS) -> Difference:
    return Difference(place, sort, "", worth, Evidence(""), Evidence(""), tuple(hits))


MOVE = difference("status", range(12), "status")
OTHER_MOVE = difference("status", range(12, 16), "status")
NEW_STATUS = difference("status", range(12), "status-new", Worth.ADDITIVE)
GONE_STATUS = difference("status", range(60), "status-gone")
EVERYWHERE = difference("body /page", range(12, 60), "type")
HEADER = difference("header etag", range(60))
LOGIN = difference("body /user/login", range(12, 60), "format")
NEW_FIELD = difference("body /nickname", range(12, 60), "new", Worth.ADDITIVE)
TEXT = difference("body /error", range(20, 30), "text", Worth.TEXT)

CASES = {
    "a moved status": (breach(range(12)), [EVERYWHERE, HEADER, MOVE], [2]),
    "a moved status, though another place is named": (
        breach(range(13), expected="found.login == asked.login"), [LOGIN, MOVE], [1],
    ),
    "a moved status, though another place is the same": (
        breach(range(13), where="body /user/login"), [LOGIN, MOVE], [1],
    ),
    "each of two moves": (breach(range(14)), [MOVE, OTHER_MOVE], [0, 1]),
    "a status that is new, where none were asked alike": (
        breach(range(12), where="status"), [GONE_STATUS, HEADER, NEW_STATUS], [2],
    ),
    "a status that is gone": (breach(range(12, 20), where="status"), [GONE_STATUS, HEADER], [0]),
    "a move explains too little": (breach(range(10, 30)), [MOVE], []),
    "the place": (breach(range(12, 14), where="body /user/login"), [EVERYWHERE, LOGIN], [1]),
    "the holder of the place": (breach(range(12, 60), where="body /user"), [EVERYWHERE, LOGIN], [1]),
    "a place that is named": (breach(range(12, 60), expected="found.login == ''"), [EVERYWHERE, LOGIN], [1]),
    "a place that is named, and a move": (
        breach(range(8, 40), expected="found.login == ''"), [MOVE, EVERYWHERE, LOGIN], [0, 2],
    ),
    "named, but most answers that show it keep the promise": (
        breach(range(12, 14), expected="found.login == ''", kept=range(14, 60)), [LOGIN], [],
    ),
    "the same answers": (breach(range(20, 30)), [EVERYWHERE, TEXT], [1]),
    "shown everywhere, kept nearly everywhere": (breach(range(12, 14), kept=range(14, 60)), [EVERYWHERE], []),
    "shown in few of the answers that break it": (breach(range(20, 60)), [TEXT], []),
    "a header that is not named": (breach(range(12, 60)), [HEADER], []),
    "a header that is named": (breach(range(60), expected='response.headers["etag"]'), [HEADER], [0]),
    "what is merely new": (breach(range(12, 60)), [NEW_FIELD], []),
    "no answer in common": (breach(range(30, 60)), [MOVE, TEXT], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_breach_stands_with_what_explains_it(case: str) -> None:
    broken, differences, expected = CASES[case]
    put, alone = attach([broken], differences, frozenset(range(12, 60)))
    assert sorted(put) == expected
    assert alone == ([] if expected else [broken])


numbers = st.builds(range, st.integers(0, 20), st.integers(0, 20))
places = st.sampled_from(["status", "body /user/login", "body /user", "header etag", "content-type"])
sorts = st.sampled_from(["status", "status-new", "status-gone", "vanished", "new"])


@given(
    st.lists(st.builds(breach, numbers.filter(len), places, places, numbers), max_size=4),
    st.lists(st.builds(difference, places, numbers, sorts, st.sampled_from(Worth)), max_size=6),
    st.frozensets(st.integers(0, 20)),
)
def test_every_breach_is_told_and_none_where_no_answer_shows_both(
    breaches: list[Breach], differences: list[Difference], compared: frozenset[int]
) -> None:
    for broken in breaches:
        put, alone = attach([broken], differences, compared)
        assert bool(put) != bool(alone)
        assert all(broken.hits.intersection(differences[number].hits) for number in put)
