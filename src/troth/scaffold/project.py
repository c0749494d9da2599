"""``troth init``: writes the first files of a project from ``templates``. Existing files are not changed."""

from importlib.resources import files
from pathlib import Path

from troth.errors import UsageInvalid

NIGHTLY = {"github": ".github/workflows/troth-nightly.yml", "gitlab": ".gitlab-ci.troth.yml"}
"""Service → path of its nightly workflow; the template has the name of the service."""
_IGNORED = {".env": (".env", "/.env", ".env*", "*.env"), ".troth/": (".troth/", ".troth", "/.troth/", "/.troth")}
"""Path that git must ignore → the lines that make it so."""


def initialise(here: Path, ci: str | None = None) -> list[str]:
    """Write ``troth.toml``, ``.env.example``, ``.gitignore``, and a nightly workflow.

    Args:
        here: the project's folder.
        ci: ``github`` or ``gitlab``; None for no workflow.

    Returns:
        What was done with each file, a line each, and what to do next.

    Raises:
        UsageInvalid: a file cannot be written.
    """
    wanted = [("troth.toml", "troth.toml"), (".env.example", "env.example")]
    if ci is not None:
        wanted.append((NIGHTLY[ci], f"{ci}.yml"))
    try:
        done = [_write(here / name, name, template) for name, template in wanted]
        done.append(_ignore(here / ".gitignore"))
    except OSError as error:
        raise UsageInvalid(f"{error.filename} cannot be written: {error.strerror or error}") from error
    return [*done, "next: put your target and its facts into troth.toml, then run `troth doctor`"]


def template(name: str) -> str:
    """The text of a template."""
    return files("troth.scaffold").joinpath("templates", name).read_text(encoding="utf-8")


def _write(path: Path, name: str, of: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template(of))
    except FileExistsError:
        return f"{name}: left as it is"
    return f"{name}: written"


def _ignore(path: Path) -> str:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = {line.strip() for line in text.splitlines()}
    missing = [name for name, forms in _IGNORED.items() if not lines.intersection(forms)]
    if not missing:
        return f"{path.name}: left as it is"
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write("\n" * bool(text and not text.endswith("\n")) + "".join(f"{name}\n" for name in missing))
    return f"{path.name}: {' and '.join(missing)} added"
