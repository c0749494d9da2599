"""Answers as HTTP brings them, held to a spec: codings, media types, XML, headers, and what has no body."""

import gzip

import pytest

from troth.judging.conformance import Conformance
from troth.loading.openapi.document import read_spec
from troth.model.exchange import Headers, Request, Response
from troth.model.operation import Basis
from troth.model.report import Finding
from troth.wire.views import RequestView, ResponseView

SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
components:
  schemas:
    Order: {type: object, required: [id], properties: {id: {type: integer}}}
    Report: {type: object, xml: {name: report}, required: [total], properties: {total: {type: integer}}}
paths:
  /order:
    get:
      operationId: order
      responses:
        "200":
          description: ok
          headers:
            X-Tags: {schema: {type: array, minItems: 2, items: {type: integer}}}
            X-Page: {content: {application/json: {schema: {type: object, required: [n]}}}}
            X-Sum: {required: true, schema: {type: string}}
          content:
            application/json: {schema: {$ref: "#/components/schemas/Order"}}
            application/xml: {schema: {$ref: "#/components/schemas/Report"}}
            application/vnd.order+json; view=full: {schema: {type: object, required: [id, mail]}}
            application/vnd.order+json; view=basic: {schema: {type: object, required: [id], maxProperties: 1}}
            text/*: {}
            text/xml: {schema: {type: string, minLength: 3}}
        "404": {description: nothing}
        4XX: {description: something, content: {application/*+json: {schema: {type: object}}}}
    head: {operationId: head, responses: {"200": {description: ok, content: {application/json: {}}}}}
"""
OPERATIONS = read_spec(SPEC.encode(), "shop", "shop.yaml").operations
SUM = ("X-Sum", "7")
JSON, XML = ("Content-Type", "application/json"), ("Content-Type", "application/xml; charset=utf-8")
FULL, BASIC = (("Content-Type", f"application/vnd.order+json;view={view}") for view in ("full", "basic"))
GZIP = ("Content-Encoding", "gzip")
ORDER, REPORT = b'{"id": 1}', b"<report><total>3</total></report>"


def found(response: Response, operation: str = "order") -> list[Finding]:
    described = OPERATIONS[operation]
    request = RequestView(Request(described.method, "https://shop.example/order"), described)
    return Conformance(described).check(request, ResponseView(response, described))[0]


def answer(body: bytes, *headers: tuple[str, str], status: int = 200, trailers: Headers = ()) -> Response:
    return Response(status, (SUM, *headers), body, trailers)


@pytest.mark.parametrize(
    "response",
    [
        answer(ORDER, JSON),
        answer(ORDER, ("Content-Type", 'application/json; charset="utf-8"; profile=x')),
        answer(gzip.compress(ORDER, mtime=0), JSON, GZIP),
        answer(REPORT, XML),
        answer(gzip.compress(REPORT, mtime=0), XML, GZIP),
        answer(b'{"id": 1, "mail": "x"}', FULL),
        answer(b'{"id": 1}', BASIC),
        answer(b'{"id": 1, "mail": "x"}', ("Content-Type", "application/vnd.order+json")),
        answer(b"<a><b/></a>", ("Content-Type", "text/xml")),
        answer(b"<a>abc</a>", ("Content-Type", "text/xml")),
        answer(b"<!DOCTYPE a><a/>", ("Content-Type", "text/xml")),
        answer(b"anything", ("Content-Type", "text/csv; header=present")),
        answer(b"", ("Content-Type", "text/csv")),
        answer(ORDER, JSON, ("X-Tags", "1"), ("X-Tags", "2"), ("X-Page", '{"n": 1}')),
        answer(ORDER, JSON, ("x-sum ", "7")),
        answer(b"", JSON, status=404),
        answer(b"{}", ("Content-Type", "application/problem+json"), status=409),
    ],
    ids=range(17),
)
def test_answers_as_described(response: Response) -> None:
    assert [finding for finding in found(response) if finding.code != "TR107"] == []


@pytest.mark.parametrize(
    ("response", "code", "where", "words"),
    [
        (answer(b"", JSON), "TR103", "body", "is empty"),
        (answer(b""), "TR103", "body", "is empty"),
        (answer(b"", ("Content-Type", "image/png")), "TR103", "body", "is empty"),
        (answer(b"x", ("Content-Type", "image/png")), "TR102", "content-type", "another media type"),
        (answer(ORDER), "TR102", "content-type", "another media type"),
        (answer(ORDER, ("Content-Type", "application/vnd.order+json;view=other")), "TR102", "content-type", "another"),
        (answer(b'{"id": 1}', FULL), "TR104", "body /", '"mail" is a required property'),
        (answer(b'{"id": 1, "mail": 2}', BASIC), "TR104", "body /", "more than"),
        (answer(ORDER, JSON, GZIP), "TR103", "body", "is said to be in the coding gzip, and is not"),
        (answer(b"text", ("Content-Type", "text/csv"), GZIP), "TR103", "body", "coding gzip"),
        (answer(b"<a>ab</a>", ("Content-Type", "text/xml")), "TR104", "body /", "shorter than 3"),
        (answer(b"<report><total>3", XML), "TR103", "body", "is not XML"),
        (answer(b"<report/>", XML), "TR104", "body /", '"total" is a required property'),
        (answer(b"<report><total>many</total></report>", XML), "TR104", "body /total", "not of type"),
        (answer(ORDER, JSON, ("X-Tags", "1")), "TR105", "header x-tags", "less than 2 items"),
        (answer(ORDER, JSON, ("X-Page", "{}")), "TR105", "header x-page", '"n" is a required property'),
        (answer(ORDER, JSON, ("X-Page", "{")), "TR105", "header x-page", "is not JSON"),
        (Response(200, (JSON,), ORDER), "TR105", "header x-sum", "is missing"),
        (Response(200, (JSON,), ORDER, (SUM,)), "TR105", "header x-sum", "it came behind the body"),
    ],
    ids=range(19),
)
def test_answers_not_as_described(response: Response, code: str, where: str, words: str) -> None:
    (finding,) = found(response)
    assert (finding.code, finding.where, finding.basis) == (code, where, Basis.DOCUMENTED)
    assert words in finding.message


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (answer(ORDER, JSON, ("Content-Encoding", "rot13")), "rot13"),
        (answer(gzip.compress(b"0" * 11_000_000, mtime=0), JSON, GZIP), "more than 10,485,760 bytes"),
        (answer(b"[" * 300 + b"]" * 300, JSON), "deeper than 200 levels"),
        (answer(b"<a>" * 100 + b"</a>" * 100, XML), "more than 64 levels"),
        (answer(b'{"id": ' + b"9" * 5000 + b"}", JSON), "more than 4,000 digits"),
        (answer(b"<!DOCTYPE report>" + REPORT, XML), "document type declaration"),
    ],
    ids=range(6),
)
def test_what_is_beyond_our_limits_is_unjudged_and_says_so(response: Response, words: str) -> None:
    (finding,) = found(response)
    assert (finding.code, finding.unjudged) == ("TR906", True)
    assert words in finding.message


@pytest.mark.parametrize(
    ("response", "where"),
    [
        (answer(ORDER, JSON, ("My Param", "None")), "header My Param"),
        (answer(ORDER, JSON, ("", "no colon")), "header"),
        (answer(b"<rapport><total>3</total></rapport>", XML), "body /"),
        (answer(b"", GZIP, status=404), None),
        (answer(ORDER, GZIP, status=404), "body"),
    ],
    ids=range(5),
)
def test_what_no_document_forbids_is_a_surprise(response: Response, where: str | None) -> None:
    findings = found(response)
    assert [finding.where for finding in findings] == ([where] if where is not None else [])
    assert all(finding.basis is Basis.ASSUMED for finding in findings)


@pytest.mark.parametrize(
    ("response", "operation"),
    [
        (Response(204, (SUM, JSON)), "order"),
        (Response(304, (SUM, JSON, GZIP)), "order"),
        (Response(200, (JSON,)), "head"),
    ],
)
def test_what_has_no_body_is_not_asked_for_one(response: Response, operation: str) -> None:
    assert [finding for finding in found(response, operation) if finding.code != "TR101"] == []
