"""``troth waive``, and waivers at the command line and under pytest."""

import re
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from troth.cli import main
from troth.errors import UsageInvalid
from troth.waivers.project import waive

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
FINDING = "TR203 esws.getSyncToken no-username at text"
VERIFY = ("verify", "--vendor", "esws", "--operation", "getSyncToken", "--only", "cases")


def troth(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def soon() -> str:
    """A day on which today's waivers still hold, whatever the clock says."""
    return str(date.today() + timedelta(days=30))


def entry(until: str, finding: str = FINDING) -> str:
    return f"- {{finding: {finding}, reason: they underscore it, until: {until}, who: Ada}}\n"


def make_project(folder: Path) -> Path:
    """One vendor, one of whose answers is not the promised one."""
    for name in ("specs/esws.yaml", "specs/esws.xsd"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "cassettes").mkdir()
    contracts = folder / "contracts" / "esws"
    contracts.mkdir(parents=True)
    for name in ("world", "sources", "functions", "get-sync-token"):
        shutil.copy(ROOT / "contracts" / "esws" / f"{name}.yaml", contracts)
    # The group, for this one operation alone: the other contracts would be compiled each time, and say nothing here.
    group = contracts / "functions.yaml"
    head, _, tail = group.read_text(encoding="utf-8").partition("applies:")
    clauses = re.sub(r"\A.*?\n(?=\w)", "", tail, flags=re.DOTALL)
    group.write_text(f"{head}applies: {{to: [getSyncToken]}}\n{clauses}", encoding="utf-8")
    contract = folder / "contracts" / "esws" / "get-sync-token.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("text: NO USERNAME PROVIDED", "text: NO_USERNAME_PROVIDED"), encoding="utf-8")
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_a_report_offers_is_what_troth_waive_takes(here: Path) -> None:
    make_project(here)
    result = troth(*VERIFY)
    assert result.exit_code == 1, result.output
    offers = [line.partition("accept it   troth ")[2] for line in result.output.splitlines() if "accept it" in line]
    assert len(offers) == 2
    for offer in offers:
        words = offer.replace("--reason '…'", "--reason 'ticket 4711' --who Ada")
        done = subprocess.run(
            ["bash", "-c", f"exec troth {words}"],
            env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    result = troth(*VERIFY)
    assert result.exit_code == 0, result.output
    assert "Waived (2)" in result.output
    assert "Ada: ticket 4711" in result.output


def test_an_expired_waiver_fails_again(here: Path) -> None:
    make_project(here)
    (here / "waivers.yaml").write_text(entry("2020-02-29") + entry(soon(), FINDING.replace("TR203", "TR202")))
    result = troth(*VERIFY)
    assert result.exit_code == 1
    assert "waiver      expired on 2020-02-29, waivers.yaml:1. Ada: they underscore it" in result.output
    assert f"exit code 1: a waiver expired on 2020-02-29: {FINDING}" in result.output


@pytest.mark.parametrize("command", [VERIFY, ("lint", "--vendor", "esws"), ("record",), ("waive", "--list")])
def test_a_file_that_cannot_be_used_is_exit_code_2_everywhere(command: tuple[str, ...], here: Path) -> None:
    (here / "waivers.yaml").write_text(entry("soon"))
    result = troth(*command)
    assert result.exit_code == 2, result.output
    assert "waivers.yaml:1:" in result.output
    assert "'soon' is not a day" in result.output


def test_lint_warns_of_waivers_that_can_never_match(here: Path) -> None:
    (here / "waivers.yaml").write_text(
        entry(soon(), "TR203 esws.getSyncTokn x")
        + entry(soon(), "TR299 esws.getQR x")
        + entry(soon(), "TR203 shop.a x")
    )
    result = troth("lint", "--vendor", "esws")
    assert result.exit_code == 0, result.output
    assert "there is no operation esws.getSyncTokn" in result.output
    assert "did you mean 'esws.getSyncToken'?" in result.output
    assert "there is no finding TR299" in result.output
    assert "0 errors, 2 warnings" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a finding"),
        (("TR203", "--reason", "r"), "a waiver needs --until"),
        ((FINDING, "--until", "2027-01-31"), "a waiver needs --reason"),
        ((FINDING, "--until", "2027-01-31", "--reason", " "), "a waiver needs --reason"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_is_missing_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = troth("waive", *arguments)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"finding": "TR203"}, "'TR203' is not a finding: write it as a report shows it"),
        ({"finding": "TR901 esws.getQR answer"}, "TR901 says nothing against the vendor"),
        ({"finding": "TR299 esws.getQR answer"}, "there is no finding TR299"),
        ({"finding": "TR203 esws.getQR found at /<ESWS_KEY>"}, "the place of this finding is a secret"),
        ({"until": "2026-11-21"}, "2026-11-21 is past"),
        ({"until": "2027-11-24"}, "2027-11-24 is too far ahead"),
        ({"until": "31.01.2027"}, "'31.01.2027' is not a day: write it like 2026-11-22"),
        ({"reason": "\x1b[31m"}, "--reason holds characters that cannot be shown"),
    ],
)
def test_what_cannot_be_waived_is_refused(changes: dict[str, str], said: str, tmp_path: Path) -> None:
    whole = {"finding": FINDING, "reason": "r", "until": "2027-01-31", "who": "Ada", "target": "", **changes}
    with pytest.raises(UsageInvalid) as refused:
        waive(tmp_path, **whole, today=TODAY)
    assert str(refused.value).startswith(said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("until", [TODAY, TODAY + timedelta(days=366)])
def test_today_and_a_year_ahead_are_days_for_a_waiver(until: date, tmp_path: Path) -> None:
    assert waive(tmp_path, FINDING, "r", str(until), "Ada", "", TODAY) == f"waivers.yaml:3: waived until {until}"


def test_words_need_no_quotes_and_the_list_shows_them(here: Path) -> None:
    (here / "waivers.yaml").write_text(entry("2020-02-29"))
    words = ["TR301", "esws.getQR", "qr-is-ours", "--reason", "a\n  b", "--who", "Ada", "--target", "staging"]
    assert troth("waive", *words, "--until", soon()).exit_code == 0
    listed = troth("waive", "--list").output
    assert "waivers.yaml:1  TR203 esws.getSyncToken no-username at text\n    EXPIRED on 2020-02-29. Ada:" in listed
    assert "waivers.yaml:2  TR301 esws.getQR qr-is-ours" in listed
    assert f"until {soon()}, 30 days left, only on staging. Ada: a b" in listed


@pytest.mark.usefixtures("here")
def test_an_empty_list_says_so() -> None:
    assert troth("waive", "--list").output == "no waivers\n"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    make_project(pytester.path)
    pytester.makeini("[pytest]\ntroth_contracts = contracts\n")
    return pytester


CASES = (
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "-rx",
    "--troth-only",
    "cases",
    "contracts/esws/get-sync-token.yaml",
)


def test_a_waived_item_is_an_expected_failure_also_where_workers_share_the_items(project: pytest.Pytester) -> None:
    waivers = entry(soon()) + entry(soon(), FINDING.replace("TR203", "TR202"))
    (project.path / "waivers.yaml").write_text(waivers)
    result = project.runpytest_subprocess(*CASES, "-n", "1")
    assert result.ret == 0
    result.assert_outcomes(xfailed=3, passed=result.parseoutcomes()["passed"])
    result.stdout.fnmatch_lines([f"XFAIL*cases-no-username* - *waived until {soon()}, Ada: they underscore it*"])


def test_an_expired_waiver_fails_its_test_and_runxfail_fails_them_all(project: pytest.Pytester) -> None:
    (project.path / "waivers.yaml").write_text(entry("2020-02-29") + entry(soon(), FINDING.replace("TR203", "TR202")))
    result = project.runpytest_subprocess(*CASES)
    assert result.ret == 1
    result.assert_outcomes(xfailed=1, failed=2, passed=result.parseoutcomes()["passed"])
    result.stdout.fnmatch_lines(["*waiver      expired on 2020-02-29, waivers.yaml:1. Ada: they underscore it"])
    result = project.runpytest_subprocess(*CASES, "--runxfail")
    result.assert_outcomes(failed=3, passed=result.parseoutcomes()["passed"])


@pytest.mark.parametrize("arguments", [("-n", "1"), ("-k", "coverage")], ids=["whole", "narrowed"])
def test_what_a_whole_session_did_not_meet_is_to_be_removed(
    arguments: tuple[str, ...], pytester: pytest.Pytester
) -> None:
    """One operation is all there is, since the generated requests of others cost seconds."""
    spec = yaml.safe_load((ROOT / "specs" / "esws.yaml").read_text(encoding="utf-8"))
    gets = {"/webservicesesws": {"get": spec["paths"]["/webservicesesws"]["get"]}}
    (pytester.path / "specs").mkdir()
    (pytester.path / "specs" / "esws.yaml").write_text(yaml.safe_dump({**spec, "paths": gets}), encoding="utf-8")
    shutil.copy(ROOT / "specs" / "esws.xsd", pytester.path / "specs")
    for name in ("cassettes", "contracts"):
        (pytester.path / name / "esws").mkdir(parents=True)
    (pytester.path / "contracts" / "esws" / "wsdl.yaml").write_text(
        "vendor: esws\noperation: getWsdl\nclauses:\n  shown:\n"
        "    {says: It is there., expect: response.status < 500, basis: documented, source: {ours: it is there}}\n"
    )
    pytester.makeini("[pytest]\ntroth_contracts = contracts\n")
    finding = "TR301 esws.getWsdl shown"
    (pytester.path / "waivers.yaml").write_text(entry("2020-02-29", finding) + entry(soon(), FINDING))
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *arguments, "contracts")
    said = [line for line in result.stdout.lines if "to remove" in line]
    whole = f"troth: waiver to remove: waivers.yaml:1 {finding} matched nothing"
    assert said == ([whole] if arguments == ("-n", "1") else [])
    assert result.ret == 0
