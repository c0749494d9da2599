"""The walls between rooms and outside libraries: each library has a row in pyproject.toml, and no import gets by."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "troth"
MODULES = {"pyyaml": "yaml", "python-jsonpath": "jsonpath"}
"""Distributions whose module has another name."""


def contracts() -> list[dict[str, list[str]]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    return [contract for contract in settings["contracts"] if contract["type"] == "protected"]


def owners() -> dict[str, tuple[str, ...]]:
    """Outside module → the rooms that may import it."""
    return {module: tuple(row["allowed_importers"]) for row in contracts() for module in row["protected_modules"]}


def imported() -> Iterator[tuple[str, str]]:
    """Module of ours, and the outside library that it imports."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                root = name.partition(".")[0]
                if root not in ("troth", "_typeshed") and root not in sys.stdlib_module_names:
                    yield ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts), root


def test_every_library_that_is_imported_has_its_wall() -> None:
    assert {library for _, library in imported()} <= owners().keys()


def test_every_dependency_has_its_wall() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[<>=!~\[; ]", requirement)[0].lower() for requirement in project["dependencies"]]
    assert {MODULES.get(name, name.replace("-", "_")) for name in names} <= owners().keys()


@pytest.mark.parametrize("library", sorted(owners()))
def test_every_owner_uses_its_library(library: str) -> None:
    users = {module for module, name in imported() if name == library}
    idle = [room for room in owners()[library] if not any(f"{user}.".startswith(f"{room}.") for user in users)]
    assert idle == [], "a room that no longer needs the library does not keep the key"


def test_no_other_import_gets_through_and_a_new_room_is_behind_the_walls(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    new = tmp_path / "src" / "troth" / "a_new_room"
    new.mkdir()
    (new / "__init__.py").touch()
    rooms = {
        path.stem: path / "__init__.py" if path.is_dir() else path
        for path in (tmp_path / "src" / "troth").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    planted = set()
    for room, file in rooms.items():
        for library, allowed in owners().items():
            if room != "__init__" and not any(f"troth.{room}." in f"{owner}." for owner in allowed):
                planted.add((room, library))
                with file.open("a", encoding="utf-8") as source:
                    source.write(f"\nimport {library}\n")
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "src")}, capture_output=True, check=False, text=True
    )
    caught = set(re.findall(r"troth\.(\w+)[\w.]* -> (\w+)", done.stdout))
    assert ("a_new_room", "yaml") in planted
    assert planted - caught == set()
