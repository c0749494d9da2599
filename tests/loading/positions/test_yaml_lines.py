"""Positions of everything, and YAML's traps named; what is no trap is read as YAML 1.2 and JSON would."""

import json
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from troth.errors import InputInvalid
from troth.loading.positions.yaml import Document, parse_yaml

KEYS = st.text("abcxyz_", min_size=1, max_size=4).filter(lambda key: key not in ("y", "n"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(codec="utf-8", categories=["L", "N"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def read(text: str) -> Document:
    return parse_yaml(text.encode(), "x.yaml")


@given(JSON)
def test_json_is_read_as_json(value: object) -> None:
    assert read(json.dumps(value)).value == value


@given(JSON)
def test_what_pyyaml_writes_is_read_again(value: object) -> None:
    assert read(yaml.safe_dump(value, allow_unicode=True)).value == value


def test_every_key_and_value_knows_its_place() -> None:
    document = read("a:\n  - b: 'one'\n    c: |\n      two\n      three\n")
    assert (document.key_at("a", 0, "b").line, document.key_at("a", 0, "b").column) == (2, 5)
    assert (document.at("a", 0, "b").line, document.at("a", 0, "b").column) == (2, 8)
    inside_quotes = document.text_at(1, "a", 0, "b")
    assert (inside_quotes.line, inside_quotes.column, inside_quotes.text) == (2, 10, "  - b: 'one'")
    inside_block = document.text_at(5, "a", 0, "c")
    assert (inside_block.line, inside_block.column) == (5, 8)
    assert document.at("a", 7, "nothing").line == 2
    assert document.value_at("a", 0, "b") == "one"
    assert document.value_at("a", 7) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("off: 1", "YAML reads the key 'off' as true or false"),
        ("a: yes", "YAML reads 'yes' as true or false"),
        ("a: 012", "YAML reads '012' as another number"),
        ("a: 12:30", "YAML reads '12:30' as another number"),
        ("a: 1:20.5", "base-60"),
        ("a: 2024-01-31", "as a date"),
        ("a: !!binary aGk=", "binary"),
        ("a: !has(x)", "YAML tag"),
        ("<<: {a: 1}", "merge keys"),
        ("? [a]\n: 1", "a key must be a plain word"),
        ("a: 1\na: 2", "stands twice"),
        ("a: [1", "is not YAML"),
        ("a:\n\tb: 1", "is not YAML"),
        ("a: b: c", "is not YAML"),
    ],
)
def test_every_trap_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        read(text)
    assert said in str(caught.value)
    assert all(problem.position.line >= 1 for problem in caught.value.problems)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with suppress(InputInvalid):
        assert parse_yaml(data, "x.yaml").file == "x.yaml"


def test_aliases_that_blow_up_are_refused() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(9)
    )
    with pytest.raises(InputInvalid, match="aliases blow it up"):
        read(bomb)
