"""Answers of HTTP/1.1 from bytes: where each ends, what its lines say, and what is no answer at all (RFC 9112)."""

import zlib
from collections.abc import Callable
from http.client import HTTPResponse
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.model.exchange import Headers, NoAnswer, Response, Silence
from troth.wire.codings import CODINGS
from troth.wire.http_answers import AnswerReader, MessageLimits, Received, read_fields

LIMITS = MessageLimits(head_bytes=2000, body_bytes=1000, read_bytes=16)
OK = b"HTTP/1.1 200 OK\r\n"


def gzipped(data: bytes) -> bytes:
    return CODINGS["gzip"].encode(data)


def feed(data: bytes, step: int = 16) -> Callable[[int], bytes]:
    """A connection that has these bytes, and ends."""
    stream = BytesIO(data)
    return lambda most: stream.read(min(step, most))


def read(data: bytes, method: str = "GET", step: int = 16) -> Received | NoAnswer:
    return AnswerReader(feed(data, step), LIMITS).read(method)


def answer(data: bytes, method: str = "GET") -> Response:
    received = read(data, method)
    assert isinstance(received, Received), received
    return received.response


@pytest.mark.parametrize(
    ("interim", "status"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n", 200),
        (b"HTTP/1.1 102 Processing\r\n\r\n", 200),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\nContent-Length: 7\r\n\r\n", 200),
        (b"HTTP/1.1 103\r\n\r\nHTTP/1.1 103\r\n\r\nHTTP/1.1 100 x\r\n\r\n", 200),
        (b"HTTP/1.1 199 Whatever\r\n\r\n", 200),
    ],
)
def test_interim_answers_are_read_over(interim: bytes, status: int) -> None:
    response = answer(interim + OK + b"Content-Type: a/b\r\nContent-Length: 2\r\n\r\nok")
    assert response == Response(status, (("Content-Type", "a/b"), ("Content-Length", "2")), b"ok")


@pytest.mark.parametrize(
    ("rest", "body"),
    [
        (b"Content-Length: 3\r\n\r\nabcdef", b"abc"),
        (b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (b"Content-Length: 3, 3\r\n\r\nabc", b"abc"),
        (b"Content-Length: 0\r\n\r\n", b""),
        (b"\r\nuntil the end", b"until the end"),
        (b"Connection: close\r\n\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", b"abc0123456789"),
        (b"Transfer-Encoding: Chunked\r\n\r\n03 \r\nabc\r\n000\r\n\r\n", b"abc"),
        (b"transfer-encoding: identity\r\nContent-Length: 2\r\n\r\nabc", b"ab"),
        (b"Transfer-Encoding: gzip\r\n\r\n" + gzipped(b"abc"), b"abc"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n1\r\na\r\n0\r\n\r\n", b"a"),
    ],
)
def test_where_a_body_ends(rest: bytes, body: bytes) -> None:
    assert answer(OK + rest).body == body


def test_transfer_codings_below_the_chunks_are_undone() -> None:
    data = zlib.compress(b"abc" * 9)
    lines = b"Transfer-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert answer(OK + lines + b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)).body == b"abc" * 9


@pytest.mark.parametrize(
    ("status", "method"), [(200, "HEAD"), (204, "GET"), (304, "GET"), (204, "DELETE"), (200, "CONNECT")]
)
def test_answers_that_have_no_body_whatever_they_say_of_one(status: int, method: str) -> None:
    received = read(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status, method)
    assert isinstance(received, Received)
    assert (received.response.body, received.reusable) == (b"", True)


def test_trailers_are_no_headers() -> None:
    response = answer(OK + b"Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 7\r\n\r\n")
    assert response.trailers == (("X-Sum", "7"),)
    assert "X-Sum" not in dict(response.headers)


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (b"", Silence.RESET, "without an answer"),
        (b"HTTP/1.1 200 O", Silence.RESET, "broke off"),
        (OK + b"X: y\r\n", Silence.RESET, "broke off"),
        (OK + b"Content-Length: 3\r\n\r\nab", Silence.RESET, "broke off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", Silence.RESET, "broke off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n", Silence.RESET, "broke off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", Silence.RESET, "broke off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", Silence.MALFORMED, "longer than its size"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n", Silence.MALFORMED, "hexadecimal"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n\r\n", Silence.MALFORMED, "hexadecimal"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3E8\r\n", Silence.RESET, "broke off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3E9\r\n", Silence.TOO_LARGE, "1,000 bytes"),
        (OK + b"Transfer-Encoding: chunked, gzip\r\n\r\nx", Silence.MALFORMED, "once and last"),
        (OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", Silence.MALFORMED, "once and last"),
        (OK + b"Transfer-Encoding: rot13\r\n\r\nx", Silence.MALFORMED, "cannot be undone"),
        (OK + b"Transfer-Encoding: gzip\r\n\r\nx", Silence.MALFORMED, "cannot be undone"),
        (OK + b"Content-Length: -5\r\n\r\n", Silence.MALFORMED, "not a number"),
        (OK + b"Content-Length: +5\r\n\r\n", Silence.MALFORMED, "not a number"),
        (OK + b"Content-Length: five\r\n\r\n", Silence.MALFORMED, "not a number"),
        (OK + b"Content-Length: 5.0\r\n\r\n", Silence.MALFORMED, "not a number"),
        (OK + b"Content-Length:\r\n\r\n", Silence.MALFORMED, "not a number"),
        (OK + b"Content-Length: \xb2\r\n\r\n", Silence.MALFORMED, "not a number"),
        (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", Silence.MALFORMED, "several values"),
        (OK + b"Content-Length: 2, 3\r\n\r\nabc", Silence.MALFORMED, "several values"),
        (OK + b"Content-Length: 1001\r\n\r\n", Silence.TOO_LARGE, "1,000 bytes"),
        (OK + b"Content-Length: " + b"9" * 1500 + b"\r\n\r\n", Silence.TOO_LARGE, "1,000 bytes"),
        (OK + b"\r\n" + b"x" * 1001, Silence.TOO_LARGE, "1,000 bytes"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", Silence.MALFORMED, "another protocol"),
        (b"HTTP/1.1 100 C\r\n\r\n" * 30, Silence.MALFORMED, "20 interim answers"),
        (b"HTTP/1.1 100 C\r\n\r\n", Silence.RESET, "broke off"),
        (b"HTTP/1.1 20 OK\r\n\r\n", Silence.MALFORMED, "status line"),
        (b"HTTP/1.1 099 OK\r\n\r\n", Silence.MALFORMED, "status line"),
        (b"HTTP/2 OK\r\n\r\n", Silence.MALFORMED, "status line"),
        (b"<html>\r\n\r\n", Silence.MALFORMED, "status line"),
        (OK + b"X: " + b"y" * 3000, Silence.MALFORMED, "too long"),
        (OK + b"X: yyyyyyyy\r\n" * 300, Silence.MALFORMED, "too long"),
    ],
)
def test_what_is_no_answer(data: bytes, reason: Silence, words: str) -> None:
    received = read(data)
    assert isinstance(received, NoAnswer), received
    assert received.reason is reason
    assert words in received.detail


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ([b"A: 1", b"B:2", b"C:\t 3 \t"], (("A", "1"), ("B", "2"), ("C", "3"))),
        ([b"A: 1: 2"], (("A", "1: 2"),)),
        ([b"A: \xe9"], (("A", "\xe9"),)),
        ([b"A: 1", b" 2", b"\t 3", b"B: 4"], (("A", "1 2 3"), ("B", "4"))),
        ([b"A:", b" 2"], (("A", "2"),)),
        ([b"My Param: None", b"B: 1"], (("My Param", "None"), ("B", "1"))),
        ([b"A : 1", b"B: 1"], (("A ", "1"), ("B", "1"))),
        ([b"no colon", b"B: 1"], (("", "no colon"), ("B", "1"))),
        ([b": no name", b"B: 1"], (("", ": no name"), ("B", "1"))),
        ([b"  folded onto nothing: x", b"B: 1"], (("", "folded onto nothing: x"), ("B", "1"))),
    ],
)
def test_a_bad_line_is_kept_and_the_lines_after_it_are_read(lines: list[bytes], fields: Headers) -> None:
    assert read_fields(lines) == fields


@pytest.mark.parametrize(
    ("data", "reusable"),
    [
        (OK + b"Content-Length: 0\r\n\r\n", True),
        (OK + b"Content-Length: 0\r\nConnection: x, Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", True),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", False),
        (OK + b"Content-Length: 1\r\n\r\nab", False),
        (OK + b"\r\n", False),
    ],
)
def test_when_a_connection_may_be_used_again(data: bytes, reusable: bool) -> None:
    received = read(data, step=1000)
    assert isinstance(received, Received)
    assert received.reusable is reusable


def test_answers_one_after_the_other() -> None:
    parts = [
        OK + b"Content-Length: 1\r\n\r\na",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        OK + b"Content-Length: 1\r\n\r\nc",
    ]
    reader = AnswerReader(feed(b"".join(parts), 7), LIMITS)
    received = [reader.read("GET") for _ in parts]
    assert [one.response.body for one in received if isinstance(one, Received)] == [b"a", b"b", b"", b"c"]


TOKENS = st.text("abcdefXYZ-", min_size=1, max_size=8)
VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
FIELDS = st.lists(st.tuples(TOKENS, VALUES), max_size=5)


class Socket:
    """What http.client needs of one."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self.data)


@given(st.integers(200, 599), FIELDS, st.binary(max_size=100), st.booleans(), st.integers(1, 40))
def test_well_formed_answers_are_read_as_the_standard_library_reads_them(
    status: int, fields: list[tuple[str, str]], body: bytes, chunked: bool, step: int
) -> None:
    fields = [(name, value) for name, value in fields if name.lower() not in ("te",)]
    head = b"".join(f"{name}: {value}\r\n".encode() for name, value in fields)
    # http.client reads chunks even where the status allows none (RFC 9112, section 6.1).
    if chunked and status not in (204, 304):
        parts = [body[index : index + step] for index in range(0, len(body), step)]
        sent = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        head += b"Transfer-Encoding: chunked\r\n"
    else:
        sent = body
        head += b"Content-Length: %d\r\n" % len(body)
    data = b"HTTP/1.1 %d X\r\n" % status + head + b"\r\n" + (b"" if status in (204, 304) else sent)
    theirs = HTTPResponse(Socket(data))  # type: ignore[arg-type]
    theirs.begin()
    ours = answer(data)
    assert (ours.status, ours.body) == (theirs.status, theirs.read())
    assert ours.headers == tuple(theirs.getheaders())


@given(st.binary(max_size=300), st.sampled_from([b"", OK, OK + b"Content-Length: 5\r\n"]), st.integers(1, 50))
def test_any_bytes_are_an_answer_or_none_and_never_an_error(data: bytes, before: bytes, step: int) -> None:
    received = read(before + data, step=step)
    assert isinstance(received, (Received, NoAnswer))
    if isinstance(received, NoAnswer):
        assert received.detail
