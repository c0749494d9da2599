"""Workflows as what a case is given: run before it, an output taken, cleaned up after it."""

from collections.abc import Callable
from functools import partial

from troth.arazzo.inputs import plan_inputs
from troth.arazzo.run import Running
from troth.arazzo.surroundings import Surroundings
from troth.arazzo.terms import WorkflowTerm
from troth.model.contract import Given
from troth.model.ports import Budget, GivenFlow, Judge


class GivenWorkflows:
    """Makes the facts of contracts that name a workflow under ``given``.

    Args:
        around: what runs share.
        budget: its seed decides the values that are nobody's.
    """

    def __init__(self, around: Surroundings, budget: Budget) -> None:
        self._around = around
        self._seed = budget.seed

    def flow(self, vendor: str, given: Given) -> GivenFlow | None:
        """The workflow that a contract names; None where the vendor has none of that name."""
        term = self._around.workflows.find(vendor, given.workflow)
        if term is None:
            return None
        operations = self._around.workflows.operations(term)
        return GivenFlow(given.name, operations, partial(self._begin, term, given))

    def _begin(self, term: WorkflowTerm, given: Given, judge: Judge) -> tuple[object, Callable[[], None]]:
        facts = self._around.facts_of(term.workflow.vendor)
        seed = f"{self._seed}/given/{given.name}"
        plan = plan_inputs(term, facts, seed)
        if plan.missing:
            raise KeyError(plan.missing[0])
        if plan.drawn:
            names = ", ".join(sorted(plan.drawn["properties"]))  # type: ignore[call-overload]
            raise KeyError(f"$given.{given.name} (the workflow needs values for {names})")
        outcome, clean_up = Running(self._around, judge, seed).begin(term, {})
        if given.take.text not in outcome.outputs:
            clean_up()
            raise KeyError(f"$given.{given.name} (the workflow {term.workflow.name} did not give it)")
        return outcome.outputs[given.take.text], clean_up
