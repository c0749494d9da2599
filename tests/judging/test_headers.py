"""Headers of answers against their schemas: text that stands for values, in one line or in several."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.judging.headers import HeaderJudge, list_parts
from troth.judging.shapes import Shape
from troth.model.operation import Basis, HeaderForm
from troth.wire.schema_parts import kinds

INTEGER: dict[str, Any] = {"type": "integer"}
INTEGERS = {"type": "array", "items": INTEGER, "minItems": 2}
RGB = {"type": "object", "required": ["R"], "properties": {"R": INTEGER, "name": {"type": "string"}}}
PLAIN, EXPLODED = HeaderForm(), HeaderForm(explode=True)
JSON = HeaderForm(media_type="application/json; charset=utf-8")


def complaint(schema: Any, *lines: str, form: HeaderForm = PLAIN, name: str = "x") -> str:
    found = HeaderJudge(name, Shape(schema), form).complaint(lines)
    return "" if found is None else found.message


@pytest.mark.parametrize(
    ("schema", "lines"),
    [
        (INTEGER, ["7"]),
        (INTEGER, ["-7"]),
        (INTEGER, ["7.0"]),
        (INTEGER, ["1e3"]),
        (INTEGER, ["9" * 40]),
        ({"type": "number"}, ["1.0"]),
        ({"type": "number"}, ["1E+06"]),
        ({"type": "number"}, ["7"]),
        ({"type": "boolean"}, ["true"]),
        ({"type": "string"}, ["7"]),
        ({"type": "string", "pattern": "^[0-9]+$"}, ["007"]),
        ({"type": "string", "enum": ["1.0"]}, ["1.0"]),
        ({"enum": [1, 2]}, ["2"]),
        ({"type": "string", "format": "uuid"}, ["123e4567-e89b-12d3-a456-426614174000"]),
        ({"type": ["integer", "null"]}, ["7"]),
        (INTEGERS, ["1, 2"]),
        (INTEGERS, ["1", "2"]),
        (INTEGERS, ["1,2", "", "3"]),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 2}, ['"a, b"', "c"]),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 0}, [""]),
        ({"type": "array", "items": {"anyOf": [INTEGER, {"enum": ["all"]}]}}, ["1, all"]),
        ({"allOf": [{"type": "array"}, {"minItems": 2}]}, ["a", "b"]),
        ({"$ref": "#/components/L", "components": {"L": INTEGERS}}, ["1,2"]),
        (RGB, ["R,100,name,7"]),
        (True, ["anything"]),
        ({}, ["anything"]),
    ],
)
def test_headers_as_described(schema: Any, lines: list[str]) -> None:
    assert complaint(schema, *lines) == ""


@pytest.mark.parametrize(
    ("schema", "lines", "words"),
    [
        (INTEGER, ["x"], "not of type"),
        (INTEGER, ["7.5"], "not of type"),
        (INTEGER, ["007"], "not of type"),
        (INTEGER, ["1", "2"], "not of type"),
        ({"type": "integer", "maximum": 5}, ["12"], "12 is greater than the maximum of 5"),
        ({"type": "string", "pattern": "^a"}, ["7"], '"7" does not match'),
        ({"type": "string", "format": "uuid"}, ["7"], "uuid"),
        ({"type": "boolean"}, ["True"], "not of type"),
        (INTEGERS, ["1"], "has less than 2 items"),
        (INTEGERS, ["1", "x"], "not of type"),
        (RGB, ["R,100,G"], "not of type"),
        (RGB, ["G,100"], '"R" is a required property'),
        (RGB, ["R,red"], "not of type"),
    ],
)
def test_headers_not_as_described(schema: Any, lines: list[str], words: str) -> None:
    assert words in complaint(schema, *lines)


def test_objects_that_are_exploded() -> None:
    assert complaint(RGB, "R=100,name=a=b", form=EXPLODED) == ""
    assert complaint(RGB, "R=100", "name=7", form=EXPLODED) == ""
    assert complaint(RGB, "R,100", form=EXPLODED)
    assert complaint(RGB, "R=100")


def test_content_is_read_as_its_media_type() -> None:
    assert complaint({"type": "object", "required": ["n"]}, '{"n": 1}', form=JSON) == ""
    assert "required" in complaint({"type": "object", "required": ["n"]}, "{}", form=JSON)
    assert complaint({"type": "object"}, "{", form=JSON).startswith("its value is not JSON")
    assert complaint({"type": "string"}, "7", form=HeaderForm(media_type="text/plain")) == ""


def test_lines_of_set_cookie_are_never_one_value() -> None:
    cookie = {"type": "string", "pattern": "^[a-z]+=[^,]*$"}
    assert complaint(cookie, "a=1; Path=/", "b=2", name="set-cookie") == ""
    assert complaint(cookie, "a=1", "?", name="set-cookie")
    expires = "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"
    assert complaint({"type": "array", "maxItems": 2}, expires, "b=2", name="set-cookie") == ""


def test_the_types_of_a_schema_that_leads_back_to_itself() -> None:
    schema = {"$ref": "#/a", "a": {"anyOf": [{"$ref": "#/a"}, {"type": "string"}]}}
    assert kinds(schema, schema) == {"string"}


def test_what_leaves_only_the_strict_sense_is_our_own_reading() -> None:
    shape = Shape({"type": "string"}, {"type": "string", "format": "uuid"})
    found = HeaderJudge("x", shape, PLAIN).complaint(["7"])
    assert found is not None
    assert found.basis is Basis.ASSUMED


@given(st.lists(st.integers(), min_size=1), st.integers(0, 5))
def test_a_list_is_the_same_in_any_number_of_lines(numbers: list[int], cut: int) -> None:
    schema = {"type": "array", "items": INTEGER, "minItems": len(numbers), "maxItems": len(numbers)}
    texts = [str(number) for number in numbers]
    lines = [",".join(texts[:cut]), " , ".join(texts[cut:])]
    assert complaint(schema, *lines) == complaint(schema, ", ".join(texts)) == ""


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters='",\\'), min_size=1).map(str.strip)))
def test_parts_of_a_list(parts: list[str]) -> None:
    quoted = [f'"{part}, {part}"' for part in parts if part]
    assert list_parts(", ".join(quoted)) == quoted
    assert list_parts(",".join(parts)) == [part for part in parts if part]
