"""Installed packages for tests: a module and the metadata of a distribution, written into a folder."""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, distributions
from pathlib import Path


def make_distribution(
    folder: Path, name: str, entry_points: Mapping[str, Mapping[str, str]], modules: Mapping[str, str]
) -> None:
    """Write what an installer leaves behind.

    Args:
        folder: where to; to be put on ``sys.path``.
        name: of the distribution; its version is 1.0.
        entry_points: group → name → ``module:attribute``.
        modules: name of a top-level module → its text.
    """
    metadata = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    lines = []
    for group, entries in entry_points.items():
        lines += [f"[{group}]", *(f"{entry} = {value}" for entry, value in entries.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text, encoding="utf-8")


def entry_points_in(folder: Path) -> Callable[[str], Iterable[EntryPoint]]:
    """The entry points of the distributions in a folder, and of no others, by group."""

    def find(group: str) -> list[EntryPoint]:
        return [
            entry
            for distribution in distributions(path=[str(folder)])
            for entry in distribution.entry_points
            if entry.group == group
        ]

    return find
