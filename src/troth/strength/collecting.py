"""Selects the exchanges of a run that are mutated: exchanges without findings, a few of every situation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from troth.model.exchange import Exchange, Response
from troth.model.ports import Judged, Judges
from troth.model.report import Judgement, Kind, Met
from troth.wire.codings import plain

Thing = TypeVar("Thing")

EACH = 3
"""How many exchanges of one situation (operation, rows met, status) are mutated; of different classes if possible."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An exchange without findings, and what is needed to judge it again."""

    exchange: Exchange
    answer: Response
    operation: str
    """``vendor.operation``."""
    rows: str
    """The names of the rows that it met, joined by ``+``; empty where no row applies."""
    seen: Judged
    judge: Judges

    @property
    def informed(self) -> int:
        """How many observations it has, before and after: 0 to 2. With more of them more clauses can be judged."""
        return (self.seen.before is not None) + (self.seen.after is not None)

    def allows(self, candidate: "Kept") -> bool:
        """Whether the tables allow the answer of the candidate for this request: all rows that it met apply here too.

        Pages rarely give an order of rows, so where several apply the answer of each is allowed.
        """
        return bool(candidate.rows) and frozenset(candidate.rows.split("+")) < frozenset(self.rows.split("+"))


_APPLIED = (Met.KEPT, Met.SHADOWED, Met.BROKEN, Met.UNJUDGED)
"""The marks of a row that applied to a request."""


class ExchangeCollector:
    """Keeps a bounded selection of a run's exchanges without findings. Equal runs give equal selections."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[str, str, int], dict[tuple[str | None, ...], Kept]] = {}
        self.unkept = 0

    def watch(self, judge: Judges, vendor: str) -> Judges:
        """A judge that judges as this one does and offers each exchange to the collector."""
        return _CollectingJudge(judge, vendor, self)

    def offer(self, judgement: Judgement, seen: Judged, judge: Judges, vendor: str) -> None:
        """Keep an exchange if it has no findings, and its situation has room or an exchange with fewer observations."""
        answer = judgement.exchange.answer
        if judgement.findings or not isinstance(answer, Response):
            self.unkept += 1
            return
        if seen.stale:
            return
        operation = f"{vendor}.{judgement.operation}"
        rows = "+".join(promise.name for promise, met in judgement.met if promise.kind is Kind.ROW and met in _APPLIED)
        signature = tuple(judgement.classes.values())
        chosen = self._chosen.setdefault((operation, rows, answer.status), {})
        # What is changed is what a client sees: nobody can change one value within compressed bytes.
        answer = plain(answer)
        kept = Kept(replace(judgement.exchange, answer=answer), answer, operation, rows, seen, judge)
        if signature in chosen:
            if kept.informed > chosen[signature].informed:
                chosen[signature] = kept
            return
        if len(chosen) == EACH:
            least = min(chosen, key=lambda candidate: chosen[candidate].informed)
            if kept.informed <= chosen[least].informed:
                return
            del chosen[least]
        chosen[signature] = kept

    def kept(self) -> tuple[Kept, ...]:
        """The selected exchanges, in the order of the run."""
        return tuple(kept for chosen in self._chosen.values() for kept in chosen.values())


@dataclass(frozen=True, slots=True)
class _CollectingJudge:
    judge_: Judges
    vendor: str
    collector: ExchangeCollector

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Judge the exchange, and offer it to the collector."""
        judgement = self.judge_.judge(exchange, seen)
        self.collector.offer(judgement, seen, self.judge_, self.vendor)
        return judgement


def sampled(things: Sequence[Thing], most: int, seed: str) -> tuple[Thing, ...]:
    """A random sample of at most ``most`` of these, in their order, by the seed; the first is always among them."""
    if len(things) <= most:
        return tuple(things)
    rest = sorted(Random(seed).sample(range(1, len(things)), most - 1))  # noqa: S311 - a choice, not a secret
    return tuple(things[index] for index in (0, *rest))
