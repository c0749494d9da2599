"""A request as one line for a POSIX shell, with environment variables where the secrets were."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from urllib.parse import quote

from troth.model.exchange import COMPUTED_HEADERS, Headers, Request, header
from troth.secrets.redactor import ENCODINGS, Redactor

_LONGEST_ARGUMENT = 100_000
"""Beyond this a body goes through a pipe: Linux takes no argument longer than 128 KiB."""
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
"""Encoding → how a shell has Python encode a variable; used only where the encoded secret differs from the secret."""


def curl(request: Request, locate: Callable[[str], str], secrets: Mapping[str, str]) -> str:
    """A line that sends the request again.

    Args:
        request: what was sent; its URL names the documented server.
        locate: documented URL → address on the target.
        secrets: secret value → the environment variable that holds it.

    Returns:
        ``curl -i …``, for a body with control characters or without an encoding ``printf … | curl -i …``; ``""`` for a
        request that was never made. A secret in percent, form, JSON, XML, HTML or base64 encoding is encoded from its
        variable again, byte for byte; in any other it becomes the plain variable, which keeps it hidden but not exact.
    """
    if not request.url:
        return ""
    shell = _Shell(secrets)
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
    return ("-i",) if request.method == implied == "GET" else ("-i", "-X", _Shell({}).word(_bytes(request.method)))


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

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets
        self._values = {name: value for value, name in secrets.items()}
        self._redactor = Redactor(secrets)

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
        """Whether nobody can see how the bytes begin."""
        first = next(self._redactor.find(data), None)
        return first is not None and first.start == 0

    def _credential(self, data: bytes) -> str:
        """A user or a password is compared as a whole, so that even a short one is known for a secret."""
        name = self._secrets.get(data.decode())
        if name is not None:
            return f'"${_variable(name)}"'
        return self.word(data) if data else ""

    def _parts(self, data: bytes) -> list[bytes | tuple[str]]:
        """Literal bytes, and shell words where secrets were."""
        parts: list[bytes | tuple[str]] = []
        end = 0
        for span in self._redactor.find(data):
            parts += [data[end : span.start], (self._expression(data[span.start : span.end], span.names),)]
            end = span.end
        return [part for part in (*parts, data[end:]) if part]

    def _expression(self, shown: bytes, names: tuple[str, ...]) -> str:
        """The shell expression whose value is what showed the secret."""
        variable = f'"${_variable(names[0])}"'
        value = self._values[names[0]]
        if len(names) == 1:
            if shown == ENCODINGS["plain"](value):
                return variable
            for encoding, (module, call) in _ENCODERS.items():
                if shown == ENCODINGS[encoding](value):
                    return f'"$({_PYTHON.format(module=module, call=call, variable=variable)})"'
        return self._base64(shown) or "".join(f'"${_variable(name)}"' for name in names)

    def _base64(self, shown: bytes) -> str | None:
        try:
            decoded = b64decode(shown, validate=True)
        except (Base64Error, ValueError):
            return None
        if b64encode(decoded) != shown or not any(True for _ in self._redactor.find(decoded)):
            return None
        return f"\"$({self.printf(decoded)} | base64 | tr -d '\\n')\""


def _bytes(text: str) -> bytes:
    """A header as HTTP sends it: Latin-1 where it can be."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _variable(name: str) -> str:
    """A name that a shell takes for a variable's."""
    return re.sub(r"[^A-Za-z0-9_]|^(?=[0-9])", "_", name)


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
