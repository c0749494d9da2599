"""Between suite and service the network fails: no kept promise is called broken, nothing hangs, no exchange is lost."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from faulty_network import FAULTS, faulty, out_of_service
from projects import make_project

from troth.loading.cassettes.reader import read_cassette
from troth.mocks.esws.service import Esws
from troth.mocks.server.http import running
from troth.model.exchange import Exchange, Request, Response
from troth.model.ports import RunOptions
from troth.model.report import Report, Verdict
from troth.session.conclude import conclude_run
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.live.manners import Hands

TIMEOUT = 0.25
OPTIONS = RunOptions(sources=("cases",), operations=("getUserId", "getWsdl", "autoSync"))
CAREFUL = """
longest_wait = 3
retries = 4
writes = ["idempotent"]
fuzzing = false
lockouts = false
"""
ENDLESS = ("stalls", "slow drip")


class Patience:
    """Waits without waiting: the clock goes on by itself, and by as much as was slept."""

    def __init__(self) -> None:
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def hands(self) -> Hands:
        return Hands(lambda: monotonic() + self.slept, self.now, self.sleep, lambda: 0.5)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.slept)


@pytest.fixture
def service() -> Iterator[tuple[Esws, str]]:
    mock = Esws()
    with running([mock]) as address:
        yield mock, address


def verify(
    folder: Path, mock: Esws, address: str, more: str = CAREFUL, patience: Patience | None = None
) -> tuple[Run, Report, list[Exchange]]:
    here = make_project(folder, address, {"esws": mock.world()}, more)
    hands = (patience or Patience()).hands()
    run = Run(replace(select(here, "staging", record=here / "cassettes"), hands=hands), OPTIONS)
    seen: list[Exchange] = []
    send = run.target.send

    def remembering(request: Request) -> Exchange:
        seen.append(send(request))
        return seen[-1]

    run.target.send = remembering  # type: ignore[method-assign]
    for item in run.items:
        run.runner.run(item)
    report = conclude_run(run)
    run.target.close()
    return run, report, seen


@pytest.mark.parametrize("share", [0.2, 1.0])
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_no_fault_of_the_network_is_the_vendor_s(
    service: tuple[Esws, str], tmp_path: Path, name: str, share: float
) -> None:
    mock, address = service
    timeout = TIMEOUT if name in ENDLESS else 5
    with faulty(address, FAULTS[name], share) as spoilt:
        _, report, seen = verify(tmp_path, mock, spoilt, f"timeout = {timeout}{CAREFUL}")
    assert [one for one in report.findings if one.verdict is Verdict.BROKEN] == []
    assert max(one.seconds for one in seen) < timeout + 0.5
    if share == 1.0:
        assert (report.verdict, report.exit_code) == (Verdict.UNJUDGED, 3)
        assert any("outage" in reason.text for reason in report.reasons) or name == "429 bursts"
    else:
        assert len(seen) > 20
        # A busy machine may be late five times in a row where the time-out is this short.
        assert report.verdict is Verdict.KEPT or name in ENDLESS
    kept = sum(len(read_cassette(path, "esws", path.name)) for path in (tmp_path / "cassettes").rglob("*.yaml"))
    assert kept == sum(isinstance(one.answer, Response) for one in seen)


def test_503_for_a_minute_is_waited_for(service: tuple[Esws, str], tmp_path: Path) -> None:
    mock, address = service
    patience = Patience()

    def back_after_a_minute(connection: socket.socket, answer: bytes) -> None:
        if patience.slept < 60:
            out_of_service(connection, answer)
        else:
            connection.sendall(answer)

    with faulty(address, back_after_a_minute, 1.0) as spoilt:
        _, report, _ = verify(
            tmp_path, mock, spoilt, CAREFUL.replace("longest_wait = 3", "longest_wait = 90"), patience
        )
    assert 60 <= patience.slept < 120
    assert [one for one in report.findings if one.verdict is Verdict.BROKEN] == []
    assert (report.verdict, report.exit_code) == (Verdict.KEPT, 0)


def test_an_outage_is_reported_once(service: tuple[Esws, str], tmp_path: Path) -> None:
    mock, address = service
    mock.refuse_with(503)
    with running([mock]) as down:
        mock.refuse_with(503)
        _, report, seen = verify(tmp_path, mock, down)
    assert address
    assert len(seen) <= 5
    assert report.exit_code == 3
    assert sum("outage" in reason.text for reason in report.reasons) == 1
    assert sum(item.skipped.startswith("outage") for item in report.items) == len(report.items) - len(seen)


def test_a_live_recording_replays_to_the_same_tally(service: tuple[Esws, str], tmp_path: Path) -> None:
    mock, address = service
    run, report, _ = verify(tmp_path, mock, address)
    assert report.verdict is Verdict.KEPT
    again = Run(select(tmp_path, "replay", ("esws",), cassettes=tmp_path / "cassettes"), RunOptions())
    for item in again.items:
        again.runner.run(item)
    replayed = conclude_run(again)
    assert replayed.verdict is Verdict.KEPT
    assert again.runner.tally.mark().numbers == run.runner.tally.mark().numbers
    assert [path.name for path in (tmp_path / "cassettes").iterdir()] == ["esws"]
