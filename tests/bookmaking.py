"""Small books for tests: a spec and contracts from text, judged against a function that answers."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from troth.judging.terms import compile_terms
from troth.model.book import Book
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import Facts
from troth.model.operation import Basis
from troth.model.ports import Abilities, Budget, Target
from troth.model.report import ItemResult
from troth.session.folders import Folders, read_book
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.sources.cases import CasesSource

SHOP_SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
paths:
  /orders/{order}:
    get:
      operationId: readOrder
      parameters:
        - {name: order, in: path, required: true, schema: {type: string}, example: "1"}
        - {name: detail, in: query, schema: {type: string, enum: [full]}}
      responses:
        "200":
          description: An order.
          content:
            application/json:
              schema:
                type: object
                required: [id]
                properties:
                  id: {type: string}
                  total: {type: integer, x-basis: assumed}
        "404": {description: No such order., content: {application/json: {schema: {type: object}}}}
"""

SHOP_CONTRACT = """\
vendor: shop
operation: readOrder
inputs:
  order:
    at: path:order
    classes: {ours: $world.order.id, unknown: {fresh: digits}}
outcomes:
  rows:
    - id: found
      when: order.ours
      answer: {status: 200, response.body.id: $world.order.id}
      basis: documented
      source: {page: orders, section: Reading}
    - id: not-found
      when: order.unknown
      answer: {status: 404, response.body.error: no such order}
      basis: documented
      source: {page: orders, section: Errors}
clauses:
  id-echoed:
    says: The id is the one asked for.
    when: response.status == 200
    expect: response.body.id == request.path.order
    basis: documented
    source: {page: orders, section: Reading}
"""

WORLD: Mapping[str, object] = {"order": {"id": "1001"}}


def answer_of(status: int, body: object, content_type: str = "application/json") -> Response:
    """A response with a JSON body (bytes are sent as they are)."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, (("Content-Type", content_type),), data)


def honest_shop(request: Request) -> Response:
    """A shop that keeps its promises."""
    order = request.url.partition("?")[0].rpartition("/")[2]
    if order == "1001":
        return answer_of(200, {"id": "1001", "total": 5})
    return answer_of(404, {"error": "no such order"})


class FunctionTarget(Target):
    """A target that is a function."""

    kind = "mock"
    name = "a function"

    def __init__(self, answer: Callable[[Request], Response | NoAnswer], world: Mapping[str, object] = WORLD) -> None:
        self._answer = answer
        self._facts = Facts(world=world, closed=True)
        self.sent: list[Request] = []
        self.resets = 0

    def send(self, request: Request) -> Exchange:
        self.sent.append(request)
        return Exchange(request, self._answer(request))

    def facts(self, vendor: str) -> Facts:
        return self._facts

    def abilities(self, vendor: str) -> Abilities:
        return Abilities(reset=self._reset)

    def _reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        return None


def make_folders(
    root: Path, spec: str = SHOP_SPEC, contracts: Mapping[str, str] | None = None, vendor: str = "shop"
) -> Folders:
    """Folders with one vendor."""
    folders = Folders(root / "specs", root / "contracts", root / "cassettes")
    for folder in (folders.specs, folders.contracts / vendor, folders.cassettes / vendor):
        folder.mkdir(parents=True, exist_ok=True)
    (folders.specs / f"{vendor}.yaml").write_text(spec, encoding="utf-8")
    given = {"orders": SHOP_CONTRACT} if contracts is None else contracts
    for name, text in given.items():
        (folders.contracts / vendor / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folders


def make_book(root: Path, spec: str = SHOP_SPEC, contracts: Mapping[str, str] | None = None) -> Book:
    """A book with one vendor, the shop."""
    book, problems = read_book(make_folders(root, spec, contracts))
    assert not problems, "\n".join(map(str, problems))
    return book


def run_cases(
    book: Book, target: FunctionTarget, strict: bool = False, seed: int = 0
) -> tuple[Runner, tuple[ItemResult, ...]]:
    """Every case of a book against a target."""
    terms, problems = compile_terms(book)
    assert not problems, "\n".join(map(str, problems))
    runner = Runner(book, terms, target, Court(Basis.ASSUMED if strict else Basis.DOCUMENTED))
    return runner, tuple(runner.run(item) for item in CasesSource(terms, target.facts, Budget(seed)).items())


def silent(_request: Request) -> NoAnswer:
    """Nobody is there."""
    return NoAnswer(Silence.REFUSED, "nobody listens")
