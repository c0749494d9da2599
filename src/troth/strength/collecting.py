"""Which exchanges of a run to mutate: those that were kept, a few of every situation."""

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
"""Exchanges of one situation (operation, rows met, status) that are mutated, of different classes where there are."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An exchange of which nothing was found, and all that is needed to judge it again."""

    exchange: Exchange
    answer: Response
    operation: str
    """``vendor.operation``."""
    rows: str
    """The rows that it met, joined by ``+``; empty where the tables are silent."""
    seen: Judged
    judge: Judges

    @property
    def informed(self) -> int:
        """How many looks before and after there were: the more, the more clauses can say something."""
        return (self.seen.before is not None) + (self.seen.after is not None)

    def allows(self, other: "Kept") -> bool:
        """Whether the tables let this request be answered as that one was: what decided that one applies here too.

        Pages rarely give an order, so where several rows apply each of their answers will do.
        """
        return bool(other.rows) and frozenset(other.rows.split("+")) < frozenset(self.rows.split("+"))


_APPLIED = (Met.KEPT, Met.SHADOWED, Met.BROKEN, Met.UNJUDGED)
"""What is counted of rows that apply."""


class Collector:
    """Keeps a bounded choice of a run's kept exchanges, the same for the same run."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[str, str, int], dict[tuple[str | None, ...], Kept]] = {}
        self.unkept = 0

    def watch(self, judge: Judges, vendor: str) -> Judges:
        """The same judge, whose kept exchanges are collected."""
        return _Watched(judge, vendor, self)

    def offer(self, judgement: Judgement, seen: Judged, judge: Judges, vendor: str) -> None:
        """Keep an exchange if nothing was found on it and its situation is not full of others as well informed."""
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
            least = min(chosen, key=lambda one: chosen[one].informed)
            if kept.informed <= chosen[least].informed:
                return
            del chosen[least]
        chosen[signature] = kept

    def kept(self) -> tuple[Kept, ...]:
        """What was chosen, in the order of the run."""
        return tuple(kept for chosen in self._chosen.values() for kept in chosen.values())


@dataclass(frozen=True, slots=True)
class _Watched:
    judge_: Judges
    vendor: str
    collector: Collector

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """What the judge says, offered to the collector on its way."""
        judgement = self.judge_.judge(exchange, seen)
        self.collector.offer(judgement, seen, self.judge_, self.vendor)
        return judgement


def sampled(things: Sequence[Thing], most: int, seed: str) -> tuple[Thing, ...]:
    """At most so many of these, in their order, chosen by the seed; the first is always among them."""
    if len(things) <= most:
        return tuple(things)
    rest = sorted(Random(seed).sample(range(1, len(things)), most - 1))  # noqa: S311 - a choice, not a secret
    return tuple(things[index] for index in (0, *rest))
