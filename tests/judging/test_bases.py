"""Whose word it is: bases by part of a row, citations of standards and specs, and which findings fail a run."""

from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, FunctionTarget, answer_of, honest_shop, make_book, make_folders, run_cases

from troth.model.exchange import Request, Response
from troth.model.operation import Basis, Citation
from troth.session.folders import read_book
from troth.session.verdicts import Court

BY_PART = SHOP_CONTRACT.replace(
    "answer: {status: 404, response.body.error: no such order}\n      basis: documented",
    "answer: {status: 404, response.body.error: no such order}\n      basis: {status: assumed, else: documented}",
)


def no_such_order(status: int, error: str) -> FunctionTarget:
    def answer(request: Request) -> Response:
        honest = honest_shop(request)
        return honest if honest.status == 200 else answer_of(status, {"error": error})

    return FunctionTarget(answer)


@pytest.mark.parametrize(
    ("target", "basis"),
    [
        pytest.param(no_such_order(404, "gone"), Basis.DOCUMENTED, id="the text is documented"),
        pytest.param(no_such_order(410, "no such order"), Basis.ASSUMED, id="the status is our own reading"),
    ],
)
def test_a_finding_has_the_basis_of_its_part(tmp_path: Path, target: FunctionTarget, basis: Basis) -> None:
    runner, _ = run_cases(make_book(tmp_path, contracts={"orders": BY_PART}), target)
    (met,) = [met for met in runner.tally.findings() if met.finding.subject == "not-found"]
    assert met.finding.basis is basis
    (count,) = [count for count in runner.tally.counts() if count.promise.name == "not-found"]
    assert count.promise.basis is Basis.DOCUMENTED


def test_a_basis_of_a_part_that_the_answer_does_not_have_is_located(tmp_path: Path) -> None:
    wrong = BY_PART.replace("{status: assumed, else", "{statu: assumed, else")
    _, problems = read_book(make_folders(tmp_path, contracts={"orders": wrong}))
    (problem,) = problems
    assert problem.message == "the answer has no part 'statu' to give a basis"
    assert problem.fix == "did you mean 'status'?"
    assert problem.position.line == 1 + wrong[: wrong.index("statu:")].count("\n")


@pytest.mark.parametrize(
    ("source", "citation", "words"),
    [
        (
            '{standard: RFC 9110, section: "15.5.6"}',
            Citation("standard", "RFC 9110", "15.5.6"),
            'RFC 9110, section "15.5.6"',
        ),
        ('{spec: "#/security"}', Citation("spec", "#/security"), "the spec at #/security"),
    ],
)
def test_a_standard_and_the_spec_itself_can_be_cited(
    tmp_path: Path, source: str, citation: Citation, words: str
) -> None:
    contract = SHOP_CONTRACT.replace("{page: orders, section: Errors}", source)
    book = make_book(tmp_path, contracts={"orders": contract})
    cited = [row.citation for row in book.vendors["shop"].contracts[0].rows if row.name == "not-found"]
    assert cited == [citation]
    assert str(citation) == words


@pytest.mark.parametrize("fail_on", list(Basis))
def test_what_fails_a_run_is_what_is_at_least_so_strong(tmp_path: Path, fail_on: Basis) -> None:
    order = list(Basis)
    for basis in Basis:
        contract = SHOP_CONTRACT.replace("basis: documented", f"basis: {basis}")
        runner, _ = run_cases(make_book(tmp_path / basis, contracts={"orders": contract}), no_such_order(404, "gone"))
        (met,) = runner.tally.findings()
        verdict, severity, _ = Court(fail_on).weigh(met.finding)
        assert (verdict == "broken") is (order.index(basis) <= order.index(fail_on))
        assert severity == ("breach" if basis is Basis.DOCUMENTED else "surprise")
