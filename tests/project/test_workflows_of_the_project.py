"""What GitHub and pre-commit are told to do with this project: well-formed, modest, and by the Makefile."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
SCHEMAS = {
    "vendor.github-workflows": WORKFLOWS,
    "custom.github-workflows-require-timeout": WORKFLOWS,
    "vendor.github-issue-forms": FORMS,
    "vendor.github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
}
ACTION = re.compile(r"actions/[a-z-]+@v\d+|pypa/gh-action-pypi-publish@release/v1")


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in loaded(path)["jobs"].values() for step in job["steps"]]


CI = loaded(GITHUB / "workflows" / "ci.yml")
MATRIX = CI["jobs"]["suite"]["strategy"]["matrix"]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_are_as_githubs_schemas_say(schema: str) -> None:
    assert SCHEMAS[schema]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, SCHEMAS[schema])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_leaves_no_token_in_the_checkout(path: Path) -> None:
    assert loaded(path)["permissions"] == {"contents": "read"}
    for step in steps(path):
        assert "run" in step or ACTION.fullmatch(step["uses"])
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_only_the_job_that_publishes_has_an_identity() -> None:
    release = loaded(GITHUB / "workflows" / "release.yml")
    assert set(release[True]) == {"push"}  # YAML 1.1 reads the key "on" as true
    assert {name: job.get("permissions") for name, job in release["jobs"].items()} == {
        "build": None,
        "publish": {"id-token": "write"},
    }
    assert all("secrets." not in path.read_text(encoding="utf-8") for path in WORKFLOWS)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_workflow_runs_a_developer_can_run(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for step in steps(path):
        if found := re.match(r"make (\S+)", step.get("run", "")):
            assert found[1] in targets
        else:
            assert "uses" in step or step["name"] == "The tag is the version"


def test_the_matrix_is_what_pyproject_declares_on_three_systems() -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    declared = [one.rpartition(" ")[2] for one in classifiers if one.startswith("Programming Language :: Python :: ")]
    assert MATRIX["python"] == declared
    assert MATRIX["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]


def test_what_was_never_run_is_said_where_contributors_read() -> None:
    """Both lists are changed together, or the page claims what nobody saw."""
    tried = sorted(cell["python"] for cell in MATRIX["include"] if cell["tried"])
    untried = [version for version in MATRIX["python"] if version not in tried]
    assert {cell["os"] for cell in MATRIX["include"]} == {"ubuntu-latest"}
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    assert f"Linux with Python {', '.join(tried[:-1])} and {tried[-1]}" in text
    assert f"Python {', '.join(untried)}, macOS and Windows were never run" in text


def test_a_pull_request_has_five_ticks_at_most() -> None:
    text = (GITHUB / "pull_request_template.md").read_text(encoding="utf-8")
    assert 1 <= text.count("- [ ]") <= 5


def test_hooks_are_local_and_run_what_make_check_runs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(BIN)", ".venv/bin")
    (repository,) = loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert [hook["id"] for hook in repository["hooks"]] == [
        "ruff",
        "ruff-format",
        "mypy",
        "import-linter",
        "troth-lint",
    ]
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].removesuffix(" --force-exclude") in makefile


def test_skips_that_are_known_and_the_soak_are_found_where_they_are_said_to_be() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in ("tests/known-skips.txt", "bench/soak.py"):
        assert name in text
        assert (ROOT / name).is_file()
