"""The vendors that installed packages bring, found through the entry point group ``troth.vendors``."""

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from troth.errors import PluginInvalid, UsageInvalid, did_you_mean
from troth.mocks.service import Service
from troth.plugins.entry_points import Plugin, Plugins
from troth.vendors.description import VendorDescription

GROUP = "troth.vendors"
_PARTS = ("vendor", "prefixes", "routes")
"""What a subclass of ``Service`` declares beside its methods."""


class InstalledVendors:
    """The vendors of all installed packages; each description is imported when its vendor is asked for.

    Args:
        find: gives the entry points of a group; ``importlib.metadata`` where nothing else is given.
    """

    def __init__(self, find: Callable[[str], Iterable[EntryPoint]] = lambda group: entry_points(group=group)) -> None:
        self._plugins = Plugins(GROUP, VendorDescription, find=find)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all installed vendors, in alphabetical order; nothing is imported."""
        return self._plugins.names

    def plugin(self, name: str) -> Plugin[VendorDescription] | None:
        """A vendor's description and the distribution that brings it; None where no package brings such a vendor.

        Raises:
            PluginInvalid: a package brings it, and its description cannot be used.
        """
        if name not in self.names:
            return None
        plugin = self._plugins.load(name)
        complaint = _complaint(plugin.description)
        if complaint:
            message = f"the vendor {name!r} of {plugin.origin} cannot be used: {complaint}"
            raise PluginInvalid(f"{message}; mend or uninstall {plugin.origin}")
        return plugin

    def has_mock(self, name: str) -> bool:
        """Whether a package brings the vendor, and a mock of it.

        Raises:
            PluginInvalid: a package brings the vendor, and its description cannot be used.
        """
        plugin = self.plugin(name)
        return plugin is not None and plugin.description.mock is not None

    def mock(self, name: str) -> type[Service]:
        """A vendor's mock, to be called with a clock and a seed, or with nothing.

        Raises:
            UsageInvalid: no package brings the vendor, or it has no mock.
            PluginInvalid: a package brings the vendor, and its description cannot be used.
        """
        plugin = self.plugin(name)
        if plugin is None:
            raise UsageInvalid(f"there is no mock of {name!r}: {did_you_mean(name, self.names)}")
        if plugin.description.mock is None:
            raise UsageInvalid(f"there is no mock of {name!r}: {plugin.origin} brings none")
        return plugin.description.mock


def no_vendors() -> InstalledVendors:
    """No installed vendors: all that is read stands in a project's own folders."""
    return InstalledVendors(lambda _group: ())


def _complaint(vendor: VendorDescription) -> str:
    """What is wrong with a description; ``""`` where nothing is. What a package gives need not have the right type."""
    folders: dict[str, object] = {"specs": vendor.specs, "contracts": vendor.contracts, "cassettes": vendor.cassettes}
    for name, folder in folders.items():
        if folder is None and name != "specs":
            continue
        if not isinstance(folder, Path):
            return f"`{name}` is {folder!r}, not a Path"
        if name == "specs" and not (folder / f"{vendor.name}.yaml").is_file():
            return f"there is no {vendor.name}.yaml in its `specs`, {folder}"
        if name != "specs" and not (folder / vendor.name).is_dir():
            return f"there is no folder {vendor.name!r} in its `{name}`, {folder}"
    return "" if vendor.mock is None else _mock_complaint(vendor.name, vendor.mock)


def _mock_complaint(name: str, mock: object) -> str:
    if not (isinstance(mock, type) and issubclass(mock, Service)):
        return f"`mock` is {mock!r}, not a subclass of troth.mocks.service.Service"
    missing = sorted({*mock.__abstractmethods__, *(part for part in _PARTS if not hasattr(mock, part))})
    if missing:
        return f"its mock {mock.__name__} lacks {', '.join(missing)}"
    return "" if mock.vendor == name else f"its mock {mock.__name__} stands in for {mock.vendor!r}"
