"""Projects for the tests of live targets: a folder with ``troth.toml`` and ``.env``, made from what a mock knows."""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def leaves(tree: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], object]]:
    if isinstance(tree, Mapping):
        return [leaf for key, value in tree.items() for leaf in leaves(value, (*path, str(key)))]
    return [(path, tree)]


def variable(vendor: str, path: tuple[str, ...]) -> str:
    return "_".join((vendor, *path)).upper()


def quoted(value: str) -> str:
    return "'" + value + "'" if "'" not in value else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def make_project(folder: Path, address: str, worlds: Mapping[str, Mapping[str, object]], more: str = "") -> Path:
    """A project whose target ``staging`` is at the address; every text fact comes from ``.env``."""
    table = "{" + ", ".join(f'{vendor} = "{address}"' for vendor in worlds) + "}"
    lines = ["[targets.staging]", f"address = {table}", more]
    environment = []
    for vendor, world in worlds.items():
        lines.append(f"[targets.staging.facts.{vendor}]")
        for path, value in leaves(world):
            if isinstance(value, str):
                name = variable(vendor, path)
                environment.append(f"{name}={quoted(value)}")
                lines.append(f'{".".join(path)} = "${{{name}}}"')
            else:
                lines.append(f"{'.'.join(path)} = {str(value).lower()}")
    folder.mkdir(exist_ok=True)
    (folder / "troth.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / ".env").write_text("\n".join(environment) + "\n", encoding="utf-8")
    for name in ("specs", "contracts"):
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
    return folder
