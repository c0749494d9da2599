"""A service of which nothing is known is judged in one world, so that judges are made once and not for every answer."""

from datetime import UTC, datetime

import pytest

from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import Facts
from troth.model.ports import Target
from troth.targets.by_vendor import ByVendorTarget
from troth.targets.live.client import LiveTarget
from troth.targets.live.manners import Hands, MannersTarget
from troth.targets.live.settings import Pace
from troth.targets.replay import ReplayTarget


@pytest.mark.parametrize(
    "target",
    [
        LiveTarget("http://127.0.0.1:1", (), {}),
        ReplayTarget([], {}),
        ByVendorTarget("both", {}, lambda _url: "shop"),
    ],
)
def test_the_unknown_world_is_one(target: Target) -> None:
    assert target.facts("shop").world is target.facts("shop").world


class Touchy(Target):
    """Answers everything but one request, at which it hangs up."""

    name, kind = "touchy", "live"

    def send(self, request: Request) -> Exchange:
        upset = request.url.endswith("/upset")
        return Exchange(request, NoAnswer(Silence.RESET) if upset else Response(200))

    def facts(self, vendor: str) -> Facts:
        return Facts()

    def close(self) -> None: ...


def test_a_request_that_upsets_the_service_is_no_outage() -> None:
    hands = Hands(lambda: 0.0, lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda _seconds: None, lambda: 0.5)
    target = MannersTarget(Touchy(), Pace(), lambda _request: "safe", frozenset(("safe",)), hands)
    well, upset = Request("GET", "https://shop.example/well"), Request("GET", "https://shop.example/upset")
    target.send(well)
    for _ in range(10):
        assert isinstance(target.send(upset).answer, NoAnswer)
    assert target.send(well).answer == Response(200)
    assert not target.halted()
