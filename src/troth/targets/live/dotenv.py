"""Environment variables from a ``.env`` file: ``NAME=value`` lines, which git ignores."""

import re
from collections.abc import Mapping
from pathlib import Path

from troth.errors import InputInvalid, Position, Problem

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")


def read_environment(folder: Path, process: Mapping[str, str]) -> dict[str, str]:
    """The process's variables, and those of ``.env`` that the process does not set itself.

    A value in single quotes is taken as it is; in double quotes ``\\n``, ``\\"`` and ``\\\\`` are read; without quotes
    it ends at `` #``. Nothing else is interpreted.

    Args:
        folder: where ``.env`` may lie.
        process: the process's own variables, which win.

    Raises:
        InputInvalid: it cannot be read, or lines that are no assignments; all of them, never with their text, which
            may be a secret.
    """
    path = folder / ".env"
    if not path.is_file():
        return dict(process)
    variables: dict[str, str] = {}
    problems = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        value = None if match is None else _value(match[2])
        if match is None or value is None:
            problems.append(Problem(Position(".env", number), "is not NAME=value", "quote the value if it has quotes"))
        else:
            variables[match[1]] = value
    if problems:
        raise InputInvalid(problems)
    return {**variables, **process}


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputInvalid([Problem(Position(".env"), f"cannot be read: {error.strerror or error}")]) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = Position(".env", data.count(b"\n", 0, error.start) + 1)
        raise InputInvalid([Problem(line, "is not UTF-8", "write the file as UTF-8")]) from None


def _value(text: str) -> str | None:
    if text[:1] == "'":
        return text[1:-1] if len(text) > 1 and text.endswith("'") else None
    if text[:1] == '"':
        if len(text) < 2 or not text.endswith('"'):
            return None
        return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text[1:-1])
    return re.split(r"\s#", text, maxsplit=1)[0].rstrip()
