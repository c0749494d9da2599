"""Random sequences: fed by links and answers, judged by all checks, repeatable, shrunk when they fail."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import planted

from troth.arazzo.exploration import links_of
from troth.mocks.oneall.service import OneAll
from troth.model.exchange import Exchange, Request
from troth.model.ports import Budget, RunOptions
from troth.model.report import Report, Verdict
from troth.session.conclude import conclude_run
from troth.session.open import open_book
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.embedded import EmbeddedTarget

ROOT = Path(__file__).parents[2]
NAME = "operations-called-at-random-along-their-links"


class Watched(EmbeddedTarget):
    """The embedded mock, remembering what it was asked."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.sent: list[Request] = []

    def send(self, request: Request) -> Exchange:
        self.sent.append(request)
        return super().send(request)


def explore(
    sequences: int, make_change: Callable[[], planted.Change] | None = None, seed: int = 0
) -> tuple[Report, Watched]:
    selection = select(ROOT, vendors=("oneall",))
    book, _ = open_book(selection)
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(one.server)): one.vendor for one in book.operations()}
    service = OneAll()
    answering = service if make_change is None else planted.Changed(service, make_change)
    target = Watched({"oneall": answering}, origins)
    run = Run(selection, RunOptions(sources=("workflows",), budget=Budget(seed, sequences)), target=target)
    for item in run.items:
        if item.name.endswith(NAME):
            run.runner.run(item)
    return conclude_run(run), target


def test_links_of_the_spec_are_read() -> None:
    book, _ = open_book(select(ROOT, vendors=("oneall",)))
    links = links_of(book.vendors["oneall"])
    assert "deleteUser" in {link.operation for link in links["createStorageUser"]}


def test_an_honest_mock_is_not_accused_and_sequences_go_deep() -> None:
    # Hypothesis draws constants of modules that are not installed: from a wheel the same seed gives other sequences.
    asked: list[str] = []
    for seed in range(3):
        report, target = explore(60, seed=seed)
        assert report.findings == ()
        assert {item.verdict for item in report.items} == {Verdict.KEPT}
        assert report.exchanges > 100
        asked += [f"{request.method} {request.url}" for request in target.sent]
    assert any(line.startswith("DELETE") and "/users/" in line for line in asked)


def test_the_same_seed_asks_the_same() -> None:
    _, first = explore(15)
    _, second = explore(15)
    assert first.sent == second.sent


def test_a_bug_behind_a_link_is_found_and_shrunk() -> None:
    # What is drawn depends on the modules at hand as well as on the seed, so a few seeds are tried.
    reports = (explore(200, planted.a_created_user_is_read_without_identities, seed)[0] for seed in range(5))
    told = (one for report in reports for one in report.findings)
    found = [next(one for one in told if one.finding.operation == "readUser" and one.finding.code == "TR104")]
    lines = found[0].curl.split("\n")
    assert 2 <= len(lines) <= 3
    assert any("-X POST" in line and "/storage/users.json" in line for line in lines[:-1])
    assert "/users/" in lines[-1]
