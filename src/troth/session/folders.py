"""From folders to a book: specs, contracts, sources, world facts, cassettes; all problems gathered."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from troth.arazzo.document import read_arazzo
from troth.errors import InputInvalid, Problem, UsageInvalid, did_you_mean
from troth.loading.cassettes.reader import read_cassette
from troth.loading.contract import read_contract, schema_problems
from troth.loading.openapi.document import read_spec_file
from troth.loading.plain import mapping
from troth.loading.positions.yaml import Document, read_yaml
from troth.model.book import Book, Recording, Vendor, WorldFact
from troth.model.contract import Contract, SourcePage
from troth.model.operation import Spec
from troth.model.workflow import Workflow

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
    chosen = {
        name: here / name if (here / name).is_dir() else packaged / name for name in ("specs", "contracts", "cassettes")
    }
    return Folders(chosen["specs"], chosen["contracts"], chosen["cassettes"])


def _packaged() -> Path:
    package = Path(__file__).parent.parent
    data = package / "data"
    return data if data.is_dir() else package.parent.parent


def read_book(folders: Folders, vendors: Iterable[str] = ()) -> tuple[Book, tuple[Problem, ...]]:
    """Read every vendor, or only the named ones.

    Returns:
        The book, without what could not be read, and every problem of every file.

    Raises:
        UsageInvalid: there is no spec, or no vendor of a given name.
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
        except InputInvalid as error:
            problems.extend(error.problems)
            continue
        read[name], found = read_vendor(spec, folders)
        problems.extend(found)
    return make_book(read), tuple(problems)


def make_book(vendors: Mapping[str, Vendor]) -> Book:
    """A book of these vendors, with its hashes."""
    specs = hashlib.sha256("".join(vendor.spec.sha256 for vendor in vendors.values()).encode()).hexdigest()
    contracts = hashlib.sha256()
    for vendor in vendors.values():
        for contract in vendor.contracts:
            contracts.update(contract.topic.encode() + contract.sha256.encode())
    return Book(dict(vendors), specs, contracts.hexdigest())


def read_vendor(spec: Spec, folders: Folders) -> tuple[Vendor, tuple[Problem, ...]]:
    """All that belongs to a spec: its contracts, sources, world facts and cassettes.

    Returns:
        The vendor, without what could not be read, and every problem of every file.
    """
    reading = _VendorReading(spec)
    for path in sorted((folders.contracts / spec.vendor).glob("*.yaml")):
        if not path.name.endswith(".arazzo.yaml"):
            reading.attempt(reading.contract_file, path)
        else:
            reading.attempt(reading.workflow_file, path)
    for path in sorted((folders.cassettes / spec.vendor).rglob("*.yaml")):
        reading.attempt(reading.cassette, path)
    return reading.vendor(), tuple(reading.problems)


class _VendorReading:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.problems: list[Problem] = []
        self.contracts: list[Contract] = []
        self.sources: Mapping[str, SourcePage] = {}
        self.world: Mapping[str, WorldFact] = {}
        self.recordings: list[Recording] = []
        self.workflows: list[Workflow] = []

    def attempt(self, read: Callable[[Path], None], path: Path) -> None:
        try:
            read(path)
        except InputInvalid as error:
            self.problems.extend(error.problems)

    def contract_file(self, path: Path) -> None:
        document = read_yaml(path, shown(path))
        if path.name == "sources.yaml":
            self.sources = _sources(document)
        elif path.name == "world.yaml":
            self.world = _world(document)
        else:
            self._contract(document, path)

    def workflow_file(self, path: Path) -> None:
        read, problems = read_arazzo(read_yaml(path, shown(path)), self.spec.vendor)
        self.problems.extend(problems)
        self.workflows.extend(read.workflows)

    def cassette(self, path: Path) -> None:
        self.recordings.extend(read_cassette(path, self.spec.vendor, shown(path)))

    def vendor(self) -> Vendor:
        spec = self.spec
        return Vendor(
            name=spec.vendor,
            spec=spec,
            contracts=tuple(self.contracts),
            sources=self.sources,
            world=self.world,
            recordings=tuple(self.recordings),
            workflows=tuple(self.workflows),
        )

    def _contract(self, document: Document, path: Path) -> None:
        contract, problems = read_contract(document, tuple(self.spec.operations), path.stem)
        self.problems.extend(problems)
        if contract is None:
            return
        if contract.vendor != self.spec.vendor:
            message = f"the vendor is {contract.vendor!r}, but the file stands in the folder of {self.spec.vendor!r}"
            self.problems.append(Problem(document.at("vendor"), message, f"write vendor: {self.spec.vendor}"))
            return
        self.contracts.append(contract)


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
