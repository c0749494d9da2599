"""How strong contracts are: mutants of answers, which promise caught each, and what could change unnoticed."""

from dataclasses import dataclass

from troth.errors import Position
from troth.model.exchange import Response
from troth.model.ports import Judged


@dataclass(frozen=True, slots=True)
class Mutant:
    """One answer, changed in one way."""

    answer: Response
    operator: str
    """What was done, by its name in the tables of operators."""
    place: str
    """Where: a JSON Pointer with ``*`` for the items of lists, ``soap return``, ``header date``, ``status``, …"""
    change: str
    """What the place may do unnoticed, as the end of a sentence: ``become -1``."""
    seen: Judged | None = None
    """Set where not the answer was changed, but what was seen beside it."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants were caught; those of free places stand apart."""

    name: str
    caught: int = 0
    documented: int = 0
    """Those of the caught that documented promises alone catch."""
    free: int = 0
    survived: int = 0

    @property
    def mutants(self) -> int:
        """All of them, the free ones included."""
        return self.caught + self.free + self.survived

    @property
    def share(self) -> float:
        """Percent caught of those that are not free; 100 where there is none."""
        judged = self.caught + self.survived
        return 100.0 * self.caught / judged if judged else 100.0

    @property
    def free_share(self) -> float:
        """Percent of all that are free."""
        return 100.0 * self.free / self.mutants if self.mutants else 0.0


@dataclass(frozen=True, slots=True)
class Guard:
    """The promise or schema that speaks of a place, or of a part around it, and yet let the mutant pass."""

    name: str
    """``clause all-criteria-match``, ``row found-ours`` or ``the schema of 200``."""
    says: str
    """Its expression, or the keywords of the schema at that place."""
    position: Position
    exact: bool
    """It speaks of the very place, not of a part around it."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """One way in which answers may change unnoticed, however many mutants showed it."""

    vendor: str
    operation: str
    status: int
    place: str
    operator: str
    change: str
    """Of the first mutant that showed it."""
    count: int
    guard: Guard | None = None

    def __str__(self) -> str:
        """One sentence."""
        return f"`{self.operation}` {self.status}: {_named(self.place)} may {self.change} unnoticed"


def _named(place: str) -> str:
    return f"`{place}`" if place.startswith("/") else f"the {place}"


@dataclass(frozen=True, slots=True)
class FreeUse:
    """One entry under ``free:`` of a contract, and how many surviving mutants it excuses."""

    file: str
    place: str
    reason: str
    mutants: int
    position: Position


@dataclass(frozen=True, slots=True)
class RedundantClause:
    """A clause without which every mutant would be caught all the same."""

    key: str
    position: Position
    caught: int
    """How many mutants it caught, each of them caught by another promise too."""


@dataclass(frozen=True, slots=True)
class StrengthReport:
    """A whole measurement."""

    version: str
    seed: int
    specs_sha256: str
    contracts_sha256: str
    exchanges: int
    unkept: int
    """Exchanges of the run that were not kept, and so not mutated."""
    seconds: float
    judging_seconds: float
    """The part of them spent on making and judging mutants."""
    overall: Score
    by_vendor: tuple[Score, ...]
    by_operation: tuple[Score, ...]
    by_operator: tuple[Score, ...]
    survivors: tuple[Survivor, ...]
    free: tuple[FreeUse, ...]
    redundant: tuple[RedundantClause, ...]
    unmeasured: tuple[str, ...] = ()
    """Operations of which no exchange was kept."""
