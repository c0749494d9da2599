"""Whether a request is one that the spec describes; asked only when an answer is not, to say whose silence it is."""

from collections.abc import Mapping
from contextlib import suppress

from jsonschema_rs import Draft202012Validator

from troth.model.operation import JsonSchema, Operation, Parameter
from troth.wire.bodies import Unreadable, is_json
from troth.wire.views import RequestView


class RequestConformance:
    """One operation's request as the spec describes it. Validators are made when first asked."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation

    def conforms(self, view: RequestView) -> bool:
        """Whether method, parameters and body are as described."""
        operation = self._operation
        if view.request.method != operation.method or ("{" in operation.path and not view.path):
            return False
        if not all(self._parameter_fits(parameter, view) for parameter in operation.parameters):
            return False
        if operation.soap is not None:
            message = view.soap
            return not isinstance(message, Unreadable) and _valid(operation.soap.request, dict(message.parts))
        media = next((media for media in operation.request_body if is_json(media.name)), None)
        if media is None:
            return not view.request.body or bool(operation.request_body)
        if not view.request.body:
            return not operation.body_required
        return not isinstance(view.body, Unreadable) and (media.schema is None or _valid(media.schema, view.body))

    def _parameter_fits(self, parameter: Parameter, view: RequestView) -> bool:
        found: object
        if parameter.place == "query":
            found = view.params.get(parameter.name)
        elif parameter.place == "path":
            found = view.path.get(parameter.name)
        elif parameter.place == "header":
            found = view.headers.get(parameter.name.lower())
        else:
            return True
        if found is None:
            return not parameter.required
        return any(_valid(parameter.schema, form) for form in _readings(found))


def _readings(value: object) -> list[object]:
    """What a parameter's text may stand for under a schema."""
    forms = [value]
    if isinstance(value, str):
        if value in ("true", "false"):
            forms.append(value == "true")
        with suppress(ValueError):
            forms.append(float(value) if "." in value else int(value))
    if isinstance(value, list):
        forms.append([_readings(one)[-1] for one in value])
    return forms


def _valid(schema: JsonSchema, value: object) -> bool:
    return Draft202012Validator(dict(schema) if isinstance(schema, Mapping) else schema).is_valid(value)
