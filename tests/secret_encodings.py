"""Every way in which SECURITY.md says that a secret may be written, made with the standard library alone."""

import json
import quopri
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from html import escape
from unicodedata import normalize
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape as escape_xml

Encode = Callable[[str], bytes]


def utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


EXACT: Mapping[str, Encode] = {
    "plain": utf8,
    "percent": lambda secret: quote(utf8(secret), safe="").encode(),
    "percent in a path": lambda secret: quote(utf8(secret), safe="/").encode(),
    "percent in small letters": lambda secret: _small(quote(utf8(secret), safe="")),
    "form": lambda secret: quote_plus(utf8(secret)).encode(),
    "all percent": lambda secret: "".join(f"%{byte:02x}" for byte in utf8(secret)).encode(),
    "JSON": lambda secret: utf8(json.dumps(secret, ensure_ascii=False)[1:-1]),
    "JSON in ASCII": lambda secret: json.dumps(secret)[1:-1].encode(),
    "JSON in capitals": lambda secret: re.sub("(....)", r"\\u\1", secret.encode("utf-16-be").hex().upper()).encode(),
    "JSON with escaped slashes": lambda secret: utf8(json.dumps(secret)[1:-1].replace("/", "\\/")),
    "XML": lambda secret: utf8(escape_xml(secret)),
    "HTML": lambda secret: utf8(escape(secret)),
    "numbers of HTML": lambda secret: "".join(f"&#x{ord(char):X};" for char in secret).encode(),
    "decimal numbers of HTML": lambda secret: "".join(f"&#{ord(char)};" for char in secret).encode(),
    "base64": lambda secret: b64encode(utf8(secret)),
    "base64 for URLs": lambda secret: urlsafe_b64encode(utf8(secret)),
    "Basic credentials": lambda secret: b64encode(b"somebody:" + utf8(secret)),
    "Python": lambda secret: repr([secret])[2:-2].encode(),
    "ASCII of Python": lambda secret: ascii([secret])[2:-2].encode(),
    "octets of Python": lambda secret: repr([utf8(secret)])[3:-2].encode(),
    "a shell's quotes": lambda secret: utf8(secret.replace("'", "'\\''")),
    "UTF-8 read as Latin-1": lambda secret: utf8(secret).decode("latin-1").encode(),
    "quoted-printable": lambda secret: quopri.encodestring(utf8(secret)),
    "all quoted-printable": lambda secret: "".join(f"={byte:02X}" for byte in utf8(secret)).encode(),
}
"""What shows the very value."""

NESTED: Mapping[str, Encode] = {
    "JSON within JSON": lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1].encode(),
    "percent twice": lambda secret: quote(quote(utf8(secret), safe=""), safe="").encode(),
    "HTML twice": lambda secret: utf8(escape(escape(secret))),
    "JSON in a query": lambda secret: quote(json.dumps(secret)[1:-1], safe="").encode(),
    "base64 within a query": lambda secret: quote(b64encode(utf8(secret)).decode(), safe="").encode(),
    "base64 within JSON": lambda secret: json.dumps(b64encode(utf8(secret)).decode()).replace("/", "\\/").encode(),
    "JSON within base64": lambda secret: b64encode(json.dumps({"key": secret}).encode()),
    "percent within base64": lambda secret: b64encode(quote(utf8(secret), safe="").encode()),
    "HTML within JSON": lambda secret: json.dumps(escape(secret))[1:-1].encode(),
}
"""What shows the very value, written twice."""

VARIANTS: Mapping[str, Encode] = {
    "capitals": lambda secret: utf8(secret.upper()),
    "small letters": lambda secret: utf8(secret.lower()),
    "capitals in percent": lambda secret: quote(utf8(secret.upper()), safe="").encode(),
    "decomposed": lambda secret: utf8(normalize("NFD", secret)),
    "composed": lambda secret: utf8(normalize("NFC", secret)),
    "decomposed in JSON": lambda secret: json.dumps(normalize("NFD", secret))[1:-1].encode(),
    "decomposed capitals": lambda secret: utf8(normalize("NFD", secret).upper()),
}
"""What shows the value but for letter case and Unicode's forms of composition."""

EVERY: Mapping[str, Encode] = {**EXACT, **NESTED, **VARIANTS}


def shown_in(data: bytes, secrets: Mapping[str, str]) -> list[str]:
    """Which secrets some bytes show, and how: found by looking for each encoding, byte for byte.

    Args:
        data: any bytes.
        secrets: name → value.
    """
    return [
        f"{name} in {encoding}"
        for name, value in secrets.items()
        for encoding, encode in EVERY.items()
        if encode(value) in data
    ]


def _small(quoted: str) -> bytes:
    return re.sub("%..", lambda match: match[0].lower(), quoted).encode()
