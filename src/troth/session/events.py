"""What a run came to, as lines of JSON: the journal, workers and other runs are added up from the same lines.

An item's counts and findings stand before the line that says how it ended; what has no such line after it did not end.
"""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec

from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.report import Finding, ItemResult

Numbers = list[int]
"""How often each of ``Met`` became of a promise, in the order of ``Met``."""


class Counted(msgspec.Struct, frozen=True, tag="count", tag_field="event"):
    """How often a promise was met more."""

    promise: str
    """Its id."""
    numbers: Numbers
    why: dict[str, int] = {}
    """Reason → how often more."""


class Answered(msgspec.Struct, frozen=True, tag="answer", tag_field="event"):
    """How often an operation was answered so more: a status, or why there was no answer."""

    vendor: str
    operation: str
    outcome: str
    count: int


class FindingMet(msgspec.Struct, frozen=True, tag="finding", tag_field="event"):
    """A finding, how often it was met more, and the smallest exchange that shows it."""

    finding: Finding
    item: str
    count: int
    request: Request
    response: Response | None = None
    silence: NoAnswer | None = None

    @property
    def exchange(self) -> Exchange:
        """The request and what came of it."""
        return Exchange(self.request, self.response or self.silence or NoAnswer(Silence.NOT_SENT))


class Unrecorded(msgspec.Struct, frozen=True, tag="unrecorded", tag_field="event"):
    """Exchanges that could not be recorded."""

    reason: str
    count: int


class ItemEnded(msgspec.Struct, frozen=True, tag="item", tag_field="event"):
    """An item has run to its end."""

    result: ItemResult


Event: TypeAlias = Counted | Answered | FindingMet | Unrecorded | ItemEnded

_DECODER = msgspec.json.Decoder(Event)


def finding_met(finding: Finding, item: str, count: int, exchange: Exchange) -> FindingMet:
    """A finding with its exchange, as an event."""
    answer = exchange.answer
    if isinstance(answer, Response):
        return FindingMet(finding, item, count, exchange.request, response=answer)
    return FindingMet(finding, item, count, exchange.request, silence=answer)


def encode_events(events: Iterable[Event]) -> bytes:
    """The events as lines."""
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


def ends_item(line: bytes) -> bool:
    """Whether a line says how an item ended."""
    try:
        return isinstance(_DECODER.decode(line), ItemEnded)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False


def decode_events(lines: Iterable[bytes]) -> Iterator[Event]:
    """The events of every item that ended, in their order; a line that is torn or foreign voids the item it is of."""
    of_item: list[Event] = []
    torn = False
    for line in lines:
        try:
            event = _DECODER.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            torn = torn or bool(line.strip())
            continue
        of_item.append(event)
        if isinstance(event, ItemEnded):
            if not torn:
                yield from of_item
            of_item, torn = [], False
