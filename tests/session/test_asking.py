"""Three kinds of cases: one to send, one that was recorded, and what a sequence came to as a whole."""

from pathlib import Path

import pytest
from bookmaking import WORLD, FunctionTarget, answer_of, honest_shop, make_book

from troth.judging.terms import compile_terms
from troth.model.exchange import Exchange, NoAnswer, Request, Silence
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Built, Case, CaseToSend, Judge, JudgedCase, RecordedCase
from troth.model.report import Finding, ItemResult, Judgement, Verdict
from troth.session.plan import Planner
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.targets.live.conduct import Conduct

REQUEST = Request("GET", "https://shop.example/orders/1001")
UNSENT = Exchange(Request("", ""), NoAnswer(Silence.NOT_RECORDED))


class Scripted:
    """An item with these cases; it keeps what was said of them."""

    source, brief = "a test", True

    def __init__(self, operation: Operation, cases: tuple[Case, ...]) -> None:
        self.name = "shop/readOrder/test/item"
        self.operation = operation
        self.cases = cases
        self.judgements: list[Judgement] = []

    def drive(self, judge: Judge) -> None:
        self.judgements = [judge(case) for case in self.cases]


class Shop:
    """The shop of `bookmaking`, its runner, and its planner."""

    def __init__(self, root: Path) -> None:
        book = make_book(root)
        terms, _ = compile_terms(book)
        self.operation = book.vendors["shop"].spec.operations["readOrder"]
        self.target = FunctionTarget(honest_shop)
        self.runner = Runner(book, terms, self.target, Court())
        self.planner = Planner(terms, self.target.facts, Conduct())

    def run(self, *cases: Case) -> tuple[ItemResult, list[Judgement]]:
        item = Scripted(self.operation, cases)
        return self.runner.run(item), item.judgements

    def finding(self) -> Finding:
        of = self.operation
        return Finding("TR401", of.vendor, of.name, "flow/step", "unmet", of.basis, None, of.position)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_case_to_send_is_sent_on_fresh_state(shop: Shop) -> None:
    result, (judgement,) = shop.run(CaseToSend("one", shop.operation, lambda _facts: Built(REQUEST)))
    assert (shop.target.sent, shop.target.resets) == ([REQUEST], 1)
    assert (result.verdict, result.exchanges) == (Verdict.KEPT, 1)
    assert judgement.exchange.request == REQUEST


def test_a_recorded_case_is_judged_by_the_facts_that_held_then(shop: Shop) -> None:
    recorded = Exchange(Request("GET", "https://shop.example/orders/77"), answer_of(200, {"id": "77"}))
    facts = Facts(world={"order": {"id": "77"}}, closed=True)
    result, (judgement,) = shop.run(RecordedCase(shop.operation, recorded, facts))
    assert (shop.target.sent, shop.target.resets) == ([], 0)
    assert (result.verdict, result.exchanges) == (Verdict.KEPT, 1)
    assert judgement.classes == {"order": "ours"}
    result, (judgement,) = shop.run(RecordedCase(shop.operation, recorded, Facts(world=WORLD, closed=True)))
    assert judgement.classes == {"order": "unknown"}
    assert result.verdict is Verdict.BROKEN


def test_a_judged_case_is_counted_and_is_no_exchange(shop: Shop) -> None:
    finding = shop.finding()
    said = Judgement(UNSENT, shop.operation.name, (finding,), (), {})
    sent = CaseToSend("one", shop.operation, lambda _facts: Built(REQUEST))
    result, judgements = shop.run(sent, JudgedCase(said))
    assert (result.exchanges, result.findings) == (1, (finding,))
    assert judgements[1] is said
    (seen,) = shop.runner.tally.findings()
    assert [exchange.request for exchange in seen.before] == [REQUEST], "what was asked before may be quoted"


def test_only_what_is_to_be_sent_is_planned(shop: Shop) -> None:
    said = Judgement(UNSENT, shop.operation.name, (), (), {})
    recorded = Exchange(REQUEST, answer_of(200, {"id": "1001"}))
    sent = CaseToSend("one", shop.operation, lambda _facts: Built(REQUEST))
    item = Scripted(shop.operation, (sent, RecordedCase(shop.operation, recorded, Facts()), JudgedCase(said)))
    shop.planner.drive(item)
    assert [planned.target for planned in shop.planner.requests] == ["/orders/1001"]
    assert [judgement.exchange.request for judgement in item.judgements] == [REQUEST, REQUEST, UNSENT.request]
    assert not shop.target.sent
