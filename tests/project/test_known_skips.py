"""The list of known skips, in sessions of its own."""

from pathlib import Path

import pytest
from known_skips import LIST, Known, read

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
KNOWN = """\
# why a test may be skipped
tests/test_shop.py::test_sells[a*]
    the shop is closed
tests/test_gone.py
    no such shop
"""
SHOP = """
import pytest

@pytest.mark.parametrize("what", ["apples", "pears"])
def test_sells(what):
    if what == "apples":
        pytest.skip("the shop is closed today")

@pytest.mark.xfail(reason="not built")
def test_rents():
    raise AssertionError

def test_counts():
    pass
"""
GONE = """
import pytest
pytest.skip("no such shop", allow_module_level=True)
"""
WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])


@pytest.fixture
def shop(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite whose skips are all known."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini(f"[pytest]\npythonpath = {TESTS}\ntestpaths = tests\n")
    pytester.makeconftest('pytest_plugins = ["known_skips"]')
    write(pytester, LIST.name, KNOWN)
    write(pytester, "test_shop.py", SHOP)
    write(pytester, "test_gone.py", GONE)
    return pytester


def write(shop: pytest.Pytester, name: str, text: str) -> None:
    path = shop.path / "tests" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(shop: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return shop.runpytest_subprocess("-p", "xdist", "-p", "no:cacheprovider", *arguments)


@WORKERS
def test_known_skips_pass_and_an_expected_failure_is_none(shop: pytest.Pytester, workers: tuple[str, ...]) -> None:
    result = run(shop, "--skips-known", *workers)
    result.assert_outcomes(passed=2, skipped=2, xfailed=1)
    assert result.ret == 0
    assert "known-skips" not in result.stdout.str()


@WORKERS
def test_an_unknown_skip_fails_the_session_and_is_named(shop: pytest.Pytester, workers: tuple[str, ...]) -> None:
    write(shop, LIST.name, KNOWN.partition("tests/test_gone.py")[0].replace("[a*]", "[p*]"))
    result = run(shop, "--skips-known", *workers)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "tests/test_gone.py was skipped, and the list does not know it: Skipped: no such shop",
            "tests/test_shop.py::test_sells[[]apples[]] was skipped, and * Skipped: the shop is closed today",
        ]
    )


def test_a_skip_for_another_reason_is_not_the_one_that_is_known(shop: pytest.Pytester) -> None:
    write(shop, "test_shop.py", SHOP.replace("the shop is closed today", "out of apples"))
    result = run(shop, "--skips-known")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["tests/test_shop.py::test_sells* the list does not know it: Skipped: out of apples"])


@WORKERS
def test_an_entry_that_names_no_test_fails_a_whole_session_only(
    shop: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    write(shop, LIST.name, KNOWN + "tests/test_shop.py::test_lends\n    nothing to lend\n")
    result = run(shop, "--skips-known", *workers)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["known-skips.txt:6: tests/test_shop.py::test_lends names no test any more*"])
    assert run(shop, "--skips-known", *workers, "tests/test_shop.py").ret == 0
    assert run(shop, "--skips-known", *workers, "-k", "sells").ret == 0


def test_tests_of_a_module_that_skips_itself_are_still_there(shop: pytest.Pytester) -> None:
    write(shop, LIST.name, KNOWN + "*/test_gone.py::test_buys\n    nothing to buy\n")
    assert run(shop, "--skips-known").ret == 0


@WORKERS
def test_what_was_not_skipped_here_is_told_and_no_more(shop: pytest.Pytester, workers: tuple[str, ...]) -> None:
    write(shop, "test_gone.py", "def test_found():\n    pass\n")
    write(shop, LIST.name, KNOWN + "tests/test_shop.py::test_counts\n    too many\n")
    result = run(shop, "--skips-known", *workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["known-skips.txt:4: tests/test_gone.py", "known-skips.txt:6: *::test_counts"])


def test_ci_asks_for_it_and_a_desk_does_not(shop: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop.path / LIST).unlink()
    assert run(shop).ret == 0
    monkeypatch.setenv("CI", "true")
    assert run(shop).ret == 1


def test_a_failure_keeps_its_exit_code(shop: pytest.Pytester) -> None:
    result = run(shop, "--skips-known", "-k", "nothing-of-this-name")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a.py::b\n  why\n\n# words\nc.py\n\twhy too\n", ()),
        ("  why\n", ("line 1: a reason without a test above it",)),
        ("a.py\nb.py\n  why\n", ("line 1: no reason below a.py",)),
        ("a.py\n  why\n  and why\n", ("line 3: a reason without a test above it",)),
        ("a.py", ("the last line: no reason below a.py",)),
    ],
)
def test_a_list_that_cannot_be_read_says_where(text: str, problems: tuple[str, ...]) -> None:
    assert read(text)[1] == problems


def test_a_list_with_a_mistake_fails_the_session(shop: pytest.Pytester) -> None:
    write(shop, LIST.name, KNOWN + "tests/test_shop.py\n")
    result = run(shop, "--skips-known")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["known-skips.txt: the last line: no reason below tests/test_shop.py"])


@pytest.mark.parametrize(
    ("pattern", "nodeid", "named"),
    [
        ("a.py::b[1-2]", "a.py::b[1-2]", True),
        ("a.py::b[1-2]", "a.py::b1", False),
        ("a.py::*", "a.py::b[x\ny]", True),
        ("*/a.py", "tests/checks/a.py", True),
        ("*/a.py", "tests/checks/a.py::b", False),
        ("a?py", "a.py", False),
    ],
)
def test_only_a_star_is_special(pattern: str, nodeid: str, named: bool) -> None:
    assert Known(pattern, "why", 1).names(nodeid) is named


def test_the_list_of_this_project_can_be_read() -> None:
    entries, problems = read((ROOT / LIST).read_text(encoding="utf-8"))
    assert entries
    assert problems == ()
