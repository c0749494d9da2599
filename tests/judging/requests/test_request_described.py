"""What a request may look like and still be one that the spec describes; and what an answer to it is worth."""

import pytest

from troth.judging.conformance import Conformance
from troth.judging.requests.described import RequestConformance
from troth.judging.requests.readings import list_readings, readings
from troth.loading.openapi.document import read_spec
from troth.model.exchange import Request, Response
from troth.model.operation import Basis, Operation
from troth.wire.bodies import Unreadable
from troth.wire.forms import read_form
from troth.wire.views import RequestView, ResponseView

SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}, key: {type: apiKey, in: query, name: key}}
  schemas:
    Form: {type: object, required: [n], properties: {n: {type: integer}, tags: {type: array}, file: {type: string}}}
    Deep: {type: object, properties: {size: {type: integer}}, additionalProperties: false}
    Spaced out: {$ref: '#/components/schemas/Deep'}
    Slashed: {type: object, properties: {in/out: {type: integer}}, required: [in/out]}
paths:
  /items/{id}:
    get:
      operationId: item
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: n, in: query, schema: {anyOf: [{type: integer}, {type: 'null'}]}}
        - {name: ids, in: query, schema: {anyOf: [{type: array, items: {type: integer}}, {type: 'null'}]}}
        - {name: piped, in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {enum: [a, b]}}}
        - {name: deep, in: query, style: deepObject, schema: {$ref: '#/components/schemas/Deep'}}
        - {name: spaced, in: query, style: deepObject, schema: {$ref: '#/components/schemas/Spaced%20out'}}
        - {name: page, in: query, schema: {type: object, properties: {limit: {type: integer}}}}
        - {name: where, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: at, in: query, schema: {type: string, format: uuid}}
        - {name: X-Size, in: header, schema: {type: integer}}
        - {name: Accept, in: header, required: true, schema: {enum: [nothing]}}
        - {name: sid, in: cookie, schema: {type: integer}}
      responses: {"200": {description: ok}}
  /forms:
    post:
      operationId: form
      security: [{token: []}, {key: []}]
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Form'}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/Form'}}
          text/plain: {}
      responses: {"200": {description: ok}}
  /report?kind=total#xml:
    post:
      operationId: report
      parameters: [{name: Content-Length, in: header, required: true, schema: {type: integer}}]
      requestBody:
        required: true
        content:
          application/xml:
            schema:
              type: object
              xml: {name: report}
              required: [total]
              properties:
                total: {type: integer}
                tags: {type: array, items: {type: string, xml: {namespace: "urn:t"}}}
          application/json; version=1: {schema: {type: array}}
          application/json; version=2: {schema: {type: object}}
      responses: {"200": {description: ok}}
  /me:
    get:
      operationId: me
      parameters: [{name: authorization, in: header, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}}
  /silent:
    get: {operationId: silent}
  /typed:
    get:
      operationId: typed
      responses:
        "200":
          description: ok
          headers:
            Content-Type: {schema: {enum: [none]}}
            X-List: {schema: {type: array, items: {type: integer}}}
          content:
            "*/*": {schema: {type: string}}
            application/json; charset=utf-8: {schema: {type: object}}
"""
OPERATIONS = read_spec(SPEC.encode(), "shop", "shop.yaml").operations
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n%s\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n\xff\r\n--b--\r\n'
)


def departure(operation: str, target: str, body: bytes = b"", status: int = 400, **headers: str) -> str | None:
    described: Operation = OPERATIONS[operation]
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    request = Request(described.method, f"https://shop.example{target}", fields, body)
    return RequestConformance(described).departure(RequestView(request, described), status)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "n=1",
        "ids=1&ids=2",
        "ids=1",
        "piped=a%7Cb",
        "deep%5Bsize%5D=1",
        "spaced%5Bsize%5D=1",
        "limit=5",
        "where=%7B%22a%22%3A1%7D",
    ],
)
def test_a_query_as_described(query: str) -> None:
    assert departure("item", f"/items/1?{query}") is None


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("n=x", "query n"), ("n=1.0", "query n"),
        ("n=1e3", "query n"), ("n=1_0", "query n"), ("n=1&n=2", "query n"), ("ids=x", "query ids"),
        ("piped=a,b", "query piped"), ("deep%5Bsize%5D=x", "query deep"), ("deep%5Bother%5D=1", "query deep"),
        ("spaced%5Bsize%5D=x", "query spaced"),
        ("limit=x", "query page"), ("where=1", "query where"), ("at=0", "query at"), ("other=1", "query other"),
    ],
)  # fmt: skip
def test_a_query_not_as_described(query: str, where: str) -> None:
    assert departure("item", f"/items/1?{query}") == where


@pytest.mark.parametrize("segment", ["", ".", "..", "%2E%2E"])
def test_a_path_that_is_another_path(segment: str) -> None:
    assert departure("item", f"/items/{segment}") == "path id"


def test_headers_and_cookies() -> None:
    assert departure("item", "/items/1", X_Size="1", Cookie="sid=2; x=y") is None
    assert departure("item", "/items/1", X_Size="x") == "header X-Size"
    assert departure("item", "/items/1", Cookie="sid=x") == "cookie sid"


@pytest.mark.parametrize(
    ("kind", "body", "where"),
    [
        ("application/x-www-form-urlencoded", b"n=1&tags=a&tags=b", None),
        ("application/x-www-form-urlencoded", b"n=x", "body /n"),
        ("application/x-www-form-urlencoded", b"tags=a", "body /n"),
        ("application/x-www-form-urlencoded", b"n=\xff", "body"),
        ("multipart/form-data; boundary=b", MULTIPART % b"1", None),
        ("multipart/form-data; boundary=b", MULTIPART % b"x", "body /n"),
        ("multipart/form-data; boundary=b", b"nothing", "body"),
        ("text/plain; charset=utf-8", b"x", None),
        ("image/png", b"x", "body"),
        ("text/plain", b"", "body"),
    ],
)
def test_bodies_that_are_not_json(kind: str, body: bytes, where: str | None) -> None:
    assert departure("form", "/forms", body, Content_Type=kind) == where


@pytest.mark.parametrize("status", [302, 401, 403, 404])
def test_strangers_may_be_turned_away(status: int) -> None:
    sent = b"n=1"
    kind = "application/x-www-form-urlencoded"
    assert departure("form", "/forms", sent, status, Content_Type=kind) == "no credentials"
    assert departure("form", "/forms", sent, status, Content_Type=kind, Authorization="Bearer x") is None
    assert departure("form", "/forms", sent, 400, Content_Type=kind) is None
    assert departure("item", "/items/1", b"", status) is None


def test_readings_are_those_of_json() -> None:
    assert readings("1") == ["1", 1]
    assert readings("1.5") == ["1.5", 1.5]
    assert readings("1.0") == ["1.0", 1.0]
    assert readings("true") == ["true", True]
    assert readings('{"a":1}') == ['{"a":1}', {"a": 1}]
    assert [readings(text) for text in ("01", "1_0", "", "+1", "1e400", "[", "\u0661")] == [
        ["01"], ["1_0"], [""], ["+1"], ["1e400"], ["["], ["\u0661"],
    ]  # fmt: skip
    assert list_readings(["1", "x"]) == [["1", "x"], [1, "x"]]


def test_a_form_that_is_none() -> None:
    assert isinstance(read_form(b"x", "multipart/form-data"), Unreadable)


def judged(
    operation: str, status: int, kind: str, body: bytes, target: str | None = None, **headers: str
) -> list[tuple[str, Basis]]:
    described = OPERATIONS[operation]
    request = RequestView(Request("GET", "https://shop.example" + (target or described.path)), described)
    fields = (("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in headers.items()))
    found, _ = Conformance(described).check(request, ResponseView(Response(status, fields, body)))
    return [(f"{finding.code} {finding.subject}", finding.basis) for finding in found]


def test_a_spec_that_lists_no_answer_promises_none() -> None:
    assert judged("silent", 418, "text/plain", b"") == []


def test_every_status_is_a_finding_of_its_own() -> None:
    assert judged("item", 500, "text/plain", b"", "/items/1") == [("TR101 conformance status 500", Basis.DOCUMENTED)]
    assert judged("item", 500, "text/plain", b"", "/items/1?n=x") == [
        ("TR101 conformance status 500, request not described", Basis.ASSUMED)
    ]


def test_the_nearest_media_type_judges_whatever_its_parameters() -> None:
    assert judged("typed", 200, "application/json", b"{}") == []
    assert judged("typed", 200, "application/json", b"[]") == [("TR104 conformance 200", Basis.DOCUMENTED)]
    assert judged("typed", 200, "image/png", b"x") == []
    assert judged("typed", 200, "application/vnd.x+json", b"1") == [("TR104 conformance 200", Basis.DOCUMENTED)]


def test_headers_may_be_lists_and_content_type_is_none_of_them() -> None:
    assert judged("typed", 200, "application/json", b"{}", X_List="1, 2") == []
    assert judged("typed", 200, "application/json", b"{}", X_List="a, b") == [
        ("TR105 conformance x-list", Basis.DOCUMENTED)
    ]


XML = "application/xml; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "content_type", "where"),
    [
        (b"<report><total>3</total></report>", XML, None),
        (b"<report><total>3</total><tags xmlns='urn:t'>a</tags></report>", XML, None),
        (b"<report><total>many</total></report>", XML, "body /total"),
        (b"<report/>", XML, "body /total"),
        (b"<rapport><total>3</total></rapport>", XML, "body"),
        (b"<report><total>3</total><tags>a</tags></report>", XML, "body /tags/0"),
        (b"<report><total>3", XML, "body"),
        (b"[]", "application/json;version=1", None),
        (b"{}", "application/json;version=1", "body"),
        (b"{}", "application/json; version=2", None),
    ],
)
def test_bodies_are_held_to_the_description_of_their_type(body: bytes, content_type: str, where: str | None) -> None:
    assert departure("report", "/report?kind=total", body, Content_Type=content_type) == where


def test_a_query_in_the_key_of_a_path_is_as_described() -> None:
    assert departure("report", "/report?kind=total", b"[]", Content_Type="application/json; version=1") is None
    assert departure("report", "/report?kind=total&x=1", b"[]", Content_Type="application/json; version=1") == "query x"


def test_a_documented_authorization_header_is_a_credential() -> None:
    assert departure("me", "/me", status=401) == "no credentials"
    assert departure("me", "/me", status=401, Authorization="Bearer x") is None
    assert departure("me", "/me", status=500) is None
