"""The fields of bodies, by their type or, where the type says nothing, by their looks."""

from collections.abc import Iterable

from troth.wire.bodies import is_json, is_xml
from troth.wire.fields import Field, form_fields, json_fields, xml_fields

_FORM = "application/x-www-form-urlencoded"


def body_fields(data: bytes, media: str) -> Iterable[Field]:
    """The scalars of a body.

    Args:
        data: the body.
        media: its media type, without parameters; ``""`` where none is known.
    """
    start = data.lstrip()[:1]
    if is_json(media) or start in (b"{", b"["):
        return json_fields(data)
    if is_xml(media) or media == "text/html" or start == b"<":
        return xml_fields(data)
    return form_fields(data) if media == _FORM else ()
