"""An exchange as trees: paths, queries, credentials and bodies as a contract sees them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.errors import Position
from troth.model.exchange import Headers, Request, Response
from troth.model.operation import Basis, Operation, Parameter
from troth.wire.bodies import MAX_DEPTH, Unreadable, pointer_parts, read_json, to_pointer, too_deep
from troth.wire.request_writer import RequestWriter, basic
from troth.wire.views import NO_BODY, Credentials, RequestView, ResponseView

FIELDS = Parameter("fields", "query", False, {"type": "array"}, explode=False)
TAGS = Parameter("tags", "query", False, {"type": "array"}, explode=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
PAGE = Parameter("page", "query", False, {"type": "integer"})


def operation(path: str = "/a/{one}.json") -> Operation:
    return Operation(
        vendor="v",
        name="op",
        method="GET",
        path=path,
        server="https://x.example/base",
        parameters=(FIELDS, TAGS, PAGE),
        request_body=(),
        body_required=False,
        responses={},
        security=(),
        effect="safe",
        basis=Basis.DOCUMENTED,
        citation=None,
        position=Position("x"),
        http_name="op",
    )


def view(target: str, headers: Headers = (), body: bytes = b"", path: str = "/a/{one}.json") -> RequestView:
    return RequestView(Request("GET", f"https://x.example/base{target}", headers, body), operation(path))


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a/1.json", {"one": "1"}),
        ("/a/a%2Fb%20c.json?x=1", {"one": "a/b c"}),
        ("/a/.json", {"one": ""}),
        ("/a/1.xml", {}),
        ("/a/1/2.json", {}),
        ("/b/1.json", {"one": "1"}),
    ],
)
def test_path_parameters_are_decoded_and_a_path_that_does_not_fit_has_none(target: str, path: dict[str, str]) -> None:
    assert view(target).path == path


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {}),
        ("?fields=", {"fields": []}),
        ("?fields=a,b", {"fields": ["a", "b"]}),
        ("?tags=a&tags=b", {"tags": ["a", "b"]}),
        ("?page=2&page=3", {"page": "2"}),
        ("?other=1", {}),
    ],
)
def test_parameters_follow_style_and_explode(query: str, params: dict[str, object]) -> None:
    assert view(f"/a/1.json{query}").params == params


def test_the_target_is_below_the_documented_server_with_its_query() -> None:
    assert view("/a/1.json?x=%20").target == "/a/1.json?x=%20"
    assert RequestView(Request("GET", "http://127.0.0.1:1/a/1.json?x=1"), operation()).target == "/a/1.json?x=1"


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters=":"), max_size=20), st.text(max_size=20))
def test_basic_credentials_are_read_as_they_were_written(username: str, password: str) -> None:
    password = password.encode("utf-8", "ignore").decode()
    value = basic({"username": username, "password": password})
    seen = view("/a/1.json", (("authorization", f"Basic {value}"),)).credentials
    assert seen == Credentials(username, password)


@pytest.mark.parametrize("value", ["Basic", "Basic !", "Basic /w==", "Basic bm9jb2xvbg==", "Bearer x", ""])
def test_credentials_that_cannot_be_read_have_no_class(value: str) -> None:
    assert isinstance(view("/a/1.json", (("Authorization", value),)).credentials, Unreadable)


@given(JSON)
def test_json_bodies_are_read_as_the_standard_library_reads_them(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b" ", "is empty"),
        (b'{"a":', "is not JSON"),
        (b'{"a": NaN}', "NaN is not a JSON value"),
        (b'"\xff"', "is not UTF-8"),
        (b"[" * 5000 + b"]" * 5000, "nested deeper"),
    ],
)
def test_bodies_that_are_not_json_say_why(data: bytes, reason: str) -> None:
    value = read_json(data)
    assert isinstance(value, Unreadable)
    assert reason in value.reason


def test_lone_surrogates_and_numbers_beyond_64_bits_do_not_poison_a_body() -> None:
    assert read_json(b'{"a": "\\ud800", "b": 1}') == {"a": "\ud800", "b": 1}
    assert read_json(b"123456789012345678901234567890") == 123456789012345678901234567890


def test_depth_is_measured_without_recursion() -> None:
    deep: object = []
    for _ in range(10_000):
        deep = [deep]
    assert too_deep(deep)
    assert not too_deep([[1], {"a": {}}])
    assert not too_deep([], MAX_DEPTH)


@given(st.lists(st.text(max_size=5), max_size=5))
def test_pointers_come_back_as_they_were_written(parts: list[str]) -> None:
    assert pointer_parts(to_pointer(list(parts))) == tuple(parts)


def test_an_answer_is_read_by_its_own_content_type() -> None:
    as_json = ResponseView(Response(200, (("content-type", "Application/JSON; charset=utf-8"),), b"{}"))
    as_html = ResponseView(Response(200, (("Content-Type", "text/html; charset=latin-1"),), b"\xe9"))
    nothing = ResponseView(Response(204))
    assert (as_json.media_type, as_json.body) == ("application/json", {})
    assert isinstance(as_html.body, Unreadable)
    assert as_html.text == "é"
    assert nothing.body is NO_BODY


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=20))
def test_a_path_value_survives_the_way_into_a_url_and_back(value: str) -> None:
    writer = RequestWriter(operation("/a/{one}"))
    writer.put("path", "one", value)
    assert RequestView(writer.write(), operation("/a/{one}")).path == {"one": value}
