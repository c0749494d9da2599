import re
from pathlib import Path

import pytest

import troth
from troth.errors import UsageInvalid
from troth.reporting.codes import CODES, explain, findings_page

SOURCE = Path(troth.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "findings.md"
CODE = re.compile(r'"(TR[0-9]{3})"')


def emitted() -> set[str]:
    files = (path for path in SOURCE.rglob("*.py") if path.parent.name not in ("reporting", "waivers"))
    return {code for path in files for code in CODE.findall(path.read_text("utf-8"))}


def test_every_code_that_is_reported_is_explained_and_the_other_way_round() -> None:
    assert emitted() == set(CODES)


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == findings_page(), "write it again from findings_page()"


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained_in_full(code: str) -> None:
    text = explain(code)
    assert text.startswith(f"{code} {CODES[code].title}\n")
    for part in ("What it means", "Why it matters", "What to do", "For example"):
        assert re.search(rf"^{part}\n  \S", text, re.MULTILINE)
    assert all(len(line) <= 100 for line in text.splitlines())
    assert f"### {code} {CODES[code].title}\n" in findings_page()


@pytest.mark.parametrize("asked", ["tr203", " TR203 "])
def test_a_code_is_found_however_it_is_written(asked: str) -> None:
    assert explain(asked) == explain("TR203")


def test_an_unknown_code_gets_a_suggestion() -> None:
    with pytest.raises(UsageInvalid, match=r"there is no finding 'TR204': did you mean 'TR20\d'\?"):
        explain("TR204")
