"""The parts of an Arazzo document: arguments, bodies, criteria, actions, outputs; mistakes at their column."""

from collections.abc import Mapping

from troth.arazzo.expressions import (
    Malformed,
    read_condition,
    read_reference,
    read_template,
    read_text_template,
)
from troth.errors import Problem
from troth.loading.openapi.document import scheme_text
from troth.loading.plain import mapping, read_basis, read_citation, sequence
from troth.loading.positions.yaml import Document
from troth.model.operation import Basis, Citation
from troth.model.workflow import (
    Action,
    Criterion,
    Replacement,
    RuntimeExpression,
    Security,
    Selector,
    StepArgument,
    StepBody,
    Template,
)
from troth.wire.pointers import KeyPath, PointerInvalid, parse_pointer


class PartReader:
    """Reads parts of one document and gathers what is wrong with them.

    Args:
        document: the file.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def argument(self, raw: Mapping[str, object], at: KeyPath) -> StepArgument:
        """One parameter of a step or workflow."""
        return StepArgument(
            name=str(raw["name"]) if "name" in raw else "",
            place=str(raw.get("in", "")),
            value=self.template(raw.get("value"), (*at, "value")),
            position=self.document.at(*at),
        )

    def body(self, raw: object, at: KeyPath) -> StepBody | None:
        """A request body; None where there is none."""
        if not isinstance(raw, Mapping):
            return None
        replacements = []
        for index, value in enumerate(sequence(raw.get("replacements"))):
            replacement, place = mapping(value), (*at, "replacements", index)
            target = str(replacement.get("target", ""))
            try:
                tokens = parse_pointer(target)
            except PointerInvalid as error:
                fix = "write a JSON Pointer like /request/user/login (XPath targets are not supported)"
                self._add(place, "target", f"the target {target!r} is no JSON Pointer: it {error.reason}", fix)
                continue
            new = self.template(replacement.get("value"), (*place, "value"))
            replacements.append(Replacement(tokens, new, self.document.at(*place)))
        payload = self.template(raw.get("payload"), (*at, "payload"))
        return StepBody(str(raw.get("contentType", "")), payload, tuple(replacements), self.document.at(*at))

    def criteria(self, raw: object, at: KeyPath, holder: Mapping[str, object]) -> tuple[Criterion, ...]:
        """Criteria of a step or an action; ``holder`` lends its basis and source to those that have none."""
        criteria = []
        for index, value in enumerate(sequence(raw)):
            fields, place = mapping(value), (*at, index)
            if isinstance(fields.get("condition"), str):
                criterion = self._criterion(fields, place, holder)
                if criterion is not None:
                    criteria.append(criterion)
        return tuple(criteria)

    def cel_criteria(self, raw: object, at: KeyPath, holder: Mapping[str, object]) -> tuple[Criterion, ...]:
        """Criteria in CEL (``x-criteria``)."""
        criteria = []
        for index, value in enumerate(sequence(raw)):
            fields, place = mapping(value), (*at, index, "x-troth-cel")
            if isinstance(fields.get("x-troth-cel"), str):
                text, position = str(fields["x-troth-cel"]), self.document.text_at(0, *place)
                basis, citation = self._known_from(fields, holder)
                says = str(fields.get("says", ""))
                criteria.append(Criterion("cel", text, position, None, None, says, basis, citation))
        return tuple(criteria)

    def _criterion(self, raw: Mapping[str, object], at: KeyPath, holder: Mapping[str, object]) -> Criterion | None:
        text = str(raw["condition"])
        asked = raw.get("type", "simple")
        kind = str(mapping(asked).get("type", "")) if isinstance(asked, Mapping) else str(asked)
        version = str(mapping(asked).get("version", ""))
        if version in ("xpath-20", "xpath-30"):
            self._add(at, "type", f"the version {version!r} is not supported", "XPath 1.0 (xpath-10) is")
            return None
        position = self.document.text_at(0, *at, "condition")
        basis, citation = self._known_from(raw, holder)
        if kind == "simple":
            try:
                condition = read_condition(text)
            except Malformed as error:
                self._malformed(error, (*at, "condition"))
                return None
            return Criterion("simple", text, position, condition, None, "", basis, citation)
        if "context" not in raw:
            self._add(at, "condition", f"a criterion of the type {kind} needs a context", "add context: $response.body")
            return None
        context = self.reference(raw["context"], (*at, "context"))
        if not isinstance(context, RuntimeExpression):
            return None
        return Criterion(kind, text, position, None, context, "", basis, citation)

    def _known_from(
        self, raw: Mapping[str, object], holder: Mapping[str, object]
    ) -> tuple[Basis | None, Citation | None]:
        basis = raw.get("x-basis", holder.get("x-basis"))
        source = raw.get("x-source", holder.get("x-source"))
        return (
            None if basis is None else read_basis(basis, Basis.ASSUMED),
            None if source is None else read_citation(source),
        )

    def action(self, raw: Mapping[str, object], at: KeyPath) -> Action:
        """A success or failure action."""
        kind = str(raw["type"])
        if kind == "goto" and ("stepId" in raw) == ("workflowId" in raw):
            self._add(at, "type", "goto needs either a stepId or a workflowId", "")
        retry_after, retry_limit = raw.get("retryAfter", 0), raw.get("retryLimit", 1)
        return Action(
            name=str(raw["name"]),
            kind=kind,
            position=self.document.at(*at),
            step=str(raw.get("stepId", "")),
            workflow=str(raw.get("workflowId", "")),
            retry_after=float(retry_after) if isinstance(retry_after, int | float) else 0.0,
            retry_limit=retry_limit if isinstance(retry_limit, int) else 1,
            criteria=self.criteria(raw.get("criteria"), (*at, "criteria"), {}),
        )

    def selectors(self, raw: object, at: KeyPath) -> dict[str, Selector]:
        """``x-outputs``: outputs taken by JSONPath or XPath."""
        selectors = {}
        for name, value in mapping(raw).items():
            fields, place = mapping(value), (*at, name)
            context = self.reference(fields.get("context"), (*place, "context"))
            if context is not None and isinstance(fields.get("selector"), str):
                position = self.document.text_at(0, *place, "selector")
                selectors[name] = Selector(str(fields.get("type", "")), str(fields["selector"]), context, position)
        return selectors

    def security(self, raw: object, at: KeyPath) -> tuple[Security, ...]:
        """``x-security``: credentials by a step's own values, one for each scheme."""
        securities = []
        for index, entry in enumerate(sequence(raw)):
            fields, place = mapping(entry), (*at, index)
            values = {
                key: self.template(part, (*place, "values", key)) for key, part in mapping(fields.get("values")).items()
            }
            scheme = scheme_text(mapping(fields["scheme"])) if "scheme" in fields else ""
            securities.append(Security(str(fields.get("schemeName", "")), scheme, values, self.document.at(*place)))
        return tuple(securities)

    def reference(self, raw: object, at: KeyPath) -> RuntimeExpression | None:
        """A text that must be one runtime expression."""
        try:
            return read_reference(str(raw))
        except Malformed as error:
            self._malformed(error, at)
            return None

    def template(self, raw: object, at: KeyPath) -> Template:
        """A JSON value with its runtime expressions read."""
        if isinstance(raw, Mapping):
            return {key: self.template(member, (*at, key)) for key, member in raw.items()}
        if isinstance(raw, list):
            return [self.template(item, (*at, index)) for index, item in enumerate(raw)]
        if not isinstance(raw, str):
            return read_template(raw)
        try:
            return read_text_template(raw)
        except Malformed as error:
            self._malformed(error, at)
            return raw

    def _malformed(self, error: Malformed, at: KeyPath) -> None:
        self.problems.append(Problem(self.document.text_at(error.offset, *at), error.message))

    def _add(self, at: KeyPath, key: str, message: str, fix: str) -> None:
        self.problems.append(Problem(self.document.at(*at, key), message, fix))
