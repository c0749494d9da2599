"""Patterns as ECMA-262 has them: what is valid without the ``u`` flag too, what other dialects' words come to."""

import pytest
import regress
from hypothesis import given
from hypothesis import strategies as st

from troth.loading.ecma import EcmaPatternInvalid, translated
from troth.loading.validators import adapted, make_validator, pattern_problem


def matches(pattern: str, text: str) -> bool:
    return make_validator(adapted({"pattern": pattern})).is_valid(text)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (r"^[\w-.]+$", "a-b.c", "a b"),
        (r"^[a-z\_\-]+$", "a_b-c", "a.b"),
        (r"^\@\ \"$", '@ "', "@"),
        (r"^{a}$", "{a}", "a"),
        (r"^a{,3}$", "a{,3}", "aaa"),
        (r"^a{2,}?b]$", "aaab]", "ab]"),
        (r"^.$", "\U0001f600", "\r"),
        (r"^.$", "\u00e9", "\u2028"),
        (r"^[^]$", "\n", ""),
        (r"^(?:[]|a)$", "a", "b"),
        (r"a\b", "a\u00e9", "ab"),
        (r"^\s$", "\ufeff", "\u180e"),
        (r"^\w$", "a", "\u00e9"),
        (r"^\d$", "3", "\u0663"),
        (r"^[a&&b]$", "&", "c"),
        (r"^\u{1F600}\x41\u0042\cA\0$", "\U0001f600AB\x01\0", "AB"),
        (r"^\ud83d\ude00$", "\U0001f600", "\U0001f601"),
        (r"^\p{L}[\p{Lu}\d]$", "\u00e9\u00c9", "11"),
        (r"^(?<n>a|b)\k<n>$", "aa", "ab"),
        (r"^(?=.*\d)(?!x)[a-z\d]{2,4}$", "a1", "x1"),
        (r"(?<!a)b", "cb", "ab"),
        (r"^\/orders\/$", "/orders/", "orders"),
    ],
)
def test_patterns_of_ecma(pattern: str, yes: str, no: str) -> None:
    assert pattern_problem(pattern) is None
    assert matches(pattern, yes)
    assert not matches(pattern, no)


@pytest.mark.parametrize(
    ("pattern", "said", "offset"),
    [
        (r"\A\w+\Z", r"\A has no meaning in ECMA-262; write ^", 0),
        (r"^\d+\z", r"\z has no meaning in ECMA-262; write $", 4),
        (r"(?i)abc", "(?i) has no meaning", 0),
        (r"^(?P<year>\d{4})$", "(?P< has no meaning", 1),
        (r"^[[:alpha:]]+$", "[: :] has no meaning", 2),
        (r"^\pL$", r"\p has no meaning", 1),
        (r"a++", "nothing to repeat", 2),
        (r"*a", "nothing to repeat", 0),
        (r"^+", "nothing to repeat", 0),
        (r"(a", "not closed", 0),
        (r"[a", "not closed", 0),
        (r"a)", "not opened", 1),
        (r"[z-a]", "out of order", 1),
        ("a\\", "ends with a backslash", 1),
        (r"/^a$/i", "slashes around a pattern", 0),
        (r"(a)|b\1", "need not have matched", 5),
        (r"(a)?\1", "need not have matched", 4),
        ("\\ud800", "half a character", 0),
        ("(" * 60 + ")" * 60, "nested too deeply", 51),
        (r"^.{0,262144}$", "too large for the engine", 0),
    ],
)
def test_patterns_that_cannot_be_judged_by_say_why_and_where(pattern: str, said: str, offset: int) -> None:
    problem = pattern_problem(pattern)
    assert problem is not None
    assert said in problem[0]
    assert problem[1] == offset


ATOMS = st.sampled_from([
    "a", "b", "1", "-", "_", "\u00e9", ".", r"\d", r"\w", r"\s", r"\S", r"\W", r"\D", "[a-c]", "[^a]", r"[\w-]", r"\.",
    r"\x41", r"\u00e9", "[^]", "(?:a|b)", "[ab1-]", r"\n", "[.]",
])  # fmt: skip
REPEATED = st.tuples(ATOMS, st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "*?"])).map("".join)
ASSERTIONS = st.sampled_from(["(?=a)", "(?!b)", "(?<=a)", r"\b", r"\B", "^", "$"])
PATTERNS = st.lists(REPEATED | ASSERTIONS, min_size=1, max_size=4).map("".join)
TEXTS = st.text(st.sampled_from("abcA1-_. \n\r\u00e9\u2028\ufeff\U0001f600"), max_size=5)


@given(PATTERNS, TEXTS)
def test_the_engine_agrees_with_another_one_of_ecma(pattern: str, text: str) -> None:
    try:
        expected = regress.Regex(pattern, "u").find(text) is not None
    except regress.RegressError:
        return
    try:
        translated(pattern)
    except EcmaPatternInvalid as error:
        raise AssertionError(pattern) from error
    if pattern_problem(pattern) is None:
        assert matches(pattern, text) is expected, (pattern, text)
