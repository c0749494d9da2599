"""Requests from decision tables: one item for each row, holding every combination that the row alone decides."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from troth.judging.terms import OperationTerms, Terms
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Budget, CaseToSend, GivenFlows, Judge
from troth.sources.class_values import alternatives
from troth.sources.combinations import Combination, all_combinations
from troth.sources.preparation import Preparation
from troth.sources.selection import select_combinations

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
                    first, *more = self._cases(terms, group, members)
                    yield _item(terms.operation, group, (first,), brief=True)
                    if more:
                        yield _item(terms.operation, group, tuple(more), brief=False)

    def _groups(self, terms: OperationTerms) -> dict[str, list[Combination]]:
        rows = [row.row for table in terms.tables for row in table.rows if not row.row.provoke]
        rows.sort(key=lambda row: not any(status.startswith("2") for status in row.status))
        groups: dict[str, list[Combination]] = {row.name: [] for row in rows}
        closed = self._facts_of(terms.operation.vendor).closed
        for combination in select_combinations(list(all_combinations(terms)), closed):
            alone = combination.rows[0] if combination.unambiguous else SEVERAL
            group = alone if combination.rows else SILENT
            groups.setdefault(group, []).append(combination)
        return groups

    def _cases(self, terms: OperationTerms, group: str, members: list[Combination]) -> list[CaseToSend]:
        facts = self._facts_of(terms.operation.vendor)
        slug = group.replace(" ", "-")
        cases: list[CaseToSend] = []
        for combination in members:
            classes = combination.classes
            for alternative in range(_alternatives(terms, classes, facts) if group not in (SEVERAL, SILENT) else 1):
                cases.append(self._preparation.case(terms, classes, f"{slug}/{len(cases)}", alternative))
        return cases


def _item(operation: Operation, group: str, cases: tuple[CaseToSend, ...], brief: bool) -> CasesItem:
    name = f"{operation.vendor}/{operation.name}/cases/{group.replace(' ', '-')}{'' if brief else MORE}"
    return CasesItem(name, CasesSource.name, operation, cases, brief)


def _alternatives(terms: OperationTerms, classes: Mapping[str, str], facts: Facts) -> int:
    """How many requests show every way of being in these classes."""
    varied = (contract_input for contract_input in terms.inputs if contract_input.name in classes)
    counts = (alternatives(contract_input, classes[contract_input.name], facts) for contract_input in varied)
    return max(counts, default=1)
