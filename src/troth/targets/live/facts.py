"""What a target says of the world, held against what the vendors' ``world.yaml`` files ask for."""

from collections.abc import Collection, Iterator, Mapping

from troth.errors import InputInvalid, Problem, did_you_mean
from troth.model.book import Book
from troth.targets.live.settings import TargetSettings
from troth.targets.live.settings_file import TargetFile
from troth.targets.live.variables import names_variable


def check_facts(file: TargetFile, settings: TargetSettings, book: Book, specs: Collection[str]) -> None:
    """See that a target names vendors and facts that there are, and writes no secret down.

    Args:
        file: where it stands.
        settings: the target.
        book: what was read, perhaps of some vendors only.
        specs: the names of all specs there are.

    Raises:
        InputInvalid: with every problem.
    """
    vendors = {*specs, *settings.specs, *book.vendors}
    problems = []
    for table, named in (
        ("address", settings.addresses),
        ("facts", settings.facts),
        ("authentication", settings.authentication),
    ):
        for vendor in named:
            if vendor and vendor not in vendors:
                place = file.position(settings.name, table, vendor)
                problems.append(Problem(place, f"unknown vendor {vendor!r}", did_you_mean(vendor, vendors)))
    problems += _fact_problems(file, settings.name, book)
    if problems:
        raise InputInvalid(problems)


def _fact_problems(file: TargetFile, name: str, book: Book) -> Iterator[Problem]:
    raw = file.raw(name).get("facts")
    for vendor_name, facts in (raw if isinstance(raw, Mapping) else {}).items():
        vendor = book.vendors.get(vendor_name)
        if vendor is None or not vendor.world:
            continue
        for path, value in fact_texts(facts, ()):
            fact = ".".join(path)
            place = file.position(name, "facts", vendor_name, *path)
            if fact not in vendor.world:
                yield Problem(place, f"unknown fact {fact}", did_you_mean(fact, vendor.world))
            elif vendor.world[fact].secret and not names_variable(value):
                yield Problem(place, f"the secret fact {fact} is written down", 'name a variable: "${NAME}"')


def fact_texts(tree: object, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    """Every scalar of a tree as text, with the names that lead to it."""
    if isinstance(tree, Mapping):
        return [leaf for key, value in tree.items() for leaf in fact_texts(value, (*path, str(key)))]
    if isinstance(tree, (list, tuple)):
        return [leaf for value in tree for leaf in fact_texts(value, path)]
    return [] if tree is None or isinstance(tree, bool) else [(path, str(tree))]
