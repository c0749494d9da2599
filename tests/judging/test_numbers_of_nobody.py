"""Which numbers are nobody's where an input is read as text: whole ones that no fact has."""

import json
from pathlib import Path

import pytest
from bookmaking import SHOP_SPEC, make_book

from troth.judging.classes import classifiers
from troth.judging.terms import compile_terms
from troth.model.exchange import Request
from troth.model.facts import Facts
from troth.wire.views import RequestView

CONTRACT = """\
vendor: shop
operation: readOrder
inputs:
  id: {at: "body:/id", as: text, classes: {ours: $world.id, unknown: {fresh: digits}}}
clauses:
  there: {expect: response.status < 500, source: {ours: a test}}
"""


@pytest.mark.parametrize(
    ("value", "found"), [(7, "ours"), ("7", "ours"), (8, "unknown"), ("8", "unknown"), (8.5, None), (True, None)]
)
def test_a_fraction_is_nobody_s_id(tmp_path: Path, value: object, found: str | None) -> None:
    terms, problems = compile_terms(make_book(tmp_path, SHOP_SPEC, {"orders": CONTRACT}))
    assert not problems
    operation = terms.operations["shop.readOrder"]
    facts = Facts(world={"id": "7"}, closed=True)
    (one,) = classifiers(operation.inputs, facts)
    request = Request("GET", "https://shop.example/orders/1", (), json.dumps({"id": value}).encode())
    assert one.classify(RequestView(request, operation.operation), facts) == found
