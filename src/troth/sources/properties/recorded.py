"""Values seen in the wild: recorded requests as cases, to send anew with other parts known or generated."""

from collections.abc import Iterator
from typing import Any

from schemathesis import APIOperation
from schemathesis.core import NOT_SET

from troth.model.book import Recording, Vendor
from troth.model.exchange import Request
from troth.model.operation import Operation
from troth.sources.properties.generated_requests import Generated
from troth.sources.routing import Router
from troth.wire.bodies import Unreadable, media_type
from troth.wire.views import NO_BODY, RequestView

MOST = 20
"""Recorded requests of one operation: the first that differ."""
_Described = APIOperation[Any, Any, Any, Any]


class RecordedRequests:
    """The recorded requests of one vendor, by operation."""

    def __init__(self, vendor: Vendor) -> None:
        self._router = Router(vendor)
        self._recordings: tuple[Recording, ...] = tuple(vendor.recordings)
        self._requests: dict[str, dict[Request, None]] | None = None

    def cases(self, operation: Operation, described: _Described) -> Iterator[Generated]:
        """Recorded requests as Schemathesis has them, without their credentials and other header fields.

        Args:
            operation: whose requests.
            described: the same as Schemathesis has it.
        """
        for request in self._of(operation):
            view = RequestView(request, operation)
            body = _parameters(view) if operation.soap is not None else view.body
            if body is not NO_BODY and isinstance(body, Unreadable):
                continue
            given: dict[str, Any] = {"path_parameters": dict(view.path), "query": _flat(view.query)}
            if body is not NO_BODY:
                given |= {"body": body, "media_type": media_type(request.headers)}
            if operation.soap is not None:
                given["media_type"] = "application/json"
            yield described.Case(**given) if "body" in given else described.Case(**given, body=NOT_SET)

    def _of(self, operation: Operation) -> list[Request]:
        if self._requests is None:
            self._requests = {}
            for recording in self._recordings:
                request = recording.exchange.request
                routed = self._router.operation_of(request)
                if routed is not None:
                    self._requests.setdefault(routed.name, {}).setdefault(request)
        return list(self._requests.get(operation.name, ()))[:MOST]


def _parameters(view: RequestView) -> object:
    message = view.soap
    return message if isinstance(message, Unreadable) else dict(message.parts)


def _flat(query: dict[str, list[str]]) -> dict[str, object]:
    return {name: values[0] if len(values) == 1 else values for name, values in query.items()}
