"""Walks any value and gives back the same value with every text in it cleaned."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, get_type_hints

from troth.model.constants import CODE_OWNED
from troth.model.exchange import Exchange, Request, Response
from troth.wire.bodies import MAX_DEPTH
from troth.wire.codings import readable

TOO_DEEP = "…"
"""What stands in place of anything nested deeper than :data:`troth.wire.bodies.MAX_DEPTH` levels."""
_PLAIN = (bool, int, float, complex, Enum, date, time, timedelta, type, type(None))
"""Types whose values hold no text that came from a file, an answer or the environment."""


class Cleaner:
    """Gives values of the same type, every text and every byte string in them cleaned, keys of mappings included.

    What holds nothing to clean is given back itself, not a copy. Whatever is not known how to walk becomes its cleaned
    ``str``: no type can bring a text past this.

    Args:
        text: cleans a text.
        data: cleans bytes.
    """

    def __init__(self, text: Callable[[str], str], data: Callable[[bytes], bytes]) -> None:
        self._text = text
        self._data = data
        self._names: dict[type, tuple[str, ...]] = {}

    def clean(self, value: object, depth: int = 0) -> Any:
        """The value cleaned, whatever it is; never raises.

        Walked are dataclasses, structs of msgspec, mappings, sequences, sets, exceptions, paths, texts and bytes.
        """
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, str):
            return self._text(value)
        # Nothing could be found within the bytes of a content coding, and who reads them undoes it.
        if isinstance(value, (Request, Response)):
            value = readable(value)
        if isinstance(value, (bytes, bytearray)):
            return type(value)(self._data(bytes(value)))
        if depth >= MAX_DEPTH:
            return TOO_DEEP
        if _has_fields(value):
            return self._record(value, depth + 1)
        if isinstance(value, Mapping):
            return self._mapping(value, depth + 1)
        if isinstance(value, (list, tuple, AbstractSet)):
            return self._items(value, depth + 1)
        if isinstance(value, PurePath):
            return type(value)(self._text(str(value)))
        if isinstance(value, BaseException):
            return self._exception(value, depth + 1)
        return self._text(_worded(value))

    def _record(self, value: Any, depth: int) -> Any:
        changes = {}
        for name in self._cleaned_fields(type(value)):
            before = getattr(value, name, None)
            after = self.clean(before, depth)
            if after is not before:
                changes[name] = after
        if not changes:
            return value
        if not is_dataclass(value):
            return type(value)(**{name: changes.get(name, getattr(value, name)) for name in _fields(type(value))})
        # Not by its constructor: that may check, count or compute, and fields may be left out of it.
        copied = object.__new__(type(value))
        for name in _fields(type(value)):
            if hasattr(value, name):
                object.__setattr__(copied, name, changes.get(name, getattr(value, name)))
        return copied

    def _cleaned_fields(self, cls: type) -> tuple[str, ...]:
        """The fields of a class that are looked into: all but those whose type says that Troth wrote them."""
        names = self._names.get(cls)
        if names is None:
            try:
                hints = get_type_hints(cls, include_extras=True)
            except (NameError, TypeError, AttributeError):
                hints = {}
            constants = {name for name, hint in hints.items() if CODE_OWNED in getattr(hint, "__metadata__", ())}
            names = tuple(name for name in _fields(cls) if name not in constants)
            self._names[cls] = names
        return names

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> Any:
        cleaned = {}
        changed = False
        for key, item in value.items():
            key_after, after = self.clean(key, depth), self.clean(item, depth)
            changed = changed or key_after is not key or after is not item
            cleaned[key_after] = after
        if not changed:
            return value
        if isinstance(value, MappingProxyType) or type(value) is dict:
            return MappingProxyType(cleaned) if isinstance(value, MappingProxyType) else cleaned
        try:
            return type(value)(cleaned)  # type: ignore[call-arg]
        except TypeError:
            return cleaned

    def _items(self, value: Any, depth: int) -> Any:
        cleaned = []
        changed = False
        for item in value:
            after = self.clean(item, depth)
            changed = changed or after is not item
            cleaned.append(after)
        if not changed:
            return value
        if hasattr(value, "_fields"):
            return type(value)(*cleaned)
        try:
            return type(value)(cleaned)
        except TypeError:
            return tuple(cleaned)

    def _exception(self, error: BaseException, depth: int) -> BaseException:
        """An error of the same type with what it says cleaned; its traceback, which holds frames, is left behind."""
        copied = type(error).__new__(type(error))
        copied.args = self.clean(error.args, depth)
        vars(copied).update(self.clean(vars(error), depth))
        for name in ("__cause__", "__context__"):
            before = getattr(error, name)
            if before is not None:
                setattr(copied, name, self.clean(before, depth))
        return copied


def exchanges_in(value: object, depth: int = 0) -> Iterator[Exchange]:
    """Every exchange in a value, wherever it stands in it."""
    if isinstance(value, Exchange):
        yield value
    elif isinstance(value, (str, bytes, *_PLAIN)) or depth >= MAX_DEPTH:
        return
    elif _has_fields(value):
        for name in _fields(type(value)):
            yield from exchanges_in(getattr(value, name, None), depth + 1)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from exchanges_in(item, depth + 1)
    elif isinstance(value, (list, tuple, AbstractSet)):
        for item in value:
            yield from exchanges_in(item, depth + 1)


def _has_fields(value: object) -> bool:
    """Whether a value is a dataclass or a struct of msgspec, which this room need not know to walk one."""
    return is_dataclass(value) or hasattr(type(value), "__struct_fields__")


def _fields(cls: Any) -> tuple[str, ...]:
    """The names of the fields of a dataclass or of a struct."""
    return tuple(field.name for field in fields(cls)) if is_dataclass(cls) else tuple(cls.__struct_fields__)


def _worded(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - whatever a type does in its own __str__, cleaning never raises
        return type(value).__name__
