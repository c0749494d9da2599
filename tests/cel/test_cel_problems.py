"""Mistakes in expressions: each is told where it stands in the author's text, with what may have been meant."""

import pytest

from troth.cel.expressions import ExpressionInvalid, ExpressionProblem, ValueKind, Vocabulary

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
VOCABULARY = Vocabulary(VARIABLES, LETS)


def problems(text: str) -> tuple[ExpressionProblem, ...]:
    with pytest.raises(ExpressionInvalid) as caught:
        VOCABULARY.compile(text)
    return caught.value.problems


DATES = "rfc2822(text) gives a date in seconds"
RENAME = "give the loop variable another name"


@pytest.mark.parametrize(
    ("text", "offset", "length", "message", "hint"),
    [
        ("login.our", 0, 9, "login.our is not known", "did you mean login.ours?"),
        ("true && login.our", 8, 9, "login.our is not known", "did you mean login.ours?"),
        ("login", 0, 5, "login is not known", "there is login.absent, login.ours"),
        ("response.stats == 200", 0, 14, "response.stats is not known", "did you mean response.status?"),
        ("profil.name == ''", 0, 11, "profil.name is not known", "did you mean profile?"),
        ("'é🙂' == '' || nowhere", 14, 7, "nowhere is not known", None),
        ("true &&\n\tnowhere", 9, 7, "nowhere is not known", None),
        ("True", 0, 4, "True is not known", "did you mean true?"),
        ("found == None", 9, 4, "None is not known", "did you mean null?"),
        ("response.text.contain('x')", 14, 7, "there is no function contain()", "did you mean contains?"),
        ("len(response.text) == 1", 0, 3, "there is no function len()", "did you mean size?"),
        ("size(1, 2) == 1", 0, 4, "size() cannot be called so", None),
        ("code = 5", 5, 1, "= is not an operator of CEL", "write == to compare"),
        ("code === 5", 7, 1, "= is not an operator of CEL", "write == to compare"),
        ("login.ours and login.absent", 11, 3, "and is not an operator of CEL", "write && for and"),
        ("login.ours or login.absent", 11, 2, "or is not an operator of CEL", "write || for or"),
        ("not login.ours", 0, 3, "not is not an operator of CEL", "write ! for not"),
        ("login.ours & login.absent", 11, 1, "& is not an operator of CEL", "write && for and"),
        ("response.status == '200'", 16, 2, "== compares two things of one type, not int and string", None),
        ("response.status < '200'", 16, 1, "< cannot take int and string", None),
        ("response.text.x == 1", 13, 1, "a string has no fields", None),
        ("!response.status", 0, 1, "! cannot take int", None),
        ("size(response.status) == 1", 0, 4, "size() cannot take int", None),
        ("login.ours ? 1 : 'a'", 11, 1, "? : needs a bool and two values of one type, not bool, int and string", None),
        ("(login.ours", 11, 0, "missing ')' at 'the end'", None),
        ("login.ours)", 10, 1, ") does not belong here", None),
        ("'abc", 0, 1, "this text never ends, or has a wrong escape: 'abc", None),
        ("", 0, 0, "the expression ends too early", None),
        ("return == 1", 0, 6, "reserved identifier: return", None),
        ("has(login.ours)", 0, 3,
         "has() asks whether a field is there, and this is a variable, not a field of one", None),
        ("has(either)", 4, 6, "has() argument must be a field selection", None),
        ("5", 0, 1, "the expression must be bool, and this is int", None),
        ("found.age + 1 + 1.5 == 2", 14, 1, "+ cannot take int and double", None),
        ("timestamp(response.text) == null", 0, 9, "timestamp() is not available in contracts", DATES),
        ("found.x.getFullYear() == 1", 8, 11, "getFullYear() is not available in contracts", DATES),
        ("1u == 1u", 0, 2, "an unsigned number is not available in contracts", "leave the u away"),
        ("{true: 1} == {}", 1, 4, "a bool as a key of a map is not available in contracts", None),
        ("found.matches('a(')", 14, 4, "not a regular expression of RE2: missing ): a(", None),
        ("found.matches('(?=a)')", 14, 7, "not a regular expression of RE2: invalid perl operator: (?=", None),
        ("google.protobuf.Duration{} == found", 0, 6,
         "a message (google.protobuf.Duration) is not available in contracts", None),
        ("asked.all(found, true)", 10, 5, "found is a let, so no loop variable can have that name", RENAME),
        ("asked.all(login, true)", 10, 5, "the loop variable login would hide login.ours", RENAME),
        ("asked.map(int, true) == []", 10, 3, "the loop variable int would hide the type of that name", RENAME),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(text: str, offset: int, length: int, message: str, hint: str | None) -> None:
    assert problems(text)[0] == ExpressionProblem(offset, length, message, hint)


def test_every_mistake_is_told() -> None:
    found = problems("nowhere && login.our && response.status == 'x' && foo(found) && bar")
    assert [(problem.offset, problem.length) for problem in found] == [(0, 7), (11, 9), (40, 2), (50, 3), (64, 3)]
    assert [problem.offset for problem in problems("login.ours and not login.absent")] == [11, 15]


@pytest.mark.parametrize(
    "text", ["(" * 400 + "true" + ")" * 400, " + ".join(["1"] * 400) + " == 1", "found" + ".a" * 400 + " == 1"]
)
def test_an_expression_nested_too_deeply_is_refused(text: str) -> None:
    assert "nested too deeply" in problems(text)[0].message


def test_half_a_surrogate_pair_cannot_stand_in_an_expression() -> None:
    assert problems("response.text == '\ud800'")[0] == ExpressionProblem(
        18, 1, "the character U+D800 cannot stand in an expression"
    )
