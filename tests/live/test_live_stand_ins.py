"""Mocks over HTTP and TLS stand in for live vendors: recorded, replayed, recorded again, with awkward credentials."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from projects import leaves, make_project
from werkzeug.serving import WSGIRequestHandler, make_server

from troth.mocks.esws.service import Esws
from troth.mocks.oneall.service import OneAll
from troth.mocks.server.http import Origin, running
from troth.mocks.service import Service
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.ports import RunOptions
from troth.model.report import Report, Verdict
from troth.secrets.redactor import Redactor
from troth.session.conclude import conclude_run
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.live.client import LiveTarget
from troth.targets.live.settings import Way

KEYS = {"username": "pub+lic%20/k&y='é'", "password": 'p:w"\\ <ø>;#?{}=+%0A&amp;€'}
PASSWORD = "\\u00e9 \"quoted\" 'twice' \t<![CDATA[&]]>$HOME`x`%s"


class AwkwardOneAll(OneAll):
    """Keys and a password that every encoding writes in another way."""

    def seed(self) -> None:
        super().seed()
        self._credentials = f"{KEYS['username']}:{KEYS['password']}".encode()
        user = dict(self._world["user"])
        _, account = self._store.look_up({"login": str(user["login"])}, None)
        account.password = user["password"] = PASSWORD
        self._world = {**self._world, "site": {**self._world["site"], "keys": KEYS}, "user": user}


class AwkwardEsws(Esws):
    def seed(self) -> None:
        super().seed()
        world = self.store.world
        company, admin = world["company"]["code"], world["admin"]
        self.store.companies[str(company)].admins[str(admin["username"])] = PASSWORD.replace("\t", "")
        admin["password"] = PASSWORD.replace("\t", "")  # type: ignore[index]


STAND_INS = {
    "oneall": (AwkwardOneAll, RunOptions(sources=("cases",), operations=("createStorageUser", "readUser"))),
    "esws": (AwkwardEsws, RunOptions(sources=("cases",), operations=("getUserId", "getQR", "deleteQR"))),
}


class Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing."""


@contextmanager
def secured(mock: Service, authority: trustme.CA) -> Iterator[str]:
    """The mock behind TLS; it asks for a certificate of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server = make_server("127.0.0.1", 0, Origin([mock]), threaded=True, request_handler=Silent, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def stand_in(mock: Service, folder: Path, authority: trustme.CA, secure: bool) -> Iterator[Path]:
    """A project whose target is the mock."""
    more = ""
    if secure:
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        authority.issue_cert("client.example").private_key_and_cert_chain_pem.write_to_path(str(folder / "client.pem"))
        more = 'ca_bundle = "ca.pem"\nclient_certificate = "client.pem"'
    with secured(mock, authority) if secure else running([mock]) as address:
        yield make_project(folder, address, {mock.vendor: mock.world()}, more)


def record(here: Path, options: RunOptions) -> tuple[Run, Report]:
    run = Run(select(here, "staging", record=here / "cassettes"), options)
    for item in run.items:
        run.runner.run(item)
    report = conclude_run(run)
    run.target.close()
    return run, report


@pytest.mark.parametrize(
    ("vendor", "secure"),
    [pytest.param("oneall", True, id="oneall over TLS"), pytest.param("esws", False, id="esws over HTTP")],
)
def test_record_replay_and_record_again(tmp_path: Path, authority: trustme.CA, vendor: str, secure: bool) -> None:
    make, options = STAND_INS[vendor]
    mock = make()
    with stand_in(mock, tmp_path, authority, secure) as here:
        run, report = record(here, options)
        files = {path: path.read_bytes() for path in (here / "cassettes").rglob("*.yaml")}
        mock.reset()
        again, _ = record(here, options)
    assert (report.verdict, report.run.target_kind) == (Verdict.KEPT, "live"), report.findings
    assert run.reached.recorder is not None
    assert run.reached.recorder.recorded.refused == {}
    assert run.reached.recorder.recorded.exchanges > 40
    assert again.reached.recorder is not None
    assert (again.reached.recorder.recorded.written, again.reached.recorder.recorded.left) == (0, [])
    assert {path: path.read_bytes() for path in (here / "cassettes").rglob("*.yaml")} == files

    replay = Run(select(here, "replay", (vendor,), cassettes=here / "cassettes"), RunOptions())
    for item in replay.items:
        replay.runner.run(item)
    replayed = conclude_run(replay)
    assert replayed.findings == ()
    assert {one.name: one.verdict for one in replayed.items} == {
        one.name: one.verdict for one in report.items if one.exchanges
    }
    assert replay.runner.tally.mark().numbers == run.runner.tally.mark().numbers

    redactor = Redactor(run.redactor.declared)
    assert {KEYS["password"], PASSWORD} & set(redactor.declared) or vendor == "esws"
    told = [value for _, value in leaves(mock.world()) if isinstance(value, str) and value in redactor.declared]
    assert len(told) > 3
    for path, data in files.items():
        assert not list(redactor.find(data)), path


def ask(address: str, way: Way) -> Exchange:
    target = LiveTarget(address, (), {}, way=way)
    try:
        return target.send(Request("GET", f"{address}/_mock/world"))
    finally:
        target.close()


def test_a_certificate_that_does_not_hold_is_named_and_nothing_is_sent(tmp_path: Path, authority: trustme.CA) -> None:
    mock = OneAll()
    with stand_in(mock, tmp_path, authority, secure=True) as here, secured(mock, authority) as address:
        bundle, client = str(here / "ca.pem"), str(here / "client.pem")
        trusted = ask(address, Way(ca_bundle=bundle, client_certificate=client))
        untrusted = ask(address, Way(client_certificate=client))
        elsewhere = ask(address.replace("127.0.0.1", "localhost"), Way(ca_bundle=bundle, client_certificate=client))
        unknown = ask(address, Way(ca_bundle=bundle))
    assert isinstance(trusted.answer, Response)
    assert trusted.answer.status == 200
    for exchange in (untrusted, elsewhere):
        assert isinstance(exchange.answer, NoAnswer)
        assert exchange.answer.reason is Silence.UNTRUSTED
        assert exchange.answer.detail.startswith("its certificate does not hold: ")
    assert isinstance(unknown.answer, NoAnswer)
    assert unknown.answer.reason in (Silence.UNTRUSTED, Silence.RESET)
