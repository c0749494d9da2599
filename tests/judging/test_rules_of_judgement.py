"""The rules that keep judgement fair, each shown by an answer that would be judged otherwise without it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, SHOP_SPEC, FunctionTarget, answer_of, honest_shop, make_book, run_cases, silent

from troth.model.conclusion import conclude
from troth.model.exchange import NoAnswer, Request, Response
from troth.model.report import ItemResult, Verdict
from troth.session.conclude import reasons_of

Answer = Callable[[Request], Response | NoAnswer]


def outcome(
    root: Path, answer: Answer, contract: str = SHOP_CONTRACT, strict: bool = False, spec: str = SHOP_SPEC
) -> tuple[list[str], int]:
    """The findings as ``CODE subject`` and the exit code."""
    runner, results = run_cases(make_book(root, spec, {"orders": contract}), FunctionTarget(answer), strict)
    found = sorted(f"{seen.finding.code} {seen.finding.subject}" for seen in runner.tally.findings())
    court_says = [runner.reported(seen) for seen in runner.tally.findings()]
    return found, conclude(reasons_of(court_says, results, runner.tally.counts())).exit_code


def instead(order: str, status: int, body: object, content_type: str = "application/json") -> Answer:
    """The honest shop, but for one order."""

    def answer(request: Request) -> Response:
        ours = request.url.endswith("/1001")
        return answer_of(status, body, content_type) if ours is (order == "ours") else honest_shop(request)

    return answer


def test_an_honest_vendor_is_left_in_peace(tmp_path: Path) -> None:
    assert outcome(tmp_path, honest_shop) == ([], 0)


@pytest.mark.parametrize(
    ("answer", "findings"),
    [
        pytest.param(
            instead("ours", 404, {"error": "x"}), ["TR201 found"], id="wrong status: the body is not compared"
        ),
        pytest.param(instead("ours", 418, {"id": 7}), ["TR201 found"], id="unlisted status: one finding, not two"),
        pytest.param(instead("ours", 200, b'{"id": '), ["TR103 conformance 200"], id="unreadable: said once"),
        pytest.param(instead("ours", 200, {"id": "7"}), ["TR203 found", "TR301 id-echoed"], id="another id"),
        pytest.param(instead("unknown", 404, {}), ["TR203 not-found"], id="a promised field is missing"),
        pytest.param(
            instead("ours", 200, {"id": "1001"}, "text/html"),
            ["TR102 conformance 200", "TR203 found", "TR302 id-echoed"],
            id="another media type",
        ),
    ],
)
def test_one_fault_is_found_where_it_lies(tmp_path: Path, answer: Answer, findings: list[str]) -> None:
    assert outcome(tmp_path, answer) == (findings, 1)


def test_only_documented_promises_break_a_run(tmp_path: Path) -> None:
    assumed = SHOP_CONTRACT.replace("basis: documented", "basis: assumed")
    broken = instead("ours", 200, {"id": "7"})
    assert outcome(tmp_path, broken, assumed)[1] == 0
    assert outcome(tmp_path, broken, assumed, strict=True)[1] == 1


def test_a_violated_schema_takes_the_basis_that_stands_at_its_place(tmp_path: Path) -> None:
    assert outcome(tmp_path, instead("ours", 200, {"id": "1001", "total": "five"})) == (["TR104 conformance 200"], 0)
    assert outcome(tmp_path, instead("ours", 200, {"id": "1001", "total": "five"}), strict=True)[1] == 1


def test_the_basis_is_found_through_a_reference_with_an_escape(tmp_path: Path) -> None:
    spec = SHOP_SPEC.replace(
        "total: {type: integer, x-basis: assumed}", "total: {$ref: '#/components/schemas/An%20amount'}"
    )
    spec += "components: {schemas: {An amount: {type: integer, x-basis: assumed}}}\n"
    wrong = instead("ours", 200, {"id": "1001", "total": "five"})
    assert outcome(tmp_path, wrong, spec=spec) == (["TR104 conformance 200"], 0)


def test_silence_is_nobodys_fault(tmp_path: Path) -> None:
    assert outcome(tmp_path, silent) == (["TR901 answer"], 3)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_outage_is_not_a_broken_promise(tmp_path: Path, status: int) -> None:
    assert outcome(tmp_path, lambda _request: answer_of(status, {})) == (["TR902 answer"], 3)


def test_expect_fails_closed_and_names_the_field(tmp_path: Path) -> None:
    contract = SHOP_CONTRACT.replace(
        "expect: response.body.id == request.path.order", "expect: response.body.total > 0"
    )
    runner, _ = run_cases(
        make_book(tmp_path, contracts={"orders": contract}), FunctionTarget(instead("ours", 200, {"id": "1001"}))
    )
    (seen,) = runner.tally.findings()
    assert seen.finding.code == "TR302"
    assert "total" in seen.finding.message


def test_an_error_in_when_is_unjudged_and_names_the_clause(tmp_path: Path) -> None:
    contract = SHOP_CONTRACT.replace("when: response.status == 200", "when: response.body.total > 0")
    runner, results = run_cases(
        make_book(tmp_path, contracts={"orders": contract}), FunctionTarget(instead("ours", 200, {"id": "1001"}))
    )
    codes = {(seen.finding.code, seen.finding.subject, seen.finding.unjudged) for seen in runner.tally.findings()}
    assert codes == {("TR904", "id-echoed", True)}
    assert {result.verdict for result in results} == {Verdict.UNJUDGED}


def test_a_value_in_no_class_leaves_the_table_silent_but_not_the_clauses(tmp_path: Path) -> None:
    narrow = SHOP_CONTRACT.replace("unknown: {fresh: digits}", 'unknown: {const: "9"}')
    target = FunctionTarget(honest_shop)
    runner, _ = run_cases(make_book(tmp_path, contracts={"orders": narrow}), target)
    counts = {count.promise.name: count for count in runner.tally.counts()}
    assert counts["not-found"].kept == 1
    assert counts["id-echoed"].kept == 1


def test_rows_met_together_are_shadowed_not_exercised(tmp_path: Path) -> None:
    contract = SHOP_CONTRACT.replace("when: order.unknown", "when: order.unknown || order.ours")
    runner, _ = run_cases(make_book(tmp_path, contracts={"orders": contract}), FunctionTarget(honest_shop))
    counts = {count.promise.name: count for count in runner.tally.counts()}
    assert (counts["found"].exercised, counts["found"].shadowed) == (0, 1)
    assert (counts["not-found"].exercised, counts["not-found"].shadowed) == (1, 1)


def test_a_fact_that_the_target_does_not_give_is_named_and_unjudged(tmp_path: Path) -> None:
    target = FunctionTarget(honest_shop, world={})
    runner, results = run_cases(make_book(tmp_path), target)
    messages = [seen.finding.message for seen in runner.tally.findings()]
    assert messages == ["the target does not give the fact $world.order.id"]
    assert not any("1001" in request.url for request in target.sent)
    assert Verdict.UNJUDGED in {result.verdict for result in results}


def test_a_crash_makes_the_item_unjudged_names_the_place_and_the_run_goes_on(tmp_path: Path) -> None:
    def explode(request: Request) -> Response:
        if request.url.endswith("/1001"):
            raise ZeroDivisionError("planted")
        return honest_shop(request)

    runner, results = run_cases(make_book(tmp_path), FunctionTarget(explode))
    assert [result.verdict for result in results] == [Verdict.UNJUDGED, Verdict.KEPT]
    (seen,) = runner.tally.findings()
    assert seen.finding.code == "TR905"
    assert "explode" in seen.finding.message
    assert "planted" in seen.finding.message


def test_a_run_that_judged_nothing_is_not_green() -> None:
    assert conclude(reasons_of([], [], [])).exit_code == 3
    skipped = ItemResult("a", "cases", "shop", "readOrder", Verdict.SKIPPED, 0, 0.0)
    assert conclude(reasons_of([], [skipped], [])).exit_code == 3


def test_a_required_clause_that_was_not_exercised_ends_with_5(tmp_path: Path) -> None:
    contract = SHOP_CONTRACT.replace("when: response.status == 200", "required: true\n    when: response.status == 201")
    assert outcome(tmp_path, honest_shop, contract) == ([], 5)


def test_every_case_begins_on_fresh_state(tmp_path: Path) -> None:
    target = FunctionTarget(honest_shop)
    run_cases(make_book(tmp_path), target)
    assert target.resets == len(target.sent) == 2


def test_the_same_seed_sends_the_same_requests(tmp_path: Path) -> None:
    book = make_book(tmp_path)
    first, second, other = (FunctionTarget(honest_shop) for _ in range(3))
    run_cases(book, first, seed=1)
    run_cases(book, second, seed=1)
    run_cases(book, other, seed=2)
    assert first.sent == second.sent
    assert first.sent != other.sent
