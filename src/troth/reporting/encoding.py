"""Encodes reports as JSON: each class by a table of its keys, so that keys stay when attributes are renamed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Any

Tree = Mapping[str, object]
"""A JSON object."""
Keys = Mapping[str, Callable[[Any], object]]
"""Key of an object → what gives its value; in the order of the report."""
Tables = Mapping[type, Keys]
"""Class → its keys. A dataclass without a table has its fields as keys."""


def keys(*parts: str | Keys) -> Keys:
    """A table of keys, in order.

    Args:
        parts: names separated by blanks, each an attribute (``version``) or a key with the path of its attribute
            (``line=position.line``); or keys with functions of the value.
    """
    table: dict[str, Callable[[Any], object]] = {}
    for part in parts:
        if isinstance(part, str):
            for name in part.split():
                key, _, path = name.partition("=")
                table[key] = attrgetter(path or key)
        else:
            table.update(part)
    return table


def encode(value: object, tables: Tables) -> object:
    """A value as JSON values: dataclasses and mappings become objects, tuples and lists arrays, dates ISO 8601.

    Args:
        value: a report or a part of one.
        tables: the keys of its classes.
    """
    table = tables.get(type(value))
    if table is not None:
        return {key: encode(read(value), tables) for key, read in table.items()}
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name), tables) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item, tables) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item, tables) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def encode_object(value: object, tables: Tables) -> Tree:
    """The JSON object of a value whose class has a table.

    Raises:
        KeyError: it has none.
    """
    return {key: encode(read(value), tables) for key, read in tables[type(value)].items()}


def write_json_file(tree: Tree, path: Path) -> None:
    """Write a JSON object in UTF-8; lone surrogates, which UTF-8 does not have, become ``?``.

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(tree, ensure_ascii=False, indent=2)
    path.write_bytes(text.encode("utf-8", "replace") + b"\n")
