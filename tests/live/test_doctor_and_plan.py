"""``troth doctor`` says what is missing and shows no value; ``--plan`` lists every request and sends none."""

from pathlib import Path

import pytest
from projects import leaves, make_project

from troth.errors import CannotJudge, UsageInvalid
from troth.mocks.server.http import Origin, running
from troth.mocks.socialidnow.service import SocialIdNow
from troth.model.exchange import Exchange, Request
from troth.model.ports import RunOptions
from troth.session.doctor import doctor, plan
from troth.session.reach import select
from troth.session.run import Run

CAREFUL = "writes = false\nlockouts = false\nfuzzing = false\nbudget = 20"
OPTIONS = RunOptions(sources=("cases",), operations=("getLoginUser", "replaceUserToken", "getSignIn"))


def test_a_target_that_stands_ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mock = SocialIdNow()
    with running([mock]) as address:
        code = doctor(make_project(tmp_path, address, {"socialidnow": mock.world()}, CAREFUL), None)
    said = capsys.readouterr().out
    assert code == 0, said
    assert "safe operations only; no generated requests; no wrong credentials or passwords" in said
    assert "20 requests a run" in said
    assert "MISSING" not in said
    assert "answers  socialidnow at http://127.0.0.1:" in said
    values = [str(value) for _, value in leaves(mock.world()) if len(str(value)) > 5]
    assert values
    assert not [value for value in values if value in said]


def test_what_is_missing_is_named_all_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = make_project(tmp_path, "http://127.0.0.1:9", {"socialidnow": SocialIdNow().world()})
    lines = (project / ".env").read_text().splitlines()
    (project / ".env").write_text("\n".join(line for line in lines if "APP_KEYS" not in line), encoding="utf-8")
    assert doctor(project, "staging") == 2
    said = capsys.readouterr().out
    missing = [line.split()[1].rstrip(",") for line in said.splitlines() if "MISSING" in line]
    assert sorted(missing) == [
        f"SOCIALIDNOW_{owner}_KEYS_{part}" for owner in ("APP", "OTHER_APP") for part in ("PASSWORD", "USERNAME")
    ]


def test_a_silent_target_is_told_from_a_wrong_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = make_project(tmp_path, "http://127.0.0.1:9", {"socialidnow": SocialIdNow().world()}, "longest_wait = 0")
    assert doctor(project, "staging") == 3
    assert "SILENT" in capsys.readouterr().out


def test_without_a_file_there_is_a_hint(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match=r"live\.md"):
        doctor(tmp_path, None)


def test_a_misspelt_fact_is_named_with_what_was_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = make_project(tmp_path, "http://127.0.0.1:9", {"socialidnow": {"user": {"idd": 5}}})
    assert doctor(project, "staging") == 2
    assert "unknown fact user.idd" in capsys.readouterr().out


def test_the_plan_is_what_is_sent_afterwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mock = SocialIdNow()
    with running([mock]) as address:
        project = make_project(tmp_path, address, {"socialidnow": mock.world()}, CAREFUL.replace("20", "500"))
        assert plan(select(project, "staging"), OPTIONS) == 0
        said = capsys.readouterr().out
        run = Run(select(project, "staging"), OPTIONS)
        sent: list[str] = []
        send = run.target.send

        def noting(request: Request) -> Exchange:
            sent.append(f"{request.method} {run.redactor.text(request.url.partition('/v1/marketing')[2])}")
            return send(request)

        run.target.send = noting  # type: ignore[method-assign]
        for item in run.items:
            run.runner.run(item)
        run.target.close()
    planned = [" ".join(line.split()[2:4]) for line in said.splitlines() if " · " in line and line.split()[0].isdigit()]
    assert sent
    assert planned == sent
    assert f"{len(sent)} requests of a budget of 500" in said
    assert 'replaceUserToken creates things: allow it with writes = ["creates"]' in said


def test_the_plan_sends_nothing_and_says_what_is_over_the_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mock = SocialIdNow()
    origin = Origin([mock])
    project = make_project(tmp_path, "http://127.0.0.1:9", {"socialidnow": mock.world()}, "budget = 3")
    assert plan(select(project, "staging"), OPTIONS) == 0
    assert "over the budget" in capsys.readouterr().out
    assert not list(origin.log)


def test_a_plan_of_nothing_is_no_success(tmp_path: Path) -> None:
    project = make_project(tmp_path, "http://127.0.0.1:9", {"socialidnow": {}}, CAREFUL)
    with pytest.raises(CannotJudge):
        plan(select(project, "staging"), RunOptions(sources=("cases",), operations=("replaceUserToken",)))
