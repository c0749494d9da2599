"""Requests from decision tables: one item for each row, holding every combination that the row alone decides."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from troth.cel.expressions import Failure
from troth.judging.scope import ScopeMaker
from troth.judging.terms import OperationTerms, Terms
from troth.model.exchange import Request
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Budget, Built, CaseToSend, GivenCall, GivenFlow, GivenFlows, Judge, Observation
from troth.sources.building import alternatives, assemble, build_request, class_value
from troth.sources.combinations import Combination, all_combinations, needed_facts, select, successful
from troth.sources.minting import Mint
from troth.wire.views import RequestView

SEVERAL = "several rows at once"
SILENT = "no row applies"
MORE = "-more"
"""What the name of an item has behind it that holds all but the first case of a row."""


@dataclass(frozen=True)
class CasesItem:
    """The first of the combinations that one row decides alone, or several rows, or none; or all the others."""

    name: str
    source: str
    operation: Operation
    cases: tuple[CaseToSend, ...]
    brief: bool = True

    def drive(self, judge: Judge) -> None:
        """Have every case judged."""
        for case in self.cases:
            judge(case)


class CasesSource:
    """Items for every operation that has inputs or a table.

    Args:
        terms: the operations.
        facts_of: what a target gives for a vendor.
        budget: its seed decides the values that are nobody's; how many cases there are, the tables decide.
        flows: makes the facts that workflows give; None where there are no workflows.
    """

    name = "cases"

    def __init__(
        self, terms: Terms, facts_of: Callable[[str], Facts], budget: Budget, flows: GivenFlows | None = None
    ) -> None:
        self._terms = terms
        self._facts_of = facts_of
        self._preparation = Preparation(terms, budget.seed, flows)

    def items(self) -> Iterator[CasesItem]:
        """One item a row, those that promise a success first; then what several rows share, and what none decides.

        A success shows the most, so what is wrong with an operation is likely to be seen at once.
        What there is beyond the first case of each is an item of its own, which can wait until every row has been met.
        """
        for terms in self._terms.operations.values():
            for group, members in self._groups(terms).items():
                if members:
                    first, *others = self._cases(terms, group, members)
                    yield _item(terms.operation, group, (first,), brief=True)
                    if others:
                        yield _item(terms.operation, group, tuple(others), brief=False)

    def _groups(self, terms: OperationTerms) -> dict[str, list[Combination]]:
        rows = [row.row for table in terms.tables for row in table.rows if not row.row.provoke]
        rows.sort(key=lambda row: not any(status.startswith("2") for status in row.status))
        groups: dict[str, list[Combination]] = {row.name: [] for row in rows}
        for one in select(list(all_combinations(terms)), self._facts_of(terms.operation.vendor).closed):
            group = SILENT if not one.rows else one.rows[0] if one.unambiguous else SEVERAL
            groups.setdefault(group, []).append(one)
        return groups

    def _cases(self, terms: OperationTerms, group: str, members: list[Combination]) -> list[CaseToSend]:
        facts = self._facts_of(terms.operation.vendor)
        slug = group.replace(" ", "-")
        cases: list[CaseToSend] = []
        for one in members:
            for alternative in range(_alternatives(terms, one.classes, facts) if group not in (SEVERAL, SILENT) else 1):
                cases.append(self._preparation.case(terms, one.classes, f"{slug}/{len(cases)}", alternative))
        return cases


def _item(operation: Operation, group: str, cases: tuple[CaseToSend, ...], brief: bool) -> CasesItem:
    name = f"{operation.vendor}/{operation.name}/cases/{group.replace(' ', '-')}{'' if brief else MORE}"
    return CasesItem(name, CasesSource.name, operation, cases, brief)


def _alternatives(terms: OperationTerms, classes: Mapping[str, str], facts: Facts) -> int:
    """How many requests show every way of being in these classes."""
    return max((alternatives(one, classes[one.name], facts) for one in terms.inputs if one.name in classes), default=1)


class Preparation:
    """Makes cases complete: earlier calls for facts that must be given, and what to observe before and after.

    Args:
        terms: all operations (a given or observed operation is another one).
        seed: decides the values that are nobody's.
        flows: makes the facts that workflows give; None where there are no workflows.
    """

    def __init__(self, terms: Terms, seed: int, flows: GivenFlows | None = None) -> None:
        self._terms = terms
        self._seed = seed
        self._flows = flows
        self._successful: dict[tuple[str, tuple[tuple[str, str], ...]], Mapping[str, str]] = {}

    def case(self, terms: OperationTerms, classes: Mapping[str, str], name: str, alternative: int = 0) -> CaseToSend:
        """The case that sends these classes."""
        seed = f"{self._seed}/{terms.operation}/{name}"
        return CaseToSend(
            name=name,
            operation=terms.operation,
            build=partial(_build, terms, dict(classes), seed, alternative),
            given=self.given(terms, {fact.path[0] for fact in needed_facts(terms, classes) if fact.root == "given"}),
            observation=self.observation(terms),
        )

    def given(self, terms: OperationTerms, names: set[str]) -> tuple[GivenCall | GivenFlow, ...]:
        """The earlier calls and workflows that make these facts."""
        calls: list[GivenCall | GivenFlow] = []
        for one in terms.given:
            if one.name in names and one.workflow and self._flows is not None:
                flow = self._flows.flow(terms.operation.vendor, one)
                calls += [flow] if flow is not None else []
            if one.name not in names or one.name not in terms.take:
                continue
            other = self._terms.operations[f"{terms.operation.vendor}.{one.operation}"]
            classes = self._success(other, one.classes, one.row)
            seed = f"{self._seed}/{terms.operation}/given/{one.name}"
            calls.append(
                GivenCall(one.name, other.operation, partial(_build, other, classes, seed, 0), terms.take[one.name])
            )
        return tuple(calls)

    def observation(self, terms: OperationTerms) -> Observation | None:
        """What to look at before and after, where the contract says so."""
        if terms.observe is None:
            return None
        other = self._terms.operations[f"{terms.operation.vendor}.{terms.observe.operation}"]
        classes = self._success(other, {})
        seed = f"{self._seed}/{terms.operation}/observe"
        return Observation(other.operation, partial(_observe, terms, other, dict(classes), seed))

    def _success(self, terms: OperationTerms, fixed: Mapping[str, str], row: str = "") -> Mapping[str, str]:
        key = (f"{terms.operation} {row}", tuple(sorted(fixed.items())))
        if key not in self._successful:
            self._successful[key] = successful(terms, fixed, row) or dict(fixed)
        return self._successful[key]


def _build(terms: OperationTerms, classes: Mapping[str, str], seed: str, alternative: int, facts: Facts) -> Built:
    return build_request(terms, classes, facts, seed, alternative)


def _observe(
    terms: OperationTerms, other: OperationTerms, classes: Mapping[str, str], seed: str, request: Request, facts: Facts
) -> Built | None:
    view = RequestView(request, terms.operation)
    scope = ScopeMaker(terms.variables).make(view, None, facts)
    mint = Mint(seed)
    values = {}
    for one in other.inputs:
        if one.address in terms.observe_arguments:
            value = terms.observe_arguments[one.address].evaluate(scope)
            if isinstance(value, Failure):
                return None
            values[one.name] = value
        elif one.name in classes:
            values[one.name] = class_value(one, classes[one.name], facts, mint, 0)
    return Built(assemble(other.operation, other.inputs, values), frozenset(mint.made))
