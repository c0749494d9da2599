"""Whether a request is one that anybody described: the spec, or, where it departs from the spec, a class of a contract.

Asked only when an answer is not the promised one, to say whose silence it is: an undocumented answer to an undocumented
request breaks no promise (design rule 6).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from troth.judging.requests.parameters import RequestParameters
from troth.judging.requests.readings import Readings
from troth.judging.shapes import Shape
from troth.model.contract import Input
from troth.model.operation import MediaType, Operation
from troth.wire.bodies import Unreadable, is_json, is_xml, media_type, read_text
from troth.wire.forms import FORMS
from troth.wire.media_types import best_matches
from troth.wire.pointers import format_pointer
from troth.wire.schema_parts import kinds
from troth.wire.views import NO_BODY, NO_SCHEMA, RequestView

_TOGETHER = (
    "MinProperties",
    "MaxProperties",
    "AnyOf",
    "OneOfNotValid",
    "OneOfMultipleValid",
    "DependentRequired",
    "Not",
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing in which a request departs from the spec."""

    place: str
    address: str
    """Of the place, as an input of a contract has it."""
    together: bool = False
    """It is the object's parts together that are wrong."""
    unknown: str = ""
    """Why nobody can tell whether it departs."""

    def __str__(self) -> str:
        """As a person reads it: ``query limit``."""
        named = f"{self.place} {self.address}".rstrip()
        return f"{named}, {self.unknown}" if self.unknown else named


class RequestConformance:
    """One operation's request as the spec describes it. Validators are made when first asked."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._parameters = RequestParameters(operation)
        self._shapes = {media.name: Shape(_schema(media), media.strict) for media in operation.request_body}
        self._soap_request = Shape(operation.soap.request) if operation.soap else None

    def departure(self, view: RequestView, status: int) -> str | None:
        """Where a request first departs from the spec, such as ``query limit``; None where it is as described.

        A request without credentials for an operation that asks for some is not as described if that may be why it got
        the status it got; many services document a scheme and run without it.
        """
        for violation in self._violations(view):
            return str(violation)
        return "no credentials" if _turned_away(status) and not self._parameters.authorized(view) else None

    def described(self, view: RequestView, inputs: tuple[Input, ...], classes: Mapping[str, str | None]) -> bool:
        """Whether the request is as the spec describes it, or departs from it only where a contract has a class for it.

        A lookup without criteria violates the schema, and a decision table speaks of it all the same; a lookup with an
        unheard-of key beside its criteria is described by nobody.
        """
        known = [(each.place, each.address) for each in inputs if classes.get(each.name) is not None]
        return all(_covered(violation, known) for violation in self._violations(view))

    def _violations(self, view: RequestView) -> Iterator[Violation]:
        operation = self._operation
        if view.request.method != operation.method or ("{" in operation.path and not view.paths):
            yield Violation("path", "")
        for place, name in self._parameters.departures(view):
            yield Violation(place, name)
        yield from self._soap(view) if operation.soap is not None else self._body(view)

    def _soap(self, view: RequestView) -> Iterator[Violation]:
        message, bound = view.soap, self._operation.soap
        if isinstance(message, Unreadable) or bound is None or self._soap_request is None:
            yield Violation("soap", "")
            return
        for departure in self._soap_request.each_departure(dict(message.parts)):
            missing = [name for name in bound.parameters if name not in message.parts]
            for name in [str(part) for part in departure.path] or missing or [""]:
                yield Violation("soap", name)

    def _body(self, view: RequestView) -> Iterator[Violation]:
        if view.body is NO_BODY:
            if self._operation.body_required:
                yield Violation("body", "")
            return
        if isinstance(view.content, Unreadable):
            yield Violation("body", "", unknown=f"which {view.content.reason}")
            return
        sent = media_type(view.request.headers)
        media = _media(self._operation, view.headers.get("content-type", ""))
        if media is None:
            yield Violation("body", "")
            return
        bare = sent if "*" in media.name else _bare(media.name)
        if is_xml(bare):
            yield from self._xml(media, view)
        elif is_json(bare):
            yield from self._json(media, view)
        elif bare in FORMS:
            for name in self._parameters.form_departures(media, view):
                yield Violation("body", f"/{name}" if name else "")
        elif not self._shapes[media.name].anything:
            yield from self._text(media, bare, view.content, view)

    def _json(self, media: MediaType, view: RequestView) -> Iterator[Violation]:
        if isinstance(view.body, Unreadable):
            yield Violation("body", "")
        else:
            yield from self._departures(media, view.body)

    def _xml(self, media: MediaType, view: RequestView) -> Iterator[Violation]:
        reading = view.xml_reading
        if reading is NO_SCHEMA or media.schema is None:
            return
        if isinstance(reading, Unreadable):
            yield Violation("body", "")
        else:
            for departure in reading.departures:
                yield Violation("body", departure.pointer)
            yield from self._departures(media, reading.value)

    def _departures(self, media: MediaType, value: object) -> Iterator[Violation]:
        for departure in self._shapes[media.name].each_departure(value):
            path = departure.path
            for name in departure.surplus:
                yield Violation("body", format_pointer((*path, name)))
            if departure.missing:
                yield Violation("body", format_pointer((*path, departure.missing)))
            elif not departure.surplus:
                yield Violation("body", format_pointer(path), departure.kind in _TOGETHER)

    def _text(self, media: MediaType, bare: str, content: bytes, view: RequestView) -> Iterator[Violation]:
        """A body that is no JSON and no form: text is a value, anything else is not taken apart."""
        shape = self._shapes[media.name]
        wanted = kinds(shape.schema, shape.schema)
        # The bytes of what is no text are counted as characters.
        binary = not bare.startswith("text/")
        if bare in _STRUCTURED or bare.endswith("+yaml") or wanted & {"object", "array"}:
            yield Violation("body", "", unknown=f"which is {bare} and not held to its schema")
        elif not Readings(shape).fit(content.decode("latin-1") if binary else read_text(content, view.request.headers)):
            yield Violation("body", "")


_STRUCTURED = ("application/yaml", "application/x-yaml", "text/yaml", "text/csv")


def _schema(media: MediaType) -> Mapping[str, object] | bool:
    return True if media.schema is None else media.schema


def _covered(violation: Violation, known: list[tuple[str, str]]) -> bool:
    if (violation.place, violation.address) in known:
        return True
    if violation.place == "header":
        return ("auth", "basic") in known
    return violation.together and any(
        place == violation.place and path.rpartition("/")[0] == violation.address for place, path in known
    )


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
