"""Reads TOML into plain values with the line of each key, which is searched in the text, as ``tomllib`` has none."""

import re
import tomllib
from pathlib import Path

from troth.errors import InputInvalid, Position, Problem
from troth.loading.positions.yaml import Document, Located
from troth.wire.pointers import KeyPath

_HEADER = re.compile(r"^\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=\s*""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_toml(path: Path, shown: str) -> Document:
    """Read one TOML file.

    Args:
        path: the file.
        shown: its name in messages.

    Returns:
        Its values, with the line of every key that begins a line; keys of an inline table have the line of the table.

    Raises:
        InputInvalid: the file cannot be read, or is not TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputInvalid([Problem(Position(shown), f"cannot be read: {error.strerror or error}")]) from error
    except UnicodeDecodeError as error:
        raise InputInvalid([Problem(Position(shown), "is not UTF-8", "save the file as UTF-8")]) from error
    lines = tuple(text.splitlines())
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputInvalid([_syntax_problem(str(error), shown, lines)]) from error
    return Document(shown, value, lines, _places(shown, lines))


def _places(shown: str, lines: tuple[str, ...]) -> dict[KeyPath, Located]:
    places: dict[KeyPath, Located] = {(): Located(Position(shown, 1, 1, ""), Position(shown, 1, 1, ""))}
    table: KeyPath = ()
    for number, line in enumerate(lines, 1):
        header = _HEADER.match(line)
        if header is not None:
            table = _parts(header[1])
            place = Position(shown, number, line.index("[") + 1, line)
            places.setdefault(table, Located(place, place))
            continue
        key = _KEY.match(line)
        if key is not None:
            at_key = Position(shown, number, key.start(1) + 1, line)
            places.setdefault(table + _parts(key[1]), Located(Position(shown, number, key.end() + 1, line), at_key))
    return places


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _syntax_problem(message: str, shown: str, lines: tuple[str, ...]) -> Problem:
    place = _PLACE.search(message)
    if place is None:
        return Problem(Position(shown, max(len(lines), 1), 1), f"is not TOML: {message}")
    # The line itself is not shown, since it may hold a secret.
    return Problem(Position(shown, int(place[1]), int(place[2])), f"is not TOML: {_PLACE.sub('', message).strip()}")
