"""What could not be judged never ends with 0, and no promise of an operation is left out of the sums."""

from dataclasses import replace
from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, SHOP_SPEC, FunctionTarget, answer_of, honest_shop, make_folders, silent

from troth.errors import ExitCode, Position
from troth.model.exchange import NoAnswer, Request, Response
from troth.model.operation import Basis
from troth.model.ports import Budget, RunOptions
from troth.model.report import Count, Kind, Promise, Report, Why
from troth.session.conclude import conclude_run, unbalanced
from troth.session.reach import select
from troth.session.run import Run

CASES = RunOptions(sources=("cases",))


def report_of(
    root: Path, target: FunctionTarget, contract: str | None = SHOP_CONTRACT, options: RunOptions = CASES
) -> Report:
    make_folders(root, contracts={} if contract is None else {"orders": contract})
    run = Run(select(root), options, target=target)
    for item in run.items:
        run.runner.run(item)
    return conclude_run(run)


def reasons(report: Report) -> list[str]:
    return [reason.id for reason in report.reasons]


def unreadable(request: Request) -> Response:
    honest = honest_shop(request)
    return answer_of(honest.status, b"<p>maintenance</p>")


def test_an_answer_that_cannot_be_read_breaks_the_documented_promises_that_needed_it(tmp_path: Path) -> None:
    report = report_of(tmp_path, FunctionTarget(unreadable))
    assert report.exit_code is ExitCode.BROKEN
    (at_200, at_404) = report.findings
    assert [reported.finding.code for reported in report.findings] == ["TR103", "TR103"]
    assert at_200.finding.basis is Basis.DOCUMENTED
    assert at_200.finding.message.endswith("and documented promises need it: found, id-echoed")
    assert at_404.finding.message.endswith("and documented promises need it: not-found")
    counts = {count.promise.name: count for count in report.counts}
    for name in ("found", "not-found", "id-echoed"):
        assert (counts[name].broken, counts[name].exercised, dict(counts[name].why)) == (1, 0, {Why.UNREADABLE: 1})


def test_an_answer_that_cannot_be_read_is_a_surprise_where_no_page_needed_it(tmp_path: Path) -> None:
    guessed = SHOP_CONTRACT.replace("basis: documented", "basis: assumed")
    spec = SHOP_SPEC.replace("description: An order.", "description: An order.\n          x-basis: assumed")
    make_folders(tmp_path, spec, {"orders": guessed})
    run = Run(select(tmp_path), CASES, target=FunctionTarget(unreadable))
    for item in run.items:
        run.runner.run(item)
    counts = {count.promise.name: count for count in conclude_run(run).counts}
    assert (counts["id-echoed"].silent, counts["id-echoed"].broken) == (1, 0)


def test_a_documented_promise_that_applied_and_was_never_judged_ends_with_3(tmp_path: Path) -> None:
    contract = SHOP_CONTRACT.replace("response.body.id == request.path.order", "after.response.status == 200")
    report = report_of(tmp_path, FunctionTarget(honest_shop), contract)
    assert (report.exit_code, reasons(report)) == (ExitCode.NOT_JUDGED, ["met-not-judged"])
    assert report.reasons[0].text == "shop.readOrder.id-echoed applied to 1 answer and was never judged"


def test_a_service_that_lets_nobody_in_is_not_kept_by_its_spec_alone(tmp_path: Path) -> None:
    spec = SHOP_SPEC.replace('"404": {', '"401": {description: Who are you?}\n        "404": {')
    make_folders(tmp_path, spec, {})
    target = FunctionTarget(lambda _request: Response(401))
    run = Run(select(tmp_path), replace(CASES, sources=("properties",), budget=Budget(examples=1)), target=target)
    for item in run.items:
        run.runner.run(item)
    report = conclude_run(run)
    assert (report.exit_code, reasons(report)) == (ExitCode.NOT_JUDGED, ["unauthorized"])
    assert "give credentials" in report.reasons[0].text


def test_where_nobody_answers_everything_is_unjudged_and_the_sums_match(tmp_path: Path) -> None:
    report = report_of(tmp_path, FunctionTarget(silent))
    assert report.exit_code is ExitCode.NOT_JUDGED
    assert {(count.unjudged, dict(count.why).get(Why.NO_ANSWER)) for count in report.counts} == {(2, 2)}


def dies_on_ours(request: Request) -> Response | NoAnswer:
    if request.url.endswith("/1001"):
        raise ZeroDivisionError("a check of ours")
    return honest_shop(request)


def test_a_crash_in_a_check_ends_with_4_and_the_rest_is_judged(tmp_path: Path) -> None:
    report = report_of(tmp_path, FunctionTarget(dies_on_ours))
    assert report.exit_code is ExitCode.CRASHED
    assert {count.promise.name: count.kept for count in report.counts if count.promise.kind is Kind.ROW} == {
        "found": 0,
        "not-found": 1,
    }


@pytest.mark.parametrize(("counted", "ids"), [(3, []), (2, ["unbalanced"]), (4, ["unbalanced"])])
def test_sums_that_do_not_match_are_a_mistake_of_ours(counted: int, ids: list[str]) -> None:
    promise = Promise("shop", "readOrder", Kind.CLAUSE, "id-echoed", Basis.DOCUMENTED, Position("c.yaml", 1))
    answers = {("shop", "readOrder", "200"): 2, ("shop", "readOrder", "404"): 1}
    found = list(unbalanced([Count(promise, kept=1, not_met=counted - 1)], answers))
    assert [reason.id for reason in found] == ids
    assert all(reason.code is ExitCode.CRASHED for reason in found)
