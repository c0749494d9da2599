"""What a run of a workflow came to, and how that is worded as findings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from troth.arazzo.criteria import Unmet
from troth.arazzo.terms import CriterionTerm, StepTerm, WorkflowTerm
from troth.model.exchange import Exchange, NoAnswer, Request, Silence
from troth.model.report import Finding, Met, Promise

UNSENT = Exchange(Request("", ""), NoAnswer(Silence.NOT_RECORDED, "not sent"))
"""Stands for the exchange where nothing was sent."""


@dataclass(frozen=True, slots=True)
class StepCall:
    """One request of a run."""

    exchange: Exchange
    step: str
    needs: frozenset[str]
    """The steps whose answers it was made or judged by."""
    changing: bool
    """It may have changed something."""


@dataclass(slots=True)
class Outcome:
    """What one run came to."""

    calls: list[StepCall] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    """The exchange of each finding."""
    met: list[tuple[Promise, Met]] = field(default_factory=list)
    outputs: Mapping[str, object] = field(default_factory=dict)

    def add(self, findings: Iterable[tuple[Finding, Exchange]]) -> None:
        """Add findings, each with the calls that led to it."""
        for finding, exchange in findings:
            self.findings.append(replace(finding, calls=leading_to(self.calls, exchange)))
            self.exchanges.append(exchange)


def before(calls: list[StepCall], needs: frozenset[str]) -> tuple[Request, ...]:
    """The requests that a step with these needs rests on: those that change something, and what later ones need."""
    shown = []
    wanted = set(needs)
    for call in reversed(calls):
        if call.changing or call.step in wanted:
            shown.append(call.exchange.request)
            wanted |= call.needs
    return tuple(reversed(shown))


def leading_to(calls: list[StepCall], exchange: Exchange) -> tuple[Request, ...]:
    """The requests that it takes to see an exchange again, itself the last."""
    end = next((at for at, call in enumerate(calls) if call.exchange is exchange), None)
    return () if end is None else (*before(calls[:end], calls[end].needs), exchange.request)


def unmet_finding(term: WorkflowTerm, step: StepTerm, criterion: CriterionTerm, unmet: Unmet) -> Finding:
    """A criterion that does not hold (``TR401``)."""
    promise = criterion.promise
    promised = criterion.criterion.says or step.step.says
    return Finding(
        code="TR401",
        vendor=promise.vendor,
        operation=promise.operation,
        subject=f"{term.workflow.name}/{step.step.name}",
        message=" — ".join(part for part in (promised, unmet.message) if part),
        basis=promise.basis,
        citation=promise.citation,
        position=promise.position,
        where=f"criterion {promise.name.rpartition('/')[2]}",
        expected=criterion.criterion.text,
        answered=unmet.answered,
    )


def unjudged_finding(term: WorkflowTerm, code: str, message: str, step: StepTerm | None = None) -> Finding:
    """A step that could not be made (``TR402``), or a workflow that was stopped (``TR403``)."""
    name = term.workflow.name
    return Finding(
        code=code,
        vendor=term.workflow.vendor,
        operation=term.about.name,
        subject=name if step is None else f"{name}/{step.step.name}",
        message=message,
        basis=term.workflow.basis,
        citation=term.workflow.citation,
        position=term.workflow.position if step is None else step.step.position,
        unjudged=True,
    )
