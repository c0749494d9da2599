"""No secret passes, however it is written; marks tell different values apart; nothing makes it slow or raise."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rich.console import Console
from sample_reports import EMPTY, WAIVER, exchange, finding, item, promise, reported
from secret_encodings import EVERY, EXACT, NESTED, VARIANTS, shown_in

from troth.model.exchange import Exchange, Request, Response
from troth.model.report import Count, Kind, Report
from troth.reporting.console.report import render
from troth.reporting.curl import curl
from troth.secrets.encodings import ENCODINGS
from troth.secrets.redactor import Redactor
from troth.session.reports import REPORTERS

PASSWORD = "prv&7e\"1d'2b é<%>\\$"
NAME = "SITE_PASSWORD"
KEY = b"k" * 32
SECRETS = [PASSWORD, "pub-5f3a9c", "ÄÖÜß-Straße", "😀😀😀😀", "a b+c/d=e", "\\\\n\\u0041", "line\nend\t", "Åse_Ørsted9"]
SECRET = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=4, max_size=24)
MARKED = re.compile(rf"<{NAME}(~[a-z2-7]{{4}})?>".encode())


def remembering(*values: str) -> Redactor:
    """A redactor that knows values from answers alone."""
    redactor = Redactor(key=KEY)
    redactor.look_into_answers((), KEY)
    body = json.dumps({"access_token": list(values)}).encode()
    redactor.learn_exchange(Exchange(Request("GET", "https://x.example/"), Response(200, (), body)))
    return redactor


@pytest.mark.parametrize("encoding", sorted(EVERY))
@pytest.mark.parametrize("secret", SECRETS)
def test_a_declared_secret_is_hidden_in_every_encoding(encoding: str, secret: str) -> None:
    encoded = EVERY[encoding](secret)
    clean = Redactor({secret: NAME}).data(b"before " + encoded + b" after")
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")
    assert MARKED.search(clean)
    assert encoded not in clean


@pytest.mark.parametrize("encoding", sorted(EVERY))
@pytest.mark.parametrize("secret", [PASSWORD, "pub-5f3a9c7712", "Åse Ørsted-Strauß", "eyJh.c2Vj-cmV0_0123456789abcdef"])
def test_what_an_answer_brought_is_hidden_in_every_encoding(encoding: str, secret: str) -> None:
    encoded = EVERY[encoding](secret)
    clean = remembering(secret).data(b"before " + encoded + b" after")
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")
    assert re.search(rb"<[a-z]+-[a-z2-7]{8}>", clean)
    assert encoded not in clean


@pytest.mark.parametrize("secret", [PASSWORD, "pub-5f3a9c7712", "Åse_Ørsted9"])
def test_the_same_value_has_the_same_mark_in_every_encoding_that_is_exact(secret: str) -> None:
    for redactor in (Redactor({secret: NAME}), remembering(secret)):
        marks = {redactor.data(encode(secret)) for encode in {**EXACT, **NESTED}.values()}
        cut = {mark[mark.index(b"<") : mark.index(b">") + 1] for mark in marks}
        assert len(cut) == 1, cut


def test_what_differs_by_letter_case_or_composition_looks_different() -> None:
    secret = "Åse-Ørsted-9"
    shown = [encode(secret) for encode in VARIANTS.values() if encode(secret) not in (EVERY["plain"](secret),)]
    for redactor in (Redactor({secret: NAME}), remembering(secret)):
        plain = redactor.data(secret.encode())
        assert all(redactor.data(variant) != plain for variant in shown)


@given(SECRET, st.sampled_from(sorted(ENCODINGS)), st.binary(max_size=20), st.binary(max_size=20))
@example("0000", "base64", b"", b"0")
@example("\\u00", "JSON", b"\\", b"u00")
def test_no_neighbours_hide_a_secret(secret: str, encoding: str, before: bytes, after: bytes) -> None:
    encoded = ENCODINGS[encoding](secret)
    shown = b"<" + NAME.encode() + b">"
    assume(encoded not in shown and secret not in NAME)
    assume(encoded.strip(b"+ ") != b"")
    clean = Redactor({secret: NAME}).data(before + encoded + after)
    assert encoded not in MARKED.sub(b"\0\0", clean)


TEXTS = st.text(st.characters(), max_size=40)


@given(st.binary(max_size=200), st.dictionaries(TEXTS, st.text(max_size=6), max_size=5), st.lists(TEXTS, max_size=5))
@example(b"\xed\xa0\x80 %ED%A0%80 &#xD800; =ED\\ud800", {"\ud800": "A", "\ud800\udc00x": "B"}, ["\udcff" * 9])
@example(b"a" * 300, {"a" * 300: "A"}, ["a" * 299 + "b"])
def test_any_bytes_are_taken(data: bytes, declared: dict[str, str], brought: list[str]) -> None:
    redactor = Redactor(declared)
    for token in brought:
        redactor.learn_issued(token)
    spans = redactor.find(data)
    assert all(0 <= span.start < span.end <= len(data) and span.found for span in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))
    if not spans:
        assert redactor.data(data) == data
    text = data.decode("utf-8", "surrogateescape")
    assert isinstance(redactor.text(text), str)
    assert redactor.data(redactor.data(data)) is not None


@given(st.text(st.characters()), SECRET)
def test_a_text_without_secrets_stays_as_it_is(text: str, secret: str) -> None:
    redactor = Redactor({secret: NAME})
    assume(not redactor.find(text.encode("utf-8", "surrogatepass")))
    assert redactor.text(text) == text


ALONE = [
    ("12", True),
    ("'12'", True),
    ('{"pin":"12"}', True),
    ('{"pin": 12}', True),
    ("a=1&pin=12&b", True),
    ("https://x.example/users/12/keys", True),
    ("<pin>12</pin>", True),
    ("pin%3D12", True),
    ("Basic " + b64encode(b"me:12").decode(), True),
    ("Basic " + b64encode(b"12:x").decode(), True),
    ("seen 12 times, 128 at most", False),
    ("contracts/x.yaml:12:7", False),
    ("v12", False),
]


@pytest.mark.parametrize(("text", "hidden"), ALONE)
def test_a_short_secret_is_hidden_where_it_stands_alone(text: str, hidden: bool) -> None:
    assert (Redactor({"12": "PIN"}).text(text) != text) is hidden


def test_one_character_is_a_secret_too_and_nothing_is_none() -> None:
    assert Redactor({"x": "PIN", "": "NOTHING"}).text('an x in "x"') == 'an x in "<PIN>"'


def test_the_longest_secret_wins() -> None:
    redactor = Redactor({"abcd": "SHORT", "abcdefgh": "LONG"})
    assert redactor.text("abcdefgh abcdef") == "<LONG> <SHORT>ef"


def test_secrets_that_overlap_leave_nothing_of_either() -> None:
    redactor = Redactor({"abcdef": "ONE", "defghi": "TWO"})
    assert re.fullmatch(r"<(ONE|TWO)~[a-z2-7]{4}>", redactor.text("abcdefghi"))


def test_a_secret_without_its_first_or_last_sign_is_no_riddle() -> None:
    redactor = Redactor({"pass-key-of-mine": "PASS"})
    first, last = redactor.text("ass-key-of-mine"), redactor.text("pass-key-of-min")
    assert re.fullmatch(r"<PASS~[a-z2-7]{4}>", first)
    assert re.fullmatch(r"<PASS~[a-z2-7]{4}>", last)
    assert first != last


def test_a_pair_of_secrets_is_named_as_such() -> None:
    token = b64encode(b"user-key:pass-key").decode()
    assert Redactor({"user-key": "USER", "pass-key": "PASS"}).text(f"Basic {token}") == "Basic <USER>:<PASS>"


def test_a_path_before_base64_stays_readable() -> None:
    token = b64encode(b"pass-key-of-mine").decode()
    text = Redactor({"pass-key-of-mine": "PASS"}).text(f"https://x.example/users/{token}?a=b")
    assert text == "https://x.example/users/<PASS>?a=b"


@pytest.mark.parametrize("kept", range(4, len("pass-key-of-mine")))
def test_a_declared_secret_that_was_cut_is_known_by_its_beginning(kept: int) -> None:
    text = "the password is " + "pass-key-of-mine"[:kept] + "…"
    assert Redactor({"pass-key-of-mine": "PASS"}).text(text) == "the password is <PASS>…"


@pytest.mark.parametrize("kept", [8, 20, 100, 255, 256, 300, 1_999])
def test_a_long_value_of_an_answer_that_was_cut_is_known_by_its_beginning(kept: int) -> None:
    token = "eyJhbGciOi" + "0123456789abcdefghij" * 100
    clean = remembering(token).text(f"answered '{token[:kept]}…' and more")
    assert re.fullmatch(r"answered '<[a-z]+-[a-z2-7]{8}>…' and more", clean)


def test_a_beginning_of_256_bytes_is_enough() -> None:
    token = "eyJhbGciOi" + "0123456789abcdefghij" * 100
    clean = remembering(token).text(f'"{token[:300]}ANOTHER" stays')
    assert re.fullmatch(r'"<[a-z]+-[a-z2-7]{8}>" stays', clean)


def test_a_name_does_not_show_its_secret() -> None:
    assert Redactor({"SITE": "SITE_PASSWORD"}).text("at SITE").startswith("at <SECRET~")


def test_cleaning_twice_changes_nothing() -> None:
    redactor = remembering("ada.keller@mail.example")
    redactor.learn({"pub-5f3a9c": "KEY", "ada": "FIRST", "mail": "SECOND"})
    once = redactor.text("ada.keller@mail.example PUB-5F3A9C pub-5f3a9c")
    assert "ada" not in once
    assert redactor.text(once) == once
    brought = Exchange(Request("GET", "https://x.example/"), Response(200, (), json.dumps({"email": once}).encode()))
    redactor.learn_exchange(brought)
    assert redactor.text(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        *(b"\\", b"%25", b"&amp;", b"&#0", b"%5C", b"/", b"a", b"%&/a", "…".encode(), b"\\u005c", b"=41", b"=\r\n"),
        *(b"&#38;", b"a@", b"eyJhbGci", b"\xc3\x83", b"\xff", "eyJhbGci…".encode()),
    ],
)
def test_hostile_bytes_cost_no_more_than_their_size(piece: bytes) -> None:
    redactor = remembering("eyJhbGci" + "x1" * 200, "a" * 300 + "1b", "é" * 30)
    redactor.learn({"\\" * 30 + "x": "A", "%&/a" * 3 + "y": "B", "a" * 40 + "b": "C"})
    started = perf_counter()
    redactor.data(piece * (200_000 // len(piece)))
    assert perf_counter() - started < 30, "linear takes about a second; quadratic takes minutes"


def test_a_value_of_a_megabyte_is_hidden_whole_and_in_part() -> None:
    value = "0123456789abcdef" * 65_536
    for redactor in (Redactor({value: NAME}), remembering(value)):
        started = perf_counter()
        assert len(redactor.text(f"before {value} after")) < 60
        assert value[:500] not in redactor.text(f'"{value[:500]}…"')
        assert perf_counter() - started < 60, "linear takes a few seconds"


def _outputs(report: Report) -> list[bytes]:
    out = StringIO()
    render(report, Console(file=out), verbose=True)
    written = [out.getvalue().encode()]
    with TemporaryDirectory() as folder:
        for kind, write in REPORTERS.items():
            path = Path(folder) / f"report.{kind}"
            write(report, path)
            written.append(path.read_bytes())
    return written


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
        reasons=(replace(EMPTY.reasons[0], text=text),),
        unrecorded={text: 1},
        removable=(waiver,),
    )
    return Redactor(secrets).clean(report)


HARD = st.text(st.sampled_from("aZ7é&<>\"'\\/+% $ß😀"), min_size=8, max_size=20).filter(
    lambda text: text.strip() == text and any(map(str.isalnum, text))
)
WRITTEN: dict[str, Callable[[str], bytes]] = {**EXACT, **NESTED}


@settings(deadline=None)
@given(
    st.lists(HARD, min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(sorted(WRITTEN)), min_size=1, max_size=4),
)
@example(["77\"'\\''7"], ["Python"])
@example(["77777\\ß7"], ["ASCII of Python"])
@example(["Zn&a02n5Z;=>"], ["HTML twice"])
def test_no_report_shows_a_secret_in_any_encoding(values: list[str], encodings: list[str]) -> None:
    secrets = {value: f"NAME_{index}" for index, value in enumerate(values)}
    pieces = [WRITTEN[name](value) for value in values for name in encodings]
    texts = [piece.decode("utf-8", "replace") for piece in pieces]
    for output in _outputs(_report(texts, b"\xff ".join(pieces), secrets)):
        assert shown_in(output, {name: value for value, name in secrets.items()}) == []
