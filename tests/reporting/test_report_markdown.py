from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_reports import EMPTY, WAIVER, finding, full, item, kept, reported

from troth.errors import ExitCode
from troth.model.report import Reason, Report, Verdict
from troth.reporting.markdown_report import markdown, write_markdown

SPECIAL = "\\`*_{}[]<>()#+!|~&$-\n "


def lines(report: Report) -> list[str]:
    return list(markdown(report))


@pytest.mark.parametrize("report", [full(), kept(), EMPTY], ids=["full", "kept", "empty"])
def test_what_is_written_is_what_is_said(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    write_markdown(report, path)
    assert path.read_text(encoding="utf-8").splitlines() == lines(report)


def test_the_breach_is_told_in_full_and_the_rest_in_a_line_each() -> None:
    page = "\n".join(lines(full()))
    assert page.startswith("# broken: 2 documented promises kept, 1 other kept, 1 broken, 3 surprises,")
    assert "- exit code 1: 1 promise is broken" in page
    assert "### oneall · lookupStorageUser · wrong\\-keys (TR201)" in page
    assert "| expected | 401 |\n| answered | 200 |" in page
    assert "| waiver | expired on 2026\\-11\\-20, waivers.yaml:8. Ada Lovelace: they know |" in page
    for heading in ("Breaches (1)", "Surprises (3)", "Unjudged (3)", "Waived (1)", "Waivers to remove (1)"):
        assert f"\n## {heading}\n" in page
    assert "until 2027\\-01\\-31, Ada Lovelace: capital letter, ticket 4711" in page


def test_what_fails_a_strict_run_is_told_in_full() -> None:
    surprise = reported(finding(), "surprise", verdict=Verdict.BROKEN)
    page = "\n".join(lines(replace(EMPTY, findings=(surprise,))))
    assert "## Surprises that fail this run (1)" in page
    assert "| answered | User not found |" in page


@pytest.mark.parametrize("many", [50, 51])
def test_a_long_report_stays_short_and_says_so(many: int) -> None:
    found = tuple(reported(finding(subject=f"row-{at}"), "breach") for at in range(many))
    page = lines(replace(EMPTY, findings=found))
    assert sum(line.startswith("### ") for line in page) == 50
    assert ("… and 1 more; the JSON report has all." in page) == (many == 51)


@given(st.text(st.sampled_from(SPECIAL + "ab\x1b\u202e") | st.characters(), max_size=30))
def test_nothing_in_an_answer_breaks_out(text: str) -> None:
    """Not the structure of the page, nor links, code or HTML: every special character is escaped."""
    hostile = finding("TR301", message=text, subject=text, where=text, expected=text, answered=text)
    waiver = replace(WAIVER, finding=text, reason=text, who=text)

    def page(found: str) -> list[str]:
        return lines(
            replace(
                EMPTY,
                run=replace(EMPTY.run, target=found, build="b"),
                items=(item("x"),),
                findings=(
                    reported(hostile, "breach", item=found),
                    reported(replace(hostile, subject=found + "2"), "waived", waiver=waiver),
                ),
                reasons=(Reason("broken", found, ExitCode.BROKEN),),
                removable=(waiver,),
            )
        )

    own = page(text)
    assert all(line.isprintable() for line in own)
    for line in own:
        bare = line.replace("\\\\", "")
        for char in "`*[]<>#!~$":
            shown = bare.removeprefix("### ").removeprefix("## ").removeprefix("# ")
            shown = shown.removeprefix("**").removesuffix("**")
            assert shown.count(char) == shown.count("\\" + char), (line, char)
