"""The journal of a run: what was judged comes back as it was, torn lines do not, and secrets never reach it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.errors import Position
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.operation import Basis
from troth.model.report import Finding, ItemResult, Judgement, Kind, Met, Promise, Verdict
from troth.secrets.redactor import Redactor
from troth.session.events import Event
from troth.session.journal import Journal, run_key
from troth.session.redaction import clean_event
from troth.session.tally import Tally
from troth.session.verdicts import Court

SECRET = "canary-0f1e2d3c"
COURT = Court()


def promises() -> list[Promise]:
    return [
        Promise("shop", "buy", Kind.CLAUSE, f"clause-{number}", Basis.DOCUMENTED, Position("c.yaml", number))
        for number in range(3)
    ]


def finding(code: str, message: str = "no") -> Finding:
    return Finding(code, "shop", "buy", "clause-1", message, Basis.DOCUMENTED, None, Position("c.yaml", 1, 2, "text"))


REDACTOR = Redactor({SECRET: "SECRET"})


def clean(event: Event) -> Event:
    return clean_event(event, REDACTOR)


def journal_of(path: Path, run: str = "run", resume: bool = False) -> Journal:
    return Journal(path, run, resume, clean)


def judge(tally: Tally, known: list[Promise], item: str, exchange: Exchange, *found: Finding) -> ItemResult:
    tally.add(Judgement(exchange, "buy", found, ((known[0], Met.KEPT), (known[1], Met.BROKEN)), {}), item)
    result = ItemResult(item, "cases", "shop", "buy", COURT.verdict(found), 1, 0.5, found)
    tally.end(result)
    return result


@given(st.lists(st.binary(max_size=40) | st.none(), min_size=1, max_size=6))
def test_a_resumed_run_knows_all_that_was_judged(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes | None]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "state" / "journal.jsonl"
    known = promises()
    tally, journal = Tally(known), journal_of(path)
    for number, body in enumerate(bodies):
        answer = NoAnswer(Silence.TIMEOUT, "late") if body is None else Response(200, (("A", "b"),), body)
        exchange = Exchange(Request("POST", "https://shop.example/", (), body or b"x"), answer)
        judge(tally, known, f"item-{number}", exchange, finding(f"TR{number % 2}"))
        journal.add(tally)
    again = promises()
    restored, resumed = Tally(again), journal_of(path, resume=True)
    resumed.restore(restored)
    assert restored.mark() == tally.mark()
    assert [(one.finding, one.count, one.exchange) for one in restored.findings()] == [
        (one.finding, one.count, one.exchange) for one in tally.findings()
    ]
    assert all(resumed.finished(f"item-{number}") is not None for number in range(len(bodies)))
    assert resumed.finished("another") is None


def test_a_torn_line_is_as_if_it_were_not(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    known = promises()
    tally, journal = Tally(known), journal_of(path)
    exchange = Exchange(Request("GET", "https://shop.example/"), Response(200))
    for number in range(2):
        judge(tally, known, f"item-{number}", exchange)
        journal.add(tally)
    whole = path.read_bytes()
    for cut in range(len(whole) - 60, len(whole)):
        path.write_bytes(whole[:cut])
        resumed = journal_of(path, resume=True)
        assert resumed.finished("item-0") is not None
        assert (resumed.finished("item-1") is None) or cut == len(whole) - 1
        fresh = promises()
        counted = Tally(fresh)
        resumed.restore(counted)
        judge(counted, fresh, "item-2", exchange)
        resumed.add(counted)
        assert journal_of(path, resume=True).finished("item-2") is not None


def test_another_run_s_journal_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    known = promises()
    tally, journal = Tally(known), journal_of(path, run_key({"target": "a"}), resume=False)
    exchange = Exchange(Request("GET", "https://shop.example/"), Response(200))
    judge(tally, known, "item", exchange)
    journal.add(tally)
    assert journal_of(path, run_key({"target": "b"}), resume=True).finished("item") is None


def test_no_secret_reaches_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    known = promises()
    tally, journal = Tally(known), journal_of(path)
    request = Request("GET", f"https://shop.example/?k={SECRET}", (("X", SECRET),), SECRET.encode())
    exchange = Exchange(request, Response(200, (), f"no such key {SECRET}".encode()))
    result = judge(tally, known, "item", exchange, finding("TR1", f"it said {SECRET}"))
    journal.add(tally)
    assert result.verdict is Verdict.BROKEN
    assert SECRET.encode() not in path.read_bytes()
    restored = journal_of(path, resume=True).finished("item")
    assert restored is not None
    assert restored.findings[0].message == "it said <SECRET>"
