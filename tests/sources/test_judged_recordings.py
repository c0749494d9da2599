"""Recordings as a source: what a cassette says was minted is nobody's, in an open world too."""

from dataclasses import replace
from pathlib import Path

import pytest
from bookmaking import WORLD, answer_of, make_book

from troth.errors import Position
from troth.judging.judge import OperationJudge
from troth.judging.terms import compile_terms
from troth.model.book import Recording
from troth.model.exchange import Exchange, Request
from troth.model.ports import Case, Judged, RecordedCase
from troth.model.report import Judgement
from troth.sources.recordings import RecordingsSource

ORDER = "912345678901"


@pytest.mark.parametrize(
    ("minted", "closed", "expected"),
    [((), False, None), ((ORDER,), False, "unknown"), (("900000000000",), False, None), ((), True, "unknown")],
)
def test_the_class_of_a_value_that_was_minted(
    tmp_path: Path, minted: tuple[str, ...], closed: bool, expected: str | None
) -> None:
    exchange = Exchange(Request("GET", f"https://shop.example/orders/{ORDER}"), answer_of(404, {"error": "gone"}))
    recording = Recording(
        exchange, "shop", "a test", "one", Position("x.yaml"), WORLD, closed=closed, minted=frozenset(minted)
    )
    book = make_book(tmp_path)
    book = replace(book, vendors={"shop": replace(book.vendors["shop"], recordings=(recording,))})
    terms, _ = compile_terms(book)
    judged: list[Judgement] = []

    def judge(case: Case) -> Judgement:
        assert isinstance(case, RecordedCase)
        operation_judge = OperationJudge(terms.operations[str(case.operation)], case.facts)
        judgement = operation_judge.judge(case.exchange, Judged(case.facts))
        judged.append(judgement)
        return judgement

    for item in RecordingsSource(book).items():
        item.drive(judge)
    assert [judgement.classes for judgement in judged] == [{"order": expected}]
    assert bool(judged[0].findings) == (expected == "unknown")
