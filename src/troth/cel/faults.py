"""What can go wrong with an expression: when it is read (problems) and when it is evaluated (failures).

Both are values for other rooms to report. `Fault` is the private exception that carries a failure up through closures.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""Where a value stands: a variable, then field names and list indices."""

NOWHERE: frozenset[str] = frozenset()

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """One mistake in the text of an expression.

    `offset` and `length` count characters of the text that the author wrote, from 0; `hint` says what may have been
    meant. `let` names the let whose own text has the mistake: in what `Vocabulary.compile` raises, `offset` then points
    to where the expression uses it, and in `Vocabulary.problems` into the let's text.
    """

    offset: int
    length: int
    message: str
    hint: str | None = None
    let: str | None = None


class ExpressionInvalid(Exception):
    """The text is not an expression over this vocabulary; `problems` has every mistake that was found, in order."""

    def __init__(self, problems: Sequence[ExpressionProblem]) -> None:
        self.problems: tuple[ExpressionProblem, ...] = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Failure:
    """An evaluation that gave no value.

    `roots` are the first segments of what was missing or wrong (`response`, `request`, `before`, `after`, `given`,
    `world`, …); `path` is the place of it, where there is one place.
    """

    message: str
    roots: frozenset[str]
    path: str | None = None


class Fault(Exception):
    """Why a closure has no value: text with the places in it still as tuples, so that a loop can put an index in."""

    def __init__(
        self, parts: tuple[str | Place, ...], roots: frozenset[str] = NOWHERE, path: Place | None = None
    ) -> None:
        super().__init__()
        self.parts = parts
        self.roots = roots
        self.path = path

    def moved(self, variable: str, told: Place, place: Place) -> "Fault":
        """The same fault with an element in the stead of a loop's variable: `told` in words, at `place`."""

        def move(other: Place, base: Place) -> Place:
            return (*base, *other[1:]) if other[0] == variable else other

        parts = tuple(part if isinstance(part, str) else move(part, told) for part in self.parts)
        return Fault(parts, self.roots, None if self.path is None else move(self.path, place))

    def joined(self, other: "Fault") -> "Fault":
        """This fault, with the roots of another that stood beside it (both operands of `&&` may fail)."""
        return Fault(self.parts, self.roots | other.roots, self.path)

    def failure(self) -> Failure:
        """The fault in words."""
        message = "".join(part if isinstance(part, str) else written(part) for part in self.parts)
        return Failure(message, self.roots, None if self.path is None else written(self.path))


def written(place: Place) -> str:
    """The place as an author would write it: `response.body.items[2]["content-type"]`."""
    text = str(place[0])
    for segment in place[1:]:
        if isinstance(segment, int):
            text += f"[{segment}]"
        elif _PLAIN.fullmatch(segment):
            text += f".{segment}"
        else:
            text += f'["{segment}"]'
    return text
