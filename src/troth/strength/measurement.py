"""The values of a measurement: mutants, scores, survivors, uses of free places, and the whole report."""

from dataclasses import dataclass

from troth.errors import Position
from troth.model.exchange import Response
from troth.model.ports import Judged


@dataclass(frozen=True, slots=True)
class Mutant:
    """An answer with one change."""

    answer: Response
    operator: str
    """The name of the operator that changed it."""
    place: str
    """The changed place: a JSON Pointer with ``*`` for items of lists, ``soap return``, ``header date``, ``status``"""
    change: str
    """The change as the end of a sentence that begins with the place and *may*: ``become -1``."""
    seen: Judged | None = None
    """The changed observations; None where the answer itself was changed."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants of a group were caught, survived, or survived at a place that is declared free."""

    name: str
    caught: int = 0
    documented: int = 0
    """Those of the caught on which a documented promise was broken."""
    free: int = 0
    survived: int = 0

    @property
    def mutants(self) -> int:
        """How many there are, free ones included."""
        return self.caught + self.free + self.survived

    @property
    def share(self) -> float:
        """Percent that were caught, of those that are not free; 100 where there are none."""
        judged = self.caught + self.survived
        return 100.0 * self.caught / judged if judged else 100.0

    @property
    def free_share(self) -> float:
        """Percent of all that are free."""
        return 100.0 * self.free / self.mutants if self.mutants else 0.0


@dataclass(frozen=True, slots=True)
class Guard:
    """The promise or schema nearest to the place of a survivor."""

    name: str
    """``clause all-criteria-match``, ``row found-ours`` or ``the schema of 200``."""
    says: str
    """Its expression, or the keywords of the schema at the place."""
    position: Position
    exact: bool
    """It names the place itself, not a part that contains it."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """All mutants of one operation, status, place and operator that no promise caught."""

    vendor: str
    operation: str
    status: int
    place: str
    operator: str
    change: str
    """The change of the first of these mutants."""
    count: int
    guard: Guard | None = None

    def __str__(self) -> str:
        """A sentence: the operation and status, the place, and how it may change unnoticed."""
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
    """A clause that no mutant needs: every mutant that it caught was caught by another promise too."""

    key: str
    position: Position
    caught: int
    """How many mutants it caught."""


@dataclass(frozen=True, slots=True)
class StrengthReport:
    """The result of ``troth strength``."""

    version: str
    seed: int
    specs_sha256: str
    contracts_sha256: str
    exchanges: int
    unkept: int
    """How many exchanges of the run had findings or no answer, and so were not mutated."""
    seconds: float
    judging_seconds: float
    """The part of ``seconds`` in which mutants were made and judged."""
    overall: Score
    by_vendor: tuple[Score, ...]
    by_operation: tuple[Score, ...]
    by_operator: tuple[Score, ...]
    survivors: tuple[Survivor, ...]
    free: tuple[FreeUse, ...]
    redundant: tuple[RedundantClause, ...]
    unmeasured: tuple[str, ...] = ()
    """Operations of which every exchange had findings, or that were not called."""
