"""Cassettes judged offline: every recorded exchange by the same checks as a fresh one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from troth.errors import InputInvalid, Problem, did_you_mean
from troth.model.book import Book, Recording, Vendor
from troth.model.exchange import Request
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Judge, RecordedCase
from troth.wire.bodies import Unreadable
from troth.wire.soap import read_envelope


@dataclass(frozen=True)
class RecordingItem:
    """One recorded exchange."""

    name: str
    source: str
    operation: Operation
    recording: Recording
    brief: bool = True

    def drive(self, judge: Judge) -> None:
        """Have the exchange judged by the facts that held when it was recorded."""
        facts = Facts(world=self.recording.facts, closed=self.recording.closed)
        judge(RecordedCase(self.operation, self.recording.exchange, facts))


class RecordingsSource:
    """Every recording of every vendor of a book that can be judged by itself.

    What an item of a run recorded is left out: what an answer must be there depends on what was asked before, so the
    whole item is judged again instead (``--target replay``).
    """

    name = "recordings"

    def __init__(self, book: Book) -> None:
        self._book = book

    def items(self) -> Iterator[RecordingItem]:
        """One item a recording.

        Raises:
            InputInvalid: recordings of requests that no operation describes; all of them.
        """
        problems = []
        for vendor in self._book.vendors.values():
            router = Router(vendor)
            for recording in (one for one in vendor.recordings if not one.item):
                operation = router.operation_of(recording.exchange.request)
                if operation is None:
                    problems.append(_unrouted(vendor, recording))
                    continue
                slug = re.sub(r"[^a-z0-9]+", "-", recording.name.lower()).strip("-")
                name = f"{vendor.name}/{operation.name}/recordings/{slug}"
                yield RecordingItem(name, self.name, operation, recording)
        if problems:
            raise InputInvalid(problems)


class Router:
    """Which operation of a vendor a recorded request is for."""

    def __init__(self, vendor: Vendor) -> None:
        self._routes = [(_pattern(operation), operation) for operation in vendor.spec.operations.values()]
        # Literal segments before parameters: /users/user/lookup must not be read as /users/{token}/lookup.
        self._routes.sort(key=lambda route: route[1].path.count("{"))

    def operation_of(self, request: Request) -> Operation | None:
        """The operation, or None where the spec describes no such request."""
        path = request.url.partition("?")[0]
        for pattern, operation in self._routes:
            if request.method != operation.method or not pattern.fullmatch(path):
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


def _unrouted(vendor: Vendor, recording: Recording) -> Problem:
    request = recording.exchange.request
    asked = f"{request.method} {urlsplit(request.url).path}"
    known = [f"{operation.method} {operation.path}" for operation in vendor.spec.operations.values()]
    return Problem(recording.position, f"no operation of {vendor.name} describes {asked}", did_you_mean(asked, known))
