"""What a user says of a target in ``troth.toml``, read and with every variable filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.targets.live.addresses import is_loopback_host

EFFECTS = ("safe", "idempotent", "creates", "destroys")
"""What an operation does to the vendor's data, from the mildest on."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """How every request to one vendor is authenticated, beside what its contracts vary themselves."""

    kind: str
    """``query``, ``bearer`` or ``oauth2``."""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    token: str = field(default="", repr=False)
    token_url: str = ""
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much may be asked, and how patiently."""

    per_second: float | None = None
    budget: int | None = None
    """Requests a run may send, repeats included."""
    retries: int = 2
    longest_wait: float = 60.0
    """Seconds that one request may wait for a vendor that asks for patience, and an outage for its end."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a target is reached over the network."""

    hosts: frozenset[str] = frozenset()
    """Hosts that may be spoken to."""
    connect_seconds: float = 5.0
    total_seconds: float = 30.0
    proxy: str = field(default="", repr=False)
    ca_bundle: str = ""
    client_certificate: str = ""
    client_key: str = ""


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """One target of ``troth.toml``."""

    name: str
    addresses: Mapping[str, str]
    """Vendor → address; the vendor ``""`` stands for every other one."""
    build: str = ""
    closed: bool = False
    specs: Mapping[str, str] = field(default_factory=dict)
    """Vendor → a spec of the user's own, a path."""
    facts: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    writes: frozenset[str] | None = None
    """Side-effect classes that are allowed beside ``safe``; None where nothing is said."""
    fuzzing: bool | None = None
    lockouts: bool | None = None
    pace: Pace = Pace()
    way: Way = Way()
    authentication: Mapping[str, Authentication] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Value that came from the environment → the name of its variable."""

    @property
    def loopback(self) -> bool:
        """Whether every address is on this machine, where nobody's data can be hurt."""
        return all(is_loopback_host(host) for host in self.way.hosts)

    @property
    def effects(self) -> frozenset[str]:
        """The side-effect classes that are allowed: all on loopback, ``safe`` elsewhere, unless something is said."""
        if self.writes is None:
            return frozenset(EFFECTS) if self.loopback else frozenset(("safe",))
        return self.writes | {"safe"}

    @property
    def may_fuzz(self) -> bool:
        """Whether requests may be generated."""
        return self.loopback if self.fuzzing is None else self.fuzzing

    @property
    def may_lock_out(self) -> bool:
        """Whether wrong credentials and passwords may be sent."""
        return self.loopback if self.lockouts is None else self.lockouts
