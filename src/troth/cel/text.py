"""The text of an expression: its tokens, the insertion of lets, and the mapping of offsets back to the author's text.

A let is inserted as text in parentheses before the reference parses the whole, so that types, and the fields of
`has()`, are checked as if the author had written the let's text there. Each let is checked as an expression first, so
parentheses never pair across its ends.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

RESERVED = frozenset(
    ("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in")
) | frozenset(("let", "loop", "package", "namespace", "null", "return", "true", "var", "void", "while"))
LOOPS = frozenset(("all", "exists", "exists_one", "map", "filter"))

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*)
    |(?P<string>(?:[bB]?[rR]|[rR][bB])(?:'{3}.*?'{3}|"{3}.*?"{3}|'[^'\n]*'|"[^"\n]*")
        |[bB]?(?:'{3}(?:\\.|[^\\])*?'{3}|"{3}(?:\\.|[^\\])*?"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[uU]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<quoted>`[^`\n]*`)
    |(?P<sign>&&|\|\||[=!<>]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_name(text: str) -> bool:
    """Whether this is a name of CEL; reserved words are names too."""
    return _NAME.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an expression: its kind (string, number, name, quoted, sign), its text and its offset."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text, without spaces and comments. Malformed text (an open string) is split into signs."""
    return tuple(
        Token(match.lastgroup or "sign", match[0], match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    )


def roots(words: Sequence[Token]) -> Iterator[Token]:
    """The names that are variables or lets: no fields after a dot, no functions."""
    for index, word in enumerate(words):
        if word.kind != "name" or (index and words[index - 1].text == "."):
            continue
        if index + 1 < len(words) and words[index + 1].text == "(":
            continue
        yield word


def loop_variables(words: Sequence[Token]) -> Iterator[Token]:
    """The names that `all`, `exists`, `exists_one`, `map` and `filter` bind."""
    for before, macro, bracket, name, comma in zip(words, words[1:], words[2:], words[3:], words[4:], strict=False):
        if (before.text, bracket.text, comma.text) == (".", "(", ",") and macro.text in LOOPS and name.kind == "name":
            yield name


def asked_variables(words: Sequence[Token], variables: Collection[str]) -> Iterator[Token]:
    """The tokens `has` whose argument is a variable and no field, which CEL does not allow."""
    for index, word in enumerate(words[:-1]):
        if word.text != "has" or words[index + 1].text != "(" or (index and words[index - 1].text == "."):
            continue
        depth = 0
        inside = ""
        for following in words[index + 1 :]:
            depth += {"(": 1, ")": -1}.get(following.text, 0)
            if depth == 0:
                break
            inside += "" if following.text in "()" else following.text
        if inside in variables:
            yield word


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A range of the author's text; `let` is the let inserted there, if the range lies inside one."""

    offset: int
    length: int
    let: str | None = None


class Expanded:
    """A text with its lets inserted."""

    __slots__ = ("_pieces", "_starts", "text")

    def __init__(self, pieces: Sequence[tuple[str, int, str | None]]) -> None:
        """Each piece has its text, its offset in the author's text, and the let that it was inserted for."""
        self.text = "".join(text for text, _, _ in pieces)
        self._pieces = tuple(pieces)
        starts = [0]
        for text, _, _ in pieces:
            starts.append(starts[-1] + len(text))
        self._starts = starts

    def spot(self, offset: int) -> TextSpan:
        """The range of the author's text that a character of the expanded text comes from."""
        index = min(max(bisect_right(self._starts, offset) - 1, 0), len(self._pieces) - 1)
        _, origin, let = self._pieces[index]
        if let is not None:
            return TextSpan(origin, len(let), let)
        return TextSpan(origin + offset - self._starts[index], 1)


def insert_lets(text: str, lets: Mapping[str, str]) -> Expanded:
    """The text with each name of `lets` replaced by its (already expanded) text in parentheses."""
    pieces: list[tuple[str, int, str | None]] = []
    end = 0
    for word in roots(tokens(text)):
        if word.text in lets:
            pieces.append((text[end : word.start], end, None))
            # The line break ends a comment at the end of the let's text.
            pieces.append((f"({lets[word.text]}\n)", word.start, word.text))
            end = word.end
    pieces.append((text[end:], end, None))
    return Expanded(pieces)
