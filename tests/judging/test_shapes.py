"""Values against schemas: what the engine cannot take, what it gives up, and how it is said."""

import pytest

from troth.judging.shapes import Shape
from troth.model.operation import Basis


def said(schema: dict[str, object], value: object) -> list[str]:
    return [f"{each.place}: {each.message}" for each in Shape(schema).departures(value, 5)]


@pytest.mark.parametrize(
    ("schema", "value", "holds"),
    [
        ({"type": "number"}, float("inf"), True),
        ({"type": "number", "maximum": 1e308}, float("inf"), False),
        ({"type": "number", "minimum": 0}, float("-inf"), False),
        ({"type": "number", "maximum": 10}, 10**3000, False),
        ({"type": "integer"}, 10**3000, True),
        ({"items": {"type": "number"}}, [1, float("inf")], True),
        ({"type": "string"}, "\ud800", True),
        ({"properties": {"a": {"type": "integer"}}}, {"a": "\ud800"}, False),
        ({"required": ["b"]}, {"\udc00": 1}, False),
    ],
)
def test_numbers_beyond_a_double_and_halves_of_characters_are_judged(
    schema: dict[str, object], value: object, holds: bool
) -> None:
    shape = Shape(schema)
    assert shape.holds(value) is holds
    assert bool(shape.departures(value, 5)) is not holds


@pytest.mark.parametrize(
    ("name", "within", "beyond"),
    [
        ("int32", 2**31 - 1, 2**31),
        ("int32", -(2**31), -(2**31) - 1),
        ("int64", 2**63 - 1, 2**63),
        ("uint8", 0, -1),
        ("float", 3.4e38, 3.5e38),
        ("double", 1.7e308, float("inf")),
    ],
)
def test_formats_of_numbers_are_ranges(name: str, within: float, beyond: float) -> None:
    assert said({"type": "number", "format": name}, within) == []
    (sentence,) = said({"type": "number", "format": name}, beyond)
    assert sentence.endswith(f"is beyond the range of {name}")


@pytest.mark.parametrize(
    ("name", "yes", "no"), [("byte", "YQ==", "not base64!"), ("byte", "", "YQ="), ("base64url", "_-8", "a+b")]
)
def test_formats_of_text(name: str, yes: str, no: str) -> None:
    assert said({"format": name}, yes) == []
    assert said({"format": name}, no) == [f'/: "{no}" is not a "{name}"']


def test_a_pattern_is_said_as_its_author_wrote_it() -> None:
    assert said({"pattern": r"^[\w-.]+$"}, "a b") == [r'/: "a b" does not match the pattern ^[\w-.]+$']


@pytest.mark.parametrize("around", ["{}", "anyOf"])
def test_a_pattern_that_takes_too_many_steps_is_given_up_and_breaks_nothing(around: str) -> None:
    costly: dict[str, object] = {"pattern": r"^(?=.)(?:a|a)+\b$(?!x)"}
    schema = costly if around == "{}" else {"anyOf": [costly, {"type": "null"}]}
    (departure,) = Shape(schema).departures("a" * 60 + "!", 5)
    assert departure.undecided


def test_what_leaves_only_the_strict_sense_is_our_own_reading() -> None:
    shape = Shape({"type": "string"}, {"type": "string", "format": "uuid"})
    assert [each.basis for each in shape.departures("x", 5)] == [Basis.ASSUMED]
    assert [each.basis for each in shape.departures(1, 5)] == [None]
    assert not shape.holds("x")


def test_what_keeps_only_the_strict_sense_is_our_own_reading_too() -> None:
    """Under ``oneOf`` and ``not`` the narrower schema may let more through."""
    either: list[object] = [{"type": "string"}, {"type": "string", "maxLength": 3}]
    wide: dict[str, object] = {"oneOf": either}
    strict: dict[str, object] = {"oneOf": [{"type": "string", "format": "uuid"}, either[1]]}
    assert [each.basis for each in Shape(wide, strict).departures("abc", 5)] == [Basis.ASSUMED]


def test_nothing_is_fetched() -> None:
    with pytest.raises(ValueError, match="Retrieval is disabled"):
        Shape({"$ref": "http://127.0.0.1:1/x"}).holds(1)
