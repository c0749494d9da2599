"""Runtime expressions and simple conditions: what is read, what it stands for, and that nothing is guessed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.arazzo.criteria import compile_criterion
from troth.arazzo.expressions import Malformed, read_condition, read_reference, read_text_template
from troth.arazzo.values import Asked, Missing, Moment, fill, value_of
from troth.errors import Position
from troth.model.exchange import Exchange, Request, Response
from troth.model.operation import Basis, Operation
from troth.model.workflow import Criterion, RuntimeExpression, Text, runtime_expressions

OPERATION = Operation(
    vendor="shop",
    name="readOrder",
    method="PUT",
    path="/orders/{order}",
    server="https://shop.example",
    parameters=(),
    request_body=(),
    body_required=False,
    responses={},
    security=(),
    effect="safe",
    basis=Basis.ASSUMED,
    citation=None,
    position=Position("shop.yaml"),
    http_name="readOrder",
)
EXCHANGE = Exchange(
    Request(
        "PUT",
        "https://shop.example/orders/a%20b?tag=x&tag=y&one=1",
        (("Content-Type", "application/json"), ("X-Trace", "t-1")),
        b'{"sent": [1, 2]}',
    ),
    Response(
        202,
        (("Content-Type", "application/json"), ("X-Left", "7")),
        b'{"id": "A-1", "n": 3, "ok": true, "none": null, "a/b": {"~": "tilde"}, "list": [{"id": "x"}]}',
    ),
)
MOMENT = Moment(
    inputs={"order": "A-1", "deep.name": 5, "nest": {"in": "side"}},
    steps={"first": {"id": "a-1", "many": [{"k": 1}, {"k": 2}]}},
    workflows={"other": {"token": "t"}},
    outputs={"result": 9},
    asked=Asked.of(EXCHANGE, OPERATION),
)

VALUES = [
    ("$url", "https://shop.example/orders/a%20b?tag=x&tag=y&one=1"),
    ("$method", "PUT"),
    ("$statusCode", 202),
    ("$request.path.order", "a b"),
    ("$request.query.one", "1"),
    ("$request.query.tag", ["x", "y"]),
    ("$request.header.x-trace", "t-1"),
    ("$request.body#/sent/1", 2),
    ("$response.header.X-LEFT", "7"),
    ("$response.body#/id", "A-1"),
    ("$response.body#/a~1b/~0", "tilde"),
    ("$response.body#/list/0/id", "x"),
    ("$inputs.order", "A-1"),
    ("$inputs.deep.name", 5),
    ("$inputs.nest.in", "side"),
    ("$inputs.nest#/in", "side"),
    ("$steps.first.outputs.id", "a-1"),
    ("$steps.first.outputs.many#/1/k", 2),
    ("$workflows.other.outputs.token", "t"),
    ("$outputs.result", 9),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_an_expression_stands_for_its_value(text: str, value: object) -> None:
    assert value_of(read_reference(text), MOMENT) == value


@pytest.mark.parametrize(
    "text",
    [
        "$inputs.nothing",
        "$steps.nobody.outputs.x",
        "$steps.first.outputs.x",
        "$response.body#/nope",
        "$response.body#/list/9",
        "$response.body#/id/deeper",
        "$response.header.X-None",
        "$request.query.none",
        "$workflows.none.outputs.x",
    ],
)
def test_what_stands_for_nothing_says_so(text: str) -> None:
    with pytest.raises(Missing, match="stands for nothing"):
        value_of(read_reference(text), MOMENT)


@pytest.mark.parametrize("text", ["$inputs.", "$statusCodes", "$response.status", "$steps.a.output.b", "$nope", "$"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_reference(text)


def test_a_template_keeps_types_and_joins_texts() -> None:
    template = {
        "whole": read_text_template("$response.body#/n"),
        "braced": read_text_template("{$response.body#/n}"),
        "text": read_text_template("n={$response.body#/n}, {$inputs.order}!"),
        "plain": read_text_template("costs $5 {or so}"),
    }
    assert fill(template, MOMENT) == {"whole": 3, "braced": 3, "text": "n=3, A-1!", "plain": "costs $5 {or so}"}


CONDITIONS = [
    ("$statusCode == 202", True),
    ("$statusCode != 202", False),
    ("$statusCode >= 200 && $statusCode < 300", True),
    ("$statusCode < 200 || $response.body#/n == 3", True),
    ("!($statusCode == 202)", False),
    ("!!($statusCode == 202)", True),
    ("$response.body#/id == 'a-1'", True),  # texts compare without regard to case
    ("$response.body#/id == $steps.first.outputs.id", True),
    ("$response.body#/n == '3'", False),
    ("$response.body#/ok == true", True),
    ("$response.body#/ok", True),
    ("$response.body#/n", False),
    ("$response.body#/n == true", False),
    ("$response.body#/none == null", True),
    ("$response.body#/list[0].id == 'x'", True),
    ("$steps.first.outputs.many[1].k == 2", True),
    ("$response.body#/n > 2.5", True),
    ("$response.body#/id > 3", False),  # cannot be ordered
    ("!($response.body#/id > 3)", False),  # nor can its contrary
    ("$response.body#/nope == 1", False),
    ("$response.body#/nope != 1", False),
    ("!($response.body#/nope == 1)", False),
    ("$response.body#/nope == 1 || $statusCode == 202", True),
    ("$inputs.order == 'it''s'", False),
]


@pytest.mark.parametrize(("text", "holds"), CONDITIONS)
def test_a_condition_fails_closed(text: str, holds: bool) -> None:
    check = compile_criterion(Criterion("simple", text, Position("x"), read_condition(text)))
    assert (check(MOMENT) is None) is holds


OTHERS = [
    ("regex", "^A-\\d$", "$response.body#/id", True),
    ("regex", "^B", "$response.body#/id", False),
    ("regex", ".", "$response.body", False),
    ("jsonpath", "$.list[?@.id == 'x']", "$response.body", True),
    ("jsonpath", "$.list[?@.id == 'y']", "$response.body", False),
    ("jsonpath", "$[?count(@.list) > 0]", "$response.body", True),  # the specification's own way to ask an object
    ("jsonpath", "$[?@.id == 'x']", "$response.body#/list", True),
    ("jsonpath", "$.x", "$response.body#/id", False),
    ("jsonpath", "$.x", "$response.body#/nope", False),
    ("xpath", "//a", "$response.body", False),
]


@pytest.mark.parametrize(("kind", "text", "context", "holds"), OTHERS)
def test_other_criteria_fail_closed(kind: str, text: str, context: str, holds: bool) -> None:
    check = compile_criterion(Criterion(kind, text, Position("x"), None, read_reference(context)))
    assert (check(MOMENT) is None) is holds


XML = b"<e xmlns='urn:x'><return>42</return><none/></e>"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("//*[local-name()='return'] = 42", True),
        ("//*[local-name()='return'] = 43", False),
        ("//*[local-name()='return']", True),
        ("//return", False),
        ("count(//*)", True),
        ("string(//*[local-name()='none'])", False),
    ],
)
def test_xpath_is_held_against_the_document(text: str, holds: bool) -> None:
    exchange = Exchange(EXCHANGE.request, Response(200, (("Content-Type", "text/xml"),), XML))
    moment = Moment(asked=Asked.of(exchange, OPERATION))
    check = compile_criterion(Criterion("xpath", text, Position("x"), None, read_reference("$response.body")))
    assert (check(moment) is None) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('response.body.id == inputs.order && steps["first"].id == "a-1"', True),
        ("response.body.nope == 1", False),
        ("response.body.n", False),
    ],
)
def test_cel_fails_closed(text: str, holds: bool) -> None:
    check = compile_criterion(Criterion("cel", text, Position("x")))
    assert (check(MOMENT) is None) is holds


def read_or_offset(read: Callable[[str], Any], text: str) -> Any:
    """What is read, or where the mistake is."""
    try:
        return read(text)
    except Malformed as error:
        return error.offset


@given(st.text(max_size=40))
def test_any_text_is_a_template_or_malformed(text: str) -> None:
    template = read_or_offset(read_text_template, text)
    if isinstance(template, int):
        assert 0 <= template <= len(text)
        return
    if isinstance(template, str):
        assert template == text
    elif isinstance(template, RuntimeExpression):
        assert template.text in text
    else:
        assert isinstance(template, Text)
        assert list(runtime_expressions(template))


@given(st.text(alphabet="$statusCode=<>!&|()' 0123456789.#/[]{}abtrue", max_size=40))
def test_any_text_is_a_condition_or_malformed(text: str) -> None:
    condition = read_or_offset(read_condition, text)
    if isinstance(condition, int):
        assert 0 <= condition <= len(text)
        return
    compile_criterion(Criterion("simple", text, Position("x"), condition))(MOMENT)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=8))
def test_a_value_is_found_where_its_pointer_says(value: object) -> None:
    exchange = Exchange(
        EXCHANGE.request,
        Response(200, (("Content-Type", "application/json"),), json.dumps({"at": value}).encode()),
    )
    moment = Moment(asked=Asked.of(exchange, OPERATION))
    assert value_of(read_reference("$response.body#/at"), moment) == value
