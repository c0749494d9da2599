"""Everything that was read before a run begins: specs, contracts, sources, recordings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.errors import Position
from troth.model.contract import Contract, SourcePage
from troth.model.exchange import Exchange
from troth.model.operation import Operation, Spec
from troth.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class WorldFact:
    """One fact that contracts may ask of a target, as ``world.yaml`` of a vendor lists it."""

    name: str
    """Dotted, such as ``user.login``."""
    says: str
    secret: bool
    example: object
    position: Position


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded exchange of a cassette, and what it was recorded from."""

    exchange: Exchange
    vendor: str
    origin: str
    """What the cassette says it was recorded from, such as ``documentation: page …``."""
    name: str
    position: Position
    facts: Mapping[str, object] = field(default_factory=dict)
    item: str = ""
    """The item of a run that it was recorded in; its answer may depend on what that item had asked before."""
    closed: bool = False
    """Whether ``facts`` are all that existed."""
    allowed: tuple[str, ...] | None = None
    """The side-effect classes (and ``lockouts``) that the run was allowed; None where it was allowed everything."""
    minted: frozenset[str] = frozenset()
    """Values in the request that Troth made to be unique, as the cassette shows them."""
    again: bool = False
    """Whether the request repeats one whose answer had broken a promise."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """All that is known of one vendor."""

    name: str
    spec: Spec
    contracts: tuple[Contract, ...] = ()
    sources: Mapping[str, SourcePage] = field(default_factory=dict)
    world: Mapping[str, WorldFact] = field(default_factory=dict)
    recordings: tuple[Recording, ...] = ()
    workflows: tuple[Workflow, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """All vendors, and one hash over all specs and one over all contracts."""

    vendors: Mapping[str, Vendor]
    specs_sha256: str
    contracts_sha256: str

    def operations(self) -> tuple[Operation, ...]:
        """Every operation of every vendor, in the order of the specs."""
        return tuple(operation for vendor in self.vendors.values() for operation in vendor.spec.operations.values())
