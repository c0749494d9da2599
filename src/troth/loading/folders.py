"""From folders to a book: specs, contracts, sources, world facts and cassettes of every vendor, all problems gathered."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from troth.errors import InputInvalid, Position, Problem, UsageInvalid, did_you_mean
from troth.loading.cassette import read_cassette
from troth.loading.contract import read_contract, schema_problems
from troth.loading.plain import mapping
from troth.loading.spec import read_spec_file
from troth.loading.yaml_lines import Document, read_yaml
from troth.model.book import Book, Recording, Vendor, WorldFact
from troth.model.contract import Contract, SourcePage
from troth.model.operation import Spec

_NOT_CONTRACTS = ("sources.yaml", "world.yaml")


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a book is read from. Local folders win over the packaged ones, each whole."""

    specs: Path
    contracts: Path
    cassettes: Path


def find_folders(here: Path) -> Folders:
    """The folders for a run started in ``here``: its own ``specs``, ``contracts`` and ``cassettes``, else Troth's."""
    packaged = _packaged()
    chosen = {name: here / name if (here / name).is_dir() else packaged / name for name in ("specs", "contracts", "cassettes")}
    return Folders(chosen["specs"], chosen["contracts"], chosen["cassettes"])


def _packaged() -> Path:
    package = Path(__file__).parent.parent
    data = package / "data"
    return data if data.is_dir() else package.parent.parent


def read_book(folders: Folders, vendors: Iterable[str] = ()) -> Book:
    """Read every vendor, or only the named ones.

    Raises:
        UsageInvalid: there is no spec, or no vendor of a given name.
        InputInvalid: with every problem of every file.
    """
    files = {path.stem: path for path in sorted(folders.specs.glob("*.yaml")) if path.is_file()}
    if not files:
        raise UsageInvalid(f"no specs in {folders.specs}: put OpenAPI documents there, or name one with --spec")
    wanted = list(vendors) or list(files)
    for name in wanted:
        if name not in files:
            raise UsageInvalid(f"unknown vendor {name!r}: {did_you_mean(name, files)}")
    problems: list[Problem] = []
    read: dict[str, Vendor] = {}
    for name in wanted:
        try:
            spec = read_spec_file(files[name], name, shown(files[name]))
            read[name] = read_vendor(spec, folders)
        except InputInvalid as error:
            problems.extend(error.problems)
    if problems:
        raise InputInvalid(problems)
    return make_book(read)


def make_book(vendors: Mapping[str, Vendor]) -> Book:
    """A book of these vendors, with its hashes."""
    specs = hashlib.sha256("".join(vendor.spec.sha256 for vendor in vendors.values()).encode()).hexdigest()
    contracts = hashlib.sha256()
    for vendor in vendors.values():
        for contract in vendor.contracts:
            contracts.update(contract.topic.encode() + contract.sha256.encode())
    return Book(dict(vendors), specs, contracts.hexdigest())


def read_vendor(spec: Spec, folders: Folders) -> Vendor:
    """All that belongs to a spec: its contracts, sources, world facts and cassettes.

    Raises:
        InputInvalid: with every problem of every file.
    """
    problems: list[Problem] = []
    contracts: list[Contract] = []
    folder = folders.contracts / spec.vendor
    sources: dict[str, SourcePage] = {}
    world: dict[str, WorldFact] = {}
    recordings: list[Recording] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name.endswith(".arazzo.yaml"):
            continue
        try:
            document = read_yaml(path, shown(path))
            if path.name == "sources.yaml":
                sources = _sources(document)
            elif path.name == "world.yaml":
                world = _world(document)
            else:
                contracts.append(_contract(document, path, spec))
        except InputInvalid as error:
            problems.extend(error.problems)
    for path in sorted((folders.cassettes / spec.vendor).rglob("*.yaml")):
        try:
            recordings.extend(read_cassette(path, spec.vendor, shown(path)))
        except InputInvalid as error:
            problems.extend(error.problems)
    if problems:
        raise InputInvalid(problems)
    return Vendor(spec.vendor, spec, tuple(contracts), sources, world, tuple(recordings))


def _contract(document: Document, path: Path, spec: Spec) -> Contract:
    contract = read_contract(document, tuple(spec.operations), path.stem)
    if contract.vendor != spec.vendor:
        message = f"the vendor is {contract.vendor!r}, but the file stands in the folder of {spec.vendor!r}"
        raise InputInvalid([Problem(document.at("vendor"), message, f"write vendor: {spec.vendor}")])
    return contract


def _sources(document: Document) -> dict[str, SourcePage]:
    problems = list(schema_problems(document, "sources"))
    if problems:
        raise InputInvalid(problems)
    return {
        name: SourcePage(name, str(mapping(raw)["title"]), str(mapping(raw)["kind"]), str(mapping(raw).get("url", "")))
        for name, raw in mapping(document.value).items()
    }


def _world(document: Document) -> dict[str, WorldFact]:
    problems = list(schema_problems(document, "world"))
    if problems:
        raise InputInvalid(problems)
    facts = mapping(mapping(document.value)["facts"])
    return {
        name: WorldFact(
            name=name,
            says=str(mapping(raw)["says"]),
            secret=mapping(raw).get("secret") is True,
            example=mapping(raw).get("example"),
            position=document.key_at("facts", name),
        )
        for name, raw in facts.items()
    }


def shown(path: Path) -> str:
    """A path as messages show it: relative to the current folder where it is below it, else from ``contracts`` on."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        parts = path.parts
        for name in ("specs", "contracts", "cassettes"):
            if name in parts:
                return str(Path(*parts[parts.index(name) :]))
        return str(path)


def whole_file(name: str, message: str, fix: str = "") -> Problem:
    """A problem of a file as a whole."""
    return Problem(Position(name), message, fix)
