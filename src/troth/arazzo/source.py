"""Workflows as items of a run: each with generated inputs, shrunk to the smallest ones that fail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Never

from troth.arazzo.inputs import InputPlan, plan_inputs
from troth.arazzo.outcomes import UNSENT, Outcome, unjudged_finding
from troth.arazzo.run import Running
from troth.arazzo.surroundings import Surroundings
from troth.arazzo.terms import WorkflowTerm
from troth.loading.plain import mapping
from troth.model.book import Vendor
from troth.model.operation import Operation
from troth.model.ports import Case, Judge
from troth.model.report import Judgement

EXAMPLES, MANY_EXAMPLES = 5, 50
"""How often a workflow with generated inputs runs: by default, and to be thorough."""

SEQUENCES, MANY_SEQUENCES = 10, 200
"""How many random sequences of operations run for a vendor: by default, and to be thorough."""


@dataclass
class WorkflowItem:
    """One workflow."""

    name: str
    source: str
    operation: Operation
    term: WorkflowTerm
    around: Surroundings = field(repr=False)
    seed: int = 0
    examples: int = EXAMPLES
    brief: bool = True

    @property
    def file(self) -> str:
        """The document that it stands in."""
        return self.term.workflow.file

    def drive(self, judge: Judge) -> None:
        """Run the workflow, with several inputs where they are generated; report the smallest ones that fail."""
        facts = self.around.facts_of(self.operation.vendor)
        plan = plan_inputs(self.term.workflow, facts, f"{self.seed}/{self.term.name}")
        if plan.missing or self._stuck():
            self._skip(judge, plan)
            return
        if not plan.drawn or not self.examples:
            self._say(judge, Running(self.around, judge, plan.minted).run(self.term, plan.known))
            return
        # Schemathesis takes a fifth of a second to load: not before something is generated.
        room = import_module("troth.arazzo.drawing")
        outcome: Outcome = room.smallest(
            plan.drawn,
            self.examples,
            f"{self.seed}/{self.term.name}/inputs",
            lambda drawn: Running(self.around, judge, plan.minted).run(self.term, {**plan.known, **drawn}),
        )
        self._say(judge, outcome)

    def _stuck(self) -> bool:
        return self.around.advance is None and any(step.step.advance for step in self.term.steps)

    def _skip(self, judge: Judge, plan: InputPlan) -> None:
        """Nothing is sent: say why."""
        reasons = [f"the target does not give the fact {fact}" for fact in plan.missing]
        if self._stuck():
            reasons.append("the clock of this target cannot be moved")
        message = f"the workflow cannot run here: {'; '.join(reasons)}"
        finding = unjudged_finding(self.term, "TR402", message)
        judge(self._case(Judgement(UNSENT, self.operation.name, (finding,), (), {})))

    def _say(self, judge: Judge, outcome: Outcome) -> None:
        """Have what the run as a whole came to counted and reported."""
        for finding, exchange in zip(outcome.findings, outcome.exchanges, strict=True):
            judge(self._case(Judgement(exchange, self.operation.name, (finding,), (), {})))
        judge(self._case(Judgement(UNSENT, self.operation.name, (), tuple(outcome.met), {})))

    def _case(self, said: Judgement) -> Case:
        return Case(self.term.workflow.name, self.operation, _never, said=said)


def _never(_facts: object) -> Never:
    raise RuntimeError("nothing is to be sent for what is only said")


@dataclass
class ExplorationItem:
    """Random sequences of a vendor's operations."""

    name: str
    source: str
    operation: Operation
    vendor: Vendor
    around: Surroundings = field(repr=False)
    seed: int = 0
    sequences: int = SEQUENCES
    brief: bool = False

    def drive(self, judge: Judge) -> None:
        """Have so many sequences judged."""
        room = import_module("troth.arazzo.exploration")
        facts = self.around.facts_of(self.vendor.name)
        room.Explorer(self.vendor, self.around.terms, facts, self.seed).explore(judge, self.sequences)


class WorkflowsSource:
    """Every workflow of a book, and random sequences of each vendor whose spec has links.

    Args:
        around: what runs share.
        vendors: whose operations are called at random; none where the target cannot be reset.
        seed: decides every input that is generated.
        max_examples: how often a workflow with generated inputs runs; None for the default, 0 for once.
        thorough: run it more often, where ``max_examples`` does not say how often.
    """

    name = "workflows"

    def __init__(
        self,
        around: Surroundings,
        seed: int,
        max_examples: int | None = None,
        thorough: bool = False,
        vendors: Iterable[Vendor] = (),
    ) -> None:
        self._around = around
        self._vendors = tuple(vendors)
        self._sequences = max_examples if max_examples is not None else MANY_SEQUENCES if thorough else SEQUENCES
        self._seed = seed
        self._examples = max_examples if max_examples is not None else MANY_EXAMPLES if thorough else EXAMPLES

    def items(self) -> Iterator[WorkflowItem | ExplorationItem]:
        """One item a workflow, in the order of the documents; then one a vendor."""
        for term in self._around.workflows.terms.values():
            name = f"{term.workflow.vendor}/{term.about.name}/workflows/{term.workflow.name}"
            yield WorkflowItem(name, self.name, term.about, term, self._around, self._seed, self._examples)
        for vendor in self._vendors:
            first = next((one for one in vendor.spec.operations.values() if one.soap is None), None)
            if first is not None and self._sequences and has_links(vendor):
                name = f"{vendor.name}/{first.name}/workflows/operations-called-at-random-along-their-links"
                yield ExplorationItem(name, self.name, first, vendor, self._around, self._seed, self._sequences)


def has_links(vendor: Vendor) -> bool:
    """Whether the vendor's spec says what may follow an answer."""
    return any(
        "links" in mapping(response)
        for item in mapping(vendor.spec.document.get("paths")).values()
        for raw in mapping(item).values()
        for response in mapping(mapping(raw).get("responses")).values()
    )
