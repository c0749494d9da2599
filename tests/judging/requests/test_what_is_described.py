"""Requests in all the ways that OpenAPI lets parameters and bodies be written: which of them a document describes."""

import pytest

from troth.judging.requests.described import RequestConformance
from troth.loading.openapi.document import read_spec
from troth.model.contract import Input
from troth.model.exchange import Request
from troth.wire.views import RequestView

POINT = (
    "{type: object, required: [x], additionalProperties: false, properties: {x: {type: integer}, y: {type: number}}}"
)
SCHEMAS = f"""\
components:
  schemas:
    Point: {POINT}
    Named: {{type: object, properties: {{name: {{type: string}}}}}}
    Both: {{allOf: [{{$ref: '#/components/schemas/Named'}}, {{properties: {{size: {{type: integer}}}}}}]}}
"""


def departure(
    parameters: str = "[]",
    target: str = "/a",
    path: str = "/a",
    body: bytes = b"",
    kind: str = "",
    content: str = "{}",
    version: str = "3.1.0",
    method: str = "post",
) -> str | None:
    text = (
        f"openapi: {version}\nservers: [{{url: 'https://shop.example'}}]\n{SCHEMAS}"
        f"paths:\n  '{path}':\n    {method}:\n      parameters: {parameters}\n"
        f"      requestBody: {{content: {content}}}\n      responses: {{'200': {{description: d}}}}\n"
    )
    (operation,) = read_spec(text.encode(), "shop", "shop.yaml").operations.values()
    headers = (("Content-Type", kind),) if kind else ()
    request = Request(method.upper(), "https://shop.example" + target, headers, body)
    return RequestConformance(operation).departure(RequestView(request, operation), 400)


def parameter(name: str, place: str, schema: str, rest: str = "") -> str:
    return f"{{name: {name}, in: {place}, required: true, schema: {schema}{rest}}}"


LIST, INTEGER = "{type: array, items: {type: integer}}", "{type: integer}"
REF = "{$ref: '#/components/schemas/Point'}"


@pytest.mark.parametrize(
    ("schema", "rest", "sent", "described"),
    [
        (INTEGER, "", "7", True),
        (INTEGER, "", "1.0", False),
        (INTEGER, "", "1e3", False),
        ("{type: number}", "", "1.0", True),
        ("{type: number}", "", "1e3", True),
        ("{type: number}", "", "x", False),
        ("{type: string}", "", "7", True),
        ("{type: string, format: int64}", "", "x", True),
        ("{type: integer, format: int32}", "", "2147483647", True),
        ("{type: integer, format: int32}", "", "2147483648", False),
        ("{type: integer, format: int64}", "", "9223372036854775808", False),
        ("{type: boolean}", "", "true", True),
        ("{type: boolean}", "", "True", False),
        (LIST, "", "1,2", True),
        (LIST, "", "1,x", False),
        (REF, "", "x,1,y,2.0", True),
        (REF, "", "x,1,z,2", False),
        (REF, ", explode: true", "x=1,y=2", True),
        (REF, "", "x=1,y=2", False),
        (LIST, ", style: label", ".1,2", True),
        (LIST, ", style: label, explode: true", ".1.2", True),
        (LIST, ", style: label", "1,2", False),
        (REF, ", style: label, explode: true", ".x=1.y=2", True),
        (INTEGER, ", style: matrix", ";id=1", True),
        (INTEGER, ", style: matrix", ";other=1", False),
        (LIST, ", style: matrix, explode: true", ";id=1;id=2", True),
        (REF, ", style: matrix, explode: true", ";x=1;y=2", True),
        (REF, ", style: matrix", ";id=x,1,y,2", True),
    ],
)
def test_paths(schema: str, rest: str, sent: str, described: bool) -> None:
    found = departure(f"[{parameter('id', 'path', schema, rest)}]", f"/a/{sent}", "/a/{id}")
    assert found == (None if described else "path id")


@pytest.mark.parametrize(
    ("path", "target", "described"),
    [
        ("/days/{from}-{to}", "/days/1-2", None),
        ("/days/{from}-{to}", "/days/1-2-3", "path to"),
        ("/days/{from}-{to}", "/days/x-2", "path from"),
        ("/days/{from}-{to}", "/days/12", "path"),
        ("/files/{from}.{to}", "/files/1.2", None),
        ("/compare/{from}...{to}", "/compare/1...2", None),
    ],
)
def test_several_parameters_in_a_segment(path: str, target: str, described: str | None) -> None:
    both = f"[{parameter('from', 'path', INTEGER)}, {parameter('to', 'path', INTEGER)}]"
    assert departure(both, target, path) == described


def test_a_segment_that_can_be_read_in_several_ways_is_described_where_one_of_them_is() -> None:
    both = f"[{parameter('from', 'path', '{type: string, format: date}')}, {parameter('to', 'path', INTEGER)}]"
    assert departure(both, "/days/2026-01-02-7", "/days/{from}-{to}") is None


FREE = "{type: object, additionalProperties: {type: integer}}"
ONE_OF = "{oneOf: [{type: array, items: {enum: [a, b]}}, {type: string, enum: [all]}]}"


@pytest.mark.parametrize(
    ("schema", "rest", "query", "described"),
    [
        (LIST, "", "q=1&q=2", True),
        (LIST, "", "q=1,2", False),
        (LIST, ", explode: false", "q=1,2", True),
        (LIST, ", explode: false", "q=1%2C2", True),
        (LIST, ", style: pipeDelimited, explode: false", "q=1%7C2", True),
        (LIST, ", style: spaceDelimited, explode: false", "q=1%202", True),
        (REF, "", "x=1&y=2", True),
        (REF, "", "x=1&y=2&z=3", False),
        (REF, "", "y=2", False),
        (REF, ", explode: false", "q=x,1,y,2", True),
        (REF, ", style: deepObject", "q%5Bx%5D=1", True),
        (REF, ", style: deepObject", "q[x]=1&q[z]=1", False),
        (REF, ", style: deepObject", "q[x][y]=1", False),
        ("{$ref: '#/components/schemas/Both'}", "", "name=a&size=1", True),
        ("{$ref: '#/components/schemas/Both'}", "", "name=a&size=x", False),
        (FREE, "", "a=1&b=2", True),
        (FREE, "", "a=x", False),
        ("{type: object}", "", "a=x", True),
        (ONE_OF, "", "q=a&q=b", True),
        (ONE_OF, "", "q=all", True),
        (ONE_OF, "", "q=c", False),
        ("{type: string}", ", allowEmptyValue: true", "q=", True),
        (INTEGER, ", allowEmptyValue: true", "q=", True),
        (INTEGER, "", "q=", False),
        (INTEGER, "", "", False),
    ],
)
def test_queries(schema: str, rest: str, query: str, described: bool) -> None:
    found = departure(f"[{parameter('q', 'query', schema, rest)}]", f"/a?{query}")
    assert (found is None) is described, found


def test_a_free_form_object_leaves_the_names_of_others_alone() -> None:
    both = f"[{parameter('n', 'query', INTEGER)}, {{name: rest, in: query, schema: {FREE}}}]"
    assert departure(both, "/a?n=1&a=2") is None
    assert departure(both, "/a?n=x&a=2") == "query n"
    assert departure(both, "/a?n=1&a=x") == "query rest"


@pytest.mark.parametrize(
    ("version", "schema", "sent", "described"),
    [
        ("3.0.3", "{type: string, format: uuid}", "x", False),
        ("3.0.3", "{type: string, nullable: true, enum: [a]}", "a", True),
        ("3.1.0", "{type: string, format: time}", "12:00:00", False),
        ("3.1.0", "{type: string, format: phone}", "x", True),
    ],
)
def test_what_the_dialect_leaves_open_is_not_surely_described(
    version: str, schema: str, sent: str, described: bool
) -> None:
    found = departure(f"[{parameter('q', 'query', schema)}]", f"/a?q={sent}", version=version)
    assert (found is None) is described


FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
PART = '--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'


def multipart(*parts: tuple[str, str, str]) -> bytes:
    return ("".join(PART % part for part in parts) + "--b--\r\n").encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"name=a&size=1", None),
        (b"name=a&size=x", "body /size"),
        (b"name=a&point=%7B%22x%22%3A1%7D", None),
        (b"name=a&point=%7B%22x%22%3A%22y%22%7D", "body /point"),
        (b"name=a&tags=1&tags=2", None),
        (b"name=a&tags=1", None),
        (b"name=a&piped=1%7C2", None),
        (b"name=a&piped=1,2", "body /piped"),
        (b"name=a&extra=1", "body /extra"),
        (b"size=1", "body /name"),
    ],
)
def test_forms(body: bytes, expected: str | None) -> None:
    schema = (
        "{unevaluatedProperties: false, required: [name], allOf: [{$ref: '#/components/schemas/Both'}],"
        f" properties: {{point: {REF}, tags: {LIST}, piped: {LIST}}}}}"
    )
    encoding = "encoding: {piped: {style: pipeDelimited, explode: false}}"
    assert departure(body=body, kind=FORM, content=f"{{{FORM}: {{schema: {schema}, {encoding}}}}}") == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("size", "", "1")], None),
        ([("size", "", "x")], "body /size"),
        ([("point", "\r\nContent-Type: application/json", '{"x": 1}')], None),
        ([("point", "", '{"x": 1}')], None),
        ([("point", "\r\nContent-Type: application/json", '{"x": "y"}')], "body /point"),
        ([("file", '; filename="f"\r\nContent-Type: application/octet-stream', "\0\1")], None),
    ],
)
def test_multipart(parts: list[tuple[str, str, str]], expected: str | None) -> None:
    schema = f"{{type: object, properties: {{size: {INTEGER}, point: {REF}, file: {{type: string, format: binary}}}}}}"
    found = departure(
        body=multipart(*parts), kind=f"{MULTIPART}; boundary=b", content=f"{{{MULTIPART}: {{schema: {schema}}}}}"
    )
    assert found == expected


HAS_ID = "{type: object, required: [id], properties: {id: {type: integer}}}"


@pytest.mark.parametrize(
    ("kind", "schema", "body", "expected"),
    [
        ("text/plain", "{type: string, maxLength: 3}", b"abc", None),
        ("text/plain", "{type: string, maxLength: 3}", b"abcd", "body"),
        ("text/plain", "{type: integer}", b"12", None),
        ("text/plain", "{type: integer}", b"x", "body"),
        ("text/plain; charset=utf-8", "{type: string, maxLength: 1}", "\u00e9".encode(), None),
        ("application/octet-stream", "{type: string, format: binary}", b"\xff\0", None),
        ("application/octet-stream", "{type: string, format: binary, maxLength: 1}", b"\xff\0", "body"),
        ("application/octet-stream", "{}", b"\xff", None),
        ("image/png", "{type: string, format: binary}", b"\x89PNG", None),
        ("application/yaml", "{type: object}", b"a: 1", "body, which is application/yaml and not held to its schema"),
        ("application/yaml", "{}", b"a: 1", None),
        ("text/csv", "{type: string}", b"a,b", "body, which is text/csv and not held to its schema"),
        ("application/pdf", "{type: object}", b"%PDF", "body, which is application/pdf and not held to its schema"),
        ("application/xml", HAS_ID, b"<a><id>1</id></a>", None),
        ("application/xml", HAS_ID, b"<a/>", "body /id"),
        ("application/json", "{type: object, additionalProperties: false}", b'{"extra": 1}', "body /extra"),
        ("application/json", "{propertyNames: {maxLength: 2}}", b'{"long": 1}', "body /long"),
    ],
)
def test_bodies(kind: str, schema: str, body: bytes, expected: str | None) -> None:
    content = f"{{{kind.partition(';')[0]}: {{schema: {schema}}}}}"
    assert departure(body=body, kind=kind, content=content) == expected


def test_a_body_of_any_type_is_held_to_its_schema_where_it_is_json() -> None:
    content = f"{{'*/*': {{schema: {REF}}}}}"
    assert departure(body=b'{"x": 1}', kind="application/json", content=content) is None
    assert departure(body=b'{"x": "y"}', kind="application/json", content=content) == "body /x"
    assert departure(body=b"x", kind="image/png", content="{'*/*': {schema: {}}}") is None


@pytest.mark.parametrize(
    ("closed", "known", "described"),
    [
        ("additionalProperties: false", ["/extra"], True),
        ("additionalProperties: false", ["/other"], False),
        ("unevaluatedProperties: false", ["/extra"], True),
        ("propertyNames: {enum: [name]}", ["/extra"], True),
        ("additionalProperties: false", [], False),
    ],
)
def test_an_unexpected_field_has_its_own_place(closed: str, known: list[str], described: bool) -> None:
    text = (
        "openapi: 3.1.0\nservers: [{url: 'https://shop.example'}]\npaths: {/a: {post: {requestBody: {content: "
        f"{{application/json: {{schema: {{properties: {{name: {{}}}}, {closed}}}}}}}}},"
        " responses: {'200': {description: d}}}}}\n"
    )
    (operation,) = read_spec(text.encode(), "shop", "shop.yaml").operations.values()
    request = Request("POST", "https://shop.example/a", (("Content-Type", "application/json"),), b'{"extra": 1}')
    inputs = tuple(Input(name, "body", name, False, (), operation.position) for name in known)
    view = RequestView(request, operation)
    assert RequestConformance(operation).described(view, inputs, dict.fromkeys(known, "some")) is described
