"""``troth mock`` over HTTP: a live target that gives its own facts and can be reset, so its world is closed."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from secrets import token_hex

import msgspec

from troth.model.exchange import Exchange, NoAnswer, Request, header
from troth.model.facts import Facts
from troth.model.ports import Abilities, Target
from troth.targets.live.client import LiveTarget

_WORLD = "/_mock/world"
_RESET = "/_mock/reset"
_CLOCK = "/_mock/clock"
_CHALLENGE, _MARK = "Troth-Challenge", "Troth-Mock"


def ask_for_world(live: LiveTarget, challenge: str | None = None) -> dict[str, Facts] | None:
    """The facts of every vendor, if the service is a ``troth mock``; None if it is anything else, or silent.

    A service is taken for a mock by its mark alone, the digest of a challenge made for this one request: no service
    that answers everything, or repeats what it is sent, can have it.

    Args:
        live: the way to its address.
        challenge: any text; a random one unless given.
    """
    challenge = challenge or token_hex(16)
    answer = live.send(Request("GET", live.name + _WORLD, ((_CHALLENGE, challenge),))).answer
    if isinstance(answer, NoAnswer) or answer.status != 200:
        return None
    mark = sha256(f"troth mock {challenge}".encode()).hexdigest()
    if header(answer.headers, _MARK) != mark:
        return None
    try:
        worlds = msgspec.json.decode(answer.body, type=dict[str, dict[str, object]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return {vendor: Facts(world=world, closed=True) for vendor, world in worlds.items()}


class MockServerTarget(Target):
    """A running ``troth mock``.

    Args:
        live: the way to its address.
        facts: what it said of its world.
    """

    kind = "mock"

    def __init__(self, live: LiveTarget, facts: Mapping[str, Facts]) -> None:
        self._live = live
        self._facts = facts
        self.name = f"troth mock at {live.name}"

    def send(self, request: Request) -> Exchange:
        """Send one request."""
        return self._live.send(request)

    def facts(self, vendor: str) -> Facts:
        """What the mock said of itself."""
        return self._facts.get(vendor, Facts(closed=True))

    def abilities(self, vendor: str) -> Abilities:
        """Forgetting everything and moving the clock, which the mock does for all its vendors at once.

        If it cannot be asked for that, the next request will say so.
        """
        return replace(self._live.abilities(vendor), reset=self._reset, advance=self._advance)

    def _reset(self) -> None:
        self._live.send(Request("POST", self._live.name + _RESET))

    def _advance(self, seconds: float) -> None:
        body = msgspec.json.encode({"advance": seconds})
        self._live.send(Request("POST", self._live.name + _CLOCK, (("Content-Type", "application/json"),), body))

    def close(self) -> None:
        """Close all connections."""
        self._live.close()
