"""What an installed package says of a vendor that it brings."""

from dataclasses import dataclass
from pathlib import Path

from troth.mocks.service import Service
from troth.plugins.entry_points import Description


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorDescription(Description):
    """A vendor (entry point group ``troth.vendors``). Its folders are laid out as those of a project."""

    specs: Path
    """The folder with ``<name>.yaml``, the vendor's OpenAPI document."""
    contracts: Path | None = None
    """The folder with ``<name>/``, the vendor's contracts, workflows, sources and world facts."""
    cassettes: Path | None = None
    """The folder with ``<name>/``, the vendor's recordings."""
    mock: type[Service] | None = None
    """The stateful mock: called with a clock and a seed, or with nothing; its seed data and world are its own."""
