"""Operators for one part of a JSON answer: functions from a spot to changed copies of the whole tree."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from troth.strength.trees import part_at, remove_part, replace_part
from troth.strength.values import moved_date, moved_number, same_format
from troth.wire.pointers import KeyPath

UNKNOWN = "troth_unknown"
"""A name of a member, and its value, that no vendor uses."""
_HUGE = 2**53 + 1
_CENTURY = 36_525


@dataclass(frozen=True, slots=True)
class Spot:
    """One part of an answer, and the values that operators may put there."""

    tree: object
    path: KeyPath
    value: object
    recorded: tuple[object, ...] = ()
    """Values that other answers of the operation have at this place."""
    allowed: tuple[object, ...] = ()
    """Values that the schema lists for this place."""
    asked: tuple[object, ...] = ()
    """The values of the request, where this value is one of them."""
    step: int = 1
    """Selects one of several possible values, the same for the same request and seed."""
    most: int = 1
    """How many of the recorded values, and of the values of the request, are tried."""

    def put(self, value: object) -> object:
        """A copy of the whole answer with another value at this place."""
        return replace_part(self.tree, self.path, value)

    def alternatives(self, values: tuple[object, ...]) -> Iterator[object]:
        """Up to ``most`` of these values, from ``step`` on, that are of the type of this one and differ from it."""
        usable = [value for value in values if type(value) is type(self.value) and value != self.value]
        for offset in range(min(self.most, len(usable))):
            yield usable[(self.step + offset) % len(usable)]

    @property
    def parent(self) -> object:
        """The object or list that contains this part; None for the whole answer."""
        return part_at(self.tree, self.path[:-1]) if self.path else None


Edit = tuple[object, str]
"""A changed answer, and the change as the end of a sentence: ``become -1``."""
Operator = Callable[[Spot], Iterator[Edit]]


def drop(spot: Spot) -> Iterator[Edit]:
    """Remove it."""
    if spot.path:
        yield remove_part(spot.tree, spot.path), "be missing"


def add(spot: Spot) -> Iterator[Edit]:
    """Add an unknown member to an object."""
    if isinstance(spot.value, dict):
        yield spot.put({**spot.value, UNKNOWN: UNKNOWN}), "have an unknown member"


def rename(spot: Spot) -> Iterator[Edit]:
    """Rename a member: underscores become camel case, and a name without them changes its case."""
    parent = spot.parent
    if isinstance(parent, dict):
        name = str(spot.path[-1])
        restyled = _restyled(name)
        if restyled not in parent:
            renamed = {restyled if key == name else key: value for key, value in parent.items()}
            yield replace_part(spot.tree, spot.path[:-1], renamed), f"be called {restyled!r}"


def _restyled(name: str) -> str:
    if "_" in name.strip("_"):
        head, *rest = name.split("_")
        return head + "".join(part.capitalize() for part in rest)
    return (
        name.upper() if name.islower() else name.lower() if not name.islower() and name.lower() != name else name + "_"
    )


def null(spot: Spot) -> Iterator[Edit]:
    """Replace it by null."""
    yield spot.put(None), "become null"


def retype(spot: Spot) -> Iterator[Edit]:
    """Replace it by a value of another type, as serializers do by mistake: text for a number, a list for an object."""
    value = spot.value
    if isinstance(value, bool):
        yield spot.put("true" if value else "false"), "become text"
    elif isinstance(value, (int, float)):
        yield spot.put(str(value)), "become text"
    elif isinstance(value, str):
        number = moved_number(value, 0)
        yield spot.put(int(number) if number is not None else 7), "become a number"
    elif isinstance(value, dict):
        yield spot.put([value] if value else []), "become a list"
    elif isinstance(value, list):
        yield spot.put(value[0] if len(value) == 1 else {}), "become an object"
    else:
        yield spot.put(""), "become text"


def empty(spot: Spot) -> Iterator[Edit]:
    """Empty a text, an object or a list."""
    if isinstance(spot.value, (str, dict, list)) and spot.value:
        yield spot.put(type(spot.value)()), "be empty"


def duplicate(spot: Spot) -> Iterator[Edit]:
    """Repeat an item of a list."""
    parent, last = spot.parent, spot.path[-1] if spot.path else None
    if isinstance(parent, list) and isinstance(last, int):
        twice = [*parent[: last + 1], *parent[last:]]
        yield replace_part(spot.tree, spot.path[:-1], twice), "come twice"


def reorder(spot: Spot) -> Iterator[Edit]:
    """Reverse a list."""
    if isinstance(spot.value, list) and len(spot.value) > 1:
        yield spot.put(spot.value[::-1]), "come in reverse order"


def cut(spot: Spot) -> Iterator[Edit]:
    """Remove the second half of a text."""
    if isinstance(spot.value, str) and len(spot.value) > 1:
        yield spot.put(spot.value[: len(spot.value) // 2]), "be cut short"


def underscore(spot: Spot) -> Iterator[Edit]:
    """Replace the blanks of a text by underscores."""
    if isinstance(spot.value, str) and " " in spot.value.strip():
        yield spot.put(spot.value.replace(" ", "_")), "have underscores for blanks"


def plus_one(spot: Spot) -> Iterator[Edit]:
    """Add one to a number, or to the digits of a text."""
    yield from _moved(spot, 1)


def minus_one(spot: Spot) -> Iterator[Edit]:
    """Subtract one from a number, or from the digits of a text."""
    yield from _moved(spot, -1)


def _moved(spot: Spot, by: int) -> Iterator[Edit]:
    if _is_number(spot.value):
        value = spot.value + by  # type: ignore[operator]  # a number, as was just asked
        yield spot.put(value), f"become {value}"
    elif isinstance(spot.value, str) and (text := moved_number(spot.value, by)) is not None:
        yield spot.put(text), f"become {text!r}"


def negate(spot: Spot) -> Iterator[Edit]:
    """Change the sign of a number; 0 becomes -1."""
    if _is_number(spot.value):
        value = -spot.value or -1  # type: ignore[operator]  # a number, as was just asked
        yield spot.put(value), f"become {value}"
    elif isinstance(spot.value, str) and (text := moved_number(spot.value, 0)) is not None:
        yield spot.put(str(-int(text) or -1)), f"become '{-int(text) or -1}'"


def huge(spot: Spot) -> Iterator[Edit]:
    """Replace a number by the smallest positive one that a double cannot hold exactly."""
    if _is_number(spot.value):
        yield spot.put(_HUGE), f"become {_HUGE}"
    elif isinstance(spot.value, str) and moved_number(spot.value, 0) is not None:
        yield spot.put(str(_HUGE)), f"become '{_HUGE}'"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def day_later(spot: Spot) -> Iterator[Edit]:
    """Move a date by a day."""
    if isinstance(spot.value, str) and (moved := moved_date(spot.value, 1)) is not None:
        yield spot.put(moved), "be a day later"


def century_later(spot: Spot) -> Iterator[Edit]:
    """Move a date by a century."""
    if isinstance(spot.value, str) and (moved := moved_date(spot.value, _CENTURY)) is not None:
        yield spot.put(moved), "be a century later"


def swap(spot: Spot) -> Iterator[Edit]:
    """Exchange the values of two neighbouring members of one type."""
    parent = spot.parent
    if not isinstance(parent, dict) or isinstance(spot.value, (dict, list)) or spot.value is None:
        return
    names = [name for name, value in parent.items() if type(value) is type(spot.value)]
    index = names.index(str(spot.path[-1]))
    if index + 1 < len(names):
        name, neighbour = names[index], names[index + 1]
        swapped = {**parent, name: parent[neighbour], neighbour: parent[name]}
        yield replace_part(spot.tree, spot.path[:-1], swapped), f"change places with `{neighbour}`"


def other_value(spot: Spot) -> Iterator[Edit]:
    """Replace a text by another one of the same format."""
    if isinstance(spot.value, str) and moved_date(spot.value, 0) is None and moved_number(spot.value, 0) is None:
        text = same_format(spot.value, spot.step)
        yield spot.put(text), "be another text of its format"


def recorded_value(spot: Spot) -> Iterator[Edit]:
    """Replace a scalar by the value that another answer has at this place."""
    if not isinstance(spot.value, (dict, list)):
        for value in spot.alternatives(spot.recorded):
            yield spot.put(value), "be what another answer has there"


def recorded_part(spot: Spot) -> Iterator[Edit]:
    """Replace an object or list by the one that another answer has at this place."""
    if spot.path and isinstance(spot.value, (dict, list)):
        for value in spot.alternatives(spot.recorded):
            yield spot.put(value), "be what another answer has there"


def allowed_value(spot: Spot) -> Iterator[Edit]:
    """Replace it by another value that the schema lists."""
    values = [value for value in spot.allowed if value != spot.value]
    if values:
        value = values[spot.step % len(values)]
        yield spot.put(value), f"become {value!r}"


def flip(spot: Spot) -> Iterator[Edit]:
    """Negate a boolean."""
    if isinstance(spot.value, bool):
        yield spot.put(not spot.value), f"become {'false' if spot.value else 'true'}"


def request_value(spot: Spot) -> Iterator[Edit]:
    """Replace a value that was in the request by another value of the request."""
    for value in spot.alternatives(spot.asked):
        yield spot.put(value), "be another value of the request"


OPERATORS: Mapping[str, Operator] = {
    "drop": drop,
    "add": add,
    "rename": rename,
    "null": null,
    "retype": retype,
    "empty": empty,
    "duplicate": duplicate,
    "reorder": reorder,
    "cut": cut,
    "underscore": underscore,
    "plus-one": plus_one,
    "minus-one": minus_one,
    "negate": negate,
    "huge": huge,
    "day-later": day_later,
    "century-later": century_later,
    "swap": swap,
    "other-value": other_value,
    "recorded-value": recorded_value,
    "recorded-part": recorded_part,
    "allowed-value": allowed_value,
    "flip": flip,
    "request-value": request_value,
}
"""Name → operator, in the order in which they are tried."""
