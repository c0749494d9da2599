"""What can be said against contracts before anything is sent, beyond shape and expressions."""

from collections.abc import Iterable, Iterator

from troth.errors import Position, Problem, did_you_mean
from troth.judging.classes import canonical
from troth.judging.terms import OperationTerms, Terms
from troth.model.book import Vendor
from troth.model.contract import Contract, Fact, Given, Input, InputClass, Literal, Matcher, Observe, Shape
from troth.model.exchange import COMPUTED_HEADERS
from troth.model.facts import Facts
from troth.model.operation import Citation, Operation


def lint_vendor(vendor: Vendor) -> Iterator[Problem]:
    """What is against a vendor's files.

    Of the spec, what is not checked and parameters that no request has; of contracts, unknown sources, unknown facts,
    classes with nothing to send, and given calls of what does not exist.
    """
    yield from (unchecked.problem() for unchecked in vendor.spec.unchecked)
    yield from vendor.spec.warnings
    for operation in vendor.spec.operations.values():
        yield from _computed(operation)
    for contract in vendor.contracts:
        yield from _sources(vendor, contract)
        for one in contract.inputs:
            for cls in one.classes:
                yield from _class(vendor, contract, one, cls)
        for row in contract.rows:
            for field in row.answer:
                expected = field.expected if isinstance(field.expected, tuple) else (field.expected,)
                yield from _facts(vendor, contract, expected, field.position)
        for given in contract.given:
            yield from _given(vendor, given)
        if contract.observe is not None:
            yield from _observe(vendor, contract.observe)


def _computed(operation: Operation) -> Iterator[Problem]:
    """Header parameters that follow from the request itself, so that a value of the document's would be a lie."""
    for parameter in operation.parameters:
        if parameter.place == "header" and parameter.name.lower() in COMPUTED_HEADERS:
            message = f"the header parameter {parameter.name} of {operation} is ignored: each request computes its own"
            yield Problem(operation.position, message, "leave it out", "warning")


def _sources(vendor: Vendor, contract: Contract) -> Iterator[Problem]:
    cited: list[tuple[Citation, Position]] = [(row.citation, row.position) for row in contract.rows]
    cited += [(clause.citation, clause.position) for clause in contract.clauses]
    for citation, position in cited:
        if citation.kind in ("page", "client") and citation.name not in vendor.sources:
            fix = did_you_mean(citation.name, vendor.sources) or f"list it in contracts/{vendor.name}/sources.yaml"
            yield Problem(position, f"unknown source {citation.name!r}", fix)
        elif citation.kind in ("page", "standard") and not citation.section:
            message = f"the {citation.kind} {citation.name!r} is cited without a section"
            yield Problem(position, message, "add section: …", "warning")


def _class(vendor: Vendor, contract: Contract, one: Input, cls: InputClass) -> Iterator[Problem]:
    yield from _facts(vendor, contract, cls.matchers, cls.position)
    if cls.matchers and all(isinstance(matcher, Shape) and not matcher.examples for matcher in cls.matchers):
        message = f"nothing can be sent for the class {one.name}.{cls.name}"
        yield Problem(cls.position, message, "add `examples: […]` to its schema")


def _facts(
    vendor: Vendor, contract: Contract, values: Iterable[Matcher | Literal | object], position: Position
) -> Iterator[Problem]:
    given = {one.name for one in contract.given}
    known = set(vendor.world)
    groups = {name[:index] for name in known for index in range(len(name)) if name[index] == "."}
    for value in values:
        if not isinstance(value, Fact):
            continue
        name = ".".join(value.path) if value.root == "world" else value.path[0]
        if value.root == "world" and name not in known and name not in groups:
            fix = did_you_mean(name, known) or f"list it in contracts/{vendor.name}/world.yaml"
            yield Problem(position, f"unknown fact {value}", fix)
        if value.root == "given" and name not in given:
            yield Problem(position, f"nothing gives {value}", did_you_mean(name, given) or "declare it under `given`")


def _given(vendor: Vendor, given: Given) -> Iterator[Problem]:
    if given.workflow:
        yield from _given_flow(vendor, given)
        return
    contracts = [one for one in vendor.contracts if given.operation in one.operations]
    rows = {row.name for one in contracts for row in one.rows}
    inputs = {one.name: {cls.name for cls in one.classes} for contract in contracts for one in contract.inputs}
    if given.row and given.row not in rows:
        yield Problem(given.position, f"{given.operation} has no row {given.row!r}", did_you_mean(given.row, rows))
    for name, cls in given.classes.items():
        if name not in inputs:
            yield Problem(given.position, f"{given.operation} has no input {name!r}", did_you_mean(name, inputs))
        elif cls not in inputs[name]:
            yield Problem(given.position, f"the input {name!r} has no class {cls!r}", did_you_mean(cls, inputs[name]))


def _observe(vendor: Vendor, observe: Observe) -> Iterator[Problem]:
    contracts = [one for one in vendor.contracts if observe.operation in one.operations]
    addresses = {one.address for contract in contracts for one in contract.inputs}
    for name in observe.arguments:
        if name not in addresses:
            message = f"{observe.operation} has no input at {name!r}, so the value would go nowhere"
            yield Problem(observe.position, message, did_you_mean(name, addresses))


def _given_flow(vendor: Vendor, given: Given) -> Iterator[Problem]:
    flows = {one.name: one for one in vendor.workflows}
    if given.workflow not in flows:
        fix = did_you_mean(given.workflow, flows)
        yield Problem(given.position, f"unknown workflow {given.workflow!r}", fix)
    elif given.take.text not in flows[given.workflow].outputs:
        outputs = flows[given.workflow].outputs
        message = f"the workflow {given.workflow!r} has no output {given.take.text!r}"
        yield Problem(given.take.position, message, did_you_mean(given.take.text, outputs))


def lint_world(terms: Terms, vendor: str, facts: Facts) -> Iterator[Problem]:
    """Facts of different owners that are equal on a target: they could not tell one class from another."""
    for one in terms.operations.values():
        if one.operation.vendor == vendor:
            yield from _same_facts(one, facts)


def _same_facts(terms: OperationTerms, facts: Facts) -> Iterator[Problem]:
    for one in terms.inputs:
        seen: dict[object, str] = {}
        for cls in one.classes:
            for matcher in cls.matchers:
                if not isinstance(matcher, Fact) or matcher.root != "world":
                    continue
                try:
                    key = canonical(facts.look_up(matcher), one.as_text)
                except KeyError:
                    continue
                other = seen.setdefault(key, cls.name)
                if other != cls.name:
                    message = f"{one.name}.{cls.name} and {one.name}.{other} are the same value on this target"
                    yield Problem(cls.position, message, "give the target facts that differ by owner")
