"""Which operation a request is for, when all that is known of it is how it was sent."""

import re

from troth.model.book import Vendor
from troth.model.exchange import Request
from troth.model.operation import Operation
from troth.wire.bodies import Unreadable
from troth.wire.soap import read_envelope


class Router:
    """Which operation of a vendor a recorded request is for."""

    def __init__(self, vendor: Vendor) -> None:
        self._routes = [(_pattern(operation), operation) for operation in vendor.spec.operations.values()]
        # Literal segments before parameters: /users/user/lookup must not be read as /users/{token}/lookup.
        # A query that every request has narrows further.
        self._routes.sort(key=lambda route: (route[1].path.count("{"), -len(route[1].fixed_query)))

    def operation_of(self, request: Request) -> Operation | None:
        """The operation, or None where the spec describes no such request."""
        path, _, query = request.url.partition("?")
        pairs = frozenset(query.split("&"))
        for pattern, operation in self._routes:
            if request.method != operation.method or not pattern.fullmatch(path):
                continue
            if operation.fixed_query and not pairs.issuperset(operation.fixed_query.split("&")):
                continue
            if operation.soap is None or _soap_name(request) == operation.soap.element:
                return operation
        return None


def _pattern(operation: Operation) -> re.Pattern[str]:
    escaped = re.escape(operation.server + operation.path)
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", escaped))


def _soap_name(request: Request) -> str:
    message = read_envelope(request.body)
    return "" if isinstance(message, Unreadable) else message.name
