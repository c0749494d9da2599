"""What was recorded is sent anew: its values meet known and generated ones; its credentials stay where they were."""

import json
from dataclasses import replace
from pathlib import Path

from bookmaking import SHOP_SPEC, FunctionTarget, honest_shop, make_book

from troth.errors import Position
from troth.judging.terms import compile_terms
from troth.model.book import Recording
from troth.model.exchange import Exchange, NoAnswer, Request, Silence
from troth.model.ports import Budget
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.sources.properties.recorded import MOST
from troth.sources.properties.source import PropertiesSource

SPEC = (
    SHOP_SPEC
    + """\
    put:
      operationId: changeOrder
      parameters: [{name: order, in: path, required: true, schema: {type: string}}]
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, properties: {note: {type: string}}}}}
      responses: {"200": {description: Changed.}, "404": {description: No such order.}}
"""
)
HEADERS = (("Content-Type", "application/json"), ("Authorization", "Basic c2hvcDpzZWNyZXQ="))


def recorded(method: str, target: str, body: bytes = b"") -> Recording:
    request = Request(method, f"https://shop.example{target}", HEADERS, body)
    return Recording(Exchange(request, NoAnswer(Silence.TIMEOUT)), "shop", "a test", "one", Position("cassette.yaml"))


def sent(root: Path, *recordings: Recording) -> list[Request]:
    """What the examples of the shop's operations come to with these recordings at hand."""
    book = make_book(root, SPEC)
    book = replace(book, vendors={"shop": replace(book.vendors["shop"], recordings=recordings)})
    terms, problems = compile_terms(book)
    assert not problems
    target = FunctionTarget(honest_shop)
    runner = Runner(book, terms, target, Court())
    for item in PropertiesSource(book, terms, target.facts, Budget(examples=0)).items():
        if item.name.endswith("examples"):
            runner.run(item)
    return target.sent


def test_values_of_path_query_and_body_are_sent_again(tmp_path: Path) -> None:
    body = json.dumps({"note": "Grüße aus der Wildnis", "odd": [1]}).encode()
    requests = sent(tmp_path, recorded("GET", "/orders/S%2F-88?detail=full"), recorded("PUT", "/orders/w-1", body))
    targets = {request.url.removeprefix("https://shop.example") for request in requests}
    assert "/orders/S%2F-88?detail=full" in targets
    assert "/orders/w-1" in targets
    assert {"note": "Grüße aus der Wildnis", "odd": [1]} in [json.loads(one.body) for one in requests if one.body]


def test_no_credentials_are_sent_again(tmp_path: Path) -> None:
    requests = sent(tmp_path, recorded("GET", "/orders/88"))
    assert any(request.url.endswith("/orders/88") for request in requests)
    assert not [request for request in requests if "c2hvcDpzZWNyZXQ" in str(request.headers)]


def test_what_cannot_be_read_or_is_nobody_s_is_left_out(tmp_path: Path) -> None:
    requests = sent(tmp_path, recorded("PUT", "/orders/torn", b"{"), recorded("GET", "/elsewhere"))
    assert not [request for request in requests if "torn" in request.url or "elsewhere" in request.url]


def test_there_is_a_bound(tmp_path: Path) -> None:
    requests = sent(tmp_path, *(recorded("GET", f"/orders/wild-{number}") for number in range(3 * MOST)))
    assert len({request.url for request in requests if "/wild-" in request.url}) == MOST
