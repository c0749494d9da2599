"""Two nights recorded in an open world: what broke a promise was asked again, and stands under what explains it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from bookmaking import SHOP_CONTRACT, WORLD, FunctionTarget, answer_of, honest_shop, make_folders

from troth.drift.command import compare, read_side
from troth.drift.differences import Change, DriftReport
from troth.model.exchange import Request, Response
from troth.model.facts import Facts
from troth.model.ports import Budget, RunOptions
from troth.secrets.pseudonyms import Pseudonyms
from troth.secrets.scrubber import Scrubber
from troth.session.open import Opened, open_all
from troth.session.reach import Selection
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.sources.cases import CasesSource
from troth.targets.live.conduct import Conduct
from troth.targets.recorder import RecordingTarget

Shop = Callable[[Request], Response]
MOVED = "status answers 200 where it answered 404"
ROW = "shop.readOrder.not-found"
CLAUSE = "shop.readOrder.id-echoed"


def order_of(request: Request) -> str:
    return request.url.partition("?")[0].rpartition("/")[2]


class OpenTarget(FunctionTarget):
    """A function that answers, in a world of which only some facts are known."""

    def facts(self, vendor: str) -> Facts:
        return Facts(WORLD)


@dataclass
class Careless:
    """A shop that answers unknown orders with another one.

    Args:
        body: answered with 200 in place of 404; ``{}`` gives the id that was asked for.
        times: how often a request is answered so, then as it should be.
        unrelated: known orders are answered otherwise too, in what no promise speaks of.
    """

    body: Mapping[str, object] = field(default_factory=dict)
    times: int = 1000
    unrelated: bool = False
    asked: dict[str, int] = field(default_factory=dict)

    def __call__(self, request: Request) -> Response:
        answer = honest_shop(request)
        if answer.status == 404:
            self.asked[request.url] = self.asked.get(request.url, 0) + 1
            if self.asked[request.url] <= self.times:
                answer = answer_of(200, {"id": order_of(request), **self.body})
        elif self.unrelated:
            answer = answer_of(200, {"id": "1001", "id_of_shop": "1001"})
        return replace(answer, headers=answer.headers if self.unrelated else (*answer.headers, ("X-Page", "1")))


def honest(request: Request) -> Response:
    answer = honest_shop(request)
    return replace(answer, headers=(*answer.headers, ("X-Page", "1")))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    detail = "    at: query:detail\n    classes: {left_out: [absent], full: [full]}\n"
    contract = SHOP_CONTRACT.replace("outcomes:\n", f"  detail:\n{detail}outcomes:\n")
    folders = make_folders(tmp_path_factory.mktemp("shop"), contracts={"orders": contract})
    return open_all(Selection(folders))


def night(opened: Opened, folder: Path, shop: Shop, ask_again: bool = True, seed: int = 0) -> Path:
    """Run every case against a shop, and record it."""
    scrubber = Scrubber(Pseudonyms(b"k" * 32), [], (), ["1001"])
    target = RecordingTarget(OpenTarget(shop), folder, "a test", scrubber)
    conduct = Conduct(begin=target.begin, end=target.end, announce=target.announce, ask_again=ask_again)
    runner = Runner(opened.book, opened.terms, target, Court(), conduct=conduct)
    for item in CasesSource(opened.terms, target.facts, Budget(seed)).items():
        runner.run(item)
    assert target.recorded.exchanges
    assert not target.recorded.refused
    return folder


def drift(opened: Opened, old: Path, new: Path) -> DriftReport:
    before, now = (read_side(path, opened, RunOptions()) for path in (old, new))
    return compare(before, now, RunOptions())


def told(changes: tuple[Change, ...]) -> dict[str, set[str]]:
    """Each change that breaks a promise, and the promises that it breaks."""
    return {
        f"{change.place} {change.says}": {f"{one.vendor}.{one.operation}.{one.subject}" for one in change.broken}
        for change in changes
        if change.broken
    }


@pytest.mark.parametrize("ask_again", [True, False])
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("shop", "broken"),
    [
        (Careless(), {ROW}),
        (Careless({"id": "1001"}), {ROW, CLAUSE}),
        (Careless({"id": 7}), {ROW, CLAUSE, "shop.readOrder.conformance 200"}),
        (Careless(times=1), {ROW}),
        (Careless({"id": "1001"}, unrelated=True), {ROW, CLAUSE}),
    ],
    ids=["one promise", "two promises", "and the schema", "flaky", "beside other changes"],
)
def test_a_breach_stands_with_the_status_that_moved(
    opened: Opened, tmp_path: Path, shop: Careless, broken: set[str], ask_again: bool, seed: int
) -> None:
    before = night(opened, tmp_path / "before", honest)
    after = night(opened, tmp_path / "after", replace(shop, asked={}), ask_again, seed)
    report = drift(opened, before, after)
    assert told(report.changes) == {MOVED: broken}
    (change,) = (change for change in report.changes if change.broken)
    assert (change.status, change.new.count, change.new.of) == (404, change.old.count, change.old.of)
    assert report.new.again == (change.new.count if ask_again else 0)
    assert shop.unrelated or report.changes == (change,)
    assert report.apart == ()
    assert report.exit_code == 1


def test_other_changes_are_told_beside_it(opened: Opened, tmp_path: Path) -> None:
    before = night(opened, tmp_path / "before", honest)
    after = night(opened, tmp_path / "after", Careless({"id": "1001"}, unrelated=True))
    changes = drift(opened, before, after).changes
    assert {change.place for change in changes} == {"status", "header x-page", "body /total", "body /id_of_shop"}


def test_what_is_asked_again_does_not_tip_shares_where_a_recording_does_not_tell(
    opened: Opened, tmp_path: Path
) -> None:
    """Recordings of other tools, and older ones: neither minted values nor what was asked again is marked."""
    before = night(opened, tmp_path / "before", honest)
    after = night(opened, tmp_path / "after", Careless({"id": "1001"}))
    for path in (*before.rglob("*.yaml"), *after.rglob("*.yaml")):
        _unmark(path)
    report = drift(opened, before, after)
    assert report.new.again == 0
    assert [f"{change.place} {change.says}" for change in report.changes if change.sort == "status"] == [MOVED]
    assert told(report.changes).get(MOVED) == {CLAUSE}


def _unmark(path: Path) -> None:
    cassette: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for interaction in cassette["interactions"]:
        interaction.pop("x-troth", None)
    path.write_text(yaml.safe_dump(cassette), encoding="utf-8")


def test_nothing_drifts_between_two_nights_with_the_same_fault(opened: Opened, tmp_path: Path) -> None:
    """One night asked again, the other did not; both broke the same promises."""
    before = night(opened, tmp_path / "before", Careless({"id": "1001"}), ask_again=False)
    after = night(opened, tmp_path / "after", Careless({"id": "1001"}))
    for old, new in ((before, after), (after, before)):
        assert drift(opened, old, new).changes == ()


def test_a_promise_broken_only_when_asked_again_is_not_lost(opened: Opened, tmp_path: Path) -> None:
    """The first answer breaks the row alone, the second the clause too."""

    asked: list[Request] = []

    def worse(request: Request) -> Response:
        if order_of(request) == "1001":
            return honest_shop(request)
        asked.append(request)
        return answer_of(200, {"id": order_of(request) if asked.count(request) == 1 else "1001"})

    before, after = night(opened, tmp_path / "before", honest_shop), night(opened, tmp_path / "after", worse)
    assert told(drift(opened, before, after).changes) == {MOVED: {ROW, CLAUSE}}
    assert told(drift(opened, after, night(opened, tmp_path / "worst", Careless({"id": "1001"}))).changes) == {}
