"""A key of ours that the vendor does not take is our mistake: exit code 2, one sentence, no breach and no waiver."""

from pathlib import Path

import pytest
from projects import make_project

from troth.errors import ExitCode
from troth.mocks.oneall.service import OneAll
from troth.mocks.server.http import running
from troth.model.ports import RunOptions
from troth.model.report import Verdict
from troth.session.conclude import conclude_run
from troth.session.doctor import doctor
from troth.session.reach import select
from troth.session.run import Run

CAREFUL = "writes = false\nlockouts = false\nfuzzing = false"
OPTIONS = RunOptions(sources=("cases",), operations=("readUser",))
PRIVATE_KEY = "ONEALL_SITE_KEYS_PASSWORD="


def with_another_key(project: Path) -> Path:
    lines = (project / ".env").read_text().splitlines()
    lines = [f"{PRIVATE_KEY}another-key-4711" if line.startswith(PRIVATE_KEY) else line for line in lines]
    assert f"{PRIVATE_KEY}another-key-4711" in lines
    (project / ".env").write_text("\n".join(lines) + "\n")
    return project


def test_a_run_with_a_refused_key_judges_nothing_and_says_so_once(tmp_path: Path) -> None:
    mock = OneAll()
    with running([mock]) as address:
        project = with_another_key(make_project(tmp_path, address, {"oneall": mock.world()}, CAREFUL))
        run = Run(select(project, "staging", environment={}), OPTIONS)
        for item in run.items:
            run.run(item)
        report = conclude_run(run)
        run.target.close()
    assert report.exit_code is ExitCode.OURS
    assert report.findings == ()
    assert {item.verdict for item in report.items} == {Verdict.SKIPPED}
    reason = report.reasons[0]
    assert reason.id == "credentials-refused"
    assert reason.text.startswith("oneall refuses the credentials that we have: ")
    assert "was answered 401; check " in reason.text
    assert "ONEALL_SITE_KEYS_PASSWORD" in reason.text
    assert "another-key-4711" not in reason.text


def test_a_run_with_the_right_key_judges(tmp_path: Path) -> None:
    mock = OneAll()
    with running([mock]) as address:
        project = make_project(tmp_path, address, {"oneall": mock.world()}, CAREFUL)
        run = Run(select(project, "staging", environment={}), OPTIONS)
        for item in run.items:
            run.run(item)
        report = conclude_run(run)
        run.target.close()
    assert (report.exit_code, run.refusals) == (ExitCode.KEPT, [])
    assert any(item.verdict is Verdict.KEPT for item in report.items)


def test_doctor_asks_with_the_key_and_says_that_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mock = OneAll()
    with running([mock]) as address:
        project = make_project(tmp_path, address, {"oneall": mock.world()}, CAREFUL)
        assert doctor(project, "staging") == 0
        assert ": 200 in " in capsys.readouterr().out
        assert doctor(with_another_key(project), "staging") == 2
    lines = [line for line in capsys.readouterr().out.splitlines() if line.split()[:1] == ["REFUSED"]]
    assert len(lines) == 1
    assert "does not take the credentials" in lines[0]
    assert "was answered 401" in lines[0]
