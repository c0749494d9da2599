"""Arazzo 1.0 documents from YAML: shape by JSON Schema, meaning by hand, every problem with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from troth.arazzo.parts import PartReader
from troth.errors import Position, Problem, did_you_mean
from troth.loading.contract import schema_problems
from troth.loading.matchers import FORMATS
from troth.loading.plain import mapping, read_basis, read_citation, sequence
from troth.loading.positions.yaml import Document
from troth.model.operation import Basis
from troth.model.workflow import Action, InputSource, Output, Step, StepArgument, Workflow
from troth.wire.pointers import KeyPath, ReferenceInvalid, inline_references


@dataclass(frozen=True, slots=True)
class ArazzoDocument:
    """One document: its workflows, in order, and the OpenAPI sources they speak of."""

    file: str
    workflows: tuple[Workflow, ...]
    sources: Mapping[str, str]
    """Name → URL of each OpenAPI source description."""


def read_arazzo(document: Document, vendor: str) -> tuple[ArazzoDocument, tuple[Problem, ...]]:
    """Read one document, as much of it as can be read, so that one look finds every problem.

    Args:
        document: the file.
        vendor: whose workflows they are.

    Returns:
        The document, without the workflows that cannot be used, and every problem.
    """
    of_shape = schema_problems(document, "arazzo")
    problems = [problem for problem in of_shape if not problem.message.startswith("unknown key 'x-")]
    if not isinstance(document.value, Mapping):
        return ArazzoDocument(document.file, (), {}), tuple(problems)
    reading = _Reading(document, vendor)
    workflows = tuple(reading.workflows())
    return ArazzoDocument(document.file, workflows, reading.sources), (*problems, *reading.parts.problems)


class _Reading:
    def __init__(self, document: Document, vendor: str) -> None:
        self.document = document
        self.vendor = vendor
        self.root = mapping(document.value)
        self.parts = PartReader(document)
        self.components = mapping(self.root.get("components"))
        self.sources: dict[str, str] = {}
        self._read_sources()

    def _read_sources(self) -> None:
        for index, value in enumerate(sequence(self.root.get("sourceDescriptions"))):
            raw = mapping(value)
            name, url = str(raw.get("name", "")), str(raw.get("url", ""))
            at = ("sourceDescriptions", index)
            if raw.get("type", "openapi") != "openapi":
                self._problem(
                    (*at, "type"), "workflows of other documents are not supported", "move them into this one"
                )
            elif name in self.sources:
                self._problem((*at, "name"), f"the source {name!r} stands twice", "")
            self.sources[name] = url

    def workflows(self) -> Iterator[Workflow]:
        seen: dict[str, Position] = {}
        for index, value in enumerate(sequence(self.root.get("workflows"))):
            raw = mapping(value)
            name, at = str(raw.get("workflowId", "")), ("workflows", index)
            if not name or not isinstance(raw.get("steps"), list):
                continue
            self._once(seen, name, (*at, "workflowId"), "workflow")
            yield self._workflow(raw, name, at)

    def _workflow(self, raw: Mapping[str, object], name: str, at: KeyPath) -> Workflow:
        schema = mapping(inline_references(self.root, raw.get("inputs"), (*at, "inputs"), self._unresolved))
        places = {
            f"outputs.{output}": self.document.at(*at, "outputs", output) for output in mapping(raw.get("outputs"))
        }
        for key in ("dependsOn", "x-cleanup"):
            for index, workflow in enumerate(sequence(raw.get(key))):
                places[f"{key}.{workflow}"] = self.document.at(*at, key, index)
        return Workflow(
            vendor=self.vendor,
            name=name,
            file=self.document.file,
            says=str(raw.get("summary") or raw.get("description") or name).strip(),
            inputs=schema,
            input_sources=self._input_sources(raw, at, schema),
            steps=tuple(self._steps(raw, at)),
            outputs=self._outputs(raw, at),
            depends_on=tuple(str(workflow) for workflow in sequence(raw.get("dependsOn"))),
            success_actions=self._actions(raw.get("successActions"), (*at, "successActions"), "successActions"),
            failure_actions=self._actions(raw.get("failureActions"), (*at, "failureActions"), "failureActions"),
            basis=read_basis(raw.get("x-basis"), Basis.ASSUMED),
            citation=read_citation(raw["x-source"]) if "x-source" in raw else None,
            position=self.document.at(*at, "workflowId"),
            cleanup=tuple(str(workflow) for workflow in sequence(raw.get("x-cleanup"))),
            security=self.parts.security(raw.get("x-security"), (*at, "x-security")),
            places=places,
        )

    def _input_sources(
        self, raw: Mapping[str, object], at: KeyPath, schema: Mapping[str, object]
    ) -> dict[str, InputSource]:
        """``x-inputs`` of the document and of the workflow: where values come from when nobody gives them."""
        sources: dict[str, InputSource] = {}
        known = mapping(schema.get("properties"))
        for holder, place in ((self.root, ()), (raw, at)):
            for name, value in mapping(holder.get("x-inputs")).items():
                fields, here = mapping(value), (*place, "x-inputs", name)
                world, fresh = str(fields.get("world", "")), str(fields.get("fresh", ""))
                if fresh and fresh not in FORMATS:
                    self._problem((*here, "fresh"), f"unknown format {fresh!r}", did_you_mean(fresh, FORMATS))
                elif name in known:
                    sources[name] = InputSource(tuple(world.split(".")) if world else (), fresh)
                elif place:
                    self._problem(here, f"there is no input {name!r}", did_you_mean(name, known))
        return sources

    def _steps(self, workflow: Mapping[str, object], at: KeyPath) -> Iterator[Step]:
        shared = self._arguments(workflow.get("parameters"), (*at, "parameters"))
        seen: dict[str, Position] = {}
        for index, value in enumerate(sequence(workflow.get("steps"))):
            raw = mapping(value)
            path = (*at, "steps", index)
            name = str(raw.get("stepId", ""))
            if name:
                self._once(seen, name, (*path, "stepId"), "step")
                yield self._step(raw, name, path, shared)

    def _step(self, raw: Mapping[str, object], name: str, at: KeyPath, shared: tuple[StepArgument, ...]) -> Step:
        if "operationPath" in raw:
            self._problem((*at, "operationPath"), "operationPath is not supported", "name the operation by operationId")
        arguments = self._arguments(raw.get("parameters"), (*at, "parameters"))
        called = "workflowId" if "workflowId" in raw else "operationId"
        if called == "operationId":
            self._check_places(arguments)
            named = {(argument.name, argument.place) for argument in arguments}
            inherited = (argument for argument in shared if (argument.name, argument.place) not in named)
            arguments = (*inherited, *arguments)
        return Step(
            name=name,
            says=str(raw.get("description", "")).strip(),
            operation=self._operation(str(raw.get("operationId", "")), (*at, "operationId")),
            workflow=self._called_workflow(str(raw.get("workflowId", "")), (*at, "workflowId")),
            arguments=arguments,
            body=self.parts.body(raw.get("requestBody"), (*at, "requestBody")),
            criteria=(
                *self.parts.criteria(raw.get("successCriteria"), (*at, "successCriteria"), raw),
                *self.parts.cel_criteria(raw.get("x-criteria"), (*at, "x-criteria"), raw),
            ),
            outputs={**self._outputs(raw, at), **self.parts.selectors(raw.get("x-outputs"), (*at, "x-outputs"))},
            on_success=self._actions(raw.get("onSuccess"), (*at, "onSuccess"), "successActions"),
            on_failure=self._actions(raw.get("onFailure"), (*at, "onFailure"), "failureActions"),
            position=self.document.at(*at, "stepId"),
            called=self.document.at(*at, called),
            cleanup=raw.get("x-cleanup") is True,
            advance=_number(raw.get("x-troth-advance")),
            security=self.parts.security(raw.get("x-security"), (*at, "x-security")),
            places={
                output: self.document.at(*at, key, output)
                for key in ("outputs", "x-outputs")
                for output in mapping(raw.get(key))
            },
        )

    def _check_places(self, arguments: tuple[StepArgument, ...]) -> None:
        for argument in arguments:
            if not argument.place:
                message, fix = f"the parameter {argument.name!r} has no place", "add in: path, query, header or cookie"
                self.parts.problems.append(Problem(argument.position, message, fix))

    def _operation(self, text: str, at: KeyPath) -> str:
        """The operationId without its source: ``$sourceDescriptions.shop.readOrder`` → ``readOrder``."""
        if not text.startswith("$"):
            return text
        parts = text.split(".", 2)
        if parts[0] != "$sourceDescriptions" or len(parts) != 3:
            self._problem(at, f"{text!r} names no operation", "write $sourceDescriptions.NAME.OPERATION")
            return ""
        if parts[1] not in self.sources:
            self._problem(at, f"unknown source {parts[1]!r}", did_you_mean(parts[1], self.sources))
        return parts[2]

    def _called_workflow(self, text: str, at: KeyPath) -> str:
        if text.startswith("$"):
            self._problem(at, "workflows of other documents are not supported", "name one of this document")
            return ""
        return text

    def _outputs(self, raw: Mapping[str, object], at: KeyPath) -> dict[str, Output]:
        outputs: dict[str, Output] = {}
        for name, text in mapping(raw.get("outputs")).items():
            output = self.parts.reference(text, (*at, "outputs", name))
            if output is not None:
                outputs[name] = output
        return outputs

    def _arguments(self, raw: object, at: KeyPath) -> tuple[StepArgument, ...]:
        arguments = []
        for index, value in enumerate(sequence(raw)):
            fields, path = mapping(value), (*at, index)
            if "reference" in fields:
                place = self._component(str(fields["reference"]), "parameters", (*path, "reference"))
                if place is None:
                    continue
                argument = self.parts.argument(mapping(self.document.value_at(*place)), place)
                if "value" in fields:
                    argument = replace(argument, value=self.parts.template(fields["value"], (*path, "value")))
                arguments.append(argument)
            elif "name" in fields:
                arguments.append(self.parts.argument(fields, path))
        return tuple(arguments)

    def _actions(self, raw: object, at: KeyPath, component: str) -> tuple[Action, ...]:
        actions = []
        for index, value in enumerate(sequence(raw)):
            fields, place = mapping(value), (*at, index)
            if "reference" in fields:
                there = self._component(str(fields["reference"]), component, (*place, "reference"))
                if there is None:
                    continue
                fields, place = mapping(self.document.value_at(*there)), there
            if "name" in fields and "type" in fields:
                actions.append(self.parts.action(fields, place))
        return tuple(actions)

    def _component(self, text: str, kind: str, at: KeyPath) -> KeyPath | None:
        """The path of a component: ``$components.parameters.page``."""
        known = mapping(self.components.get(kind))
        prefix = f"$components.{kind}."
        if not text.startswith(prefix):
            self._problem(at, f"{text!r} is no reference to a component", f"write {prefix}NAME")
            return None
        name = text.removeprefix(prefix)
        if name not in known:
            self._problem(at, f"there is no component {text!r}", did_you_mean(name, known))
            return None
        return ("components", kind, name)

    def _once(self, seen: dict[str, Position], name: str, at: KeyPath, what: str) -> None:
        if name in seen:
            message = f"the {what} {name!r} stands twice (first in line {seen[name].line})"
            self._problem(at, message, "give each its own name")
        seen.setdefault(name, self.document.at(*at))

    def _unresolved(self, error: ReferenceInvalid) -> None:
        self._problem(error.path, str(error), "")

    def _problem(self, at: KeyPath, message: str, fix: str) -> None:
        self.parts.problems.append(Problem(self.document.at(*at), message, fix))


def _number(raw: object) -> float:
    return float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else 0.0
