"""A request as a curl command for a POSIX shell, with environment variables in place of secrets."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from urllib.parse import quote

from troth.model.exchange import COMPUTED_HEADERS, Headers, Request, header
from troth.secrets.encodings import ENCODINGS
from troth.secrets.finder import Found
from troth.secrets.redactor import Redactor

_LONGEST_ARGUMENT = 100_000
"""A longer body goes through a pipe, since Linux allows no argument longer than 128 KiB."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_URL_SIGNS = "!#$%&'()*+,/:;=?@[]~-._"
_ESCAPES = {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x5C: "\\\\", 0x25: "%%"}
_PYTHON = "python3 -c 'import sys, {module}; sys.stdout.write({call})' {variable}"
_ENCODERS: Mapping[str, tuple[str, str]] = {
    "percent": ("urllib.parse as u", 'u.quote(sys.argv[1], "")'),
    "percent in a path": ("urllib.parse as u", "u.quote(sys.argv[1])"),
    "form": ("urllib.parse as u", "u.quote_plus(sys.argv[1])"),
    "JSON": ("json", "json.dumps(sys.argv[1], ensure_ascii=False)[1:-1]"),
    "JSON in ASCII": ("json", "json.dumps(sys.argv[1])[1:-1]"),
    "XML": ("xml.sax.saxutils as x", "x.escape(sys.argv[1])"),
    "HTML": ("html", "html.escape(sys.argv[1])"),
}
"""Encoding → the module and call of Python that encode a variable; used where that changes the secret."""


def curl(request: Request, locate: Callable[[str], str], redactor: Redactor) -> str:
    """A line that sends the request again.

    Args:
        request: what was sent; its URL names the documented server.
        locate: documented URL → address on the target.
        redactor: knows what is secret, and which environment variables hold it.

    Returns:
        ``curl -i …``, for a body with control characters or without an encoding ``printf … | curl -i …``; ``""`` for a
        request that was never made. A secret that a variable holds, in percent, form, JSON, XML, HTML or base64
        encoding, is encoded from its variable again, byte for byte; in any other it becomes the plain variable, which
        keeps it hidden but not exact. What no variable holds is a mark in quotes, ``'<email-k3f9qz7a>'``, to be filled
        in.
    """
    if not request.url:
        return ""
    shell = _Shell(redactor)
    url = quote(locate(request.url).encode("utf-8", "surrogatepass"), safe=_URL_SIGNS).encode()
    words = ["curl", *_method(request), *_switches(url, request.headers)]
    words += _headers(request.headers, bool(request.body), shell)
    words.append(shell.word(url))
    if not request.body:
        return " ".join(words)
    if len(request.body) > _LONGEST_ARGUMENT or not _printable(request.body):
        return f"{shell.printf(request.body)} | {' '.join(words)} --data-binary @-"
    option = "--data-raw" if request.body.startswith(b"@") or shell.begins_with_secret(request.body) else "-d"
    return f"{' '.join(words)} {option} {shell.word(request.body)}"


def _method(request: Request) -> tuple[str, ...]:
    if request.method == "HEAD":
        return ("-I",)
    implied = "POST" if request.body else "GET"
    if request.method == implied == "GET":
        return ("-i",)
    return ("-i", "-X", _Shell(Redactor()).word(_bytes(request.method)))


def _switches(url: bytes, headers: Headers) -> list[str]:
    switches = {
        "-g": any(sign in url for sign in b"[]"),
        "--path-as-is": b"/." in url.partition(b"?")[0],
        "--compressed": (header(headers, "accept-encoding") or "identity") != "identity",
    }
    return [switch for switch, needed in switches.items() if needed]


def _headers(headers: Headers, has_body: bool, shell: "_Shell") -> list[str]:
    words = []
    for name, value in headers:
        if name.lower() in COMPUTED_HEADERS:
            continue
        user = shell.basic(value) if name.lower() == "authorization" and "-u" not in words else None
        if user is not None:
            words += ["-u", user]
        elif value.strip():
            words += ["-H", shell.word(_bytes(f"{name}: {value}"))]
        else:
            words += ["-H", shell.word(_bytes(f"{name};"))]
    if has_body and header(headers, "content-type") is None:
        words += ["-H", "'Content-Type:'"]
    return words


class _Shell:
    """Quotes bytes for a POSIX shell; secrets become variables."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def word(self, data: bytes) -> str:
        """One word of the shell that stands for these bytes (NUL, which no argument can hold, is left out)."""
        return "".join(_quoted(part) if isinstance(part, bytes) else part[0] for part in self._parts(data)) or "''"

    def printf(self, data: bytes) -> str:
        """A ``printf`` that writes exactly these bytes."""
        template, arguments = [], []
        for part in self._parts(data):
            if isinstance(part, bytes):
                template.append(_octal(part))
            else:
                template.append("%s")
                arguments.append(part[0])
        return " ".join(("printf", "'" + "".join(template) + "'", *arguments))

    def basic(self, value: str) -> str | None:
        """The word for ``curl -u``, where curl would make just this header from it; else None."""
        scheme, _, token = value.partition(" ")
        try:
            decoded = b64decode(token, validate=True)
        except (Base64Error, ValueError):
            return None
        user, colon, password = decoded.partition(b":")
        if scheme != "Basic" or not colon or not _printable(decoded) or b64encode(decoded).decode() != token:
            return None
        words = (self._credential(user), self._credential(password))
        both = all(word.startswith('"$') and word.count('"') == 2 for word in words)  # "$A:$B" rather than "$A":"$B"
        return f"{words[0][:-1]}:{words[1][1:]}" if both else ":".join(words)

    def begins_with_secret(self, data: bytes) -> bool:
        """Whether the bytes begin with a secret."""
        return any(span.start == 0 for span in self._redactor.find(data))

    def _credential(self, data: bytes) -> str:
        """A user or a password as a word. It is compared as a whole, so that even a short secret is recognized."""
        name = self._redactor.declared.get(data.decode(), "")
        return f'"${name}"' if _VARIABLE.fullmatch(name) else self.word(data) if data else ""

    def _parts(self, data: bytes) -> list[bytes | tuple[str]]:
        """Literal bytes, and shell words in place of secrets."""
        parts: list[bytes | tuple[str]] = []
        end = 0
        for span in self._redactor.find(data):
            parts += [data[end : span.start], (self._expression(data[span.start : span.end], span.found),)]
            end = span.end
        return [part for part in (*parts, data[end:]) if part]

    def _expression(self, shown: bytes, secrets: tuple[Found, ...]) -> str:
        """The shell expression whose value is the secret as it was encoded."""
        words = [self._word(secret) for secret in secrets]
        value = secrets[0].value
        if len(secrets) == 1 and value is not None and words[0].startswith('"$'):
            if shown == ENCODINGS["plain"](value):
                return words[0]
            for encoding, (module, call) in _ENCODERS.items():
                if shown == ENCODINGS[encoding](value):
                    return f'"$({_PYTHON.format(module=module, call=call, variable=words[0])})"'
        return self._base64(shown) or "".join(words)

    def _word(self, secret: Found) -> str:
        """The variable that holds a value, or else its mark."""
        name = self._redactor.name(secret)
        return f'"${name}"' if _VARIABLE.fullmatch(name) else f"'{self._redactor.mark(secret)}'"

    def _base64(self, shown: bytes) -> str | None:
        try:
            decoded = b64decode(shown, validate=True)
        except (Base64Error, ValueError):
            return None
        if b64encode(decoded) != shown or not self._redactor.find(decoded):
            return None
        return f"\"$({self.printf(decoded)} | base64 | tr -d '\\n')\""


def _bytes(text: str) -> bytes:
    """A header as HTTP sends it: Latin-1 where it can be."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _printable(data: bytes) -> bool:
    try:
        return data.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _quoted(data: bytes) -> str:
    """Literal bytes as (part of) a word."""
    data = data.replace(b"\0", b"")
    if not data:
        return ""
    if not _printable(data):
        return f"\"$(printf '{_octal(data)}')\""
    text = data.decode("utf-8")
    if all((char.isalnum() and char.isascii()) or char in "%+,-./:=@_" for char in text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def _octal(data: bytes) -> str:
    """A format for ``printf``: every byte that is not plain ASCII as an escape, and no dash that begins an option."""
    plain = "".join(_ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in data)
    if plain.startswith("-"):
        plain = "\\055" + plain[1:]
    return plain.replace("'", "'\\''")
