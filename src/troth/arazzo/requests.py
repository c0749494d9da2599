"""From a workflow's step to a request: arguments, body and credentials."""

import json
from collections.abc import Mapping

from troth.arazzo.credentials import Credentials
from troth.arazzo.expressions import Malformed, read_template
from troth.arazzo.values import Missing, Moment, Unbuildable, fill
from troth.model.exchange import Request
from troth.model.operation import Operation
from troth.model.workflow import StepBody, Template, Text
from troth.wire.bodies import is_json
from troth.wire.request_writer import RequestWriter, Unsendable, placed
from troth.wire.style_writer import leaf


def build_step(
    operation: Operation,
    arguments: Mapping[tuple[str, str], Template],
    body: StepBody | None,
    moment: Moment,
    credentials: Credentials,
) -> Request:
    """The request of a step.

    Args:
        operation: what it calls.
        arguments: (place, name) → template. Path parameters without one have the spec's example.
        body: the request body as the document writes it.
        moment: what runtime expressions stand for.
        credentials: added unless the step names the same parameter or header field itself.

    Raises:
        Unbuildable: an expression stands for nothing, the payload is malformed, or HTTP cannot carry a value.
    """
    writer = RequestWriter(operation)
    try:
        writer.put_examples(required=False)
        for (place, name), template in arguments.items():
            writer.put(place, name, fill(template, moment))
        for scheme, value in credentials.items():
            if not _is_given(writer, scheme):
                writer.authorize(scheme, value)
        _put_body(writer, operation, body, moment)
        return writer.write()
    except Missing as error:
        raise Unbuildable(error.message) from error
    except Unsendable as error:
        raise Unbuildable(error.reason) from error


def _is_given(writer: RequestWriter, scheme: str) -> bool:
    """Whether a step says itself who is asking."""
    kind, _, rest = scheme.partition(":")
    place, _, name = rest.partition(":")
    return writer.has(place, name) if kind == "apiKey" else writer.has("header", "Authorization")


def _put_body(writer: RequestWriter, operation: Operation, body: StepBody | None, moment: Moment) -> None:
    if body is None or body.payload is None:
        return
    media = body.media_type or _default_media(operation, body.payload)
    as_json = is_json(media.partition(";")[0].strip().lower())
    value = fill(_as_json(body.payload) if as_json else body.payload, moment)
    for replacement in body.replacements:
        value = placed(value, replacement.target, fill(replacement.value, moment))
    writer.media_type = media
    # The envelope of a SOAP function is the payload's own text.
    writer.body = value if as_json or isinstance(value, Mapping | list) else leaf(value).strip()


def _default_media(operation: Operation, payload: Template) -> str:
    if operation.request_body:
        return operation.request_body[0].name
    return "application/json" if isinstance(payload, Mapping | list) else "text/plain"


def _as_json(payload: Template) -> Template:
    """A payload that is a JSON text as the value that it writes, its expressions read within."""
    if isinstance(payload, Text):
        text = "".join(part if isinstance(part, str) else f"{{{part.text}}}" for part in payload.parts)
    elif isinstance(payload, str):
        text = payload
    else:
        return payload
    try:
        return read_template(json.loads(text))
    except (json.JSONDecodeError, RecursionError, Malformed) as error:
        raise Unbuildable(f"the payload is not JSON: {error}") from error
