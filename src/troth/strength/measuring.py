"""Judges every mutant, counts which promises caught it, and adds the counts up."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from troth.judging.terms import ClauseTerm, OperationTerms, contracts_for
from troth.model.contract import Contract
from troth.model.operation import Basis
from troth.model.report import Judgement
from troth.strength.collecting import Kept
from troth.strength.freedoms import Freedom, freedoms, uses
from troth.strength.guards import Guards
from troth.strength.measurement import FreeUse, Mutant, RedundantClause, Score, Survivor
from troth.strength.mutating import OperationMutator, by_operation

_CLAUSE_CODES = ("TR301", "TR302")
ClauseKey = tuple[str, str]
"""A contract's file and a clause's name."""


@dataclass(slots=True)
class _Sums:
    """The counters of one measurement."""

    outcomes: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Kind of group and its name → outcome → number of mutants. An outcome is a field of :class:`Score`."""
    survivors: dict[tuple[str, int, str, str], tuple[Mutant, int]] = field(default_factory=dict)
    needed: Counter[Freedom] = field(default_factory=Counter)
    caught: Counter[ClauseKey] = field(default_factory=Counter)
    alone: Counter[ClauseKey] = field(default_factory=Counter)
    """How many mutants a clause caught that no other promise caught."""

    def scores(self, kind: str) -> tuple[Score, ...]:
        return tuple(Score(name, **counts) for (group, name), counts in self.outcomes.items() if group == kind)


@dataclass(frozen=True, slots=True)
class StrengthScores:
    """The scores over a selection of exchanges."""

    exchanges: int
    seconds: float
    overall: Score
    by_vendor: tuple[Score, ...]
    by_operation: tuple[Score, ...]
    by_operator: tuple[Score, ...]
    survivors: tuple[Survivor, ...]
    free: tuple[FreeUse, ...]
    redundant: tuple[RedundantClause, ...]


class Measurement:
    """Measures how many mutants the promises of some operations catch.

    Args:
        terms: ``vendor.operation`` → its compiled promises; only these operations are measured.
        seed: decides what is random.
        progress: told the name of each operation before it is measured.
    """

    def __init__(self, terms: Mapping[str, OperationTerms], seed: int, progress: Callable[[str], None]) -> None:
        self._terms = terms
        self._seed = seed
        self._progress = progress
        self._sums = _Sums()
        self._freedoms: dict[int, tuple[Freedom, ...]] = {}

    def measure(self, kept: Sequence[Kept]) -> StrengthScores:
        """Judge every mutant of these exchanges; the same exchanges and seed give the same scores."""
        started = perf_counter()
        groups = by_operation(tuple(exchange for exchange in kept if exchange.operation in self._terms))
        for name, group in groups.items():
            self._progress(name)
            self._measure_operation(self._terms[name], group)
        sums = self._sums
        return StrengthScores(
            exchanges=sum(map(len, groups.values())),
            seconds=perf_counter() - started,
            overall=next(iter(sums.scores("all")), Score("overall")),
            by_vendor=sums.scores("vendor"),
            by_operation=sums.scores("operation"),
            by_operator=sums.scores("operator"),
            survivors=tuple(self._survivors()),
            free=uses(self._all_freedoms(groups), sums.needed),
            redundant=tuple(self._redundant(groups)),
        )

    def _measure_operation(self, terms: OperationTerms, group: tuple[Kept, ...]) -> None:
        operation = terms.operation
        mutator = OperationMutator(operation, group, self._seed)
        free = [
            freedom for contract in contracts_for(terms.vendor, operation) for freedom in self._freedoms_of(contract)
        ]
        clauses = {term.clause.name: (term.contract.file, term.clause.name) for term in terms.clauses}
        for kept in group:
            for mutant in mutator.mutants(kept):
                judgement = kept.judge.judge(replace(kept.exchange, answer=mutant.answer), mutant.seen or kept.seen)
                self._count(terms, kept, mutant, judgement, free, clauses)

    def _count(
        self,
        terms: OperationTerms,
        kept: Kept,
        mutant: Mutant,
        judgement: Judgement,
        free: list[Freedom],
        clauses: Mapping[str, ClauseKey],
    ) -> None:
        broken = [finding for finding in judgement.findings if not finding.unjudged]
        excuse = None if broken else next((freedom for freedom in free if freedom.excuses(mutant)), None)
        if broken:
            documented = any(finding.basis is Basis.DOCUMENTED for finding in broken)
            outcomes = ["caught", "documented"] if documented else ["caught"]
            self._count_clauses({(finding.code, finding.subject) for finding in broken}, clauses)
        elif excuse is not None:
            outcomes = ["free"]
            self._sums.needed[excuse] += 1
        else:
            outcomes = ["survived"]
            key = (kept.operation, kept.answer.status, mutant.place, mutant.operator)
            first, many = self._sums.survivors.get(key, (mutant, 0))
            self._sums.survivors[key] = (first, many + 1)
        operation = terms.operation
        for group in (
            ("all", "overall"),
            ("vendor", operation.vendor),
            ("operation", kept.operation),
            ("operator", mutant.operator),
        ):
            self._sums.outcomes[group].update(outcomes)

    def _count_clauses(self, catchers: set[tuple[str, str]], clauses: Mapping[str, ClauseKey]) -> None:
        for code, subject in catchers:
            if code in _CLAUSE_CODES and subject in clauses:
                key = clauses[subject]
                self._sums.caught[key] += 1
                self._sums.alone[key] += len(catchers) == 1

    def _survivors(self) -> Iterator[Survivor]:
        """Every survivor with its nearest guard, by falling number of mutants."""
        guards: dict[str, Guards] = {}
        for (name, status, place, operator), (mutant, many) in sorted(
            self._sums.survivors.items(), key=lambda entry: (-entry[1][1], entry[0])
        ):
            terms = self._terms[name]
            if name not in guards:
                guards[name] = Guards(terms)
            guard = guards[name].nearest(place, status)
            operation = terms.operation
            yield Survivor(operation.vendor, operation.name, status, place, operator, mutant.change, many, guard)

    def _redundant(self, groups: Mapping[str, tuple[Kept, ...]]) -> Iterator[RedundantClause]:
        """Clauses that catch no mutant which would pass without them."""
        terms: dict[ClauseKey, ClauseTerm] = {
            (term.contract.file, term.clause.name): term for name in groups for term in self._terms[name].clauses
        }
        for key, term in terms.items():
            if not self._sums.alone[key] and not term.clause.provoke:
                yield RedundantClause(term.promise.id, term.clause.position, self._sums.caught[key])

    def _freedoms_of(self, contract: Contract) -> tuple[Freedom, ...]:
        if id(contract) not in self._freedoms:
            self._freedoms[id(contract)] = freedoms([contract])
        return self._freedoms[id(contract)]

    def _all_freedoms(self, groups: Mapping[str, tuple[Kept, ...]]) -> Iterator[Freedom]:
        contracts = {
            id(contract): contract
            for name in groups
            for contract in contracts_for(self._terms[name].vendor, self._terms[name].operation)
        }
        for contract in contracts.values():
            yield from self._freedoms_of(contract)
