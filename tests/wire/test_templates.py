"""Path templates read: several parameters in a segment, suffixes, other paths."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.wire.templates import read_path


@pytest.mark.parametrize(
    ("path", "template", "expected"),
    [
        ("/days/1-2", "/days/{from}-{to}", [{"from": "1", "to": "2"}]),
        (
            "/days/2020-01-02",
            "/days/{from}-{to}",
            [{"from": "2020", "to": "01-02"}, {"from": "2020-01", "to": "02"}],
        ),
        ("/compare/a...b", "/compare/{base}...{head}", [{"base": "a", "head": "b"}]),
        ("/files/a.b.json", "/files/{id}.json", [{"id": "a.b"}]),
        ("/files/a.b", "/files/{name}.{ext}", [{"name": "a", "ext": "b"}]),
        ("/x/ab", "/x/{a}{b}", [{"a": "", "b": "ab"}, {"a": "a", "b": "b"}, {"a": "ab", "b": ""}]),
        ("/a%2Fb/c", "/{one}/c", [{"one": "a%2Fb"}]),
        ("/users/%40me", "/users/@me", [{}]),
        ("/a/", "/a/{id}", [{"id": ""}]),
        ("/a/1", "/a/{id}#fragment", [{"id": "1"}]),
        ("/a/1", "/a/{id}?action=x", [{"id": "1"}]),
        ("/b/1", "/a/{id}", []),
        ("/a/1/2", "/a/{id}", []),
        ("/days/1", "/days/{from}-{to}", []),
    ],
)
def test_all_ways_in_which_a_path_fits(path: str, template: str, expected: list[dict[str, str]]) -> None:
    assert read_path(path, template) == expected


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_what_was_filled_in_is_among_the_ways(one: str, two: str) -> None:
    wrote = {"a": quote(one, safe=""), "b": quote(two, safe="")}
    assert wrote in read_path(f"/x/{wrote['a']}-{wrote['b']}.json", "/x/{a}-{b}.json")


def test_the_ways_are_bounded() -> None:
    assert len(read_path("/" + "-" * 5_000, "/{a}-{b}-{c}-{d}-{e}")) == 64
