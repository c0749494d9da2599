"""A case may name the workflow that makes the state it needs; what the workflow made is gone after the case."""

import json
from pathlib import Path

import pytest
from bookmaking import FunctionTarget, answer_of, make_folders
from workflow_books import HEAD, SPEC, WORLD_FACTS

from troth.arazzo.given import GivenWorkflows
from troth.arazzo.surroundings import Surroundings
from troth.arazzo.terms import compile_workflows
from troth.judging.lint import lint_vendor
from troth.judging.terms import compile_terms
from troth.model.exchange import NoAnswer, Request, Response
from troth.model.ports import Budget
from troth.model.report import ItemResult, Verdict
from troth.session.folders import read_book
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.sources.cases import CasesSource
from troth.targets.live.conduct import Conduct
from troth.targets.live.permission import Permission

FLOWS = (
    HEAD
    + """\
x-inputs: {id: {fresh: text}}
workflows:
  - workflowId: an-order-to-work-with
    inputs: {type: object, properties: {id: {type: string}}}
    steps:
      - stepId: create
        operationId: createOrder
        requestBody: {contentType: application/json, payload: {id: $inputs.id}}
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {id: $response.body#/id}
      - stepId: remove
        x-cleanup: true
        operationId: deleteOrder
        parameters: [{name: order, in: path, value: $steps.create.outputs.id}]
    outputs: {id: $steps.create.outputs.id}
"""
)
CONTRACT = """\
vendor: shop
operation: readOrder
given:
  made: {workflow: an-order-to-work-with, take: $outputs.id}
inputs:
  order:
    at: path:order
    classes: {made: $given.made, unknown: {fresh: text}}
outcomes:
  rows:
    - id: found
      when: order.made
      answer: {status: 200}
      basis: documented
      source: {ours: the test says so}
    - id: not-found
      when: order.unknown
      answer: {status: 404}
      basis: documented
      source: {ours: the test says so}
"""


class Shop:
    """A shop that keeps what it is told, on which nothing is ever reset."""

    def __init__(self, creates: bool = True) -> None:
        self.orders: set[str] = set()
        self._creates = creates

    def __call__(self, request: Request) -> Response | NoAnswer:
        name = request.url.rpartition("/")[2]
        if request.method == "POST":
            if not self._creates:
                return answer_of(400, {})
            self.orders.add(json.loads(request.body)["id"])
            return answer_of(201, json.loads(request.body))
        if name not in self.orders:
            return answer_of(404, {})
        if request.method == "DELETE":
            self.orders.discard(name)
            return Response(204)
        return answer_of(200, {"id": name})


def run(
    root: Path, shop: Shop, contract: str = CONTRACT, effects: frozenset[str] | None = None
) -> tuple[dict[str, ItemResult], FunctionTarget]:
    folders = make_folders(root, SPEC, {"world": WORLD_FACTS, "flows.arazzo": FLOWS, "orders": contract})
    book, problems = read_book(folders)
    assert not problems, problems
    terms, _ = compile_terms(book)
    flows, found = compile_workflows(book)
    assert not found, found
    target = FunctionTarget(shop)
    around = Surroundings(flows, terms, target.facts, lambda _seconds: None, target.abilities)
    conduct = Conduct() if effects is None else Conduct(Permission(terms, effects, lockouts=True))
    runner = Runner(book, terms, target, Court(), conduct=conduct, promises=flows.promises())
    source = CasesSource(terms, target.facts, Budget(), GivenWorkflows(around, Budget()))
    reading = [item for item in source.items() if item.operation.name == "readOrder"]
    return {item.name.rpartition("/")[2]: runner.run(item) for item in reading}, target


def test_the_case_uses_what_the_workflow_made_and_leaves_nothing_behind(tmp_path: Path) -> None:
    shop = Shop()
    results, target = run(tmp_path, shop)
    assert results["found"].verdict is Verdict.KEPT
    assert [request.method for request in target.sent[:3]] == ["POST", "GET", "DELETE"]
    assert not shop.orders


def test_a_workflow_that_fails_makes_the_case_unjudged(tmp_path: Path) -> None:
    results, target = run(tmp_path, Shop(creates=False))
    assert results["found"].verdict is Verdict.UNJUDGED
    assert "an-order-to-work-with did not give it" in "".join(one.message for one in results["found"].findings)
    assert [request.method for request in target.sent if request.method != "GET"] == ["POST"]


def test_nothing_is_created_where_it_could_not_be_removed(tmp_path: Path) -> None:
    """A target that allows creation but no deletion gets neither: a sequence is sent whole or not at all."""
    results, target = run(tmp_path, Shop(), effects=frozenset({"safe", "creates"}))
    assert results["found"].verdict is Verdict.SKIPPED
    assert "POST" not in {request.method for request in target.sent}
    assert results["not-found"].verdict is Verdict.KEPT


@pytest.mark.parametrize(
    ("old", "new", "message", "fix"),
    [
        ("an-order-to-work-with", "an-order-to-wrk-with", "unknown workflow", "did you mean 'an-order-to-work-with'"),
        ("$outputs.id", "$outputs.ix", "has no output 'ix'", "known: id"),
    ],
)
def test_a_misspelt_workflow_or_output_is_named(tmp_path: Path, old: str, new: str, message: str, fix: str) -> None:
    contract = CONTRACT.replace(old, new, 1)
    book, _ = read_book(make_folders(tmp_path, SPEC, {"world": WORLD_FACTS, "flows.arazzo": FLOWS, "orders": contract}))
    (problem,) = lint_vendor(book.vendors["shop"])
    assert message in problem.message
    assert fix in problem.fix
    assert problem.position.line == 4


def test_what_is_taken_must_be_an_output(tmp_path: Path) -> None:
    contract = CONTRACT.replace("$outputs.id", "response.body.id")
    _, problems = read_book(make_folders(tmp_path, SPEC, {"flows.arazzo": FLOWS, "orders": contract}))
    assert [problem.message for problem in problems] == ["'response.body.id' is no output of a workflow"]
