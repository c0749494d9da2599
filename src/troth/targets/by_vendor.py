"""Several addresses as one target: each vendor's requests go to its own."""

from collections.abc import Callable, Mapping

from troth.model.exchange import Exchange, NoAnswer, Request, Silence
from troth.model.facts import UNKNOWN, Facts
from troth.model.ports import Abilities, Target


class ByVendorTarget(Target):
    """A target made of one service for each vendor.

    Args:
        name: how reports call it.
        services: vendor → its service.
        vendor_of: whose a documented URL is.
    """

    kind = "live"

    def __init__(self, name: str, services: Mapping[str, Target], vendor_of: Callable[[str], str]) -> None:
        self.name = name
        self._services = services
        self._vendor_of = vendor_of

    def send(self, request: Request) -> Exchange:
        """Send one request to its vendor's address."""
        service = self._services.get(self._vendor_of(request.url))
        if service is None:
            return Exchange(request, NoAnswer(Silence.NOT_SENT, f"{self.name} has no address for it"))
        return service.send(request)

    def facts(self, vendor: str) -> Facts:
        """What is known of a vendor's service."""
        service = self._services.get(vendor)
        return UNKNOWN if service is None else service.facts(vendor)

    def abilities(self, vendor: str) -> Abilities:
        """All that the vendor's service can do."""
        service = self._services.get(vendor)
        return Abilities() if service is None else service.abilities(vendor)

    def close(self) -> None:
        """Close all connections."""
        for service in self._services.values():
            service.close()
