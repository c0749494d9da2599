"""Conformance: is the answer one that the spec describes, in status, type, headers and shape; JSON and XML alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from troth.judging.headers import HeaderJudge
from troth.judging.requests.described import RequestConformance
from troth.judging.shapes import Shape
from troth.model.contract import Input
from troth.model.exchange import header
from troth.model.operation import Basis, Citation, HeaderForm, MediaType, Operation, ResponseSpec
from troth.model.report import Finding, Why
from troth.wire.bodies import Unreadable, is_json, is_xml
from troth.wire.media_types import best_matches
from troth.wire.oddities import Oddity, oddities_of
from troth.wire.soap import XsdValidator
from troth.wire.views import NO_BODY, RequestView, ResponseView
from troth.wire.xml_schema import is_of_text

_MOST = 5
"""Findings of one body: more than this say nothing new."""


@dataclass(frozen=True, slots=True)
class _Body:
    """A media type of a response, ready to judge by."""

    media: MediaType
    shape: Shape


@dataclass(frozen=True, slots=True)
class _Answer:
    """A documented status, ready to judge by."""

    spec: ResponseSpec
    bodies: tuple[_Body, ...]
    headers: tuple[HeaderJudge, ...]
    names: tuple[str, ...]
    """Of the media types."""


Outcome = tuple[list[Finding], str]
"""Findings, and why the body could not be read; ``""`` where it could."""


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

    def check(self, request: RequestView, response: ResponseView) -> Outcome:
        """Hold an answer to the spec.

        Returns:
            What was found, and why the body could not be read (``""`` where it could, or need not be).
        """
        key = self.documented_status(response.response.status)
        findings = [self._odd(oddity) for oddity in oddities_of(response.response.headers)][:_MOST]
        if not self._answers:
            return findings, ""
        if key is None:
            return [*findings, self._undocumented(request, response)], ""
        answer = self._answers[key]
        if answer.headers or answer.spec.required_headers:
            findings += self._headers(answer, response)
        if response.response.status in (204, 304) or request.request.method == "HEAD":
            return findings, ""
        if isinstance(response.content, Unreadable):
            basis = None if answer.bodies else Basis.ASSUMED
            return self._unread(findings, answer, response.content, basis)
        if not answer.bodies:
            return findings, ""
        return self._body(answer, response, findings)

    def _body(self, answer: _Answer, response: ResponseView, findings: list[Finding]) -> Outcome:
        """Hold a body to what the spec says of its media type."""
        sent = header(response.response.headers, "content-type") or ""
        bodies = [answer.bodies[index] for index in best_matches(answer.names, sent)]
        if not response.response.body and (not bodies or not response.media_type):
            return self._unread(findings, answer, NO_BODY)
        if not bodies:
            return [*findings, self._wrong_type(answer, response)], ""
        if self.operation.soap is not None:
            return self._soap(answer, response, findings)
        if is_xml(response.media_type):
            return self._xml(answer, bodies[0], response, findings)
        if not is_json(response.media_type):
            return findings, ""
        value = response.body
        if isinstance(value, Unreadable):
            return self._unread(findings, answer, value)
        if not any(body.shape.holds(value) for body in bodies):
            findings.extend(self._violations(answer, bodies[0], value))
        return findings, ""

    def _xml(self, answer: _Answer, body: _Body, response: ResponseView, findings: list[Finding]) -> Outcome:
        root, spec = response.xml, answer.spec
        if isinstance(root, Unreadable):
            # What we do not walk we need not walk where nothing is said of elements.
            unsaid = body.media.schema is None or is_of_text(body.media.schema)
            return (findings, "") if root.ours and unsaid else self._unread(findings, answer, root)
        reading = response.xml_reading
        if isinstance(reading, Unreadable):
            return findings, ""
        for departure in reading.departures[:_MOST]:
            # By the letter of OpenAPI 3.0 and 3.1, `xml` has no effect on the schema of a root.
            basis = Basis.ASSUMED if departure.root else body.media.basis or spec.basis
            where = "body " + (departure.pointer or "/")
            findings.append(self._finding("TR104", spec.status, departure.message, basis, spec.citation, where))
        if not body.shape.holds(reading.value):
            findings.extend(self._violations(answer, body, reading.value))
        return findings, ""

    def _odd(self, oddity: Oddity) -> Finding:
        message = f"{oddity.message} ({oddity.standard})"
        return self._finding("TR107", "header fields", message, Basis.ASSUMED, None, oddity.where)

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
                trailing = header(response.response.trailers, name) is not None
                message = f"the header {name} is missing" + (": it came behind the body" if trailing else "")
                yield self._finding("TR105", name, message, basis, citation, f"header {name}", "present", "absent")
        for judge in answer.headers:
            lines = response.header_lines.get(judge.name)
            complaint = judge.complaint(lines) if lines is not None else None
            if lines is not None and complaint is not None:
                where, shown, weight = f"header {judge.name}", ", ".join(lines), complaint.basis or basis
                if complaint.undecided:
                    yield self._given_up(judge.name, complaint.message, weight, citation, where, shown)
                else:
                    message = complaint.message
                    yield self._finding("TR105", judge.name, message, weight, citation, where, "its schema", shown)

    def _wrong_type(self, answer: _Answer, response: ResponseView) -> Finding:
        known = ", ".join(body.media.name for body in answer.bodies)
        answered = response.media_type or "no Content-Type"
        basis = answer.bodies[0].media.basis or answer.spec.basis
        message = "the body has another media type"
        return self._finding(
            "TR102", answer.spec.status, message, basis, answer.spec.citation, "content-type", known, answered
        )

    def _unread(self, findings: list[Finding], answer: _Answer, why: Unreadable, basis: Basis | None = None) -> Outcome:
        """A body that cannot be read: the vendor's fault (TR103), or a limit of ours (TR906, unjudged)."""
        code = "TR906" if why.ours else "TR103"
        spec = answer.spec
        finding = self._finding(code, spec.status, f"the body {why.reason}", basis or spec.basis, spec.citation, "body")
        finding = replace(finding, unjudged=why.ours)
        return [*findings, finding], Why.BEYOND_LIMITS if why.ours else Why.UNREADABLE

    def _soap(self, answer: _Answer, response: ResponseView, findings: list[Finding]) -> Outcome:
        message, bound = response.soap, self.operation.soap
        if isinstance(message, Unreadable):
            return self._unread(findings, answer, message)
        if message.fault is not None or bound is None:
            return findings, ""
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
        return findings, ""

    def _violations(self, answer: _Answer, body: _Body, value: object) -> Iterator[Finding]:
        spec = answer.spec
        for departure in body.shape.departures(value, _MOST):
            where, message, shown = f"body {departure.place}", departure.message, departure.value
            basis = departure.basis or body.media.basis or spec.basis
            if departure.undecided:
                yield self._given_up(spec.status, message, basis, spec.citation, where, shown)
            else:
                yield self._finding("TR104", spec.status, message, basis, spec.citation, where, "", shown)

    def _given_up(
        self, subject: str, why: str, basis: Basis, citation: Citation | None, where: str, shown: str
    ) -> Finding:
        """A value whose pattern took too many steps: nothing is said against the vendor."""
        message = f"whether it fits its schema is not known: {why}"
        return replace(self._finding("TR907", subject, message, basis, citation, where, "", shown), unjudged=True)

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
    bodies = [
        _Body(media, Shape(True if media.schema is None else media.schema, media.strict)) for media in spec.content
    ]
    judges = (
        HeaderJudge(name, Shape(schema, spec.strict_headers.get(name)), spec.header_forms.get(name, HeaderForm()))
        for name, schema in spec.headers.items()
    )
    return _Answer(spec, tuple(bodies), tuple(judges), tuple(media.name for media in spec.content))


def _shape(media: MediaType) -> Shape:
    return Shape(True if media.schema is None else media.schema, media.strict)
