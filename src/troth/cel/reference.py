"""The reference implementation of CEL. No other module imports it.

Google's C++ parses and type-checks an expression when its contract is read, and matches regular expressions (RE2, in
time linear in the text). It takes no other part in evaluation.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cel_expr_python import cel  # type: ignore[import-untyped]

from troth.cel.faults import Fault
from troth.cel.functions import OWN

_KINDS = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "bytes": cel.Type.BYTES,
    "dyn": cel.Type.DYN,
    "list": cel.Type.LIST,
    "map": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
}

# <input>:LINE:COLUMN, both from 1; the lines that begin with a bar repeat the text.
_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?=\n \| |\nERROR: | \[[A-Z_]+\]\Z|\Z)", re.DOTALL)
_STATUS = re.compile(r"\A[A-Z_]+: | \[[A-Z_]+\]\Z")


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error message of the reference, and its offset in characters (None for the whole text)."""

    offset: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked text: its serialized tree and the kind of its value (`bool`, `dyn`, `null`, …)."""

    tree: bytes
    kind: str


class ReferenceEngine:
    """An environment of the reference with these variables and our functions."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """`variables` are qualified names; each segment is a name of CEL and no reserved word."""
        self._env = cel.NewEnv(
            variables={name: _KINDS[kind] for name, kind in variables.items()}, functions=_declarations()
        )

    def check(self, text: str) -> Checked | tuple[Complaint, ...]:
        """The checked expression, or at least one complaint. `text` must be valid Unicode."""
        try:
            expression = self._env.compile(text)
            return Checked(expression.serialize(), str(expression.return_type()).partition("<")[0].lower())
        except RuntimeError as error:
            return tuple(_complaints(text, str(error)))

    def evaluator(self, text: str) -> Callable[[Mapping[str, object]], tuple[bool, object]]:
        """Evaluation by the reference, to compare ours with: from a scope to (True, value) or (False, message)."""
        expression = self._env.compile(text)

        def evaluate(scope: Mapping[str, object]) -> tuple[bool, object]:
            try:
                value = expression.eval(data=dict(scope))
                return value.type() != cel.Type.ERROR, value.plain_value()
            except RuntimeError as error:
                return False, str(error)

        return evaluate


def _declarations() -> list[cel.FunctionDecl]:
    kinds = {**_KINDS, "map": cel.Type.MAP}
    return [
        cel.FunctionDecl(
            name,
            [
                cel.Overload(
                    f"troth_{name}",
                    return_type=kinds[function.gives],
                    parameters=[kinds[kind] for kind in function.takes],
                    impl=function.call,
                )
            ],
        )
        for name, function in OWN.items()
    ]


def _complaints(text: str, error: str) -> Iterable[Complaint]:
    starts = [0] + [position + 1 for position, character in enumerate(text) if character == "\n"]
    any_placed = False
    for line, column, message in _ERROR.findall(error):
        any_placed = True
        known = 0 < int(line) <= len(starts)
        yield Complaint(starts[int(line) - 1] + int(column) - 1 if known else None, message)
    if not any_placed:
        yield Complaint(None, _STATUS.sub("", error))


class PatternInvalid(ValueError):
    """RE2 refuses this pattern."""


_MATCHING = cel.NewEnv(variables={"text": cel.Type.STRING, "pattern": cel.Type.STRING})
_MATCH = _MATCHING.compile("text.matches(pattern)")


def matcher(pattern: str) -> Callable[[str], bool]:
    """A function that tells whether RE2 finds the pattern in a text. Raises PatternInvalid.

    The function raises Fault for text with half a surrogate pair.
    """
    quoted = literal(pattern)
    trial = _MATCHING.compile(f"''.matches({quoted})").eval(data={})
    if trial.type() == cel.Type.ERROR:
        raise PatternInvalid(str(trial.value()).partition("invalid regular expression: ")[2] or str(trial.value()))
    expression = _MATCHING.compile(f"text.matches({quoted})")

    def search(text: str) -> bool:
        # The binding cuts text at a NUL, so such a text goes in as a literal.
        if "\0" in text:
            return _verdict(_MATCHING.compile(f"{literal(text)}.matches({quoted})").eval(data={}))
        if not text.isascii() and _SURROGATE.search(text):
            raise Fault(("matches() of text with half a surrogate pair",))
        return _verdict(expression.eval(data={"text": text}))

    return search


def search(pattern: str, text: str) -> bool:
    """Whether RE2 finds the pattern in the text, for a pattern that is no literal. Raises Fault."""
    if "\0" in pattern or "\0" in text or _SURROGATE.search(pattern) or _SURROGATE.search(text):
        try:
            return matcher(pattern)(text)
        except PatternInvalid as error:
            raise Fault((f"matches() of a pattern that RE2 does not take: {error}",)) from None
    return _verdict(_MATCH.eval(data={"text": text, "pattern": pattern}))


def _verdict(answer: cel.Value) -> bool:
    value = answer.value()
    if value is True or value is False:
        return bool(value)
    raise Fault((f"matches() failed: {value}",))


_SURROGATE = re.compile("[\ud800-\udfff]")


def literal(text: str) -> str:
    """The text as a string literal of CEL. Raises Fault for half a surrogate pair, which CEL cannot write."""
    if _SURROGATE.search(text):
        raise Fault(("matches() of text with half a surrogate pair",))
    return "'" + "".join(_escaped(character) for character in text) + "'"


def _escaped(character: str) -> str:
    if character.isascii() and character.isprintable() and character not in "'\\":
        return character
    return f"\\U{ord(character):08x}"
