"""From folders to a book: specs, contracts, sources, world facts, cassettes; all problems gathered."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from troth.arazzo.document import read_arazzo
from troth.errors import InputInvalid, Position, Problem, UsageInvalid, did_you_mean
from troth.loading import vendor_file
from troth.loading.cassettes.reader import read_cassette
from troth.loading.contract import read_contract, schema_problems
from troth.loading.openapi.document import read_spec_file
from troth.loading.plain import mapping
from troth.loading.positions.yaml import Document, read_yaml
from troth.model.book import Book, Recording, Vendor, WorldFact
from troth.model.contract import Contract, SourcePage
from troth.model.operation import Spec
from troth.model.workflow import Workflow
from troth.vendors.installed import InstalledVendors, no_vendors


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a book is read from: the folders of a project, and behind them the vendors of installed packages.

    For each vendor, and for its spec, its contracts and its cassettes each by itself: what stands in the project is
    read, and what is installed is read where nothing stands there. ``contracts/<vendor>/vendor.yaml`` with ``extends:
    installed`` has both read.
    """

    specs: Path
    contracts: Path
    cassettes: Path
    installed: InstalledVendors = field(default_factory=no_vendors)
    only_these_cassettes: bool = False
    """Whether ``cassettes`` was named by the user, so that no installed recording is read in its place."""

    @property
    def known(self) -> tuple[str, ...]:
        """Every vendor that can be named: those with a spec in the project, and the installed ones."""
        return tuple(sorted({*self._local_specs(), *self.installed.names}))

    @property
    def default(self) -> tuple[str, ...]:
        """The vendors of a run that names none: those with a spec in the project, else all that are installed."""
        return tuple(self._local_specs()) or self.installed.names

    def spec_of(self, vendor: str) -> Path:
        """The vendor's OpenAPI document.

        Raises:
            UsageInvalid: there is no such vendor.
            PluginInvalid: it is installed, and its description cannot be used.
        """
        local = self._local_specs().get(vendor)
        if local is not None:
            return local
        plugin = self.installed.plugin(vendor)
        if plugin is None:
            raise UsageInvalid(f"unknown vendor {vendor!r}: {did_you_mean(vendor, self.known)}")
        return plugin.description.specs / f"{vendor}.yaml"

    def installed_contracts(self, vendor: str) -> tuple[Path, str] | None:
        """The folder of the vendor's installed contracts and the distribution that brings it; None where there is none.

        Raises:
            PluginInvalid: the vendor is installed, and its description cannot be used.
        """
        plugin = self.installed.plugin(vendor)
        if plugin is None or plugin.description.contracts is None:
            return None
        return plugin.description.contracts / vendor, plugin.origin.partition(" ")[0]

    def cassettes_of(self, vendor: str) -> Path | None:
        """The folder of the vendor's recordings; None where there are none.

        Raises:
            PluginInvalid: the vendor is installed, and its description cannot be used.
        """
        local = self.cassettes / vendor
        if local.is_dir() or self.only_these_cassettes:
            return local
        plugin = self.installed.plugin(vendor)
        root = None if plugin is None else plugin.description.cassettes
        return None if root is None else root / vendor

    def collected_under(self, vendor: str, name: str) -> Path:
        """The project's file that speaks for a file of contracts: itself, else the ``vendor.yaml`` that adds to it."""
        path = self.contracts / vendor / name
        return path if self.stands_here(vendor, name) else path.with_name(vendor_file.FILE)

    def stands_here(self, vendor: str, name: str) -> bool:
        """Whether the project itself has this file of contracts."""
        return (self.contracts / vendor / name).is_file()

    def _local_specs(self) -> dict[str, Path]:
        return {path.stem: path for path in sorted(self.specs.glob("*.yaml")) if path.is_file()}


def find_folders(here: Path, installed: InstalledVendors | None = None) -> Folders:
    """The folders for a run started in ``here``.

    Args:
        here: the project's folder, which may hold ``specs``, ``contracts`` and ``cassettes``.
        installed: the vendors behind them; those of the packages of this interpreter where nothing else is given.
    """
    return Folders(here / "specs", here / "contracts", here / "cassettes", installed or InstalledVendors())


def read_book(folders: Folders, vendors: Iterable[str] = ()) -> tuple[Book, tuple[Problem, ...]]:
    """Read the named vendors; where none is named, those of :attr:`Folders.default`.

    Returns:
        The book, without what could not be read, and every problem of every file.

    Raises:
        UsageInvalid: there is no spec, or no vendor of a given name.
        PluginInvalid: a vendor is installed, and its description cannot be used.
    """
    wanted = tuple(dict.fromkeys(vendors)) or folders.default
    if not wanted:
        raise UsageInvalid(f"no specs in {folders.specs}: put OpenAPI documents there, or name one with --spec")
    problems: list[Problem] = []
    read: dict[str, Vendor] = {}
    for name, path in [(name, folders.spec_of(name)) for name in wanted]:
        try:
            spec = read_spec_file(path, name, shown(path))
        except InputInvalid as error:
            problems.extend(error.problems)
            continue
        read[name], of_vendor = read_vendor(spec, folders)
        problems.extend(of_vendor)
    return make_book(read), tuple(problems)


def stray_folders(folders: Folders) -> Iterator[Problem]:
    """Folders of contracts and cassettes in a project that belong to no vendor, so that nothing reads them."""
    known = folders.known
    for root in (folders.contracts, folders.cassettes):
        for path in sorted(root.glob("*")) if root.is_dir() else ():
            if path.is_dir() and path.name not in known and next(path.rglob("*.yaml"), None) is not None:
                message = f"there is no vendor {path.name!r}, so that nothing in this folder is read"
                fix = did_you_mean(path.name, known) or f"write {folders.specs.name}/{path.name}.yaml, its spec"
                yield Problem(Position(shown(path)), message, fix, "warning")


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

    Raises:
        PluginInvalid: the vendor is installed, and its description cannot be used.
    """
    reading = _VendorReading(spec, folders)
    reading.contract_folders()
    cassettes = folders.cassettes_of(spec.vendor)
    for path in sorted(cassettes.rglob("*.yaml")) if cassettes is not None else ():
        reading.attempt(reading.cassette, path, shown(path))
    return reading.vendor(), tuple(reading.problems)


class _VendorReading:
    """One pass over the files of a vendor; what cannot be read is left out and told in ``problems``."""

    def __init__(self, spec: Spec, folders: Folders) -> None:
        self.spec = spec
        self.folders = folders
        self.problems: list[Problem] = []
        self.contracts: list[Contract] = []
        self.sources: dict[str, SourcePage] = {}
        self.world: dict[str, WorldFact] = {}
        self.recordings: list[Recording] = []
        self.workflows: list[Workflow] = []
        self._first: dict[tuple[str, str], Position] = {}

    def attempt(self, read: Callable[[Path, str], None], path: Path, file: str) -> None:
        """Read a file; ``file`` is its name in messages."""
        try:
            read(path, file)
        except InputInvalid as error:
            self.problems.extend(error.problems)

    def contract_folders(self) -> None:
        """The project's folder of contracts, the installed one where there is no such folder, or both."""
        local = self.folders.contracts / self.spec.vendor
        extension = local / vendor_file.FILE
        if extension.is_file():
            self.attempt(self._extended, extension, shown(extension))
        if local.is_dir():
            self._contract_folder(local, shown)
            return
        installed = self.folders.installed_contracts(self.spec.vendor)
        if installed is not None:
            self._contract_folder(installed[0], shown)

    def cassette(self, path: Path, file: str) -> None:
        """The recordings of a file."""
        self.recordings.extend(read_cassette(path, self.spec.vendor, file))

    def _extended(self, path: Path, file: str) -> None:
        """The installed contracts, to which those beside ``path`` are added."""
        position = vendor_file.read_extends(path, file, self.spec.vendor)
        installed = self.folders.installed_contracts(self.spec.vendor)
        if installed is None:
            message = f"no installed package brings contracts of {self.spec.vendor!r}"
            raise InputInvalid([Problem(position, message, f"remove {path.name}, or install the package")])
        folder, distribution = installed
        if folder.resolve() == path.parent.resolve():
            message = "these are the installed contracts themselves, which cannot be added to themselves"
            raise InputInvalid([Problem(position, message, f"remove {path.name}")])
        # A file of the same name may stand in the project: the distribution tells them apart.
        self._contract_folder(folder, lambda path: f"{distribution}/contracts/{self.spec.vendor}/{path.name}")

    def _contract_folder(self, folder: Path, name: Callable[[Path], str]) -> None:
        for path in sorted(folder.glob("*.yaml")):
            if path.name == vendor_file.FILE:
                continue
            workflows = path.name.endswith(".arazzo.yaml")
            self.attempt(self._workflow_file if workflows else self._contract_file, path, name(path))

    def _contract_file(self, path: Path, file: str) -> None:
        document = read_yaml(path, file)
        if path.name == "sources.yaml":
            for page in _sources(document):
                if self._is_first("source", page.name, document.key_at(page.name)):
                    self.sources[page.name] = page
        elif path.name == "world.yaml":
            for fact in _world(document):
                if self._is_first("fact", fact.name, fact.position):
                    self.world[fact.name] = fact
        else:
            self._contract(document, path)

    def _workflow_file(self, path: Path, file: str) -> None:
        read, problems = read_arazzo(read_yaml(path, file), self.spec.vendor)
        self.problems.extend(problems)
        self.workflows.extend(read.workflows)

    def _is_first(self, kind: str, name: str, position: Position) -> bool:
        """Whether no earlier file has defined this; where one has, that is a problem."""
        first = self._first.setdefault((kind, name), position)
        if first is position:
            return True
        message = f"the {kind} {name!r} stands twice (first in {first.file}:{first.line})"
        self.problems.append(Problem(position, message, "remove it here, or give it another name"))
        return False

    def vendor(self) -> Vendor:
        spec = self.spec
        return Vendor(
            name=spec.vendor,
            spec=spec,
            contracts=tuple(self.contracts),
            sources=dict(self.sources),
            world=dict(self.world),
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


def _sources(document: Document) -> Iterator[SourcePage]:
    problems = list(schema_problems(document, "sources"))
    if problems:
        raise InputInvalid(problems)
    for name, raw in mapping(document.value).items():
        page = mapping(raw)
        yield SourcePage(name, str(page["title"]), str(page["kind"]), str(page.get("url", "")))


def _world(document: Document) -> Iterator[WorldFact]:
    problems = list(schema_problems(document, "world"))
    if problems:
        raise InputInvalid(problems)
    for name, raw in mapping(mapping(document.value)["facts"]).items():
        fact = mapping(raw)
        yield WorldFact(
            name=name,
            says=str(fact["says"]),
            secret=fact.get("secret") is True,
            example=fact.get("example"),
            position=document.key_at("facts", name),
        )


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
