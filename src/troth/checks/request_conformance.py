"""Whether a request is one that anybody described: the spec, or, where it departs from the spec, a class of a contract.

Asked only when an answer is not the promised one, to say whose silence it is: an undocumented answer to an undocumented
request breaks no promise (design rule 6).
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from jsonschema_rs import Draft202012Validator, ValidationErrorKind

from troth.model.contract import Input
from troth.model.operation import JsonSchema, Operation, Parameter
from troth.wire.bodies import Unreadable, is_json, to_pointer
from troth.wire.views import NO_BODY, RequestView

Violation = tuple[str, str, bool]
"""A place and an address as an input has them, and whether it is the object's parts together that are wrong."""

_TOGETHER = ("MinProperties", "AnyOf", "OneOfNotValid", "OneOfMultipleValid", "DependentRequired", "Not")
_SURPLUS = ("AdditionalProperties", "UnevaluatedProperties", "PropertyNames", "MaxProperties")


class RequestConformance:
    """One operation's request as the spec describes it. Validators are made when first asked."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._validators: dict[int, Draft202012Validator] = {}

    def conforms(self, view: RequestView) -> bool:
        """Whether method, parameters and body are as the spec describes them."""
        return next(self._violations(view), None) is None

    def described(self, view: RequestView, inputs: tuple[Input, ...], classes: Mapping[str, str | None]) -> bool:
        """Whether the request is as the spec describes it, or departs from it only where a contract has a class for it.

        A lookup without criteria violates the schema, and a decision table speaks of it all the same; a lookup with an
        unheard-of key beside its criteria is described by nobody.
        """
        known = [(one.place, one.address) for one in inputs if classes.get(one.name) is not None]
        return all(_covered(violation, known) for violation in self._violations(view))

    def _violations(self, view: RequestView) -> Iterator[Violation]:
        operation = self._operation
        if view.request.method != operation.method or ("{" in operation.path and not view.path):
            yield ("path", "", False)
        for parameter in operation.parameters:
            if not self._fits(parameter, view):
                yield (parameter.place, parameter.name, False)
        for name in view.query:
            if not any(one.place == "query" and one.name == name for one in operation.parameters):
                yield ("query", name, False)
        yield from self._soap(view) if operation.soap is not None else self._body(view)

    def _soap(self, view: RequestView) -> Iterator[Violation]:
        message, bound = view.soap, self._operation.soap
        if isinstance(message, Unreadable) or bound is None:
            yield ("soap", "", False)
            return
        for error in self._validator(bound.request).iter_errors(dict(message.parts)):
            path = [str(part) for part in error.instance_path]
            missing = [name for name in bound.parameters if name not in message.parts]
            for name in path or missing or [""]:
                yield ("soap", name, False)

    def _body(self, view: RequestView) -> Iterator[Violation]:
        operation = self._operation
        media = next((media for media in operation.request_body if is_json(media.name)), None)
        if media is None:
            if view.request.body and not operation.request_body:
                yield ("body", "", False)
            return
        if view.body is NO_BODY:
            if operation.body_required:
                yield ("body", "", False)
            return
        if isinstance(view.body, Unreadable):
            yield ("body", "", False)
        elif media.schema is not None:
            for error in self._validator(media.schema).iter_errors(view.body):
                kind = type(error.kind).__name__.rpartition("_")[2]
                pointer = to_pointer(list(error.instance_path))
                if kind in _SURPLUS:
                    yield ("body", f"{pointer}/", False)
                elif isinstance(error.kind, ValidationErrorKind.Required):
                    yield ("body", f"{pointer}/{error.kind.property}", False)
                else:
                    yield ("body", pointer, kind in _TOGETHER)

    def _fits(self, parameter: Parameter, view: RequestView) -> bool:
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
        if parameter.place == "query" and not isinstance(found, list) and len(view.query[parameter.name]) > 1:
            return False
        validator = self._validator(parameter.schema)
        return any(validator.is_valid(form) for form in _readings(found))

    def _validator(self, schema: JsonSchema) -> Draft202012Validator:
        """The validator of one of the operation's own schemas, made when first asked for."""
        found = self._validators.get(id(schema))
        if found is None:
            found = Draft202012Validator(dict(schema) if isinstance(schema, Mapping) else schema)
            self._validators[id(schema)] = found
        return found


def _covered(violation: Violation, known: list[tuple[str, str]]) -> bool:
    place, address, together = violation
    if (place, address) in known:
        return True
    if place == "header":
        return any(one == ("auth", "basic") for one in known)
    return together and any(one == place and path.rpartition("/")[0] == address for one, path in known)


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
