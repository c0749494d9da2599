"""From a selection to what it is judged by: the book, and everything in it compiled."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from troth.arazzo.terms import Workflows, compile_workflows
from troth.errors import InputInvalid, Problem
from troth.judging.terms import Terms, compile_terms
from troth.loading.openapi.document import read_spec, read_spec_file
from troth.model.book import Book
from troth.session.folders import make_book, read_book, read_vendor, shown
from troth.session.reach import Selection
from troth.targets.live.addresses import loopback_url
from troth.targets.live.client import fetch


def open_book(selection: Selection) -> tuple[Book, tuple[Problem, ...]]:
    """Read what was selected.

    Returns:
        The book, without what could not be read, and every problem.

    Raises:
        InputInvalid: a spec named with ``--spec`` cannot be used.
        UsageInvalid: an unknown vendor, no specs, or a document that is not to be had.
    """
    if selection.spec is None:
        return _with_own_specs(selection, *read_book(selection.folders, selection.vendors))
    if "://" in selection.spec:
        data = fetch(loopback_url(selection.spec))
        spec = read_spec(data, urlsplit(selection.spec).hostname or "service", selection.spec, server=selection.spec)
    else:
        path = Path(selection.spec)
        spec = read_spec_file(path, path.stem, shown(path))
    vendor, problems = read_vendor(spec, selection.folders)
    return make_book({spec.vendor: vendor}), problems


def _with_own_specs(
    selection: Selection, book: Book, problems: tuple[Problem, ...]
) -> tuple[Book, tuple[Problem, ...]]:
    """The book with the specs that the target names in place of ours."""
    specs = selection.settings.specs if selection.settings is not None else {}
    vendors = dict(book.vendors)
    for name, path in specs.items():
        if name in vendors:
            spec = read_spec_file(Path(path), name, shown(Path(path)))
            vendors[name], of_vendor = read_vendor(spec, selection.folders)
            problems += of_vendor
    return (make_book(vendors) if specs else book), problems


@dataclass(frozen=True, slots=True)
class Opened:
    """What a run judges by."""

    book: Book
    terms: Terms
    workflows: Workflows


def compile_book(book: Book) -> tuple[Opened, tuple[Problem, ...]]:
    """A book with its expressions and workflows compiled.

    Returns:
        What could be compiled, and every problem found.
    """
    terms, of_terms = compile_terms(book)
    workflows, of_workflows = compile_workflows(book)
    return Opened(book, terms, workflows), (*of_terms, *of_workflows)


def open_all(selection: Selection) -> Opened:
    """Read and compile what was selected.

    Raises:
        InputInvalid: with every problem of every file and every expression.
        UsageInvalid: an unknown vendor, no specs.
    """
    book, problems = open_book(selection)
    opened, of_book = compile_book(book)
    errors = [problem for problem in (*problems, *of_book) if problem.severity == "error"]
    if errors:
        raise InputInvalid(errors)
    return opened
