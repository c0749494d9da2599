"""The suite of this checkout against the wheel built from it, under each Python that the machine has.

Run: ``python .ci/wheel_suite.py``, or ``make interpreters``; versions may be named: ``… 3.12 3.13``. Those that are
named must be there; of those that pyproject.toml declares, the absent ones are told. ``--lowest`` installs the lowest
version of each direct dependency that pyproject.toml allows, under the lowest Python. Needs ``build`` and ``uv`` beside
the Python that runs it: of the installers, uv alone can choose the lowest. Exits with 1 if a suite failed or a named
Python is missing.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d+\.\d+)")
_WHERE = "import troth, sys; print('.'.join(map(str, sys.version_info[:3])), troth.__file__)"
_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def declared() -> list[str]:
    """The versions of Python that pyproject.toml names, lowest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [found[1] for one in project["classifiers"] if (found := _CLASSIFIER.fullmatch(one))]


def interpreter(version: str) -> str | None:
    """The first program that really is this Python; a name on the path may be a shim that refuses."""
    for program in _candidates(version):
        try:
            said = subprocess.run([program, "-c", _VERSION], capture_output=True, text=True, check=False, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if said.stdout.strip() == version:
            return program
    return None


def _candidates(version: str) -> Iterator[str]:
    # With pyenv several are installed and one is chosen, so its folder is read as well as the path.
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    yield from (str(found) for found in sorted(kept.glob(f"{version}.*/bin/python"), reverse=True))
    yield from (found for name in (f"python{version}", "python3", "python") if (found := shutil.which(name)))
    yield sys.executable


def run(*command: str) -> int:
    """Show the command and run it in the checkout."""
    print("+", *command, flush=True)
    return subprocess.run(command, cwd=ROOT, check=False, env=os.environ | {"CI": "true"}).returncode


def suite(program: str, wheel: Path, folder: Path, more: list[str]) -> str:
    """How the suite went in an environment of its own."""
    installer = [sys.executable, "-m", "uv"]
    if run(*installer, "venv", "--quiet", "--no-project", "--python", program, str(folder)):
        return "no environment could be made"
    python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    # Of the wheel alone it would be the only direct dependency, and all that it needs would be the newest.
    pip = [*installer, "pip", "install", "--quiet", "--python", python]
    if run(*pip, *more, "--requirements", "pyproject.toml", "--extra", "dev") or run(*pip, "--no-deps", str(wheel)):
        return "could not be installed"
    told = subprocess.run([python, "-c", _WHERE], capture_output=True, text=True, check=False, cwd=folder)
    version, _, place = told.stdout.strip().partition(" ")
    if not Path(place).is_relative_to(folder):
        return f"troth is not the wheel's: {place or told.stderr}"
    code = run(python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider")
    return f"{version}: {'passed' if code == 0 else f'FAILED with {code}'}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lowest", action="store_true")
    parser.add_argument("versions", nargs="*")
    asked = parser.parse_args()
    more = ["--resolution", "lowest-direct"] if asked.lowest else []
    versions = asked.versions or (declared()[:1] if asked.lowest else declared())
    results: list[tuple[str, bool]] = []
    with tempfile.TemporaryDirectory(prefix="troth-wheel-") as kept:
        folder = Path(kept).resolve()
        if run(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder)):
            return 1
        (wheel,) = folder.glob("*.whl")
        for version in versions:
            if (program := interpreter(version)) is None:
                results.append((f"{version}: not on this machine, so not run", not asked.versions))
                continue
            how = suite(program, wheel, folder / version, more)
            results.append((how if how.startswith(version) else f"{version}: {how}", how.endswith("passed")))
    print(*(line for line, _ in results), sep="\n")
    return 0 if all(good for _, good in results) and any("passed" in line for line, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
