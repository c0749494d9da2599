"""The properties source against a shop made of a function: what is sent, how often, and what shrinking costs."""

import copy
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from bookmaking import FunctionTarget, answer_of, make_book, silent

from troth.errors import InputInvalid, UsageInvalid
from troth.judging.terms import compile_terms
from troth.loading.openapi.document import read_spec_file
from troth.model.book import Book, Vendor
from troth.model.exchange import Exchange, header
from troth.model.facts import Facts
from troth.model.operation import Spec
from troth.model.ports import Budget, Depth
from troth.model.report import Judgement, Verdict
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.sources.properties.driver import SHRINKS
from troth.sources.properties.generation import MOST_CASES, MOST_LISTED, CannotGenerate, Generator
from troth.sources.properties.source import PHASES, PropertiesSource
from troth.wire.request_writer import basic
from troth.wire.views import RequestView

ROOT = Path(__file__).parents[3]
KEYS = {"username": "shop", "password": "pa55"}
WORLD = {"keys": KEYS, "order": {"id": "1001", "code": "QX-7"}}
SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
components: {securitySchemes: {keys: {type: http, scheme: basic}}}
paths:
  /orders/{order}:
    parameters: [{name: order, in: path, required: true, schema: {type: string}, example: "1"}]
    get:
      operationId: readOrder
      security: [{keys: []}]
      responses: {"200": {description: ok}, "4XX": {description: refused}}
    put:
      operationId: changeOrder
      security: [{keys: []}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [code]
              properties:
                code: {type: string}
                note: {type: string, maxLength: 40}
                count: {type: integer, minimum: 1}
            example: {code: none, note: hello}
      responses: {"200": {description: ok}, "4XX": {description: refused}}
  /tickets:
    post:
      operationId: openTicket
      responses: {"201": {description: ok}, "4XX": {description: refused}}
  /tickets/{ticket}:
    get:
      operationId: readTicket
      parameters: [{name: ticket, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}, "4XX": {description: refused}}
  /open:
    get:
      operationId: readOpen
      security: [{keys: []}]
      parameters: [{name: X-Trace, in: header, schema: {type: string}}]
      responses: {"200": {description: ok}, "4XX": {description: refused}}
"""
FROM = "{page: orders, section: Orders}"
CONTRACTS = {
    "keys": f"""\
vendor: shop
applies: {{to: [readOrder, changeOrder]}}
inputs:
  keys: {{at: "auth:basic", classes: {{valid: $world.keys, missing: absent, wrong: {{fresh: keypair}}}}}}
outcomes:
  rows:
    - {{id: refused, when: "!keys.valid", answer: {{status: 401}}, basis: documented, source: {FROM}}}
""",
    "change": f"""\
vendor: shop
operation: changeOrder
observe: {{operation: readOrder, with: {{order: request.path.order}}}}
inputs:
  order: {{at: "path:order", classes: {{ours: $world.order.id, unknown: {{fresh: digits}}}}}}
  code: {{at: "body:/code", classes: {{right: $world.order.code, absent: absent, wrong: {{fresh: text}}}}}}
outcomes:
  rows:
    - {{id: unknown, when: order.unknown, answer: {{status: 404}}, basis: documented, source: {FROM}}}
    - {{id: wrong, when: order.ours && !code.right, answer: {{status: [400, 403]}}, basis: documented, source: {FROM}}}
    - {{id: changed, when: order.ours && code.right, answer: {{status: [200, 400]}}, basis: documented, source: {FROM}}}
clauses:
  id-echoed:
    says: The id is the one asked for.
    when: response.status == 200
    expect: response.body.id == request.path.order
    basis: documented
    source: {FROM}
  looked-at:
    says: A change does not move the order.
    when: response.status == 200
    expect: before.response.body.id == after.response.body.id
    basis: documented
    source: {FROM}
""",
    "read": f"""\
vendor: shop
operation: readOrder
inputs:
  which: {{at: "path:order", classes: {{ours: $world.order.id, unknown: {{fresh: digits}}}}}}
outcomes:
  rows:
    - {{id: found, when: which.ours, answer: {{status: 200}}, basis: documented, source: {FROM}}}
    - {{id: not-found, when: which.unknown, answer: {{status: 404}}, basis: documented, source: {FROM}}}
""",
    "tickets": f"""\
vendor: shop
operation: openTicket
inputs:
  lane: {{at: "query:lane", classes: {{none: absent, fast: fast}}}}
outcomes:
  rows:
    - {{id: opened, when: lane.none || lane.fast, answer: {{status: 201}}, basis: documented, source: {FROM}}}
""",
    "ticket": f"""\
vendor: shop
operation: readTicket
given:
  made: {{operation: openTicket, classes: {{lane: none}}, take: response.body.ticket}}
inputs:
  ticket: {{at: "path:ticket", classes: {{made: $given.made, unknown: {{fresh: digits}}}}}}
outcomes:
  rows:
    - {{id: found, when: ticket.made, answer: {{status: 200}}, basis: documented, source: {FROM}}}
    - {{id: not-found, when: ticket.unknown, answer: {{status: 404}}, basis: documented, source: {FROM}}}
""",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Book:
    return make_book(tmp_path_factory.mktemp("shop"), SPEC, CONTRACTS)


class Shop:
    """A shop that keeps its promises, save for what it is told to get wrong."""

    def __init__(self, operations, breaks=lambda _body: False):
        self._operations = operations
        self._breaks = breaks

    def __call__(self, request):
        path = request.url.removeprefix("https://shop.example").partition("?")[0]
        if path.startswith("/tickets"):
            known = path in ("/tickets", "/tickets/T-1")
            return answer_of((201 if path == "/tickets" else 200) if known else 404, {"ticket": "T-1"})
        if path.startswith("/open"):
            return answer_of(200, {})
        if header(request.headers, "authorization") != "Basic " + basic(KEYS):
            return answer_of(401, {})
        if path != "/orders/1001":
            return answer_of(404, {})
        return answer_of(200, {"id": "1001"}) if request.method == "GET" else self._change(request)

    def _change(self, request):
        body = RequestView(request, self._operations["changeOrder"]).body
        if not isinstance(body, dict) or not isinstance(body.get("code"), str):
            return answer_of(400, {})
        if body["code"] != "QX-7":
            return answer_of(403, {})
        if not isinstance(body.get("note", ""), str) or not isinstance(body.get("count", 1), int):
            return answer_of(400, {})
        return answer_of(200, {"id": "another" if self._breaks(body) else "1001"})


class Desk:
    """Sends and judges as a run does, and remembers what was judged of generated cases."""

    def __init__(self, book, answer, world=WORLD):
        terms, problems = compile_terms(book)
        assert not problems
        self.answered = []
        self._answer = answer
        self.target = FunctionTarget(self._remember, world)
        self.runner = Runner(book, terms, self.target, Court())
        self.terms = terms
        self.book = book

    def _remember(self, request):
        answer = self._answer(request)
        self.answered.append((request, answer))
        return answer

    def source(self, seed=1, max_examples=12, depth=Depth.NORMAL):
        return PropertiesSource(self.book, self.terms, self.target.facts, Budget(seed, max_examples, depth))

    def items(self, *names, **options):
        return [item for item in self.source(**options).items() if not names or item.operation.name in names]

    def run(self, *names, **options):
        return [self.runner.run(item) for item in self.items(*names, **options)]

    def sent(self, items):
        """Item → the requests sent for it."""
        found = {}
        for item in items:
            before = len(self.target.sent)
            self.runner.run(item)
            found[item.name] = self.target.sent[before:]
        return found


@pytest.fixture
def desk(book) -> Desk:
    return Desk(book, Shop(book.vendors["shop"].spec.operations))


def test_items_have_readable_names(desk):
    items = desk.items("readOrder")
    assert [item.name for item in items] == [f"shop/readOrder/properties/{phase}" for phase in PHASES]
    assert {item.source for item in items} == {"properties"}


def test_making_items_costs_nothing():
    """Neither importing the room nor listing its items loads Schemathesis, which takes a fifth of a second."""
    code = """
import sys
from pathlib import Path
from troth.judging.terms import compile_terms
from troth.session.folders import make_book
from troth.loading.openapi.document import read_spec_file
from troth.model.book import Vendor
from troth.model.facts import Facts
from troth.model.ports import Budget, Depth
from troth.sources.properties.source import PropertiesSource
book = make_book({"oneall": Vendor("oneall", read_spec_file(Path(sys.argv[1]), "oneall"))})
items = list(PropertiesSource(book, compile_terms(book)[0], lambda vendor: Facts(), Budget()).items())
assert len(items) >= 3
print("schemathesis" in sys.modules, "hypothesis" in sys.modules)
"""
    spec = ROOT / "specs" / "oneall.yaml"
    done = subprocess.run([sys.executable, "-c", code, str(spec)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_same_seed_sends_the_same(book, desk):
    first = desk.sent(desk.items(max_examples=4))
    again = Desk(book, Shop(book.vendors["shop"].spec.operations))
    backwards = again.sent(reversed(again.items(max_examples=4)))
    assert first == backwards
    assert sum(map(len, first.values())) > 100


def test_another_seed_sends_something_else(desk):
    one, other = (desk.sent(desk.items("changeOrder", seed=seed)) for seed in (1, 2))
    assert one["shop/changeOrder/properties/fuzzing"] != other["shop/changeOrder/properties/fuzzing"]


def test_every_request_of_an_item_once(desk):
    for item in desk.items("changeOrder", "readOpen"):
        seen = Counter()

        def judge(case, seen=seen):
            built = case.build(Facts(world=WORLD))
            seen[built.request] += 1
            return Judgement(Exchange(built.request, answer_of(200, {})), case.operation.name, (), (), {})

        item.drive(judge)
        assert seen
        assert set(seen.values()) == {1}


def test_known_values_reach_success_under_generated_rest(desk):
    """Requests that the shop serves carry what only a generator thinks of."""
    operation = desk.book.vendors["shop"].spec.operations["changeOrder"]
    statuses = Counter()
    bodies = []
    for item in desk.items("changeOrder", max_examples=40):
        desk.answered.clear()
        desk.runner.run(item)
        for request, answer in desk.answered:
            if request.method == "PUT":
                statuses[item.phase, answer.status] += 1
                if answer.status == 200:
                    bodies.append(RequestView(request, operation).body)
    assert all(statuses[phase, 200] for phase in PHASES), statuses
    assert all(statuses["coverage", status] for status in (400, 401, 403, 404)), statuses
    assert any(set(body) - {"code", "note", "count"} for body in bodies), "no undocumented key rode on a success"


def test_rows_and_states_are_exercised(desk):
    """Earlier calls give their facts, and what is observed before and after reaches the clauses."""
    results = desk.run()
    assert {result.verdict for result in results} == {Verdict.KEPT}, [result.findings for result in results]
    counts = {count.promise.id: count for count in desk.runner.tally.counts()}
    for promise in ("changeOrder.changed", "changeOrder.unknown", "changeOrder.looked-at", "readTicket.found"):
        assert counts[f"shop.{promise}"].kept > 2, promise
    assert desk.target.resets > 0


def test_no_contract_no_credentials(desk):
    requests = [request for sent in desk.sent(desk.items("readOpen")).values() for request in sent]
    assert requests
    assert {header(request.headers, "authorization") for request in requests} == {None}


def test_missing_facts_are_not_asked_for(book):
    """A class whose fact the target does not give is not chosen: that a fact is missing is told once, by the cases."""
    desk = Desk(book, Shop(book.vendors["shop"].spec.operations), {"keys": KEYS, "order": {"id": "1001"}})
    results = desk.run("readOrder", "changeOrder")
    assert not [finding for result in results for finding in result.findings if finding.unjudged]


def breaking_over_three(body):
    return len(body.get("note", "")) > 3


def test_a_failure_is_shrunk_and_the_search_is_bounded(book):
    desk = Desk(book, Shop(book.vendors["shop"].spec.operations, breaking_over_three))
    item = desk.items("changeOrder", max_examples=40)[-1]
    result = desk.runner.run(item)
    assert item.phase == "fuzzing"
    assert result.verdict is Verdict.BROKEN
    judged = sum(request.method == "PUT" for request in desk.target.sent)
    assert judged <= 2 * 40 + SHRINKS
    (seen,) = [seen for seen in desk.runner.tally.findings() if seen.finding.subject == "id-echoed"]
    operation = book.vendors["shop"].spec.operations["changeOrder"]
    body = RequestView(seen.exchange.request, operation).body
    assert set(body) == {"code", "note"}
    assert len(body["note"]) in (4, 5), "the shortest that fails, or the spec's own example"


def test_a_flood_of_failures_is_bounded_too(book):
    """A shop that always answers wrongly: every generated request fails, and no more than the allowance is added."""
    desk = Desk(book, lambda _request: answer_of(418, {}))
    (result,) = [desk.runner.run(item) for item in desk.items("readOrder", max_examples=10) if item.phase == "fuzzing"]
    assert result.verdict is Verdict.BROKEN
    assert len(desk.target.sent) <= 2 * 10 + SHRINKS


def test_what_nobody_answers_is_not_shrunk(book):
    desk = Desk(book, silent)
    (result,) = [desk.runner.run(item) for item in desk.items("readOrder", max_examples=10) if item.phase == "fuzzing"]
    assert result.verdict is Verdict.UNJUDGED
    assert len(desk.target.sent) <= 20


@pytest.mark.parametrize("after", [0, 5])
def test_what_stops_a_run_stops_the_item(book, after):
    shop = Shop(book.vendors["shop"].spec.operations)
    puts = []

    def answer(request):
        if request.method == "PUT":
            puts.append(request)
            if len(puts) > after:
                raise UsageInvalid("the target is gone")
        return shop(request)

    with pytest.raises(UsageInvalid, match="gone"):
        Desk(book, answer).run("changeOrder")
    assert len(puts) == after + 1


def test_budgets(desk):
    fuzzing = [item for item in desk.items(max_examples=0) if item.phase == "fuzzing"]
    assert not fuzzing
    few, many = (
        sum(map(len, desk.sent([desk.items("readOpen", max_examples=count)[-1]]).values())) for count in (5, 50)
    )
    assert 0 < few < many <= 100


def test_a_document_that_schemathesis_refuses(book):
    vendor = book.vendors["shop"]
    odd = replace(vendor.spec, document={**vendor.spec.document, "openapi": "3.9.0"})
    desk = Desk(replace(book, vendors={"shop": replace(vendor, spec=odd)}), silent)
    with pytest.raises(InputInvalid, match=r"specs/shop\.yaml.*Schemathesis cannot use"):
        desk.items("readOpen")[0].drive(lambda _case: pytest.fail("nothing to judge"))


def test_an_operation_that_nothing_fits(book):
    vendor = book.vendors["shop"]
    document = copy.deepcopy(dict(vendor.spec.document))
    document["paths"]["/open"]["get"]["parameters"] = [
        {"name": "n", "in": "query", "required": True, "schema": {"type": "string", "minLength": 5, "maxLength": 2}}
    ]
    impossible = replace(vendor, spec=replace(vendor.spec, document=document))
    desk = Desk(replace(book, vendors={"shop": impossible}), silent)
    item = desk.items("readOpen")[0]
    with pytest.raises(CannotGenerate, match=r"shop\.readOpen"):
        item.drive(lambda _case: pytest.fail("nothing to judge"))
    result = desk.runner.run(item)
    assert result.verdict is Verdict.SKIPPED
    assert "Schemathesis can make no requests for shop.readOpen" in result.skipped


def soap_functions(spec: Spec) -> list[str]:
    return [name for name, operation in spec.operations.items() if operation.soap is not None]


@pytest.mark.parametrize("vendor", ["esws", "oneall", "socialidnow"])
def test_every_operation_of_the_real_specs_can_be_asked(vendor, capfd):
    spec = read_spec_file(ROOT / "specs" / f"{vendor}.yaml", vendor)
    book = Book({vendor: Vendor(vendor, spec)}, "", "")
    terms, _ = compile_terms(book)
    asked = Counter()

    def judge(case):
        request = case.build(Facts()).request
        assert request.url.startswith(case.operation.server + "/")
        assert request.url.isascii()
        assert request.method == case.operation.method
        asked[case.operation.name, case.name.partition("/")[0]] += 1
        return Judgement(Exchange(request, answer_of(200, {})), case.operation.name, (), (), {})

    items = list(PropertiesSource(book, terms, lambda _: Facts(), Budget(examples=2)).items())
    for item in items:
        item.drive(judge)
    unsendable = {item.name for item in items if item.unsendable}
    assert all(f"{vendor}/{name}/properties/coverage" in unsendable for name in soap_functions(spec)), "not an object"
    assert set(asked) == {(name, phase) for name in spec.operations for phase in PHASES}
    assert capfd.readouterr() == ("", "")


def test_long_lists_and_wide_objects_are_sampled_and_boundary_values_end(book):
    """What is made is counted: a hundred values tell as much as a hundred thousand."""
    vendor = book.vendors["shop"]
    document = copy.deepcopy(dict(vendor.spec.document))
    values = [f"value-{index}" for index in range(100_000)]
    names = {f"p{index}": {"type": "string", "maxLength": 9} for index in range(2_000)}
    schema = {"type": "object", "required": ["p1999"], "properties": names}
    document["paths"]["/open"]["get"]["parameters"] = [
        {"name": "n", "in": "query", "required": True, "schema": {"type": "string", "enum": values}},
        {"name": "o", "in": "query", "required": True, "schema": schema},
    ]
    generator = Generator(replace(vendor, spec=replace(vendor.spec, document=document)))
    cases = generator.coverage(vendor.spec.operations["readOpen"])
    sent = {str(case.query.get("n")) for case in cases} & set(values)
    assert 2 <= len(sent) <= MOST_LISTED
    assert {"value-0", "value-99999"} <= sent
    assert len(cases) <= MOST_CASES
    assert document["paths"]["/open"]["get"]["parameters"][0]["schema"]["enum"] == values
