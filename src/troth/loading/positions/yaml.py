"""Reads YAML into plain values with the line and column of every key and value; YAML's pitfalls are problems.

No other module imports PyYAML for reading. Positions are found by path: ``document.at("clauses", "same-token")``.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from troth.errors import InputInvalid, Position, Problem
from troth.wire.pointers import KeyPath

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_PLAIN = ("null", "bool", "int", "float", "timestamp", "str")
_CORE_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_CORE_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_CORE_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
MOST_DIGITS = 1_000
"""Longer numbers are not computed with; Python itself reads none beyond 4,300 digits."""
_MAX_DEPTH = 100
_MAX_REPEATS = 10
"""Aliases may repeat values so often on average; more means a file that is made to exhaust the memory."""


@dataclass(frozen=True, slots=True)
class Located:
    """The position of a value, and of its key if it has one."""

    value: Position
    key: Position
    quoted: bool = False
    """The scalar begins with a quote, so its text starts one column further."""
    block: bool = False
    """A block scalar (``|`` or ``>``): its text starts on the next line."""


@dataclass(frozen=True)
class Document:
    """A YAML file as plain JSON values, with the position of each."""

    file: str
    value: object
    lines: tuple[str, ...] = field(repr=False)
    places: Mapping[KeyPath, Located] = field(repr=False)

    def at(self, *path: str | int) -> Position:
        """The position of the value at that path, or of its nearest ancestor that exists."""
        return self._nearest(path).value

    def key_at(self, *path: str | int) -> Position:
        """The position of the key at that path (of the value where there is no key)."""
        return self._nearest(path).key

    def text_at(self, offset: int, *path: str | int) -> Position:
        """The position of a character of a scalar, counted from its start (exact unless the scalar has escapes)."""
        place = self._nearest(path)
        line, column = place.value.line, place.value.column
        if place.block:
            return self._in_block(line, offset)
        value = self.value_at(*path)
        before = value[:offset] if isinstance(value, str) else ""
        if "\n" in before:
            return place.value
        return self.position(line, column + offset + (1 if place.quoted else 0))

    def value_at(self, *path: str | int) -> object:
        """The value at that path, or None."""
        value = self.value
        for part in path:
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def position(self, line: int, column: int) -> Position:
        """A position in this file with the text of its line."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Position(self.file, line, column, text)

    def _nearest(self, path: KeyPath) -> Located:
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path) or Located(Position(self.file), Position(self.file))

    def _in_block(self, line: int, offset: int) -> Position:
        for number in range(line + 1, len(self.lines) + 1):
            text = self.lines[number - 1]
            indent = len(text) - len(text.lstrip(" "))
            length = len(text) - indent + 1
            if offset < length:
                return self.position(number, indent + offset + 1)
            offset -= length
        return self.position(line, 1)


def read_yaml(path: Path, shown: str | None = None, binary: bool = False) -> Document:
    """Read one YAML file.

    Args:
        path: the file.
        shown: the name to use in messages (default: the path as given).
        binary: whether values may be bytes (``!!binary``).

    Raises:
        InputInvalid: the file cannot be read, is not YAML, or falls into one of YAML's traps; all traps at once.
    """
    name = shown or str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputInvalid([Problem(Position(name), f"cannot be read: {error.strerror or error}")]) from error
    return parse_yaml(data, name, binary=binary)


def parse_yaml(data: bytes, name: str, core: bool = False, binary: bool = False) -> Document:
    """Parse YAML (or JSON, which is YAML) from bytes; see :func:`read_yaml`.

    Args:
        data: the text.
        name: the file's name in messages.
        core: read plain values as the core schema of YAML 1.2 has them (``yes`` and dates are text) instead of naming
            each of them a trap: for documents that somebody else wrote.
        binary: whether values may be bytes (``!!binary``).
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputInvalid([Problem(Position(name, line, 1), "is not UTF-8", "save the file as UTF-8")]) from error
    lines = tuple(text.split("\n"))
    if text.lstrip().startswith(("{", "[", '"')):
        # JSON writes characters beyond the first plane as two escapes, which YAML does not combine.
        text = _PAIR.sub(lambda match: str(json.loads(f'"{match[0]}"')), text)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise InputInvalid([_syntax_problem(error, name, lines)]) from error
    except RecursionError as error:
        raise InputInvalid([Problem(Position(name), "is nested too deeply")]) from error
    reading = _YamlReading(name, lines, core, binary)
    value = reading.convert(node, (), 0) if node is not None else None
    if reading.problems:
        raise InputInvalid(reading.problems)
    return Document(name, value, lines, reading.places)


class _YamlReading:
    """Converts composed nodes to values, and gathers their positions and problems."""

    def __init__(self, name: str, lines: tuple[str, ...], core: bool, binary: bool) -> None:
        self.name = name
        self.lines = lines
        self.core = core
        self.binary = binary
        self.places: dict[KeyPath, Located] = {}
        self.problems: list[Problem] = []
        self._visits = 0
        self._distinct: set[int] = set()

    def convert(self, node: yaml.Node, path: KeyPath, depth: int, key: Position | None = None) -> object:
        position = self._position(node)
        style = getattr(node, "style", None)
        self.places[path] = Located(position, key or position, style in ("'", '"'), style in ("|", ">"))
        self._visits += 1
        self._distinct.add(id(node))
        if depth > _MAX_DEPTH or self._visits > _MAX_REPEATS * (len(self._distinct) + 100):
            if not any(problem.message.startswith("is nested") for problem in self.problems):
                self._problem(position, "is nested too deeply, or aliases blow it up", "write it out flat")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.convert(child, (*path, index), depth + 1) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath, depth: int) -> dict[str, object]:
        result: dict[str, object] = {}
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            position = self._position(key_node)
            if self.core and key_node.tag == f"{_TAG}merge":
                merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                continue
            key = self._key(key_node, position)
            if key is None:
                continue
            if key in result:
                self._problem(position, f"the key {key!r} stands twice", "YAML keeps only the last one: remove one")
            result[key] = self.convert(value_node, (*path, key), depth + 1, position)
        for each in merged:
            self._merge(each, result, path, depth)
        return result

    def _merge(self, node: yaml.Node, result: dict[str, object], path: KeyPath, depth: int) -> None:
        """Add what a mapping does not have itself from one that it names with ``<<`` (https://yaml.org/type/merge.html).

        YAML 1.2 has no merge keys; its documents do.
        """
        position = self._position(node)
        if not isinstance(node, yaml.MappingNode) or depth > _MAX_DEPTH:
            self._problem(position, "a merge key (<<) names what is no mapping", "write the keys out")
            return
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                inner = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                for each in inner:
                    self._merge(each, result, path, depth + 1)
                continue
            at_key = self._position(key_node)
            key = self._key(key_node, at_key)
            if key is not None and key not in result:
                result[key] = self.convert(value_node, (*path, key), depth + 1, at_key)

    def _key(self, node: yaml.Node, position: Position) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._problem(position, "a key must be a plain word", "quote it")
            return None
        text: str = node.value
        if node.tag == f"{_TAG}bool" and not self.core:
            self._problem(position, f"YAML reads the key {text!r} as true or false", f'quote it: "{text}"')
            return None
        if node.tag == f"{_TAG}merge":
            self._problem(position, "merge keys (<<) are not supported", "write the keys out")
            return None
        return text

    def _scalar(self, node: yaml.Node) -> object:
        text: str = node.value
        tag: str = node.tag
        position = self._position(node)
        if not tag.startswith(_TAG):
            fix = (
                f"YAML takes a leading ! for a tag; put the whole value in quotes: '{tag}{' ' + text if text else ''}'"
            )
            self._problem(position, f"the value begins with the YAML tag {tag!r}", fix)
            return None
        kind = tag.removeprefix(_TAG)
        if self.core and not getattr(node, "style", None) and kind in _PLAIN:
            return _core(text)
        if kind == "timestamp":
            self._problem(position, f"YAML reads {text!r} as a date", f'quote it: "{text}"')
            return None
        if kind == "binary" and self.binary:
            try:
                return b64decode("".join(text.split()), validate=True)
            except ValueError:
                self._problem(position, "the value is said to be !!binary, and is not base64", "write it in base64")
                return None
        if kind == "binary":
            self._problem(position, "binary values are not supported", "use a string")
            return None
        return self._plain(kind, text, position)

    def _plain(self, kind: str, text: str, position: Position) -> object:
        if kind == "null":
            return None
        if kind == "bool":
            if text.lower() in ("true", "false"):
                return text.lower() == "true"
            self._problem(
                position, f"YAML reads {text!r} as true or false", f'quote it: "{text}", or write true or false'
            )
            return None
        if kind == "int":
            plain = text.replace("_", "")
            if ":" in plain or (plain.lstrip("+-").startswith("0") and plain.lstrip("+-") != "0" and "x" not in plain):
                self._problem(position, f"YAML reads {text!r} as another number", f'quote it: "{text}"')
                return None
            if len(plain) > MOST_DIGITS:
                self._problem(position, f"the number has {len(plain):,} digits", "write a smaller one, or quote it")
                return None
            return int(plain, 0)
        if kind == "float":
            if ":" in text:
                self._problem(position, f"YAML reads {text!r} as a base-60 number", f'quote it: "{text}"')
                return None
            return float(text.replace("_", "").replace(".inf", "inf").replace(".Inf", "inf").replace(".nan", "nan"))
        return text

    def _position(self, node: yaml.Node) -> Position:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        return Position(self.name, line, column, self.lines[line - 1] if line <= len(self.lines) else "")

    def _problem(self, position: Position, message: str, fix: str = "") -> None:
        self.problems.append(Problem(position, message, fix))


def whole_number(text: str, base: int = 10) -> int | float:
    """A whole number as it is written; an infinite one where it has more digits than are computed with."""
    if len(text) > MOST_DIGITS:
        return float("-inf" if text.startswith("-") else "inf")
    return int(text, base)


def _core(text: str) -> object:
    """A plain value by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema)."""
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    if _CORE_INTEGER.fullmatch(text):
        return whole_number(text, 16 if "x" in text else 8 if "o" in text else 10)
    if _CORE_FLOAT.fullmatch(text):
        return float(text)
    if text.lstrip("+-") in (".inf", ".Inf", ".INF"):
        return float(text.replace(".", ""))
    return float("nan") if text in (".nan", ".NaN", ".NAN") else text


def _syntax_problem(error: yaml.YAMLError, name: str, lines: tuple[str, ...]) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    message = str(getattr(error, "problem", None) or error).split("\n")[0]
    if mark is None:
        return Problem(Position(name), f"is not YAML: {message}")
    line = min(mark.line + 1, max(len(lines), 1))
    text = lines[line - 1] if lines else ""
    return Problem(Position(name, line, mark.column + 1, text), f"is not YAML: {message}", _syntax_fix(text))


def _syntax_fix(line: str) -> str:
    value = line.split(": ", 1)[1].strip() if ": " in line else line.strip()
    if value.startswith(('"', "'")):
        return "a value that begins with a quote ends at the closing one: put all of it in the other kind of quotes"
    if "\t" in line:
        return "YAML does not allow tabs for indentation: use spaces"
    if ": " in value:
        return "a colon followed by a space starts a mapping: put the whole value in quotes"
    return ""
