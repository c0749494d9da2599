"""Whether a request is one that anybody described: the spec, or, where it departs from the spec, a class of a contract.

Asked only when an answer is not the promised one, to say whose silence it is: an undocumented answer to an undocumented
request breaks no promise (design rule 6).
"""

from collections.abc import Iterator, Mapping

from jsonschema_rs import ValidationErrorKind

from troth.judging.requests.parameters import RequestParameters, Validators
from troth.model.contract import Input
from troth.model.operation import JsonSchema, MediaType, Operation
from troth.wire.bodies import Unreadable, is_json, is_xml, to_pointer
from troth.wire.media_types import best_matches
from troth.wire.views import NO_BODY, NO_SCHEMA, RequestView

Violation = tuple[str, str, bool]
"""A place and an address as an input has them, and whether it is the object's parts together that are wrong."""

_TOGETHER = ("MinProperties", "AnyOf", "OneOfNotValid", "OneOfMultipleValid", "DependentRequired", "Not")
_SURPLUS = ("AdditionalProperties", "UnevaluatedProperties", "PropertyNames", "MaxProperties")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class RequestConformance:
    """One operation's request as the spec describes it. Validators are made when first asked."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._validators = Validators()
        self._parameters = RequestParameters(operation, self._validators)

    def departure(self, view: RequestView, status: int) -> str | None:
        """Where a request first departs from the spec, such as ``query limit``; None where it is as described.

        A request without credentials for an operation that asks for some is not as described if that may be why it got
        the status it got; many services document a scheme and run without it.
        """
        for place, address, _ in self._violations(view):
            return f"{place} {address}".rstrip()
        return "no credentials" if _turned_away(status) and not self._parameters.authorized(view) else None

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
        for place, name in self._parameters.departures(view):
            yield (place, name, False)
        yield from self._soap(view) if operation.soap is not None else self._body(view)

    def _soap(self, view: RequestView) -> Iterator[Violation]:
        message, bound = view.soap, self._operation.soap
        if isinstance(message, Unreadable) or bound is None:
            yield ("soap", "", False)
            return
        for error in self._validators.of(bound.request).iter_errors(dict(message.parts)):
            path = [str(part) for part in error.instance_path]
            missing = [name for name in bound.parameters if name not in message.parts]
            for name in path or missing or [""]:
                yield ("soap", name, False)

    def _body(self, view: RequestView) -> Iterator[Violation]:
        operation = self._operation
        if view.body is NO_BODY:
            if operation.body_required:
                yield ("body", "", False)
            return
        media = _media(operation, view.headers.get("content-type", ""))
        if media is None:
            yield ("body", "", False)
            return
        bare = _bare(media.name)
        if is_xml(bare):
            yield from self._xml(view, media)
            return
        if not is_json(bare):
            if bare in _FORMS and media.schema is not None and not self._parameters.form_fits(media.schema, view):
                yield ("body", "", False)
            return
        if isinstance(view.body, Unreadable):
            yield ("body", "", False)
        elif media.schema is not None:
            yield from self._departures(media.schema, view.body)

    def _xml(self, view: RequestView, media: MediaType) -> Iterator[Violation]:
        reading = view.xml_reading
        if reading is NO_SCHEMA or media.schema is None:
            return
        if isinstance(reading, Unreadable):
            yield ("body", "", False)
        else:
            for departure in reading.departures:
                yield ("body", departure.pointer, False)
            yield from self._departures(media.schema, reading.value)

    def _departures(self, schema: JsonSchema, value: object) -> Iterator[Violation]:
        for error in self._validators.of(schema).iter_errors(value):
            kind = type(error.kind).__name__.rpartition("_")[2]
            pointer = to_pointer(list(error.instance_path))
            if kind in _SURPLUS:
                yield ("body", f"{pointer}/", False)
            elif isinstance(error.kind, ValidationErrorKind.Required):
                yield ("body", f"{pointer}/{error.kind.property}", False)
            else:
                yield ("body", pointer, kind in _TOGETHER)


def _covered(violation: Violation, known: list[tuple[str, str]]) -> bool:
    place, address, together = violation
    if (place, address) in known:
        return True
    if place == "header":
        return any(one == ("auth", "basic") for one in known)
    return together and any(one == place and path.rpartition("/")[0] == address for one, path in known)


def _turned_away(status: int) -> bool:
    """Whether a service may answer so to strangers: some send them elsewhere, some say that nothing is there."""
    return status in (401, 403, 404, 407) or 300 <= status < 400


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _media(operation: Operation, content_type: str) -> MediaType | None:
    """The description of a body of that type; a body of any other is held to what is said of JSON, if anything is."""
    found = best_matches(tuple(media.name for media in operation.request_body), content_type)
    if found:
        return operation.request_body[found[0]]
    return next((media for media in operation.request_body if is_json(_bare(media.name))), None)
