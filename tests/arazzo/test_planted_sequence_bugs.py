"""A mock with a bug that only a sequence shows is caught, and what is shown is short enough to read at once."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import planted
import pytest

from troth.mocks.oneall.service import OneAll
from troth.model.ports import RunOptions
from troth.model.report import Report, Verdict
from troth.reporting.console.findings import block
from troth.session.conclude import conclude_run
from troth.session.open import open_book
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.embedded import EmbeddedTarget

ROOT = Path(__file__).parents[2]


def run_against(make_change: Callable[[], planted.Change] | None) -> Report:
    """The report of all workflows of OneAll against an honest mock, or one with a planted bug."""
    selection = select(ROOT, vendors=("oneall",))
    book, _ = open_book(selection)
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(one.server)): one.vendor for one in book.operations()}
    service = OneAll()
    answering = service if make_change is None else planted.Changed(service, make_change)
    run = Run(selection, RunOptions(sources=("workflows",)), target=EmbeddedTarget({"oneall": answering}, origins))
    for item in run.items:
        run.runner.run(item)
    return conclude_run(run)


def test_an_honest_mock_keeps_every_workflow() -> None:
    report = run_against(None)
    assert report.findings == ()
    assert {item.verdict for item in report.items} == {Verdict.KEPT}
    assert report.exchanges > 50


@pytest.mark.parametrize(
    ("make_change", "subject", "calls"),
    [
        (
            planted.token_changes_on_second_synchronize,
            "synchronizing-an-identity-keeps-its-token/synchronize-again",
            2,
        ),
        (planted.page_two_repeats_an_entry, "three-pages-of-users-hold-every-entry-once/second", 2),
        (
            planted.deleted_user_is_found_by_externalid,
            "a-stored-user-is-found-by-each-criterion-until-deleted/not-found-by-externalid",
            3,
        ),
        (planted.append_replaces, "an-update-replaces-and-an-append-adds/both-are-there", 3),
    ],
    ids=lambda value: value.__name__.replace("_", "-") if callable(value) else None,
)
def test_a_planted_bug_is_caught_in_few_calls(
    make_change: Callable[[], planted.Change], subject: str, calls: int
) -> None:
    report = run_against(make_change)
    assert report.verdict is Verdict.BROKEN
    found = [one for one in report.findings if one.finding.subject == subject]
    assert [one.finding.code for one in found] == ["TR401"]
    lines = found[0].curl.split("\n")
    assert len(lines) == calls
    assert all(line.startswith(f"{number}. curl ") for number, line in enumerate(lines, start=1))
    assert len(list(block(found[0]))) <= 20


def test_generated_inputs_are_shrunk_to_the_smallest_that_fail() -> None:
    """A page of one entry is the smallest that can repeat another page's last one."""
    report = run_against(planted.page_two_repeats_an_entry)
    (found,) = [one for one in report.findings if one.finding.code == "TR401"]
    assert "entries_per_page=1&" in found.curl
    assert found.exchange is not None
    assert "entries_per_page=1&" in found.exchange.request.url


def test_no_secret_stands_in_the_numbered_calls() -> None:
    world = OneAll().world()
    report = run_against(planted.append_replaces)
    keys = world["site"]["keys"]  # type: ignore[index]
    for one in report.findings:
        assert keys["password"] not in one.curl
        assert keys["username"] not in one.curl
