"""The measurement: judge every mutant, keep which promise caught it, and sum up."""

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
from troth.strength.mutating import Company, by_operation

_CLAUSE_CODES = ("TR301", "TR302")
ClauseKey = tuple[str, str]
"""A contract's file and a clause's name."""


@dataclass(slots=True)
class _Counts:
    caught: int = 0
    documented: int = 0
    free: int = 0
    survived: int = 0

    def score(self, name: str) -> Score:
        return Score(name, self.caught, self.documented, self.free, self.survived)


@dataclass(slots=True)
class _Sums:
    """What one measurement adds up."""

    scores: dict[tuple[str, str], _Counts] = field(default_factory=dict)
    survivors: dict[tuple[str, int, str, str], tuple[Mutant, int]] = field(default_factory=dict)
    needed: dict[Freedom, int] = field(default_factory=dict)
    caught: dict[ClauseKey, int] = field(default_factory=dict)
    alone: dict[ClauseKey, int] = field(default_factory=dict)

    def counts(self, *groups: tuple[str, str]) -> list[_Counts]:
        return [self.scores.setdefault(group, _Counts()) for group in groups]


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of a choice of kept exchanges."""

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
    """Measures what contracts hold a vendor to.

    Args:
        terms: ``vendor.operation`` → what is promised; only these are measured.
        seed: decides what is random.
        progress: told the name of each operation before it is measured.
    """

    def __init__(self, terms: Mapping[str, OperationTerms], seed: int, progress: Callable[[str], None]) -> None:
        self._terms = terms
        self._seed = seed
        self._progress = progress
        self._sums = _Sums()
        self._freedoms: dict[int, tuple[Freedom, ...]] = {}

    def measure(self, kept: Sequence[Kept]) -> Measured:
        """Judge every mutant of these exchanges; the same exchanges and seed give the same scores."""
        started = perf_counter()
        groups = by_operation(tuple(one for one in kept if one.operation in self._terms))
        for name, group in groups.items():
            self._progress(name)
            self._measure_operation(self._terms[name], group)
        scores = self._sums.scores
        return Measured(
            exchanges=sum(map(len, groups.values())),
            seconds=perf_counter() - started,
            overall=scores.get(("all", ""), _Counts()).score("overall"),
            by_vendor=_scores(scores, "vendor"),
            by_operation=_scores(scores, "operation"),
            by_operator=_scores(scores, "operator"),
            survivors=tuple(self._survivors()),
            free=uses(self._all_freedoms(groups), self._sums.needed),
            redundant=tuple(self._redundant(groups)),
        )

    def _measure_operation(self, terms: OperationTerms, group: tuple[Kept, ...]) -> None:
        operation = terms.operation
        company = Company(operation, group, self._seed)
        free = [one for contract in contracts_for(terms.vendor, operation) for one in self._freedoms_of(contract)]
        clauses = {term.clause.name: (term.contract.file, term.clause.name) for term in terms.clauses}
        for kept in group:
            for mutant in company.mutants(kept):
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
        operation = terms.operation
        counts = self._sums.counts(
            ("all", ""), ("vendor", operation.vendor), ("operation", kept.operation), ("operator", mutant.operator)
        )
        found = [finding for finding in judgement.findings if not finding.unjudged]
        if found:
            documented = any(finding.basis is Basis.DOCUMENTED for finding in found)
            for one in counts:
                one.caught += 1
                one.documented += documented
            self._count_clauses({(finding.code, finding.subject) for finding in found}, clauses)
            return
        excuse = next((one for one in free if one.excuses(mutant)), None)
        if excuse is not None:
            self._sums.needed[excuse] = self._sums.needed.get(excuse, 0) + 1
            for one in counts:
                one.free += 1
            return
        for one in counts:
            one.survived += 1
        key = (kept.operation, kept.answer.status, mutant.place, mutant.operator)
        first, many = self._sums.survivors.get(key, (mutant, 0))
        self._sums.survivors[key] = (first, many + 1)

    def _count_clauses(self, catchers: set[tuple[str, str]], clauses: Mapping[str, ClauseKey]) -> None:
        for code, subject in catchers:
            if code in _CLAUSE_CODES and subject in clauses:
                key = clauses[subject]
                self._sums.caught[key] = self._sums.caught.get(key, 0) + 1
                if len(catchers) == 1:
                    self._sums.alone[key] = self._sums.alone.get(key, 0) + 1

    def _survivors(self) -> Iterator[Survivor]:
        """The most frequent first, and what the guards nearly hold before what nobody speaks of."""
        guards: dict[str, Guards] = {}
        for (name, status, place, operator), (mutant, many) in sorted(
            self._sums.survivors.items(), key=lambda one: (-one[1][1], one[0])
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
            if not self._sums.alone.get(key) and not term.clause.provoke:
                yield RedundantClause(term.promise.id, term.clause.position, self._sums.caught.get(key, 0))

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


def _scores(scores: Mapping[tuple[str, str], _Counts], kind: str) -> tuple[Score, ...]:
    return tuple(counts.score(name) for (group, name), counts in scores.items() if group == kind)
