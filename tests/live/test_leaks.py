"""No leak: canaries as credentials, passwords, tokens and personal data, and a vendor that repeats all of them."""

import json
import os
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from click.testing import CliRunner
from projects import ROOT, quoted
from rich.console import Console

from troth.cli.guard import guarded
from troth.model.exchange import Exchange
from troth.model.ports import Judged, RunOptions
from troth.model.report import Judgement
from troth.reporting.console.report import render
from troth.secrets.redactor import Redactor
from troth.session.conclude import conclude_run
from troth.session.progress import Progressing
from troth.session.reach import select
from troth.session.reports import REPORTERS
from troth.session.run import Run

SENT = {
    "PUBLIC_KEY": "canary-7f3a91c2d4e8-public",
    "PRIVATE_KEY": 'canary 5b&d"e/8\\f+1%<é>9c private',
    "USER_PASSWORD": "c4n4ry;P@ss:w0rd#93ab7e",
    "USER_LOGIN": "canary.93af77@login.example.com",
    "PROXY_TOKEN": "cafe0123canary4567babe89abcdef01",
}
BROUGHT = {
    "token": "f00dfeed8c1e4ca0b2d96a7b3c5d9e1f02468ace",
    "email": "canary.jane.roe@mail.example.com",
    "family": "Canaryhausen",
    "birthday": "1971-11-23",
    "picture": "https://pictures.example/canary/8812.png",
    "cookie": "canarysession99887766aabbccddeeff",
}


class Parrot(BaseHTTPRequestHandler):
    """Answers every request with itself, decoded and not, and with a person's data."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        auth = self.headers.get("Authorization") or ""
        with_password = b64decode(auth[6:]).decode("utf-8", "replace") if auth.startswith("Basic ") else auth
        person = {
            "email": BROUGHT["email"],
            "name": {"familyName": BROUGHT["family"], "formatted": f"Jane {BROUGHT['family']}"},
            "birthday": BROUGHT["birthday"],
            "picture_url": BROUGHT["picture"],
            "access_token": BROUGHT["token"],
        }
        repeated = (with_password, auth, unquote(self.path), self.path, body, BROUGHT["token"], BROUGHT["email"])
        info = f"unknown: {' '.join(repeated)}"
        said = {
            "response": {
                "request": {"status": {"flag": "error", "code": 500, "info": info}},
                "result": {"data": {"user": person}},
            }
        }
        data = json.dumps(said, ensure_ascii="/storage" in self.path).encode("utf-8", "surrogatepass")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", f"session={BROUGHT['cookie']}; Path=/")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names are the library's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Stay silent."""


@contextmanager
def parrot() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Parrot) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


TARGET = """
[targets.staging]
address = {{oneall = "{address}"}}
{more}
[targets.staging.facts.oneall]
site.keys.username = "${{PUBLIC_KEY}}"
site.keys.password = "${{PRIVATE_KEY}}"
user.login = "${{USER_LOGIN}}"
user.password = "${{USER_PASSWORD}}"
user.user_token = "2eaf5d01-8244-44b9-878d-9e83073c45e0"
"""


def troth(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **SENT, "PYTHONFAULTHANDLER": "1"}
    command = [sys.executable, "-m", "troth", "--debug", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=300, check=False)


def leaks(data: bytes) -> list[str]:
    known = {value: name for name, value in {**SENT, **BROUGHT}.items()}
    return [data[span.start : span.end].decode("utf-8", "replace") for span in Redactor(known).find(data)]


def written(folder: Path) -> list[Path]:
    """Every file below the folder but what it links to."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_relative_to(ROOT)]
    return [path for path in files if "specs" not in path.parts and "contracts" not in path.parts]


CAREFUL = "writes = false\nlockouts = false\nfuzzing = false"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("specs", "contracts"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.parametrize("more", ["", CAREFUL], ids=["everything", "careful"])
def test_a_vendor_that_repeats_every_secret_leaves_none_behind(project: Path, more: str) -> None:
    with parrot() as address:
        (project / "troth.toml").write_text(TARGET.format(address=address, more=more), encoding="utf-8")
        arguments = ["--target", "staging", "--operation", "readUser", "--operation", "createStorageUser"]
        run = ["verify", *arguments, "--only", "cases", "--record", "cassettes", "-v"]
        ended = [troth(project, *run, "--report", "junit=junit.xml", "--report", "json=report.json")]
        assert ended[0].returncode == 1, ended[0].stderr.decode()
        assert b"BREACH" in ended[0].stdout
        if more:
            ended += [troth(project, "doctor"), troth(project, *run[:-3], "--plan")]
        else:
            ended += [
                troth(project, "verify", "--target", "replay", "--cassettes", "cassettes", "--vendor", "oneall", "-v")
            ]
            assert b"BREACH" in ended[1].stdout
    for process in ended:
        assert leaks(process.stdout + b"\n" + process.stderr) == []
    assert {".yaml", ".xml", ".json", ".jsonl"} <= {path.suffix for path in written(project)}
    for path in written(project):
        assert leaks(path.read_bytes()) == [], path


DEAD = """longest_wait = 0
proxy = "http://me:${PROXY_TOKEN}@127.0.0.1:9"
[targets.staging.authentication.oneall]
query = {api_key = "${PRIVATE_KEY}"}
"""


def test_what_stops_troth_tells_no_secret(project: Path) -> None:
    text = TARGET.format(address="http://127.0.0.1:9", more=DEAD)
    (project / "troth.toml").write_text(text, encoding="utf-8")
    silent = troth(project, "doctor")
    refused = troth(project, "verify", "--target", "staging", "--operation", SENT["PRIVATE_KEY"])
    assert (silent.returncode, refused.returncode) == (3, 2)
    assert b"Traceback" in refused.stderr
    for ended in (silent, refused):
        assert leaks(ended.stdout + b"\n" + ended.stderr) == []


class Crashing:
    """A judge that fails, and tells what it was looking at."""

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        raise RuntimeError(f"cannot judge {exchange!r} in {seen.facts.world}")


def test_a_crash_in_a_check_tells_no_secret(project: Path) -> None:
    with parrot() as address:
        (project / "troth.toml").write_text(TARGET.format(address=address, more=""), encoding="utf-8")
        options = RunOptions(sources=("cases",), operations=("readUser",))
        selection = select(project, "staging", environment=SENT)
        run = Run(selection, options, lambda _judges, _vendor: Crashing())
        progressing = Progressing(run, selection, resume=False)
        for item in run.items:
            progressing.run(item)
        report = conclude_run(run)
        run.target.close()
    # Some cases need facts that this target does not give (TR903).
    assert {"TR905"} <= {one.finding.code for one in report.findings} <= {"TR903", "TR905"}
    shown = StringIO()
    render(report, Console(file=shown, soft_wrap=True), verbose=True, waivable=True)
    for kind, reporter in REPORTERS.items():
        reporter(report, project / f"report.{kind}")
    assert "cannot judge" in shown.getvalue()
    assert leaks(shown.getvalue().encode()) == []
    assert len(written(project)) > 3
    for path in written(project):
        assert leaks(path.read_bytes()) == [], path


def test_an_error_inside_troth_tells_no_secret(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "troth.toml").write_text(TARGET.format(address="http://127.0.0.1:9", more=DEAD), encoding="utf-8")
    (project / ".env").write_text("".join(f"{name}={quoted(value)}\n" for name, value in SENT.items()))
    monkeypatch.chdir(project)

    @click.command()
    @click.option("--debug", is_flag=True)
    @guarded
    def crash(debug: bool) -> int:  # noqa: ARG001 - it is there for the guard
        raise RuntimeError(f"cannot send {[*SENT.values()]!r}")

    ended = CliRunner().invoke(crash, ["--debug"])
    assert ended.exit_code == 4
    assert "Traceback" in ended.output
    assert "<PRIVATE_KEY>" in ended.output
    assert leaks(ended.output.encode()) == []
