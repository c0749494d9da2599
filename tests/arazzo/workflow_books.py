"""Small workflow documents about the shop of `bookmaking`, run against a function that answers."""

from collections.abc import Callable, Mapping
from pathlib import Path

from bookmaking import FunctionTarget, make_folders

from troth.arazzo.source import WorkflowsSource
from troth.arazzo.surroundings import Bounds, Surroundings
from troth.arazzo.terms import compile_workflows
from troth.errors import Problem
from troth.judging.terms import compile_terms
from troth.model.exchange import NoAnswer, Request, Response
from troth.model.ports import Abilities, Budget
from troth.model.report import ItemResult
from troth.session.folders import read_book
from troth.session.runner import Runner
from troth.session.verdicts import Court

SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody:
        required: true
        content: {application/json: {schema: {type: object}}}
      responses:
        "201":
          description: Created.
          content:
            application/json:
              schema:
                type: object
                properties: {id: {type: string}, lines: {type: array, items: {type: object}}}
        4XX: {description: Refused.}
  /orders/{order}:
    parameters: [{name: order, in: path, required: true, schema: {type: string}}]
    get:
      operationId: readOrder
      parameters: [{name: detail, in: query, schema: {type: string}}]
      responses:
        "200":
          description: An order.
          content:
            application/json:
              schema:
                type: object
                additionalProperties: false
                properties: {id: {type: string}, note: {type: string}}
        4XX: {description: Refused.}
    delete:
      operationId: deleteOrder
      responses: {"204": {description: Gone.}, 4XX: {description: Refused.}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    user: {type: http, scheme: basic}
    token: {type: oauth2, flows: {}}
    digest: {type: http, scheme: digest}
"""

HEAD = """\
arazzo: 1.0.1
info: {title: Shop, version: "1"}
sourceDescriptions: [{name: shop, url: ../../specs/shop.yaml, type: openapi}]
"""

WORLD_FACTS = """\
vendor: shop
facts: {order.id: {says: An order.}}
"""


def problems_of(root: Path, workflows: str) -> tuple[Problem, ...]:
    """Everything that is said against a document without running it."""
    folders = make_folders(root, SPEC, {"world": WORLD_FACTS, "flows.arazzo": workflows})
    book, read = read_book(folders)
    _, found = compile_workflows(book)
    return (*read, *found)


def run_flows(
    root: Path,
    workflows: str,
    answer: Callable[[Request], Response | NoAnswer],
    bounds: Bounds | None = None,
    contracts: Mapping[str, str] | None = None,
    advance: Callable[[float], None] | None = None,
    waits: list[float] | None = None,
    spec: str = SPEC,
) -> tuple[dict[str, ItemResult], Runner, FunctionTarget]:
    """Run every workflow of a document; results by workflow."""
    folders = make_folders(root, spec, {"world": WORLD_FACTS, "flows.arazzo": workflows, **(contracts or {})})
    book, read = read_book(folders)
    terms, compiled = compile_terms(book)
    flows, found = compile_workflows(book)
    problems = [one for one in (*read, *compiled, *found) if one.severity == "error"]
    assert not problems, "\n".join(map(str, problems))
    target = FunctionTarget(answer)
    wait = waits.append if waits is not None else (lambda _seconds: None)
    around = Surroundings(
        flows, terms, target.facts, wait, lambda _vendor: Abilities(advance=advance), bounds or Bounds()
    )
    runner = Runner(book, terms, target, Court(), None, flows.promises())
    results = {item.term.workflow.name: runner.run(item) for item in WorkflowsSource(around, Budget()).items()}
    return results, runner, target
