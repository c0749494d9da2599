"""What HTTP forbids in a header section: named, and no value is repeated."""

import pytest

from troth.model.exchange import Headers
from troth.wire.oddities import oddities_of


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Content-Type", "a/b"), ("X-Tags", "1"), ("x-tags", "2"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
        (("Content-Type", "a/b"), ("Content-Type", "a/b")),
        (("X", "tab\there"), ("Y", "caf\xe9"), ("Z", "")),
        (("Content-Length", "5"), ("Content-Length", "5")),
    ],
)
def test_nothing_is_said_of_what_is_allowed(headers: Headers) -> None:
    assert list(oddities_of(headers)) == []


@pytest.mark.parametrize(
    ("headers", "where", "standard"),
    [
        ((("My Param", "secret"),), "header My Param", "RFC 9110, section 5.1"),
        ((("X ", "secret"),), "header X", "RFC 9112, section 5.1"),
        ((("caf\xe9", "secret"),), "header caf\xe9", "RFC 9110, section 5.1"),
        ((("", "secret, no colon"),), "header", "RFC 9112, section 5"),
        ((("X", "secret\x00"),), "header X", "RFC 9110, section 5.5"),
        ((("X", "secret\r"),), "header X", "RFC 9110, section 5.5"),
        ((("Transfer-Encoding", "chunked"), ("content-length", "5")), "header Content-Length", "RFC 9112, section 6.2"),
        ((("Content-Type", "secret/a"), ("content-type", "b/c")), "header content-type", "RFC 9110, section 5.3"),
        ((("Location", "/secret"), ("Location", "/b")), "header location", "RFC 9110, section 5.3"),
    ],
)
def test_what_is_forbidden_is_named(headers: Headers, where: str, standard: str) -> None:
    (oddity,) = oddities_of(headers)
    assert (oddity.where, oddity.standard) == (where, standard)
    assert "secret" not in oddity.message
