"""What a user says of a target: the facts of its world, with secrets taken from the environment."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from troth.errors import InputInvalid, Problem
from troth.loading.positions.yaml import read_yaml
from troth.secrets.needles import SHORTEST
from troth.targets.live.variables import fill_variables, variable_uses


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
        learn: told the values of the variables with their names: all that are long enough count as secrets.

    Raises:
        InputInvalid: the file cannot be used, or names variables that are not set or empty; all of them.
    """
    document = read_yaml(path, shown)
    if not isinstance(document.value, Mapping):
        raise InputInvalid([Problem(document.at(), "must be a mapping of vendor to facts")])
    variables = os.environ if environment is None else environment
    values = {use: variables.get(use.name, "") for use in variable_uses(document.value)}
    problems = [Problem(document.at(*use.place), *use.unset) for use, value in values.items() if not value]
    worlds: dict[str, Mapping[str, object]] = {}
    for vendor, facts in document.value.items():
        if isinstance(facts, Mapping):
            worlds[vendor] = {name: fill_variables(value, variables) for name, value in facts.items()}
        else:
            problems.append(Problem(document.at(vendor), f"the facts of {vendor!r} must be a mapping"))
    if problems:
        raise InputInvalid(problems)
    if learn is not None:
        learn({value: use.name for use, value in reversed(values.items()) if len(value) >= SHORTEST})
    return worlds
