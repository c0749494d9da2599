"""Cassettes judged offline: every recorded exchange by the same checks as a fresh one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from troth.errors import InputInvalid, Problem, did_you_mean
from troth.model.book import Book, Recording, Vendor
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Judge, RecordedCase
from troth.sources.routing import Router


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
        recording = self.recording
        facts = Facts(world=recording.facts, closed=recording.closed, minted=recording.minted)
        judge(RecordedCase(self.operation, recording.exchange, facts))


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
            for recording in (recording for recording in vendor.recordings if not recording.item):
                operation = router.operation_of(recording.exchange.request)
                if operation is None:
                    problems.append(_unrouted(vendor, recording))
                    continue
                slug = re.sub(r"[^a-z0-9]+", "-", recording.name.lower()).strip("-")
                name = f"{vendor.name}/{operation.name}/recordings/{slug}"
                yield RecordingItem(name, self.name, operation, recording)
        if problems:
            raise InputInvalid(problems)


def _unrouted(vendor: Vendor, recording: Recording) -> Problem:
    request = recording.exchange.request
    asked = f"{request.method} {urlsplit(request.url).path}"
    known = [f"{operation.method} {operation.path}" for operation in vendor.spec.operations.values()]
    return Problem(recording.position, f"no operation of {vendor.name} describes {asked}", did_you_mean(asked, known))
