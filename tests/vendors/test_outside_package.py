"""A package outside the tree, installed into a folder: its vendor, check, source and report are used by real runs."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest
from made_distributions import make_distribution

PACKAGE = Path(__file__).parent / "outside_vendor"
ESWS = ("verify", "--vendor", "esws", "--operation", "getSyncToken", "--only", "cases")
BUILD = (sys.executable, "-c", "import sys, hatchling.build; hatchling.build.build_wheel(sys.argv[1])")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package is installed into: its wheel is built, and unpacked as an installer does."""
    folder = tmp_path_factory.mktemp("site")
    copy = tmp_path_factory.mktemp("package")
    for source in PACKAGE.rglob("*"):
        if source.is_file() and "__pycache__" not in source.parts:
            target = copy / source.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    built = subprocess.run([*BUILD, str(copy)], cwd=copy, capture_output=True, text=True, check=False, timeout=300)
    assert built.returncode == 0, built.stderr
    (wheel,) = copy.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def environment(*sites: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sites)), "PYTHONIOENCODING": "utf-8"}


def troth(here: Path, *arguments: str, sites: tuple[Path, ...]) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with what is installed in these folders."""
    return subprocess.run(
        [sys.executable, "-m", "troth", *arguments],
        cwd=here,
        env=environment(*sites),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def test_its_vendor_is_verified_against_its_stateful_mock(site: Path, tmp_path: Path) -> None:
    done = troth(tmp_path, "verify", "--vendor", "parcels", "--complete", "--report", "json=out.json", sites=(site,))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    kept = {promise["name"] for promise in report["promises"] if promise["kept"]}
    # A parcel can be read once it was handed in: the mock keeps a state between two calls of one case.
    assert {"shown", "unknown", "wrong-key", "handed-in", "number-echoed", "weight-kept", "number.new"} <= kept
    assert {item["source"] for item in report["items"]} == {"cases", "properties", "recordings"}
    assert report["findings"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("lint", "--vendor", "parcels"),
        ("lint",),
        ("verify", "--vendor", "parcels", "--target", "replay"),
        ("strength", "--vendor", "parcels", "--operation", "readParcel"),
        ("verify", "--vendor", "parcels", "--only", "cases", "--plan"),
        ESWS,
    ],
    ids=" ".join,
)
def test_its_vendor_is_there_for_every_command(site: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = troth(tmp_path, *arguments, sites=(site,))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def served(site: Path, tmp_path: Path) -> Iterator[str]:
    """The address of ``troth mock parcels``."""
    command = [sys.executable, "-u", "-m", "troth", "mock", "parcels", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(site), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        yield next(word for word in words if word.startswith("http://"))
        process.terminate()


def ask(method: str, url: str, key: str = "", body: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, {"X-Key": key}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def test_its_mock_is_served_and_keeps_its_state_until_a_reset(served: str) -> None:
    key = json.loads(ask("GET", f"{served}/_mock/world")[1])["parcels"]["key"]
    status, body = ask("POST", f"{served}/parcels", key, b'{"weight": 9}')
    number = json.loads(body)["number"]
    assert status == 201
    assert ask("GET", f"{served}/parcels/{number}", key) == (200, body)
    assert ask("POST", f"{served}/_mock/reset")[0] == 204
    assert ask("GET", f"{served}/parcels/{number}", key)[0] == 404


def test_its_check_source_and_report_are_used_where_they_are_named(site: Path, tmp_path: Path) -> None:
    arguments = ("verify", "--vendor", "parcels", "--only", "known", "--check", "leaks", "--report", "lines=out.txt")
    done = troth(tmp_path, *arguments, sites=(site,))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "LEAKS101" in done.stdout
    lines = (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["kept parcels/readParcel/known/a-parcel", "kept parcels/readParcel/known/nobodys"]
    assert lines[2:] == [
        "LEAKS101 x-powered-by",
        "GET https://parcels.example/parcels/00000000 {'X-Key': '<PARCELS_KEY>'}",
    ]
    strict = troth(tmp_path, *arguments, "--strict", sites=(site,))
    assert strict.returncode == 1, strict.stdout + strict.stderr
    without = troth(tmp_path, "verify", "--vendor", "parcels", "--only", "known", "--strict", sites=(site,))
    assert without.returncode == 0, without.stdout + without.stderr
    explained = troth(tmp_path, "explain", "LEAKS101", sites=(site,))
    assert "Have the vendor's proxy remove the header." in explained.stdout


def test_a_finding_of_its_check_can_be_waived(site: Path, tmp_path: Path) -> None:
    finding = "LEAKS101 parcels.readParcel x-powered-by at header X-Powered-By"
    waived = troth(tmp_path, "waive", finding, "--until", "2999-01-01", "--reason", "r", "--who", "w", sites=(site,))
    assert waived.returncode == 2
    assert "is too far ahead" in waived.stderr
    (tmp_path / "waivers.yaml").write_text(f"- {{finding: '{finding}', reason: r, until: '2020-01-01', who: w}}\n")
    arguments = ("verify", "--vendor", "parcels", "--only", "known", "--check", "leaks", "--strict")
    done = troth(tmp_path, *arguments, sites=(site,))
    assert done.returncode == 1
    assert "a waiver expired on 2020-01-01" in done.stdout


def test_pytest_runs_them_too(site: Path, tmp_path: Path) -> None:
    """A project adds a clause to the installed contracts; all of them are tests."""
    folder = tmp_path / "contracts" / "parcels"
    folder.mkdir(parents=True)
    (folder / "vendor.yaml").write_text("extends: installed\n", encoding="utf-8")
    (folder / "mine.yaml").write_text(
        "vendor: parcels\noperation: readParcel\nclauses:\n  a-weight:\n    when: response.status == 200\n"
        "    expect: response.body.weight > 0\n    source: {ours: nothing weighs nothing}\n",
        encoding="utf-8",
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\ntroth_contracts = contracts\naddopts = --strict-markers\n")
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:randomly", "-p", "no:cacheprovider", "contracts"]
    options = ["--troth-only", "cases,known", "--troth-check", "leaks"]
    done = subprocess.run(
        [*command, *options], cwd=tmp_path, env=environment(site), capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "contracts/parcels/mine.yaml::readParcel[known-nobodys] PASSED" in done.stdout
    assert "contracts/parcels/vendor.yaml::handIn[cases-handed-in] PASSED" in done.stdout
    assert "surprise LEAKS101 readParcel x-powered-by" in done.stdout


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of which nothing can be used, and one that takes the name of a vendor of ours."""
    folder = tmp_path_factory.mktemp("broken")
    entries = {
        "troth.vendors": {"garden": "garden_troth:VENDOR"},
        "troth.checks": {"weeds": "garden_troth:CHECK"},
        "troth.sources": {"seeds": "garden_troth:SOURCE"},
        "troth.reporters": {"fruit": "garden_troth:REPORTER", "junit": "garden_troth:REPORTER"},
    }
    make_distribution(folder, "garden-troth", entries, {"garden_troth": "import no_such_module\n"})
    make_distribution(folder, "rival-troth", {"troth.vendors": {"oneall": "rival_troth:VENDOR"}}, {})
    return folder


SELECTED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "a vendor": (("verify", "--vendor", "garden"), "garden-troth 1.0"),
    "every vendor": (("verify",), "garden-troth 1.0"),
    "a vendor to lint": (("lint", "--vendor", "garden"), "garden-troth 1.0"),
    "a vendor to serve": (("mock", "garden", "--port", "0"), "garden-troth 1.0"),
    "a check": ((*ESWS, "--check", "weeds"), "garden-troth 1.0"),
    "a check's code": (("explain", "WEEDS101"), "garden-troth 1.0"),
    "a source": ((*ESWS[:-1], "cases,seeds"), "garden-troth 1.0"),
    "a report": ((*ESWS, "--report", "fruit=out.txt"), "garden-troth 1.0"),
    "a report with a name of ours": ((*ESWS, "--report", "junit=out.xml"), "garden-troth 1.0"),
    "a vendor with a name of ours": (("verify", "--vendor", "oneall"), "rival-troth 1.0"),
}


@pytest.mark.parametrize("what", SELECTED)
def test_what_cannot_be_used_is_an_error_where_it_is_selected(broken: Path, tmp_path: Path, what: str) -> None:
    arguments, distribution = SELECTED[what]
    done = troth(tmp_path, *arguments, sites=(broken,))
    assert done.returncode == 2, done.stdout + done.stderr
    assert distribution in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (*ESWS, "--report", "json=out.json"),
        ("lint", "--vendor", "esws"),
        ("verify", "--vendor", "socialidnow", "--operation", "getLoginInfo", "--only", "cases"),
        ("explain", "TR203"),
        ("--help",),
    ],
    ids=" ".join,
)
def test_what_cannot_be_used_stops_nothing_else(broken: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = troth(tmp_path, *arguments, sites=(broken,))
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_fails_later_is_an_error_of_its_distribution(tmp_path: Path) -> None:
    text = (
        "from troth.plugins.descriptions import *\n"
        "def fail(*given): raise RuntimeError('late')\n"
        "from troth.reporting.codes import Code\n"
        "CODES = (Code('LATE101', 't', 'm', 'w', 'a', 'e'),)\n"
        "CHECK = CheckDescription(api_version=1, name='late', check=fail, codes=CODES)\n"
        "SOURCE = SourceDescription(api_version=1, name='late', make=fail)\n"
        "REPORTER = ReporterDescription(api_version=1, name='late', write=fail)\n"
    )
    entries = {
        "troth.checks": {"late": "late_troth:CHECK"},
        "troth.sources": {"late": "late_troth:SOURCE"},
        "troth.reporters": {"late": "late_troth:REPORTER"},
    }
    make_distribution(tmp_path / "site", "late-troth", entries, {"late_troth": text})
    for options in (("cases", "--check", "late"), ("late",), ("cases", "--report", "late=out.txt")):
        done = troth(tmp_path, *ESWS[:-1], *options, sites=(tmp_path / "site",))
        assert done.returncode == 4, (options, done.stdout + done.stderr)
        assert "late-troth 1.0" in done.stdout + done.stderr
        assert "RuntimeError: late" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
