"""Schemathesis's own CLI, all phases, on the stand-ins with our specs: both agree without our checks too.

What it must not check, and why, stands in the three ``schemathesis-*.toml`` beside this file and nowhere else.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zeep
from outside_tools import MOMENT, PATIENCE_SECONDS, LyingSocialIdNow, quiet

from troth.mocks.esws.service import Esws
from troth.mocks.oneall.service import OneAll
from troth.mocks.server.http import running
from troth.mocks.service import Clock, Service
from troth.mocks.socialidnow.service import SocialIdNow

HERE = Path(__file__).parent
SPECS = HERE.parents[1] / "specs"
MAX_EXAMPLES = 10
COMMAND = str(Path(sys.executable).with_name("st"))

pytestmark = pytest.mark.outside


@dataclass(frozen=True)
class Knowledge:
    """What Schemathesis is told of a stand-in: values for the names in its configuration, and its dictionaries."""

    environ: Mapping[str, str]
    dictionaries: Mapping[str, Sequence[object]]


def oneall_knowledge(url: str, world: Any) -> Knowledge:  # noqa: ARG001 - one signature for all
    keys = world["site"]["keys"]
    return Knowledge(
        {"ONEALL_USERNAME": keys["username"], "ONEALL_PASSWORD": keys["password"]},
        {
            "identity_token": [known["identity_token"] for known in world.values() if "identity_token" in known],
            "user_token": [world[who]["user_token"] for who in ("user", "other", "social_user")],
            "login": [world["user"]["login"]],
        },
    )


def socialidnow_knowledge(url: str, world: Any) -> Knowledge:  # noqa: ARG001
    account, app = world["account"]["keys"], world["app"]["keys"]
    return Knowledge(
        {
            "SOCIALIDNOW_ACCOUNT": account["username"],
            "SOCIALIDNOW_ACCOUNT_SECRET": account["password"],
            "SOCIALIDNOW_APP": app["username"],
            "SOCIALIDNOW_APP_SECRET": app["password"],
        },
        {
            "connection_id": [world["connection"]["id"], world["closed_connection"]["id"]],
            "user_id": [world["user"]["id"]],
            "app_id": [world["app"]["id"]],
            "sign_in_id": [world["sign_in"]["id"]],
            "api_secret": [world["app"]["secret"]],
            "login_token": [world["login"]["token"]],
        },
    )


def esws_knowledge(url: str, world: Any) -> Knowledge:
    library: Any = zeep
    call = library.Client(f"{url}/webservicesesws?wsdl").service
    company, admin = world["company"]["code"], (world["admin"]["username"], world["admin"]["password"])
    tokens = [
        call["Esws.getSyncToken"](company, *admin, world["user"]["id"], location)
        for location in ("", world["location"]["id"])
    ]
    return Knowledge({}, {"token": [*tokens, call["Esws.getTotalSyncToken"](company, *admin)]})


@dataclass(frozen=True)
class Subject:
    """A stand-in, the part of its address that the spec's server holds, and what may be told about it."""

    mock: Callable[[Clock], Service]
    base: str
    knowledge: Callable[[str, Any], Knowledge]


SUBJECTS = {
    "oneall": Subject(OneAll, "", oneall_knowledge),
    "socialidnow": Subject(SocialIdNow, "/v1/marketing", socialidnow_knowledge),
    "esws": Subject(Esws, "", esws_knowledge),
}


def run(vendor: str, mock: Service, folder: Path, *options: str) -> tuple[dict[str, Any], str]:
    """The CLI's own report in JSON, and what it wrote to the terminal."""
    subject = SUBJECTS[vendor]
    with running([mock]) as url:
        known = subject.knowledge(url, mock.world())
        dictionaries = (
            f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in known.dictionaries.items()
        )
        config, report = folder / "schemathesis.toml", folder / "report.json"
        config.write_text("\n".join([(HERE / f"schemathesis-{vendor}.toml").read_text(), *dictionaries, ""]))
        command = [COMMAND, "--config-file", str(config), "run", str(SPECS / f"{vendor}.yaml"), *options]
        command += ["-u", url + subject.base, "--no-color", "--report-json-path", str(report)]
        done = subprocess.run(
            command,
            env=quiet({**known.environ, "PYTHONPATH": str(HERE)}),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert report.exists(), done.stdout + done.stderr
    return json.loads(report.read_text()), done.stdout


@pytest.mark.parametrize("vendor", SUBJECTS)
def test_all_phases_find_no_failure(vendor: str, tmp_path: Path) -> None:
    mock = SUBJECTS[vendor].mock(Clock(MOMENT))
    report, terminal = run(vendor, mock, tmp_path, "--max-examples", str(MAX_EXAMPLES), "--continue-on-failure")
    assert report["exit_code"] == 0, terminal
    assert (report["failures"], report["errors"], report["complete"]) == ([], [], True), terminal
    assert report["operations"]["tested"] == report["operations"]["total"] > 0
    assert {phase["status"] for phase in report["phases"].values()} <= {"success", "skip"}
    assert [
        name for name, phase in report["phases"].items() if phase["skip_reason"] not in (None, "not_applicable")
    ] == []


def test_it_would_notice(tmp_path: Path) -> None:
    options = ("--phases", "fuzzing", "--include-operation-id", "getLoginConnection")
    report, terminal = run("socialidnow", LyingSocialIdNow(Clock(MOMENT)), tmp_path, *options)
    assert report["exit_code"] == 1, terminal
    assert {failure["code"] for failure in report["failures"]} == {"ST108"}, terminal
