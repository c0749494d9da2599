"""Several addresses as one target: each vendor's requests go to its own."""

from collections.abc import Callable, Mapping

from troth.model.exchange import Exchange, NoAnswer, Request, Silence
from troth.model.facts import UNKNOWN, Facts
from troth.targets.live.client import LiveTarget


class ByVendorTarget:
    """A target made of one service for each vendor.

    Args:
        name: how reports call it.
        services: vendor → its service.
        vendor_of: whose a documented URL is.
    """

    kind = "live"

    def __init__(self, name: str, services: Mapping[str, LiveTarget], vendor_of: Callable[[str], str]) -> None:
        self.name = name
        self._services = services
        self._vendor_of = vendor_of

    def send(self, request: Request) -> Exchange:
        """Send one request to its vendor's address."""
        service = self._services.get(self._vendor_of(request.url))
        if service is None:
            return Exchange(request, NoAnswer(Silence.NOT_SENT, f"{self.name} has no address for it"))
        return service.send(request)

    def locate(self, url: str) -> str:
        """The address of a documented URL."""
        service = self._services.get(self._vendor_of(url))
        return url if service is None else service.locate(url)

    def facts(self, vendor: str) -> Facts:
        """What is known of a vendor's service."""
        service = self._services.get(vendor)
        return UNKNOWN if service is None else service.facts(vendor)

    def reset(self, vendor: str) -> None:
        """Nobody can put a stranger's state back."""

    def close(self) -> None:
        """Close all connections."""
        for service in self._services.values():
            service.close()
