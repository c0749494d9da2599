"""Laws that hold for every contract of the three vendors, whatever they say."""

from datetime import date
from pathlib import Path

import pytest

from troth.judging.classes import classifiers
from troth.judging.terms import OperationTerms, Terms, compile_terms
from troth.model.book import Book
from troth.model.facts import Facts
from troth.model.operation import Basis
from troth.session.catalogue import write_catalogue
from troth.session.folders import find_folders, read_book
from troth.session.lint import lint_problems
from troth.session.reach import select as select_here
from troth.sources.combinations import all_combinations, needed_facts
from troth.sources.input_requests import build_request
from troth.sources.selection import select_combinations
from troth.vendors.installed import InstalledVendors
from troth.wire.views import RequestView

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def book() -> Book:
    read, problems = read_book(find_folders(ROOT))
    assert not problems
    return read


@pytest.fixture(scope="module")
def terms(book: Book) -> Terms:
    compiled, problems = compile_terms(book)
    assert not problems
    return compiled


def test_lint_finds_nothing() -> None:
    assert [str(problem) for problem in lint_problems(select_here(ROOT), date.today())] == []


def test_the_catalogue_is_current() -> None:
    assert write_catalogue(select_here(ROOT), ROOT / "docs" / "promises", check=True) == ()


def test_a_request_built_from_classes_falls_in_those_classes(terms: Terms) -> None:
    """What provokes a row is what it judges: one table, both directions."""
    checked = 0
    for one in terms.operations.values():
        checked += _round_trips(one)
    assert checked > 500


def _round_trips(terms: OperationTerms) -> int:
    operation = terms.operation
    facts = Facts(world=InstalledVendors().mock(operation.vendor)().world(), closed=True)
    readers = classifiers(terms.inputs, facts)
    checked = 0
    for one in select_combinations(list(all_combinations(terms)), closed=False):
        if any(fact.root == "given" for fact in needed_facts(terms, one.classes)):
            continue
        built = build_request(terms, one.classes, facts, seed=f"{operation}/{checked}")
        view = RequestView(built.request, operation)
        read = {reader.name: reader.classify(view, facts) for reader in readers}
        assert read == one.classes, f"{operation}: {built.request}"
        checked += 1
    return checked


def test_every_operation_of_the_specs_has_a_contract_of_its_own(book: Book) -> None:
    for vendor in book.vendors.values():
        own = {name for contract in vendor.contracts if not contract.shared for name in contract.operations}
        assert own == set(vendor.spec.operations)


def test_only_pages_make_a_promise_documented(book: Book) -> None:
    """Basis and source must fit: a page documents or shows, a client is observed, our own reading is assumed."""
    fitting = {
        "page": {Basis.DOCUMENTED, Basis.EXAMPLE, Basis.ASSUMED},
        "client": {Basis.OBSERVED, Basis.ASSUMED},
        "ours": {Basis.ASSUMED},
    }
    for vendor in book.vendors.values():
        for contract in vendor.contracts:
            for row in contract.rows:
                assert row.basis in fitting[row.citation.kind], f"{contract.file} {row.name}"
            for clause in contract.clauses:
                assert clause.basis in fitting[clause.citation.kind], f"{contract.file} {clause.name}"


def test_every_promise_says_what_it_is(book: Book) -> None:
    silent = []
    for vendor in book.vendors.values():
        for contract in vendor.contracts:
            said = [(row.name, row.says) for row in contract.rows]
            said += [(clause.name, clause.says) for clause in contract.clauses]
            silent += [f"{contract.file} {name}" for name, says in said if not says.endswith((".", ")"))]
    assert silent == []
