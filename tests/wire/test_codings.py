"""Content codings: undone for judging, bounded, and named where they cannot be undone (RFC 9110, section 8.4)."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.model.exchange import Response
from troth.wire.bodies import Unreadable
from troth.wire.codings import CODINGS, coded, codings_of, content, decoded, plain

TEXT = b'{"ok": true}'


def gzipped(data: bytes) -> bytes:
    return CODINGS["gzip"].encode(data)


def raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


@pytest.mark.parametrize(
    ("names", "data"),
    [
        ((), TEXT),
        (("gzip",), gzipped(TEXT)),
        (("x-gzip",), gzipped(TEXT)),
        (("gzip",), gzipped(TEXT[:5]) + gzipped(TEXT[5:])),
        (("gzip",), gzipped(TEXT) + b"\0\0\0"),
        (("deflate",), zlib.compress(TEXT)),
        (("deflate",), raw_deflate(TEXT)),
        (("deflate", "gzip"), gzipped(zlib.compress(TEXT))),
        (("gzip", "gzip", "gzip"), gzipped(gzipped(gzipped(TEXT)))),
    ],
)
def test_codings_are_undone(names: tuple[str, ...], data: bytes) -> None:
    assert decoded(data, names) == TEXT


@pytest.mark.parametrize("name", ["br", "zstd"])
def test_codings_of_libraries_are_undone_where_the_library_is_there(name: str) -> None:
    if name not in CODINGS:
        pytest.skip(f"the library for {name} is not installed")
    coded = CODINGS[name].encode(TEXT * 1000)
    assert decoded(coded, (name,)) == TEXT * 1000
    for broken in (coded[:-1], coded[:5], TEXT):
        found = decoded(broken, (name,))
        assert isinstance(found, Unreadable)
        assert not found.ours
    bomb = decoded(CODINGS[name].encode(b"\0" * 10_000_000), (name,), most=1000)
    assert isinstance(bomb, Unreadable)
    assert bomb.ours


@pytest.mark.parametrize(
    ("names", "data", "words", "ours"),
    [
        (("gzip",), TEXT, "is said to be in the coding gzip, and is not", False),
        (("gzip",), gzipped(TEXT)[:-9], "it breaks off", False),
        (("gzip",), gzipped(TEXT)[:-8] + b"\0" * 8, "not in that format", False),
        (("deflate",), TEXT, "coding deflate", False),
        (("gzip", "gzip"), gzipped(TEXT), "coding gzip", False),
        (("rot13",), TEXT, "cannot be undone here (rot13)", True),
        (("compress",), TEXT, "cannot be undone here (compress)", True),
        (("x" * 99,), TEXT, "that is no name", True),
        (("gzip",) * 6, TEXT, "6 codings", True),
        (("gzip",), gzipped(b"\0" * 2000), "more than 1,000 bytes", True),
        (("deflate",), zlib.compress(b"\0" * 2000), "more than 1,000 bytes", True),
        (("gzip", "gzip"), gzipped(gzipped(b"\0" * 10_000_000)), "more than 1,000 bytes", True),
    ],
)
def test_what_cannot_be_undone_says_why(names: tuple[str, ...], data: bytes, words: str, ours: bool) -> None:
    found = decoded(data, names, most=1000)
    assert isinstance(found, Unreadable)
    assert words in found.reason
    assert found.ours is ours


def test_an_empty_body_is_empty_whatever_it_is_said_to_be() -> None:
    assert content((("Content-Encoding", "gzip"),), b"") == b""


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ((), ()),
        ((("content-encoding", "GZIP , Deflate"),), ("gzip", "deflate")),
        ((("Content-Encoding", "gzip"), ("X", "y"), ("Content-Encoding", "br")), ("gzip", "br")),
        ((("Content-Encoding", "identity"),), ()),
        ((("Content-Encoding", ""),), ()),
    ],
)
def test_codings_in_the_order_in_which_they_were_applied(
    headers: tuple[tuple[str, str], ...], names: tuple[str, ...]
) -> None:
    assert codings_of(headers) == names


@given(st.binary(max_size=500), st.lists(st.sampled_from(sorted(CODINGS)), max_size=3))
def test_content_put_back_is_the_same_content(data: bytes, names: list[str]) -> None:
    headers = (("Content-Encoding", ", ".join(names)), ("X", "y"))
    body = coded(headers, data)
    assert content(headers, body) == data
    seen = plain(Response(200, (*headers, ("Content-Length", str(len(body)))), body))
    assert seen.body == data
    assert ("Content-Length", str(len(data))) in seen.headers


@given(st.binary(max_size=200), st.sampled_from(sorted(CODINGS)))
def test_any_bytes_are_content_or_a_reason(data: bytes, name: str) -> None:
    assert isinstance(decoded(data, (name,)), (bytes, Unreadable))
