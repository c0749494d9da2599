"""Content codings undone: the content of a message below its ``Content-Encoding`` (RFC 9110, section 8.4).

`gzip` and `deflate` are always known. `br` needs the package ``brotli``, `zstd` Python 3.14 or ``backports.zstd``; both
come with ``pip install 'troth[codings]'``.
"""

import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from troth.model.exchange import Headers, Request, Response, field_values
from troth.wire.bodies import Unreadable

try:
    import brotli  # type: ignore[import-untyped, import-not-found, unused-ignore]
except ImportError:  # pragma: no cover - depends on what is installed
    brotli = None
try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    try:
        from backports import zstd
    except ImportError:  # pragma: no cover - depends on what is installed
        zstd = None

_Message = TypeVar("_Message", bound=Request | Response)
MOST_BYTES = 10 * 1024 * 1024
"""The content of one message is decoded up to this size: a few bytes may stand for gigabytes."""
_MOST_CODINGS = 5
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_ZSTD_WINDOW_LOG = 23
"""A window of 8 MB is the largest that the content coding `zstd` allows (RFC 9659, section 3)."""


class _Broken(Exception):
    """The data is not in the coding that it is said to be in; the message says how."""


class _TooMuch(Exception):
    """The data stands for more bytes than are decoded."""


@dataclass(frozen=True, slots=True)
class Coding:
    """A content coding that can be undone and applied.

    Args:
        decode: coded data and the most bytes to make of it → the data below.
        encode: the inverse.
    """

    decode: Callable[[bytes, int], bytes]
    encode: Callable[[bytes], bytes]


class _Engine(Protocol):
    """What zlib's and zstd's decompressors share."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def _all_members(data: bytes, most: int, make: Callable[[], _Engine], magic: bytes) -> bytes:
    """Decode a sequence of members (RFC 1952, section 2.2) or frames; what follows the last one is left out."""
    parts: list[bytes] = []
    size = 0
    rest = data
    while not parts or (magic and rest.startswith(magic)):
        engine = make()
        parts.append(engine.decompress(rest, most + 1 - size))
        size += len(parts[-1])
        if size > most:
            raise _TooMuch
        if not engine.eof:
            raise _Broken("it breaks off")
        rest = engine.unused_data
    return b"".join(parts)


def _gunzip(data: bytes, most: int) -> bytes:
    return _all_members(data, most, lambda: zlib.decompressobj(_GZIP), _GZIP_MAGIC)


def _inflate(data: bytes, most: int) -> bytes:
    """The zlib format, which the coding is (RFC 9110, section 8.4.1.2), or the bare one that some servers send."""
    try:
        return _all_members(data, most, lambda: zlib.decompressobj(_ZLIB), b"")
    except zlib.error:
        return _all_members(data, most, lambda: zlib.decompressobj(_RAW), b"")


def _unbrotli(data: bytes, most: int) -> bytes:
    engine = brotli.Decompressor()
    parts = [engine.process(data, output_buffer_limit=most + 1)]
    while not engine.is_finished() and parts[-1] and sum(map(len, parts)) <= most:
        parts.append(engine.process(b"", output_buffer_limit=most + 1))
    if sum(map(len, parts)) > most:
        raise _TooMuch
    if not engine.is_finished():
        raise _Broken("it breaks off")
    return b"".join(parts)


def _unzstd(data: bytes, most: int) -> bytes:
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    return _all_members(data, most, lambda: zstd.ZstdDecompressor(options=options), b"\x28\xb5\x2f\xfd")


def _known_codings() -> Mapping[str, Coding]:
    zipped = Coding(_gunzip, lambda data: gzip.compress(data, mtime=0))
    known = {"gzip": zipped, "x-gzip": zipped, "deflate": Coding(_inflate, zlib.compress)}
    if brotli is not None and hasattr(brotli.Decompressor, "can_accept_more_data"):
        # Older releases cannot bound what one call gives.
        known["br"] = Coding(_unbrotli, brotli.compress)
    if zstd is not None:
        known["zstd"] = Coding(_unzstd, zstd.compress)
    return known


CODINGS: Mapping[str, Coding] = _known_codings()
"""Every coding that can be undone here, by its name in the registry of RFC 9110, section 16.6."""
_FAILURES: tuple[type[Exception], ...] = (
    _Broken,
    zlib.error,
    EOFError,
    *((brotli.error,) if brotli is not None else ()),
    *((zstd.ZstdError,) if zstd is not None else ()),
)


def codings_of(headers: Headers, field: str = "content-encoding") -> tuple[str, ...]:
    """The codings that a message names, in lower case and in the order in which they were applied.

    ``identity`` is no coding (RFC 9110, section 12.5.3), and is left out.
    """
    listed = (part.strip().lower() for value in field_values(headers, field) for part in value.split(","))
    return tuple(name for name in listed if name not in ("", "identity"))


def decoded(data: bytes, names: tuple[str, ...], most: int = MOST_BYTES) -> bytes | Unreadable:
    """Data with its codings undone, the last one first.

    Args:
        data: the coded data; empty data stays empty, whatever it is said to be.
        names: the codings in the order in which they were applied.
        most: the most bytes that any of them may come to.

    Returns:
        The data below, or why it cannot be had: the data is not in that coding, or (a limit of ours) the coding is not
        known here or the data is too much.
    """
    if len(names) > _MOST_CODINGS:
        return Unreadable(f"is said to be in {len(names)} codings, and at most {_MOST_CODINGS} are undone", ours=True)
    for name in reversed(names if data else ()):
        coding = CODINGS.get(name)
        if coding is None:
            return Unreadable(_unknown(name), ours=True)
        try:
            data = coding.decode(data, most)
        except _TooMuch:
            return Unreadable(f"is more than {most:,} bytes once its coding {name} is undone", ours=True)
        except _FAILURES as error:
            how = str(error) if isinstance(error, _Broken) else "its bytes are not in that format"
            return Unreadable(f"is said to be in the coding {name}, and is not: {how}")
    return data


def content(headers: Headers, body: bytes) -> bytes | Unreadable:
    """The content of a message: its body with the content codings undone."""
    names = codings_of(headers) if body else ()
    return decoded(body, names) if names else body


def plain(response: Response) -> Response:
    """The same answer without content codings, as a client sees it; as it is where they cannot be undone."""
    below = content(response.headers, response.body)
    if isinstance(below, Unreadable) or not codings_of(response.headers):
        return response
    return replace(response, **_uncoded(response.headers, below))


def readable(message: _Message) -> _Message:
    """The same message without content codings, for people: what cannot be undone is said in place of the bytes."""
    if not codings_of(message.headers):
        return message
    below = content(message.headers, message.body)
    if isinstance(below, Unreadable):
        below = f"({len(message.body):,} bytes: the body {below.reason})".encode()
    return replace(message, **_uncoded(message.headers, below))


def _uncoded(headers: Headers, below: bytes) -> dict[str, Any]:
    length = str(len(below))
    fields = ((name, length if name.lower() == "content-length" else value) for name, value in headers)
    return {"headers": tuple(one for one in fields if one[0].lower() != "content-encoding"), "body": below}


def coded(headers: Headers, below: bytes) -> bytes:
    """Content as a body in the codings that a message names; the inverse of `content`.

    Raises:
        KeyError: one of them is not known here.
    """
    data = below
    for name in codings_of(headers):
        data = CODINGS[name].encode(data)
    return data


def _unknown(name: str) -> str:
    shown = name if name.isascii() and name.isprintable() and len(name) <= 40 else "that is no name"
    hint = ": pip install 'troth[codings]'" if name in ("br", "zstd") else ""
    return f"is in a content coding that cannot be undone here ({shown}){hint}"
