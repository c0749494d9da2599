"""The functions that CEL lacks, doubles as text, and regular expressions: against the reference or another judge."""

import email.utils
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from troth.cel.faults import Fault
from troth.cel.functions import OWN, distinct, is_sorted, keys_of, rfc2822, same_except
from troth.cel.reference import PatternInvalid, ReferenceEngine, literal, matcher, search
from troth.cel.regex import linear, searcher
from troth.cel.values import DEEPEST, double_text, equal, frozen

REFERENCE = ReferenceEngine({"x": "dyn", "y": "dyn"})

SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from((0.0, 1.0, 1.5)) | st.sampled_from(("", "a", "1"))
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner), max_leaves=6
)


@given(JSON, JSON)
def test_two_values_are_equal_exactly_if_their_stand_ins_are(left: Any, right: Any) -> None:
    assert equal(left, right) is (frozen(left) == frozen(right))
    assert equal(left, right) is equal(right, left)
    assert equal(left, left)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        ([1], [True], False),
        ({"a": [0]}, {"a": [False]}, False),
        ({"a": None}, {}, False),
        ("1", 1, False),
        ([], {}, False),
        ([1, 2.0], [1.0, 2], True),
        (float("nan"), float("nan"), False),
        ([float("nan")] * 2, [float("nan")] * 2, False),
        (2**70, 2**70, True),
        (2**70, 2.0**70, True),
        (2**70 + 1, 2.0**70, False),
    ],
)
def test_equality_is_cels_not_pythons(left: Any, right: Any, same: bool) -> None:
    assert equal(left, right) is same


@given(st.floats())
@example(1e6)
@example(999999.0)
@example(0.0001)
@example(-0.0)
def test_doubles_are_written_as_the_reference_writes_them(number: float) -> None:
    _, text = REFERENCE.evaluator("string(x)")({"x": number})
    # The sign of not-a-number is the processor's choice.
    assert double_text(number) == ("nan" if math.isnan(number) else text)


@given(JSON, JSON, st.lists(st.sampled_from(("a", "b", "a.a", "a.b", "b.a.b")), max_size=3))
def test_same_except_is_equality_with_those_keys_taken_out(left: Any, right: Any, keys: list[str]) -> None:
    def without(value: Any, path: list[str]) -> Any:
        if not isinstance(value, dict) or path[0] not in value:
            return value
        if len(path) == 1:
            return {key: inner for key, inner in value.items() if key != path[0]}
        return {**value, path[0]: without(value[path[0]], path[1:])}

    left, right = {"a": left}, {"a": right, "b": 1}
    one, other = left, right
    for key in keys:
        one, other = without(one, key.split(".")), without(other, key.split("."))
    # A dotted key is only looked for where both have the map that it leads through.
    if all("." not in key for key in keys) or isinstance(left["a"], dict) is isinstance(right["a"], dict):
        assert same_except(left, right, keys) is equal(one, other)


@pytest.mark.parametrize(
    ("left", "right", "keys", "same"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ["b"], True),
        ({"a": 1, "b": 2}, {"a": 1}, ["b"], True),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [], False),
        ({"u": {"seen": 1, "id": 7}}, {"u": {"seen": 2, "id": 7}}, ["u.seen"], True),
        ({"u": {"seen": 1, "id": 7}}, {"u": {"seen": 2, "id": 8}}, ["u.seen"], False),
        ({"u": {"seen": 1}}, {"u": None}, ["u.seen"], False),
        ({"u": {"seen": 1}}, {}, ["u.seen"], False),
        ({"u.seen": 1}, {"u.seen": 2}, ["u.seen"], True),
        ({}, {}, ["x"], True),
    ],
)
def test_same_except(left: Any, right: Any, keys: list[str], same: bool) -> None:
    assert same_except(left, right, keys) is same


@given(st.lists(SCALARS, max_size=5))
def test_distinct_means_no_pair_is_equal(items: list[Any]) -> None:
    pairs = [(one, other) for index, one in enumerate(items) for other in items[:index]]
    assert distinct(items) is not any(equal(one, other) for one, other in pairs)


@given(st.lists(st.integers(0, 4) | st.sampled_from((0.5, 2.0)), max_size=5))
def test_is_sorted_means_what_sorting_leaves_alone(numbers: list[float]) -> None:
    assert is_sorted(numbers, "asc") is (sorted(numbers) == numbers)
    assert is_sorted(numbers, "desc") is (sorted(numbers, reverse=True) == numbers)


@pytest.mark.parametrize("items", [[1, "a"], [3, 2, "a"], [None, None], [{}, {}]])
def test_what_does_not_order_is_an_error_wherever_it_stands(items: list[Any]) -> None:
    with pytest.raises(Fault):
        is_sorted(items, "asc")


def test_keys_come_in_the_order_of_the_body() -> None:
    assert keys_of({"b": 1, "a": 2}) == ["b", "a"]


_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=_ZONES)


@given(_MOMENTS)
def test_every_date_of_the_standard_library_is_read(moment: datetime) -> None:
    assert rfc2822(email.utils.format_datetime(moment)) == int(moment.replace(microsecond=0).timestamp())


@given(_MOMENTS.filter(lambda moment: (moment.utcoffset() or timedelta()) >= timedelta()))
def test_a_lost_plus_is_a_plus(moment: datetime) -> None:
    written = email.utils.format_datetime(moment)
    assert rfc2822(written.replace("+", "")) == rfc2822(written) == rfc2822(written.replace("+", " "))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu, 30 Oct 2015 11:11:58 0100", datetime(2015, 10, 30, 10, 11, 58, tzinfo=UTC)),
        ("30 Oct 2015 11:11 GMT", datetime(2015, 10, 30, 11, 11, tzinfo=UTC)),
        ("fri, 1 jan 2016 00:00:00 EST", datetime(2016, 1, 1, 5, tzinfo=UTC)),
        ("Wed, 31 Dec 2008 23:59:60 +0000", datetime(2009, 1, 1, tzinfo=UTC)),
    ],
)
def test_dates_as_they_are_met(text: str, moment: datetime) -> None:
    assert rfc2822(text) == int(moment.timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2015-10-30T11:11:58Z",
        "Thu, 32 Oct 2015 11:11:58 +0100",
        "Thu, 29 Feb 2015 11:11:58 +0100",
        "Thu, 30 Okt 2015 11:11:58 +0100",
        "Thu, 30 Oct 2015 24:11:58 +0100",
        "Thu, 30 Oct 2015 11:61:58 +0100",
        "Thu, 30 Oct 2015 11:11:58",
        "Thu, 30 Oct 2015 11:11:58 +0160",
        "Thu, 30 Oct 2015 11:11:58 XYZ",
        "Thu, 30 Oct 0000 11:11:58 +0100",
        "Thu, 30 Oct ٢٠١٥ 11:11:58 +0100",
    ],
)
def test_what_is_no_date_is_an_error(text: str) -> None:
    with pytest.raises(Fault):
        rfc2822(text)


@pytest.mark.parametrize("name", sorted(OWN))
@given(data=st.data())
def test_our_own_functions_are_total(name: str, data: st.DataObject) -> None:
    values = JSON | st.sampled_from(("asc", "desc"))
    arguments = [data.draw(values) for _ in OWN[name].takes]
    try:
        given = OWN[name].call(*arguments)
    except Fault:
        return
    assert type(given).__name__ == OWN[name].gives


@pytest.mark.parametrize("compared", [equal, lambda one, _: frozen(one)])
def test_what_nests_deeply_is_an_error(compared: Any) -> None:
    value: Any = []
    for _ in range(DEEPEST + 5):
        value = {"a": [value]}
    with pytest.raises(Fault, match=r"^$"):
        compared(value, value)


_ITEMS = (
    "a",
    "B",
    " ",
    "-",
    "_",
    "\\.",
    "\\d",
    "\\w",
    ".",
    "[a-c]",
    "[^a]",
    "[0-9_.]",
    "[a-]",
    "\\$",
    "x",
    "é",
    "(a|b)",
    "[[:alpha:]]",
    "\\s",
)
_TIMES = ("", "", "", "?", "*", "+", "{2}", "{1,3}", "{2,}", "{0}", "*?")
_PATTERNS = st.builds(
    lambda start, parts, end: start + "".join(parts) + end,
    st.sampled_from(("", "^")),
    st.lists(st.builds(lambda item, times: item + times, st.sampled_from(_ITEMS), st.sampled_from(_TIMES)), max_size=5),
    st.sampled_from(("", "$")),
)
_MATCHED = st.text(st.sampled_from("aBbc01x-_. é\n\v\0$"), max_size=8)


@given(_PATTERNS, _MATCHED)
@example("^a$", "a\n")
@example("a.b", "a\nb")
@example("^[^a]$", "\n")
@example("^\\d$", "٣")
@example("\\w", "é")
@example("^a*$", "a\0b")
def test_patterns_match_as_in_the_reference(pattern: str, text: str) -> None:
    exact = REFERENCE.evaluator(f"{literal(text)}.matches({literal(pattern)})")({})
    assert (True, searcher(pattern)(text)) == exact == (True, matcher(pattern)(text)) == (True, search(pattern, text))


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "(?=a)", "a{2000}", "\\", "a**"])
def test_what_re2_does_not_take_is_refused(pattern: str) -> None:
    with pytest.raises(PatternInvalid):
        searcher(pattern)


@pytest.mark.parametrize(
    ("pattern", "fast"),
    [
        ("^[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-]?[ ]?[0-9]{4}$", True),
        ("^[A-Za-z0-9._~-]+$", True),
        ("^ERROR_", True),
        ("a+", False),
        ("^a+b+$", False),
        ("^(a+)+$", False),
        ("^[a-z_]+(,[a-z_]+)+$", False),
        ("^[a-z]{0,64}[a-z]{0,64}$", False),
        ("(?i)a", False),
        ("[[:alpha:]]", False),
    ],
)
def test_only_patterns_of_linear_time_go_to_python(pattern: str, fast: bool) -> None:
    assert (linear(pattern) is not None) is fast


def test_half_a_surrogate_pair_cannot_be_matched() -> None:
    with pytest.raises(Fault):
        searcher("^a")("\ud800")
