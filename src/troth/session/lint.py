"""``troth lint``: everything that can be said against the files without sending a request."""

from datetime import date

from troth.errors import InputInvalid, Problem
from troth.judging.lint import lint_vendor, lint_world
from troth.model.facts import Facts
from troth.session.folders import stray_folders
from troth.session.open import compile_book, open_book
from troth.session.reach import Selection
from troth.sources.lint import lint_rows, lint_values
from troth.sources.recordings import RecordingsSource
from troth.waivers.project import waiver_problems


def lint_problems(selection: Selection, today: date) -> tuple[Problem, ...]:
    """Everything that can be said against the files without sending a request, in the order of the files."""
    try:
        book, read = open_book(selection)
    except InputInvalid as error:
        return (*error.problems, *waiver_problems(selection.here, None, today))
    opened, of_book = compile_book(book)
    terms = opened.terms
    problems = {*read, *of_book}
    for name, vendor in book.vendors.items():
        problems.update(lint_vendor(vendor))
        if selection.folders.installed.has_mock(name):
            world = selection.folders.installed.mock(name)().world()
            problems.update(lint_world(terms, name, Facts(world=world)))
    if all(problem.severity == "warning" for problem in problems):
        problems.update(problem for operation in terms.operations.values() for problem in lint_rows(operation))
        problems.update(lint_values(terms, lambda _vendor: Facts()))
    if selection.spec is None and not selection.vendors:
        problems.update(stray_folders(selection.folders))
    try:
        list(RecordingsSource(book).items())
    except InputInvalid as error:
        problems.update(error.problems)
    in_order = sorted(problems, key=lambda problem: problem.position)
    return (*in_order, *waiver_problems(selection.here, book, today))
