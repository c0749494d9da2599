"""An exchange as trees: paths, queries, credentials and bodies as a contract sees them."""

import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.errors import Position
from troth.model.exchange import Headers, Request, Response
from troth.model.operation import Basis, MediaType, Operation, Parameter, ResponseSpec
from troth.wire.bodies import MAX_DEPTH, Unreadable, read_json, too_deep
from troth.wire.request_writer import RequestWriter, basic
from troth.wire.views import NO_BODY, Credentials, RequestView, ResponseView, xml_tree

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
        ("/b/1.json", {}),
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


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"1e400", 10**400),
        (b"-1.5e400", -15 * 10**399),
        (b"1e-400", 0.0),
        (b"1E3", 1000.0),
        (b"9" * 400, int("9" * 400)),
        (b'"\\ud83c"', "\ud83c"),
        (b'"' + b"[{" * 300 + b'"', "[{" * 300),
        (b"[" + b"[],{}," * 300 + b"0]", [*([[], {}] * 300), 0]),
    ],
    ids=range(8),
)
def test_numbers_of_any_size_and_halves_of_pairs_are_read(data: bytes, value: object) -> None:
    found = read_json(data)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"9" * 5000, "more than 4,000 digits"),
        (b"1e5000", "more than 4,000 digits"),
        (b"1e99999999999999999999", "more than 4,000 digits"),
        (b"[" * 201 + b"]" * 201, "deeper than 200 levels"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "deeper than 200 levels"),
    ],
    ids=range(5),
)
def test_what_we_do_not_read_is_our_limit(data: bytes, words: str) -> None:
    found = read_json(data)
    assert isinstance(found, Unreadable)
    assert found.ours
    assert words in found.reason


def test_an_answer_is_read_by_its_own_content_type() -> None:
    as_json = ResponseView(Response(200, (("content-type", "Application/JSON; charset=utf-8"),), b"{}"))
    as_html = ResponseView(Response(200, (("Content-Type", "text/html; charset=latin-1"),), b"\xe9"))
    nothing = ResponseView(Response(204))
    assert (as_json.media_type, as_json.body) == ("application/json", {})
    assert isinstance(as_html.body, Unreadable)
    assert as_html.text == "é"
    assert nothing.body is NO_BODY


def test_lines_of_one_field_are_one_list_and_those_of_set_cookie_are_not() -> None:
    headers = (
        ("Vary", "Accept"),
        ("vary", ""),
        ("VARY ", "Origin"),
        ("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
        ("Set-Cookie", "b=2"),
    )
    seen = ResponseView(Response(200, headers))
    assert seen.headers == {"vary": "Accept, Origin", "set-cookie": headers[3][1]}
    assert seen.header_lines == {"vary": ["Accept", "", "Origin"], "set-cookie": [headers[3][1], "b=2"]}
    asked = view("/a/1.json", headers)
    assert (asked.headers, asked.header_lines) == (seen.headers, seen.header_lines)


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1), st.integers(1, 3))
def test_a_field_says_the_same_in_one_line_and_in_several(parts: list[str], size: int) -> None:
    lines = [", ".join(parts[index : index + size]) for index in range(0, len(parts), size)]
    headers = tuple(("X-List", line) for line in lines)
    assert ResponseView(Response(200, headers)).headers == {"x-list": ", ".join(parts)}


def test_bodies_are_read_below_their_content_codings() -> None:
    coded = (("Content-Encoding", "gzip"), ("Content-Type", "application/json"))
    body = gzip.compress(b'{"a": 1}', mtime=0)
    seen = ResponseView(Response(200, coded, body))
    assert (seen.body, seen.text) == ({"a": 1}, '{"a": 1}')
    assert view("/a/1.json", coded, body).body == {"a": 1}
    lie = ResponseView(Response(200, coded, b"{}"))
    assert isinstance(lie.body, Unreadable)
    assert lie.body is lie.text is lie.content
    assert isinstance(view("/a/1.json", coded, b"{}").body, Unreadable)


REPORT = {"type": "object", "properties": {"total": {"type": "integer"}}}
XML = (("Content-Type", "text/xml"),)


def test_xml_is_read_by_the_schema_of_its_status_and_type() -> None:
    media = MediaType("application/*", {"type": "string"}), MediaType("text/xml", REPORT)
    spec = ResponseSpec("2xx", media, {}, (), Basis.DOCUMENTED, None)
    described = replace(operation(), responses={"2xx": spec}, request_body=media)
    body = b"<r><total>3</total></r>"
    assert ResponseView(Response(201, XML, body), described).body == {"total": 3}
    assert RequestView(Request("POST", "https://x.example/base/a/1.json", XML, body), described).body == {"total": 3}
    for unread in (ResponseView(Response(404, XML, body), described), ResponseView(Response(201, XML, body))):
        assert isinstance(unread.body, Unreadable)
        assert unread.body.reason == "is text/xml, not JSON"
        tree = xml_tree(unread)
        assert isinstance(tree, dict)
        assert tree["name"] == "r"
    cut = ResponseView(Response(201, XML, body[:-4]), described)
    assert isinstance(cut.body, Unreadable)
    assert cut.body.reason.startswith("is not XML")


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=20))
def test_a_path_value_survives_the_way_into_a_url_and_back(value: str) -> None:
    writer = RequestWriter(operation("/a/{one}"))
    writer.put("path", "one", value)
    assert RequestView(writer.write(), operation("/a/{one}")).path == {"one": value}
