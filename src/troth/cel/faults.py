"""Errors in expressions: when they are compiled (problems) and when they are evaluated (failures).

Both are values that other rooms report. `Fault` is the exception that carries a failure out of closures.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""The place of a value: a variable, then names of fields and indices of lists."""

NOWHERE: frozenset[str] = frozenset()

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """One mistake in the text of an expression.

    `offset` and `length` count characters of the author's text, from 0; `hint` is a correction. `let` names the let
    that has the mistake: `offset` then is the place in the expression that uses it (where `Vocabulary.compile` raises)
    or the place in the let (in `Vocabulary.problems`).
    """

    offset: int
    length: int
    message: str
    hint: str | None = None
    let: str | None = None


class ExpressionInvalid(Exception):
    """The text is not an expression over this vocabulary; `problems` has every mistake, in the order of the text."""

    def __init__(self, problems: Sequence[ExpressionProblem]) -> None:
        self.problems: tuple[ExpressionProblem, ...] = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Failure:
    """An evaluation without a value.

    `roots` are the first segments of the variables that were missing or wrong (`response`, `request`, `before`,
    `after`, `given`, `world`, …); `path` is the place of the mistake, if there is one.
    """

    message: str
    roots: frozenset[str]
    path: str | None = None


class Fault(Exception):
    """Why a closure has no value. Places in its text are tuples, so that a loop can insert the index of an element."""

    def __init__(
        self, parts: tuple[str | Place, ...], roots: frozenset[str] = NOWHERE, path: Place | None = None
    ) -> None:
        super().__init__()
        self.parts = parts
        self.roots = roots
        self.path = path

    def moved(self, variable: str, told: Place, place: Place) -> "Fault":
        """The fault with the element for the variable of a loop: `told` is its place in the text, `place` in `path`."""

        def move(moving: Place, base: Place) -> Place:
            return (*base, *moving[1:]) if moving[0] == variable else moving

        parts = tuple(part if isinstance(part, str) else move(part, told) for part in self.parts)
        return Fault(parts, self.roots, None if self.path is None else move(self.path, place))

    def joined(self, beside: "Fault") -> "Fault":
        """This fault with the roots of a second one too, since both operands of `&&` may fail."""
        return Fault(self.parts, self.roots | beside.roots, self.path)

    def failure(self) -> Failure:
        """The failure with its text."""
        message = "".join(part if isinstance(part, str) else place_text(part) for part in self.parts)
        return Failure(message, self.roots, None if self.path is None else place_text(self.path))


def place_text(place: Place) -> str:
    """A place as an author writes it: `response.body.items[2]["content-type"]`."""
    text = str(place[0])
    for segment in place[1:]:
        if isinstance(segment, int):
            text += f"[{segment}]"
        elif _PLAIN.fullmatch(segment):
            text += f".{segment}"
        else:
            text += f'["{segment}"]'
    return text
