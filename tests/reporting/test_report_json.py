import json
from base64 import b64decode
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sample_reports import EMPTY, SECRETS, WAIVER, exchange, finding, full, item, kept, promise, reported

from troth.model.exchange import NoAnswer, Request, Response, Silence
from troth.model.report import Count, Kind, Report
from troth.reporting.codes import CODES
from troth.reporting.json_report import MOST_BYTES, tree, write_json
from troth.secrets.redactor import Redactor

SCHEMA = json.loads((files("troth.reporting") / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def written(report: Report, path: Path) -> dict[str, object]:
    write_json(report, path)
    value = json.loads(path.read_bytes())
    VALIDATOR.validate(value)
    return value


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("report", [full(), kept(), EMPTY], ids=["full", "kept", "empty"])
def test_every_report_is_as_the_schema_says(report: Report, tmp_path: Path) -> None:
    value = written(report, tmp_path / "report.json")
    for key, count in (("findings", report.findings), ("promises", report.counts), ("items", report.items)):
        assert len(value[key]) == len(count)


def test_every_key_is_described() -> None:
    """A key that the schema does not name is refused, so that none can be added in silence."""
    value = json.loads(json.dumps(tree(full())))
    value["findings"][0]["more"] = 1
    assert not VALIDATOR.is_valid(value)
    del value["findings"][0]["more"], value["findings"][0]["count"]
    assert not VALIDATOR.is_valid(value)


def test_findings_of_items_are_those_of_the_report(tmp_path: Path) -> None:
    value = written(full(), tmp_path / "report.json")
    keys = ("id", "code", "vendor", "operation", "subject", "where")
    known = [[one[key] for key in keys] for one in value["findings"]]
    for of_item in value["items"]:
        assert all([one[key] for key in keys] in known for one in of_item["findings"])


def test_the_sum_is_what_the_console_says(tmp_path: Path) -> None:
    value = written(full(), tmp_path / "report.json")
    assert value["sum"] == {"documented": 2, "others": 1, "broken": 1, "surprises": 3, "unjudged": 3, "waived": 1}
    assert value["exchanges"] == 2346
    assert value["findings"][0]["title"] == CODES["TR201"].title


def test_waivers_say_until_when_and_whether_they_expired(tmp_path: Path) -> None:
    value = written(full(), tmp_path / "report.json")
    of = {one["id"]: one["waiver"] for one in value["findings"] if one["waiver"]}
    assert [(key, one["until"], one["expired"]) for key, one in of.items()] == [
        ("TR201 oneall.lookupStorageUser wrong-keys at status 200", "2026-11-20", True),
        ("TR203 oneall.lookupStorageUser found-ours at status/flag", "2027-01-31", False),
    ]
    (removable,) = value["removable_waivers"]
    assert removable["position"]["line"] == 13
    assert removable["finding"] == "TR301 oneall.readUser own-data-only"


@pytest.mark.parametrize("size", [0, 1, MOST_BYTES, MOST_BYTES + 1, 500_000])
@pytest.mark.parametrize("byte", [b"x", b"\xff"])
def test_bodies_are_cut_and_say_so(size: int, byte: bytes, tmp_path: Path) -> None:
    one = reported(finding(), "breach", exchange=exchange(byte * size, Response(200, (), byte * size)))
    value = written(replace(EMPTY, findings=(one,)), tmp_path / "report.json")
    for side in ("request", "answer"):
        body = value["findings"][0]["exchange"][side]["body"]
        assert (body["bytes"], body["cut"]) == (size, size > MOST_BYTES)
        kept_bytes = body["text"].encode() if "text" in body else b64decode(body["base64"])
        assert kept_bytes == byte * min(size, MOST_BYTES)
    assert (tmp_path / "report.json").stat().st_size < 20_000


def test_a_character_is_not_cut_in_two(tmp_path: Path) -> None:
    one = reported(finding(), "breach", exchange=exchange(b"x" + "é".encode() * MOST_BYTES))
    body = written(replace(EMPTY, findings=(one,)), tmp_path / "report.json")["findings"][0]["exchange"]["request"][
        "body"
    ]
    assert body["text"] == "x" + "é" * (MOST_BYTES // 2 - 1)


def test_whatever_is_long_is_cut(tmp_path: Path) -> None:
    request = Request("GET", "https://x.example/" + "a" * 100_000, (("X", "b" * 100_000),))
    sent = replace(exchange(answer=NoAnswer(Silence.RESET, "c" * 100_000)), request=request)
    value = written(
        replace(EMPTY, findings=(reported(finding(), "breach", exchange=sent, curl="d" * 100_000),)),
        tmp_path / "r.json",
    )
    found = value["findings"][0]
    assert (found["curl"], found["curl_characters"]) == ("", 100_000)
    assert found["exchange"]["request"]["url"].endswith("… (cut: 100,018 characters)")
    assert (tmp_path / "r.json").stat().st_size < 30_000


def test_a_secret_across_the_cut_leaves_no_part(tmp_path: Path) -> None:
    secret = "prv&7e1d'2b"
    body = b"x" * (MOST_BYTES - 5) + secret.encode() + b"y" * 100
    report = replace(EMPTY, findings=(reported(finding(), "breach", exchange=exchange(body)),))
    report = Redactor(SECRETS).clean(report)
    text = written(report, tmp_path / "r.json")["findings"][0]["exchange"]["request"]["body"]["text"]
    assert text == ("x" * (MOST_BYTES - 5) + "<ONEALL_SITE_KEYS_PASSWORD>")[:MOST_BYTES]


@given(text=st.text(st.characters()), body=st.binary(max_size=64))
def test_any_text_and_any_bytes_can_be_written(
    text: str, body: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sent = replace(
        exchange(body, Response(200, ((text, text),), body)), request=Request(text, text, ((text, text),), body)
    )
    report = replace(
        EMPTY,
        items=(item(text, skipped=text),),
        findings=(
            reported(
                finding(message=text, answered=text),
                "breach",
                exchange=sent,
                item=text,
                waiver=replace(WAIVER, who=text, reason=text),
            ),
        ),
        counts=(Count(promise(Kind.CLAUSE, text, says=text, provoke=text)),),
    )
    value = written(report, tmp_path_factory.getbasetemp() / "any.json")
    assert value["items"][0]["skipped"] == text.encode("utf-8", "replace").decode()
