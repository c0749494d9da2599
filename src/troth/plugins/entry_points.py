"""Plug-ins found through entry points: listed without an import, imported and checked when a run selects them.

Entry points are those of https://packaging.python.org/specifications/entry-points/, read with ``importlib.metadata``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from troth.errors import PluginInvalid, UsageInvalid, did_you_mean

API_VERSION = 1
"""The version of the interface between Troth and plug-ins. It rises when a plug-in must be changed to go on working."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What every entry point gives: a frozen value that says what the plug-in is."""

    api_version: int
    """The version of the plug-in interface that it was written for: the value of :data:`API_VERSION` at that time, as
    a number."""
    name: str
    """The name of the entry point."""


D = TypeVar("D", bound=Description)


@dataclass(frozen=True, slots=True)
class Plugin(Generic[D]):
    """A plug-in that was imported and checked."""

    description: D
    origin: str
    """The distribution that brings it, with its version, such as ``orderdesk-troth 1.0``."""


class Plugins(Generic[D]):
    """The plug-ins of one entry point group. Installed metadata is read at the first question, code at :meth:`load`.

    Args:
        group: the entry point group, such as ``troth.vendors``.
        kind: the class of description that its entry points give.
        find: gives the entry points of a group; ``importlib.metadata`` where nothing else is given.
    """

    def __init__(
        self,
        group: str,
        kind: type[D],
        find: Callable[[str], Iterable[EntryPoint]] = lambda group: entry_points(group=group),
    ) -> None:
        self.group = group
        self._kind = kind
        self._find = find

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all plug-ins of the group, in alphabetical order; nothing is imported."""
        return tuple(sorted(self._by_name))

    def load(self, name: str) -> Plugin[D]:
        """Import a plug-in and check its description.

        Raises:
            UsageInvalid: there is no plug-in of that name.
            PluginInvalid: it cannot be imported, gives something else than a description of this group, was written
                for another version of the interface, or its name is used twice.
        """
        entries = self._by_name.get(name)
        if entries is None:
            fix = did_you_mean(name, self.names)
            raise UsageInvalid(f"no installed package brings {name!r} in {self.group}" + (f": {fix}" if fix else ""))
        self._check_unique(name, entries)
        entry = entries[0]
        try:
            description = entry.load()
        except (Exception, SystemExit) as error:
            reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise self._invalid(entry, f"cannot be imported: {reason}") from error
        if not isinstance(description, self._kind):
            raise self._invalid(entry, f"gives a {type(description).__name__}, not a {self._kind.__name__}")
        if description.api_version != API_VERSION:
            raise self._invalid(
                entry,
                f"was written for version {description.api_version} of the plug-in interface, and this Troth has "
                f"version {API_VERSION}",
                f"install versions of {_origin(entry)} and Troth that fit each other",
            )
        if description.name != name:
            raise self._invalid(entry, f"describes itself as {description.name!r}; both names must be the same")
        return Plugin(description, _origin(entry))

    def refuse(self, name: str) -> None:
        """Raise ``PluginInvalid`` where a plug-in uses this name, which Troth itself has in the same place."""
        for entry in self._by_name.get(name, ()):
            raise self._invalid(entry, "has the name of a part of Troth itself")

    @cached_property
    def _by_name(self) -> dict[str, list[EntryPoint]]:
        by_name: dict[str, list[EntryPoint]] = {}
        for entry in self._find(self.group):
            by_name.setdefault(entry.name, []).append(entry)
        return by_name

    def _check_unique(self, name: str, entries: list[EntryPoint]) -> None:
        if len(entries) > 1:
            origins = " and by ".join(sorted(_origin(entry) for entry in entries))
            raise PluginInvalid(
                f"the name {name!r} in {self.group} is used {len(entries)} times, by {origins}: "
                "uninstall all of them but one"
            )

    def _invalid(self, entry: EntryPoint, complaint: str, fix: str = "") -> PluginInvalid:
        fix = fix or f"mend or uninstall {_origin(entry)}"
        return PluginInvalid(
            f"the plug-in {entry.name!r} of {_origin(entry)} ({self.group}, {entry.value}) {complaint}: {fix}"
        )


def _origin(entry: EntryPoint) -> str:
    """The distribution's name and version; the entry point's own value where no distribution is known."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value
