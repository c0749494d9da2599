"""Record a mock, replay the cassettes: the same verdicts and the same tally, no secret, no difference when repeated."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import vcr  # type: ignore[import-untyped]
import yaml
from vcr.serializers import yamlserializer  # type: ignore[import-untyped]

from troth.model.ports import Budget, RunOptions
from troth.model.report import Report, Verdict
from troth.session.conclude import conclude_run
from troth.session.reach import select
from troth.session.run import Run

ROOT = Path(__file__).parents[2]
SCOPES = {
    "esws": RunOptions(sources=("cases", "workflows"), operations=("getSyncToken", "getQR", "deleteQR", "openOneSync")),
    "oneall": RunOptions(sources=("cases", "workflows"), operations=("readUser", "readIdentity", "createStorageUser")),
    "socialidnow": RunOptions(sources=("cases",), operations=("createSignIn", "getLoginInfo", "getLoginUser")),
}


def run(vendor: str, here: Path, options: RunOptions, target: str = "mock", **folders: Path) -> tuple[Run, Report]:
    selection = replace(select(ROOT, target=target, vendors=(vendor,), **folders), here=here)  # type: ignore[arg-type]
    made = Run(selection, options)
    for item in made.items:
        made.runner.run(item)
    return made, conclude_run(made)


@pytest.fixture(scope="module", params=sorted(SCOPES))
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Run, Report]:
    here = tmp_path_factory.mktemp(request.param)
    made, report = run(request.param, here, SCOPES[request.param], record=here / "cassettes")
    return request.param, here, made, report


def test_a_replay_gives_the_same_verdicts_and_the_same_tally(recorded: tuple[str, Path, Run, Report]) -> None:
    vendor, here, made, report = recorded
    assert report.verdict is Verdict.KEPT
    again, replayed = run(vendor, here, replace(SCOPES[vendor], sources=()), "replay", cassettes=here / "cassettes")
    assert replayed.findings == ()
    assert [(one.name, one.verdict, one.exchanges) for one in replayed.items] == [
        (one.name, one.verdict, one.exchanges) for one in report.items if one.exchanges
    ]
    assert again.runner.tally.mark().numbers == made.runner.tally.mark().numbers


def test_no_secret_of_the_target_is_in_any_file(recorded: tuple[str, Path, Run, Report]) -> None:
    _, here, made, _ = recorded
    redactor = made.redactor
    files = [path for path in here.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        assert not list(redactor.find(path.read_bytes())), path


def test_recording_again_changes_nothing(recorded: tuple[str, Path, Run, Report]) -> None:
    vendor, here, _, _ = recorded
    files = {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (here / "cassettes").rglob("*") if path.is_file()
    }
    made, _ = run(vendor, here, SCOPES[vendor], record=here / "cassettes")
    assert made.reached.recorder is not None
    assert made.reached.recorder.recorded.written == 0
    now = {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (here / "cassettes").rglob("*") if path.is_file()
    }
    assert now == files


def test_the_key_is_not_beside_the_cassettes_and_nobody_else_may_read_it(
    recorded: tuple[str, Path, Run, Report],
) -> None:
    _, here, _, _ = recorded
    key = here / ".troth" / "key"
    assert len(bytes.fromhex(key.read_text().strip())) == 32
    assert key.stat().st_mode & 0o077 == 0
    assert all(key.read_text().strip() not in path.read_text() for path in (here / "cassettes").rglob("*.yaml"))


def test_stock_vcrpy_reads_and_plays_every_cassette(recorded: tuple[str, Path, Run, Report]) -> None:
    _, here, _, _ = recorded
    requests = pytest.importorskip("requests")
    for path in sorted((here / "cassettes").rglob("*.yaml"))[:12]:
        first = yaml.safe_load(path.read_text())["interactions"][0]
        with vcr.use_cassette(
            str(path), record_mode="none", match_on=["method", "uri", "body"], serializer="yaml"
        ) as cassette:
            body = first["request"]["body"]
            answer = requests.request(
                first["request"]["method"],
                first["request"]["uri"],
                data=body.encode() if body else None,
                headers={name: values[0] for name, values in first["request"]["headers"].items()},
                allow_redirects=False,
            )
            assert cassette.play_count == 1
        assert answer.status_code == first["response"]["status"]["code"]
        assert answer.content == first["response"]["body"]["string"].encode()
        assert yamlserializer.deserialize(path.read_text())["version"] == 1


def test_a_request_with_no_recording_names_the_nearest(recorded: tuple[str, Path, Run, Report]) -> None:
    vendor, here, _, _ = recorded
    made, report = run(
        vendor,
        here,
        RunOptions(sources=("cases",), operations=SCOPES[vendor].operations, budget=Budget(seed=99)),
        "replay",
        cassettes=here / "cassettes",
    )
    missed = [one for one in report.findings if one.finding.code == "TR901"]
    assert missed
    assert all("no recording of this request" in one.finding.message for one in missed)
    assert not [one for one in report.findings if one.verdict is Verdict.BROKEN]
    assert made.target.kind == "replay"


def test_the_key_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TROTH_KEY", "ab" * 32)
    options = RunOptions(sources=("cases",), operations=("getSignIn",))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run("socialidnow", tmp_path / name, options, record=tmp_path / name / "cassettes")
        assert not (tmp_path / name / ".troth").exists()
    one, two = (sorted((tmp_path / name / "cassettes").rglob("*.yaml")) for name in ("one", "two"))
    assert [path.name for path in one] == [path.name for path in two]
    assert {_password(path) for path in one} == {_password(path) for path in two}


def _password(path: Path) -> str:
    facts = yaml.safe_load(path.read_text())["x-troth"]["facts"]
    return str(facts["account"]["keys"]["password"])
