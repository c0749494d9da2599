"""Schemathesis hooks: an envelope that a spec describes as text travels as that text, not as an element around it."""

from typing import Any

import schemathesis


@schemathesis.serializer("text/xml")
def as_it_is(context: Any, value: object) -> dict[str, object]:
    return {"data": value if isinstance(value, bytes) else str(value).encode()}
