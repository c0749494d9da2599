"""Workflows made ready to run: operations found, criteria compiled, every promise named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from troth.arazzo.criteria import Check, CriterionInvalid, Take, cel_steps, compile_criterion, compile_selector
from troth.arazzo.lint import lint_workflow, operation_of
from troth.errors import Problem
from troth.model.book import Book, Vendor
from troth.model.operation import Operation
from troth.model.report import Kind, Promise
from troth.model.workflow import Action, Criterion, Selector, Step, Workflow, runtime_expressions


@dataclass(frozen=True, slots=True)
class CriterionTerm:
    """A criterion of a step, ready to be held against it."""

    criterion: Criterion
    check: Check
    promise: Promise


@dataclass(frozen=True, slots=True)
class ActionTerm:
    """An action, with the checks that say whether it applies."""

    action: Action
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class StepTerm:
    """A step ready to run."""

    step: Step
    operation: Operation | None
    """None where the step calls a workflow."""
    criteria: tuple[CriterionTerm, ...]
    on_success: tuple[ActionTerm, ...]
    on_failure: tuple[ActionTerm, ...]
    takes: Mapping[str, Take]
    """Outputs taken by selectors."""
    needs: frozenset[str]
    """The steps whose outputs it uses."""


@dataclass(frozen=True, slots=True)
class WorkflowTerm:
    """A workflow ready to run."""

    workflow: Workflow
    vendor: Vendor
    about: Operation
    """What the workflow is counted under: the operation that it calls first."""
    steps: tuple[StepTerm, ...]
    success_actions: tuple[ActionTerm, ...]
    failure_actions: tuple[ActionTerm, ...]
    promise: Promise

    @property
    def name(self) -> str:
        """``vendor.workflow``."""
        return f"{self.workflow.vendor}.{self.workflow.name}"

    def leads_to(self) -> Iterator[str]:
        """The workflows that it depends on, calls, goes on to or cleans up with."""
        workflow = self.workflow
        yield from (*workflow.depends_on, *workflow.cleanup)
        actions = [*workflow.success_actions, *workflow.failure_actions]
        for step in workflow.steps:
            actions += [*step.on_success, *step.on_failure]
            yield step.workflow
        yield from (action.workflow for action in actions)

    def promises(self) -> Iterator[Promise]:
        """All that the tally counts for this workflow."""
        yield self.promise
        for step in self.steps:
            yield from (criterion.promise for criterion in step.criteria)


@dataclass(frozen=True, slots=True)
class Workflows:
    """All workflows of a book, by ``vendor.workflow``."""

    terms: Mapping[str, WorkflowTerm] = field(default_factory=dict)

    def find(self, vendor: str, name: str) -> WorkflowTerm | None:
        """The workflow of a vendor."""
        return self.terms.get(f"{vendor}.{name}")

    def operations(self, term: WorkflowTerm) -> tuple[Operation, ...]:
        """Every operation that a workflow may call, itself or through others."""
        operations: dict[str, Operation] = {}
        todo, seen = [term], {term.name}
        while todo:
            current = todo.pop()
            called = [step.operation for step in current.steps if step.operation is not None]
            operations.update((str(operation), operation) for operation in called)
            for name in current.leads_to():
                following = self.find(current.workflow.vendor, name)
                if following is not None and following.name not in seen:
                    seen.add(following.name)
                    todo.append(following)
        return tuple(operations.values())

    def promises(self) -> Iterator[Promise]:
        """All that the tally counts."""
        for term in self.terms.values():
            yield from term.promises()


def compile_workflows(book: Book) -> tuple[Workflows, tuple[Problem, ...]]:
    """Check and compile the workflows of a book.

    Returns:
        The workflows without those that cannot run, and every problem found.
    """
    problems: list[Problem] = []
    terms: dict[str, WorkflowTerm] = {}
    for vendor in book.vendors.values():
        first: dict[str, Workflow] = {}
        for workflow in vendor.workflows:
            earlier = first.setdefault(workflow.name, workflow)
            if earlier is not workflow:
                message = f"the workflow {workflow.name!r} stands twice (also in {earlier.file})"
                problems.append(Problem(workflow.position, message, "give each workflow of a vendor its own name"))
                continue
            compiling = _Compiling(vendor, workflow)
            term = compiling.term()
            of_workflow = [*lint_workflow(vendor, workflow), *compiling.problems]
            problems += of_workflow
            if term is not None and not any(problem.severity == "error" for problem in of_workflow):
                terms[term.name] = term
    return Workflows(terms), tuple(sorted(problems, key=lambda problem: problem.position))


class _Compiling:
    def __init__(self, vendor: Vendor, workflow: Workflow) -> None:
        self.vendor = vendor
        self.workflow = workflow
        self.problems: list[Problem] = []

    def term(self) -> WorkflowTerm | None:
        about = _first_operation(self.vendor, self.workflow, set())
        if about is None:
            return None
        workflow = self.workflow
        return WorkflowTerm(
            workflow=workflow,
            vendor=self.vendor,
            about=about,
            steps=tuple(self._step(step, about) for step in workflow.steps),
            success_actions=self._actions(workflow.success_actions),
            failure_actions=self._actions(workflow.failure_actions),
            promise=Promise(
                vendor=workflow.vendor,
                operation=about.name,
                kind=Kind.WORKFLOW,
                name=workflow.name,
                basis=workflow.basis,
                position=workflow.position,
                says=workflow.says,
                citation=workflow.citation,
            ),
        )

    def _step(self, step: Step, about: Operation) -> StepTerm:
        return StepTerm(
            step=step,
            operation=operation_of(self.vendor, step) if step.operation else None,
            criteria=tuple(self._criteria(step, about)),
            on_success=self._actions(step.on_success),
            on_failure=self._actions(step.on_failure),
            takes=dict(self._takes(step)),
            needs=needed_steps(step),
        )

    def _criteria(self, step: Step, about: Operation) -> Iterator[CriterionTerm]:
        for number, criterion in enumerate(step.criteria, start=1):
            check = self._check(criterion)
            if check is None:
                continue
            promise = Promise(
                vendor=self.workflow.vendor,
                operation=about.name,
                kind=Kind.WORKFLOW,
                name=f"{self.workflow.name}/{step.name}/{number}",
                basis=criterion.basis or self.workflow.basis,
                position=criterion.position,
                says=criterion.says or criterion.text,
                citation=criterion.citation or self.workflow.citation,
            )
            yield CriterionTerm(criterion, check, promise)

    def _actions(self, actions: tuple[Action, ...]) -> tuple[ActionTerm, ...]:
        terms = []
        for action in actions:
            checks = [self._check(criterion) for criterion in action.criteria]
            terms.append(ActionTerm(action, tuple(check for check in checks if check is not None)))
        return tuple(terms)

    def _check(self, criterion: Criterion) -> Check | None:
        try:
            return compile_criterion(criterion)
        except CriterionInvalid as error:
            self.problems.extend(error.problems)
            return None

    def _takes(self, step: Step) -> Iterator[tuple[str, Take]]:
        for name, output in step.outputs.items():
            if isinstance(output, Selector):
                try:
                    yield name, compile_selector(output)
                except CriterionInvalid as error:
                    self.problems.extend(error.problems)


def needed_steps(step: Step) -> frozenset[str]:
    """The other steps whose outputs a step uses to be made or judged."""
    used = runtime_expressions((step.arguments, step.body, step.criteria, step.security))
    in_cel = (name for criterion in step.criteria if criterion.kind == "cel" for name in cel_steps(criterion.text))
    named = (reference.part for reference in used if reference.root == "steps")
    return frozenset({*named, *in_cel} - {step.name})


def _first_operation(vendor: Vendor, workflow: Workflow, seen: set[str]) -> Operation | None:
    """The operation that a workflow calls first, itself or through another."""
    seen.add(workflow.name)
    for step in workflow.steps:
        if step.operation:
            operation = operation_of(vendor, step)
        else:
            called = next((workflow for workflow in vendor.workflows if workflow.name == step.workflow), None)
            operation = None if called is None or called.name in seen else _first_operation(vendor, called, seen)
        if operation is not None:
            return operation
    return None
