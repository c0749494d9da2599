"""The checked tree of an expression, decoded from the reference's serialized `cel.expr.CheckedExpr`.

The definition of these protobuf messages is public (cel/expr/checked.proto and syntax.proto of the CEL specification)
but in no package, so the wire format is decoded here: a message is a sequence of keys (field number and wire type) and
values. Field numbers that this file does not name are skipped, as protobuf requires.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
UNSIGNED = "an unsigned number"
_CHECKED_EXPR = b"type.googleapis.com/cel.expr.CheckedExpr"


class TreeUnreadable(ValueError):
    """These bytes are not a tree in the published format."""


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: None, bool, int, float, str or bytes."""

    at: int
    value: bool | int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Ident:
    """A variable by its qualified name, a loop's variable, or the name of a type."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`, or `has(operand.field)` where `test` is set."""

    at: int
    operand: "Node"
    field: str
    test: bool


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call of a function or operator (`_==_`, `@in`, …); `target` is the operand before the dot of a method."""

    at: int
    function: str
    target: "Node | None"
    args: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list literal."""

    at: int
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map literal: pairs of key and value."""

    at: int
    entries: "tuple[tuple[Node, Node], ...]"


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop (comprehension) that a macro (`all`, `exists`, `exists_one`, `map`, `filter`) was expanded to."""

    at: int
    variable: str
    span: "Node"
    accumulator: str
    start: "Node"
    condition: "Node"
    step: "Node"
    result: "Node"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A node that contracts do not have, described in words."""

    at: int
    what: str


Node = Const | Ident | Select | FunctionCall | ListOf | MapOf | Loop | Foreign


def decode(serialized: bytes) -> Node:
    """The root of the tree in a serialized `google.protobuf.Any` with a CheckedExpr. Raises TreeUnreadable.

    `at` of a node is the character offset in the checked text that the reference gave it: for a call its bracket, for
    an operator the operator, for a selection its dot; -1 where it gave none.
    """
    try:
        envelope = _Message(serialized)
        if envelope.blob(1) != _CHECKED_EXPR:
            raise TreeUnreadable(f"expected a CheckedExpr, got {envelope.blob(1)!r}")
        checked = _Message(envelope.blob(2))
        names = {}
        for entry in map(_Message, checked.blobs(2)):
            names[entry.number(1)] = _Message(entry.blob(2)).text(1)
        offsets = {}
        for entry in map(_Message, _Message(checked.blob(5)).blobs(4)):
            offsets[entry.number(1)] = entry.number(2)
        return _TreeReader(names, offsets).node(checked.blob(4))
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise TreeUnreadable(f"the tree is cut short or broken: {error}") from error


class _Message:
    """The fields of one message, by number, each with its values in order."""

    __slots__ = ("fields",)

    def __init__(self, data: bytes) -> None:
        self.fields: dict[int, list[int | bytes]] = {}
        for number, value in _fields(data):
            self.fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self.fields

    def blobs(self, number: int) -> list[bytes]:
        values = self.fields.get(number, [])
        blobs = [value for value in values if isinstance(value, bytes)]
        if len(blobs) != len(values):
            raise TreeUnreadable(f"field {number} is a number where a message was expected")
        return blobs

    def blob(self, number: int) -> bytes:
        blobs = self.blobs(number)
        return blobs[-1] if blobs else b""

    def text(self, number: int) -> str:
        return self.blob(number).decode()

    def number(self, number: int) -> int:
        value = self.fields.get(number, [0])[-1]
        if not isinstance(value, int):
            raise TreeUnreadable(f"field {number} is a message where a number was expected")
        return value - (1 << 64) if value >> 63 else value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        wire = key & 7
        if wire == _VARINT:
            value, position = _varint(data, position)
            yield key >> 3, value
            continue
        if wire == _BYTES:
            length, position = _varint(data, position)
        elif wire in (_FIXED64, _FIXED32):
            length = 8 if wire == _FIXED64 else 4
        else:
            raise TreeUnreadable(f"unknown wire type {wire}")
        end = position + length
        if end > len(data):
            raise TreeUnreadable("the tree is cut short")
        yield key >> 3, data[position:end]
        position = end


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise TreeUnreadable("a number of more than 64 bits")


class _TreeReader:
    """Messages of type Expr into nodes."""

    def __init__(self, names: dict[int, str], offsets: dict[int, int]) -> None:
        self._names = names
        self._offsets = offsets

    def node(self, data: bytes) -> Node:
        expr = _Message(data)
        identity = expr.number(2)
        at = self._offsets.get(identity, -1)
        if 3 in expr:
            return _constant(at, _Message(expr.blob(3)))
        if 4 in expr:
            return Ident(at, self._names.get(identity) or _Message(expr.blob(4)).text(1))
        if 5 in expr:
            select = _Message(expr.blob(5))
            return Select(at, self.node(select.blob(1)), select.text(2), bool(select.number(3)))
        if 6 in expr:
            call = _Message(expr.blob(6))
            target = self.node(call.blob(1)) if 1 in call else None
            return FunctionCall(at, call.text(2), target, tuple(map(self.node, call.blobs(3))))
        if 7 in expr:
            literal = _Message(expr.blob(7))
            return Foreign(at, "an optional element") if 2 in literal else ListOf(at, self._nodes(literal.blobs(1)))
        if 8 in expr:
            return self._struct(at, _Message(expr.blob(8)))
        if 9 in expr:
            return self._loop(at, _Message(expr.blob(9)))
        raise TreeUnreadable(f"an expression of an unknown kind {sorted(expr.fields)}")

    def _nodes(self, blobs: list[bytes]) -> tuple[Node, ...]:
        return tuple(map(self.node, blobs))

    def _struct(self, at: int, struct_: _Message) -> Node:
        if 1 in struct_:
            return Foreign(at, f"a message ({struct_.text(1)})")
        entries = [_Message(blob) for blob in struct_.blobs(2)]
        if any(5 in entry for entry in entries):
            return Foreign(at, "an optional entry")
        return MapOf(at, tuple((self.node(entry.blob(3)), self.node(entry.blob(4))) for entry in entries))

    def _loop(self, at: int, fold: _Message) -> Node:
        if 8 in fold:
            return Foreign(at, "a loop with two variables")
        span, start, condition, step, result = (self.node(fold.blob(number)) for number in (2, 4, 5, 6, 7))
        return Loop(at, fold.text(1), span, fold.text(3), start, condition, step, result)


def _constant(at: int, constant: _Message) -> Node:
    if 1 in constant:
        return Const(at, None)
    if 2 in constant:
        return Const(at, bool(constant.number(2)))
    if 3 in constant:
        return Const(at, constant.number(3))
    if 4 in constant:
        return Foreign(at, UNSIGNED)
    if 5 in constant:
        return Const(at, struct.unpack("<d", constant.blob(5))[0])
    if 6 in constant:
        return Const(at, constant.text(6))
    if 7 in constant:
        return Const(at, constant.blob(7))
    raise TreeUnreadable(f"a literal of an unknown kind {sorted(constant.fields)}")
