"""Prism as a validation proxy between the suite and the stand-ins: it reads the same specs with other eyes.

Each row of each decision table is provoked once through the proxy; whatever Prism says against a request or an answer
must be explained in the one table below.
"""

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from outside_tools import MOMENT, PATIENCE_SECONDS, LyingSocialIdNow, NodeTools, quiet

from troth.arazzo.given import GivenWorkflows
from troth.arazzo.surroundings import Surroundings
from troth.arazzo.terms import compile_workflows
from troth.mocks.oneall.service import OneAll
from troth.mocks.server.http import running
from troth.mocks.service import Clock, Service
from troth.mocks.socialidnow.service import SocialIdNow
from troth.model.exchange import Exchange, Request, Response, header
from troth.model.facts import Facts
from troth.model.operation import Basis
from troth.model.ports import Abilities, Budget, Target
from troth.model.report import Verdict
from troth.session.folders import find_folders
from troth.session.open import open_all
from troth.session.reach import Selection
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.sources.cases import CasesItem, CasesSource
from troth.targets.live.client import LiveTarget

ROOT = Path(__file__).parents[2]
STAND_INS: dict[str, type[Service]] = {"oneall": OneAll, "socialidnow": SocialIdNow}

pytestmark = pytest.mark.outside


@dataclass(frozen=True)
class Violation:
    """What Prism said of one exchange."""

    operation: str
    place: str
    code: str
    message: str
    status: int

    def __str__(self) -> str:
        return f"{self.operation}: {self.place} [{self.code}] {self.message} (answered {self.status})"


@dataclass(frozen=True)
class Explained:
    """Violations that are meant, as patterns of place and code, with the statuses that answer them, and the reason."""

    place: str
    code: str
    statuses: tuple[int, ...]
    reason: str

    def covers(self, violation: Violation) -> bool:
        return (
            re.fullmatch(self.place, violation.place) is not None
            and re.fullmatch(self.code, violation.code) is not None
            and violation.status in self.statuses
        )


EXPLAINED = (
    Explained("request", "401", (401,), "a row sends no credentials on purpose, and they are refused"),
    Explained(
        r"request\.(query|body).*",
        "required|anyOf",
        (400, 401, 404),
        "a row leaves out a required part on purpose, and it is refused: for that, or first for its credentials",
    ),
    Explained(
        r"request\.query\.entries_per_page",
        "maximum",
        (200, 401),
        "a row asks for more entries than a page may hold on purpose; no page of the vendor says that this is refused",
    ),
)


class ThroughPrism(Target):
    """A target that speaks to a stand-in through Prism and keeps what Prism says."""

    kind = "mock"
    name = "a stand-in behind Prism"

    def __init__(self, address: str, mock: Service) -> None:
        self.violations: list[Violation] = []
        self.operation = ""
        self._address = address
        self._mock = mock
        self._live = LiveTarget(address, (), {})

    def send(self, request: Request) -> Exchange:
        """Prism knows paths without the path of the server, which stands in its own address for the upstream."""
        url = self._address + request.url[len(_server(request.url)) :]
        exchange = self._live.send(replace(request, url=url))
        assert isinstance(exchange.answer, Response), exchange
        said = header(exchange.answer.headers, "sl-violations")
        for one in json.loads(said) if said else ():
            place = ".".join(str(part) for part in one["location"])
            status = exchange.answer.status
            self.violations.append(Violation(self.operation, place, str(one.get("code", "")), one["message"], status))
        return replace(exchange, request=request)

    def facts(self, vendor: str) -> Facts:
        return Facts(world=self._mock.world(), closed=True)

    def abilities(self, vendor: str) -> Abilities:
        return Abilities(reset=self._mock.reset)

    def close(self) -> None:
        self._live.close()


def _server(url: str) -> str:
    base = "/v1/marketing"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" + (base if parts.path.startswith(base) else "")


@contextmanager
def prism(tools: NodeTools, vendor: str, mock: Service, log: Path) -> Iterator[ThroughPrism]:
    """Prism before the stand-in, until the block ends."""
    with running([mock]) as upstream, socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = str(chosen.getsockname()[1])
        chosen.close()
        base = upstream + ("/v1/marketing" if vendor == "socialidnow" else "")
        options = ("-h", "127.0.0.1", "-p", port, "-v", "error", str(ROOT / "specs" / f"{vendor}.yaml"), base)
        with log.open("w") as output:
            process = subprocess.Popen(
                tools.command("prism", "proxy", *options), env=quiet({}), stdout=output, stderr=subprocess.STDOUT
            )
        target = ThroughPrism(f"http://127.0.0.1:{port}", mock)
        try:
            wait_for(int(port), process, log)
            yield target
        finally:
            target.close()
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"Prism did not listen within {PATIENCE_SECONDS} s: {log.read_text()}")


def witnesses(vendor: str, target: ThroughPrism) -> tuple[Runner, list[CasesItem]]:
    """A runner, and one case of every item: each row once, and one case of what several rows or none decide."""
    opened = open_all(Selection(find_folders(ROOT), vendors=(vendor,)))
    book, terms = opened.book, opened.terms
    flows, _ = compile_workflows(book)
    given = GivenWorkflows(Surroundings(flows, terms, target.facts, lambda _seconds: None, target.abilities), Budget())
    items = [item for item in CasesSource(terms, target.facts, Budget(), given).items() if item.brief]
    return Runner(book, terms, target, Court(Basis.ASSUMED), promises=flows.promises()), items


@pytest.mark.parametrize("vendor", STAND_INS)
def test_every_violation_is_explained(node_tools: NodeTools, vendor: str, tmp_path: Path) -> None:
    with prism(node_tools, vendor, STAND_INS[vendor](Clock(MOMENT)), tmp_path / "prism.log") as target:
        runner, items = witnesses(vendor, target)
        results = []
        for item in items:
            target.operation = item.operation.name
            results.append(runner.run(item))
    unexplained = [str(one) for one in target.violations if not any(each.covers(one) for each in EXPLAINED)]
    assert not unexplained, "\n".join(unexplained)
    assert target.violations, "rows that send wrong requests on purpose must be noticed"
    # Prism writes every JSON body anew, so this also says that no contract depends on how the stand-in writes them.
    assert [result.name for result in results if result.verdict is not Verdict.KEPT] == []


def test_it_would_notice(node_tools: NodeTools, tmp_path: Path) -> None:
    with prism(node_tools, "socialidnow", LyingSocialIdNow(Clock(MOMENT)), tmp_path / "prism.log") as target:
        runner, items = witnesses("socialidnow", target)
        for item in items:
            if item.operation.name == "getLoginConnection":
                runner.run(item)
    unexplained = {one.place for one in target.violations if not any(each.covers(one) for each in EXPLAINED)}
    assert unexplained == {"response.body.user_token"}
