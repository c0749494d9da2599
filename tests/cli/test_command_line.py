"""The command line as its users meet it: exit codes, sentences, files; never a traceback."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bookmaking import SHOP_CONTRACT, SHOP_SPEC, make_folders
from click.testing import CliRunner, Result

from troth.cli import main
from troth.mocks.esws.service import Esws
from troth.mocks.server.http import running

ROOT = Path(__file__).parents[2]
FIVE_MISTAKES = ROOT / "tests" / "loading" / "broken" / "five-mistakes.yaml"
HEAVY = ("schemathesis", "hypothesis", "pytest", "lxml", "cel_expr_python", "urllib3", "jsonschema", "rich", "werkzeug")


def troth(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("here")
def test_the_main_job_on_one_operation_ends_kept_and_says_what_it_says_nothing_about() -> None:
    result = troth("verify", "--vendor", "esws", "--operation", "getSyncToken", "--only", "cases,recordings")
    assert result.exit_code == 0, result.output
    assert "This is the embedded mock: a green run says nothing about the live vendor." in result.output
    assert "esws · getSyncToken" in result.output
    assert "kept:" in result.output


def test_reports_are_written_beside_the_console(here: Path) -> None:
    arguments = ("verify", "--vendor", "esws", "--operation", "getQR", "--only", "cases")
    result = troth(*arguments, "--report", "junit=out.xml", "--report", "json=out.json")
    assert result.exit_code == 0, result.output
    suites = ElementTree.parse(here / "out.xml").getroot()
    assert sum(int(suite.get("tests", 0)) for suite in suites.iter("testsuite")) > 3
    assert json.loads((here / "out.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "--vendor", "onall"), "did you mean 'oneall'?"),
        (("verify", "--operation", "lookupStorageUsr"), "did you mean 'lookupStorageUser'?"),
        (("verify", "--only", "case"), "did you mean 'cases'?"),
        (("verify", "--target", "moc"), "did you mean 'mock'?"),
        (("verify", "--target", "https://api.oneall.com"), "not on loopback"),
        (("verify", "--target", "http://u:p@127.0.0.1"), "credentials do not belong in an address"),
        (("verify", "--report", "junt=x"), "did you mean 'junit'?"),
        (("verify", "--report", "junit"), "needs a file"),
        (("verify", "--report", "junit=no/such/folder/x.xml"), "does not exist"),
        (("verify", "--spec", "no-such-file.yaml"), "cannot be read"),
        (("verify", "--spec", "http://127.0.0.1:1/openapi.json"), "cannot be fetched"),
        (("explain", "TR999"), "TR"),
        (("mock", "onall"), "did you mean 'oneall'?"),
        (("verfy",), "did you mean 'verify'?"),
    ],
)
@pytest.mark.usefixtures("here")
def test_wrong_usage_is_a_sentence_and_exit_code_2(arguments: tuple[str, ...], said: str) -> None:
    result = troth(*arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output


def test_five_mistakes_are_five_located_errors_and_exit_code_2(here: Path) -> None:
    make_folders(here, contracts={"orders": FIVE_MISTAKES.read_text(encoding="utf-8")})
    for command in ("verify", "lint"):
        result = troth(command)
        assert result.exit_code == 2
        located = [line for line in result.output.splitlines() if line.startswith("contracts/shop/orders.yaml:")]
        assert len(located) == 5, result.output


def test_an_unknown_source_a_missing_fact_and_an_unreachable_row_are_lint_findings(here: Path) -> None:
    contract = SHOP_CONTRACT.replace("when: order.unknown", "when: order.unknown && order.ours")
    folders = make_folders(here, contracts={"orders": contract})
    result = troth("lint")
    assert result.exit_code == 2
    assert "unknown source 'orders'" in result.output
    assert "unknown fact $world.order.id" in result.output
    (folders.contracts / "shop" / "sources.yaml").write_text("orders: {title: Orders, kind: page}\n")
    (folders.contracts / "shop" / "world.yaml").write_text("facts: {order.id: {says: An order of ours.}}\n")
    result = troth("lint")
    assert "the row 'not-found' of shop.readOrder applies never" in result.output


@pytest.mark.usefixtures("here")
def test_a_dead_host_is_unjudged_and_exit_code_3() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = troth("verify", "--vendor", "esws", "--operation", "getWsdl", "--only", "cases", "--target", address)
    assert result.exit_code == 3, result.output
    assert "unjudged" in result.output
    assert "connection refused" in result.output.lower()


@pytest.mark.usefixtures("here")
def test_the_same_suite_runs_over_http_against_troth_mock() -> None:
    with running([Esws()]) as address:
        arguments = ("verify", "--vendor", "esws", "--operation", "get*Token", "--only", "cases", "--target", address)
        result = troth(*arguments)
    assert result.exit_code == 0, result.output
    assert "troth mock at http://127.0.0.1" in result.output


def test_a_vendor_without_a_mock_says_what_to_name_instead(here: Path) -> None:
    make_folders(here)
    result = troth("verify")
    assert result.exit_code == 2
    assert "there is no embedded mock of shop" in result.output


def test_a_spec_alone_is_judged_against_an_address(here: Path) -> None:
    (here / "shop.yaml").write_text(SHOP_SPEC)
    result = troth("verify", "--spec", "shop.yaml", "--target", "http://127.0.0.1:1", "--only", "cases")
    assert result.exit_code == 3, result.output


def test_nothing_heavy_is_imported_for_help() -> None:
    code = f"import sys, troth.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_version_and_help_name_the_exit_codes() -> None:
    assert troth("--version").output.startswith("troth, version ")
    assert "3 could not" in troth("--help").output
