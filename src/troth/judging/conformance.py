"""Conformance: is the answer one that the spec describes, in status, type, headers and shape; JSON and XML alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from troth.judging.requests.described import RequestConformance
from troth.judging.requests.readings import list_readings, readings
from troth.judging.shapes import Departure, Shape
from troth.model.contract import Input
from troth.model.exchange import header
from troth.model.operation import Basis, Citation, MediaType, Operation, ResponseSpec
from troth.model.report import Finding
from troth.wire.bodies import Unreadable, is_json
from troth.wire.soap import XsdValidator
from troth.wire.views import RequestView, ResponseView

_MOST = 5
"""Findings of one body: more than this say nothing new."""


@dataclass(frozen=True, slots=True)
class _Body:
    """A media type of a response, ready to judge by."""

    media: MediaType
    essence: str
    """Its name without parameters, in lower case."""
    shape: Shape


@dataclass(frozen=True, slots=True)
class _Answer:
    """A documented status, ready to judge by."""

    spec: ResponseSpec
    bodies: tuple[_Body, ...]
    headers: tuple[tuple[str, Shape], ...]


class Conformance:
    """One operation's spec, compiled once.

    Args:
        operation: the operation.
        xsd: the XML Schema of its SOAP messages, where it has one.
    """

    def __init__(self, operation: Operation, xsd: XsdValidator | None = None) -> None:
        self.operation = operation
        self._xsd = xsd
        self._answers = {status: _answer(spec) for status, spec in operation.responses.items()}
        self._statuses: dict[int, str | None] = {}
        self._requests = RequestConformance(operation)
        self._returns = Shape(operation.soap.returns) if operation.soap else None

    def documented_status(self, status: int) -> str | None:
        """The key under which the spec lists a status: itself, its class, ``default``, or None."""
        if status not in self._statuses:
            keys = (str(status), f"{str(status)[0]}xx", "default")
            self._statuses[status] = next((key for key in keys if key in self._answers), None)
        return self._statuses[status]

    def described(self, request: RequestView, inputs: tuple[Input, ...], classes: Mapping[str, str | None]) -> bool:
        """Whether the spec, or a class of a contract, speaks of such a request."""
        return self._requests.described(request, inputs, classes)

    def check(self, request: RequestView, response: ResponseView) -> tuple[list[Finding], bool]:
        """Hold an answer to the spec.

        Returns:
            What was found, and whether the body could not be read at all (then nothing more should be said of it).
        """
        key = self.documented_status(response.response.status)
        if not self._answers:
            return [], False
        if key is None:
            return [self._undocumented(request, response)], False
        answer = self._answers[key]
        findings = list(self._headers(answer, response)) if answer.headers or answer.spec.required_headers else []
        if not answer.bodies or response.response.status in (204, 304) or request.request.method == "HEAD":
            return findings, False
        body = _body_for(answer.bodies, response.media_type)
        if body is None:
            return [*findings, self._wrong_type(answer, response)], False
        if self.operation.soap is not None:
            return self._soap(answer, response, findings)
        if not is_json(response.media_type):
            return findings, False
        value = response.body
        if isinstance(value, Unreadable):
            return [*findings, self._unreadable(answer, f"the body {value.reason}", "body")], True
        if not body.shape.holds(value):
            findings.extend(self._violations(answer, body, value))
        return findings, False

    def _undocumented(self, request: RequestView, response: ResponseView) -> Finding:
        """Told apart by status and by whether the request was described, so that no finding hides a graver one."""
        status = response.response.status
        departure = self._requests.departure(request, status)
        known = ", ".join(self.operation.responses)
        subject, message, basis = f"status {status}", "the spec does not list this status", self.operation.basis
        if departure is not None:
            subject += ", request not described"
            message += f" (nor does it describe such a request: {departure})"
            basis = Basis.ASSUMED
        return self._finding("TR101", subject, message, basis, None, "status", known, str(status))

    def _headers(self, answer: _Answer, response: ResponseView) -> Iterator[Finding]:
        basis, citation = answer.spec.basis, answer.spec.citation
        for name in answer.spec.required_headers:
            if name not in response.headers:
                message = f"the header {name} is missing"
                yield self._finding("TR105", name, message, basis, citation, f"header {name}", "present", "absent")
        for name, shape in answer.headers:
            value = header(response.response.headers, name)
            if value is not None and not any(shape.holds(form) for form in _forms(value)):
                where = f"header {name}"
                departure = _least(shape, _forms(value))
                if departure.undecided:
                    yield self._given_up(name, departure, basis, citation, where)
                    continue
                weight = departure.basis or basis
                yield self._finding("TR105", name, departure.message, weight, citation, where, "its schema", value)

    def _wrong_type(self, answer: _Answer, response: ResponseView) -> Finding:
        known = ", ".join(body.media.name for body in answer.bodies)
        answered = response.media_type or "no Content-Type"
        basis = answer.bodies[0].media.basis or answer.spec.basis
        message = "the body has another media type"
        return self._finding(
            "TR102", answer.spec.status, message, basis, answer.spec.citation, "content-type", known, answered
        )

    def _unreadable(self, answer: _Answer, message: str, where: str) -> Finding:
        return self._finding("TR103", answer.spec.status, message, answer.spec.basis, answer.spec.citation, where)

    def _soap(self, answer: _Answer, response: ResponseView, findings: list[Finding]) -> tuple[list[Finding], bool]:
        message, bound = response.soap, self.operation.soap
        if isinstance(message, Unreadable):
            return [*findings, self._unreadable(answer, f"the body {message.reason}", "body")], True
        if message.fault is not None or bound is None:
            return findings, False
        spec = answer.spec
        problems = (
            [f"expected the element {bound.element}Response"] if message.name != f"{bound.element}Response" else []
        )
        if not problems and self._xsd is not None:
            problems = list(self._xsd.problems(message.payload))
        for problem in problems[:_MOST]:
            findings.append(self._finding("TR106", spec.status, problem, spec.basis, spec.citation, "soap body"))
        value = message.parts.get("return")
        if not problems and self._returns is not None and not self._returns.holds(value):
            for departure in self._returns.departures(value, _MOST):
                basis = departure.basis or spec.basis
                where, answered = "soap return", str(value)[:200]
                findings.append(
                    self._finding("TR104", spec.status, departure.message, basis, spec.citation, where, "", answered)
                )
        return findings, False

    def _violations(self, answer: _Answer, body: _Body, value: object) -> Iterator[Finding]:
        spec = answer.spec
        for departure in body.shape.departures(value, _MOST):
            where = f"body {departure.place}"
            basis = departure.basis or body.media.basis or spec.basis
            if departure.undecided:
                yield self._given_up(spec.status, departure, basis, spec.citation, where)
                continue
            yield self._finding(
                "TR104", spec.status, departure.message, basis, spec.citation, where, "", departure.value
            )

    def _given_up(
        self, subject: str, departure: Departure, basis: Basis, citation: Citation | None, where: str
    ) -> Finding:
        message = f"whether it fits its schema is not known: {departure.message}"
        finding = self._finding("TR906", subject, message, basis, citation, where, "", departure.value)
        return replace(finding, unjudged=True)

    def _finding(
        self,
        code: str,
        subject: str,
        message: str,
        basis: Basis,
        citation: Citation | None,
        where: str,
        expected: str = "",
        answered: str = "",
    ) -> Finding:
        operation = self.operation
        return Finding(
            code=code,
            vendor=operation.vendor,
            operation=operation.name,
            subject=f"conformance {subject}",
            message=message,
            basis=basis,
            citation=citation or operation.citation,
            position=operation.position,
            where=where,
            expected=expected,
            answered=answered,
        )


def _answer(spec: ResponseSpec) -> _Answer:
    bodies = []
    for media in spec.content:
        shape = Shape(True if media.schema is None else media.schema, media.strict)
        bodies.append(_Body(media, media.name.partition(";")[0].strip().lower(), shape))
    bodies.sort(key=lambda body: body.media.name.count("*"))
    headers = tuple((name, Shape(schema, spec.strict_headers.get(name))) for name, schema in spec.headers.items())
    return _Answer(spec, tuple(bodies), headers)


def _body_for(bodies: tuple[_Body, ...], name: str) -> _Body | None:
    for body in bodies:
        wanted = body.essence
        if wanted in (name, "*/*") or (wanted.endswith("/*") and name.startswith(wanted[:-1])):
            return body
    return None


def _forms(value: str) -> list[object]:
    """What a header's text may stand for: a value, or a list of them."""
    return [*readings(value), *list_readings([part.strip() for part in value.split(",")])]


def _least(shape: Shape, readings_of_it: list[object]) -> Departure:
    """Of all readings that depart from a schema, the departure that weighs least."""
    departures = [departure for form in readings_of_it for departure in shape.departures(form, 1)]
    weights = (None, *Basis)
    return max(departures, key=lambda each: (each.undecided, weights.index(each.basis) if each.basis else 0))
