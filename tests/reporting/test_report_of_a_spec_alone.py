"""The tally of a run without contracts: only statuses, so one column, and what is missing told status by status."""

from dataclasses import replace
from io import StringIO

from rich.console import Console
from sample_reports import EMPTY, promise

from troth.model.report import Count, Kind
from troth.reporting.console.report import render


def page(*counts: Count) -> str:
    out = StringIO()
    render(replace(EMPTY, counts=counts), Console(file=out, width=100))
    return out.getvalue()


def status(operation: str, name: str, exercised: int = 0) -> Count:
    return Count(replace(promise(Kind.STATUS, name), vendor="shop", operation=operation), kept=exercised)


def test_statuses_alone_have_one_column_and_are_gathered() -> None:
    text = page(*(status(name, code, code == "200") for name in "abcde" for code in ("200", "500")), status("a", "404"))
    assert "clauses" not in text
    assert "5 of 11" in text
    assert "Never exercised (6)" in text
    assert "  status 404: shop · a\n" in text
    assert "  status 500: shop · a, shop · b, shop · c and 2 more\n" in text


def test_with_a_clause_everything_is_as_ever() -> None:
    clause = Count(replace(promise(Kind.CLAUSE, "same-token"), vendor="shop", operation="a"), kept=1)
    text = page(clause, status("a", "500"), status("b", "500"))
    assert "clauses" in text
    assert "  shop · a: status 500\n" in text
