"""The examples of OpenAPI's own table of styles, read back; and what else the wire brings.

The table: https://spec.openapis.org/oas/v3.1.1#style-examples (a string, an array and an object of each style).
"""

import pytest

from troth.wire.styles import query_pairs, read_members, read_query, read_text

STRING, ARRAY, OBJECT = "blue", ["blue", "black", "brown"], {"R": "100", "G": "200", "B": "150"}


@pytest.mark.parametrize(
    ("style", "explode", "place", "raw", "expected"),
    [
        ("matrix", False, "path", ";color=blue", STRING),
        ("matrix", False, "path", ";color=blue,black,brown", ARRAY),
        ("matrix", False, "path", ";color=R,100,G,200,B,150", OBJECT),
        ("matrix", True, "path", ";color=blue", STRING),
        ("matrix", True, "path", ";color=blue;color=black;color=brown", ARRAY),
        ("matrix", True, "path", ";R=100;G=200;B=150", OBJECT),
        ("matrix", False, "path", ";color", ""),
        ("label", False, "path", ".blue", STRING),
        ("label", False, "path", ".blue,black,brown", ARRAY),
        ("label", False, "path", ".blue.black.brown", ARRAY),  # the table up to 3.0.3
        ("label", False, "path", ".R,100,G,200,B,150", OBJECT),
        ("label", True, "path", ".blue.black.brown", ARRAY),
        ("label", True, "path", ".R=100.G=200.B=150", OBJECT),
        ("label", False, "path", ".", ""),
        ("simple", False, "path", "blue", STRING),
        ("simple", False, "path", "blue,black,brown", ARRAY),
        ("simple", False, "path", "R,100,G,200,B,150", OBJECT),
        ("simple", True, "path", "R=100,G=200,B=150", OBJECT),
        ("simple", False, "path", "a%2Cb,c", ["a,b", "c"]),
        ("simple", False, "header", "blue, black, brown", ARRAY),
        ("simple", True, "header", "R=100, G=200, B=150", OBJECT),
        ("simple", False, "header", "a%2Cb", "a%2Cb"),
        ("form", False, "cookie", "blue,black,brown", ARRAY),
        ("form", True, "cookie", "blue", STRING),
        ("form", False, "cookie", "a%20b", "a b"),
    ],
)
def test_one_text(style: str, explode: bool, place: str, raw: str, expected: object) -> None:
    assert expected in read_text(raw, "color", style, explode, place)


@pytest.mark.parametrize(("style", "raw"), [("label", "blue"), ("matrix", "blue"), ("matrix", ";colour=blue")])
def test_a_text_of_another_style_stands_for_nothing(style: str, raw: str) -> None:
    assert read_text(raw, "color", style, False, "path") == []


@pytest.mark.parametrize(
    ("style", "explode", "raw", "expected"),
    [
        ("form", False, "color=blue", STRING),
        ("form", False, "color=blue,black,brown", ARRAY),
        ("form", False, "color=blue%2Cblack%2Cbrown", ARRAY),
        ("form", False, "color=a%2Cb,c", ["a,b", "c"]),
        ("form", False, "color=R,100,G,200,B,150", OBJECT),
        ("form", True, "color=blue&color=black&color=brown", ARRAY),
        ("form", True, "color=", ""),
        ("form", True, "color=", []),
        ("form", True, "color", ""),
        ("spaceDelimited", False, "color=blue%20black%20brown", ARRAY),
        ("spaceDelimited", False, "color=blue+black+brown", ARRAY),
        ("spaceDelimited", False, "color=R%20100%20G%20200%20B%20150", OBJECT),
        ("pipeDelimited", False, "color=blue%7Cblack%7Cbrown", ARRAY),
        ("pipeDelimited", False, "color=blue|black|brown", ARRAY),
        ("pipeDelimited", False, "color=R%7C100%7CG%7C200%7CB%7C150", OBJECT),
        ("deepObject", True, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150", OBJECT),
        ("deepObject", True, "color[R]=100&color[G]=200&color[B]=150&x=1", OBJECT),
    ],
)
def test_pairs_of_a_query(style: str, explode: bool, raw: str, expected: object) -> None:
    assert expected in read_query(query_pairs(raw), "color", style, explode)


def test_an_exploded_object_stands_under_its_members_names() -> None:
    pairs = query_pairs("R=100&x=1&G=200&G=201&B=a%26b")
    assert read_members(pairs, ["R", "G", "B"]) == {"R": ["100"], "G": ["200", "201"], "B": ["a&b"]}


def test_a_missing_parameter_stands_for_nothing() -> None:
    assert read_query(query_pairs("x=1"), "color", "form", True) == []
    assert read_query([], "color", "deepObject", True) == []
