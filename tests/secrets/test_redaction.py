import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from html import escape
from io import StringIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rich.console import Console
from sample_reports import EMPTY, WAIVER, exchange, finding, item, promise, reported

from troth.errors import ExitCode
from troth.model.exchange import Request, Response
from troth.model.report import Count, Kind, Reason, Report
from troth.reporting.console.report import render
from troth.reporting.curl import curl
from troth.reporting.json_report import write_json
from troth.reporting.junit import write_junit
from troth.secrets.encodings import ENCODINGS
from troth.secrets.redactor import Redactor

PASSWORD = "prv&7e\"1d'2b é<%>\\$"
NAME = "SITE_PASSWORD"
MORE = {
    "Basic credentials": lambda secret: b64encode(b"somebody:" + secret.encode()),
    "base64 within JSON": lambda secret: json.dumps(b64encode(secret.encode()).decode()).replace("/", "\\/").encode(),
    "base64 within a query": lambda secret: quote(b64encode(secret.encode()).decode(), safe="").encode(),
    "JSON within JSON": lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1].encode(),
    "percent twice": lambda secret: quote(quote(secret, safe=""), safe="").encode(),
    "HTML twice": lambda secret: escape(escape(secret)).encode(),
    "numbers of HTML": lambda secret: "".join(f"&#x{ord(char):X};" for char in secret).encode(),
    "JSON in capitals": lambda secret: re.sub(r"(....)", r"\\u\1", secret.encode("utf-16-be").hex().upper()).encode(),
    "Python": lambda secret: repr([secret])[2:-2].encode(),
    "ASCII of Python": lambda secret: ascii([secret])[2:-2].encode(),
    "all percent": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()).encode(),
    "JSON in a query": lambda secret: quote(json.dumps(secret)[1:-1], safe="").encode(),
    "a header read as Latin-1": lambda secret: secret.encode().decode("latin-1").encode(),
    "a shell's quotes": lambda secret: secret.replace("'", "'\\''").encode(),
}
EVERY: dict[str, Callable[[str], bytes]] = {**ENCODINGS, **MORE}
SECRET = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=4, max_size=24)


@pytest.mark.parametrize("encoding", sorted(EVERY))
@pytest.mark.parametrize(
    "secret", [PASSWORD, "pub-5f3a9c", "ÄÖÜß", "😀😀😀😀", "a b+c/d", "\\\\n\\u0041", "line\nend\t"]
)
def test_a_secret_is_found_in_every_encoding(encoding: str, secret: str) -> None:
    encoded = EVERY[encoding](secret)
    redactor = Redactor({secret: NAME})
    clean = redactor.data(b"before " + encoded + b" after")
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")
    assert f"<{NAME}>".encode() in clean
    assert encoded not in clean


@given(SECRET, st.sampled_from(sorted(ENCODINGS)), st.binary(max_size=20), st.binary(max_size=20))
@example("0000", "base64", b"", b"0")
@example("\\u00", "JSON", b"\\", b"u00")
def test_no_neighbours_hide_a_secret(secret: str, encoding: str, before: bytes, after: bytes) -> None:
    encoded = ENCODINGS[encoding](secret)
    shown = b"<" + NAME.encode() + b">"
    assume(encoded not in shown and secret not in NAME)
    clean = Redactor({secret: NAME}).data(before + encoded + after)
    assert encoded not in clean.replace(shown, b"\0\0")


@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=12), st.text(max_size=6), max_size=5))
def test_any_bytes_are_taken(data: bytes, secrets: dict[str, str]) -> None:
    redactor = Redactor(secrets)
    spans = list(redactor.find(data))
    assert all(span.start < span.end and span.found for span in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    if not spans:
        assert redactor.data(data) == data


@given(st.text(st.characters()), SECRET)
def test_a_text_without_secrets_stays_as_it_is(text: str, secret: str) -> None:
    redactor = Redactor({secret: NAME})
    assume(not list(redactor.find(text.encode("utf-8", "surrogatepass"))))
    assert redactor.text(text) == text


@pytest.mark.parametrize("short", ["", "1", "no", "abc"])
def test_short_secrets_are_left_alone(short: str) -> None:
    assert Redactor({short: NAME}).text("1 no abc") == "1 no abc"


def test_the_longest_secret_wins() -> None:
    redactor = Redactor({"abcd": "SHORT", "abcdefgh": "LONG"})
    assert redactor.text("abcdefgh abcdef") == "<LONG> <SHORT>ef"


def test_a_pair_of_secrets_is_named_as_such() -> None:
    token = b64encode(b"user-key:pass-key").decode()
    assert Redactor({"user-key": "USER", "pass-key": "PASS"}).text(f"Basic {token}") == "Basic <USER>:<PASS>"


def test_a_path_before_base64_stays_readable() -> None:
    token = b64encode(b"pass-key-of-mine").decode()
    text = Redactor({"pass-key-of-mine": "PASS"}).text(f"https://x.example/users/{token}?a=b")
    assert text == "https://x.example/users/<PASS>?a=b"


@pytest.mark.parametrize("kept", range(4, len("pass-key-of-mine")))
def test_a_secret_that_was_cut_is_found_by_its_beginning(kept: int) -> None:
    text = "the password is " + "pass-key-of-mine"[:kept] + "…"
    assert Redactor({"pass-key-of-mine": "PASS"}).text(text) == "the password is <PASS>…"


def test_a_name_does_not_show_its_secret() -> None:
    assert Redactor({"SITE": "SITE_PASSWORD"}).text("at SITE").startswith("at <SECRET~")


@pytest.mark.parametrize(
    "piece", [b"\\", b"%25", b"&amp;", b"&#0", b"%5C", b"/", b"a", b"%&/a", "…".encode(), b"\\u005c"]
)
def test_hostile_bytes_cost_no_more_than_their_size(piece: bytes) -> None:
    hostile = piece * (200_000 // len(piece))
    started = perf_counter()
    redactor = Redactor({"\\" * 30 + "x": "A", "%&/a" * 3 + "y": "B", "a" * 40 + "b": "C"})
    redactor.data(hostile)
    assert perf_counter() - started < 20, "linear takes well under a second; quadratic takes minutes"


def _outputs(report: Report) -> list[bytes]:
    out = StringIO()
    render(report, Console(file=out), verbose=True)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        write_junit(report, path)
        xml = path.read_bytes()
        write_json(report, path)
        return [out.getvalue().encode(), xml, path.read_bytes()]


def _report(texts: list[str], body: bytes, secrets: dict[str, str]) -> Report:
    """A report with these texts in every place that a vendor or a request can fill."""
    text = " ".join(texts)
    request = Request("POST", f"https://x.example/{texts[0]}", (("Authorization", texts[-1]), (texts[0], text)), body)
    sent = replace(exchange(), request=request, answer=Response(200, (("X-Echo", text),), body))
    line = curl(request, lambda url: url, Redactor(secrets))
    found = finding("TR203", subject=text, message=text, where=text, expected=text, answered=text)
    broken = reported(found, "breach", exchange=sent, curl=line, item=text)
    waiver = replace(WAIVER, finding=text, reason=text, who=text, target=text)
    waived = reported(replace(found, subject="b"), "waived", waiver=waiver)
    silent = reported(replace(found, code="TR901", unjudged=True), "unjudged")
    report = replace(
        EMPTY,
        run=replace(EMPTY.run, target=text, build=text),
        items=(item(text, findings=(found,), skipped=text),),
        findings=(broken, waived, silent),
        counts=(Count(promise(Kind.CLAUSE, text, says=text)), Count(promise(Kind.ROW, "r", provoke=text))),
        reasons=(Reason("broken", text, ExitCode.BROKEN),),
        removable=(waiver,),
    )
    return Redactor(secrets).clean(report)


HARD = st.text(st.sampled_from("aZ7é&<>\"'\\/+% $ß😀"), min_size=8, max_size=20).filter(
    lambda text: text.strip() == text
)


@settings(deadline=None)
@given(
    st.lists(HARD, min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(sorted(EVERY)), min_size=1, max_size=4),
)
def test_no_report_shows_a_secret_in_any_encoding(values: list[str], encodings: list[str]) -> None:
    secrets = {value: f"NAME_{index}" for index, value in enumerate(values)}
    pieces = [EVERY[name](value) for value in values for name in encodings]
    texts = [piece.decode("utf-8", "replace") for piece in pieces]
    outputs = _outputs(_report(texts, b"\xff ".join(pieces), secrets))
    for output in outputs:
        for value in values:
            for name, encode in EVERY.items():
                assert encode(value) not in output, (value, name)
