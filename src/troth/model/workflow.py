"""What an Arazzo document says: workflows, their steps, and the runtime expressions that tie them together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass

from troth.errors import Position
from troth.model.operation import Basis, Citation


@dataclass(frozen=True, slots=True)
class RuntimeExpression:
    """One runtime expression, such as ``$steps.create.outputs.user_token`` or ``$response.body#/id``."""

    text: str
    root: str
    """``url``, ``method``, ``statusCode``, ``request``, ``response``, ``inputs``, ``outputs``, ``steps`` or
    ``workflows``."""
    part: str = ""
    """``header``, ``query``, ``path`` or ``body`` of a message; the step or workflow that is asked."""
    name: str = ""
    """A header, parameter, input or output."""
    pointer: tuple[str, ...] | None = None
    """Reference tokens of a JSON Pointer into the value; None where there is none."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with runtime expressions embedded in it: ``Bearer {$steps.sign-in.outputs.token}``."""

    parts: tuple["str | RuntimeExpression", ...]


Template = object
"""A JSON value in which any text may be a :class:`RuntimeExpression` or a :class:`Text`."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a simple condition; ``left`` alone where there is no operator (it must be true)."""

    operator: str
    left: "Operand"
    right: "Operand | None" = None


@dataclass(frozen=True, slots=True)
class Logic:
    """``and``, ``or`` or ``not`` of conditions."""

    operator: str
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, text, truth value or null as a condition writes it."""

    value: object


@dataclass(frozen=True, slots=True)
class Path:
    """A part of an operand: ``$steps.list.outputs.users[0].id``."""

    base: RuntimeExpression
    steps: tuple[str | int, ...]


Operand = RuntimeExpression | Constant | Path
Condition = Comparison | Logic


@dataclass(frozen=True, slots=True)
class Criterion:
    """One assertion about a step's exchange."""

    kind: str
    """``simple``, ``regex``, ``jsonpath``, ``xpath`` or ``cel``."""
    text: str
    position: Position
    condition: Condition | None = None
    """Set for ``simple``."""
    context: RuntimeExpression | None = None
    """Set for ``regex``, ``jsonpath`` and ``xpath``."""
    says: str = ""
    basis: Basis | None = None
    citation: Citation | None = None

    @property
    def of_status(self) -> bool:
        """Whether it speaks of the status code: then what the body holds is a consequence."""
        return any(reference.root == "statusCode" for reference in runtime_expressions(self.condition))


@dataclass(frozen=True, slots=True)
class Action:
    """What to do after a step: ``end``, ``goto`` or ``retry``, if its criteria hold."""

    name: str
    kind: str
    position: Position
    step: str = ""
    workflow: str = ""
    retry_after: float = 0.0
    retry_limit: int = 1
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class StepArgument:
    """One parameter of a step."""

    name: str
    place: str
    """``path``, ``query``, ``header`` or ``cookie``; ``""`` for an input of a called workflow."""
    value: Template
    position: Position


@dataclass(frozen=True, slots=True)
class Replacement:
    """A value to set within a payload."""

    target: tuple[str, ...]
    value: Template
    position: Position


@dataclass(frozen=True, slots=True)
class StepBody:
    """The body of a step's request."""

    media_type: str
    payload: Template
    replacements: tuple[Replacement, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Selector:
    """A value taken out of another by JSONPath or XPath (the Selector Object of Arazzo 1.1, as an extension here)."""

    kind: str
    selector: str
    context: RuntimeExpression
    position: Position


Output = RuntimeExpression | Text | Selector


@dataclass(frozen=True, slots=True)
class Security:
    """Credentials that a step or workflow names itself (``x-security``, as Redocly's runner reads it)."""

    name: str
    """A security scheme of the vendor's spec; ``""`` where the scheme is written down here."""
    scheme: str
    """The scheme as :attr:`troth.model.operation.Operation.security` has it, where it is written down here."""
    values: Mapping[str, Template]
    """``username`` and ``password``, ``token``, or ``apiKey``."""
    position: Position


@dataclass(frozen=True, slots=True)
class Step:
    """One call of an operation, or of another workflow."""

    name: str
    says: str
    operation: str
    """An ``operationId``, without the source's name; ``""`` where the step calls a workflow."""
    workflow: str
    arguments: tuple[StepArgument, ...]
    body: StepBody | None
    criteria: tuple[Criterion, ...]
    outputs: Mapping[str, Output]
    on_success: tuple[Action, ...]
    on_failure: tuple[Action, ...]
    position: Position
    called: Position
    """Where the operation or workflow is named."""
    cleanup: bool = False
    """Run whatever happened before (``x-cleanup``)."""
    advance: float = 0.0
    """Seconds to let pass first (``x-troth-advance``), on a target whose clock can be moved."""
    security: tuple[Security, ...] = ()
    places: Mapping[str, Position] = field(default_factory=dict)
    """Where each output is named."""


@dataclass(frozen=True, slots=True)
class InputSource:
    """Where an input's value comes from when nobody gives it."""

    world: tuple[str, ...] = ()
    """A fact of the target's world (``x-inputs: {login: {world: user.login}}``)."""
    fresh: str = ""
    """A value that is nobody's, in this format (``x-inputs: {login: {fresh: email}}``)."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A sequence of steps, and what it promises."""

    vendor: str
    name: str
    file: str
    says: str
    inputs: Mapping[str, object]
    """A JSON Schema of an object, with its references resolved."""
    input_sources: Mapping[str, InputSource]
    steps: tuple[Step, ...]
    outputs: Mapping[str, Output]
    depends_on: tuple[str, ...]
    success_actions: tuple[Action, ...]
    failure_actions: tuple[Action, ...]
    basis: Basis
    citation: Citation | None
    position: Position
    cleanup: tuple[str, ...] = ()
    """Workflows of the same document that run afterwards, whatever happened (``x-cleanup`` of a workflow)."""
    security: tuple[Security, ...] = ()
    places: Mapping[str, Position] = field(default_factory=dict)
    """Where each output, dependency and clean-up workflow is named."""

    def step(self, name: str) -> Step | None:
        """The step of that name."""
        return next((one for one in self.steps if one.name == name), None)


def runtime_expressions(value: object) -> Iterator[RuntimeExpression]:
    """Every runtime expression in a template, condition, output, body or step."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, RuntimeExpression):
            yield one
        elif isinstance(one, Mapping):
            todo.extend(one.values())
        elif isinstance(one, (list, tuple)):
            todo.extend(one)
        elif is_dataclass(one) and not isinstance(one, type | Position):
            todo.extend(getattr(one, part.name) for part in fields(one))
