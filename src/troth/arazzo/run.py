"""One run of one workflow: steps in their order, actions, retries, clean-up; bounded in steps, time and depth."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from troth.arazzo.credentials import credentials_of
from troth.arazzo.inputs import plan_inputs
from troth.arazzo.outcomes import UNSENT, Outcome, StepCall, before, unjudged_finding, unmet_finding
from troth.arazzo.requests import build_step
from troth.arazzo.surroundings import Surroundings
from troth.arazzo.terms import ActionTerm, StepTerm, WorkflowTerm
from troth.arazzo.values import Asked, Missing, Moment, Unbuildable, fill
from troth.model.exchange import Exchange, NoAnswer, Response
from troth.model.operation import Operation
from troth.model.ports import Built, CaseToSend, Judge
from troth.model.report import Finding, Judgement, Met, Promise
from troth.model.workflow import Action, Selector, Template


@dataclass(slots=True)
class _Frame:
    """One workflow while it runs."""

    term: WorkflowTerm
    inputs: Mapping[str, object]
    depth: int
    steps: dict[str, Mapping[str, object]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    """Steps that failed or were skipped: what needs their outputs is skipped too."""
    failed: bool = False
    unknown_state: bool = False
    """A step that should have changed something did not succeed, so later steps would be judged by a wrong state."""
    retried: dict[tuple[str, str], int] = field(default_factory=dict)
    cleaned: bool = False


class _Stopped(Exception):
    """A bound was reached; the message says which."""


class Running:
    """Runs a workflow once.

    Args:
        around: what runs share.
        judge: has each step's exchange made and judged.
        seed: decides the inputs that are nobody's.
    """

    def __init__(self, around: Surroundings, judge: Judge, seed: str) -> None:
        self._around = around
        self._judge = judge
        self._seed = seed
        self._minted: frozenset[str] = frozenset()
        self._outcome = Outcome()
        self._workflows: dict[str, Mapping[str, object]] = {}
        self._fresh = True
        self._stale = False
        self._left = around.bounds.steps
        self._until = around.clock() + around.bounds.seconds

    def begin(self, term: WorkflowTerm, inputs: Mapping[str, object]) -> tuple[Outcome, Callable[[], None]]:
        """Run the workflow but for its clean-up, on the state that the target is in.

        Args:
            term: the workflow.
            inputs: what is given; other inputs come from where the document says, or have their default.

        Returns:
            What it came to, and what runs the clean-up (once; later calls do nothing).
        """
        self._fresh = False
        frame = _Frame(term, self._completed(term, inputs), 0)

        def clean_up() -> None:
            if not frame.cleaned:
                frame.cleaned = True
                with suppress(_Stopped):
                    self._clean_up(frame)

        try:
            self._depend(term, inputs, 0, set())
            self._walk(frame)
            self._outcome.outputs = self._workflow_outputs(frame)
        except _Stopped:
            frame.failed = True
        if frame.failed:
            clean_up()
        return self._outcome, clean_up

    def run(self, term: WorkflowTerm, inputs: Mapping[str, object]) -> Outcome:
        """Run the workflow with these inputs, and what it depends on before it."""
        try:
            self._depend(term, inputs, 0, set())
            frame = self._perform(term, inputs, 0)
            self._outcome.outputs = self._workflow_outputs(frame)
        except _Stopped as stopped:
            finding = unjudged_finding(term, "TR403", f"the workflow was stopped: {stopped}")
            self._outcome.add([(finding, UNSENT)])
            self._outcome.met.append((term.promise, Met.UNJUDGED))
        return self._outcome

    def _depend(self, term: WorkflowTerm, inputs: Mapping[str, object], depth: int, seen: set[str]) -> None:
        for name in term.workflow.depends_on:
            awaited = self._around.workflows.find(term.workflow.vendor, name)
            if awaited is not None and name not in seen:
                seen.add(name)
                self._depend(awaited, inputs, depth, seen)
                frame = self._perform(awaited, inputs, depth)
                self._workflows[name] = self._workflow_outputs(frame)

    def _perform(self, term: WorkflowTerm, inputs: Mapping[str, object], depth: int) -> _Frame:
        """Run the steps; then those that clean up, whatever happened; then the workflows that do."""
        if depth > self._around.bounds.depth:
            raise _Stopped(f"workflows call each other more than {self._around.bounds.depth} deep")
        frame = _Frame(term, self._completed(term, inputs), depth)
        try:
            self._walk(frame)
        finally:
            self._clean_up(frame)
        self._outcome.met.append((term.promise, self._met(frame)))
        return frame

    def _completed(self, term: WorkflowTerm, given: Mapping[str, object]) -> Mapping[str, object]:
        """The inputs of a workflow, whoever starts it: those that are not given have what their document says."""
        plan = plan_inputs(term, self._around.facts_of(term.workflow.vendor), self._seed)
        self._minted |= plan.minted
        return {**plan.known, **given}

    def _met(self, frame: _Frame) -> Met:
        if not frame.failed:
            return Met.UNJUDGED if frame.lost else Met.KEPT
        names = {f"{frame.term.workflow.name}/{step.step.name}" for step in frame.term.steps}
        findings = (finding for finding in self._outcome.findings if finding.subject in names)
        against = any(not finding.unjudged for finding in findings)
        return Met.BROKEN if against else Met.UNJUDGED

    def _walk(self, frame: _Frame) -> None:
        steps = [step for step in frame.term.steps if not step.step.cleanup]
        index = 0
        while index < len(steps):
            following = self._attempt(frame, steps[index])
            if following is None:
                index += 1
            elif following.kind == "goto" and following.step:
                names = [step.step.name for step in steps]
                index = names.index(following.step) if following.step in names else len(steps)
            elif following.kind == "goto":
                self._perform_named(following.workflow, frame)
                return
            else:
                return

    def _clean_up(self, frame: _Frame) -> None:
        for step in frame.term.steps:
            # What was never made needs no clean-up.
            if step.step.cleanup and all(name in frame.steps for name in step.needs):
                self._attempt(frame, step)
        for name in frame.term.workflow.cleanup:
            self._perform_named(name, frame)

    def _perform_named(self, name: str, frame: _Frame) -> None:
        """Run another workflow of the same vendor on a frame's inputs, if there is one of that name."""
        term = self._around.workflows.find(frame.term.workflow.vendor, name)
        if term is not None:
            self._perform(term, frame.inputs, frame.depth + 1)

    def _attempt(self, frame: _Frame, step: StepTerm) -> Action | None:
        """A step, with its retries.

        Returns:
            The action that says where to go on; None for the next step.
        """
        while True:
            if not step.step.cleanup and (step.needs & frame.lost or frame.unknown_state):
                frame.lost.add(step.step.name)
                return None
            result = self._step(frame, step)
            actions = self._actions(frame, step, result.kept)
            chosen = next((term.action for term in actions if _applies(term.checks, result.moment)), None)
            if chosen is not None and chosen.kind == "retry" and self._may_retry(frame, step, chosen):
                continue
            handled = chosen is not None and chosen.kind == "goto"
            if result.kept or handled:
                return chosen
            self._failed(frame, step, result)
            return chosen if chosen is not None and chosen.kind == "end" else None

    def _may_retry(self, frame: _Frame, step: StepTerm, action: Action) -> bool:
        """Whether there is a retry left; waits, and runs what the action says to run before it."""
        bounds = self._around.bounds
        key = (step.step.name, action.name)
        done = frame.retried.get(key, 0)
        if done >= action.retry_limit:
            return False
        if done >= bounds.retries:
            raise _Stopped(f"the step {step.step.name} was retried {bounds.retries} times")
        frame.retried[key] = done + 1
        self._around.sleep(min(action.retry_after, bounds.wait))
        first = next((term for term in frame.term.steps if term.step.name == action.step), None)
        if first is not None:
            self._step(frame, first)
        if action.workflow:
            self._perform_named(action.workflow, frame)
        return True

    def _failed(self, frame: _Frame, step: StepTerm, result: "_Result") -> None:
        frame.failed = True
        frame.lost.add(step.step.name)
        self._outcome.add(result.findings)
        changing = step.operation is None or step.operation.effect != "safe"
        frame.unknown_state = frame.unknown_state or (changing and not result.succeeded)

    def _actions(self, frame: _Frame, step: StepTerm, kept: bool) -> Iterable[ActionTerm]:
        of_step = step.on_success if kept else step.on_failure
        of_workflow = frame.term.success_actions if kept else frame.term.failure_actions
        names = {term.action.name for term in of_step}
        return (*of_step, *(term for term in of_workflow if term.action.name not in names))

    def _step(self, frame: _Frame, step: StepTerm) -> "_Result":
        """One attempt at a step."""
        self._left -= 1
        if self._left < 0:
            raise _Stopped(f"more than {self._around.bounds.steps} steps")
        if self._around.clock() > self._until:
            raise _Stopped(f"more than {self._around.bounds.seconds:g} seconds")
        moment = Moment(frame.inputs, frame.steps, self._workflows)
        try:
            if step.operation is None:
                return self._call(frame, step, moment)
            return self._send(frame, step, step.operation, moment)
        except Unbuildable as error:
            finding = unjudged_finding(frame.term, "TR402", f"the step cannot be made: {error.message}", step)
            self._outcome.met += _unjudged_criteria(step)
            return _Result(moment, False, False, [(finding, UNSENT)])

    def _call(self, frame: _Frame, step: StepTerm, moment: Moment) -> "_Result":
        """A step that calls another workflow."""
        called = self._around.workflows.find(frame.term.workflow.vendor, step.step.workflow)
        if called is None:
            raise Unbuildable(f"there is no workflow {step.step.workflow}")
        try:
            given = {argument.name: fill(argument.value, moment) for argument in step.step.arguments}
        except Missing as error:
            raise Unbuildable(error.message) from error
        inner = self._perform(called, given, frame.depth + 1)
        outputs = self._workflow_outputs(inner)
        last = self._outcome.calls[-1].exchange if self._outcome.calls else None
        asked = Asked.of(last, called.about) if last is not None else None
        moment = replace(moment, outputs=outputs, asked=asked)
        return self._hold(frame, step, moment, last or UNSENT, not inner.failed)

    def _send(self, frame: _Frame, step: StepTerm, operation: Operation, moment: Moment) -> "_Result":
        """A step that calls an operation."""
        around = self._around
        facts = around.facts_of(operation.vendor)
        securities = step.step.security or frame.term.workflow.security
        credentials = credentials_of(around.terms.operations[str(operation)], securities, facts, moment)
        arguments: dict[tuple[str, str], Template] = {
            (argument.place, argument.name): argument.value for argument in step.step.arguments
        }
        request = build_step(operation, arguments, step.step.body, moment, credentials)
        advance = around.abilities(operation.vendor).advance
        if step.step.advance and advance is not None:
            advance(step.step.advance)
            self._stale = True
        name = f"{frame.term.workflow.name}/{step.step.name}"
        judgement = self._judge(
            CaseToSend(
                name=name,
                operation=operation,
                build=lambda _facts: Built(request, self._minted),
                fresh_state=self._fresh,
                stale=self._stale,
                earlier=before(self._outcome.calls, step.needs),
                alongside=self._around.workflows.operations(frame.term),
            )
        )
        self._fresh = False
        self._stale = self._stale or operation.effect != "safe"
        changing = operation.effect != "safe"
        self._outcome.calls.append(StepCall(judgement.exchange, step.step.name, step.needs, changing))
        moment = replace(moment, asked=Asked.of(judgement.exchange, operation))
        if isinstance(judgement.exchange.answer, NoAnswer) or _unjudged(judgement):
            self._outcome.met += _unjudged_criteria(step)
            return _Result(moment, False, False, [])
        wrong_status = any(finding.where == "status" and not finding.unjudged for finding in judgement.findings)
        return self._hold(frame, step, moment, judgement.exchange, True, wrong_status)

    def _hold(
        self,
        frame: _Frame,
        step: StepTerm,
        moment: Moment,
        exchange: Exchange,
        succeeded: bool,
        reported: bool = False,
    ) -> "_Result":
        """Hold a step to its criteria, and take its outputs.

        A wrong status is reported once (``reported``: an operation's own table has done so), and what the body then
        holds is a consequence of it.
        """
        findings = []
        kept = succeeded and (bool(step.criteria) or _fine(exchange))
        for term in step.criteria:
            unmet = term.check(moment)
            if unmet is None:
                self._outcome.met.append((term.promise, Met.KEPT))
                continue
            kept = False
            self._outcome.met.append((term.promise, Met.BROKEN))
            if not (reported and term.criterion.of_status):
                findings.append((unmet_finding(frame.term, step, term, unmet), exchange))
            if term.criterion.of_status:
                break
        frame.steps[step.step.name] = self._outputs(step, moment)
        return _Result(moment, kept, _fine(exchange), findings)

    def _outputs(self, step: StepTerm, moment: Moment) -> dict[str, object]:
        """The outputs that the answer has; one that it has not is missed where it is used."""
        outputs = {}
        for name, output in step.step.outputs.items():
            with suppress(Missing):
                outputs[name] = step.takes[name](moment) if isinstance(output, Selector) else fill(output, moment)
        return outputs

    def _workflow_outputs(self, frame: _Frame) -> dict[str, object]:
        moment = Moment(frame.inputs, frame.steps, self._workflows)
        outputs = {}
        for name, output in frame.term.workflow.outputs.items():
            with suppress(Missing):
                outputs[name] = fill(output, moment)
        return outputs


@dataclass(frozen=True, slots=True)
class _Result:
    """One attempt at a step."""

    moment: Moment
    kept: bool
    succeeded: bool
    """The answer's status says that what was asked was done."""
    findings: list[tuple[Finding, Exchange]]


def _applies(checks: Iterable[Callable[[Moment], object]], moment: Moment) -> bool:
    return all(check(moment) is None for check in checks)


def _fine(exchange: Exchange) -> bool:
    answer = exchange.answer
    return isinstance(answer, Response) and answer.status < 400


def _unjudged(judgement: Judgement) -> bool:
    codes = (finding.code for finding in judgement.findings if finding.unjudged)
    return any(code in ("TR901", "TR902", "TR903") for code in codes)


def _unjudged_criteria(step: StepTerm) -> list[tuple[Promise, Met]]:
    return [(criterion.promise, Met.UNJUDGED) for criterion in step.criteria]
