"""What runs of workflows share, and what one run may cost."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from troth.arazzo.terms import Workflows
from troth.judging.terms import Terms
from troth.model.facts import Facts
from troth.model.ports import Abilities


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one run may cost."""

    steps: int = 200
    seconds: float = 120.0
    depth: int = 10
    retries: int = 10
    wait: float = 5.0
    """The longest wait before a retry, in seconds."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What runs share: what was read, and what the target can do.

    ``sleep`` waits so many seconds before a retry (it does nothing on a mock).
    """

    workflows: Workflows
    terms: Terms
    facts_of: Callable[[str], Facts]
    sleep: Callable[[float], None]
    abilities: Callable[[str], Abilities]
    bounds: Bounds = Bounds()
    clock: Callable[[], float] = monotonic
