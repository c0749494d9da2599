"""Environment variables in a file of ours: ``${NAME}`` in any text of a YAML or TOML document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from troth.wire.pointers import KeyPath

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class VariableUse:
    """A variable that a document uses, and where."""

    name: str
    place: KeyPath
    """The way to the text that names it."""

    @property
    def unset(self) -> tuple[str, str]:
        """What is wrong where the variable is not set, and what to do."""
        return f"the environment variable {self.name} is not set", f"export {self.name}=… or put it in .env"


def texts(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text of a document with the way to it, in the order of the document; keys are no texts."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*path, index))
    elif isinstance(value, str):
        yield path, value


def names_variable(text: str) -> bool:
    """Whether a variable stands in a text."""
    return _VARIABLE.search(text) is not None


def variable_uses(value: object) -> tuple[VariableUse, ...]:
    """Every variable of a document, once for each place, in the order of the document."""
    return tuple(VariableUse(name, path) for path, text in texts(value) for name in _VARIABLE.findall(text))


def fill_variables(value: object, environment: Mapping[str, str]) -> object:
    """A copy of a document with the value of each variable in its place; one that is not set stands for ``""``."""
    if isinstance(value, Mapping):
        return {key: fill_variables(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [fill_variables(item, environment) for item in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: environment.get(match[1], ""), value)
    return value
