import re
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sample_reports import EMPTY, WAIVER, finding, full, kept, promise, reported, surprising

from troth.model.operation import Basis, Citation
from troth.model.report import Count, Kind, Report
from troth.reporting.console.report import render, render_findings
from troth.reporting.wording import known_from, printable

EXPECTED = Path(__file__).parent / "expected"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def rendered(report: Report, *, terminal: bool = False, width: int = 100, **options: bool) -> str:
    out = StringIO()
    render(
        report,
        Console(file=out, force_terminal=terminal, width=width, color_system="standard" if terminal else None),
        **options,
    )
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "report", "options"),
    [
        ("full", full(), {}),
        ("verbose", full(), {"verbose": True, "waivable": True}),
        ("kept", kept(), {}),
        ("empty", EMPTY, {}),
        ("replay", replace(EMPTY, run=replace(EMPTY.run, target="replay", target_kind="replay")), {}),
    ],
)
def test_the_whole_page_is_as_it_should_be(name: str, report: Report, options: Mapping[str, bool]) -> None:
    assert rendered(report, **options) == (EXPECTED / f"{name}.txt").read_text(encoding="utf-8")


def test_a_failure_has_the_layout_of_the_design() -> None:
    out = StringIO()
    one = reported(finding(), "surprise", curl="curl -i https://127.0.0.1/", count=2, item="oneall/lookup/cases/x")
    render_findings([one], Console(file=out, width=40))
    assert out.getvalue() == (
        "SURPRISE  oneall · lookupStorageUser · nobody-matches" + " " * 42 + "TR203\n"
        "  contracts/oneall/storage-lookup.yaml:31   the answer differs from the promised one\n"
        "  at body /response/request/status/info\n"
        "    expected  No user corresponding to your lookup criteria has been found\n"
        "    answered  User not found\n"
        '  shown on page oneall-storage-lookup, section "Example Resultset Lookup Failed"\n'
        "  reproduce   curl -i https://127.0.0.1/\n"
        "  seen 2 times; smallest in oneall/lookup/cases/x\n"
        "\n"
    )


@pytest.mark.parametrize("width", [20, 80, 100, 240])
def test_the_text_is_the_same_at_every_width(width: int) -> None:
    assert rendered(full(), width=width) == rendered(full())


def test_colour_only_adds() -> None:
    coloured = rendered(full(), terminal=True)
    assert "\x1b[" in coloured
    assert ANSI.sub("", coloured) == rendered(full())


def test_a_pipe_gets_no_control_codes() -> None:
    text = rendered(full(), verbose=True)
    assert not [char for char in text if char != "\n" and not char.isprintable()]
    assert "\\x1b[31mtoday\\r\\nor so" in text


def test_lines_fit_the_page_but_for_what_is_copied() -> None:
    lines = rendered(full(), verbose=True, waivable=True).splitlines()
    assert [line for line in lines if len(line) > 100 and not line.startswith(("  reproduce", "  accept it"))] == []


def test_what_the_console_cannot_encode_is_escaped() -> None:
    raw = BytesIO()
    out = TextIOWrapper(raw, encoding="ascii", write_through=True)
    render(full(), Console(file=out))
    assert b"oneall \\xb7 lookupStorageUser" in raw.getvalue()


@pytest.mark.parametrize("many", [0, 1, 20, 21, 57])
def test_only_so_many_surprises_are_shown_in_full(many: int) -> None:
    text = rendered(surprising(many))
    assert text.count("\nSURPRISE ") == min(many, 20)
    assert (f"… and {many - 20} more, see --report json=FILE" in text) == (many > 20)
    assert rendered(surprising(many), verbose=True).count("\nSURPRISE ") == many


def test_surprises_of_one_operation_stand_together() -> None:
    operations = ["a", "b", "a", "c", "b"]
    findings = tuple(
        reported(finding(operation=name, subject=str(at)), "surprise") for at, name in enumerate(operations)
    )
    shown = re.findall(r"SURPRISE  oneall · (\w) · (\d)", rendered(replace(EMPTY, findings=findings)))
    assert shown == [("a", "0"), ("a", "2"), ("b", "1"), ("b", "4"), ("c", "3")]


def test_a_very_long_curl_line_is_left_to_the_json_report() -> None:
    report = replace(EMPTY, findings=(reported(finding(), "surprise", curl="curl " + "x" * 2_000),))
    assert "reproduce   a line of 2,005 characters, see --report json=FILE" in rendered(report)
    assert "x" * 2_000 in rendered(report, verbose=True)


@pytest.mark.parametrize(
    ("basis", "citation", "words"),
    [
        (Basis.DOCUMENTED, Citation("page", "lookup", "Errors"), 'documented on page lookup, section "Errors"'),
        (Basis.EXAMPLE, Citation("page", "lookup"), "shown on page lookup"),
        (Basis.OBSERVED, Citation("client", "pyoneall"), "observed in client pyoneall"),
        (Basis.ASSUMED, Citation("ours", "nothing else makes sense"), "our own reading: nothing else makes sense"),
        (Basis.ASSUMED, Citation("page", "lookup"), "our own reading of page lookup"),
        (Basis.DOCUMENTED, None, "documented; the spec names no page"),
        (Basis.ASSUMED, None, "our own reading"),
    ],
)
def test_every_basis_has_its_words(basis: Basis, citation: Citation | None, words: str) -> None:
    assert known_from(basis, citation) == words


MET = st.integers(0, 3)


@st.composite
def counted(draw: st.DrawFn) -> tuple[Count, ...]:
    counts = []
    for index in range(draw(st.integers(0, 12))):
        kind = draw(st.sampled_from(Kind))
        basis = draw(st.sampled_from(Basis))
        provoke = draw(st.sampled_from(["", "", "never"]))
        of = promise(kind, f"p{index}", basis, draw(st.sampled_from(["a", "b"])), provoke=provoke)
        good, broken = draw(MET), draw(MET)
        counts.append(Count(of, good + broken, good, broken, draw(MET), draw(MET)))
    return tuple(counts)


@given(counted())
def test_the_numbers_add_up(counts: tuple[Count, ...]) -> None:
    text = rendered(replace(EMPTY, counts=counts))

    def listed(title: str) -> int:
        found = re.search(rf"^{title}[^\n]*\((\d+)\)$", text, re.MULTILINE)
        return int(found[1]) if found else 0

    cells = [re.findall(r"(\d+) of (\d+)", line) for line in text.splitlines() if line.startswith("  oneall · ")]
    rows = [cell for line in cells for cell in line]
    exercised, expected = (sum(int(cell[side]) for cell in rows) for side in (0, 1))
    assert exercised + listed("Never exercised") + listed("Only shadowed") == expected
    assert expected + listed("Cannot be provoked") == len(counts)
    promises = [count for count in counts if count.promise.kind in (Kind.CLAUSE, Kind.ROW)]
    said = re.search(r"(\d+) documented promises? kept, (\d+) others? kept", text)
    assert said is not None
    assert int(said[1]) + int(said[2]) == sum(count.kept > 0 and not count.broken for count in promises)


@given(st.text(st.characters()))
def test_every_text_can_be_shown(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown
    out = StringIO()
    hostile = finding(message=text, where=text, expected=text, answered=text, subject=text, code="TR301")
    render_findings(
        [reported(hostile, "breach", item=text, waiver=replace(WAIVER, who=text, reason=text))], Console(file=out)
    )
    assert all(char == "\n" or char.isprintable() for char in out.getvalue())
