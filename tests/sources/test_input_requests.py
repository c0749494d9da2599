"""What a case sends: the documented media type, what is required, and no header twice."""

from pathlib import Path

import pytest
from bookmaking import FunctionTarget, answer_of, make_book, make_folders, run_cases

from troth.errors import InputInvalid
from troth.judging.terms import Terms, compile_terms
from troth.model.exchange import Request, Response, header
from troth.model.facts import Facts
from troth.model.ports import RunOptions
from troth.model.report import Verdict
from troth.session.reach import select
from troth.session.run import Run
from troth.sources.lint import lint_values

SPEC = """\
openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
paths:
  /media:
    post:
      operationId: byMedia
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {"201": {description: created}, "415": {description: another media type}}
  /vendor:
    post:
      operationId: ofTheVendor
      parameters:
        - {name: X-Version, in: header, required: true, schema: {type: string}, example: "2"}
        - {name: crumb, in: cookie, required: true, schema: {type: string, default: c}}
        - {name: page, in: query, required: true, schema: {type: integer}, example: 1}
        - {name: tags, in: query, explode: false, schema: {type: array, items: {type: string}}}
      requestBody: {required: true, content: {application/vnd.shop+json: {schema: {type: object}}}}
      responses: {"201": {description: created}, "415": {description: another media type}}
"""
MEDIA = """\
vendor: shop
operation: byMedia
inputs:
  name: {at: "body:/name", classes: {good: Alice}}
  media: {at: "header:Content-Type", classes: {json: application/json, text: text/plain}}
outcomes:
  defaults: {basis: documented, source: {ours: a test}}
  rows:
    - {id: created, when: media.json, answer: {status: 201}}
    - {id: not-json, when: media.text, answer: {status: 415}}
"""
VENDOR = """\
vendor: shop
operation: ofTheVendor
inputs:
  name: {at: "body:/name", classes: {good: Alice}}
  tags: {at: "query:tags", classes: {two: {enum: [[a, "b,c"]]}}}
outcomes:
  defaults: {basis: documented, source: {ours: a test}}
  rows: [{id: created, when: name.good, answer: {status: 201}}]
"""


def media_minded(request: Request) -> Response:
    media = header(request.headers, "content-type")
    return answer_of(201 if media in ("application/json", "application/vnd.shop+json") else 415, {})


def test_cases_send_what_the_document_asks_for(tmp_path: Path) -> None:
    target = FunctionTarget(media_minded, {})
    _, results = run_cases(make_book(tmp_path, SPEC, {"media": MEDIA, "things": VENDOR}), target)
    assert {result.verdict for result in results} == {Verdict.KEPT}
    sent = {(request.url.partition("?")[0], header(request.headers, "content-type")) for request in target.sent}
    assert sent == {
        ("https://shop.example/media", "application/json"),
        ("https://shop.example/media", "text/plain"),
        ("https://shop.example/vendor", "application/vnd.shop+json"),
    }
    (vendor,) = (request for request in target.sent if "/vendor" in request.url)
    assert vendor.url.endswith("?page=1&tags=a,b%2Cc")
    assert (header(vendor.headers, "x-version"), header(vendor.headers, "cookie")) == ("2", "crumb=c")
    assert vendor.body == b'{"name":"Alice"}'
    for request in target.sent:
        names = [name.lower() for name, _ in request.headers]
        assert len(names) == len(set(names))


def terms_of(root: Path, classes: str) -> Terms:
    contract = VENDOR.replace("name: {at:", f"version: {{at: 'header:X-Version', classes: {classes}}}\n  name: {{at:")
    return compile_terms(make_book(root, SPEC, {"things": contract, "world": WORLD}))[0]


WORLD = "vendor: shop\nfacts: {version: {says: The version.}}\n"


@pytest.mark.parametrize(
    ("classes", "problems"),
    [
        ("{two: '2', absent: absent}", 0),
        ('{odd: "a\\nb", two: "2"}', 1),
        ('{odd: [absent, "日本"], two: "2"}', 1),
        ("{ours: $world.version, minted: {fresh: text}}", 1),
    ],
)
def test_values_that_cannot_be_sent_are_found_before_anything_is(tmp_path: Path, classes: str, problems: int) -> None:
    facts = Facts(world={"version": "1\n2"})
    found = list(lint_values(terms_of(tmp_path, classes), lambda _vendor: facts))
    assert len(found) == problems
    for problem in found:
        assert problem.position.line > 1
        assert "a value of the class version." in problem.message
        assert "cannot be sent: the header field 'X-Version' cannot be sent" in problem.message


def test_a_fact_that_the_target_does_not_give_is_not_tried(tmp_path: Path) -> None:
    assert not list(lint_values(terms_of(tmp_path, "{ours: $world.version}"), lambda _vendor: Facts()))


def test_a_run_with_such_a_fact_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = VENDOR.replace(
        "name: {at:", "version: {at: 'header:X-Version', classes: {ours: $world.version}}\n  name: {at:"
    )
    make_folders(tmp_path, SPEC, {"things": contract, "world": WORLD})
    monkeypatch.chdir(tmp_path)
    target = FunctionTarget(media_minded, {"version": "1\n2"})
    with pytest.raises(InputInvalid, match="cannot be sent"):
        Run(select(tmp_path), RunOptions(), target=target)
    assert not target.sent
