"""The nightly workflows that ``troth init`` writes: valid, careful, and run step by step against served mocks."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from faults.corpus import BY_NAME

from troth.mocks.oneall.service import OneAll
from troth.mocks.server.http import running
from troth.scaffold.project import NIGHTLY, template

ROOT = Path(__file__).parents[2]
GITHUB: dict[str, Any] = yaml.safe_load(template("github.yml"))
GITLAB: dict[str, Any] = yaml.safe_load(template("gitlab.yml"))
CONTRACT = """\
vendor: oneall
operation: listUsers
inputs:
  keys: {at: auth:basic, classes: {valid: $world.site.keys, wrong: {fresh: keypair}}}
outcomes:
  rows:
    - {id: listed, when: keys.valid, answer: {status: 200}, basis: documented, source: {page: V-PAGE}}
clauses:
  first-page:
    says: The first page is the first.
    when: response.status == 200
    expect: response.body.response.result.data.users.pagination.current_page == 1
    basis: documented
    source: {page: V-PAGE}
"""
"""Compiled in no time, unlike the vendor's whole book, which each command would compile anew."""
FAULT = "the-current-page-is-a-string"
"""Breaks a promise of what is safe to ask, and a shape."""
WORLD: Any = OneAll().world()
SECRETS = {
    "ONEALL_PUBLIC_KEY": WORLD["site"]["keys"]["username"],
    "ONEALL_PRIVATE_KEY": WORLD["site"]["keys"]["password"],
}
_EXPRESSION = re.compile(r"\$\{\{ *(.+?) *\}\}")
_COMPARISON = re.compile(r"(\S+) (==|!=) '(\w*)'")


def github_steps(job: str) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = GITHUB["jobs"][job]["steps"]
    return steps


@pytest.mark.parametrize("service", NIGHTLY)
def test_the_workflows_are_as_the_services_schemas_say(service: str, tmp_path: Path) -> None:
    file = tmp_path / f"{service}.yml"
    file.write_text(template(f"{service}.yml"), encoding="utf-8")
    schema = {"github": ["vendor.github-workflows"], "gitlab": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]}
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema[service], str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_github_workflow_may_read_and_no_more_and_pins_every_action() -> None:
    assert GITHUB["permissions"] == {"contents": "read"}
    assert set(GITHUB[True]) == {"schedule", "workflow_dispatch"}  # YAML 1.1 reads the key "on" as true
    for job in GITHUB["jobs"].values():
        for step in job["steps"]:
            assert "run" in step or re.fullmatch(r"actions/[a-z/-]+@v\d+", step["uses"])
    (checkout,) = [step for step in github_steps("ask") if step.get("uses", "").startswith("actions/checkout")]
    assert checkout["with"] == {"persist-credentials": False}


def test_secrets_come_from_the_store_into_one_step_alone() -> None:
    text = template("github.yml")
    with_secrets = [step for step in github_steps("ask") if "secrets." in json.dumps(step)]
    assert [step["id"] for step in with_secrets] == ["ask"]
    variables = with_secrets[0]["env"]
    assert all(value == f"${{{{ secrets.{name} }}}}" for name, value in variables.items())
    needed = set(re.findall(r"(?m)^[^#\n]*\$\{(\w+)\}", template("troth.toml").partition("[targets")[2]))
    assert needed
    assert needed <= set(variables)
    assert set(variables) <= set(re.findall(r"(?m)^(?:# )?([A-Z_]+)=", template("env.example")))
    for source in (text, template("gitlab.yml")):
        assert not re.search(r"set -x|echo.*(?:KEY|SECRET|PASSWORD)|\bprintenv\b|\benv\s*$", source)


def test_every_expression_in_a_script_goes_through_the_environment() -> None:
    """What is put into a script as text could be a command."""
    for job in GITHUB["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


@dataclass
class Night:
    """What one night came to."""

    jobs: dict[str, str]
    """Job → ``success``, ``failure`` or ``skipped``; for GitLab its one job's exit code."""
    log: str
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


class Shell:
    """Runs scripts as a runner would, with this environment's ``troth``."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", **variables}

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env={**self._environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def _github_night(folder: Path, secrets: Mapping[str, str], cache: Path) -> Night:
    return _Github(folder, secrets, cache).night()


class _Github:
    """As much of GitHub's runner as the workflow uses; anything else in it is a failure of the test."""

    def __init__(self, folder: Path, secrets: Mapping[str, str], cache: Path) -> None:
        self.folder, self.cache, self.log = folder, cache, ""
        self.files = {name: folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        self.shell = Shell(folder, {name: str(path) for name, path in self.files.items()})
        self.values = {f"secrets.{name}": value for name, value in secrets.items()}
        self.values |= {"secrets.TROTH_KEY": "", "inputs.target || 'staging'": "staging"}
        self.values |= {"github.run_id": "1", "github.run_attempt": "1", "vars.TROTH": "troth"}
        for path in self.files.values():
            path.write_text("")

    def night(self) -> Night:
        jobs = {"ask": self._job("ask")}
        for name, value in GITHUB["jobs"]["ask"]["outputs"].items():
            self.values[f"needs.ask.outputs.{name}"] = self._filled(value)
        for name in ("kept", "judged"):
            job = GITHUB["jobs"][name]
            assert job["needs"] == "ask"
            wanted = jobs["ask"] == "success" and self._holds(job.get("if", "always()"))
            jobs[name] = self._job(name) if wanted else "skipped"
        outputs = {name: value for name, value in self.values.items() if name.startswith("steps.")}
        return Night(jobs, self.log, self.files["GITHUB_STEP_SUMMARY"].read_text(), outputs)

    def _job(self, name: str) -> str:
        job = GITHUB["jobs"][name]
        variables = {key: self._filled(value) for key, value in job.get("env", {}).items()}
        self.values |= {f"env.{key}": value for key, value in variables.items()}
        outcome = "success"
        for step in job["steps"]:
            condition = step.get("if", "success()")
            if condition != "always()" and (outcome == "failure" or not self._holds(condition)):
                continue
            if "uses" in step:
                self._use(step)
            elif step["name"] != "Install Troth" and not self._script(step, variables):
                outcome = "failure"
        return outcome

    def _script(self, step: Mapping[str, Any], variables: Mapping[str, str]) -> bool:
        own = {key: self._filled(value) for key, value in step.get("env", {}).items()}
        done = self.shell.run(step["run"], **variables, **own)
        self.log += done.stdout + done.stderr
        output = self.files["GITHUB_OUTPUT"]
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.values[f"steps.{step['id']}.outputs.{key}"] = value
        output.write_text("")
        return done.returncode == 0

    def _use(self, step: Mapping[str, Any]) -> None:
        action = step["uses"].partition("@")[0]
        inputs = {key: self._filled(str(value)) for key, value in step.get("with", {}).items()}
        if action == "actions/cache/restore" and self.cache.exists():
            assert (self.cache / "key").read_text().startswith(inputs["restore-keys"])
            shutil.copytree(self.cache / "files", self.folder / inputs["path"])
        elif action == "actions/cache/save":
            shutil.rmtree(self.cache, ignore_errors=True)
            shutil.copytree(self.folder / inputs["path"], self.cache / "files")
            (self.cache / "key").write_text(inputs["key"])
        elif action == "actions/upload-artifact":
            assert (self.folder / inputs["path"]).is_dir()
        else:
            assert action in ("actions/checkout", "actions/setup-python", "actions/cache/restore")

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda match: self._value(match[1]), text)

    def _value(self, expression: str) -> str:
        if expression.startswith("steps."):
            return self.values.get(expression, "")
        return self.values[expression]

    def _holds(self, condition: str) -> bool:
        if condition in ("always()", "success()"):
            return True
        parts = [_COMPARISON.fullmatch(part) for part in condition.split(" || ")]
        assert all(parts), condition
        return any((self._value(part[1]) == part[3]) is (part[2] == "==") for part in parts if part is not None)


def _gitlab_night(folder: Path, secrets: Mapping[str, str], cache: Path) -> Night:
    job = GITLAB["troth-nightly"]
    (paths,) = [one["paths"] for one in job["cache"] if one.get("when") == "always"]
    assert paths == ["nightly/cassettes"]
    if cache.exists():
        shutil.copytree(cache, folder / paths[0])
    lines = [line for line in job["script"] if "pip install" not in line]
    assert len(lines) == len(job["script"]) - 1
    shell = Shell(folder, {**secrets, "TROTH_TARGET": "staging"})
    done = shell.run("\n".join(lines))
    shutil.rmtree(cache, ignore_errors=True)
    if (folder / paths[0]).is_dir():
        shutil.copytree(folder / paths[0], cache)
    assert job["allow_failure"]["exit_codes"] == [3, 5]
    return Night({"troth-nightly": str(done.returncode)}, done.stdout + done.stderr)


def project(address: str) -> str:
    """The template of ``troth.toml``, filled in as its comments ask, but for a pace that a test can wait for."""
    text = template("troth.toml").replace("https://your-site.api.oneall.com", address)
    text = text.replace("your-site.api.oneall.com", "127.0.0.1").replace("requests_per_second = 2", "retries = 0")
    text = text.replace("budget = 500 ", "writes = false\nfuzzing = false\nlockouts = false\nlongest_wait = 0.1 ")
    facts = {"user.user_token": WORLD["user"]["user_token"], "user.externalid": WORLD["user"]["externalid"]}
    return text + "".join(f"{name} = {json.dumps(value)}\n" for name, value in facts.items())


@dataclass
class Nights:
    """Checks a project out anew for each night, as a CI does, and hands the cache on."""

    root: Path
    night: Callable[[Path, Mapping[str, str], Path], Night]
    number: int = 0

    def run(self, address: str) -> tuple[Night, Path]:
        self.number += 1
        folder = self.root / f"night-{self.number}"
        folder.mkdir()
        contracts = folder / "contracts" / "oneall"
        contracts.mkdir(parents=True)
        (contracts / "users.yaml").write_text(CONTRACT, encoding="utf-8")
        shutil.copy(ROOT / "contracts" / "oneall" / "world.yaml", contracts)
        (folder / "troth.toml").write_text(project(address), encoding="utf-8")
        night = self.night(folder, SECRETS, self.root / "cache")
        reports = folder / "nightly" / "reports"
        written = [night.log, night.summary, *(path.read_text() for path in reports.rglob("*") if path.is_file())]
        assert not [value for value in SECRETS.values() for text in written if value in text]
        return night, reports


@pytest.fixture
def nights(tmp_path: Path) -> Callable[[Callable[..., Night]], Nights]:
    return lambda night: Nights(tmp_path, night)


def addresses() -> Iterator[str]:
    """A sound vendor, the same with a fault, and nobody."""
    for service in (OneAll(), BY_NAME[FAULT].plant(OneAll())):
        with running([service]) as address:
            yield address
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_three_nights_on_github(nights: Callable[[Callable[..., Night]], Nights]) -> None:
    run = nights(_github_night)
    (first, of_first), (second, of_second), (third, of_third) = [run.run(address) for address in addresses()]
    assert first.jobs == {"ask": "success", "kept": "success", "judged": "success"}, first.log
    assert "There are no cassettes of two nights yet." in first.log
    assert "Troth asked staging:\n\n# kept: " in first.summary
    assert ElementTree.parse(of_first / "junit.xml").getroot().get("failures") == "0"

    assert second.jobs == {"ask": "success", "kept": "failure", "judged": "success"}, second.log
    assert second.outputs["steps.drift.outputs.code"] == "1"
    assert (of_second / "report.md").read_text() + (of_second / "drift.md").read_text() in second.summary
    assert "## Breaches" in second.summary
    assert json.loads((of_second / "report.json").read_text())["exit_code"] == 1
    assert "::error title=Broken::" in second.log

    assert third.jobs == {"ask": "success", "kept": "skipped", "judged": "failure"}, third.log
    assert "# unjudged: " in third.summary
    assert not (of_third / "drift.md").exists()
    assert "::error" not in third.log


def test_three_nights_on_gitlab(nights: Callable[[Callable[..., Night]], Nights]) -> None:
    run = nights(_gitlab_night)
    (first, of_first), (second, of_second), (third, of_third) = [run.run(address) for address in addresses()]
    assert [night.jobs["troth-nightly"] for night in (first, second, third)] == ["0", "1", "3"], second.log
    for reports in (of_first, of_second, of_third):
        assert (reports / "report.md").read_text().startswith("# ")
        ElementTree.parse(reports / "junit.xml")
    assert (of_second / "drift.md").is_file()
    assert not (of_third / "drift.md").exists()
    kept = run.root / "cache"
    assert list(kept.rglob("*.yaml")), "an outage must leave the cassettes of the night before"


def test_a_mistake_of_ours_is_red_in_the_first_job(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "troth.toml").write_text(template("troth.toml"))
    night = _github_night(folder, dict.fromkeys(SECRETS, ""), tmp_path / "cache")
    assert night.jobs == {"ask": "failure", "kept": "skipped", "judged": "skipped"}
    assert "MISSING  ONEALL_PUBLIC_KEY" in night.log
    assert "::error title=Troth could not run::Exit code 2" in night.log
