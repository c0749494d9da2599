"""``waivers.yaml``: what is read, what is refused and where, and what adding an entry leaves alone."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.errors import InputInvalid, UsageInvalid
from troth.model.waivers import LONGEST_DAYS, Waiver
from troth.waivers.file import FILE, add_waiver, read_waivers

TODAY = date(2026, 11, 22)
FINDING = "TR203 oneall.readUser found at body /response/data"
GOOD = f"""\
# Known to the vendor.
- finding: {FINDING}
  reason: capital letter   # ticket 4711
  until: 2027-01-31
  who: Ada Lovelace
- {{finding: TR104 oneall.listUsers conformance 200 at body /users/*/id,
   reason: x, until: "2026-11-01", who: B, target: staging}}
"""
WAIVER = Waiver(FINDING, "capital letter", date(2027, 1, 31), "Ada Lovelace")


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def said_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputInvalid) as refused:
        read_waivers(written(folder, text), TODAY)
    return [f"{one.position}: {one.message}" for one in refused.value.problems]


def test_days_are_read_with_quotes_and_without(tmp_path: Path) -> None:
    first, second = read_waivers(written(tmp_path, GOOD), TODAY)
    assert first == WAIVER
    assert str(first.position) == "waivers.yaml:2:3"
    assert (second.until, second.target) == (date(2026, 11, 1), "staging")


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n"])
def test_no_file_and_an_empty_one_are_no_waivers(text: str, tmp_path: Path) -> None:
    assert read_waivers(tmp_path, TODAY) == ()
    assert read_waivers(written(tmp_path, text), TODAY) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reason:", "raeson:", "waivers.yaml:3:3: unknown key 'raeson'"),
        ("  who: Ada Lovelace\n", "", "waivers.yaml:2:3: this entry lacks 'who'"),
        ("who: Ada Lovelace", "who: ''", "waivers.yaml:5:8: '' should be non-empty"),
        ("who: Ada Lovelace", "who: ' '", "waivers.yaml:5:8: who is empty"),
        ("reason: capital letter", "reason: 4711", "waivers.yaml:3:11: 4711 is not of type 'string'"),
        ("2027-01-31", "2027-02-31", "waivers.yaml:4:10: '2027-02-31' is not a day"),
        ("2027-01-31", "20270131", "waivers.yaml:4:10: 20270131 is not of type 'string'"),
        ("2027-01-31", "next year", "waivers.yaml:4:10: 'next year' is not a day"),
        (FINDING, "TR203 oneall.readUser", "waivers.yaml:2:12: is not a finding: write it as a report shows it"),
        (FINDING, "oneall.readUser found", "waivers.yaml:2:12: is not a finding: write it as a report shows it"),
        (FINDING, "TR203 * found", "waivers.yaml:2:12: is not a finding: write it as a report shows it"),
        (FINDING, "TR901 oneall.readUser answer", "waivers.yaml:2:12: TR901 says nothing against the vendor"),
        (FINDING, "TR402 oneall.readUser flow/step", "waivers.yaml:2:12: TR402 says nothing against the vendor"),
        (FINDING, FINDING + "/<ONEALL_KEY>", "waivers.yaml:2:12: the place of this finding is a secret"),
    ],
)
def test_what_cannot_be_used_is_named_at_its_place(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in GOOD
    (problem,) = said_of(tmp_path, GOOD.replace(old, new, 1))
    assert problem.startswith(said)


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("2027-01-31", "soon").replace("TR104 oneall.listUsers", "TR905 oneall.listUsers")
    assert len(said_of(tmp_path, text)) == 2


def test_an_unknown_key_says_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid) as refused:
        read_waivers(written(tmp_path, GOOD.replace("until:", "untill:", 1)), TODAY)
    assert refused.value.problems[0].fix == "did you mean 'until'?"


def test_a_mapping_is_not_a_list(tmp_path: Path) -> None:
    assert said_of(tmp_path, "finding: x\n") == ["waivers.yaml:1:1: must be a list"]


def test_one_finding_is_waived_once_on_a_target(tmp_path: Path) -> None:
    entry = GOOD.partition("- {")[0].partition("\n")[2]
    (problem,) = said_of(tmp_path, entry + entry)
    assert problem == "waivers.yaml:5:12: the same finding as on line 1"
    assert len(read_waivers(written(tmp_path, entry + entry + "  target: mock\n"), TODAY)) == 2


@pytest.mark.parametrize(("days", "fits"), [(LONGEST_DAYS, True), (LONGEST_DAYS + 1, False), (-4000, True)])
def test_no_waiver_lasts_longer_than_a_year(days: int, fits: bool, tmp_path: Path) -> None:
    text = GOOD.replace("2027-01-31", str(TODAY + timedelta(days=days)))
    if fits:
        assert read_waivers(written(tmp_path, text), TODAY)[0].until == TODAY + timedelta(days=days)
    else:
        assert "too far ahead: a waiver lasts 366 days at most, today until 2027-11-23" in said_of(tmp_path, text)[0]


LINE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=30)
WORDS = LINE.map(lambda text: " ".join(text.split())).filter(bool) | st.sampled_from(
    ["null", "yes", "~", "- x", "# no", "a: b", "'", '"', "@", "`", "!x", "&a", "*a", "{", "[", "|", "2027-01-31", "1"]
)
LAYOUTS = (
    "",
    "# only a remark",
    "- {finding: TR301 a.b c, reason: r, until: 2026-12-01, who: w}",
    "# head\n\n- finding: TR301 a.b c\n  reason: r # why\n  until: 2026-12-01\n  who: w\n# tail",
    "  - finding: TR301 a.b c\n    reason: >-\n      long\n      text\n    until: '2026-12-01'\n    who: w\n",
    "-   finding: TR301 a.b c\n    reason: r\n    until: 2026-12-01\n    who: w\n\n\n",
)


@given(
    rest=LINE.filter(str.strip),
    reason=WORDS,
    who=WORDS,
    layout=st.sampled_from(LAYOUTS),
    days=st.integers(0, LONGEST_DAYS),
    one=st.booleans(),
)
def test_what_is_added_is_read_back_and_the_rest_stays_as_it_was(
    rest: str, reason: str, who: str, layout: str, days: int, one: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = written(tmp_path_factory.mktemp("waivers"), layout)
    before = read_waivers(folder, TODAY)
    subject = " ".join(rest.split())
    waiver = Waiver(f"TR203 a.b {subject}", reason, TODAY + timedelta(days=days), who, who if one else "")
    line = add_waiver(folder, waiver, TODAY)
    text = (folder / FILE).read_text(encoding="utf-8")
    assert text.startswith(layout)
    assert read_waivers(folder, TODAY) == (*before, waiver)
    assert read_waivers(folder, TODAY)[-1].position.line == line
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_new_file_says_what_it_is(tmp_path: Path) -> None:
    assert add_waiver(tmp_path, WAIVER, TODAY) == 3
    assert (tmp_path / FILE).read_text().startswith("# Findings that are accepted until a day")
    assert read_waivers(tmp_path, TODAY) == (WAIVER,)


@pytest.mark.parametrize(
    "layout", ["[]\n", "[{finding: TR301 a.b c, reason: r, until: 2026-12-01, who: w}]\n", "--- []\n"]
)
def test_where_nothing_can_be_appended_the_file_stays_as_it_is(layout: str, tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match="add the entry by hand"):
        add_waiver(written(tmp_path, layout), WAIVER, TODAY)
    assert (tmp_path / FILE).read_text() == layout


def test_what_is_waived_already_is_not_added_again(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match=r"waived already, at waivers.yaml:2:3 \(until 2027-01-31\)"):
        add_waiver(written(tmp_path, GOOD), WAIVER, TODAY)


def test_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    (written(tmp_path, GOOD) / FILE).chmod(0o600)
    add_waiver(tmp_path, Waiver("TR301 a.b c", "r", TODAY, "w"), TODAY)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
