"""JSON Pointers by RFC 6901, and the references that are made of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.wire.pointers import (
    MISSING,
    PointerInvalid,
    ReferenceInvalid,
    child,
    dereference,
    format_pointer,
    format_reference,
    inline_references,
    locate,
    parse_pointer,
    parse_reference,
    reachable,
    reference_chain,
    resolve_pointer,
    resolve_reference,
)

RFC = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8}
"""The document of RFC 6901, section 5."""


@pytest.mark.parametrize(
    ("pointer", "fragment", "value"),
    [
        ("", "#", RFC),
        ("/foo", "#/foo", ["bar", "baz"]),
        ("/foo/0", "#/foo/0", "bar"),
        ("/", "#/", 0),
        ("/a~1b", "#/a~1b", 1),
        ("/c%d", "#/c%25d", 2),
        ("/e^f", "#/e%5Ef", 3),
        ("/g|h", "#/g%7Ch", 4),
        ("/i\\j", "#/i%5Cj", 5),
        ('/k"l', "#/k%22l", 6),
        ("/ ", "#/%20", 7),
        ("/m~0n", "#/m~0n", 8),
    ],
)
def test_the_examples_of_the_rfc(pointer: str, fragment: str, value: object) -> None:
    assert resolve_pointer(RFC, parse_pointer(pointer)) == value
    assert resolve_reference(RFC, fragment) == value
    assert format_pointer(parse_pointer(pointer)) == pointer


@pytest.mark.parametrize("pointer", ["/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/-1", "/foo/²", "/foo/0/x", "/a~1b/0"])
def test_a_pointer_to_nothing_is_missing(pointer: str) -> None:
    assert resolve_pointer(RFC, parse_pointer(pointer)) is MISSING


@pytest.mark.parametrize(
    ("pointer", "reason"), [("foo", "begin with /"), ("/a~", "a ~"), ("/a~2", "a ~"), ("#/a", "/")]
)
def test_what_is_no_pointer_is_refused(pointer: str, reason: str) -> None:
    with pytest.raises(PointerInvalid, match=reason):
        parse_pointer(pointer)


@pytest.mark.parametrize("reference", ["other.yaml", "other.yaml#/a", "#anchor", ""])
def test_a_reference_elsewhere_has_no_tokens(reference: str) -> None:
    assert parse_reference(reference) is None
    assert resolve_reference({"a": 1}, reference) is MISSING


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=5))
def test_pointers_come_back_as_they_were_written(tokens: list[str]) -> None:
    assert parse_pointer(format_pointer(tokens)) == tuple(tokens)
    assert parse_reference(format_reference(tokens)) == tuple(tokens)


@given(st.dictionaries(st.text(max_size=3), st.lists(st.integers(), max_size=3), max_size=3))
def test_a_value_is_where_its_path_says(document: dict[str, list[int]]) -> None:
    paths = [(key, index) for key, items in document.items() for index in range(len(items))]
    for path in paths:
        assert resolve_pointer(document, path) == document[path[0]][path[1]]
        assert locate(document, (*path, "more")) == (MISSING, path)
        assert locate(document, (path[0], str(path[1])))[1] == path


def test_text_and_numbers_have_no_parts() -> None:
    assert child("text", 0) is MISSING
    assert child(5, "0") is MISSING
    assert child(None, "a") is MISSING


CHAIN = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"x": 1}, "loop": {"$ref": "#/loop"}, "bad": {"$ref": "#/z"}}


def test_a_chain_of_references_ends_at_what_is_none() -> None:
    assert list(reference_chain(CHAIN, CHAIN["a"])) == [CHAIN["a"], CHAIN["b"], {"x": 1}]
    assert dereference(CHAIN, CHAIN["a"]) == {"x": 1}
    assert dereference(CHAIN, 5) == 5


@pytest.mark.parametrize(
    ("start", "path", "reason"),
    [
        ("loop", ("loop", "$ref"), "leads back to itself"),
        ("bad", ("start", "$ref"), "points at nothing"),
    ],
)
def test_a_reference_that_cannot_be_followed_says_where_it_stands(
    start: str, path: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(ReferenceInvalid, match=reason) as refused:
        dereference(CHAIN, CHAIN[start], ("start",))
    assert refused.value.path == path


def test_a_lenient_walk_ends_where_a_strict_one_fails() -> None:
    assert list(reachable(CHAIN, CHAIN["loop"])) == [CHAIN["loop"]] * 2
    assert list(reachable(CHAIN, CHAIN["bad"])) == [CHAIN["bad"]]


def test_inlining_replaces_what_can_be_replaced_and_tells_the_rest() -> None:
    told: list[ReferenceInvalid] = []
    root = {"defs": {"tree": {"children": [{"$ref": "#/defs/tree"}]}, "leaf": {"type": "string"}}}
    node = {"p": {"$ref": "#/defs/leaf"}, "t": {"$ref": "#/defs/tree"}, "n": [{"$ref": "#/none"}]}
    copy = inline_references(root, node, ("inputs",), told.append)
    assert copy == {"p": {"type": "string"}, "t": {"children": [{}]}, "n": [{}]}
    assert [(error.path, error.reference) for error in told] == [
        (("defs", "tree", "children", 0, "$ref"), "#/defs/tree"),
        (("inputs", "n", 0, "$ref"), "#/none"),
    ]
    twice = {"a": {"$ref": "#/defs/leaf"}, "b": {"$ref": "#/defs/leaf"}}
    assert inline_references(root, twice, (), told.append) == {"a": {"type": "string"}, "b": {"type": "string"}}
    assert len(told) == 2
