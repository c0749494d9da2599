"""What runtime expressions stand for at one moment of a workflow. Nothing is guessed: what is missing says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.model.exchange import Exchange, Response
from troth.model.operation import Operation
from troth.model.workflow import Constant, Operand, Path, RuntimeExpression, Template, Text
from troth.wire.bodies import Unreadable, is_json, is_xml, media_type
from troth.wire.pointers import MISSING, KeyPath, format_pointer, locate
from troth.wire.style_writer import leaf
from troth.wire.views import RequestView, ResponseView

Outputs = Mapping[str, object]


class Missing(LookupError):
    """A runtime expression stands for nothing here.

    Args:
        message: why, in a sentence for a person.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unbuildable(Exception):
    """The request of a step cannot be made.

    Args:
        message: why, in a sentence for a person.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Asked:
    """The exchange that a criterion is about, as trees."""

    exchange: Exchange
    request: RequestView
    response: ResponseView | None

    @staticmethod
    def of(exchange: Exchange, operation: Operation) -> "Asked":
        """An exchange read by its operation."""
        answer = exchange.answer
        response = ResponseView(answer, operation) if isinstance(answer, Response) else None
        return Asked(exchange, RequestView(exchange.request, operation), response)


@dataclass(frozen=True)
class Moment:
    """All that expressions may speak of at one step of one run."""

    inputs: Outputs = field(default_factory=dict)
    steps: Mapping[str, Outputs] = field(default_factory=dict)
    workflows: Mapping[str, Outputs] = field(default_factory=dict)
    outputs: Outputs = field(default_factory=dict)
    """Outputs of the workflow that the current step has called."""
    asked: Asked | None = None


def value_of(reference: RuntimeExpression, moment: Moment) -> object:
    """The value of a runtime expression.

    Raises:
        Missing: it stands for nothing at this moment.
    """
    value = _base(reference, moment)
    if reference.pointer is None:
        return value
    return follow(value, reference.pointer, reference.text)


def follow(value: object, parts: KeyPath, named: str) -> object:
    """A part of a JSON value.

    Raises:
        Missing: there is no such part; the message names ``named`` and the first part that is not there.
    """
    part, path = locate(value, parts)
    if part is MISSING:
        raise Missing(f"{named} stands for nothing: there is no {format_pointer(parts[: len(path) + 1])}")
    return part


def fill(template: Template, moment: Moment) -> object:
    """A template with its expressions evaluated. Text around an expression makes the whole a text.

    Raises:
        Missing: an expression stands for nothing.
    """
    if isinstance(template, RuntimeExpression):
        return value_of(template, moment)
    if isinstance(template, Text):
        return "".join(part if isinstance(part, str) else leaf(value_of(part, moment)) for part in template.parts)
    if isinstance(template, Mapping):
        return {key: fill(part, moment) for key, part in template.items()}
    if isinstance(template, list):
        return [fill(part, moment) for part in template]
    return template


def operand_value(operand: Operand, moment: Moment) -> object:
    """The value of one side of a comparison.

    Raises:
        Missing: it stands for nothing.
    """
    if isinstance(operand, Constant):
        return operand.value
    if isinstance(operand, Path):
        return follow(value_of(operand.base, moment), operand.steps, operand.base.text)
    return value_of(operand, moment)


def _base(reference: RuntimeExpression, moment: Moment) -> object:
    root = reference.root
    if root == "inputs":
        return _named(moment.inputs, reference.name, reference.text)
    if root == "outputs":
        return _named(moment.outputs, reference.name, reference.text)
    if root in ("steps", "workflows"):
        holders = moment.steps if root == "steps" else moment.workflows
        if reference.part not in holders:
            raise Missing(f"{reference.text} stands for nothing: {reference.part} gave no outputs")
        return _named(holders[reference.part], reference.name, reference.text)
    if moment.asked is None:
        raise Missing(f"{reference.text} stands for nothing: no request was made here")
    return _of_exchange(reference, moment.asked)


def _named(values: Outputs, name: str, text: str) -> object:
    """A value by its name; where no name has the dots, they lead into the value."""
    if name in values:
        return values[name]
    first, _, rest = name.partition(".")
    if rest and first in values:
        return follow(values[first], tuple(rest.split(".")), text)
    raise Missing(f"{text} stands for nothing")


def _of_exchange(reference: RuntimeExpression, asked: Asked) -> object:
    if reference.root == "url":
        return asked.exchange.request.url
    if reference.root == "method":
        return asked.exchange.request.method
    if reference.root == "request":
        return _of_request(reference, asked)
    if asked.response is None:
        raise Missing(f"{reference.text} stands for nothing: there was no answer")
    if reference.root == "statusCode":
        return asked.response.response.status
    if reference.part == "header":
        return _header(asked.response.headers, reference)
    return _body(asked.response.body, asked.response.media_type, asked.response.text, reference)


def _of_request(reference: RuntimeExpression, asked: Asked) -> object:
    view = asked.request
    if reference.part == "header":
        return _header(view.headers, reference)
    if reference.part == "path":
        return _named(view.path, reference.name, reference.text)
    if reference.part == "query":
        values = view.query.get(reference.name)
        if values is None:
            raise Missing(f"{reference.text} stands for nothing")
        return values[0] if len(values) == 1 else list(values)
    below = view.content
    text = below if isinstance(below, Unreadable) else below.decode("utf-8", errors="replace")
    return _body(view.body, media_type(asked.exchange.request.headers), text, reference)


def _header(headers: Mapping[str, str], reference: RuntimeExpression) -> str:
    value = headers.get(reference.name.lower())
    if value is None:
        raise Missing(f"{reference.text} stands for nothing: there is no such header")
    return value


def _body(tree: object, media: str, text: str | Unreadable, reference: RuntimeExpression) -> object:
    """A JSON body as a tree; any other as its text, of which only XML with a schema has parts to point at."""
    as_json = is_json(media) or not media
    if not isinstance(tree, Unreadable) and (as_json or (reference.pointer is not None and is_xml(media))):
        return tree
    if reference.pointer is not None:
        reason = tree.reason if isinstance(tree, Unreadable) else f"is {media}"
        raise Missing(f"{reference.text} stands for nothing: the body {reason}")
    if isinstance(text, Unreadable):
        raise Missing(f"{reference.text} stands for nothing: the body {text.reason}")
    return text
