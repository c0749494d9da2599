"""What a target can do beside answering, and that nothing which stands before it takes any of that away."""

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from troth.model.exchange import Exchange, Request, Response
from troth.model.facts import Facts
from troth.model.ports import Abilities, Budget, RunOptions, Target
from troth.model.report import Verdict
from troth.secrets.pseudonyms import Pseudonyms
from troth.secrets.redactor import Redactor
from troth.secrets.scrubber import Scrubber
from troth.session.open import open_book
from troth.session.reach import embedded, select
from troth.session.run import Run
from troth.targets.by_vendor import ByVendorTarget
from troth.targets.learning import LearningTarget
from troth.targets.live.authentication import AuthenticatedTarget
from troth.targets.live.client import LiveTarget
from troth.targets.live.manners import Hands, MannersTarget
from troth.targets.live.mock_server import MockServerTarget
from troth.targets.live.settings import Pace
from troth.targets.recorder import RecordingTarget
from troth.targets.replay import ReplayTarget

ROOT = Path(__file__).parents[2]
HANDS = Hands(lambda: 0.0, lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda _seconds: None, lambda: 0.5)


class Able(Target):
    """Can do all that there is, and writes down what it was told to do."""

    name, kind = "able", "live"

    def __init__(self) -> None:
        self.done: list[object] = []

    def send(self, request: Request) -> Exchange:
        return Exchange(request, Response(200))

    def facts(self, vendor: str) -> Facts:
        return Facts(world={"vendor": vendor})

    def abilities(self, vendor: str) -> Abilities:
        return Abilities(
            reset=lambda: self.done.append(("reset", vendor)),
            advance=lambda seconds: self.done.append(("advance", vendor, seconds)),
            locate=lambda url: f"{vendor}: {url}",
        )

    def close(self) -> None:
        self.done.append("closed")


class Plain(Target):
    """Answers, and can do nothing else."""

    name, kind = "plain", "live"

    def send(self, request: Request) -> Exchange:
        return Exchange(request, Response(200))

    def facts(self, vendor: str) -> Facts:
        return Facts()

    def close(self) -> None: ...


def before(target: Target, tmp_path: Path) -> list[Target]:
    """Everything that may stand before a target."""
    scrubber = Scrubber(Pseudonyms(b""), [], [], [])
    return [
        RecordingTarget(target, tmp_path, "a test", scrubber),
        MannersTarget(target, Pace(), lambda _request: "safe", frozenset(("safe",)), HANDS),
        AuthenticatedTarget(target, {}, lambda _url: "shop", target.send, lambda: 0.0, lambda _token: None),
        LearningTarget(target, Redactor()),
        ByVendorTarget("one of several", {"shop": target}, lambda _url: "shop"),
    ]


def test_a_plain_target_can_do_nothing_but_answer() -> None:
    assert Plain().abilities("shop") == Abilities(None, None, None)


@pytest.mark.parametrize("place", range(5))
def test_whatever_stands_before_a_target_passes_everything_on(tmp_path: Path, place: int) -> None:
    target = Able()
    outer = before(target, tmp_path)[place]
    abilities = outer.abilities("shop")
    assert all(getattr(abilities, field.name) is not None for field in fields(Abilities))
    assert abilities.reset is not None
    assert abilities.advance is not None
    assert abilities.locate is not None
    abilities.reset()
    abilities.advance(60.0)
    assert abilities.locate("https://x/a") == "shop: https://x/a"
    assert outer.facts("shop") == target.facts("shop")
    outer.close()
    assert target.done == [("reset", "shop"), ("advance", "shop", 60.0), "closed"]


@pytest.mark.parametrize("place", range(5))
def test_what_a_target_cannot_do_nothing_before_it_claims(tmp_path: Path, place: int) -> None:
    assert before(Plain(), tmp_path)[place].abilities("shop") == Abilities()


def test_a_vendor_without_an_address_can_do_nothing() -> None:
    assert ByVendorTarget("several", {"shop": Able()}, lambda _url: "").abilities("bank") == Abilities()


def test_what_each_kind_of_target_can_do() -> None:
    """Name → reset, advance, locate."""
    live = LiveTarget("http://127.0.0.1:1", ("https://api.example",), {})
    selection = select(ROOT, vendors=("esws",))
    book, _ = open_book(selection)
    targets = {
        "live": live,
        "mock server": MockServerTarget(live, {}),
        "replay": ReplayTarget([], {}),
        "mock": embedded(book, selection.folders.installed),
    }
    can = {
        name: tuple(getattr(target.abilities("esws"), field.name) is not None for field in fields(Abilities))
        for name, target in targets.items()
    }
    assert can == {
        "live": (False, False, True),
        "mock server": (True, True, True),
        "replay": (True, True, False),
        "mock": (True, True, True),
    }
    locate = targets["mock"].abilities("esws").locate
    assert locate is not None
    assert locate("https://esws.example/a/b?c=d") == "http://127.0.0.1:8765/a/b?c=d"


def test_recording_changes_nothing_of_what_is_judged(tmp_path: Path) -> None:
    """Workflows, one of which lets time pass, are kept on the mock, while it is recorded, and when that is replayed."""
    cassettes = tmp_path / "cassettes"
    plain, recording, replay = (
        select(tmp_path, target, ("socialidnow",), record=record, cassettes=cassettes)
        for target, record in (("mock", None), ("mock", cassettes), ("replay", None))
    )
    verdicts = []
    for selection in (plain, recording, replay):
        run = Run(
            selection, RunOptions(operations=("createSignIn",), sources=("workflows",), budget=Budget(examples=0))
        )
        results = [run.runner.run(item) for item in run.items]
        verdicts.append({result.name: (result.verdict, result.exchanges) for result in results})
    assert any(step.step.advance for term in run.workflows.terms.values() for step in term.steps)
    assert {verdict for verdict, _ in verdicts[0].values()} == {Verdict.KEPT}
    assert verdicts[0] == verdicts[1] == verdicts[2]
