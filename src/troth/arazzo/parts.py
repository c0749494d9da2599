"""The parts of an Arazzo document: arguments, bodies, criteria, actions, outputs; mistakes at their column."""

from collections.abc import Mapping

from troth.arazzo.expressions import (
    Malformed,
    read_condition,
    read_reference,
    read_template,
    read_text,
)
from troth.errors import Problem
from troth.loading.plain import mapping, read_basis, read_citation, sequence
from troth.loading.positions.yaml import Document, Path_
from troth.model.operation import Basis, Citation
from troth.model.workflow import (
    Action,
    Argument,
    Body,
    Criterion,
    Reference,
    Replacement,
    Security,
    Selector,
    Template,
)
from troth.wire.pointers import PointerInvalid, parse_pointer


class PartReader:
    """Reads parts of one document and gathers what is wrong with them.

    Args:
        document: the file.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def argument(self, raw: Mapping[str, object], at: Path_) -> Argument:
        """One parameter of a step or workflow."""
        return Argument(
            name=str(raw["name"]) if "name" in raw else "",
            place=str(raw.get("in", "")),
            value=self.template(raw.get("value"), (*at, "value")),
            position=self.document.at(*at),
        )

    def body(self, raw: object, at: Path_) -> Body | None:
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
        return Body(str(raw.get("contentType", "")), payload, tuple(replacements), self.document.at(*at))

    def criteria(self, raw: object, at: Path_, holder: Mapping[str, object]) -> tuple[Criterion, ...]:
        """Criteria of a step or an action; ``holder`` lends its basis and source to those that have none."""
        found = []
        for index, value in enumerate(sequence(raw)):
            one, place = mapping(value), (*at, index)
            if isinstance(one.get("condition"), str):
                criterion = self._criterion(one, place, holder)
                if criterion is not None:
                    found.append(criterion)
        return tuple(found)

    def cel_criteria(self, raw: object, at: Path_, holder: Mapping[str, object]) -> tuple[Criterion, ...]:
        """Criteria in CEL (``x-criteria``)."""
        found = []
        for index, value in enumerate(sequence(raw)):
            one, place = mapping(value), (*at, index, "x-troth-cel")
            if isinstance(one.get("x-troth-cel"), str):
                text, position = str(one["x-troth-cel"]), self.document.text_at(0, *place)
                basis, citation = self._known_from(one, holder)
                found.append(Criterion("cel", text, position, None, None, str(one.get("says", "")), basis, citation))
        return tuple(found)

    def _criterion(self, raw: Mapping[str, object], at: Path_, holder: Mapping[str, object]) -> Criterion | None:
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
        if not isinstance(context, Reference):
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

    def action(self, raw: Mapping[str, object], at: Path_) -> Action:
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

    def selectors(self, raw: object, at: Path_) -> dict[str, Selector]:
        """``x-outputs``: outputs taken by JSONPath or XPath."""
        found = {}
        for name, value in mapping(raw).items():
            one, place = mapping(value), (*at, name)
            context = self.reference(one.get("context"), (*place, "context"))
            if context is not None and isinstance(one.get("selector"), str):
                position = self.document.text_at(0, *place, "selector")
                found[name] = Selector(str(one.get("type", "")), str(one["selector"]), context, position)
        return found

    def security(self, raw: object, at: Path_) -> Security | None:
        """``x-security``: credentials by a step's own values."""
        for index, value in enumerate(sequence(raw)):
            one = mapping(value)
            values = mapping(one.get("values"))
            scheme = "basic" if "username" in values else "bearer" if "token" in values else ""
            if not scheme:
                fix = "give username and password, or token"
                self._add((*at, index), "values", "these credentials are not supported", fix)
                continue
            place = (*at, index, "values")
            templates = {key: self.template(part, (*place, key)) for key, part in values.items()}
            return Security(scheme, templates, self.document.at(*at, index))
        return None

    def reference(self, raw: object, at: Path_) -> Reference | None:
        """A text that must be one runtime expression."""
        try:
            return read_reference(str(raw))
        except Malformed as error:
            self._malformed(error, at)
            return None

    def template(self, raw: object, at: Path_) -> Template:
        """A JSON value with its runtime expressions read."""
        if isinstance(raw, Mapping):
            return {key: self.template(one, (*at, key)) for key, one in raw.items()}
        if isinstance(raw, list):
            return [self.template(one, (*at, index)) for index, one in enumerate(raw)]
        if not isinstance(raw, str):
            return read_template(raw)
        try:
            return read_text(raw)
        except Malformed as error:
            self._malformed(error, at)
            return raw

    def _malformed(self, error: Malformed, at: Path_) -> None:
        self.problems.append(Problem(self.document.text_at(error.offset, *at), error.message))

    def _add(self, at: Path_, key: str, message: str, fix: str) -> None:
        self.problems.append(Problem(self.document.at(*at, key), message, fix))
