"""Reports as JSON: one encoder, a table of keys for each class."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest

from troth.reporting.encoding import Tables, encode, encode_object, keys, write_json_file


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    name: str
    day: date | None = None


@dataclass(frozen=True)
class Outer:
    inner: Inner
    many: tuple[Inner, ...] = ()
    colour: Colour = Colour.RED


TABLES: Tables = {
    Outer: keys("title=inner.name colour", {"count": lambda outer: len(outer.many)}, "many"),
}


def test_a_table_names_keys_and_their_order() -> None:
    tree = encode_object(Outer(Inner("a"), (Inner("b", date(2026, 1, 2)),)), TABLES)
    assert tree == {"title": "a", "colour": "red", "count": 1, "many": [{"name": "b", "day": "2026-01-02"}]}
    assert list(tree) == ["title", "colour", "count", "many"]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        ((1, [2]), [1, [2]]),
        ({Colour.RED: (1,)}, {"red": [1]}),
        (Inner("x"), {"name": "x", "day": None}),
        ({"outer": Outer(Inner("x"))}, {"outer": {"title": "x", "colour": "red", "count": 0, "many": []}}),
    ],
)
def test_values(value: object, encoded: object) -> None:
    assert encode(value, TABLES) == encoded


def test_an_attribute_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(AttributeError):
        encode(Inner("x"), {Inner: keys("nothing")})
    with pytest.raises(KeyError):
        encode_object(Inner("x"), TABLES)


def test_a_lone_surrogate_does_not_stop_a_file(tmp_path: Path) -> None:
    write_json_file({"text": "a\ud800ü"}, tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_bytes()) == {"text": "a?ü"}
