"""Events without secrets."""

from dataclasses import replace

import msgspec

from troth.secrets.redactor import Redactor
from troth.session.events import Answered, Counted, Event, ItemEnded


def clean_event(event: Event, redactor: Redactor) -> Event:
    """The same event without secrets. What another process knows a promise, an operation or an item by stays.

    Args:
        event: what happened.
        redactor: knows the secrets.
    """
    match event:
        case Counted():
            return msgspec.structs.replace(event, why=redactor.clean(event.why))
        case Answered():
            return event
        case ItemEnded(result=result):
            clean = redactor.clean(result)
            return ItemEnded(replace(clean, name=result.name, vendor=result.vendor, operation=result.operation))
        case _:
            return redactor.clean(event)
