"""What a user says of a target: the facts of its world, with secrets taken from the environment."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from troth.errors import InputInvalid, Problem
from troth.loading.positions.yaml import Document, read_yaml
from troth.secrets.needles import SHORTEST

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def read_world(
    path: Path,
    shown: str,
    environment: Mapping[str, str] | None = None,
    learn: Callable[[Mapping[str, str]], None] | None = None,
) -> dict[str, Mapping[str, object]]:
    """Facts by vendor. A text ``${NAME}`` stands for an environment variable, so that no secret is written down.

    Args:
        path: a YAML file: vendor → nested facts, named as the vendor's ``world.yaml`` lists them.
        shown: the file's name in messages.
        environment: where variables come from (default: the process's own).
        learn: told what came from variables, value → name: all of it counts as secret but what is too short for one.

    Raises:
        InputInvalid: the file cannot be used, or names variables that are not set; all of them.
    """
    document = read_yaml(path, shown)
    if not isinstance(document.value, Mapping):
        raise InputInvalid([Problem(document.at(), "must be a mapping of vendor to facts")])
    filling = _Filling(document, os.environ if environment is None else environment)
    worlds = {}
    for vendor, facts in document.value.items():
        filled = filling.fill(facts, (vendor,))
        if isinstance(filled, Mapping):
            worlds[vendor] = filled
        else:
            filling.problems.append(Problem(document.at(vendor), f"the facts of {vendor!r} must be a mapping"))
    if filling.problems:
        raise InputInvalid(filling.problems)
    if learn is not None:
        learn({value: name for value, name in filling.taken.items() if len(value) >= SHORTEST})
    return worlds


class _Filling:
    def __init__(self, document: Document, environment: Mapping[str, str]) -> None:
        self.document = document
        self.environment = environment
        self.problems: list[Problem] = []
        self.taken: dict[str, str] = {}
        """Value that came from a variable → the variable's name."""

    def fill(self, value: object, path: tuple[str | int, ...]) -> object:
        if isinstance(value, Mapping):
            return {key: self.fill(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        for name in _VARIABLE.findall(value):
            if name not in self.environment:
                message = f"the environment variable {name} is not set"
                self.problems.append(Problem(self.document.at(*path), message, f"export {name}=…"))
            else:
                self.taken.setdefault(self.environment[name], name)
        return _VARIABLE.sub(lambda match: self.environment.get(match[1], ""), value)
