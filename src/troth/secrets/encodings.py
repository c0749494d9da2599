"""The usual ways in which a text is written within another."""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from html import escape as escape_html
from json import dumps
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape as escape_xml

ENCODINGS: Mapping[str, Callable[[str], bytes]] = {
    "plain": lambda secret: utf8(secret),
    "percent": lambda secret: quote(utf8(secret), safe="").encode(),
    "percent in a path": lambda secret: quote(utf8(secret), safe="/").encode(),
    "form": lambda secret: quote_plus(utf8(secret)).encode(),
    "percent in lower case": lambda secret: _lower_percent(quote(utf8(secret), safe="")),
    "form in lower case": lambda secret: _lower_percent(quote_plus(utf8(secret))),
    "JSON": lambda secret: utf8(dumps(secret, ensure_ascii=False)[1:-1]),
    "JSON in ASCII": lambda secret: dumps(secret)[1:-1].encode(),
    "XML": lambda secret: utf8(escape_xml(secret)),
    "HTML": lambda secret: utf8(escape_html(secret)),
    "base64": lambda secret: b64encode(utf8(secret)),
    "base64 for URLs": lambda secret: urlsafe_b64encode(utf8(secret)),
}
"""The usual encodings of a text within another, by name."""


def utf8(text: str) -> bytes:
    """The bytes of a text; lone surrogates are taken too."""
    return text.encode("utf-8", "surrogatepass")


def _lower_percent(quoted: str) -> bytes:
    return re.sub("%..", lambda match: match[0].lower(), quoted).encode()
