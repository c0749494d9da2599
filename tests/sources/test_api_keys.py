"""An API key in a header, a query parameter or a cookie is credentials, for whoever makes the request."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bookmaking import FunctionTarget, answer_of, make_folders

from troth.judging.classes import lasting
from troth.judging.credentials import scheme_of, valid_fact
from troth.judging.terms import Terms, compile_terms
from troth.model.book import Book
from troth.model.contract import Fact
from troth.model.exchange import Request, Response, header
from troth.model.facts import Facts
from troth.model.ports import Budget, RunOptions
from troth.model.report import Report, Verdict
from troth.session.conclude import conclude_run
from troth.session.credentials import probe_credentials
from troth.session.folders import read_book
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.live.permission import Permission
from troth.wire.views import RequestView

KEY = "the only key"
WORLD = {"key": KEY}
PLACES = ("header:X-Key", "query:key", "cookie:key")

SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
security: SECURITY
paths:
  /orders:
    get:
      operationId: listOrders
      parameters: [{name: page, in: query, schema: {type: integer, minimum: 1, maximum: 3}}]
      responses:
        "200": {description: Orders., content: {application/json: {schema: {type: object}}}}
        "401": {description: No key., content: {application/json: {schema: {type: object}}}}
    post:
      operationId: createOrder
      responses:
        "201": {description: Created., content: {application/json: {schema: {type: object}}}}
        "401": {description: No key., content: {application/json: {schema: {type: object}}}}
components: {securitySchemes: {key: {type: apiKey, in: PLACE, name: NAME}}}
"""
CONTRACT = """\
vendor: shop
applies: {to: all}
inputs: {key: {at: "AT", classes: {valid: $world.key, missing: absent, wrong: {fresh: text}}}}
outcomes:
  rows:
    - {id: refused, when: key.missing || key.wrong, answer: {status: 401}, basis: documented, source: {ours: a test}}
    - {id: let-in, when: key.valid, answer: {status: 2xx}, basis: documented, source: {ours: a test}}
"""
FLOWS = """\
arazzo: 1.0.1
info: {title: Shop, version: "1"}
sourceDescriptions: [{name: shop, url: ../../specs/shop.yaml, type: openapi}]
x-inputs: {key: {world: key}}
workflows:
  - workflowId: orders
    x-basis: documented
    x-source: {ours: a test}
    inputs: {type: object, properties: {key: {type: string}}}
    steps:
      - stepId: create
        operationId: createOrder
        SECURED
        successCriteria: [{condition: $statusCode == 201}]
      - stepId: list
        operationId: listOrders
        SECURED
        successCriteria: [{condition: $statusCode == 200}]
"""


def key_of(request: Request) -> str | None:
    """The key that a request carries, wherever the tests put it."""
    cookies = (header(request.headers, "cookie") or "").partition("key=")[2]
    in_query = parse_qs(urlsplit(request.url).query).get("key", [""])[0]
    return header(request.headers, "X-Key") or in_query or cookies.replace("%20", " ") or None


def guarded(request: Request) -> Response:
    if key_of(request) != KEY:
        return answer_of(401, {"error": "no key"})
    return answer_of(201 if request.method == "POST" else 200, {})


def files(at: str, secured: str = "", security: str = "[{key: []}]") -> tuple[str, dict[str, str]]:
    place, _, name = at.partition(":")
    spec = SPEC.replace("PLACE", place).replace("NAME", name).replace("SECURITY", security)
    flows = "\n".join(
        line.replace("SECURED", secured) for line in FLOWS.splitlines() if secured or line.strip() != "SECURED"
    )
    facts = "vendor: shop\nfacts: {key: {says: The key., secret: true}}\n"
    return spec, {"key": CONTRACT.replace("AT", at), "world": facts, "flows.arazzo": flows}


def run(
    root: Path, monkeypatch: pytest.MonkeyPatch, written: tuple[str, dict[str, str]], *sources: str
) -> tuple[Report, FunctionTarget]:
    make_folders(root, *written)
    monkeypatch.chdir(root)
    target = FunctionTarget(guarded, WORLD)
    made = Run(select(root), RunOptions(sources=sources, budget=Budget(examples=5)), target=target)
    for item in made.items:
        made.runner.run(item)
    return conclude_run(made), target


def read(root: Path, at: str, security: str = "[{key: []}]") -> tuple[Book, Terms]:
    book, problems = read_book(make_folders(root, *files(at, security=security)))
    assert not problems
    return book, compile_terms(book)[0]


@pytest.mark.parametrize("at", PLACES)
def test_an_input_is_credentials_where_the_document_has_the_key(tmp_path: Path, at: str) -> None:
    _, terms = read(tmp_path, at)
    listing = terms.operations["shop.listOrders"]
    (key,) = listing.inputs
    assert listing.operation.security == listing.operation.schemes == (f"apiKey:{at}",)
    assert scheme_of(key, listing.operation) == f"apiKey:{at}"
    assert valid_fact(key) == Fact("world", ("key",))
    assert lasting(key, listing.operation) == key
    elsewhere = replace(key, address="other")
    assert scheme_of(elsewhere, listing.operation) == ""
    assert lasting(elsewhere, listing.operation) != elsewhere
    assert scheme_of(replace(key, place="auth", address="basic"), listing.operation) == "basic"


def test_names_of_headers_have_no_case(tmp_path: Path) -> None:
    _, terms = read(tmp_path, "header:X-Key")
    listing = terms.operations["shop.listOrders"]
    assert scheme_of(replace(listing.inputs[0], address="x-KEY"), listing.operation)


def test_a_key_that_is_not_asked_for_is_credentials_all_the_same(tmp_path: Path) -> None:
    _, terms = read(tmp_path, "query:key", "[{key: []}, {}]")
    listing = terms.operations["shop.listOrders"]
    assert listing.operation.security == ()
    assert scheme_of(listing.inputs[0], listing.operation) == "apiKey:query:key"


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("source", ["cases", "properties", "workflows"])
def test_every_source_sends_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, source: str) -> None:
    report, target = run(tmp_path, monkeypatch, files(at), source)
    assert {item.verdict for item in report.items} == {Verdict.KEPT}, report.findings
    keyed = [request for request in target.sent if key_of(request) == KEY]
    if source == "cases":
        assert 0 < len(keyed) < len(target.sent)
    else:
        assert len(keyed) >= len(target.sent) * 0.6


@pytest.mark.parametrize("at", PLACES)
def test_a_workflow_names_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    place, _, name = at.partition(":")
    for secured in (
        "x-security: [{schemeName: key, values: {apiKey: $inputs.key}}]",
        f"x-security: [{{scheme: {{type: apiKey, in: {place}, name: {name}}}, values: {{apiKey: $inputs.key}}}}]",
    ):
        report, target = run(tmp_path, monkeypatch, files(at, secured), "workflows")
        assert {item.verdict for item in report.items} == {Verdict.KEPT}, report.findings
        assert [key_of(request) for request in target.sent] == [KEY, KEY]


@pytest.mark.parametrize("at", PLACES)
def test_a_step_that_says_itself_who_asks_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    place, _, name = at.partition(":")
    given = f"parameters: [{{name: {name}, in: {place}, value: another}}]"
    spec, contracts = files(at, given)
    parameter = f"{{name: {name}, in: {place}, schema: {{type: string}}}}"
    spec = spec.replace("parameters: [", f"parameters: [{parameter}, ").replace(
        "operationId: createOrder", f"operationId: createOrder\n      parameters: [{parameter}]"
    )
    _, target = run(tmp_path, monkeypatch, (spec, contracts), "workflows")
    assert {key_of(request) for request in target.sent} == {"another"}


def test_a_wrong_key_may_lock_an_account(tmp_path: Path) -> None:
    book, terms = read(tmp_path, "header:X-Key")
    operation = book.vendors["shop"].spec.operations["listOrders"]
    permission = Permission(terms, frozenset(("safe",)), lockouts=False)
    said: Callable[[str], str] = lambda key: permission.forbids_request(  # noqa: E731
        operation, Request("GET", "https://shop.example/orders", (("X-Key", key),)), Facts(world=WORLD)
    )
    assert said(KEY) == ""
    assert "key is of no known class, which may lock an account" in said("guessed")


def test_a_cookie_is_read_as_it_was_meant(tmp_path: Path) -> None:
    book, _ = read(tmp_path, "cookie:key")
    operation = book.vendors["shop"].spec.operations["listOrders"]
    request = Request("GET", "https://shop.example/orders", (("Cookie", "a=1; key=the%20only%20key;b; a=2"),))
    assert RequestView(request, operation).cookies == {"a": "1", "key": "the%20only%20key"}


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("refused", [True, False])
def test_credentials_that_are_tried_first_are_the_key(tmp_path: Path, at: str, refused: bool) -> None:
    _, terms = read(tmp_path, at)
    target = FunctionTarget(guarded, {"key": "another key"} if refused else WORLD)
    probe = probe_credentials(terms, "shop", target, 0, authenticated=False)
    assert probe is not None
    assert probe.refused is refused
    assert {key_of(request) for request in target.sent} == {"another key" if refused else KEY}
