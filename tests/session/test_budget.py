"""What sources may spend: one value, the same for all of them."""

from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, FunctionTarget, honest_shop, make_folders

from troth.errors import ExitCode
from troth.model.conclusion import Halt
from troth.model.ports import Budget, Depth, RunOptions
from troth.model.report import Verdict
from troth.session.conclude import conclude_run
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.live.conduct import Conduct

OF_DEPTH = {Depth.BRIEF: 0, Depth.NORMAL: 20, Depth.THOROUGH: 500}


@pytest.mark.parametrize(
    ("budget", "count"),
    [
        (Budget(), 20),
        (Budget(depth=Depth.BRIEF), 0),
        (Budget(depth=Depth.THOROUGH), 500),
        (Budget(examples=7), 7),
        (Budget(examples=0, depth=Depth.THOROUGH), 0),
    ],
)
def test_examples_go_before_the_depth(budget: Budget, count: int) -> None:
    assert budget.count(OF_DEPTH) == count


def test_conduct_halts_when_its_time_is_spent() -> None:
    now = [100.0]
    outage = Halt("outage", ExitCode.NOT_JUDGED)
    conduct = Conduct(halted=lambda: outage if now[0] == 105 else None).within(10.0, lambda: now[0])
    halts = []
    for now[0] in (100.0, 105.0, 109.0, 110.0, 111.0):
        halts.append(conduct.halted())
    spent = Halt("the time budget of 10 s is spent", ExitCode.INCOMPLETE)
    assert halts == [None, outage, None, spent, spent]
    assert Conduct().within(None, lambda: 0.0) == Conduct()


def test_a_run_without_time_sends_nothing_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_folders(tmp_path, contracts={"orders": SHOP_CONTRACT})
    monkeypatch.chdir(tmp_path)
    target = FunctionTarget(honest_shop)
    run = Run(select(tmp_path), RunOptions(sources=("cases",), budget=Budget(seconds=0.0)), target=target)
    for item in run.items:
        run.runner.run(item)
    report = conclude_run(run)
    assert not target.sent
    assert {item.verdict for item in report.items} == {Verdict.SKIPPED}
    assert report.exit_code == ExitCode.NOT_JUDGED, "not one promise was judged"
    (spent,) = (reason for reason in report.reasons if reason.code is ExitCode.INCOMPLETE)
    assert spent.text == "the time budget of 0 s is spent; 2 of 2 items were not run"
