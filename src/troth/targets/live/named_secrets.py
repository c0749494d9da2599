"""Every secret that the targets of ``troth.toml`` name, for words that are said when nothing else is known any more."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from troth.errors import TrothError
from troth.loading.plain import mapping
from troth.targets.live.dotenv import read_environment
from troth.targets.live.settings_file import FILE, NOT_SECRET
from troth.targets.live.variables import variable_uses


def named_secrets(here: Path, process: Mapping[str, str]) -> dict[str, str]:
    """The values that targets take from the environment → the names of their variables.

    Never raises: of a ``.env`` that cannot be read nothing is taken, and of a ``troth.toml`` that is no TOML every
    variable that is named anywhere in it.

    Args:
        here: where ``troth.toml`` and ``.env`` may lie.
        process: the process's own variables.
    """
    try:
        environment: Mapping[str, str] = read_environment(here, process)
    except (TrothError, OSError):
        environment = process
    names: dict[str, str] = {}
    for place, name in _uses(here / FILE):
        value = environment.get(name, "")
        names.setdefault(value, name)
        password = _password(value) if place == "proxy" else None
        if password:
            names.setdefault(password, f"{name}.password")
    names.pop("", None)
    return names


def _uses(path: Path) -> Iterator[tuple[str, str]]:
    """The variables that may be secret, each with the key of a target below which it stands."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return
    try:
        targets = mapping(mapping(tomllib.loads(text)).get("targets"))
    except (tomllib.TOMLDecodeError, RecursionError):
        yield from (("", use.name) for use in variable_uses(text))
        return
    for target in targets.values():
        for place, value in mapping(target).items():
            if place not in NOT_SECRET:
                yield from ((place, use.name) for use in variable_uses(value))


def _password(address: str) -> str | None:
    try:
        return urlsplit(address).password
    except ValueError:
        return None
