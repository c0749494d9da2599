"""The decoder of the reference's serialized trees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.cel.reference import Checked, ReferenceEngine, literal
from troth.cel.tree import (
    Const,
    Foreign,
    FunctionCall,
    Ident,
    ListOf,
    Loop,
    MapOf,
    Node,
    Select,
    TreeUnreadable,
    decode,
)

REFERENCE = ReferenceEngine({"x": "dyn", "a.b": "bool"})


def tree(text: str) -> Node:
    checked = REFERENCE.check(text)
    assert isinstance(checked, Checked)
    return decode(checked.tree)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b", Ident(1, "a.b")),
        ("x.a.b", Select(3, Select(1, Ident(0, "x"), "a", False), "b", False)),
        ("has(x.a)", Select(3, Ident(4, "x"), "a", True)),
        ("x[-1]", FunctionCall(1, "_[_]", None, (Ident(0, "x"), Const(2, -1)))),
        ("x.size()", FunctionCall(6, "size", Ident(0, "x"), ())),
        ("[null, true, 'é\\u0000', b'\\xff']",
         ListOf(0, (Const(1, None), Const(7, True), Const(13, "é\0"), Const(24, b"\xff")))),
        ("{'k': x}", MapOf(0, ((Const(1, "k"), Ident(6, "x")),))),
        ("{}", MapOf(0, ())),
        ("false", Const(0, False)),
        ("0", Const(0, 0)),
        ("''", Const(0, "")),
        ("-0.0", Const(0, -0.0)),
        ("1u", Foreign(0, "an unsigned number")),
        (".x", Ident(1, "x")),
    ],
)  # fmt: skip
def test_each_kind_of_node(text: str, expected: Node) -> None:
    assert tree(text) == expected


def test_a_loop_is_the_fold_of_its_macro() -> None:
    loop = tree("x.exists(i, i)")
    assert isinstance(loop, Loop)
    assert (loop.variable, loop.span, loop.start) == ("i", Ident(0, "x"), Const(8, False))
    assert isinstance(loop.step, FunctionCall)
    assert loop.step.function == "_||_"
    assert loop.step.args == (Ident(8, loop.accumulator), Ident(12, "i"))


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_whole_number_comes_back(number: int) -> None:
    node = tree(str(number))
    assert isinstance(node, Const)
    assert (node.value, type(node.value)) == (number, int)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_comes_back(number: float) -> None:
    text = repr(number)
    node = tree(text if "." in text else text.replace("e", ".0e"))
    assert isinstance(node, Const)
    assert repr(node.value) == repr(number)


@given(st.text(st.characters(codec="utf-8")))
def test_every_text_comes_back(text: str) -> None:
    assert tree(literal(text)) == Const(0, text)


@given(st.data())
def test_a_tree_cut_short_is_unreadable_and_nothing_else(data: st.DataObject) -> None:
    checked = REFERENCE.check("x.map(i, {'a': i.b == 1 ? 'c' : 'd'}) == [1.5, null] && a.b")
    assert isinstance(checked, Checked)
    whole = checked.tree
    cut = data.draw(st.integers(0, len(whole) - 1))
    changed = data.draw(st.binary(max_size=3))
    try:
        node = decode(whole[:cut] + changed)
    except TreeUnreadable:
        return
    assert isinstance(node, Node)


@pytest.mark.parametrize("serialized", [b"", b"\x0a\x01", b"\x0a\x03abc", b"\x0b", b"\xff" * 20])
def test_what_is_no_tree_is_refused(serialized: bytes) -> None:
    with pytest.raises(TreeUnreadable):
        decode(serialized)
