"""Forms read: ``application/x-www-form-urlencoded`` and ``multipart/form-data`` (RFC 7578)."""

from dataclasses import dataclass
from email import message_from_bytes
from urllib.parse import parse_qsl

from troth.wire.bodies import Unreadable

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form; a file is its content."""

    name: str
    text: str
    media_type: str = ""
    """As the part of a multipart body names it, in lower case without parameters; ``""`` where it names none."""


def read_form(body: bytes, content_type: str) -> list[FormField] | Unreadable:
    """The fields of a form, in order.

    Args:
        body: the bytes of the message.
        content_type: its Content-Type, ``application/x-www-form-urlencoded`` or ``multipart/form-data``.
    """
    if not content_type.lower().startswith("multipart/"):
        try:
            return [FormField(*pair) for pair in parse_qsl(body.decode("ascii"), keep_blank_values=True)]
        except (UnicodeDecodeError, ValueError):
            return Unreadable("is not a form")
    message = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body)
    parts = message.get_payload()
    if not isinstance(parts, list):
        return Unreadable("is not a form")
    fields = []
    for part in parts:
        if isinstance(part, str):
            continue
        content = part.get_payload(decode=True)
        name = str(part.get_param("name", "", header="content-disposition"))
        named = str(part.get("Content-Type", "")).partition(";")[0].strip().lower()
        fields.append(FormField(name, content.decode("utf-8", "replace") if isinstance(content, bytes) else "", named))
    return fields
