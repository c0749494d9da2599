"""The short way never says more than the long one: what it proves holds, and it proves what mostly holds."""

from typing import Any

import pytest
from drawn_expressions import VARIABLES, VOCABULARY, expressions, scopes
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from troth.cel.expressions import CompiledExpression, ExpressionInvalid, Failure, Vocabulary
from troth.cel.loops import MOST_STEPS
from troth.cel.proof import AnswerPart, Goal, prove
from troth.model.facts import UNKNOWN

BODY: dict[str, Any] = {
    "code": 200,
    "flag": True,
    "one": 1,
    "text": "a",
    "items": [{"id": 1}, {"id": 2}],
    "user": {"login": "jane", "age": 3.0},
    "nothing": None,
}
SCOPE = {"response.body": BODY, "response.status": 200, "login.ours": True}


def compiled(text: str) -> CompiledExpression | None:
    try:
        return VOCABULARY.compile(text)
    except ExpressionInvalid:
        return None


def proves(text: str, scope: dict[str, Any] = SCOPE) -> bool:
    return prove([Goal(VOCABULARY.compile(text))])(scope, UNKNOWN) == 0


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(texts=st.lists(expressions("bool", 3), min_size=1, max_size=4), scope=scopes())
def test_what_is_proven_holds(texts: list[str], scope: dict[str, Any]) -> None:
    goals = [expression for text in texts if (expression := compiled(text)) is not None]
    held = [expression.evaluate(scope) is True for expression in goals]
    proven = prove([Goal(expression) for expression in goals])(scope, UNKNOWN)
    event(f"{'proven' if proven == 0 else 'given up'}, {'holds' if all(held) else 'does not hold'}")
    assert proven in (0, -1)
    assert proven == -1 or all(held), texts


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(when=expressions("bool", 2), expect=expressions("bool", 2), scope=scopes())
def test_under_a_condition_that_is_missing_something_nothing_is_said(
    when: str, expect: str, scope: dict[str, Any]
) -> None:
    condition, expected = compiled(when), compiled(expect)
    if condition is None or expected is None:
        return
    missing = frozenset(name.partition(".")[0] for name in VARIABLES if name not in scope)
    proven = prove([Goal(expected, condition, missing)])(scope, UNKNOWN)
    applies = condition.evaluate(scope)
    holds = expected.evaluate(scope) if applies is True else None
    event(f"{proven}")
    if proven == 1:
        assert (applies, holds) == (True, True)
    elif proven == 0:
        unsaid = [one for one in (applies, holds) if isinstance(one, Failure) and one.roots & missing]
        assert applies is False or unsaid, (applies, holds)


@pytest.mark.parametrize(
    "text",
    [
        "response.body.code == response.status",
        "response.body.code >= 200 && response.body.code < 300",
        "has(response.body.user) && !has(response.body.result)",
        "response.body.user.login in ['jane', 'joe'] && 'login' in response.body.user",
        "['login', 'age'].all(name, name in response.body.user && response.body.user[name] != null)",
        "response.body.items.all(item, item.id > 0) && response.body.items.exists(item, item.id == 2)",
        "response.body.items.map(item, item.id) == [1, 2]",
        "response.body.user == {'login': 'jane', 'age': 3}",
        "type(response.body.text) == string && type(response.body.nothing) != string",
        "response.body.flag == true && response.body.nothing == null && response.body.flag != 1",
        "login.ours ? response.body.text.matches('^[a-z]$') : response.body.code == 0",
        "response.body.items[1].id + 1 == 3 || response.body.missing",
        "string(response.body.code) == '200' && size(response.body.items) == 2",
    ],
)
def test_what_contracts_are_full_of_is_proven(text: str) -> None:
    assert VOCABULARY.compile(text).evaluate(SCOPE) is True
    assert proves(text)


@pytest.mark.parametrize(
    "text",
    [
        "response.body.one == true",
        "response.body.flag == 1",
        "response.body.flag == response.body.one",
        "response.body.text",
        "has(response.body.text.a)",
        "'a' in response.body.text",
        "response.body.text[0] == 'a'",
        "response.body.items[-1].id == 2",
        "response.body.text.all(letter, true)",
        "response.body.missing == null",
        "response.body.one && true",
        "took > 0.0",
    ],
)
def test_where_python_would_say_yes_and_cel_does_not(text: str) -> None:
    assert VOCABULARY.compile(text).evaluate(SCOPE) is not True
    assert not proves(text)


def test_a_loop_over_too_much_is_not_proven() -> None:
    scope = {**SCOPE, "response.items": [0] * (MOST_STEPS // 2 + 1)}
    assert proves("response.items.all(item, item == 0)", scope)
    assert not proves("['a', 'b'].all(name, response.items.all(item, item == 0))", scope)


def test_bits_say_which_conditions_applied() -> None:
    goals = [
        Goal(VOCABULARY.compile("response.body.code == 200"), VOCABULARY.compile(when))
        for when in ("response.body.code < 300", "response.body.code > 300", "has(response.body.user)")
    ]
    assert prove(goals)(SCOPE, UNKNOWN) == 0b101


def test_one_alternative_is_enough_and_all_its_parts_are_needed() -> None:
    code, text = (Vocabulary(VARIABLES).compile(f"response.body.{name}", "dyn") for name in ("code", "text"))
    wrong, right, other = (
        AnswerPart(code, lambda value, _: value == 404),
        AnswerPart(code, lambda value, _: value == 200),
        AnswerPart(text, lambda value, _: value == "b"),
    )
    assert prove([], [[wrong], [right]])(SCOPE, UNKNOWN) == 0
    assert prove([], [[wrong], [right, other]])(SCOPE, UNKNOWN) == -1
    assert prove([], [[]])(SCOPE, UNKNOWN) == 0


def test_texts_of_a_contract_stay_texts() -> None:
    text = """response.body.text != '\\') or True or (\\'' && response.body.text == "a" """
    assert proves(text)
    assert not proves("""response.body.text == "' or True or '" """)
