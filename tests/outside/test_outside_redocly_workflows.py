"""The workflow documents in somebody else's runner: Redocly lints them, and `respect` passes them over HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from outside_tools import NodeTools

from troth.arazzo.document import read_arazzo
from troth.loading.positions.yaml import read_yaml
from troth.mocks.esws.service import Esws
from troth.mocks.oneall.service import OneAll
from troth.mocks.server.http import running
from troth.mocks.service import Service
from troth.mocks.socialidnow.service import SocialIdNow
from troth.model.contract import Fact
from troth.model.facts import Facts
from troth.sources.minting import Mint

CONTRACTS = Path(__file__).parents[2] / "contracts"
DOCUMENTS = sorted(CONTRACTS.glob("*/*.arazzo.yaml"))
SERVICES: dict[str, tuple[Callable[[], Service], str]] = {
    "oneall": (OneAll, ""),
    "socialidnow": (SocialIdNow, "/v1/marketing"),
    "esws": (Esws, ""),
}
"""Vendor → its stand-in, and the path of its documented server."""

DRAWN = {"about": "Hello there", "size": 2, "update_user_data": True, "force_token_update": True}
"""Inputs that our own runner draws from their schemas."""

NOT_RUN = {
    "tokens.arazzo.yaml": "SOAP answers are asked by XPath, which respect refuses",
    "a-login-token-lasts-an-hour": "the clock of the mock must move (x-troth-advance), which Arazzo cannot say",
    "a-connection-lasts-as-long-as-the-session-lifetime": "likewise",
    "a-sign-in-is-read-at-its-location": "the id stands within the Location, which Arazzo 1.0 cannot take apart",
}
"""All exceptions: a document or a workflow, and why respect does not run it."""

SWITCHED_OFF = "SCHEMA_CHECK=off,STATUS_CODE_CHECK=off"
"""Two checks of Redocly's own, neither of them a criterion of ours: its schema check closes every branch of an `allOf`
against the other branches, and its status check knows `4XX` in a spec by that spelling only, not as a range."""

pytestmark = pytest.mark.outside


def inputs_of(path: Path, service: Service) -> dict[str, Any]:
    """What our own runner would give the workflows of a document."""
    read, problems = read_arazzo(read_yaml(path), path.parent.name)
    assert not problems
    facts = Facts(world=service.world())
    mint = Mint("redocly")
    inputs: dict[str, Any] = dict(DRAWN)
    for workflow in read.workflows:
        for name, source in workflow.input_sources.items():
            fact = Fact("world", source.world)
            inputs[name] = facts.look_up(fact) if source.world else mint.value(source.fresh)
    return inputs


def respect(tools: NodeTools, path: Path, service: Service, prefix: str, folder: Path) -> tuple[dict[str, Any], str]:
    output = folder / "respect.json"
    present = {workflow.name for workflow in read_arazzo(read_yaml(path), path.parent.name)[0].workflows}
    skipped = [word for name in NOT_RUN if name in present for word in ("--skip", name)]
    with running([service]) as address:
        done = tools.run(
            tools.command(
                "redocly",
                "respect",
                str(path),
                "--server",
                f"{path.parent.name}={address}{prefix}",
                "--input",
                json.dumps(inputs_of(path, service)),
                "--severity",
                SWITCHED_OFF,
                "--json-output",
                str(output),
                *skipped,
            )
        )
    assert output.is_file(), done.stdout + done.stderr
    return json.loads(output.read_text(encoding="utf-8")), done.stdout


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_document_passes_the_linter(node_tools: NodeTools, path: Path, tmp_path: Path) -> None:
    config = tmp_path / "redocly.yaml"
    config.write_text("extends: [recommended]\n")
    done = node_tools.run(node_tools.command("redocly", "lint", "--config", str(config), "--format", "json", str(path)))
    report = json.loads(done.stdout)
    assert report["totals"]["errors"] == 0, done.stdout
    assert report["totals"]["warnings"] == 0, done.stdout


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.name not in NOT_RUN], ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_the_same_document_passes_in_respect(node_tools: NodeTools, path: Path, tmp_path: Path) -> None:
    make_service, prefix = SERVICES[path.parent.name]
    report, written = respect(node_tools, path, make_service(), prefix, tmp_path)
    (file,) = report["files"].values()
    assert {one["status"] for one in file["executedWorkflows"]} == {"success"}, written
    assert all(one["executedSteps"] for one in file["executedWorkflows"]), written


def test_respect_would_notice(node_tools: NodeTools, tmp_path: Path) -> None:
    """The pass above means something: against a mock that refuses everything it fails."""
    service = OneAll()
    path = CONTRACTS / "oneall" / "storage.arazzo.yaml"
    world = service.world()
    service.refuse_with(500)
    assert world
    report, written = respect(node_tools, path, service, "", tmp_path)
    (file,) = report["files"].values()
    assert "success" not in {one["status"] for one in file["executedWorkflows"]}, written


def test_every_exception_is_still_one() -> None:
    names = {path.name for path in DOCUMENTS}
    for path in DOCUMENTS:
        names |= {workflow.name for workflow in read_arazzo(read_yaml(path), path.parent.name)[0].workflows}
    assert names >= NOT_RUN.keys()
