"""Every secret that the targets of ``troth.toml`` name, for words that are said when nothing else is known any more."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from troth.errors import TrothError
from troth.targets.live.dotenv import read_environment
from troth.targets.live.settings_file import FILE, NOT_SECRET, TargetFile


def named_secrets(here: Path, process: Mapping[str, str]) -> dict[str, str]:
    """The values that targets take from the environment → the names of their variables.

    Args:
        here: where ``troth.toml`` and ``.env`` may lie. What cannot be read there names nothing: no run took it either.
        process: the process's own variables.
    """
    names: dict[str, str] = {}
    try:
        file = TargetFile(here / FILE)
        environment = read_environment(here, process)
        uses = [use for name in file.names for use in file.uses(name) if use.place[0] not in NOT_SECRET]
    except (TrothError, OSError):
        return {}
    for use in uses:
        value = environment.get(use.name, "")
        names.setdefault(value, use.name)
        password = urlsplit(value).password if use.place[0] == "proxy" else None
        if password:
            names.setdefault(password, f"{use.name}_PASSWORD")
    return names
