"""What can go wrong with one part of a JSON answer: small functions from a spot to changed trees, in one table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from troth.strength.trees import at, replaced, without
from troth.strength.values import moved_date, moved_number, same_format
from troth.wire.pointers import KeyPath

UNKNOWN = "troth_unknown"
"""A name and a text that no vendor uses."""
_HUGE = 2**53 + 1
_CENTURY = 36_525


@dataclass(frozen=True, slots=True)
class Spot:
    """One part of an answer, and what a mutation of it may draw on."""

    tree: object
    path: KeyPath
    value: object
    recorded: tuple[object, ...] = ()
    """Values that other answers of the operation have at this place."""
    allowed: tuple[object, ...] = ()
    """Values that the schema lists for this place."""
    asked: tuple[object, ...] = ()
    """Where the value stands in the request too: the request's other values."""
    step: int = 1
    """Decides which of many equal changes is made."""
    most: int = 1
    """How many of the recorded values, and of those of the request, are tried."""

    def put(self, value: object) -> object:
        """The whole answer with another value here."""
        return replaced(self.tree, self.path, value)

    def alternatives(self, values: tuple[object, ...]) -> Iterator[object]:
        """Up to ``most`` of these values, from ``step`` on, that are of the type of this one and differ from it."""
        usable = [value for value in values if type(value) is type(self.value) and value != self.value]
        for offset in range(min(self.most, len(usable))):
            yield usable[(self.step + offset) % len(usable)]

    @property
    def parent(self) -> object:
        """The object or list that this is part of; None for the whole answer."""
        return at(self.tree, self.path[:-1]) if self.path else None


Edit = tuple[object, str]
"""A changed answer, and the change as the end of a sentence: ``become -1``."""
Operator = Callable[[Spot], Iterator[Edit]]


def drop(spot: Spot) -> Iterator[Edit]:
    """Take it away."""
    if spot.path:
        yield without(spot.tree, spot.path), "be missing"


def add(spot: Spot) -> Iterator[Edit]:
    """An object gets a member that nobody knows."""
    if isinstance(spot.value, dict):
        yield spot.put({**spot.value, UNKNOWN: UNKNOWN}), "have an unknown member"


def rename(spot: Spot) -> Iterator[Edit]:
    """A member gets another name (the usual slip: camel case for underscores, or the other way)."""
    parent = spot.parent
    if isinstance(parent, dict):
        name = str(spot.path[-1])
        other = _restyled(name)
        if other not in parent:
            renamed = {other if key == name else key: value for key, value in parent.items()}
            yield replaced(spot.tree, spot.path[:-1], renamed), f"be called {other!r}"


def _restyled(name: str) -> str:
    if "_" in name.strip("_"):
        head, *rest = name.split("_")
        return head + "".join(part.capitalize() for part in rest)
    return (
        name.upper() if name.islower() else name.lower() if not name.islower() and name.lower() != name else name + "_"
    )


def null(spot: Spot) -> Iterator[Edit]:
    """It becomes null."""
    yield spot.put(None), "become null"


def retype(spot: Spot) -> Iterator[Edit]:
    """It becomes what a careless serializer makes of it."""
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
    """It has nothing in it any more."""
    if isinstance(spot.value, (str, dict, list)) and spot.value:
        yield spot.put(type(spot.value)()), "be empty"


def duplicate(spot: Spot) -> Iterator[Edit]:
    """An item of a list comes twice."""
    parent, last = spot.parent, spot.path[-1] if spot.path else None
    if isinstance(parent, list) and isinstance(last, int):
        twice = [*parent[: last + 1], *parent[last:]]
        yield replaced(spot.tree, spot.path[:-1], twice), "come twice"


def reorder(spot: Spot) -> Iterator[Edit]:
    """A list comes the other way round."""
    if isinstance(spot.value, list) and len(spot.value) > 1:
        yield spot.put(spot.value[::-1]), "come in reverse order"


def cut(spot: Spot) -> Iterator[Edit]:
    """A text loses its second half."""
    if isinstance(spot.value, str) and len(spot.value) > 1:
        yield spot.put(spot.value[: len(spot.value) // 2]), "be cut short"


def underscore(spot: Spot) -> Iterator[Edit]:
    """A text gets underscores for its blanks."""
    if isinstance(spot.value, str) and " " in spot.value.strip():
        yield spot.put(spot.value.replace(" ", "_")), "have underscores for blanks"


def plus_one(spot: Spot) -> Iterator[Edit]:
    """A number is one too many."""
    yield from _moved(spot, 1)


def minus_one(spot: Spot) -> Iterator[Edit]:
    """A number is one too few."""
    yield from _moved(spot, -1)


def _moved(spot: Spot, by: int) -> Iterator[Edit]:
    if _is_number(spot.value):
        value = spot.value + by  # type: ignore[operator]  # a number, as was just asked
        yield spot.put(value), f"become {value}"
    elif isinstance(spot.value, str) and (text := moved_number(spot.value, by)) is not None:
        yield spot.put(text), f"become {text!r}"


def negate(spot: Spot) -> Iterator[Edit]:
    """A number changes its sign; nought becomes -1."""
    if _is_number(spot.value):
        value = -spot.value or -1  # type: ignore[operator]  # a number, as was just asked
        yield spot.put(value), f"become {value}"
    elif isinstance(spot.value, str) and (text := moved_number(spot.value, 0)) is not None:
        yield spot.put(str(-int(text) or -1)), f"become '{-int(text) or -1}'"


def huge(spot: Spot) -> Iterator[Edit]:
    """A number outgrows what a double can hold."""
    if _is_number(spot.value):
        yield spot.put(_HUGE), f"become {_HUGE}"
    elif isinstance(spot.value, str) and moved_number(spot.value, 0) is not None:
        yield spot.put(str(_HUGE)), f"become '{_HUGE}'"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def day_later(spot: Spot) -> Iterator[Edit]:
    """A date moves by a day."""
    if isinstance(spot.value, str) and (moved := moved_date(spot.value, 1)) is not None:
        yield spot.put(moved), "be a day later"


def century_later(spot: Spot) -> Iterator[Edit]:
    """A date moves by a century."""
    if isinstance(spot.value, str) and (moved := moved_date(spot.value, _CENTURY)) is not None:
        yield spot.put(moved), "be a century later"


def swap(spot: Spot) -> Iterator[Edit]:
    """Two neighbouring members of one type change places."""
    parent = spot.parent
    if not isinstance(parent, dict) or isinstance(spot.value, (dict, list)) or spot.value is None:
        return
    names = [name for name, value in parent.items() if type(value) is type(spot.value)]
    index = names.index(str(spot.path[-1]))
    if index + 1 < len(names):
        name, other = names[index], names[index + 1]
        swapped = {**parent, name: parent[other], other: parent[name]}
        yield replaced(spot.tree, spot.path[:-1], swapped), f"change places with `{other}`"


def other_value(spot: Spot) -> Iterator[Edit]:
    """Another text of the same format."""
    if isinstance(spot.value, str) and moved_date(spot.value, 0) is None and moved_number(spot.value, 0) is None:
        other = same_format(spot.value, spot.step)
        yield spot.put(other), "be another text of its format"


def recorded_value(spot: Spot) -> Iterator[Edit]:
    """What another answer has here."""
    if not isinstance(spot.value, (dict, list)):
        for value in spot.alternatives(spot.recorded):
            yield spot.put(value), "be what another answer has there"


def recorded_part(spot: Spot) -> Iterator[Edit]:
    """A whole object or list from another answer."""
    if spot.path and isinstance(spot.value, (dict, list)):
        for value in spot.alternatives(spot.recorded):
            yield spot.put(value), "be what another answer has there"


def allowed_value(spot: Spot) -> Iterator[Edit]:
    """Another value of those that the schema lists."""
    others = [one for one in spot.allowed if one != spot.value]
    if others:
        other = others[spot.step % len(others)]
        yield spot.put(other), f"become {other!r}"


def flip(spot: Spot) -> Iterator[Edit]:
    """True becomes false, and false true."""
    if isinstance(spot.value, bool):
        yield spot.put(not spot.value), f"become {'false' if spot.value else 'true'}"


def request_value(spot: Spot) -> Iterator[Edit]:
    """An echo of the request becomes another of its values."""
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
