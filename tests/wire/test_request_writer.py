"""Requests as the document has them: parameters by their style, header fields once, bodies by their media type."""

import json
from base64 import b64decode
from dataclasses import replace

import pytest

from troth.errors import Position
from troth.model.exchange import COMPUTED_HEADERS, header
from troth.model.operation import Basis, JsonSchema, MediaType, Operation, Parameter, SoapOperation
from troth.wire.request_writer import (
    ABSENT,
    RequestWriter,
    Unsendable,
    basic,
    example_of,
    json_media_type,
    placed,
    write_body,
)
from troth.wire.soap import read_envelope
from troth.wire.style_writer import Unwritable


def operation(
    *parameters: Parameter,
    path: str = "/orders/{order}",
    bodies: tuple[MediaType, ...] = (),
    soap: SoapOperation | None = None,
) -> Operation:
    return Operation(
        vendor="shop",
        name="changeOrder",
        method="POST",
        path=path,
        server="https://shop.example/v1",
        parameters=parameters,
        request_body=bodies,
        body_required=bool(bodies),
        responses={},
        security=(),
        effect="creates",
        basis=Basis.DOCUMENTED,
        citation=None,
        position=Position("shop.yaml"),
        http_name="changeOrder",
        soap=soap,
    )


def described(place: str, name: str, required: bool = False, example: object = None, **more: object) -> Parameter:
    style = str(more.pop("style", "form" if place in ("query", "cookie") else "simple"))
    explode = bool(more.pop("explode", style == "form"))
    schema = more.pop("schema", True)
    return Parameter(name, place, required, schema, explode, style, example, **more)  # type: ignore[arg-type]


ORDER = described("path", "order", True)


def test_every_place_has_its_own_way_of_writing() -> None:
    filters = described("query", "filter", style="deepObject", explode=True)
    writer = RequestWriter(operation(ORDER, filters, described("header", "X-Tags"), described("cookie", "crumb")))
    writer.put("path", "order", "a/b c")
    writer.put("query", "filter", {"color": "red"})
    writer.put("query", "page", 2)
    writer.put("header", "X-Tags", ["a", "b"])
    writer.put("cookie", "crumb", "c d")
    writer.put("cookie", "more", True)
    request = writer.write()
    assert request.url == "https://shop.example/v1/orders/a%2Fb%20c?filter%5Bcolor%5D=red&page=2"
    assert request.headers == (("X-Tags", "a,b"), ("Cookie", "crumb=c%20d; more=true"))
    assert (request.method, request.body) == ("POST", b"")


def test_nothing_stands_twice() -> None:
    writer = RequestWriter(operation(ORDER, bodies=(MediaType("application/json", True),)))
    writer.body, writer.media_type = {}, "application/json"
    for place, name in (("header", "X-A"), ("header", "x-a"), ("query", "q"), ("cookie", "c"), ("header", "Accept")):
        writer.put(place, name, "first")
        writer.put(place, name, "second")
    writer.authorize("bearer", "one")
    writer.authorize("basic", {"username": "u", "password": "p"})
    writer.put("header", "content-TYPE", "text/plain")
    request = writer.write()
    names = [name.lower() for name, _ in request.headers]
    assert sorted(names) == ["accept", "authorization", "content-type", "cookie", "x-a"]
    assert header(request.headers, "content-type") == "text/plain"
    assert header(request.headers, "authorization") == "Basic dTpw"
    assert (header(request.headers, "cookie"), header(request.headers, "x-a")) == ("c=second", "second")
    assert request.url.endswith("?q=second")


def test_absent_takes_out() -> None:
    writer = RequestWriter(operation(ORDER))
    for place, name in (("query", "q"), ("header", "X-A"), ("cookie", "c")):
        writer.put(place, name, "x")
        assert writer.has(place, name)
        writer.put(place, name, ABSENT)
        assert not writer.has(place, name)
    writer.authorize("bearer", "t")
    writer.authorize("bearer", ABSENT)
    writer.authorize("apiKey:query:key", "k")
    writer.authorize("apiKey:query:key", ABSENT)
    request = writer.write()
    assert (request.url, request.headers) == ("https://shop.example/v1/orders/", ())


def test_a_known_parameter_takes_the_place_of_all_its_generated_pairs() -> None:
    schema: JsonSchema = {"type": "object", "properties": {"by": {}, "order": {}}}
    sort = described("query", "sort", schema=schema)
    writer = RequestWriter(operation(ORDER, sort, described("query", "filter[size]"), described("query", "filter")))
    for pair in ("by=age", "order=up", "filter%5Bcolor%5D=red", "filter=x", "filter%5Bsize%5D=1", "q=1", "q=2"):
        writer.put_written_pair(pair)
    writer.put("query", "sort", {"by": "name"})
    writer.put("query", "filter", "y")
    assert writer.write().url.partition("?")[2] == "filter%5Bsize%5D=1&q=1&q=2&by=name&filter=y"
    writer.put("query", "filter[size]", 3)
    assert writer.write().url.partition("?")[2] == "q=1&q=2&by=name&filter=y&filter%5Bsize%5D=3"


@pytest.mark.parametrize(
    ("scheme", "value", "where"),
    [
        ("basic", {"username": "u", "password": "p"}, ("authorization", "Basic dTpw")),
        ("bearer", "t0ken", ("authorization", "Bearer t0ken")),
        ("apiKey:header:X-Key", "k", ("x-key", "k")),
        ("apiKey:cookie:key", "k y", ("cookie", "key=k%20y")),
    ],
)
def test_credentials_go_where_their_scheme_says(scheme: str, value: object, where: tuple[str, str]) -> None:
    writer = RequestWriter(operation(ORDER))
    writer.authorize(scheme, value)
    assert [(name.lower(), text) for name, text in writer.write().headers] == [where]


def test_an_api_key_may_go_into_the_query() -> None:
    writer = RequestWriter(operation(ORDER))
    writer.authorize("apiKey:query:key", "a&b")
    assert writer.write().url.endswith("?key=a%26b")


def test_user_and_password_are_encoded_in_utf_8() -> None:
    assert b64decode(basic({"username": "ü", "password": "p:q"})).decode() == "ü:p:q"


@pytest.mark.parametrize(
    ("media_type", "body", "written", "content_type"),
    [
        ("application/json", {"é": [1, None, True]}, '{"é":[1,null,true]}', "application/json"),
        ("application/vnd.shop+json; v=2", 2**80, str(2**80), "application/vnd.shop+json; v=2"),
        ("application/json", None, "null", "application/json"),
        ("application/x-www-form-urlencoded", {"a": [1, 2]}, "a=1,2", "application/x-www-form-urlencoded"),
        ("text/plain; charset=utf-8", "é", "é", "text/plain; charset=utf-8"),
        ("text/plain", True, "true", "text/plain"),
        ("text/xml", "<a/>", "<a/>", "text/xml"),
        ("application/octet-stream", b"\x00", "\x00", "application/octet-stream"),
    ],
)
def test_bodies_by_their_media_type(media_type: str, body: object, written: str, content_type: str) -> None:
    form = MediaType("application/x-www-form-urlencoded", True, encoding={"a": {"explode": False}})
    writer = RequestWriter(operation(ORDER, bodies=(form,)))
    writer.body, writer.media_type = body, media_type
    request = writer.write()
    assert request.body.decode() == written
    assert header(request.headers, "content-type") == content_type


def test_no_body_no_content_type() -> None:
    writer = RequestWriter(operation(ORDER, bodies=(MediaType("application/json", True),)))
    writer.media_type = "application/json"
    assert (writer.write().body, writer.write().headers) == (b"", ())


@pytest.mark.parametrize(
    "put",
    [
        lambda writer: writer.put("header", "X-A", "a\nb"),
        lambda writer: writer.put("header", "X-A", "日本"),
        lambda writer: writer.put("header", "X-A", " led by a space"),
        lambda writer: writer.put("header", "X A", "a"),
        lambda writer: writer.put("query", "q", "\ud800"),
        lambda writer: writer.put("query", "q", float("nan")),
        lambda writer: writer.put_field("X-A", "a\r\nX-Evil: 1"),
        lambda writer: writer.put_cookie("c", "a\nb"),
        lambda writer: writer.put_written_pair("q=a b"),
        lambda writer: writer.place((), {"a": float("inf")}),
        lambda writer: writer.place((), "\ud800"),
    ],
)
def test_what_http_cannot_carry_is_refused(put) -> None:  # type: ignore[no-untyped-def]
    def write() -> None:
        writer = RequestWriter(operation(ORDER))
        writer.media_type = "application/json"
        put(writer)
        writer.write()

    with pytest.raises(Unsendable) as refused:
        write()
    assert refused.value.reason


def test_an_object_is_no_text() -> None:
    writer = RequestWriter(operation(ORDER))
    writer.body, writer.media_type = {"a": 1}, "text/csv"
    with pytest.raises(Unsendable, match="a body of the type text/csv must be text"):
        writer.write()


def test_the_documents_examples_stand_for_what_is_required() -> None:
    parameters = (
        described("path", "order", True, "1"),
        described("query", "page", True, 2),
        described("query", "size", False, 3),
        described("header", "X-Version", True, "2"),
        described("header", "Accept", True, "ignored"),
        described("cookie", "crumb", True, "c"),
        described("header", "X-None", True),
        described("header", "X-Odd", True, "a\nb"),
        described("query", "kind", True, schema={"enum": ["k", "l"]}),
    )
    writer = RequestWriter(operation(*parameters))
    writer.put_examples()
    request = writer.write()
    assert request.url.endswith("/orders/1?page=2&kind=k")
    assert request.headers == (("X-Version", "2"), ("Cookie", "crumb=c"))
    writer = RequestWriter(operation(*parameters))
    writer.put_examples(required=False)
    assert (writer.write().url, writer.write().headers) == ("https://shop.example/v1/orders/1", ())


@pytest.mark.parametrize(
    ("example", "schema", "value"),
    [
        ("e", {"default": "d"}, "e"),
        (None, {"example": "x", "default": "d"}, "x"),
        (None, {"default": None, "const": 1}, None),
        (None, {"const": 1, "examples": [2]}, 1),
        (None, {"examples": [2], "enum": [3]}, 2),
        (None, {"enum": [3, 4]}, 3),
        (None, {"examples": []}, ABSENT),
        (None, True, ABSENT),
    ],
)
def test_what_a_document_shows_of_a_parameter(example: object, schema: JsonSchema, value: object) -> None:
    assert example_of(described("query", "q", example=example, schema=schema)) == value


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("text/xml", "application/vnd.shop+json", "application/json"), "application/vnd.shop+json"),
        (("application/json; charset=utf-8",), "application/json; charset=utf-8"),
        (("text/plain",), "application/json"),
        ((), "application/json"),
    ],
)
def test_json_goes_out_as_it_is_documented(names: tuple[str, ...], chosen: str) -> None:
    assert json_media_type(operation(bodies=tuple(MediaType(name, True) for name in names))) == chosen


@pytest.mark.parametrize(
    ("body", "pointer", "value", "after"),
    [
        (ABSENT, ("a", "b"), 1, {"a": {"b": 1}}),
        ({"a": {"b": 1, "c": 2}}, ("a", "b"), ABSENT, {"a": {"c": 2}}),
        ({"a": 1}, ("b", "c"), ABSENT, {"a": 1}),
        ({"a": 1}, ("a", "b"), 2, {"a": 1}),
        (ABSENT, ("a",), ABSENT, ABSENT),
        ({"a": 1}, (), [2], [2]),
        ([1], ("a",), 2, [1]),
    ],
)
def test_values_are_placed_by_pointer(body: object, pointer: tuple[str, ...], value: object, after: object) -> None:
    assert placed(json.loads(json.dumps(body)) if body is not ABSENT else body, pointer, value) == after


SOAP = SoapOperation("Shop.put", "urn:shop", ("p_a", "p_b"), True, True)


def test_a_soap_function_has_its_parts_in_order() -> None:
    writer = RequestWriter(operation(path="/soap", soap=SOAP))
    writer.parts = {"p_x": "3", "p_b": "2", "p_a": None}
    request = writer.write()
    message = read_envelope(request.body)
    assert message.order == ("p_b", "p_x")  # type: ignore[union-attr]
    assert request.headers == (("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", '"urn:shop#Shop.put"'))
    writer.put("header", "soapaction", "other")
    assert [value for name, value in writer.write().headers if name.lower() == "soapaction"] == ["other"]
    orders = set()
    for writer.shuffle in range(1, 9):
        orders.add(read_envelope(writer.write().body).order)  # type: ignore[union-attr]
    assert len(orders) > 1


def test_an_envelope_of_ones_own_is_sent_as_it_is() -> None:
    writer = RequestWriter(operation(path="/soap", soap=SOAP))
    writer.body, writer.media_type = "<a/>", "text/xml"
    assert writer.write().body == b"<a/>"
    assert header(writer.write().headers, "soapaction") == '"urn:shop#Shop.put"'


@pytest.mark.parametrize("name", sorted(COMPUTED_HEADERS))
def test_fields_of_framing_are_never_written(name: str) -> None:
    parameter = described("header", name.title(), required=True, example=7)
    writer = RequestWriter(operation(parameter))
    writer.put_examples()
    writer.put("header", name.title(), 7)
    writer.put_field(name, "7")
    assert header(writer.write().headers, name) is None


def test_a_query_in_the_key_of_a_path_goes_before_the_rest() -> None:
    writer = RequestWriter(replace(operation(), path="/a", fixed_query="kind=b"))
    assert writer.write().url.endswith("/a?kind=b")
    writer.put("query", "n", 1)
    assert writer.write().url.endswith("/a?kind=b&n=1")


def test_an_object_is_xml_by_its_schema() -> None:
    schema: JsonSchema = {"type": "object", "xml": {"name": "r"}, "properties": {"n": {"xml": {"attribute": True}}}}
    written, content_type = write_body({"n": 1}, "text/xml", {}, schema)
    assert (written.partition(b"?>\n")[2], content_type) == (b'<r n="1"/>', "text/xml")
    with pytest.raises(Unwritable):
        write_body({"n": "\0"}, "text/xml", {}, schema)
