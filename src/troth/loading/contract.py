"""Reads contracts from YAML: JSON Schema checks their shape, code their meaning; every problem has its place."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from importlib.resources import files

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from troth.errors import Position, Problem, did_you_mean
from troth.loading.matchers import read_expected, read_matchers
from troth.loading.plain import mapping, read_basis, read_citation, sequence
from troth.loading.positions.yaml import Document
from troth.model.contract import (
    AnswerField,
    Clause,
    Contract,
    Expression,
    Given,
    Input,
    InputClass,
    Observe,
    Row,
)
from troth.model.operation import STRENGTHS, Basis
from troth.wire.pointers import KeyPath, PointerInvalid, parse_pointer


def schema_problems(document: Document, schema_name: str) -> Iterator[Problem]:
    """The violations of one of our JSON Schemas by a document, each at its line.

    Args:
        document: a file that was read.
        schema_name: a file in ``loading/schemas``, without ``.schema.json``.
    """
    for error in _errors(document, schema_name):
        yield from _problems_of(document, error)


def _errors(document: Document, schema_name: str) -> Iterator[ValidationError]:
    schema = msgspec.json.decode(files("troth.loading").joinpath("schemas", f"{schema_name}.schema.json").read_bytes())
    yield from Draft202012Validator(schema).iter_errors(document.value)


def _problems_of(document: Document, error: ValidationError) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    schema: Mapping[str, object] = mapping(error.schema)
    rule: object = error.validator_value
    if error.validator == "type" and not path:
        yield Problem(document.at(), "the file is empty" if error.instance is None else "the file is not a mapping")
        return
    if error.validator == "oneOf" and not path and not isinstance(error.instance, Mapping):
        return
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = list(mapping(schema.get("properties")))
        for name in error.instance:
            if name not in known:
                yield Problem(document.key_at(*path, name), f"unknown key {name!r}", did_you_mean(name, known))
        return
    if error.validator == "required":
        present = list(mapping(error.instance))
        unknown = [name for name in present if name not in mapping(schema.get("properties"))]
        # A misspelt key is one mistake: it is reported as unknown, not as missing too.
        wanted = [str(name) for name in sequence(rule)]
        missing = [name for name in wanted if name not in present and not get_close_matches(name, unknown)]
        if not missing:
            return
        yield Problem(document.key_at(*path), f"{_name_of(path)} lacks {', '.join(map(repr, missing))}")
        return
    if error.validator == "oneOf" and all(set(mapping(alternative)) == {"required"} for alternative in sequence(rule)):
        names = [" and ".join(map(str, sequence(mapping(alternative)["required"]))) for alternative in sequence(rule)]
        yield Problem(document.key_at(*path), f"{_name_of(path)} needs exactly one of {', '.join(names)}")
        return
    if error.validator == "enum":
        choices = [str(value) for value in sequence(rule)]
        message = f"{error.instance!r} is not one of {', '.join(choices)}"
        yield Problem(document.at(*path), message, did_you_mean(str(error.instance), choices))
        return
    if "propertyNames" in error.schema_path:
        position = document.key_at(*path, str(error.instance))
        yield Problem(
            position, f"{error.instance!r} cannot be a name here", "use lower-case letters, digits and _ (or -)"
        )
        return
    message = error.message if len(error.message) < 160 else f"does not fit: {error.validator}"
    yield Problem(document.at(*path), message, str(schema.get("description", "")))


def _name_of(path: KeyPath) -> str:
    if not path:
        return "the file"
    return "this entry" if isinstance(path[-1], int) else repr(path[-1])


def read_contract(
    document: Document, operations: tuple[str, ...], topic: str
) -> tuple[Contract | None, tuple[Problem, ...]]:
    """Read one contract file. Parts with mistakes are left out, so that one run reports every problem.

    Args:
        document: the file.
        operations: the names of the vendor's operations, for ``applies`` and for suggestions.
        topic: the file's stem.

    Returns:
        The contract without the parts that cannot be used (None where nothing can), and every problem.
    """
    problems = list(schema_problems(document, "contract"))
    broken = {path for error in _errors(document, "contract") for path in _parts(tuple(error.absolute_path))}
    if () in broken:
        return None, tuple(problems)
    reading = _ContractReading(document, operations, broken)
    contract = reading.contract(topic)
    return contract, (*problems, *reading.problems)


def _parts(path: KeyPath) -> Iterator[KeyPath]:
    """The part of a contract that a violation of the schema makes unusable: a clause, a row, a let."""
    if path[:1] == ("outcomes",):
        yield path[:3]
    elif len(path) != 1:
        yield path[:2]


class _ContractReading:
    def __init__(self, document: Document, operations: tuple[str, ...], broken: set[KeyPath]) -> None:
        self.document = document
        self.operations = operations
        self.broken = broken
        self.problems: list[Problem] = []

    def contract(self, topic: str) -> Contract:
        raw = mapping(self.document.value)
        return Contract(
            vendor=str(raw["vendor"]),
            topic=topic,
            file=self.document.file,
            operations=self._applies(raw),
            shared="applies" in raw,
            lets={name: self._expression("let", name) for name in self._usable("let")},
            inputs=tuple(self._input(name) for name in self._usable("inputs")),
            impossible=self._impossible(raw.get("impossible")),
            rows=tuple(self._rows(mapping(raw.get("outcomes")))),
            clauses=tuple(self._clause(name) for name in self._usable("clauses")),
            given=tuple(self._given(name) for name in self._usable("given")),
            observe=self._observe(raw),
            position=self.document.at(),
            free={str(pointer): str(reason) for pointer, reason in mapping(raw.get("free")).items()},
            statuses={
                str(status): str(mapping(mapping(raw_status).get("provoke")).get("never", ""))
                for status, raw_status in mapping(raw.get("statuses")).items()
            },
            sha256=hashlib.sha256("\n".join(self.document.lines).encode("utf-8", "surrogatepass")).hexdigest(),
        )

    def _usable(self, section: str) -> Iterator[str]:
        for name, value in mapping(self.document.value_at(section)).items():
            # The classes of an input with mistakes are kept, so that expressions which use them are not reported too.
            named = section == "inputs" and mapping(mapping(value).get("classes"))
            if named or (section, name) not in self.broken:
                yield name

    def _applies(self, raw: Mapping[str, object]) -> tuple[str, ...]:
        if "operation" in raw:
            return (self._operation(str(raw["operation"]), "operation"),)
        applies = mapping(raw["applies"])
        excepted = [
            self._operation(str(name), "applies", "except", index)
            for index, name in enumerate(sequence(applies.get("except")))
        ]
        if applies["to"] == "all":
            return tuple(name for name in self.operations if name not in excepted)
        named = [
            self._operation(str(name), "applies", "to", index) for index, name in enumerate(sequence(applies["to"]))
        ]
        return tuple(name for name in named if name not in excepted)

    def _operation(self, name: str, *path: str | int) -> str:
        if name not in self.operations:
            fix = did_you_mean(name, self.operations)
            self.problems.append(Problem(self.document.at(*path), f"unknown operation {name!r}", fix))
        return name

    def _expression(self, *path: str | int) -> Expression:
        return Expression(str(self.document.value_at(*path)), self.document.text_at(0, *path))

    def _input(self, name: str) -> Input:
        raw = mapping(self.document.value_at("inputs", name))
        place, _, address = str(raw.get("at", "")).partition(":")
        if place == "body":
            address = self._pointer(address, "inputs", name, "at")
        classes = []
        for class_name, value in mapping(raw["classes"]).items():
            position = self.document.at("inputs", name, "classes", class_name)
            try:
                matchers = read_matchers(value)
            except ValueError as error:
                self.problems.append(Problem(position, str(error), "see docs/contracts.md, Matchers"))
                matchers = ()
            key = self.document.key_at("inputs", name, "classes", class_name)
            classes.append(InputClass(class_name, matchers, key))
        position = self.document.key_at("inputs", name)
        return Input(name, place, address, raw.get("as") == "text", tuple(classes), position)

    def _pointer(self, address: str, *path: str) -> str:
        try:
            parse_pointer(address)
        except PointerInvalid as error:
            message = f"{address!r} is no JSON Pointer: it {error.reason}"
            self.problems.append(Problem(self.document.at(*path), message, "write ~0 for ~ and ~1 for / in a name"))
            return ""
        return address

    def _impossible(self, raw: object) -> tuple[Expression, ...]:
        if isinstance(raw, str):
            return (self._expression("impossible"),)
        return tuple(self._expression("impossible", index) for index in range(len(sequence(raw))))

    def _rows(self, outcomes: Mapping[str, object]) -> Iterator[Row]:
        every = mapping(outcomes.get("every"))
        defaults = mapping(outcomes.get("defaults"))
        seen: dict[str, Position] = {}
        for index, value in enumerate(sequence(outcomes.get("rows"))):
            raw = mapping(value)
            path = ("outcomes", "rows", index)
            if path[:2] in self.broken or path in self.broken:
                continue
            name = str(raw["id"])
            if name in seen:
                message = f"the row {name!r} stands twice (first in line {seen[name].line})"
                self.problems.append(Problem(self.document.at(*path, "id"), message))
            seen[name] = self.document.at(*path, "id")
            yield self._row(name, raw, every, defaults, path)

    def _row(
        self,
        name: str,
        raw: Mapping[str, object],
        every: Mapping[str, object],
        defaults: Mapping[str, object],
        path: KeyPath,
    ) -> Row:
        answer = mapping(raw["answer"])
        fields: list[AnswerField] = []
        for key, value in {**every, **answer}.items():
            if key == "status":
                continue
            at = (*path, "answer", key) if key in answer else ("outcomes", "every", key)
            try:
                expected = read_expected(value)
            except ValueError as error:
                self.problems.append(Problem(self.document.at(*at), str(error)))
                continue
            position = self.document.key_at(*at)
            fields.append(AnswerField(Expression(key, position), expected, self.document.at(*at)))
        bases = self._bases(raw.get("basis", defaults.get("basis")), {"status", *every, *answer}, path)
        source = raw.get("source", defaults.get("source"))
        if source is None:
            fix = "add source: {page: …, section: …}, or one in outcomes.defaults"
            self.problems.append(Problem(self.document.at(*path), f"the row {name!r} has no source", fix))
        return Row(
            name=name,
            when=None if raw["when"] == "otherwise" else self._expression(*path, "when"),
            status=_statuses(answer.get("status", every.get("status"))),
            answer=tuple(fields),
            basis=min(bases.values(), key=STRENGTHS.index),
            bases=bases if len(bases) > 1 else {},
            citation=read_citation(source),
            says=str(raw.get("says", "")),
            provoke=str(mapping(raw.get("provoke")).get("never", "")),
            position=self.document.at(*path, "id"),
        )

    def _bases(self, raw: object, parts: Iterable[str], path: KeyPath) -> Mapping[str, Basis]:
        """The basis of each part of a row's answer; of all under ``else``."""
        if not isinstance(raw, Mapping):
            return {"else": read_basis(raw, Basis.ASSUMED)}
        known = set(parts)
        for part in raw:
            if part != "else" and part not in known:
                message = f"the answer has no part {part!r} to give a basis"
                self.problems.append(
                    Problem(self.document.key_at(*path, "basis", part), message, did_you_mean(part, known))
                )
        return {part: read_basis(basis, Basis.ASSUMED) for part, basis in raw.items()}

    def _clause(self, name: str) -> Clause:
        raw = mapping(self.document.value_at("clauses", name))
        return Clause(
            name=name,
            says=str(raw.get("says", "")),
            when=self._expression("clauses", name, "when") if "when" in raw else None,
            expect=self._expression("clauses", name, "expect"),
            basis=read_basis(raw.get("basis"), Basis.ASSUMED),
            citation=read_citation(raw["source"]),
            required=raw.get("required") is True,
            provoke=str(mapping(raw.get("provoke")).get("never", "")),
            position=self.document.key_at("clauses", name),
        )

    def _given(self, name: str) -> Given:
        raw = mapping(self.document.value_at("given", name))
        if "workflow" in raw:
            return self._given_flow(name, str(raw["workflow"]), str(raw.get("take", "")))
        operation = self._operation(str(raw["operation"]), "given", name, "operation")
        classes = {key: str(value) for key, value in mapping(raw.get("classes")).items()}
        take = self._expression("given", name, "take")
        row = str(raw.get("row", ""))
        return Given(name, operation, row, classes, take, self.document.key_at("given", name))

    def _given_flow(self, name: str, workflow: str, take: str) -> Given:
        """A fact that a workflow makes: ``{workflow: a-stored-user, take: $outputs.user_token}``."""
        position = self.document.at("given", name, "take")
        output = take.removeprefix("$outputs.")
        if output == take or not output:
            message = f"{take!r} is no output of a workflow"
            self.problems.append(Problem(position, message, "write take: $outputs.NAME"))
        return Given(name, "", "", {}, Expression(output, position), self.document.key_at("given", name), workflow)

    def _observe(self, raw: Mapping[str, object]) -> Observe | None:
        if "observe" not in raw or any(path[:1] == ("observe",) for path in self.broken):
            return None
        observe = mapping(raw["observe"])
        operation = self._operation(str(observe["operation"]), "observe", "operation")
        arguments = {name: self._expression("observe", "with", name) for name in mapping(observe.get("with"))}
        return Observe(operation, arguments, self.document.key_at("observe"))


def _statuses(raw: object) -> tuple[str, ...]:
    if raw is None:
        return ()
    values = raw if isinstance(raw, list) else [raw]
    return tuple(str(value).lower() for value in values)
