"""What can be said against a workflow before it runs: names that nothing has, and what can never be."""

from collections.abc import Iterable, Iterator

from troth.arazzo.credentials import security_problems
from troth.arazzo.outputs import Reach, reach_of
from troth.errors import Position, Problem, did_you_mean
from troth.model.book import Vendor
from troth.model.operation import Operation
from troth.model.workflow import Action, RuntimeExpression, Step, StepArgument, Text, Workflow, runtime_expressions
from troth.wire.bodies import Unreadable
from troth.wire.soap import read_envelope


def operation_of(vendor: Vendor, step: Step) -> Operation | None:
    """The operation that a step calls; for SOAP the function that its envelope names. None where there is none."""
    named = [operation for operation in vendor.spec.operations.values() if operation.http_name == step.operation]
    if len(named) == 1 and named[0].soap is None:
        return named[0]
    element = _soap_element(step)
    functions = (operation for operation in named if operation.soap is not None)
    return next((function for function in functions if function.soap and function.soap.element == element), None)


def _soap_element(step: Step) -> str:
    payload = step.body.payload if step.body is not None else ""
    if isinstance(payload, Text):
        payload = "".join(part if isinstance(part, str) else "x" for part in payload.parts)
    message = read_envelope(str(payload).strip().encode())
    return "" if isinstance(message, Unreadable) else message.name


def lint_workflow(vendor: Vendor, workflow: Workflow) -> Iterator[Problem]:
    """Everything wrong with a workflow that its shape and its criteria do not show."""
    checking = _Checking(vendor, workflow)
    yield from checking.whole()
    for step in workflow.steps:
        yield from checking.step(step)


class _Checking:
    def __init__(self, vendor: Vendor, workflow: Workflow) -> None:
        self.vendor = vendor
        self.workflow = workflow
        self.steps = {step.name: step for step in workflow.steps}
        self.workflows = {beside.name: beside for beside in vendor.workflows if beside.file == workflow.file}
        properties = workflow.inputs.get("properties")
        self.inputs = set(properties) if isinstance(properties, dict) else set()

    def whole(self) -> Iterator[Problem]:
        workflow = self.workflow
        for key, names in (("dependsOn", workflow.depends_on), ("x-cleanup", workflow.cleanup)):
            for name in names:
                if name not in self.workflows:
                    yield self._unknown("workflow", name, self.workflows, workflow.places[f"{key}.{name}"])
        if _reaches(self.workflows, workflow.name):
            message = f"the workflow {workflow.name!r} calls or awaits itself"
            yield Problem(workflow.position, message, "break the circle: such a workflow never ends")
        for source in workflow.input_sources.values():
            name = ".".join(source.world)
            known = self.vendor.world
            if name and name not in known and not any(fact.startswith(name + ".") for fact in known):
                yield self._unknown("fact", f"$world.{name}", [f"$world.{fact}" for fact in known], workflow.position)
        yield from security_problems(workflow.security, self.vendor.spec)
        for name, output in workflow.outputs.items():
            yield from self._names(output, workflow.places[f"outputs.{name}"])
        for action in (*workflow.success_actions, *workflow.failure_actions):
            yield from self._action(action)
        criteria = (criterion for step in workflow.steps for criterion in step.criteria)
        citations = {workflow.citation, *(criterion.citation for criterion in criteria)}
        for citation in citations - {None}:
            if (
                citation is not None
                and citation.kind in ("page", "client")
                and citation.name not in self.vendor.sources
            ):
                yield self._unknown("source", citation.name, self.vendor.sources, workflow.position)

    def step(self, step: Step) -> Iterator[Problem]:
        operation = None
        if step.operation:
            operation = operation_of(self.vendor, step)
            yield from self._operation(step, operation)
        elif step.workflow and step.workflow not in self.workflows:
            yield self._unknown("workflow", step.workflow, self.workflows, step.called)
        elif step.workflow:
            yield from self._called(step, self.workflows[step.workflow])
        yield from security_problems(step.security, self.vendor.spec)
        for security in step.security:
            yield from self._names(security, security.position)
        for argument in step.arguments:
            yield from self._names(argument.value, argument.position)
        if step.body is not None:
            yield from self._names(step.body, step.body.position)
        for criterion in step.criteria:
            yield from self._names(criterion, criterion.position, step)
        for name, output in step.outputs.items():
            yield from self._names(output, self._output_position(step, name), step)
            if operation is not None and isinstance(output, RuntimeExpression):
                yield from self._output(operation, output, self._output_position(step, name))
        for action in (*step.on_success, *step.on_failure):
            yield from self._action(action)

    def _output_position(self, step: Step, name: str) -> Position:
        return step.places.get(name, step.position)

    def _operation(self, step: Step, operation: Operation | None) -> Iterator[Problem]:
        described = self.vendor.spec.operations.values()
        known = {each.http_name for each in described}
        if operation is None:
            if step.operation in known:
                functions = ", ".join(each.name for each in described if each.soap is not None)
                fix = f"the payload must be the envelope of one of: {functions}"
                yield Problem(step.called, f"the payload names no function of {step.operation}", fix)
            else:
                yield self._unknown("operation", step.operation, known, step.called)
            return
        for argument in step.arguments:
            yield from _argument(operation, argument)
        named = {argument.name for argument in step.arguments if argument.place == "path"}
        for parameter in operation.parameters:
            if parameter.place == "path" and parameter.name not in named and parameter.example is None:
                message = f"{operation.name} needs the path parameter {parameter.name!r}"
                yield Problem(step.called, message, f"add name: {parameter.name}, in: path")

    def _called(self, step: Step, called: Workflow) -> Iterator[Problem]:
        properties = called.inputs.get("properties")
        known = set(properties) if isinstance(properties, dict) else set()
        for argument in step.arguments:
            if argument.name not in known:
                yield self._unknown(f"input of {called.name}", argument.name, known, argument.position)

    def _output(self, operation: Operation, output: RuntimeExpression, position: Position) -> Iterator[Problem]:
        if (output.root, output.part) != ("response", "body") or not output.pointer:
            return
        reached = reach_of(operation, output.pointer)
        if reached is Reach.IMPOSSIBLE:
            message = f"no documented answer of {operation.name} can have {output.text}"
            yield Problem(position, message, "point at a part that the spec describes")
        elif reached is Reach.UNDESCRIBED:
            message = f"no schema of {operation.name} describes {output.text}"
            yield Problem(position, message, "see whether the pointer is misspelt", "warning")

    def _action(self, action: Action) -> Iterator[Problem]:
        if action.step and action.step not in self.steps:
            yield self._unknown("step", action.step, self.steps, action.position)
        if action.workflow and action.workflow not in self.workflows:
            yield self._unknown("workflow", action.workflow, self.workflows, action.position)
        for criterion in action.criteria:
            yield from self._names(criterion, criterion.position)

    def _names(self, value: object, position: Position, step: Step | None = None) -> Iterator[Problem]:
        """Unknown inputs, steps, workflows and outputs in whatever holds expressions."""
        for reference in runtime_expressions(value):
            name = reference.name
            if reference.root == "inputs" and not {name, name.partition(".")[0]} & self.inputs:
                yield self._unknown("input", name, self.inputs, position)
            elif reference.root == "steps":
                yield from self._output_of(self.steps, reference, "step", position)
            elif reference.root == "workflows":
                yield from self._output_of(self.workflows, reference, "workflow", position)
            elif reference.root == "outputs" and step is not None and step.workflow in self.workflows:
                outputs = self.workflows[step.workflow].outputs
                if name not in outputs:
                    yield self._unknown(f"output of {step.workflow}", name, outputs, position)

    def _output_of(
        self,
        holders: dict[str, Step] | dict[str, Workflow],
        reference: RuntimeExpression,
        what: str,
        position: Position,
    ) -> Iterator[Problem]:
        holder, name = holders.get(reference.part), reference.name
        if holder is None:
            yield self._unknown(what, reference.part, holders, position)
        elif not {name, name.partition(".")[0]} & set(holder.outputs):
            yield self._unknown(f"output of {reference.part}", name, holder.outputs, position)

    def _unknown(self, what: str, name: str, known: Iterable[str], position: Position) -> Problem:
        return Problem(position, f"unknown {what} {name!r}", did_you_mean(name, known))


def _argument(operation: Operation, argument: StepArgument) -> Iterator[Problem]:
    if argument.place not in ("path", "query"):
        return
    known = {parameter.name for parameter in operation.parameters if parameter.place == argument.place}
    if argument.name not in known:
        message = f"{operation.name} has no {argument.place} parameter {argument.name!r}"
        yield Problem(argument.position, message, did_you_mean(argument.name, known))


def _reaches(workflows: dict[str, Workflow], start: str) -> bool:
    """Whether a workflow leads back to itself by its steps or by what it depends on."""
    seen: set[str] = set()
    todo = list(_leads_to(workflows[start])) if start in workflows else []
    while todo:
        name = todo.pop()
        if name == start:
            return True
        if name in workflows and name not in seen:
            seen.add(name)
            todo.extend(_leads_to(workflows[name]))
    return False


def _leads_to(workflow: Workflow) -> Iterator[str]:
    yield from workflow.depends_on
    yield from (step.workflow for step in workflow.steps if step.workflow)
