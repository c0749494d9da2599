"""Values of CEL in Python, and CEL's equality, order and arithmetic over them.

| CEL | Python |
|---|---|
| null, bool, int, double, string, bytes | None, bool, int, float, str, bytes |
| list, map | list, dict |
| type | CelType |

In Python `True == 1`, in CEL not, so nothing here compares values of different types with `==`. A whole number from a
body may be beyond 64 bits: it is compared exactly, and arithmetic with it is an error.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from troth.cel.faults import Fault

Value = Any
"""A value of CEL. Its type is known at run time only."""

DEEPEST = 200
"""A comparison of lists or maps nested deeper than this is an error, since a body may be hostile."""

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
_EXACT_DOUBLE = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class CelType:
    """A type as a value: the result of `type(x)`. There is one object for each type."""

    name: str


TYPES = {
    name: CelType(name) for name in ("null_type", "bool", "int", "double", "string", "bytes", "list", "map", "type")
}

_BY_CLASS: dict[type, CelType] = {
    type(None): TYPES["null_type"],
    bool: TYPES["bool"],
    int: TYPES["int"],
    float: TYPES["double"],
    str: TYPES["string"],
    bytes: TYPES["bytes"],
    list: TYPES["list"],
    dict: TYPES["map"],
    CelType: TYPES["type"],
}


def type_of(value: Value) -> CelType:
    """The CEL type of a value. Raises Fault for a Python value that CEL has no type for."""
    known = _BY_CLASS.get(type(value))
    if known is None:
        raise Fault((f"a Python {type(value).__name__} is no value of an expression",))
    return known


def named(value: Value) -> str:
    """The type of a value for a sentence: `a string`, `an int`, `null`."""
    known = _BY_CLASS.get(type(value))
    if known is None:
        return f"a Python {type(value).__name__}"
    if value is None:
        return "null"
    return f"{'an' if known.name == 'int' else 'a'} {known.name}"


def value_text(value: Value) -> str:
    """A value for a sentence. Of texts, lists and maps only the type is named, since they may hold secrets."""
    if isinstance(value, (bool, int, float)) or value is None:
        return cel_text(value)
    return named(value)


def cel_text(value: bool | int | float | None) -> str:
    """A scalar as an author would write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return double_text(value) if isinstance(value, float) else str(value)


def equal(left: Value, right: Value, depth: int = 0) -> bool:
    """CEL's `==`: numbers by value, everything else only within its type, lists and maps by their elements."""
    kind = type(left)
    if kind is not type(right):
        return _numbers_equal(left, right)
    if kind is dict:
        if len(left) != len(right):
            return False
        if depth > DEEPEST:
            raise Fault((f"values nested more than {DEEPEST} levels deep cannot be compared",))
        # Keys of a literal map may be ints but not bools (troth.cel.compiler refuses them), so the lookup is CEL's.
        return all(key in right and equal(value, right[key], depth + 1) for key, value in left.items())
    if kind is list:
        if len(left) != len(right):
            return False
        if depth > DEEPEST:
            raise Fault((f"values nested more than {DEEPEST} levels deep cannot be compared",))
        return all(equal(first, second, depth + 1) for first, second in zip(left, right, strict=True))
    return bool(left == right)


def _numbers_equal(left: Value, right: Value) -> bool:
    if type(left) is float and type(right) is int:
        return _as_double(right) == left
    if type(left) is int and type(right) is float:
        return _as_double(left) == right
    return False


def _as_double(number: int) -> float | int:
    """The double that CEL compares a double with; an int beyond 64 bits is compared exactly."""
    return float(number) if INT_MIN <= number <= INT_MAX else number


_ORDERED = frozenset((int, float, str, bytes, bool))

Order = Callable[[Value, Value], object]
ORDERS: dict[str, Order] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def ordered(symbol: str, left: Value, right: Value) -> bool:
    """CEL's `<`, `<=`, `>`, `>=`: numbers with numbers, otherwise within one type. Raises Fault for other pairs."""
    left_type, right_type = type(left), type(right)
    order = ORDERS[symbol]
    if left_type is right_type and left_type in _ORDERED:
        return bool(order(left, right))
    if left_type is float and right_type is int:
        return bool(order(left, _as_double(right)))
    if left_type is int and right_type is float:
        return bool(order(_as_double(left), right))
    raise Fault((f"{symbol} cannot order {named(left)} and {named(right)}",))


def frozen(value: Value, depth: int = 0) -> object:
    """A hashable form: two values are equal exactly if their forms are."""
    kind = type(value)
    if kind is str or kind is int:
        return value
    if kind is float:
        return _frozen_double(value)
    if depth > DEEPEST:
        raise Fault((f"values nested more than {DEEPEST} levels deep cannot be compared",))
    if kind is list:
        return (list, tuple(frozen(item, depth + 1) for item in value))
    if kind is dict:
        return (dict, frozenset((key, frozen(item, depth + 1)) for key, item in value.items()))
    type_of(value)
    return (kind, value)


def _frozen_double(value: float) -> object:
    if value != value:
        return object()
    return int(value) if value.is_integer() and abs(value) <= _EXACT_DOUBLE else value


def _whole(symbol: str, number: int) -> int:
    if INT_MIN <= number <= INT_MAX:
        return number
    raise Fault((f"{symbol} went beyond 64 bits",))


def _as_doubles(left: Value, right: Value) -> tuple[Value, Value]:
    """A whole number beside a fraction as a double too: JSON has one kind of number (RFC 8259, section 6).

    CEL has no operator for the two, so that a clause would say of a vendor how it writes a number, not which it is.
    """
    kinds = {type(left), type(right)}
    return (float(left), float(right)) if kinds == {int, float} else (left, right)


def _as_whole(value: Value) -> Value:
    """A double without a fraction as a whole number, where 64 bits hold it."""
    return int(value) if type(value) is float and value.is_integer() and INT_MIN <= value < -INT_MIN else value


def added(left: Value, right: Value) -> Value:
    """CEL's `+`; numbers as JSON has them."""
    left, right = _as_doubles(left, right)
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return _whole("+", left + right)
        if kind in (str, float, bytes, list):
            return left + right
    raise _untakeable("+", left, right)


def subtracted(left: Value, right: Value) -> Value:
    """CEL's `-` between two numbers, as JSON has them."""
    left, right = _as_doubles(left, right)
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return _whole("-", left - right)
        if kind is float:
            return left - right
    raise _untakeable("-", left, right)


def multiplied(left: Value, right: Value) -> Value:
    """CEL's `*`; numbers as JSON has them."""
    left, right = _as_doubles(left, right)
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return _whole("*", left * right)
        if kind is float:
            return left * right
    raise _untakeable("*", left, right)


def divided(left: Value, right: Value) -> Value:
    """CEL's `/`: whole numbers towards zero, doubles as IEEE 754 has it (no error for a division by zero)."""
    left, right = _as_doubles(left, right)
    if type(left) is int and type(right) is int:
        if right == 0:
            raise Fault(("/ by zero",))
        quotient = abs(left) // abs(right)
        return _whole("/", quotient if (left < 0) == (right < 0) else -quotient)
    if type(left) is float and type(right) is float:
        if right != 0.0:
            return left / right
        if left == 0.0 or left != left:
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1.0, right)
    raise _untakeable("/", left, right)


def remainder(left: Value, right: Value) -> Value:
    """CEL's `%`: whole numbers only, however JSON writes them, with the sign of the left one."""
    if type(left) is not type(right):
        left, right = _as_whole(left), _as_whole(right)
    if type(left) is int and type(right) is int:
        if right == 0:
            raise Fault(("% by zero",))
        if left == INT_MIN and right == -1:
            raise Fault(("% went beyond 64 bits",))
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    raise _untakeable("%", left, right)


def negated(value: Value) -> Value:
    """CEL's `-` before a number."""
    if type(value) is int:
        return _whole("-", -value)
    if type(value) is float:
        return -value
    raise Fault((f"- cannot take {named(value)}",))


def _untakeable(symbol: str, left: Value, right: Value) -> Fault:
    return Fault((f"{symbol} cannot take {named(left)} and {named(right)}",))


def double_text(value: float) -> str:
    """A double as the reference writes it: the shortest digits, with an exponent below 1e-4 and from 1e6 on."""
    if not math.isfinite(value):
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    mantissa, _, exponent = f"{value!r}".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return sign + "0"
    point = len(whole) - 1 + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if -5 < point < 6:
        if point < 0:
            return f"{sign}0.{'0' * (-point - 1)}{digits}"
        head = digits[: point + 1].ljust(point + 1, "0")
        tail = digits[point + 1 :]
        return f"{sign}{head}.{tail}" if tail else f"{sign}{head}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'-' if point < 0 else '+'}{abs(point):02d}"
