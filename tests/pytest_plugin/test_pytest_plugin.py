"""The pytest front door, driven as pytest users drive it."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INI = "[pytest]\ntroth_contracts = contracts\n"
ARGUMENTS = ("-p", "no:randomly", "-p", "no:cacheprovider", "--troth-only", "cases")


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with one of the vendors' contracts."""
    (pytester.path / "specs").mkdir()
    (pytester.path / "cassettes").mkdir()
    for name in ("esws.yaml", "esws.xsd"):
        shutil.copy(ROOT / "specs" / name, pytester.path / "specs" / name)
    shutil.copytree(ROOT / "contracts" / "esws", pytester.path / "contracts" / "esws")
    pytester.makeini(INI)
    return pytester


def test_contract_files_are_collected_with_readable_names(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--collect-only", "-q", *ARGUMENTS, "contracts/esws/get-sync-token.yaml")
    result.stdout.fnmatch_lines(["*get-sync-token.yaml::getSyncToken[[]cases-no-username[]]"])
    assert "world.yaml" not in result.stdout.str()


def test_kept_promises_pass_and_k_and_m_select(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess(*ARGUMENTS, "-k", "getSyncToken and no-username", "-m", "esws and cases")
    result.assert_outcomes(passed=2, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["troth: the embedded mock: * exchanges; exercised *"])
    assert result.ret == 0


def test_a_broken_promise_fails_with_trothes_own_words(project: pytest.Pytester) -> None:
    contract = project.path / "contracts" / "esws" / "get-sync-token.yaml"
    contract.write_text(contract.read_text().replace("text: NO USERNAME PROVIDED", "text: NO_USERNAME_PROVIDED"))
    result = project.runpytest_subprocess(*ARGUMENTS, "-k", "getSyncToken and cases-no-username")
    result.assert_outcomes(failed=2, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(
        [
            "BREACH*esws*getSyncToken*no-username*TR203",
            "*get-sync-token.yaml:*the answer differs from the promised one",
            "*expected  NO_USERNAME_PROVIDED",
            "*answered  NO USERNAME PROVIDED",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert result.ret == 1


def test_a_session_that_could_not_judge_never_exits_with_0(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess(*ARGUMENTS, "--troth-target", "http://127.0.0.1:1", "-k", "getWsdl")
    assert result.ret == 3
    result.stdout.fnmatch_lines(["*exit code 3: nothing could be judged"])


def test_mistakes_in_a_contract_are_collection_errors_at_their_place(project: pytest.Pytester) -> None:
    contract = project.path / "contracts" / "esws" / "get-qr.yaml"
    contract.write_text(contract.read_text().replace("operation: getQR", "operation: getQRR"))
    result = project.runpytest_subprocess(*ARGUMENTS, "contracts/esws/get-qr.yaml")
    result.stdout.fnmatch_lines(["*get-qr.yaml:*unknown operation 'getQRR'*", "*did you mean 'getQR'?*"])
    assert result.ret == 2


def test_xdist_counts_together(project: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    result = project.runpytest_subprocess(*ARGUMENTS, "-n", "2", "contracts/esws/get-sync-token.yaml")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["troth: the embedded mock: * exchanges; exercised *"])


def test_xdist_gives_no_finding_away(project: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    contract = project.path / "contracts" / "esws" / "get-sync-token.yaml"
    wrong = contract.read_text().replace("text: NO USERNAME PROVIDED", "text: NO_USERNAME_PROVIDED")
    contract.write_text(wrong.replace("basis: documented", "basis: assumed"))
    chosen = (*ARGUMENTS, "-k", "getSyncToken and cases", "contracts/esws/get-sync-token.yaml")
    alone = project.runpytest_subprocess(*chosen)
    parted = project.runpytest_subprocess(*chosen, "-n", "2")
    summaries = [[line for line in result.outlines if line.startswith("troth:")] for result in (alone, parted)]
    assert summaries[0] == summaries[1]
    assert any(line.startswith("troth: surprise TR203 getSyncToken no-username") for line in summaries[0])


def test_junit_carries_the_items(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess(*ARGUMENTS, "--junitxml=out.xml", "-k", "getSyncToken and no-password")
    assert result.ret == 0
    assert "getSyncToken[cases-no-password]" in (project.path / "out.xml").read_text()


def test_only_configured_folders_are_collected(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", anything="vendor: shop")
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.assert_outcomes(passed=1)
