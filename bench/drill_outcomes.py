"""What the fault drill keeps: outcomes, their journal, and the identity of what they were found under."""

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from troth import __version__

LIBRARIES = ("schemathesis", "hypothesis", "jsonschema-rs", "lxml", "werkzeug")


@dataclass(slots=True)
class Outcome:
    """What the suite made of one stand-in."""

    name: str
    requests: int = 0
    seconds: float = 0.0
    first: int | None = None
    """After how many requests the first finding came."""
    breach: bool = False
    by: list[str] = field(default_factory=list)
    """``TR203 clause-or-check of operation``, breaches first."""
    unjudged: list[str] = field(default_factory=list)
    """The same for what could not be judged: nothing to a fault, and something to a clean mock."""
    crashes: list[str] = field(default_factory=list)
    """Exceptions of the stand-in or of the run: the drill's own mistakes."""

    @property
    def caught(self) -> bool:
        """Whether the suite has anything to say against the vendor."""
        return bool(self.by)

    @property
    def silent(self) -> bool:
        """Whether the suite has nothing to say at all."""
        return not (self.by or self.unjudged or self.crashes)


class Journal:
    """Outcomes as they come in, in a file if one is named, so that a run that was stopped can go on.

    Args:
        path: the file, one outcome a line; a line that was cut short is passed over.
        under: what the outcomes depend on; only those found under the same count. The corpus is not among it: after
            mending a fault, take its line out.
    """

    def __init__(self, path: Path | None, under: str) -> None:
        self._path = path
        self._under = under
        self.known: dict[str, Outcome] = {}
        text = path.read_text(encoding="utf-8") if path is not None and path.is_file() else ""
        if path is not None and text and not text.endswith("\n"):
            path.write_text(text + "\n", encoding="utf-8")
        for line in text.splitlines():
            self._read(line)

    def _read(self, line: str) -> None:
        try:
            kept = json.loads(line)
        except ValueError:
            return
        if kept.pop("under") == self._under:
            self.known[kept["name"]] = Outcome(**kept)

    def add(self, outcome: Outcome) -> None:
        """Write one down, unless it crashed."""
        if self._path is not None and not outcome.crashes:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome) | {"under": self._under}) + "\n")


def run_facts(specs: str, contracts: str, source: Path) -> dict[str, str]:
    """The versions, and what the specs, the contracts and Troth's own code (a folder) were."""
    code = sha256()
    for path in sorted(source.rglob("*.py")):
        code.update(f"{path.relative_to(source)}\n".encode() + path.read_bytes())
    return {
        "troth": __version__,
        "python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "specs": specs[:12],
        "contracts": contracts[:12],
        "code": code.hexdigest()[:12],
    }


def compact(outcomes: Mapping[str, Outcome], batches: Mapping[str, str], facts: Mapping[str, Any]) -> dict[str, Any]:
    """A run over the corpus in a form to keep."""
    kept = {name: asdict(one) | {"batch": batches[name], "by": one.by[:5]} for name, one in sorted(outcomes.items())}
    return {**facts, "faults": kept}
