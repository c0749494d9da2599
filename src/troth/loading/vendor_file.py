"""``contracts/<vendor>/vendor.yaml``: whether a project's contracts are added to the installed ones."""

from pathlib import Path

from troth.errors import InputInvalid, Position, Problem
from troth.loading.contract import schema_problems
from troth.loading.plain import mapping
from troth.loading.positions.yaml import read_yaml

FILE = "vendor.yaml"


def read_extends(path: Path, shown: str, vendor: str) -> Position:
    """Read a ``vendor.yaml``.

    Args:
        path: the file.
        shown: its name in messages.
        vendor: the name of the folder that it stands in.

    Returns:
        Where ``extends: installed`` stands.

    Raises:
        InputInvalid: the file cannot be used; every problem, each at its place.
    """
    document = read_yaml(path, shown)
    problems = list(schema_problems(document, "vendor"))
    name = mapping(document.value).get("vendor", vendor)
    if isinstance(name, str) and name != vendor:
        message = f"the vendor is {name!r}, but the file stands in the folder of {vendor!r}"
        problems.append(Problem(document.at("vendor"), message, f"write vendor: {vendor}"))
    if problems:
        raise InputInvalid(problems)
    return document.at("extends")
