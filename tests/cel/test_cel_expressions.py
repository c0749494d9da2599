"""Vocabularies and expressions: lets put in place, values, and failures with their places."""

from typing import Any

import pytest

from troth.cel.expressions import (
    CompiledExpression,
    ExpressionInvalid,
    ExpressionProblem,
    Failure,
    ValueKind,
    Vocabulary,
)

VARIABLES: dict[str, ValueKind] = {
    "login.ours": "bool",
    "login.absent": "bool",
    "fields.one": "bool",
    "keys.valid": "bool",
    "response.status": "int",
    "response.text": "string",
    "response.body": "dyn",
    "request.body": "dyn",
    "request.query": "map",
    "before.response.body": "dyn",
}
LETS = {
    "asked": "request.body.request.user",
    "found": "data.user",
    "data": "response.body.response.result.data",
    "profile": "response.body.profile // the object",
    "code": "response.body.response.request.status.code",
    "either": "login.ours || login.absent",
}
USER = {"login": "ann@example.com", "items": [{"n": 1}, {"m": 2}], "age": 7}
SCOPE: dict[str, Any] = {
    "login.ours": True,
    "login.absent": False,
    "fields.one": True,
    "response.status": 200,
    "response.text": "hello",
    "response.body": {
        "response": {"request": {"status": {"code": 200}}, "result": {"data": {"user": USER}}},
        "profile": {"name": "Ann", "content-type": None},
    },
    "request.body": {"request": {"user": {"login": "ann@example.com"}}},
    "request.query": {"fields": ["name"]},
}
VOCABULARY = Vocabulary(VARIABLES, LETS)


def problems(
    text: str, vocabulary: Vocabulary = VOCABULARY, result: ValueKind = "bool"
) -> tuple[ExpressionProblem, ...]:
    with pytest.raises(ExpressionInvalid) as caught:
        vocabulary.compile(text, result)
    assert caught.value.problems
    return caught.value.problems


def value(text: str, **scope: Any) -> Any:
    return VOCABULARY.compile(text, "dyn").evaluate({**SCOPE, **scope})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("code == response.status", True),
        ("has(profile) == fields.one", True),
        ("has((found))", True),
        ("has(found.nothing)", False),
        ("!either", False),
        ("either && either", True),
        ("profile.name", "Ann"),
        ("profile.`content-type` == null", True),
        ('["user_token", "login"].all(f, !(f in asked) || string(asked[f]) == string(found[f]))', True),
        ("profile.all(k, k in ['name', 'content-type'])", True),
        ("request.query.fields.map(f, f + '!')", ["name!"]),
        ('"found" == "fo" + "und"', True),
        ("{'found': found.age}", {"found": 7}),
        ("response.body.response.result.data.user.found", None),
        ("found.items.size()", 2),
        ("keys(profile)", ["name", "content-type"]),
        ("same_except(found, asked, ['items', 'age'])", True),
    ],
)
def test_lets_are_put_in_place(text: str, expected: Any) -> None:
    result = value(text)
    if expected is None:
        assert result == Failure(
            'response.body.response.result.data.user has no field "found"',
            frozenset({"response"}),
            "response.body.response.result.data.user.found",
        )
    else:
        assert (result, type(result)) == (expected, type(expected))


def test_variables_are_those_behind_the_lets() -> None:
    assert VOCABULARY.compile("has(found) && found.login == asked.login").variables == {"response.body", "request.body"}
    assert VOCABULARY.compile("either ? true : false").variables == {"login.ours", "login.absent"}
    assert VOCABULARY.compile("[1].all(x, [x].exists(y, y == response.status))").variables == {"response.status"}
    assert VOCABULARY.compile("true").text == "true"


def test_a_let_may_end_in_a_comment_and_stand_in_one() -> None:
    assert value("profile.name == 'Ann' // found == profile") is True


def test_the_order_of_lets_does_not_matter() -> None:
    first = Vocabulary({"x": "int"}, {"a": "b + 1", "b": "x * 2"})
    other = Vocabulary({"x": "int"}, {"b": "x * 2", "a": "b + 1"})
    assert first.compile("a", "int").evaluate({"x": 3}) == other.compile("a", "int").evaluate({"x": 3}) == 7


@pytest.mark.parametrize(
    ("name", "text", "offset", "length", "message"),
    [
        ("return", "1", 0, 1, "return is a reserved word of CEL, so no let can have that name"),
        ("string", "1", 0, 1, "string is a type of CEL, so no let can have that name"),
        ("my-let", "1", 0, 1, "my-let is no name of CEL (letters, digits and _)"),
        ("login", "1 + 1", 0, 5, "the let login would hide login.ours"),
        ("self", "self + 1", 0, 8, "the let is made of itself: self → self"),
        ("open", "response.body) || (true", 13, 1, ") does not belong here"),
        ("typo", "response.bdy.x", 0, 14, "response.bdy.x is not known"),
        ("when", "timestamp('x')", 0, 9, "timestamp() is not available in contracts"),
        ("empty", "", 0, 0, "the expression ends too early"),
    ],
)
def test_a_wrong_let_is_a_problem_whether_used_or_not(
    name: str, text: str, offset: int, length: int, message: str
) -> None:
    vocabulary = Vocabulary(VARIABLES, {name: text})
    (problem,) = vocabulary.problems
    assert (problem.let, problem.offset, problem.length, problem.message) == (name, offset, length, message)


def test_a_wrong_let_is_told_where_it_is_used() -> None:
    vocabulary = Vocabulary(VARIABLES, {"typo": "response.bdy.x", "user": "typo.name", "fine": "response.body.x"})
    assert [problem.let for problem in vocabulary.problems] == ["typo"]
    first, second = problems("fine == 1 && typo == 1 && user == nowhere", vocabulary)[:2]
    message = "in let 'typo': response.bdy.x is not known"
    assert first == ExpressionProblem(13, 4, message, "did you mean response.body?", "typo")
    assert second == ExpressionProblem(26, 4, message, "did you mean response.body?", "typo")
    assert problems("user == nowhere", vocabulary)[1].message == "nowhere is not known"


def test_lets_made_of_each_other_are_told_once() -> None:
    vocabulary = Vocabulary({"x": "dyn"}, {"a": "b.x", "b": "c.x", "c": "a.x", "d": "c"})
    (problem,) = vocabulary.problems
    assert (problem.let, problem.message) == ("a", "the let is made of itself: a → b → c → a")
    for name in "abcd":
        assert problems(name, vocabulary)[0].let == "a"


def test_a_let_with_the_name_of_a_variable_does_not_change_what_the_variable_means() -> None:
    vocabulary = Vocabulary({"login.ours": "bool"}, {"login": "{'ours': false}"})
    assert vocabulary.compile("login.ours").evaluate({"login.ours": True}) is True
    assert problems("login == {}", vocabulary)[0].hint == "there is login.ours"


def test_lets_that_grow_too_long_are_refused() -> None:
    lets = {f"l{number}": f"l{number - 1} + l{number - 1}" for number in range(1, 16)}
    vocabulary = Vocabulary({"x": "int"}, {"l0": "x", **lets})
    assert "longer than" in vocabulary.problems[0].message


@pytest.mark.parametrize(("name", "kind"), [("in.ours", "reserved"), ("my-input.ours", "no name")])
def test_a_variable_that_cel_cannot_say_is_a_problem(name: str, kind: str) -> None:
    vocabulary = Vocabulary({name: "bool", "x": "bool"})
    assert kind in vocabulary.problems[0].message
    assert vocabulary.compile("x").evaluate({"x": True}) is True


R = frozenset({"response"})
U = "response.body.response.result.data.user"


@pytest.mark.parametrize(
    ("text", "message", "roots", "path"),
    [
        ("found.nope == 1", f'{U} has no field "nope"', R, f"{U}.nope"),
        ("has(found.nope.deep)", f'{U} has no field "nope"', R, f"{U}.nope"),
        ("found.age.x", f"{U}.age is an int, which has no fields", R, f"{U}.age"),
        ("has(found.age.x)", f"{U}.age is an int, which has no fields", R, f"{U}.age"),
        ("profile.`content-type`.x", 'response.body.profile["content-type"] is null, which has no fields', R,
         'response.body.profile["content-type"]'),
        ("found.items[7].n", f"{U}.items has 2 elements, so [7] is none of them", R, f"{U}.items[7]"),
        ("found.items[-1]", f"{U}.items has 2 elements, so [-1] is none of them", R, f"{U}.items[-1]"),
        ("found.items[1].n", f'{U}.items[1] has no field "n"', R, f"{U}.items[1].n"),
        ("found['nope']", f'{U} has no field "nope"', R, f"{U}.nope"),
        ("found.items.all(i, i.n == 1)", f'{U}.items[1] has no field "n"', R, f"{U}.items[1].n"),
        ("found.items.map(i, i.n)", f'{U}.items[1] has no field "n"', R, f"{U}.items[1].n"),
        ("found.items.exists_one(i, i.m == 2)", f'{U}.items[0] has no field "m"', R, f"{U}.items[0].m"),
        ("found.items.all(i, i.all(k, k.x))", 'the key "n" is a string, which has no fields', R, f"{U}.items[0].n"),
        ("profile.all(k, k.x)", 'the key "name" of response.body.profile is a string, which has no fields', R,
         "response.body.profile.name"),
        ("['nope'].all(f, found[f] == 1)", f'{U} has no field "nope"', R, f"{U}.nope"),
        ("found.items.all(i, found[string(i.size())])", f'{U} has no field "1"', R, f'{U}["1"]'),
        ("[found].all(f, f.x)", 'element 0 of the list has no field "x"', R, "element 0 of the list.x"),
        ("found.login > 5", f"> cannot order a string and an int ({U}.login)", R, f"{U}.login"),
        ("found.login + found.age", f"+ cannot take a string and an int ({U}.login and {U}.age)", R, None),
        ("['login'].all(f, size(asked[f]) == size(found['age']))", f"size() cannot take an int ({U}.age)", R,
         f"{U}.age"),
        ("found.age.all(x, true)", f"{U}.age is an int, which has no elements", R, f"{U}.age"),
        ("'a' in found.age", f"in needs a list or a map, not an int ({U}.age)", R, f"{U}.age"),
        ("found.age && true", f"{U}.age is 7, not true or false", R, f"{U}.age"),
        ("!found.login", f"{U}.login is a string, not true or false", R, f"{U}.login"),
        ("found.age ? 1 : 2", f"{U}.age is 7, not true or false", R, f"{U}.age"),
        ("found.items.exists(i, i)", f"{U}.items[0] is a map, not true or false", R, f"{U}.items[0]"),
        ("keys.valid", "keys.valid is not known", frozenset({"keys"}), "keys.valid"),
        ("before.response.body.x == 1", "before.response.body is not known", frozenset({"before"}),
         "before.response.body"),
        ("before.response.body.x == found.x", "before.response.body is not known", frozenset({"before"}),
         "before.response.body"),
        ("keys.valid || before.response.body.x", "keys.valid is not known", frozenset({"keys", "before"}),
         "keys.valid"),
        ("keys.valid && login.ours", "keys.valid is not known", frozenset({"keys"}), "keys.valid"),
        ("9223372036854775807 + found.age > 0", f"+ went beyond 64 bits ({U}.age)", R, f"{U}.age"),
        ("1 / 0 == 1", "/ by zero", frozenset(), None),
    ],
)  # fmt: skip
def test_a_failure_names_the_deepest_place_that_exists(
    text: str, message: str, roots: frozenset[str], path: str | None
) -> None:
    assert value(text) == Failure(message, roots, path)


@pytest.mark.parametrize("text", ["login.ours || found.nope", "login.absent && found.nope", "found.nope || login.ours"])
def test_an_error_beside_what_decides_is_none(text: str) -> None:
    assert value(text) is ("||" in text)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (5, "response.body.flag is 5, not true or false"),
        (None, "response.body.flag is null, not true or false"),
        ("true", "response.body.flag is a string, not true or false"),
        (1, "response.body.flag is 1, not true or false"),
        ([True], "response.body.flag is a list, not true or false"),
    ],
)
def test_only_true_and_false_are_verdicts(given: object, message: str) -> None:
    verdict = VOCABULARY.compile("response.body.flag").evaluate({"response.body": {"flag": given}})
    assert verdict == Failure(message, R, "response.body.flag")


def test_a_verdict_of_no_place_is_shown() -> None:
    assert VOCABULARY.compile("dyn(2 + 3)").evaluate({}) == Failure("gave 5, not true or false", frozenset())


def test_other_results_are_held_to_their_kind() -> None:
    expression = VOCABULARY.compile("found.login", "string")
    assert expression.evaluate(SCOPE) == "ann@example.com"
    assert isinstance(VOCABULARY.compile("found.age", "string").evaluate(SCOPE), Failure)
    assert problems("1 + 1", result="string")[0].message == "the expression must be string, and this is int"


def nested(levels: int, leaf: object) -> list[object]:
    made: list[object] = [leaf]
    for _ in range(levels):
        made = [made]
    return made


@pytest.mark.parametrize(
    "text", ["response.body == request.body", "distinct([response.body])", "response.body in [request.body]"]
)
def test_a_hostile_body_is_a_failure_not_a_crash(text: str) -> None:
    scope = {"response.body": nested(10_000, 1), "request.body": nested(10_000, 1)}
    failure = VOCABULARY.compile(text).evaluate(scope)
    assert isinstance(failure, Failure)
    assert "levels deep" in failure.message
    assert failure.roots >= R


def test_loops_within_loops_end() -> None:
    scope = {"response.body": list(range(2_000))}
    failure = VOCABULARY.compile("response.body.all(a, response.body.all(b, a + b >= 0))").evaluate(scope)
    assert failure == Failure("loops over more than 1000000 elements", R)


def test_numbers_and_text_beyond_what_the_reference_can_carry() -> None:
    scope = {"response.body": {"big": 2**70, "nul": "ok\0junk", "half": "\ud800"}}
    for text, expected in (
        ("response.body.big == response.body.big", True),
        ("response.body.big > 9223372036854775807", True),
        ("response.body.nul == 'ok'", False),
        ("size(response.body.nul) == 7", True),
        ("response.body.half != 'ok' && size(response.body.half) == 1", True),
    ):
        assert VOCABULARY.compile(text).evaluate(scope) is expected
    assert isinstance(VOCABULARY.compile("response.body.big + 1 > 0").evaluate(scope), Failure)


def test_an_evaluation_leaves_the_body_alone_and_does_not_share_literals() -> None:
    expression: CompiledExpression = VOCABULARY.compile("[1, 2]", "list")
    first = expression.evaluate({})
    assert isinstance(first, list)
    first.append(3)
    assert expression.evaluate({}) == [1, 2]


def test_long_chains_are_not_nested() -> None:
    assert value(" || ".join(["login.absent"] * 2000)) is False
