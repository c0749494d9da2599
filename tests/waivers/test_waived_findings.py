"""What waivers do to verdicts, and which of them a run has shown to be needed no longer."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, FunctionTarget, answer_of, honest_shop, make_folders, silent
from hypothesis import given
from hypothesis import strategies as st

from troth.errors import Position
from troth.model.exchange import NoAnswer, Request, Response
from troth.model.operation import Basis
from troth.model.ports import Budget, RunOptions
from troth.model.report import Finding, Report, Verdict
from troth.model.waivers import LONGEST_DAYS, Waiver
from troth.session.conclude import conclude_run
from troth.session.progress import Progressing
from troth.session.reach import Selection, select
from troth.session.run import Run
from troth.session.verdicts import Court

TODAY = date(2026, 11, 22)
CLAUSE = "TR301 shop.readOrder id-echoed"
ROW = "TR203 shop.readOrder found at response.body.id"
MISSING = "TR203 shop.readOrder not-found at response.body.error"
Answer = Callable[[Request], Response | NoAnswer]


def waiver(finding: str, until: date = TODAY, target: str = "") -> Waiver:
    return Waiver(finding, "they know", until, "Ada", target)


def words_differ(request: Request) -> Response:
    """A shop that keeps its promises but for the text of its error."""
    answer = honest_shop(request)
    return answer if answer.status == 200 else answer_of(404, {"error": "No such order"})


def another_order(request: Request) -> Response:
    answer = honest_shop(request)
    return answer_of(200, {"id": "7"}) if answer.status == 200 else answer


def always_500(_request: Request) -> Response:
    return answer_of(500, {})


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Report]:
    """Runs every case of the shop."""
    make_folders(tmp_path, contracts={"orders": SHOP_CONTRACT})

    def run(answer: Answer, waivers: Iterable[Waiver] = (), today: date = TODAY, **options: object) -> Report:
        chosen = RunOptions(waivers=tuple(waivers), today=today, **options)  # type: ignore[arg-type]
        whole = Run(select(tmp_path), chosen, target=FunctionTarget(answer))
        # Generated requests say nothing about waivers that cases do not, and cost seconds.
        whole.items = tuple(item for item in whole.items if item.source != "properties")
        for item in whole.items:
            whole.runner.run(item)
        return conclude_run(whole)

    return run


def ids(report: Report) -> list[str]:
    return [one.finding.id for one in report.findings]


def test_a_waived_finding_does_not_fail_the_run(shop: Callable[..., Report]) -> None:
    assert shop(words_differ).exit_code == 1
    report = shop(words_differ, [waiver(MISSING)])
    assert ids(report) == [MISSING]
    (one,) = report.findings
    assert (one.verdict, one.severity, one.waiver) == (Verdict.WAIVED, "waived", waiver(MISSING))
    assert (report.verdict, report.exit_code) == (Verdict.KEPT, 0)
    assert sorted(item.verdict for item in report.items) == [Verdict.KEPT, Verdict.WAIVED]
    assert report.removable == ()


def test_a_waiver_accepts_no_other_finding(shop: Callable[..., Report]) -> None:
    report = shop(another_order, [waiver(CLAUSE)])
    assert {one.finding.id: one.verdict for one in report.findings} == {
        CLAUSE: Verdict.WAIVED,
        "TR203 shop.readOrder found at response.body.id": Verdict.BROKEN,
    }
    assert report.exit_code == 1


def test_an_expired_waiver_fails_again_and_says_when_it_expired(shop: Callable[..., Report]) -> None:
    yesterday = TODAY - timedelta(days=1)
    report = shop(words_differ, [waiver(MISSING, yesterday)])
    assert report.exit_code == 1
    assert report.findings[0].waiver == waiver(MISSING, yesterday)
    assert [reason.text for reason in report.reasons] == [
        "1 promise is broken",
        f"a waiver expired on 2026-11-21: {MISSING}",
    ]
    assert report.removable == ()


def test_a_waiver_of_another_target_means_nothing_here(shop: Callable[..., Report]) -> None:
    assert shop(words_differ, [waiver(MISSING, target="staging")]).exit_code == 1
    assert shop(words_differ, [waiver(MISSING, target="mock")]).exit_code == 0
    assert shop(honest_shop, [waiver(MISSING, target="staging")]).removable == ()


def test_what_is_unjudged_cannot_be_waived(shop: Callable[..., Report]) -> None:
    report = shop(silent, [waiver("TR901 shop.readOrder answer")])
    assert (report.verdict, report.exit_code) == (Verdict.UNJUDGED, 3)


def test_a_wrong_status_is_waived_as_that_status(shop: Callable[..., Report]) -> None:
    """Who accepts a 403 has not accepted a 500."""

    def forbids(request: Request) -> Response:
        answer = honest_shop(request)
        return answer_of(403, {}) if answer.status == 404 else answer

    accepted = [waiver("TR201 shop.readOrder not-found at status 403")]
    assert shop(forbids, accepted).exit_code == 0
    assert shop(always_500, accepted).exit_code == 1


@pytest.mark.parametrize(
    "finding", [MISSING, CLAUSE, "TR203 shop.readOrder renamed-row at body", "TR101 shop.readOrder x"]
)
@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=40)])
def test_what_matched_nothing_though_it_was_tested_is_removable(
    finding: str, until: date, shop: Callable[..., Report]
) -> None:
    report = shop(honest_shop, [waiver(finding, until)])
    assert report.removable == (waiver(finding, until),)
    assert report.exit_code == 0
    assert shop(honest_shop, [waiver(finding, until)], fail_on=Basis.ASSUMED).exit_code == 0


@pytest.mark.parametrize(
    ("answer", "finding", "options"),
    [
        (honest_shop, MISSING, {"sources": ("cases",)}),
        (honest_shop, MISSING, {"budget": Budget(examples=0)}),
        (honest_shop, "TR203 other.readOrder not-found", {}),
        (honest_shop, "TR203 shop.deleteOrder not-found", {}),
        (silent, MISSING, {}),
        (always_500, ROW, {}),
        (
            lambda request: NoAnswer(silent(request).reason) if "1001" in request.url else honest_shop(request),
            MISSING,
            {},
        ),
    ],
    ids=["sources", "examples", "vendor", "operation", "silence", "hidden", "half-silence"],
)
def test_a_run_that_cannot_know_calls_nothing_removable(
    answer: Answer, finding: str, options: dict[str, object], shop: Callable[..., Report]
) -> None:
    assert shop(answer, [waiver(finding)], **options).removable == ()


def test_a_clause_that_was_not_exercised_keeps_its_waiver(tmp_path: Path) -> None:
    folders = make_folders(tmp_path, contracts={"orders": SHOP_CONTRACT.replace("== 200", "== 201")})
    assert folders.contracts.is_dir()
    run = Run(
        select(tmp_path), RunOptions(waivers=(waiver(CLAUSE), waiver(MISSING))), target=FunctionTarget(honest_shop)
    )
    run.items = tuple(item for item in run.items if item.source != "properties")
    for item in run.items:
        run.runner.run(item)
    assert conclude_run(run).removable == (waiver(MISSING),)


def test_a_run_that_was_cut_short_calls_nothing_removable(tmp_path: Path) -> None:
    make_folders(tmp_path)
    run = Run(select(tmp_path), RunOptions(waivers=(waiver(MISSING),)), target=FunctionTarget(honest_shop))
    run.runner.run(run.items[0])
    assert conclude_run(run).removable == ()


def test_a_resumed_run_weighs_by_the_waivers_of_today(tmp_path: Path) -> None:
    make_folders(tmp_path)
    selection: Selection = select(tmp_path)

    def attempt(answer: Answer, *waivers: Waiver) -> tuple[list[Verdict], FunctionTarget]:
        target = FunctionTarget(answer)
        run = Run(selection, RunOptions(sources=("cases",), waivers=waivers, today=TODAY), target=target)
        progressing = Progressing(run, selection, resume=True)
        for item in run.items:
            progressing.run(item)
        return [result.verdict for result in conclude_run(run).items], target

    assert attempt(words_differ)[0] == [Verdict.KEPT, Verdict.BROKEN]
    again, target = attempt(words_differ, waiver(MISSING))
    assert again == [Verdict.KEPT, Verdict.WAIVED]
    assert target.sent == []


PLACES = st.sampled_from(
    ["", "status", "body /users/0/id", "body /users/12/tags/3", "body /id", "response.body.a[4].b"]
)
FINDINGS = st.builds(
    Finding,
    code=st.sampled_from(["TR104", "TR203"]),
    vendor=st.just("shop"),
    operation=st.sampled_from(["readOrder", "listOrders"]),
    subject=st.sampled_from(["found", "conformance 200"]),
    message=st.just("m"),
    basis=st.sampled_from(Basis),
    citation=st.none(),
    position=st.just(Position("c.yaml", 1)),
    where=PLACES,
    answered=st.sampled_from(["200", "500"]),
)
DAYS = st.integers(-LONGEST_DAYS, LONGEST_DAYS).map(lambda days: TODAY + timedelta(days=days))


@given(FINDINGS, FINDINGS, DAYS, st.booleans(), st.booleans())
def test_a_waiver_is_for_its_finding_until_its_day(
    accepted: Finding, met: Finding, until: date, strict: bool, exactly: bool
) -> None:
    court = Court(
        Basis.ASSUMED if strict else Basis.DOCUMENTED,
        [waiver(accepted.exact_id if exactly else accepted.id, until)],
        TODAY,
    )
    plain = Court(Basis.ASSUMED if strict else Basis.DOCUMENTED).weigh(met)[0]
    same = met.exact_id == accepted.exact_id if exactly else met.id == accepted.id
    verdict, severity, found = court.weigh(met)
    assert (found is not None) == same
    if same and until >= TODAY:
        assert (verdict, severity) == (Verdict.WAIVED, "waived")
    else:
        assert verdict is plain
    assert court.weigh(replace(met, unjudged=True))[0] is Verdict.UNJUDGED


@given(FINDINGS, FINDINGS)
def test_findings_with_one_id_differ_in_nothing_but_the_item_of_a_list(one: Finding, other: Finding) -> None:
    if one.fingerprint == other.fingerprint:
        assert one.exact_id == other.exact_id
    if one.exact_id == other.exact_id:
        assert one.id == other.id
    if one.id == other.id:
        assert one.fingerprint[:4] == other.fingerprint[:4]
        assert [char for char in one.where if not char.isdigit()] == [
            char for char in other.where if not char.isdigit()
        ]


def test_the_longer_of_two_waivers_decides() -> None:
    found = Finding("TR301", "shop", "readOrder", "id-echoed", "m", Basis.DOCUMENTED, None, Position("c"))
    short, long = waiver(CLAUSE, TODAY - timedelta(days=1), "mock"), waiver(CLAUSE, TODAY)
    for waivers in ([short, long], [long, short]):
        assert Court(waivers=waivers, today=TODAY).weigh(found)[2] == long
