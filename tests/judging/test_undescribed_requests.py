"""What nobody described breaks no promise: table and own clauses fall silent, shapes and shared clauses hold."""

from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, answer_of, make_book

from troth.judging.judge import OperationJudge
from troth.judging.terms import compile_terms
from troth.model.exchange import Exchange, Request, Response
from troth.model.facts import Facts
from troth.model.operation import Basis
from troth.model.ports import Judged
from troth.model.report import Judgement

SHARED = """\
vendor: shop
applies: {to: all}
clauses:
  polite:
    expect: '!response.text.contains("rude")'
    basis: documented
    source: {page: orders, section: Manners}
"""
FACTS = Facts(world={"order": {"id": "1001"}}, closed=True)
URL = "https://shop.example/orders/1001"


def judged(
    root: Path, request: Request, answer: Response, facts: Facts = FACTS, contract: str = SHOP_CONTRACT
) -> Judgement:
    terms, problems = compile_terms(make_book(root, contracts={"orders": contract, "shared": SHARED}))
    assert not problems
    return OperationJudge(terms.operations["shop.readOrder"], facts).judge(Exchange(request, answer), Judged(facts))


def said(judgement: Judgement) -> list[str]:
    return [f"{finding.code} {finding.subject} {finding.basis}" for finding in judgement.findings]


def test_a_described_request_is_held_to_the_table(tmp_path: Path) -> None:
    judgement = judged(tmp_path, Request("GET", URL), answer_of(404, {}))
    assert said(judgement) == ["TR201 found documented"]


@pytest.mark.parametrize(
    "url",
    [f"{URL}?detail=half", f"{URL}?surprise=1", f"{URL}?detail=full&detail=full"],
    ids=["a value outside the spec", "a parameter nobody knows", "a parameter twice"],
)
def test_an_undescribed_request_leaves_table_and_own_clauses_silent(tmp_path: Path, url: str) -> None:
    assert said(judged(tmp_path, Request("GET", url), answer_of(404, {}))) == []
    assert said(judged(tmp_path, Request("GET", url), answer_of(200, {"id": "7"}))) == []


def test_shared_clauses_and_shapes_hold_whatever_was_asked(tmp_path: Path) -> None:
    request = Request("GET", f"{URL}?surprise=1")
    assert said(judged(tmp_path, request, answer_of(200, {"id": 5}))) == ["TR104 conformance 200 documented"]
    assert said(judged(tmp_path, request, answer_of(200, {"id": "rude"}))) == ["TR301 polite documented"]


def test_an_undocumented_answer_is_a_breach_only_to_a_documented_request(tmp_path: Path) -> None:
    unlisted = answer_of(418, {})
    described = judged(tmp_path, Request("GET", "https://shop.example/orders/7"), unlisted, contract=_without_rows())
    undescribed = judged(tmp_path, Request("GET", f"{URL}?surprise=1"), unlisted, contract=_without_rows())
    assert [finding.basis for finding in described.findings] == [Basis.DOCUMENTED]
    assert [finding.basis for finding in undescribed.findings] == [Basis.ASSUMED]


def test_in_an_open_world_only_minted_values_are_nobodys(tmp_path: Path) -> None:
    request, answer = Request("GET", "https://shop.example/orders/7"), answer_of(200, {"id": "7"})
    unknown = Facts(world=FACTS.world)
    minted = Facts(world=FACTS.world, minted=frozenset({"7"}))
    assert said(judged(tmp_path, request, answer)) == ["TR201 not-found documented"]
    assert said(judged(tmp_path, request, answer, unknown)) == []
    assert said(judged(tmp_path, request, answer, minted)) == ["TR201 not-found documented"]


def test_an_observation_afterwards_has_no_classes(tmp_path: Path) -> None:
    terms, _ = compile_terms(make_book(tmp_path))
    judge = OperationJudge(terms.operations["shop.readOrder"], FACTS)
    exchange = Exchange(Request("GET", URL), answer_of(404, {}))
    assert judge.judge(exchange, Judged(FACTS, stale=True)).findings == ()


def _without_rows() -> str:
    head, _, tail = SHOP_CONTRACT.partition("outcomes:")
    return head + "clauses:" + tail.partition("clauses:")[2]
