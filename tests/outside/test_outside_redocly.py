"""Redocly's linter on the three specs: no error by its recommended rules, and every warning explained."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from outside_tools import NodeTools

SPECS = Path(__file__).parents[2] / "specs"

STRICTER = """\
extends: [recommended]
rules:
  # By default it takes every schema for closed, which ours say where they mean it.
  no-invalid-media-type-examples: {severity: error, allowAdditionalProperties: true}
"""

EXPLAINED = {
    "info-license": "the specs are ours to describe, the services are not ours to license; the project has a LICENSE",
    "no-required-schema-properties-undefined": "it stands in a branch (then, not) beside the properties",
    "operation-4xx-response": "SOAP answers mistakes with 200 and faults with 500",
}

pytestmark = pytest.mark.outside


def lint(tools: NodeTools, spec: Path, folder: Path) -> tuple[dict[str, Any], str]:
    config = folder / "redocly.yaml"
    config.write_text(STRICTER)
    done = tools.run(
        tools.command(
            "redocly", "lint", "--config", str(config), "--format", "json", "--max-problems", "1000", str(spec)
        )
    )
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    return json.loads(done.stdout), done.stdout


@pytest.mark.parametrize("vendor", ["oneall", "socialidnow", "esws"])
def test_no_error_and_no_warning_without_an_explanation(node_tools: NodeTools, vendor: str, tmp_path: Path) -> None:
    report, written = lint(node_tools, SPECS / f"{vendor}.yaml", tmp_path)
    assert report["totals"]["errors"] == 0, written
    assert Counter(problem["ruleId"] for problem in report["problems"]).keys() <= EXPLAINED.keys(), written


def test_it_would_notice(node_tools: NodeTools, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text((SPECS / "socialidnow.yaml").read_text().replace("type: string", "type: text", 1))
    report, written = lint(node_tools, broken, tmp_path)
    assert report["totals"]["errors"] > 0, written
