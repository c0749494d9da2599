"""What stands before a target has in common: whatever it does not do itself, the target does."""

from collections.abc import Callable

from troth.model.facts import Facts
from troth.model.ports import Target


class Before:
    """Passes everything on to a target but ``send``, which each kind has its own reason to stand before.

    Args:
        target: who answers in the end.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self.name = target.name
        self.kind = target.kind

    def locate(self, url: str) -> str:
        """The address of a documented URL on the target."""
        locate: Callable[[str], str] | None = getattr(self._target, "locate", None)
        return url if locate is None else locate(url)

    def facts(self, vendor: str) -> Facts:
        """What is known of the target."""
        return self._target.facts(vendor)

    def reset(self, vendor: str) -> None:
        """Put the vendor's state back, where the target can."""
        self._target.reset(vendor)

    def close(self) -> None:
        """Close the target."""
        self._target.close()
