from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sample_reports import EMPTY, finding, full, item, kept, reported

from troth.errors import ExitCode
from troth.model.report import Reason, Report, Verdict
from troth.reporting.junit import junit, write_junit

SHAPE = etree.XMLSchema(etree.parse(Path(__file__).parent / "junit.xsd"))


def parsed(report: Report) -> etree._Element:
    root = etree.fromstring(junit(report))
    SHAPE.assertValid(root)
    return root


@pytest.mark.parametrize("report", [full(), kept(), EMPTY], ids=["full", "kept", "empty"])
def test_the_shape_is_the_common_one(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    write_junit(report, path)
    assert path.read_bytes() == junit(report)
    assert len(parsed(report).findall(".//testcase")) == len(report.items)


def test_a_suite_for_each_vendor_and_source() -> None:
    suites = {suite.get("name"): suite for suite in parsed(full())}
    assert list(suites) == ["oneall/cases", "oneall/properties"]
    numbers = [suites["oneall/cases"].get(name) for name in ("tests", "failures", "errors", "skipped", "time")]
    assert numbers == ["5", "1", "1", "2", "1.250"]
    assert len(suites["oneall/cases"].findall("testcase")) == 5


def test_the_head_is_in_the_properties() -> None:
    for suite in parsed(full()):
        head = {one.get("name"): one.get("value") for one in suite.iterfind("properties/property")}
        assert head["target"] == "mock"
        assert head["note"] == "This is the embedded mock: a green run says nothing about the live vendor."
        assert (head["seed"], head["build"], head["exit code"]) == ("42", "2026.11-rc1", "1")
        assert head["reason 1"] == "1 promise is broken"
        assert head["removable waiver 1"] == "waivers.yaml:13 TR301 oneall.readUser own-data-only"


def test_broken_unjudged_and_skipped_are_three_things() -> None:
    cases = {case.get("name").rsplit("/", 1)[-1]: case for case in parsed(full()).iter("testcase")}
    outcomes = {name: [child.tag for child in case] for name, case in cases.items()}
    assert outcomes == {
        "wrong-keys": ["failure", "system-out"],
        "nobody-matches": ["system-out"],
        "theirs": ["error"],
        "no-criteria": ["skipped"],
        "found-ours": ["skipped", "system-out"],
        "fuzzing": [],
    }
    failure = cases["wrong-keys"].find("failure")
    assert failure.get("type") == "TR201"
    assert failure.get("message") == "TR201 wrong-keys: the status is another one"
    assert failure.text.startswith("BREACH    oneall · lookupStorageUser · wrong-keys")
    assert "reproduce   curl -i -X POST" in failure.text
    assert cases["theirs"].find("error").get("type") == "TR903"
    waived = cases["found-ours"].find("skipped")
    assert waived.get("message") == "waived until 2027-01-31, Ada Lovelace: capital letter, ticket 4711"
    assert cases["found-ours"].find("system-out").text.startswith("WAIVED ")
    assert "expired on 2026-11-20, waivers.yaml:8." in failure.text
    assert cases["nobody-matches"].find("system-out").text.startswith("SURPRISE  ")


def test_an_item_that_is_broken_and_unjudged_fails_and_keeps_both() -> None:
    broken, silent = finding("TR201"), finding("TR903", unjudged=True)
    found = (reported(broken, "breach"), reported(silent, "unjudged"))
    report = replace(EMPTY, items=(item("x", Verdict.BROKEN, findings=(broken, silent)),), findings=found)
    case = parsed(report).find(".//testcase")
    assert [child.tag for child in case] == ["failure", "system-out"]
    assert "TR903" in case.find("system-out").text


def test_surprises_fail_a_strict_run() -> None:
    surprise = reported(finding(), "surprise", verdict=Verdict.BROKEN)
    report = replace(EMPTY, items=(item("x", Verdict.BROKEN, findings=(finding(),)),), findings=(surprise,))
    assert parsed(report).find(".//failure").text.startswith("SURPRISE  ")


@given(st.text(st.characters()))
def test_characters_that_xml_cannot_have_are_shown(text: str) -> None:
    broken = finding("TR301", message=text, subject=text, where=text, answered=text)
    report = replace(
        EMPTY,
        run=replace(EMPTY.run, target=text),
        items=(item(text, Verdict.BROKEN, findings=(broken,)), item(text, Verdict.SKIPPED, 0, skipped=text)),
        findings=(reported(broken, "breach", item=text),),
        reasons=(Reason("broken", text, ExitCode.BROKEN),),
    )
    root = parsed(report)
    assert root.get("failures") == "1"
    if text.isprintable():
        assert root.find(".//skipped").get("message") == text
