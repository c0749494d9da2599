"""Secrets out of everything that is shown or stored, in whatever encoding they appear.

Three nets, each wider than the last: the secret in every usual encoding, exactly; the secret with each of its
characters written in any of those encodings, mixed and nested; and every run of base64 that carries the secret, alone
or among other things (``user:password``). A text that was cut ends in ``…``; the start of a secret right before that is
taken out too.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.entities import codepoint2name

from troth.secrets.encodings import ENCODINGS, utf8

SHORTEST = 4
"""Shorter secrets are left alone: a text without every ``12`` or ``no`` in it says nothing and hides nothing."""

_ELLIPSIS = "…".encode()
_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_ESCAPED_AS_THEMSELVES = "\"'/"
_OTHER_FORMS = {"%": b"%(?:25)++", "&": b"&(?:amp;)++", " ": rb"\+", "'": rb"'\\''|&apos;"}
_BASE64_RUN = re.compile(
    rb"(?:[A-Za-z0-9+/_-]|%(?:25)*+2[BbFf]|(?<!\\)\\++(?:/|u002[BbFf])|&#(?:4[37]|[xX]2[BbFf]);){6,}+"
    rb"(?:=|%(?:25)*+3[Dd]|&#61;){0,2}"
)
_BASE64_SIGN = re.compile(rb"%(?:25)*2([BbFf])|\\+u002([BbFf])|&#(?:[xX]2([BbFf])|(43|47));|\\+/")
_ESCAPING = rb"(?:\\|%(?:25)*+5[cC])++"
"""Backslashes that announce an escape; JSON within JSON doubles them, and a query string encodes them."""
_NOT_WITHIN_ESCAPING = rb"(?<!\\)(?<!%5[cC])"
"""Where a secret may begin with backslashes: trying each of a long run of them would make the search quadratic."""
_BACKSLASHES = b"(?:" + _ESCAPING + rb"(?i:u005c|x5c)?|&(?:amp;)*+(?:#0*+92|#[xX]0*+5[cC]|bsol);){1,32}+"
_SEGMENTS = 16
_MARKS = re.compile(rb"[%\\&+'\x80-\xff]")
"""Without one of these no character is written in another way than its own."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of some bytes that shows secrets: where it is, and their names in order."""

    start: int
    end: int
    names: tuple[str, ...]


class Finder:
    """Finds secrets in bytes.

    Args:
        secrets: secret value → the name to show in its place, such as ``ONEALL_SITE_KEYS_PASSWORD``. Values
            shorter than :data:`SHORTEST` characters are ignored.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        known = sorted((value for value in secrets if len(value) >= SHORTEST), key=lambda value: (-len(value), value))
        self._names = tuple(secrets[value] for value in known)
        exact = [sorted({encode(value) for encode in ENCODINGS.values()}, key=len, reverse=True) for value in known]
        self._forms = {form: name for forms, name in zip(exact, self._names, strict=True) for form in forms}
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._exact = re.compile(b"|".join(map(re.escape, longest_first)))
        self._mixed = _mixed(known)
        self._least = min((4 * len(utf8(value)) + 2) // 3 for value in known) if known else 0

    def find(self, data: bytes) -> Iterator[Span]:
        """Every part of the bytes that shows a secret, in order and without overlaps."""
        if not self._names:
            return
        found = [*self._written(data), *self._in_base64(data), *self._cut_short(data)]
        found.sort(key=lambda span: (span.start, -span.end))
        current: Span | None = None
        for span in found:
            if current is None:
                current = span
            elif span.start >= current.end:
                yield current
                current = span
            elif span.end > current.end or len(span.names) > len(current.names):
                names = max(current.names, span.names, key=len)
                current = Span(current.start, max(span.end, current.end), names)
        if current is not None:
            yield current

    def _written(self, data: bytes) -> Iterator[Span]:
        """Secrets written out, exactly or with characters encoded in some other way."""
        for match in self._exact.finditer(data):
            yield Span(match.start(), match.end(), (self._forms[match[0]],))
        if _MARKS.search(data):
            for match in self._mixed.finditer(data):
                yield Span(match.start(), match.end(), (self._names[(match.lastindex or 1) - 1],))

    def _within(self, data: bytes) -> tuple[str, ...]:
        """The names of the secrets in decoded bytes, in order."""
        spans = sorted(self._written(data), key=lambda span: span.start)
        return tuple(dict.fromkeys(name for span in spans for name in span.names))

    def _in_base64(self, data: bytes) -> Iterator[Span]:
        for run in _BASE64_RUN.finditer(data):
            for offset in range(4 if run.end() - run.start() >= self._least else 0):
                names = self._within(_decode(run[0], offset))
                if names:
                    start = run.start() + self._last_segment(run[0], names)
                    yield Span(start, run.end(), names)
                    break

    def _last_segment(self, run: bytes, names: tuple[str, ...]) -> int:
        """Where the carrier begins: ``/`` is a sign of base64 and a separator of paths, which should stay readable."""
        end = len(run)
        for _ in range(_SEGMENTS):
            end = run.rfind(b"/", 0, end)
            if end < 0:
                break
            if self._within(_decode(run[end + 1 :], 0)) == names:
                return end + 1
        return 0

    def _cut_short(self, data: bytes) -> Iterator[Span]:
        end = data.find(_ELLIPSIS, SHORTEST)
        while end >= 0:
            for form, name in self._forms.items():
                size = _common(form, data, end) if data[end - 1] in form else 0
                if size:
                    yield Span(end - size, end, (name,))
            end = data.find(_ELLIPSIS, end + 1)


def _common(form: bytes, data: bytes, end: int) -> int:
    """How many of the first bytes of a form stand right before a place; 0 where it is not enough to tell a secret."""
    sizes = range(min(len(form) - 1, end), SHORTEST - 1, -1)
    return next((size for size in sizes if data.endswith(form[:size], 0, end)), 0)


def _decode(run: bytes, offset: int) -> bytes:
    """Base64 in either alphabet, however its signs are encoded, read from an offset; a broken end is left out."""
    signs = _BASE64_SIGN.sub(_sign, run).partition(b"=")[0].partition(b"%")[0].partition(b"&")[0]
    signs = signs[offset:].translate(bytes.maketrans(b"-_", b"+/"))
    whole = len(signs) - (1 if len(signs) % 4 == 1 else 0)
    return b64decode(signs[:whole] + b"=" * (-whole % 4))


def _sign(match: re.Match[bytes]) -> bytes:
    code = (match[1] or match[2] or match[3] or b"").lower()
    return b"+" if code == b"b" or match[4] == b"43" else b"/"


def _mixed(secrets: list[str]) -> re.Pattern[bytes]:
    """One group for each secret, so that a match says which one it is; a look ahead spares most places the trial."""
    starts = {byte for secret in secrets for byte in utf8(secret[0])[:1] + secret[0].encode("latin-1", "ignore")}
    first = b"".join(re.escape(bytes([byte])) for byte in sorted(starts | set(b"%\\&+'\xc2\xc3")))
    return re.compile(b"(?=[" + first + b"])(?:" + b"|".join(b"(" + _in_any_form(one) + b")" for one in secrets) + b")")


def _in_any_form(secret: str) -> bytes:
    """The secret with each of its characters in any encoding. Backslashes count as one, since escapes multiply them."""
    parts = []
    before = ""
    for char in secret:
        if char != "\\":
            parts.append(_any_form(char, before))
        elif before != char:
            parts.append(_BACKSLASHES if before else _NOT_WITHIN_ESCAPING + _BACKSLASHES)
        before = char
    return b"".join(parts)


def _any_form(char: str, before: str) -> bytes:
    """A pattern for one character, after another, in every encoding, each nested in itself as often as need be.

    Every alternative begins in another way, and repeats possessively: no text makes the search slow.
    """
    plain = utf8(char)
    escaping = _ESCAPING if before else _NOT_WITHIN_ESCAPING + _ESCAPING
    perhaps_escaping = b"(?:" + escaping + b")?+"
    announced = before == "\\" or char in _ESCAPED_AS_THEMSELVES
    forms = [re.escape(plain), _percent(plain), _entity(char), (b"" if announced else escaping) + _escape(char)]
    if char in _OTHER_FORMS:
        forms.append(_OTHER_FORMS[char])
    if not char.isascii():
        latin = char.encode("latin-1", "ignore")
        forms += [re.escape(form) for form in (latin, utf8(plain.decode("latin-1"))) if form]
    return (perhaps_escaping if announced else b"") + b"(?:" + b"|".join(forms) + b")"


def _percent(plain: bytes) -> bytes:
    return b"".join(f"%(?:25)*+(?i:{byte:02x})".encode() for byte in plain)


def _entity(char: str) -> bytes:
    number = ord(char)
    names = [f"#0*+{number};", f"#[xX]0*+(?i:{number:x});"]
    if number in codepoint2name:
        names.append(codepoint2name[number] + ";")
    return b"&(?:amp;)*+(?:" + "|".join(names).encode() + b")"


def _escape(char: str) -> bytes:
    """An escape of JSON or Python, without the backslash that announces it."""
    number = ord(char)
    if number >= 0x10000:
        high, low = divmod(number - 0x10000, 0x400)
        pair = f"(?i:u{0xD800 + high:04x})".encode() + _ESCAPING + f"(?i:u{0xDC00 + low:04x})".encode()
        return b"(?:" + pair + f"|(?i:U{number:08x}))".encode()
    escapes = [f"(?i:u{number:04x}|U{number:08x})"]
    if number < 0x100:
        escapes.append(f"(?i:x{number:02x})")
    if char in _ESCAPES:
        escapes.append(_ESCAPES[char])
    return f"(?:{'|'.join(escapes)})".encode()
