"""What can be said against tables and their inputs before anything is sent."""

from collections.abc import Callable, Iterator

from troth.errors import Problem
from troth.judging.terms import OperationTerms, Terms
from troth.model.contract import Input, InputClass
from troth.model.facts import Facts
from troth.sources.class_values import alternatives, class_value
from troth.sources.combinations import all_combinations
from troth.sources.input_requests import assemble
from troth.sources.minting import Mint
from troth.wire.request_writer import Unsendable


def lint_rows(terms: OperationTerms) -> Iterator[Problem]:
    """Rows that no possible combination of classes meets alone, so that nothing could ever be known about them."""
    rows = {term.row.name: term.row for table in terms.tables for term in table.rows if not term.row.provoke}
    alone: set[str] = set()
    together: set[str] = set()
    for combination in all_combinations(terms):
        (alone if combination.unambiguous else together).update(combination.rows)
        if len(alone) == len(rows):
            return
    for name, row in rows.items():
        if name not in alone:
            how = "only together with others" if name in together else "never"
            fix = "make its `when` exclusive, or say `provoke: {never: why}`"
            yield Problem(row.position, f"the row {name!r} of {terms.operation} applies {how}", fix)


def lint_values(terms: Terms, facts_of: Callable[[str], Facts]) -> Iterator[Problem]:
    """Classes with a value that HTTP cannot carry, such as a line break in a header; each at its place.

    Args:
        terms: all operations.
        facts_of: what a target gives for a vendor; classes that need any other fact are left out.
    """
    told: set[Problem] = set()
    for operation_terms in terms.operations.values():
        facts = facts_of(operation_terms.operation.vendor)
        for contract_input in operation_terms.inputs:
            for cls in contract_input.classes:
                problem = _problem(operation_terms, contract_input, cls, facts)
                # A group's inputs are those of many operations.
                if problem is not None and problem not in told:
                    told.add(problem)
                    yield problem


def _problem(terms: OperationTerms, contract_input: Input, cls: InputClass, facts: Facts) -> Problem | None:
    for alternative in range(alternatives(contract_input, cls.name, facts)):
        try:
            value = class_value(contract_input, cls.name, facts, Mint(""), alternative)
            assemble(terms.operation, (contract_input,), {contract_input.name: value})
        except KeyError:
            continue
        except Unsendable as error:
            message = f"a value of the class {contract_input.name}.{cls.name} cannot be sent: {error.reason}"
            return Problem(cls.position, message, f"see what {contract_input.place} can carry, and correct the value")
    return None
