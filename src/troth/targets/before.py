"""What stands before a target, and passes on everything but the sending of requests."""

from abc import abstractmethod

from troth.model.exchange import Exchange, Request
from troth.model.facts import Facts
from troth.model.ports import Abilities, Target


class Before(Target):
    """Stands before a target; each kind has its own reason to see the requests.

    Whatever else the target can do is one value, its abilities, so that nothing can be left out on the way.

    Args:
        target: who answers in the end.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self.name = target.name
        self.kind = target.kind

    @abstractmethod
    def send(self, request: Request) -> Exchange:
        """One request, one exchange."""

    def facts(self, vendor: str) -> Facts:
        """What is known of the target."""
        return self._target.facts(vendor)

    def abilities(self, vendor: str) -> Abilities:
        """All that the target can do."""
        return self._target.abilities(vendor)

    def close(self) -> None:
        """Close the target."""
        self._target.close()
