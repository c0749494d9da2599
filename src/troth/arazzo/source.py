"""Workflows as items of a run: each with generated inputs, shrunk to the smallest ones that fail."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from troth.arazzo.inputs import InputPlan, plan_inputs
from troth.arazzo.outcomes import UNSENT, Outcome, unjudged_finding
from troth.arazzo.run import Running
from troth.arazzo.surroundings import Surroundings
from troth.arazzo.terms import WorkflowTerm
from troth.loading.plain import mapping
from troth.model.book import Vendor
from troth.model.operation import Operation
from troth.model.ports import Budget, Depth, Judge, JudgedCase
from troth.model.report import Judgement

RUNS: Mapping[Depth, int] = {Depth.BRIEF: 1, Depth.NORMAL: 5, Depth.THOROUGH: 50}
"""How often a workflow with generated inputs runs."""

SEQUENCES: Mapping[Depth, int] = {Depth.BRIEF: 0, Depth.NORMAL: 10, Depth.THOROUGH: 200}
"""How many random sequences of operations run for a vendor."""


@dataclass
class WorkflowItem:
    """One workflow."""

    name: str
    source: str
    operation: Operation
    term: WorkflowTerm
    budget: Budget
    around: Surroundings = field(repr=False)
    brief: bool = True

    @property
    def file(self) -> str:
        """The document that it stands in."""
        return self.term.workflow.file

    def drive(self, judge: Judge) -> None:
        """Run the workflow, with several inputs where they are generated; report the smallest ones that fail."""
        facts = self.around.facts_of(self.operation.vendor)
        seed, runs = str(self.budget.seed), self.budget.count(RUNS)
        plan = plan_inputs(self.term, facts, seed)
        if plan.missing or self._stuck():
            self._skip(judge, plan)
            return
        if not plan.drawn or not runs:
            self._say(judge, Running(self.around, judge, seed).run(self.term, {}))
            return
        # Schemathesis takes a fifth of a second to load: not before something is generated.
        room = import_module("troth.arazzo.drawing")
        outcome: Outcome = room.smallest(
            plan.drawn,
            runs,
            f"{seed}/{self.term.name}/inputs",
            lambda drawn: Running(self.around, judge, seed).run(self.term, drawn),
        )
        self._say(judge, outcome)

    def _stuck(self) -> bool:
        able = self.around.abilities(self.operation.vendor).advance is not None
        return not able and any(step.step.advance for step in self.term.steps)

    def _skip(self, judge: Judge, plan: InputPlan) -> None:
        """Nothing is sent: say why."""
        reasons = [f"the target does not give the fact {fact}" for fact in plan.missing]
        if self._stuck():
            reasons.append("the clock of this target cannot be moved")
        message = f"the workflow cannot run here: {'; '.join(reasons)}"
        finding = unjudged_finding(self.term, "TR402", message)
        judge(JudgedCase(Judgement(UNSENT, self.operation.name, (finding,), (), {})))

    def _say(self, judge: Judge, outcome: Outcome) -> None:
        """Have what the run as a whole came to counted and reported."""
        for finding, exchange in zip(outcome.findings, outcome.exchanges, strict=True):
            judge(JudgedCase(Judgement(exchange, self.operation.name, (finding,), (), {})))
        judge(JudgedCase(Judgement(UNSENT, self.operation.name, (), tuple(outcome.met), {})))


@dataclass
class ExplorationItem:
    """Random sequences of a vendor's operations."""

    name: str
    source: str
    operation: Operation
    vendor: Vendor
    budget: Budget
    around: Surroundings = field(repr=False)
    brief: bool = False

    def drive(self, judge: Judge) -> None:
        """Have so many sequences judged."""
        room = import_module("troth.arazzo.exploration")
        facts = self.around.facts_of(self.vendor.name)
        explorer = room.Explorer(self.vendor, self.around.terms, facts, self.budget.seed)
        explorer.explore(judge, self.budget.count(SEQUENCES))


class WorkflowsSource:
    """Every workflow of a book, and random sequences of each vendor whose spec has links.

    Args:
        around: what runs share.
        budget: its seed decides every input that is generated; its examples, how often a workflow with generated inputs
            runs (0 for once) and how many random sequences there are (0 for none).
        vendors: whose operations are called at random; none where the target cannot be reset.
    """

    name = "workflows"

    def __init__(
        self,
        around: Surroundings,
        budget: Budget,
        vendors: Iterable[Vendor] = (),
    ) -> None:
        self._around = around
        self._vendors = tuple(vendors)
        self._budget = budget

    def items(self) -> Iterator[WorkflowItem | ExplorationItem]:
        """One item a workflow, in the order of the documents; then one a vendor."""
        for term in self._around.workflows.terms.values():
            name = f"{term.workflow.vendor}/{term.about.name}/workflows/{term.workflow.name}"
            yield WorkflowItem(name, self.name, term.about, term, self._budget, self._around)
        for vendor in self._vendors:
            first = next((operation for operation in vendor.spec.operations.values() if operation.soap is None), None)
            if first is not None and self._budget.count(SEQUENCES) and has_links(vendor):
                name = f"{vendor.name}/{first.name}/workflows/operations-called-at-random-along-their-links"
                yield ExplorationItem(name, self.name, first, vendor, self._budget, self._around)


def has_links(vendor: Vendor) -> bool:
    """Whether the vendor's spec says what may follow an answer."""
    return any(
        "links" in mapping(response)
        for item in mapping(vendor.spec.document.get("paths")).values()
        for raw in mapping(item).values()
        for response in mapping(mapping(raw).get("responses")).values()
    )
