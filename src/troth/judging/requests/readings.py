"""What text may stand for: parameters, headers and forms carry text, while schemas speak of values."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from email import message_from_bytes
from urllib.parse import parse_qsl

from troth.wire.bodies import Unreadable

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def readings(text: str) -> list[object]:
    """The values that a text may stand for, itself first: a truth value, a number, a JSON array or object.

    ``1.0`` and ``1e3`` are left as text: JSON Schema takes them for integers, few services do, and nobody says which.
    """
    found: list[object] = [text]
    if text in ("true", "false"):
        found.append(text == "true")
    elif _NUMBER.fullmatch(text) and len(text) < 400:
        number = json.loads(text)
        if isinstance(number, int) or (not number.is_integer() and abs(number) != float("inf")):
            found.append(number)
    elif text[:1] in ("[", "{"):
        with suppress(ValueError, RecursionError):
            found.append(json.loads(text))
    return found


def list_readings(texts: list[str]) -> list[object]:
    """The lists that several texts may stand for: of texts, and of what each of them may be besides."""
    return [texts, [readings(text)[-1] for text in texts]]


def read_form(body: bytes, content_type: str) -> Mapping[str, list[str]] | Unreadable:
    """The fields of a form, name → values in order; a file is its content.

    Args:
        body: the bytes of the message.
        content_type: its Content-Type, ``application/x-www-form-urlencoded`` or ``multipart/form-data``.
    """
    fields: dict[str, list[str]] = {}
    if not content_type.lower().startswith("multipart/"):
        try:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True)
        except (UnicodeDecodeError, ValueError):
            return Unreadable("is not a form")
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        return fields
    message = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body)
    parts = message.get_payload()
    if not isinstance(parts, list):
        return Unreadable("is not a form")
    for part in parts:
        content = part.get_payload(decode=True) if hasattr(part, "get_payload") else b""
        name = str(part.get_param("name", "", header="content-disposition")) if hasattr(part, "get_param") else ""
        fields.setdefault(name, []).append(content.decode("utf-8", "replace") if isinstance(content, bytes) else "")
    return fields
