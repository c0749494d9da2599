"""Answers of HTTP/1.1 from the bytes of a connection, by RFC 9112: strict where a message ends, lenient in its fields.

Where an answer ends must be beyond doubt, since nobody could say otherwise what it holds. A header line that is no
field is kept as it came (see `read_fields`), so that it neither hides the lines after it nor goes unnoticed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from troth.model.exchange import Headers, NoAnswer, Response, Silence, field_values
from troth.wire.bodies import Unreadable
from troth.wire.codings import codings_of, decoded

_STATUS_LINE = re.compile(rb"HTTP/(\d{1,3})\.(\d{1,3})[ \t]+([1-9]\d\d)(?:[ \t].*)?", re.DOTALL)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
_LENGTH = re.compile(r"[0-9]{1,18}")
_DIGITS = re.compile(r"[0-9]+")
_WHITESPACE = " \t"
_MOST_INTERIM = 20
_SWITCHING_PROTOCOLS = 101


@dataclass(frozen=True, slots=True)
class MessageLimits:
    """What one message may take.

    Args:
        head_bytes: its header section, or its trailers, or the line of a chunk's size.
        body_bytes: its body.
        read_bytes: so much is asked of the connection at a time.
    """

    head_bytes: int = 64 * 1024
    body_bytes: int = 10 * 1024 * 1024
    read_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A whole answer, and whether another request may go over the same connection."""

    response: Response
    reusable: bool


class _Unfit(Exception):
    """The bytes are no answer.

    Args:
        reason: what is wrong with them.
        detail: in words; it repeats nothing of the answer.
    """

    def __init__(self, reason: Silence, detail: str) -> None:
        super().__init__(detail)
        self.answer = NoAnswer(reason, detail)


class AnswerReader:
    """Reads answers from a connection, one after the other.

    Args:
        receive: gives at most so many bytes, and none at the end of the connection; its errors pass through.
        limits: what one answer may take.
    """

    def __init__(self, receive: Callable[[int], bytes], limits: MessageLimits) -> None:
        self._receive = receive
        self._limits = limits
        self._data = bytearray()
        self._ended = False
        self.begun = False
        """Whether a byte of the current answer has come."""

    @property
    def idle(self) -> bool:
        """Whether nothing is left over behind the last answer."""
        return not self._data and not self._ended

    def read(self, method: str) -> Received | NoAnswer:
        """The next final answer; interim ones before it are left out (RFC 9110, section 15.2).

        Args:
            method: of the request: an answer to ``HEAD`` has no body.
        """
        self.begun = bool(self._data)
        try:
            return self._answer(method)
        except _Unfit as error:
            return error.answer

    def _answer(self, method: str) -> Received:
        version, status = self._status_line()
        headers = read_fields(self._section())
        for _ in range(_MOST_INTERIM):
            if status >= 200:
                break
            if status == _SWITCHING_PROTOCOLS:
                raise _Unfit(Silence.MALFORMED, "it switches to another protocol, which nobody asked for")
            version, status = self._status_line()
            headers = read_fields(self._section())
        else:
            raise _Unfit(Silence.MALFORMED, f"more than {_MOST_INTERIM} interim answers come before the final one")
        codings = codings_of(headers, "transfer-encoding")
        trailers: Headers = ()
        if method == "HEAD" or status in (204, 304) or (method == "CONNECT" and status < 300):
            body, delimited = b"", True
        elif codings:
            body, trailers = self._transferred(codings)
            doubtful = version < (1, 1) or bool(field_values(headers, "content-length"))
            delimited = codings[-1] == "chunked" and not doubtful
        else:
            body, delimited = self._sized(headers)
        reusable = delimited and _stays_open(version, headers) and self.idle
        return Received(Response(status, headers, body, trailers), reusable)

    def _status_line(self) -> tuple[tuple[int, int], int]:
        match = _STATUS_LINE.fullmatch(self._line("its first line is not a status line"))
        if match is None:
            raise _Unfit(Silence.MALFORMED, "its first line is not a status line")
        return (int(match[1]), int(match[2])), int(match[3])

    def _section(self) -> list[bytes]:
        """The lines up to the empty one."""
        lines: list[bytes] = []
        left = self._limits.head_bytes
        while line := self._line("its header section is too long"):
            left -= len(line)
            if left < 0:
                raise _Unfit(Silence.MALFORMED, "its header section is too long")
            lines.append(line)
        return lines

    def _sized(self, headers: Headers) -> tuple[bytes, bool]:
        """A body of the length that is given, or up to the end of the connection (RFC 9112, section 6.3)."""
        lengths = {part.strip() for value in field_values(headers, "content-length") for part in value.split(",")}
        if not lengths:
            return self._rest(), False
        if not all(map(_DIGITS.fullmatch, lengths)):
            raise _Unfit(Silence.MALFORMED, "its Content-Length is not a number")
        if len(lengths) > 1:
            raise _Unfit(Silence.MALFORMED, "it has several values of Content-Length")
        text = lengths.pop()
        length = int(text) if _LENGTH.fullmatch(text) else self._limits.body_bytes + 1
        self._check_size(length)
        return self._exactly(length), True

    def _transferred(self, codings: tuple[str, ...]) -> tuple[bytes, Headers]:
        """A body in transfer codings, which are undone, and its trailers (RFC 9112, sections 6.1 and 7)."""
        chunked = codings[-1] == "chunked"
        inner = codings[:-1] if chunked else codings
        if "chunked" in inner:
            raise _Unfit(Silence.MALFORMED, "its Transfer-Encoding is not chunked once and last")
        body, trailers = self._chunks() if chunked else (self._rest(), ())
        below = decoded(body, inner, self._limits.body_bytes)
        if isinstance(below, Unreadable):
            raise _Unfit(Silence.MALFORMED, "its Transfer-Encoding cannot be undone")
        return below, trailers

    def _chunks(self) -> tuple[bytes, Headers]:
        body = bytearray()
        while True:
            match = _CHUNK_SIZE.fullmatch(self._line("the line of a chunk's size is too long"))
            if match is None:
                raise _Unfit(Silence.MALFORMED, "the size of a chunk is not a hexadecimal number")
            size = int(match[1], 16)
            if size == 0:
                return bytes(body), read_fields(self._section())
            self._check_size(len(body) + size)
            body += self._exactly(size)
            if self._line("a chunk is longer than its size"):
                raise _Unfit(Silence.MALFORMED, "a chunk is longer than its size")

    def _check_size(self, size: int) -> None:
        if size > self._limits.body_bytes:
            raise _Unfit(Silence.TOO_LARGE, f"more than {self._limits.body_bytes:,} bytes")

    def _line(self, too_long: str) -> bytes:
        """A line without its end: CRLF, or the single LF that may be taken for one (RFC 9112, section 2.2)."""
        start = 0
        while (end := self._data.find(b"\n", start)) < 0:
            start = len(self._data)
            if start > self._limits.head_bytes:
                raise _Unfit(Silence.MALFORMED, too_long)
            self._more()
        line = bytes(self._data[:end])
        del self._data[: end + 1]
        return line.removesuffix(b"\r")

    def _exactly(self, size: int) -> bytes:
        while len(self._data) < size:
            self._more()
        part = bytes(self._data[:size])
        del self._data[:size]
        return part

    def _rest(self) -> bytes:
        while not self._ended:
            self._check_size(len(self._data))
            self._take()
        self._check_size(len(self._data))
        rest = bytes(self._data)
        self._data.clear()
        return rest

    def _more(self) -> None:
        if not self._take():
            if self.begun:
                raise _Unfit(Silence.RESET, "the answer broke off")
            raise _Unfit(Silence.RESET, "it closed the connection without an answer")

    def _take(self) -> bool:
        part = b"" if self._ended else self._receive(self._limits.read_bytes)
        self._ended = not part
        self.begun = self.begun or bool(part)
        self._data += part
        return bool(part)


def read_fields(lines: list[bytes]) -> Headers:
    """Field lines as names and values (RFC 9112, section 5), in Latin-1.

    A folded line continues the value before it, behind one space (section 5.2). A line that is no field is kept as the
    value of a field without a name; a name with a space in it, or before its colon, is kept as it is.
    """
    fields: list[tuple[str, str]] = []
    for raw in lines:
        line = raw.decode("latin-1")
        name, colon, value = line.partition(":")
        if line[0] in _WHITESPACE and fields:
            before, folded = fields[-1]
            fields[-1] = (before, f"{folded} {line.strip(_WHITESPACE)}".strip(_WHITESPACE))
        elif not colon or not name.strip(_WHITESPACE) or line[0] in _WHITESPACE:
            fields.append(("", line.strip(_WHITESPACE)))
        else:
            fields.append((name, value.strip(_WHITESPACE)))
    return tuple(fields)


def _stays_open(version: tuple[int, int], headers: Headers) -> bool:
    """Whether the connection is kept open (RFC 9112, section 9.3)."""
    options = {part.strip().lower() for value in field_values(headers, "connection") for part in value.split(",")}
    return "close" not in options and (version >= (1, 1) or "keep-alive" in options)
