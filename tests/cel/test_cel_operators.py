"""Every operator and function on every pair of sample values, as the reference has it: one value, or an error.

Each expression is written in the ways that are compiled differently: over variables, over what a function gives, and
with a literal on either side.
"""

import itertools
import math
from collections.abc import Iterable
from typing import Any

import pytest
from drawn_expressions import mixes_numbers

from troth.cel.expressions import Failure, ValueKind, Vocabulary
from troth.cel.reference import ReferenceEngine, literal

VARIABLES: dict[str, ValueKind] = {"x": "dyn", "y": "dyn"}
VOCABULARY = Vocabulary(VARIABLES)
REFERENCE = ReferenceEngine(VARIABLES)

SAMPLES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, -7, 2, 2**53 + 1, 2**63 - 1, -(2**63)),
    *(0.0, 1.0, -2.5, 1.5, 2.0**53, 1e300, math.inf, math.nan),
    *("", "a", "ab", "1", "-7", "true", "1.5", "é🙂"),
    *([], [1], [1.0, "a"], [True], ["a", "a"], [2, 1]),
    *({}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": None}, {"ab": {"a": [1]}}),
)
BINARY = ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in", "&&", "||")
UNARY = (
    *("!{0}", "-{0}", "{0}.a", "has({0}.a)", "{0}['a']", "{0}[0]", "{0} ? 1 : 2"),
    *("size({0})", "string({0})", "int({0})", "double({0})", "bool({0})", "bytes({0})", "dyn({0})"),
    *(
        "type({0}) == int",
        "type({0}) == type(1.0)",
        "distinct({0})",
        "keys({0})",
        "is_sorted({0}, 'asc')",
        "rfc2822({0})",
    ),
    *(
        "{0}.all(e, e == 1)",
        "{0}.exists(e, e)",
        "{0}.exists_one(e, e == 'a')",
        "{0}.map(e, e)",
        "{0}.filter(e, e != 1)",
    ),
)
OF_TWO = (
    *("{0}.contains({1})", "{0}.startsWith({1})", "{0}.endsWith({1})", "{0}.matches({1})", "{0}[{1}]"),
    *("is_sorted({0}, {1})", "same_except({0}, {1}, ['a'])", "{{'k': {0}}} == {{'k': {1}}}", "[{0}] == [{1}]"),
)


def written(value: Any) -> str | None:
    """A sample as a literal of CEL, where it has one."""
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, (list, dict)) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else (repr(value).replace("e+", ".0e+") if isinstance(value, float) else str(value))
    )


def check(text: str, scopes: Iterable[dict[str, Any]]) -> None:
    reference = REFERENCE.evaluator(text)
    evaluate = VOCABULARY.compile(text, "dyn").evaluate
    for scope in scopes:
        succeeds, theirs = reference(scope)
        ours = evaluate(scope)
        if isinstance(theirs, bytearray):
            theirs = bytes(theirs)
        if isinstance(ours, Failure):
            assert not succeeds, f"{text} of {scope}: {ours.message}, but the reference gives {theirs!r}"
        elif not mixes_numbers(theirs):
            assert succeeds, f"{text} of {scope}: {ours!r}, but the reference says {theirs}"
            assert repr(ours) == repr(theirs), f"{text} of {scope}"


PAIRS = [{"x": left, "y": right} for left, right in itertools.product(SAMPLES, SAMPLES)]
VALUES = [{"x": value} for value in SAMPLES]


@pytest.mark.parametrize("sign", BINARY)
def test_operators(sign: str) -> None:
    check(f"x {sign} y", PAIRS)


@pytest.mark.parametrize("sign", BINARY)
def test_operators_with_a_literal(sign: str) -> None:
    for text in filter(None, map(written, SAMPLES)):
        check(f"x {sign} dyn({text})", VALUES)
        check(f"[x][0] {sign} dyn({text})", VALUES)
        check(f"dyn({text}) {sign} x", VALUES)


@pytest.mark.parametrize("known", ["1", "0", "'a'", "''", "null", "true", "false", "9007199254740993", "1.0"])
def test_comparisons_that_are_specialised(known: str) -> None:
    for sign in ("==", "!=") if known == "null" else ("==", "!=", "<", "<=", ">", ">="):
        check(f"x {sign} {known}", VALUES)
        check(f"[x][0] {sign} {known}", VALUES)
        check(f"x.a {sign} {known}", [{"x": {"a": value}} for value in SAMPLES])


@pytest.mark.parametrize("shape", UNARY)
def test_functions(shape: str) -> None:
    check(shape.format("x"), VALUES)
    check(shape.format("dyn([x][0])"), VALUES)


@pytest.mark.parametrize("shape", OF_TWO)
def test_functions_of_two(shape: str) -> None:
    check(shape.format("x", "y"), PAIRS)


NUMBERS = (0, 1, -1, 2, 7, -7, 10, 0.0, 0.5, 1.5, -2.5, 10.0, 1e300)


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_whole_numbers_and_fractions_mix_as_the_doubles_that_json_has(sign: str) -> None:
    for left, right in itertools.product(NUMBERS, NUMBERS):
        if type(left) is not type(right):
            succeeds, theirs = REFERENCE.evaluator(f"double(x) {sign} double(y)")({"x": left, "y": right})
            assert succeeds
            assert repr(VOCABULARY.compile(f"x {sign} y", "dyn").evaluate({"x": left, "y": right})) == repr(theirs)


@pytest.mark.parametrize(("left", "right", "rest"), [(10.0, 3, 1), (-7, 2.0, -1), (7, -2.0, 1)])
def test_a_remainder_takes_whole_numbers_however_they_are_written(left: float, right: float, rest: int) -> None:
    assert VOCABULARY.compile("x % y", "dyn").evaluate({"x": left, "y": right}) == rest


def test_a_remainder_of_a_fraction_is_still_none() -> None:
    assert isinstance(VOCABULARY.compile("x % y", "dyn").evaluate({"x": 7.5, "y": 2}), Failure)
