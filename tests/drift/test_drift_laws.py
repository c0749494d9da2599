"""Laws of drift on answers made by hand: itself, order, chance, hostile bodies, and each sort of change."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from troth.drift.console import render_drift
from troth.drift.differences import Change, DriftReport, SideFacts
from troth.drift.formats import ABSTRACT, abstracted, formats_of
from troth.drift.json_report import write_drift_json
from troth.drift.markdown import write_drift_markdown
from troth.drift.measuring import compare_sightings
from troth.drift.shapes import LearntShape, merge_shapes
from troth.drift.sightings import Sighting
from troth.model.exchange import Headers, Request, Response
from troth.secrets.redactor import Redactor

JSON: Headers = (("Content-Type", "application/json"),)


def sighting(
    body: object, status: int = 200, situation: str = "asked", headers: Headers = JSON, number: int = 0, url: str = ""
) -> Sighting:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request("GET", url or "https://shop.example/orders/1001")
    return Sighting(
        "shop", "readOrder", request, Response(status, headers, data), situation, True, situation, f"exchange {number}"
    )


def answers(*bodies: object, status: int = 200, apart: str = "") -> list[Sighting]:
    return [
        sighting(body, status, f"{apart} {number}" if apart else "asked", number=number)
        for number, body in enumerate(bodies, start=1)
    ]


def changes(old: Sequence[Sighting], new: Sequence[Sighting]) -> list[tuple[str, str, str]]:
    return [(one.place, one.sort, str(one.worth)) for one in compare_sightings(old, new).changes]


UUIDS = [f"0b0f3a1c-55d1-4d5e-9c55-3f3a1c2b4d{number:02x}" for number in range(40)]
NONE: list[tuple[str, str, str]] = []

CASES = {
    "vanished, one answer each": ([{"a": 1}], [{}], [("body /a", "vanished", "breaks consumers")]),
    "new, one answer each": ([{}], [{"a": 1}], [("body /a", "new", "additive")]),
    "optional before, hardly asked": ([{"a": 1}, {}], [{}, {}, {}], NONE),
    "optional before, gone for certain": (
        [{"a": 1}, {}] * 10, [{}] * 10, [("body /a", "vanished", "breaks consumers")],
    ),
    "no longer always there": ([{"a": 1}] * 20, [{"a": 1}, {}] * 5, [("body /a", "optional", "breaks consumers")]),
    "rarely missing, few old answers": ([{"a": 1}] * 3, [{"a": 1}] * 9 + [{}], NONE),
    "share of answers moved": (
        [{"a": 1}] * 38 + [{}] * 2, [{"a": 1}] * 4 + [{}] * 36, [("body /a", "presence", "range moved")],
    ),
    "always null": ([{"a": "x"}], [{"a": None}], [("body /a", "null", "breaks consumers")]),
    "null now and then, too rare": ([{"a": "x"}] * 5, [{"a": "x"}] * 9 + [{"a": None}], NONE),
    "null was known": ([{"a": "x"}, {"a": None}], [{"a": None}], NONE),
    "integer to text": ([{"a": 1}], [{"a": "1"}], [("body /a", "type", "breaks consumers")]),
    "integer to fraction": ([{"a": 1}], [{"a": 1.5}], [("body /a", "type", "breaks consumers")]),
    "fraction that happens to be whole": ([{"a": 1.5}], [{"a": 2}], NONE),
    "object to array, told once": ([{"a": {"b": {"c": 1}}}], [{"a": []}], [("body /a", "type", "breaks consumers")]),
    "uuid to hexadecimal": (
        [{"a": one} for one in UUIDS[:3]],
        [{"a": one.replace("-", "")} for one in UUIDS[3:6]],
        [("body /a", "format", "breaks consumers")],
    ),
    "free text to uuid": ([{"a": "ann"}], [{"a": UUIDS[0]}], [("body /a", "format", "breaks consumers")]),
    "digits once are no format": ([{"a": "42"}], [{"a": "b-42"}], NONE),
    "digits often are": (
        [{"a": str(one)} for one in range(100, 120)],
        [{"a": f"b-{one}"} for one in range(20)],
        [("body /a", "format", "breaks consumers")],
    ),
    "digits of a usual length are hexadecimal too": (
        [{"a": str(one) * 8} for one in range(1000, 1003)],
        [{"a": f"{one:08x}" * 4} for one in range(3_000_000_000, 3_000_000_003)],
        NONE,
    ),
    "RFC 2822 to ISO": (
        [{"a": "Sun, 22 Nov 2026 09:28:09 +0100"}],
        [{"a": "2026-11-22T09:28:09Z"}],
        [("body /a", "format", "breaks consumers")],
    ),
    "dates and tokens of another day": (
        [{"a": "2026-11-22", "b": UUIDS[0], "c": "x8Kd93kdLq02mMsd"}],
        [{"a": "2026-11-23", "b": UUIDS[1], "c": "0qLdkMsd8Kd93x2m"}],
        NONE,
    ),
    "names of another user": ([{"a": "Ann"}] * 30, [{"a": "Bob"}] * 30, NONE),
    "a new value": (
        [{"a": value} for value in ("red", "blue") * 15],
        [{"a": value} for value in ("red", "blue", "green") * 10],
        [("body /a", "value", "additive")],
    ),
    "a new value after few answers": ([{"a": "red"}, {"a": "blue"}], [{"a": "green"}], NONE),
    "range moved": (
        [{"a": number % 7} for number in range(30)],
        [{"a": 500 + number % 7} for number in range(30)],
        [("body /a", "range", "range moved")],
    ),
    "range of few answers": ([{"a": number} for number in range(5)], [{"a": 900}] * 5, NONE),
    "range as before, once beyond": ([{"a": number} for number in range(30)], [{"a": 3}] * 29 + [{"a": 9000}], NONE),
    "identifiers and moments grow": (
        [{"a": 1_700_000_000 + number, "b": 40_000 + number} for number in range(30)],
        [{"a": 1_900_000_000 + number, "b": 95_000 + number} for number in range(30)],
        NONE,
    ),
    "always empty": ([{"a": [1, 2]}] * 3, [{"a": []}] * 3, [("body /a", "emptied", "breaks consumers")]),
    "can be empty": ([{"a": [1]}] * 20, [{"a": [1]}, {"a": []}] * 10, [("body /a", "emptied", "range moved")]),
    "in the items of a list": (
        [{"a": [{"b": 1}, {"b": 2}]}], [{"a": [{"b": 1}, {}]}], [("body /a/*/b", "optional", "breaks consumers")],
    ),
    "keys that are data": (
        [{"a": {one: {"b": 1}}} for one in UUIDS[:9]],
        [{"a": {one: {"b": "x"}}} for one in UUIDS[9:18]],
        [("body /a/{uuid}/b", "type", "breaks consumers")],
    ),
    "keys that are many names": (
        [{"a": {f"user{chr(97 + one)}": {"b": 1}}} for one in range(13)],
        [{"a": {f"user{chr(97 + one)}": {"b": None}}} for one in range(13, 26)],
        [("body /a/{key}/b", "null", "breaks consumers")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_drift_and_what_is_not(case: str) -> None:
    old, new, expected = CASES[case]
    assert changes(answers(*old), answers(*new)) == expected


def test_requests_that_were_not_alike_need_more_answers() -> None:
    few, many = [{"a": 1}] * 4, [{"a": 1}] * 6
    measured = compare_sightings(answers(*few, apart="old"), answers(*[{}] * 6, apart="new"))
    assert measured.changes == ()
    assert measured.apart == ("shop.readOrder 200: 4 old and 6 new answers to unlike requests, fewer than 5 each",)
    found = changes(answers(*many, apart="old"), answers(*[{}] * 6, apart="new"))
    assert found == [("body /a", "vanished", "breaks consumers")]


def test_errors_are_held_to_their_words() -> None:
    old = answers({"error": "No order 1001 here", "code": 12}, status=404)
    new = answers({"error": "Order 1001 is unknown", "code": 13}, status=404)
    found = compare_sightings(old, new).changes
    assert [(one.place, str(one.worth), one.old.example, one.new.example) for one in found] == [
        ("body /code", "text changed", "12", "13"),
        ("body /error", "text changed", f"No order {ABSTRACT} here", f"Order {ABSTRACT} is unknown"),
    ]


def test_a_text_is_found_beside_others_by_what_was_asked() -> None:
    old = [sighting({"e": "one"}, 400, "a"), sighting({"e": "two"}, 400, "b"), sighting({"e": "three"}, 400, "c")]
    new = [sighting({"e": "one"}, 400, "a"), sighting({"e": "uno"}, 400, "b"), sighting({"e": "tre"}, 400, "c")]
    found = {(one.old.example, one.new.example) for one in compare_sightings(old, new).changes}
    assert found == {("two", "uno"), ("three", "tre")}


def test_an_envelope_is_held_to_its_words_in_success_too() -> None:
    error = sighting({"info": "No such order", "name": "x"}, 404, "unknown")
    old, new = sighting({"info": "Done", "name": "Ann"}), sighting({"info": "OK", "name": "Ann"})
    assert changes([old, error], [new, error]) == [("body /info", "text", "text changed")]
    without = replace(error, response=replace(error.response, body=b"{}"))
    assert changes([old, without], [new, without]) == []


def test_statuses() -> None:
    old = [sighting({}, 404, "unknown"), sighting({"a": 1}, 200, "known")]
    new = [sighting({}, 410, "unknown"), sighting({"a": 1}, 200, "known")]
    (change,) = compare_sightings(old, new).changes
    assert (change.status, change.says, str(change.worth)) == (
        404,
        "answers 410 where it answered 404",
        "breaks consumers",
    )
    apart = [answers(*[{}] * 9, status=200, apart="old"), answers(*[{}] * 9, status=500, apart="new")]
    sorts = {(one.sort, one.status, str(one.worth)) for one in compare_sightings(*apart).changes}
    assert sorts == {("status-gone", 200, "breaks consumers"), ("status-new", 500, "breaks consumers")}


def test_classes_tell_nothing_where_one_side_lacks_facts() -> None:
    """The old side knows whose token it is, the new one does not: its unknown tokens are not nobody's."""
    ours, nobodys = sighting({"a": 1}, 200, "token=ours"), sighting({}, 401, "token=?")
    old = [replace(one, form="/token", known=one is ours) for one in (ours, nobodys) * 9]
    new = [replace(one, situation="token=?", form="/token", known=False) for one in (ours, nobodys) * 9]
    assert compare_sightings(old, new).changes == ()
    known = [replace(one, situation="token=ours") for one in (ours, sighting({}, 401, "token=ours"))]
    assert changes(known[:1], known[1:]) == [("status", "status", "breaks consumers")]


def test_headers_cookies_and_kinds_of_body() -> None:
    cookie = ("Set-Cookie", "sid=8f3a; Path=/; HttpOnly; Expires=Sun, 22 Nov 2026 09:28:09 GMT")
    bare = ("Set-Cookie", "sid=11ff; Path=/; Expires=Mon, 23 Nov 2026 09:28:09 GMT")
    hop = ("Date", "today"), ("Via", "1.1 proxy")
    old = [sighting({}, headers=(*JSON, cookie, ("ETag", '"a"')))]
    assert changes(old, [sighting({}, headers=(*JSON, bare, *hop, ("X-Page", "2")))]) == [
        ("header etag", "vanished", "breaks consumers"),
        ("header set-cookie sid", "text", "text changed"),
        ("header x-page", "new", "additive"),
    ]
    html = (("Content-Type", "text/html; charset=utf-8"),)
    page = b"<title>A</title><form action=/in method=post><input name=user><input name=word type=password></form>"
    other = b"<title>B</title><form action=/in method=post><input name=user></form>"
    assert changes([sighting(page, headers=html)], [sighting(other, headers=html)]) == [
        ("html form/field/word", "vanished", "breaks consumers")
    ]
    assert changes([sighting({})], [sighting(b"{oops")]) == [("body", "body", "breaks consumers")]
    xml = (("Content-Type", "application/xml"),)
    old_xml, new_xml = b'<a x="1"><b>1</b><b>2</b></a>', b"<a><b>1</b><c/></a>"
    assert changes([sighting(old_xml, headers=xml)], [sighting(new_xml, headers=xml)]) == [
        ("xml /a/@x", "vanished", "breaks consumers"),
        ("xml /a/c", "new", "additive"),
    ]


scalars = (
    st.none() | st.booleans() | st.integers(-5, 2000) | st.sampled_from(["a", "b c", "2026-11-22", *UUIDS[:3], ""])
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "7", UUIDS[0]]), inner),
    max_leaves=8,
)
sightings = st.lists(
    st.builds(
        sighting,
        trees,
        status=st.sampled_from([200, 200, 404]),
        situation=st.sampled_from(["x", "y", "z"]),
        headers=st.sampled_from([JSON, (*JSON, ("ETag", "1")), (("Content-Type", "text/plain"),)]),
    ),
    min_size=1,
    max_size=12,
)


@given(sightings)
def test_nothing_drifts_from_itself(one: list[Sighting]) -> None:
    assert compare_sightings(one, one).changes == ()


@given(sightings, sightings, st.data())
def test_order_is_of_no_importance(old: list[Sighting], new: list[Sighting], data: st.DataObject) -> None:
    first = compare_sightings(old, new)
    second = compare_sightings(data.draw(st.permutations(old)), data.draw(st.permutations(new)))
    assert [replace(one, first="") for one in first.changes] == [replace(one, first="") for one in second.changes]
    assert (first.compared, first.apart) == (second.compared, second.apart)


@given(sightings, sightings, st.data())
def test_what_was_asked_again_weighs_nothing(old: list[Sighting], new: list[Sighting], data: st.DataObject) -> None:
    """Whatever the repeated answers are: shapes, texts and statuses are compared without them."""
    repeats = st.lists(st.sampled_from(new).map(lambda first: replace(first, again=True)), max_size=8)
    more = [*new, *data.draw(repeats), *(replace(again, again=True) for again in data.draw(sightings))]
    assert compare_sightings(old, more) == compare_sightings(old, new)
    assert compare_sightings(more, old) == compare_sightings(new, old)


def test_what_was_asked_again_stands_for_a_first_answer_that_is_not_there() -> None:
    """The first answer was an outage, which is not compared."""
    again = replace(sighting({}), again=True)
    assert changes(answers({"a": 1}), [again]) == [("body /a", "vanished", "breaks consumers")]


@given(st.lists(st.lists(trees, min_size=1, max_size=3), min_size=1, max_size=6))
def test_merging_places_is_learning_them_together(found: list[list[object]]) -> None:
    """Answers that have one part of a place each: merged shapes say what one shape would."""
    parts, whole = [], LearntShape()
    for number, values in enumerate(found):
        part = LearntShape()
        part.learn(values, number, ())
        parts.append(part)
        whole.learn(values, number, ())
    assert merge_shapes(parts) == whole


hostile = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"[" * 100_000,
            b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
            b"[" * 150 + b"]" * 150,
            b"1" + b"0" * 5_000,
            b'{"a": 1e999, "b": -1e999}',
            b'"\\ud800"',
            b'{"\\ud800": "\\udfff", "\\u001b[2J": "\\u0000"}',
            b"\xef\xbb\xbf{}",
            b"{" + b",".join(b'"key%d": %d' % (one, one) for one in range(2_000)) + b"}",
            b'{"a": "' + b"a." * 50_000 + b'"}',
            b'{"a": "' + b"1-" * 50_000 + b'@"}',
            b"<a>" * 240 + b"</a>" * 240,
            b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            b"<form><![x[ <input name='&#x110000;'>",
            b"<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body><a><return/></a></Body></Envelope>",
        ]
    ),
)
kinds = st.sampled_from(["application/json", "text/xml", "text/html; charset=nonsense", "text/plain", "image/png", ""])
strange = st.lists(
    st.builds(
        sighting,
        hostile,
        status=st.sampled_from([200, 400, 999]),
        headers=kinds.map(lambda kind: (("Content-Type", kind), ("Set-Cookie", "=;;"), ("", "\x00"))),
        url=st.sampled_from(["https://shop.example/orders/%00%ff?a=%&&=b", "https://shop.example/orders/1"]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(strange, strange)
def test_hostile_answers_are_compared_and_reported(old: list[Sighting], new: list[Sighting]) -> None:
    assert compare_sightings(old, old).changes == ()
    report = report_of(compare_sightings(old, new).changes)
    console = Console(file=_Nowhere(), width=100)
    render_drift(report, console, verbose=True)


class _Nowhere:
    """A terminal that takes anything and keeps nothing."""

    encoding = "ascii"

    def write(self, text: str) -> int:
        assert text.isprintable() or text.replace("\n", "").isprintable(), text
        return len(text)

    def flush(self) -> None:
        return None


def report_of(found: tuple[Change, ...], **secrets: str) -> DriftReport:
    side = SideFacts("a side", "mock", 1)
    report = DriftReport("0", 0, "s", "c", side, side, found, 1, ())
    return Redactor({value: name for name, value in secrets.items()}).clean(report)


def test_reports_hide_secrets_and_cannot_be_broken_out_of(tmp_path: Path) -> None:
    evil = "`</td>|\n# <script>alert(1)</script> hunter2-hunter2"
    old = answers({"error": "fine", "hunter2-hunter2": 1}, status=400)
    new = answers({"error": evil}, status=400)
    report = report_of(compare_sightings(old, new).changes, SHOP_KEY="hunter2-hunter2")
    write_drift_json(report, tmp_path / "drift.json")
    write_drift_markdown(report, tmp_path / "drift.md")
    for name in ("drift.json", "drift.md"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "hunter2" not in text
        assert "SHOP" in text
    tree = json.loads((tmp_path / "drift.json").read_text(encoding="utf-8"))
    assert tree["sum"] == {
        "breaks a promise": 0, "breaks consumers": 1, "text changed": 1, "range moved": 0, "additive": 0,
    }  # fmt: skip
    assert "<script>" not in (tmp_path / "drift.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UUIDS[0], "uuid"),
        ("a" * 31 + "1", "hex-32"),
        ("1234", "digits"),
        ("ann@shop.example", "e-mail"),
        ("https://shop.example/a?b=c", "URL"),
        ("Thu, 30 Oct 2015 11:11:58 0100", "RFC 2822 date"),
        ("2026-11-22T09:28:09.123Z", "ISO date-time"),
        ("2026-11-22", "ISO date"),
        ("04/17/1988", "date with slashes"),
        ("x8Kd93kdLq02mMsd", "token"),
        ("12.50", "decimal"),
        ("NO_SUCH_USER", None),
        ("No such user.", None),
        ("", None),
    ],
)
def test_formats(text: str, expected: str | None) -> None:
    assert (formats_of(text) or (None,))[0] == expected


def test_values_within_texts_are_abstracted() -> None:
    text = f"User {UUIDS[0]} of ann@shop.example, asked 2026-11-22, has 3 of 120934 in 'north'"
    expected = f"User {ABSTRACT} of {ABSTRACT}, asked {ABSTRACT}, has 3 of {ABSTRACT} in '{ABSTRACT}'"
    assert abstracted(text, ("north",)) == expected
