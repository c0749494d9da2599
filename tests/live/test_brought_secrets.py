"""What an earlier answer of a live service brought is shown by no finding of a later one."""

import re
from io import StringIO
from pathlib import Path

from faults.corpus import BY_NAME
from projects import make_project
from rich.console import Console

from troth.mocks.server.http import running
from troth.mocks.socialidnow.service import SocialIdNow
from troth.model.ports import RunOptions
from troth.reporting.console.report import render
from troth.session.conclude import conclude_run
from troth.session.reach import select
from troth.session.reports import REPORTERS
from troth.session.run import Run

TOKEN = re.compile(r'"(?:connection_id|login_token)":\s*"([0-9a-f]{64})"')
LOCATION = "a-sign-in-is-read-at-its-location"


def test_a_workflow_tells_nothing_of_what_its_steps_were_given(tmp_path: Path) -> None:
    mock = SocialIdNow()
    with running([BY_NAME["the-location-is-of-an-earlier-sign-in"].plant(mock)]) as address:
        project = make_project(tmp_path, address, {"socialidnow": mock.world()})
        run = Run(select(project, "staging"), RunOptions(sources=("workflows",), operations=("createSignIn",)))
        items = [item for item in run.items if item.name.endswith(LOCATION)]
        for item in items:
            run.runner.run(item)
        report = conclude_run(run)
        run.target.close()
    told = [one for seen in run.runner.tally.findings() for one in (*seen.before, seen.exchange)]
    brought = {value for one in told for value in TOKEN.findall(str(one.answer))}
    assert len(brought) > 2
    assert {one.finding.code for one in report.findings} == {"TR401"}
    shown = StringIO()
    render(report, Console(file=shown, soft_wrap=True), verbose=True, waivable=True)
    said = [shown.getvalue()]
    for kind, reporter in REPORTERS.items():
        reporter(report, tmp_path / f"report.{kind}")
        said.append((tmp_path / f"report.{kind}").read_text(encoding="utf-8"))
    assert "answered" in said[0]
    assert [value for value in brought for text in said if value in text] == []
