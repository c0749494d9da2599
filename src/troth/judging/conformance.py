"""Conformance: is the answer one that the spec describes, in status, type, headers and shape; JSON and XML alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jsonschema_rs import Draft202012Validator, ValidationError

from troth.judging.requests.described import RequestConformance
from troth.judging.requests.readings import list_readings, readings
from troth.model.contract import Input
from troth.model.exchange import header
from troth.model.operation import Basis, Citation, JsonSchema, MediaType, Operation, ResponseSpec
from troth.model.report import Finding
from troth.wire.bodies import Unreadable, is_json
from troth.wire.pointers import child, format_pointer, resolve_reference
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
    schema: JsonSchema
    validator: Draft202012Validator


@dataclass(frozen=True, slots=True)
class _Answer:
    """A documented status, ready to judge by."""

    spec: ResponseSpec
    bodies: tuple[_Body, ...]
    headers: tuple[tuple[str, Draft202012Validator], ...]


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
        self._returns = Draft202012Validator(plain(operation.soap.returns)) if operation.soap else None

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
        if not body.validator.is_valid(value):
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
        for name, validator in answer.headers:
            value = header(response.response.headers, name)
            if value is not None and not any(validator.is_valid(form) for form in _forms(value)):
                error = next(iter(validator.iter_errors(value)))
                where = f"header {name}"
                yield self._finding("TR105", name, error.message, basis, citation, where, "its schema", value)

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
        if not problems and self._returns is not None and not self._returns.is_valid(value):
            for error in _first(self._returns, value):
                schema = plain(bound.returns)
                basis = _basis_along(schema, error.evaluation_path) or spec.basis
                where = "soap return"
                findings.append(
                    self._finding(
                        "TR104", spec.status, error.message, basis, spec.citation, where, "", str(value)[:200]
                    )
                )
        return findings, False

    def _violations(self, answer: _Answer, body: _Body, value: object) -> Iterator[Finding]:
        for error in _first(body.validator, value):
            where = "body " + (format_pointer(error.instance_path) or "/")
            basis = _basis_along(body.schema, error.evaluation_path) or body.media.basis or answer.spec.basis
            answered = str(error.instance)
            answered = answered if len(answered) <= 200 else answered[:200] + "…"
            message = error.message if len(error.message) <= 300 else error.message[:300] + "…"
            spec = answer.spec
            yield self._finding("TR104", spec.status, message, basis, spec.citation, where, "", answered)

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


def plain(schema: JsonSchema) -> dict[str, object] | bool:
    """A schema as the validator takes it."""
    return schema if isinstance(schema, bool) else dict(schema)


def _answer(spec: ResponseSpec) -> _Answer:
    bodies = []
    for media in spec.content:
        schema: JsonSchema = True if media.schema is None else media.schema
        essence = media.name.partition(";")[0].strip().lower()
        bodies.append(_Body(media, essence, schema, Draft202012Validator(plain(schema), validate_formats=True)))
    bodies.sort(key=lambda body: body.media.name.count("*"))
    headers = tuple((name, Draft202012Validator(plain(schema))) for name, schema in spec.headers.items())
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


def _first(validator: Draft202012Validator, value: object) -> Iterator[ValidationError]:
    """The first errors, one for each place of the answer."""
    seen: set[tuple[str | int, ...]] = set()
    for error in validator.iter_errors(value):
        place = tuple(error.instance_path)
        if place not in seen:
            seen.add(place)
            yield error
        if len(seen) == _MOST:
            return


def _basis_along(schema: JsonSchema | dict[str, object], path: Sequence[str | int]) -> Basis | None:
    """The ``x-basis`` nearest to a violated keyword, walking from the schema's root through its references."""
    node: object = schema
    root = schema
    nearest: Basis | None = None
    for part in path:
        nearest = _basis_of(node) or nearest
        node = child(node, part)
        if part == "$ref" and isinstance(node, str):
            node = resolve_reference(root, node)
    return _basis_of(node) or nearest


def _basis_of(node: object) -> Basis | None:
    word = node.get("x-basis") if isinstance(node, Mapping) else None
    return Basis(word) if isinstance(word, str) and word in Basis.__members__.values() else None
