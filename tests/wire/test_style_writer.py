"""Parameters as the table of the OpenAPI specification writes them, and what is written read back."""

from collections.abc import Callable
from urllib.parse import unquote, unquote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from troth.model.operation import JsonSchema, Parameter
from troth.wire.style_writer import (
    Unwritable,
    leaf,
    undescribed,
    write_cookie,
    write_form_field,
    write_header,
    write_path,
    write_query,
)

COLORS = ["blue", "black", "brown"]
RGB = {"R": 100, "G": 200, "B": 150}


def parameter(
    place: str, style: str, explode: bool, name: str = "color", schema: JsonSchema = True, **more: object
) -> Parameter:
    return Parameter(name, place, False, schema, explode, style, **more)  # type: ignore[arg-type]


def query(of: Parameter, value: object) -> str:
    return "&".join(f"{name}={text}" for name, text in write_query(of, value))


@pytest.mark.parametrize(
    ("style", "explode", "undefined", "string", "array", "record"),
    [
        ("matrix", False, ";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
        ("matrix", True, ";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
        ("label", False, ".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
        ("label", True, ".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
        ("simple", False, "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
        ("simple", True, "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
        ("form", False, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
        ("form", True, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
        ("spaceDelimited", False, None, None, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"),
        ("pipeDelimited", False, None, None, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"),
        ("deepObject", True, None, None, None, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    ],
)
def test_the_examples_of_the_specification(
    style: str, explode: bool, undefined: str | None, string: str | None, array: str | None, record: str
) -> None:
    """OpenAPI 3.1.1, "Style Examples"; None where it says "n/a"."""
    in_path = style in ("matrix", "label", "simple")
    of = parameter("path" if in_path else "query", style, explode)
    write: Callable[[Parameter, object], str] = write_path if in_path else query
    for value, written in ((None, undefined), ("blue", string), (COLORS, array), (RGB, record)):
        if written is not None:
            assert write(of, value) == written


@pytest.mark.parametrize(
    ("explode", "value", "written"),
    [
        (False, "blue", "blue"),
        (False, COLORS, "blue,black,brown"),
        (False, RGB, "R,100,G,200,B,150"),
        (True, RGB, "R=100,G=200,B=150"),
        (False, "a b/ü%20", "a b/ü%20"),
        (False, True, "true"),
        (False, 1.5, "1.5"),
        (False, None, ""),
        (False, [1, [2, 3]], "1,[2,3]"),
    ],
)
def test_headers_are_simple_and_nothing_in_them_is_escaped(explode: bool, value: object, written: str) -> None:
    assert write_header(parameter("header", "simple", explode, "X-Color"), value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("blue", "blue"),
        ("s 1;2,3", "s%201%3B2%2C3"),
        (COLORS, "blue,black,brown"),
        (RGB, "R,100,G,200,B,150"),
        (True, "true"),
        ("100%", "100%25"),
    ],
)
def test_a_cookie_has_one_value(value: object, written: str) -> None:
    assert write_cookie(parameter("cookie", "form", True, "color"), value) == ("color", written)


@pytest.mark.parametrize(
    ("of", "value", "written"),
    [
        (undescribed("query", "q"), "a b&c=d+e,f~", "q=a%20b%26c%3Dd%2Be%2Cf~"),
        (undescribed("query", "q é"), "ü", "q%20%C3%A9=%C3%BC"),
        (undescribed("query", "q"), True, "q=true"),
        (undescribed("query", "q"), [1.5, None, False], "q=1.5&q=&q=false"),
        (undescribed("query", "q"), [], ""),
        (undescribed("query", "q"), {}, ""),
        (undescribed("query", "q"), {"a": {"b": 1}, "c": [1, 2]}, "a%5Bb%5D=1&c=1&c=2"),
        (parameter("query", "form", False), ["a,b", "c d"], "color=a%2Cb,c%20d"),
        (parameter("query", "form", False), [[1], {"a": None}], "color=%5B1%5D,%7B%22a%22%3Anull%7D"),
        (parameter("query", "form", False), [], "color="),
        (parameter("query", "spaceDelimited", True), COLORS, "color=blue&color=black&color=brown"),
        (parameter("query", "pipeDelimited", False), ["a|b"], "color=a%7Cb"),
        (parameter("query", "deepObject", True), {"a": {"b": [1, 2]}}, "color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bb%5D=2"),
        (parameter("query", "deepObject", True), "blue", "color=blue"),
        (parameter("query", "deepObject", True), COLORS, "color=blue&color=black&color=brown"),
    ],
)
def test_what_stands_in_a_query(of: Parameter, value: object, written: str) -> None:
    assert query(of, value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a/b?c:d@e!$'()*,;=", "a/b?c:d@e!$'()*,;="),
        ("a b", "a%20b"),
        ("a&b+c#d[e]", "a%26b%2Bc%23d%5Be%5D"),
        ("100% of %2F", "100%25%20of%20%2F"),
    ],
)
def test_reserved_characters_stay_where_the_document_allows_it(value: str, written: str) -> None:
    assert query(parameter("query", "form", True, allow_reserved=True), value) == f"color={written}"


def test_a_text_in_the_place_of_a_list_is_the_list_as_it_is_written() -> None:
    """An input of a contract is text: its commas are the style's, and no data."""
    for style, text, written in (
        ("form", "a,b c", "a,b%20c"),
        ("spaceDelimited", "a b,c", "a%20b%2Cc"),
        ("pipeDelimited", "a|b,c", "a%7Cb%2Cc"),
    ):
        assert query(parameter("query", style, False, schema={"type": "array"}), text) == f"color={written}"
    assert query(parameter("query", "form", True, schema={"type": "array"}), "a,b") == "color=a%2Cb"
    assert query(parameter("query", "form", False, schema={"type": "string"}), "a,b") == "color=a%2Cb"
    assert write_path(parameter("path", "simple", False, schema={"type": "array"}), "a,b c") == "a,b%20c"


@pytest.mark.parametrize(
    ("media_type", "value", "text"),
    [
        ("application/json", {"a": [True, None]}, '{"a":[true,null]}'),
        ("application/json; charset=utf-8", "blue", '"blue"'),
        ("application/vnd.shop+json", None, "null"),
        ("text/plain", "a,b", "a,b"),
        ("text/plain", {"a": 1}, '{"a":1}'),
    ],
)
def test_a_parameter_with_content_is_text_of_its_media_type(media_type: str, value: object, text: str) -> None:
    for place, style in (("query", "form"), ("path", "simple"), ("header", "simple"), ("cookie", "form")):
        of = parameter(place, style, style == "form", media_type=media_type)
        written = {
            "query": lambda of=of: unquote(write_query(of, value)[0][1]),
            "path": lambda of=of: unquote(write_path(of, value)),
            "header": lambda of=of: write_header(of, value),
            "cookie": lambda of=of: unquote(write_cookie(of, value)[1]),
        }
        assert written[place]() == text


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": {"b": float("nan")}}, "\ud800", ["\udfff"]])
def test_what_has_no_encoding_is_refused(value: object) -> None:
    with pytest.raises(Unwritable):
        write_query(undescribed("query", "q"), value)


# What is written is read back, by a reader that follows the specification from the other side.

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LEAVES = SCALARS | TEXTS
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
VALUES = LEAVES | st.lists(LEAVES, min_size=1, max_size=4) | st.dictionaries(NAMES, LEAVES, min_size=1, max_size=4)


def texts(value: object) -> object:
    """A value with its leaves as texts."""
    if isinstance(value, dict):
        return {name: leaf(member) for name, member in value.items()}
    return [leaf(item) for item in value] if isinstance(value, list) else leaf(value)


def split(text: str, delimiter: str, value: object, decode: Callable[[str], str], exploded: bool) -> object:
    """A text without a name, read as what kind of value it is known to be."""
    parts = text.split(delimiter)
    if isinstance(value, dict):
        if exploded:
            pairs = [part.partition("=") for part in parts]
            return {decode(name): decode(member) for name, _, member in pairs}
        return {decode(name): decode(member) for name, member in zip(parts[::2], parts[1::2], strict=True)}
    return [decode(part) for part in parts] if isinstance(value, list) else decode(text)


@given(st.booleans(), VALUES)
def test_simple_is_read_back(explode: bool, value: object) -> None:
    written = write_path(parameter("path", "simple", explode), value)
    assert split(written, ",", value, unquote, explode) == texts(value)


@given(st.booleans(), VALUES)
def test_label_is_read_back(explode: bool, value: object) -> None:
    assume(
        not explode or "." not in str(texts(value))
    )  # a point is not escaped, and means a new item (RFC 6570, 3.2.5)
    written = write_path(parameter("path", "label", explode), value)
    assert written[:1] == "."
    assert split(written[1:], "." if explode else ",", value, unquote, explode) == texts(value)


@given(st.booleans(), VALUES)
def test_matrix_is_read_back(explode: bool, value: object) -> None:
    written = write_path(parameter("path", "matrix", explode), value)
    assert written[:1] == ";"
    pairs = [part.partition("=")[::2] for part in written[1:].split(";")]
    if explode and isinstance(value, dict):
        assert {unquote(name): unquote(member) for name, member in pairs} == texts(value)
    elif explode and isinstance(value, list):
        assert [(name, unquote(item)) for name, item in pairs] == [("color", leaf(item)) for item in value]
    else:
        ((name, text),) = pairs
        assert name == "color"
        assert split(text, ",", value, unquote, False) == texts(value)


@given(st.booleans(), st.sampled_from(["form", "deepObject"]), VALUES)
def test_query_is_read_back(explode: bool, style: str, value: object) -> None:
    """As a reader of forms reads it (RFC 3986 and RFC 1866), whose plus sign is a space."""
    pairs = write_query(parameter("query", style, explode), value)
    decoded = [(unquote_plus(name), unquote_plus(text)) for name, text in pairs]
    if style == "deepObject" and isinstance(value, dict):
        assert {name[len("color[") : -1]: text for name, text in decoded} == texts(value)
    elif isinstance(value, dict) and explode:
        assert dict(decoded) == texts(value)
    elif isinstance(value, list) and (explode or style == "deepObject"):
        assert decoded == [("color", leaf(item)) for item in value]
    else:
        ((name, text),) = pairs
        assert name == "color"
        assert split(text, ",", value, unquote_plus, False) == texts(value)


@given(st.sampled_from([("spaceDelimited", "%20"), ("pipeDelimited", "%7C")]), VALUES)
def test_delimited_is_read_back(style: tuple[str, str], value: object) -> None:
    name, delimiter = style
    assume(unquote(delimiter) not in str(texts(value)).replace(", ", ",").replace(": ", ":"))
    ((_, text),) = write_query(parameter("query", name, False), value)
    assert split(text, delimiter, value, unquote_plus, False) == texts(value)


@given(TEXTS)
def test_allowed_reserved_characters_are_read_back(value: str) -> None:
    assume("%" not in value)  # what looks like an escape is one
    ((_, text),) = write_query(parameter("query", "form", True, allow_reserved=True), value)
    assert unquote_plus(text) == value


@given(NAMES, LEAVES | st.lists(LEAVES, min_size=1))
def test_a_form_field_is_read_back(name: str, value: object) -> None:
    items = value if isinstance(value, list) else [value]
    decoded = [(unquote_plus(key), unquote_plus(text)) for key, text in write_form_field(name, value)]
    assert decoded == [(name, leaf(item)) for item in items]
    assert all("%20" not in text for _, text in write_form_field(name, value))
