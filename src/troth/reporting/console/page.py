"""Pages of a report in a terminal or a pipe: lines of plain text, wrapped at 100 columns, each with a style."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from troth.reporting.wording import printable

WIDTH = 100
Line = tuple[str, str]
"""A line of text and its style, which terminals with colour show."""


def print_lines(page: Iterable[Line], console: Console) -> None:
    """Write lines to a console; characters that its encoding does not have appear as escapes."""
    for text, style in page:
        shown = text.encode(console.encoding, "backslashreplace").decode(console.encoding)
        console.print(Text(shown, style), soft_wrap=True)


def unstyled(texts: Iterable[str]) -> Iterator[Line]:
    """Lines without a style."""
    return ((text, "") for text in texts)


def bullets(parts: Iterable[str], width: int = WIDTH) -> Iterator[str]:
    """Parts joined by dots, in as few lines as possible; no part is broken."""
    line = ""
    for part in map(printable, parts):
        if line and len(line) + 3 + len(part) > width:
            yield line
            line = part
        else:
            line = f"{line} · {part}" if line else part
    yield line


def hanging(first: str, text: str) -> list[str]:
    """A text after a label, wrapped and indented under itself."""
    indent = " " * len(first)
    return wrap(printable(text), WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False) or [
        first.rstrip()
    ]


def labelled(label: str, text: str) -> Iterator[Line]:
    """The lines of :func:`hanging`, without a style."""
    return unstyled(hanging(label, text))
