"""Forms written: ``application/x-www-form-urlencoded`` and ``multipart/form-data`` (RFC 7578)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from troth.wire.bodies import is_json
from troth.wire.style_writer import Pairs, leaf, strict_utf8, to_json, write_form_field

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_STYLED = ("style", "explode", "allowReserved")


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part of a multipart body; a file where it has a file name."""

    name: str
    content: bytes
    file_name: str | None = None
    media_type: str = ""


def write_urlencoded(fields: Mapping[str, object], encoding: Mapping[str, object]) -> bytes:
    """The body of a form.

    Args:
        fields: name → any JSON value.
        encoding: how fields are written where the document says so (OpenAPI 3.1.1, "Encoding Object"): by a style, or
            by the media type of their text. By default a list is one field for each item, and an object is JSON.

    Raises:
        Unwritable: a value cannot be written.
    """
    pairs: Pairs = []
    for name, value in fields.items():
        how = _encoding_of(name, encoding)
        if any(key in how for key in _STYLED):
            style = str(how.get("style", "form"))
            explode = how.get("explode", style == "form") is True
            pairs += write_form_field(name, value, style, explode, how.get("allowReserved") is True)
        else:
            as_json = is_json(str(how.get("contentType", "")).partition(";")[0].strip().lower())
            items = value if isinstance(value, list) else [value]
            for item in items:
                pairs += write_form_field(name, to_json(item) if as_json else leaf(item))
    return "&".join(f"{name}={value}" for name, value in pairs).encode("ascii")


def form_parts(fields: Mapping[str, object], encoding: Mapping[str, object]) -> list[FormPart]:
    """The parts of a multipart body for these fields.

    Args:
        fields: name → any JSON value, or bytes.
        encoding: the media types of fields, where the document says them. By default an object is JSON.

    Raises:
        Unwritable: a value cannot be written.
    """
    parts = []
    for name, value in fields.items():
        given = str(_encoding_of(name, encoding).get("contentType", "")).partition(",")[0].strip()
        for item in value if isinstance(value, list) else [value]:
            media = given or ("application/json" if isinstance(item, (Mapping, list)) else "")
            if isinstance(item, bytes):
                parts.append(FormPart(name, item, name, media or "application/octet-stream"))
            else:
                text = to_json(item) if is_json(media.partition(";")[0].strip().lower()) else leaf(item)
                parts.append(FormPart(name, strict_utf8(text), None, media))
    return parts


def _encoding_of(name: str, encoding: Mapping[str, object]) -> Mapping[str, object]:
    how = encoding.get(name)
    return how if isinstance(how, Mapping) else {}


def write_multipart(parts: Iterable[FormPart]) -> tuple[bytes, str]:
    """A multipart body and its Content-Type. Its boundary comes from the parts, so that the same are the same bytes."""
    sections = [_section(part) for part in parts]
    boundary = sha256(b"\r\n".join(sections)).hexdigest()[:32]
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + b"\r\n" + section + b"\r\n" for section in sections) + mark + b"--\r\n"
    return body, f"{MULTIPART}; boundary={boundary}"


def _section(part: FormPart) -> bytes:
    head = f'Content-Disposition: form-data; name="{_quoted(part.name)}"'
    if part.file_name is not None:
        head += f'; filename="{_quoted(part.file_name)}"'
    if part.media_type:
        head += f"\r\nContent-Type: {part.media_type}"
    return strict_utf8(head) + b"\r\n\r\n" + part.content


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
