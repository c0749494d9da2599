"""What sources may spend: one value, the same for all of them."""

from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, FunctionTarget, honest_shop, make_folders

from troth.model.ports import Budget, Depth, RunOptions
from troth.model.report import Verdict
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.live.permission import Conduct

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
    conduct = Conduct(halted=lambda: "outage" if now[0] == 105 else "").within(10.0, lambda: now[0])
    said = []
    for now[0] in (100.0, 105.0, 109.0, 110.0, 111.0):
        said.append(conduct.halted())
    assert said == ["", "outage", "", *2 * ["the time budget of 10 s is spent"]]
    assert Conduct().within(None, lambda: 0.0) == Conduct()


def test_a_run_without_time_sends_nothing_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_folders(tmp_path, contracts={"orders": SHOP_CONTRACT})
    monkeypatch.chdir(tmp_path)
    target = FunctionTarget(honest_shop)
    run = Run(select(tmp_path), RunOptions(sources=("cases",), budget=Budget(seconds=0.0)), target=target)
    report = run.finish(tuple(run.runner.run(item) for item in run.items()))
    assert not target.sent
    assert {item.verdict for item in report.items} == {Verdict.SKIPPED}
    assert report.exit_code != 0
    assert "the time budget of 0 s is spent" in report.reasons[0]
