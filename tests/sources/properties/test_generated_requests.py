"""Generated cases as bytes: what Schemathesis holds in Python values must reach the wire exactly."""

import json
from io import BytesIO
from urllib.parse import parse_qsl

import pytest
import schemathesis
from bookmaking import make_book
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from troth.model.contract import Input
from troth.model.exchange import header
from troth.model.operation import Operation
from troth.sources.properties.generated_requests import write_request
from troth.sources.properties.generation import Generator, draw_many
from troth.wire.request_writer import ABSENT, Unsendable
from troth.wire.soap import read_envelope
from troth.wire.views import Credentials, RequestView

SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example/v1}]
paths:
  /orders/{order}:
    post:
      operationId: changeOrder
      parameters:
        - {name: order, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
        - {name: fields, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: crumb, in: cookie, schema: {type: string}}
      requestBody:
        content:
          application/json: {schema: {type: object}}
          application/x-www-form-urlencoded: {schema: {type: object}}
          multipart/form-data: {schema: {type: object}}
          text/plain: {schema: {type: string}}
      responses: {"200": {description: Changed.}}
  /soap:
    post:
      operationId: call
      x-soap:
        namespace: "urn:shop"
        operations:
          putOrder:
            element: Shop.putOrder
            parameters: [p_code, p_order, p_note]
            request:
              type: object
              required: [p_code, p_order, p_note]
              additionalProperties: false
              properties: {p_note: {type: string}, p_order: {type: string, pattern: '^[0-9]+$'}, p_code: {type: string}}
            return: {type: string}
            examples:
              one: {request: {p_note: hello, p_order: "17", p_code: abc}, return: done}
      requestBody: {content: {text/xml: {schema: {type: string}}}}
      responses: {"200": {description: Done.}}
"""


@pytest.fixture(scope="module")
def vendor(tmp_path_factory):
    return make_book(tmp_path_factory.mktemp("wire"), SPEC, {}).vendors["shop"]


@pytest.fixture(scope="module")
def generated(vendor):
    """An empty case of an operation, to be given values: what Schemathesis makes for users who bring their own."""
    document = json.loads(json.dumps(vendor.spec.document))
    return schemathesis.openapi.from_dict(document, config=schemathesis.Config())["/orders/{order}"]["post"].Case


@pytest.fixture(scope="module")
def order(vendor) -> Operation:
    return vendor.spec.operations["changeOrder"]


@pytest.fixture(scope="module")
def function(vendor) -> Operation:
    return vendor.spec.operations["putOrder"]


def input_at(place: str, address: str, vendor) -> Input:
    return Input(address.strip("/") or place, place, address, False, (), vendor.spec.operations["changeOrder"].position)


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ("1", {}, "/v1/orders/1"),
        ("a%20b", {}, "/v1/orders/a%20b"),
        ("a b/c?d#e%", {}, "/v1/orders/a%20b%2Fc%3Fd%23e%25"),
        ("%2E%2E", {}, "/v1/orders/%2E%2E"),
        ("é", {}, "/v1/orders/%C3%A9"),
        ("1", {"q": "a b&c=d+e"}, "/v1/orders/1?q=a%20b%26c%3Dd%2Be"),
        ("1", {"q": ""}, "/v1/orders/1?q="),
        ("1", {"q": None}, "/v1/orders/1"),
        ("1", {"q": True}, "/v1/orders/1?q=true"),
        ("1", {"tag": ["x", "y z"]}, "/v1/orders/1?tag=x&tag=y%20z"),
        ("1", {"o[a]": "1", "é": "ü"}, "/v1/orders/1?o%5Ba%5D=1&%C3%A9=%C3%BC"),
    ],
)
def test_urls(generated, order, path, query, target):
    request = write_request(generated(path_parameters={"order": path}, query=query), order, (), {})
    assert request.method == "POST"
    assert request.url == "https://shop.example" + target


def test_generated_query_arrays_follow_style_and_explode(vendor, order):
    """``explode: false`` is one parameter with commas between the items; an exploded one stands several times."""
    _, valid = Generator(vendor).strategies(order)[0]
    cases = [case for case in draw_many(valid, 60, "arrays") if {"fields", "tag"} & set(case.query)]
    views = [RequestView(write_request(case, order, (), {}), order) for case in cases]
    assert views
    assert all(len(view.query.get("fields", [""])) == 1 for view in views)
    assert any(len(view.query.get("tag", [])) > 1 for view in views)


@pytest.mark.parametrize(
    ("media_type", "body", "sent", "content_type"),
    [
        ("application/json", {"é": [1, None, True]}, '{"é":[1,null,true]}'.encode(), "application/json"),
        ("application/json", None, b"null", "application/json"),
        ("application/json", "text", b'"text"', "application/json"),
        ("application/json", {"n": 2**80}, b'{"n":1208925819614629174706176}', "application/json"),
        (
            "application/x-www-form-urlencoded",
            {"a": "b c", "d": "é"},
            b"a=b+c&d=%C3%A9",
            "application/x-www-form-urlencoded",
        ),
        ("text/plain", "é", "é".encode(), "text/plain"),
    ],
)
def test_bodies(generated, order, media_type, body, sent, content_type):
    request = write_request(generated(path_parameters={"order": "1"}, body=body, media_type=media_type), order, (), {})
    assert request.body == sent
    assert header(request.headers, "content-type") == content_type


def test_no_body_no_content_type(generated, order):
    request = write_request(generated(path_parameters={"order": "1"}), order, (), {})
    assert (request.body, request.headers) == (b"", ())


def test_multipart_fields_are_read_back(generated, order):
    """Another reader of multipart bodies, Werkzeug's, finds what was put in."""
    body = {"a": "b", "é": "ü", 'quo"ted': "1"}
    case = generated(path_parameters={"order": "1"}, body=body, media_type="multipart/form-data")
    request = write_request(case, order, (), {})
    content_type = header(request.headers, "content-type")
    media_type, options = parse_options_header(content_type)
    _, form, files = FormDataParser().parse(BytesIO(request.body), media_type, len(request.body), options)
    found = {**form, **{name: part.read().decode() for name, part in files.items()}}
    assert found == body


@pytest.mark.parametrize("body", [{"a": "b", "é": "ü"}, ["not", "an", "object"]])
def test_multipart_is_the_same_twice(generated, order, body):
    """A boundary that is drawn at random would make every request a new one."""
    first, second = (
        write_request(
            generated(path_parameters={"order": "1"}, body=body, media_type="multipart/form-data"), order, (), {}
        )
        for _ in range(2)
    )
    assert first == second
    content_type = header(first.headers, "content-type") or ""
    boundary = content_type.partition("boundary=")[2]
    assert content_type.startswith("multipart/form-data; boundary=")
    assert first.body.startswith(b"--" + boundary.encode())
    assert first.body.rstrip().endswith(b"--" + boundary.encode() + b"--")


def test_header_fields_and_cookies(generated, order):
    case = generated(path_parameters={"order": "1"}, headers={"X-Trace": "grün"}, cookies={"crumb": "c1", "other": "2"})
    assert write_request(case, order, (), {}).headers == (("X-Trace", "grün"), ("Cookie", "crumb=c1; other=2"))


@pytest.mark.parametrize(
    "given",
    [
        {"headers": {"X-Trace": "a\nb"}},
        {"headers": {"X-Trace": "a\r\nX-Evil: 1"}},
        {"headers": {"X-Trace": "日本"}},
        {"headers": {"X-Trace": " led by a space"}},
        {"headers": {"X Trace": "a"}},
        {"headers": {"": "a"}},
        {"cookies": {"crumb": "a\nb"}},
        {"body": {"a": "\ud800"}, "media_type": "application/json"},
        {"body": {"a": float("nan")}, "media_type": "application/json"},
        {"query": {"q": "\ud800"}},
    ],
)
def test_what_http_cannot_carry_is_refused(generated, order, given):
    case = generated(path_parameters={"order": "1"}, **given)
    with pytest.raises(Unsendable):
        write_request(case, order, (), {})


def test_known_values_take_the_place_of_generated_ones(generated, order, vendor):
    inputs = (
        input_at("path", "order", vendor),
        input_at("query", "fields", vendor),
        input_at("header", "X-Trace", vendor),
        input_at("auth", "basic", vendor),
        input_at("body", "/user/login", vendor),
        input_at("body", "/user/old", vendor),
    )
    case = generated(
        path_parameters={"order": "junk"},
        query={"fields": "junk", "q": "kept"},
        headers={"x-trace": "junk", "Authorization": "Basic junk"},
        body={"user": {"login": 5, "old": 1, "kept": True}},
        media_type="application/json",
    )
    values = {
        "order": "a/1",
        "fields": ["id", "na me"],
        "X-Trace": "known",
        "basic": {"username": "u", "password": "p:ü"},
        "user/login": "me",
        "user/old": ABSENT,
    }
    request = write_request(case, order, inputs, values)
    view = RequestView(request, order)
    assert request.url == "https://shop.example/v1/orders/a%2F1?q=kept&fields=id,na%20me"
    assert view.params == {"q": "kept", "fields": ["id", "na me"]}
    assert [value for name, value in request.headers if name.lower() == "x-trace"] == ["known"]
    assert view.credentials == Credentials("u", "p:ü")
    assert view.body == {"user": {"login": "me", "kept": True}}
    assert case.body == {"user": {"login": 5, "old": 1, "kept": True}}, "a case is written several times"


def test_absent_takes_away(generated, order, vendor):
    inputs = (input_at("query", "q", vendor), input_at("header", "X-Trace", vendor), input_at("body", "/a", vendor))
    case = generated(path_parameters={"order": "1"}, query={"q": "x"}, headers={"X-Trace": "y"})
    request = write_request(case, order, inputs, {"q": ABSENT, "X-Trace": ABSENT, "a": ABSENT})
    assert (request.url, request.headers, request.body) == ("https://shop.example/v1/orders/1", (), b"")


def test_a_known_field_makes_a_body(generated, order, vendor):
    request = write_request(
        generated(path_parameters={"order": "1"}),
        order,
        (input_at("body", "/user/login", vendor),),
        {"user/login": "me"},
    )
    assert request.body == b'{"user":{"login":"me"}}'
    assert header(request.headers, "content-type") == "application/json"


@settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.text(min_size=1), st.text() | st.lists(st.text(), max_size=3), max_size=4))
def test_a_query_is_read_back_as_it_was(generated, order, query):
    try:
        request = write_request(generated(path_parameters={"order": "1"}, query=query), order, (), {})
    except Unsendable:
        assert any(0xD800 <= ord(char) < 0xE000 for char in repr(query).encode().decode("unicode_escape", "replace"))
        return
    pairs = [(name, one) for name, value in query.items() for one in (value if isinstance(value, list) else [value])]
    assert parse_qsl(request.url.partition("?")[2], keep_blank_values=True) == pairs


def envelope(vendor, function, parameters, values=None, shuffle=0):
    case = Generator(vendor).examples(function, "seed")[0]
    case.body = parameters
    inputs = tuple(input_at("soap", name, vendor) for name in values or {})
    return read_envelope(write_request(case, function, inputs, values or {}, shuffle).body)


@pytest.mark.parametrize(
    ("parameters", "parts"),
    [
        ({"p_note": "n", "p_order": "1", "p_code": "c"}, {"p_code": "c", "p_order": "1", "p_note": "n"}),
        ({"p_note": "", "p_code": "c"}, {"p_code": "c", "p_note": ""}),
        ({"extra": "x", "p_note": "n", "p_code": "c"}, {"p_code": "c", "p_note": "n", "extra": "x"}),
        ({"p_order": 5, "p_code": True, "p_note": ["a"]}, {"p_code": "true", "p_order": "5", "p_note": '["a"]'}),
        ({"p_order": None, "p_code": "<&>\r\n"}, {"p_code": "<&>\r\n"}),
    ],
)
def test_soap_parts_in_documented_order(vendor, function, parameters, parts):
    message = envelope(vendor, function, parameters)
    assert (message.name, message.namespace) == ("Shop.putOrder", "urn:shop")
    assert list(message.parts.items()) == list(parts.items())


def test_soap_known_values_keep_the_order(vendor, function):
    message = envelope(vendor, function, {"p_note": "n"}, {"p_order": "7", "p_code": "known", "p_note": ABSENT})
    assert list(message.parts.items()) == [("p_code", "known"), ("p_order", "7")]


def test_soap_parts_in_another_order(vendor, function):
    orders = {
        envelope(vendor, function, {"p_note": "n", "p_order": "1", "p_code": "c"}, shuffle=turn).order
        for turn in range(1, 9)
    }
    assert len(orders) > 1


@pytest.mark.parametrize(
    "parameters", [{"p_code": "\x00"}, {"p_code": "\ud800"}, {"not a name": "x"}, ["a"], "text", 5]
)
def test_what_xml_cannot_carry_is_refused(vendor, function, parameters):
    with pytest.raises(Unsendable):
        envelope(vendor, function, parameters)


def test_soap_request_goes_to_the_service(vendor, function):
    request = write_request(Generator(vendor).examples(function, "seed")[0], function, (), {})
    assert (request.method, request.url) == ("POST", "https://shop.example/v1/soap")
    assert request.headers == (("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", '"urn:shop#Shop.putOrder"'))
    assert list(read_envelope(request.body).parts.values()) == ["abc", "17", "hello"]
