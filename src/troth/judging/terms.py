"""A book made ready to judge by: every expression compiled, every promise named, once for each operation."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from troth.cel.expressions import CompiledExpression, ExpressionInvalid, ExpressionProblem, ValueKind, Vocabulary
from troth.errors import Position, Problem
from troth.model.book import Book, Vendor
from troth.model.contract import AnswerField, Clause, Contract, Expression, Given, Input, Observe, Row
from troth.model.operation import Basis, Operation
from troth.model.report import Kind, Met, Promise

VARIABLES: Mapping[str, ValueKind] = {
    "request.method": "string",
    "request.target": "string",
    "request.path": "dyn",
    "request.query": "dyn",
    "request.params": "dyn",
    "request.headers": "dyn",
    "request.header_lines": "dyn",
    "request.body": "dyn",
    "request.xml": "dyn",
    "request.soap": "dyn",
    "response.status": "int",
    "response.headers": "dyn",
    "response.header_lines": "dyn",
    "response.media_type": "string",
    "response.body": "dyn",
    "response.text": "string",
    "response.xml": "dyn",
    "response.soap": "dyn",
    "before": "dyn",
    "after": "dyn",
    "world": "dyn",
    "given": "dyn",
}
"""What every expression of a contract may name, beside the contract's own lets and classes."""

_ROOTS = frozenset(name.partition(".")[0] for name in VARIABLES)


@dataclass(frozen=True, slots=True)
class ClauseTerm:
    """A clause ready to be evaluated."""

    clause: Clause
    contract: Contract
    promise: Promise
    when: CompiledExpression | None
    expect: CompiledExpression
    kept: tuple[Promise, Met]
    """What is counted when it holds: made once, since most do."""


@dataclass(frozen=True, slots=True)
class RowTerm:
    """A row ready to be evaluated; ``when`` is None for ``otherwise``."""

    row: Row
    contract: Contract
    promise: Promise
    when: CompiledExpression | None
    fields: tuple[tuple[AnswerField, CompiledExpression], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one contract, and the inputs that they speak of."""

    contract: Contract
    rows: tuple[RowTerm, ...]
    inputs: frozenset[str]


@dataclass(frozen=True, slots=True)
class OperationTerms:
    """Everything that is promised about one operation."""

    operation: Operation
    vendor: Vendor
    inputs: tuple[Input, ...]
    tables: tuple[Table, ...]
    clauses: tuple[ClauseTerm, ...]
    impossible: tuple[CompiledExpression, ...]
    given: tuple[Given, ...]
    observe: Observe | None
    observe_arguments: Mapping[str, CompiledExpression]
    take: Mapping[str, CompiledExpression]
    class_promises: Mapping[tuple[str, str], Promise]
    status_promises: Mapping[str, Promise]
    variables: frozenset[str]

    def promises(self) -> Iterator[Promise]:
        """All that the tally counts for this operation."""
        for table in self.tables:
            yield from (row.promise for row in table.rows)
        yield from (clause.promise for clause in self.clauses)
        yield from self.class_promises.values()
        yield from self.status_promises.values()


@dataclass(frozen=True, slots=True)
class Terms:
    """All operations of a book, by ``vendor.operation``."""

    operations: Mapping[str, OperationTerms]


def compile_terms(book: Book) -> tuple[Terms, tuple[Problem, ...]]:
    """Check and compile a book.

    Returns:
        The terms, without the expressions that could not be compiled, and every problem found in them.
    """
    problems: dict[Problem, None] = {}
    compiled: dict[str, OperationTerms] = {}
    for vendor in book.vendors.values():
        for operation in vendor.spec.operations.values():
            compiling = _Compiling(vendor, operation)
            compiled[str(operation)] = compiling.terms()
            problems.update(dict.fromkeys(compiling.problems))
    return Terms(compiled), tuple(sorted(problems, key=lambda problem: problem.position))


def contracts_for(vendor: Vendor, operation: Operation) -> tuple[Contract, ...]:
    """The contracts that hold for an operation: shared ones first (they decide first), each group by file name."""
    named = [contract for contract in vendor.contracts if operation.name in contract.operations]
    return tuple(sorted(named, key=lambda contract: (not contract.shared, contract.topic)))


class _Compiling:
    def __init__(self, vendor: Vendor, operation: Operation) -> None:
        self.vendor = vendor
        self.operation = operation
        self.contracts = contracts_for(vendor, operation)
        self.problems: list[Problem] = []
        self.used: set[str] = set()
        self.known: dict[tuple[str, ValueKind], CompiledExpression] = {}
        self.inputs = tuple(one for contract in self.contracts for one in contract.inputs)
        self.lets = {name: text for contract in self.contracts for name, text in contract.lets.items()}
        self._names_once()
        self._promises_once()
        classes: dict[str, ValueKind] = {f"{one.name}.{cls.name}": "bool" for one in self.inputs for cls in one.classes}
        lets = {name: written.text for name, written in self.lets.items()}
        self.vocabulary = Vocabulary({**VARIABLES, **classes}, lets)
        for problem in self.vocabulary.problems:
            written = self.lets.get(problem.let or "")
            if written is not None:
                self.problems.append(_located(written, problem))

    def terms(self) -> OperationTerms:
        tables = tuple(self._table(contract) for contract in self.contracts if contract.rows)
        clauses = tuple(
            term
            for contract in self.contracts
            for clause in contract.clauses
            if (term := self._clause(contract, clause)) is not None
        )
        observe = next((contract.observe for contract in self.contracts if contract.observe is not None), None)
        given = tuple(one for contract in self.contracts for one in contract.given)
        arguments = observe.arguments if observe is not None else {}
        return OperationTerms(
            operation=self.operation,
            vendor=self.vendor,
            inputs=self.inputs,
            tables=tables,
            clauses=clauses,
            impossible=tuple(self._expressions(text for one in self.contracts for text in one.impossible)),
            given=given,
            observe=observe,
            observe_arguments=self._named(arguments),
            take=self._named({one.name: one.take for one in given if not one.workflow}),
            class_promises={
                (one.name, cls.name): self._promise(Kind.CLASS, f"{one.name}.{cls.name}", Basis.ASSUMED, cls.position)
                for one in self.inputs
                for cls in one.classes
            },
            status_promises={status: self._status(status) for status in self.operation.responses},
            variables=frozenset(self.used),
        )

    def _names_once(self) -> None:
        seen: dict[str, str] = {}
        for contract in self._as_read():
            names = [(name, written.position) for name, written in contract.lets.items()]
            names += [(one.name, one.position) for one in contract.inputs]
            for name, position in names:
                if name in _ROOTS:
                    fix = "choose another name"
                    self.problems.append(Problem(position, f"{name!r} is what every contract calls its {name}", fix))
                elif name in seen:
                    message = f"the name {name!r} stands twice for {self.operation} (also in {seen[name]})"
                    self.problems.append(
                        Problem(position, message, "inputs and lets share one set of names: rename one")
                    )
                seen[name] = contract.file

    def _promises_once(self) -> None:
        """Clauses, rows, given facts and the observation: a second one of a name would be counted as the first."""
        seen: dict[tuple[str, str], Position] = {}
        for contract in self._as_read():
            names = [("clause", clause.name, clause.position) for clause in contract.clauses]
            names += [("row", row.name, row.position) for row in contract.rows]
            names += [("given", given.name, given.position) for given in contract.given]
            names += [("observe", "", contract.observe.position)] if contract.observe is not None else []
            for kind, name, position in names:
                first = seen.setdefault((kind, name), position)
                if first.file != position.file:
                    what = f"the {kind} {name!r}" if name else f"`{kind}`"
                    message = f"{what} stands twice for {self.operation} (first in {first.file}:{first.line})"
                    self.problems.append(Problem(position, message, "remove it here, or give it another name"))

    def _as_read(self) -> Iterator[Contract]:
        """The contracts in the order they were read: installed ones first, so that a project's are found fault with."""
        return (contract for contract in self.vendor.contracts if self.operation.name in contract.operations)

    def _table(self, contract: Contract) -> Table:
        rows = tuple(term for row in contract.rows if (term := self._row(contract, row)) is not None)
        names = {one.name for one in self.inputs}
        spoken = {name.partition(".")[0] for term in rows if term.when for name in term.when.variables}
        if any(term.when is None for term in rows):
            spoken |= {one.name for one in contract.inputs}
        others = [term for term in rows if term.when is None]
        for term in others[1:]:
            fix = "`otherwise` may stand once in a table"
            self.problems.append(Problem(term.row.position, "a second row says `otherwise`", fix))
        return Table(contract, rows, frozenset(spoken & names))

    def _row(self, contract: Contract, row: Row) -> RowTerm | None:
        when = self._compile(row.when) if row.when else None
        if row.when and when is None:
            return None
        if when is not None:
            for name in sorted(when.variables):
                if name.partition(".")[0] in _ROOTS and row.when:
                    message = f"a row may name only classes; this one names {name}"
                    fix = "a promise about the exchange itself is a clause"
                    self.problems.append(Problem(row.when.position, message, fix))
        fields = []
        for field in row.answer:
            path = self._compile(field.path, "dyn")
            if path is not None:
                fields.append((field, path))
        promise = self._promise(Kind.ROW, row.name, row.basis, row.position, row)
        return RowTerm(row, contract, promise, when, tuple(fields))

    def _clause(self, contract: Contract, clause: Clause) -> ClauseTerm | None:
        when = self._compile(clause.when) if clause.when else None
        expect = self._compile(clause.expect)
        if expect is None or (clause.when and when is None):
            return None
        promise = self._promise(Kind.CLAUSE, clause.name, clause.basis, clause.position, clause)
        return ClauseTerm(clause, contract, promise, when, expect, (promise, Met.KEPT))

    def _status(self, status: str) -> Promise:
        reasons = [contract.statuses[status] for contract in self.contracts if status in contract.statuses]
        basis = self.operation.responses[status].basis
        promise = self._promise(Kind.STATUS, status, basis, self.operation.position)
        return replace(promise, provoke=reasons[0]) if reasons else promise

    def _promise(
        self, kind: Kind, name: str, basis: Basis, position: Position, of: Row | Clause | None = None
    ) -> Promise:
        return Promise(
            vendor=self.vendor.name,
            operation=self.operation.name,
            kind=kind,
            name=name,
            basis=basis,
            position=position,
            says=of.says if of else "",
            citation=of.citation if of else None,
            required=isinstance(of, Clause) and of.required,
            provoke=of.provoke if of else "",
        )

    def _named(self, texts: Mapping[str, Expression]) -> dict[str, CompiledExpression]:
        compiled = {name: self._compile(text, "dyn") for name, text in texts.items()}
        return {name: expression for name, expression in compiled.items() if expression is not None}

    def _expressions(self, texts: Iterable[Expression]) -> Iterator[CompiledExpression]:
        for text in texts:
            expression = self._compile(text)
            if expression is not None:
                yield expression

    def _compile(self, written: Expression, result: ValueKind = "bool") -> CompiledExpression | None:
        # Clauses often share their `when`: one object for one text lets it be evaluated once an exchange.
        expression = self.known.get((written.text, result))
        if expression is None:
            try:
                expression = self.vocabulary.compile(written.text, result)
            except ExpressionInvalid as error:
                self.problems.extend(_located(written, problem) for problem in error.problems)
                return None
            self.known[written.text, result] = expression
        self.used |= expression.variables
        return expression


def _located(written: Expression, problem: ExpressionProblem) -> Problem:
    """An expression's problem at its place in the file; a place beyond the first line is given as the first."""
    start = written.position
    column = start.column + problem.offset
    if "\n" in written.text[: problem.offset] or column > len(start.text) + 1:
        column = start.column
    position = Position(start.file, start.line, column, start.text)
    return Problem(position, problem.message, problem.hint or "")
