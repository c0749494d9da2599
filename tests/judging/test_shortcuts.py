"""With or without shortcuts the judge says the same, of honest answers and of broken ones."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from troth.judging.judge import OperationJudge
from troth.judging.shortcut import Shortcuts
from troth.model.exchange import Exchange, Response
from troth.model.ports import Judged, Judges, RunOptions
from troth.model.report import Judgement
from troth.session.reach import select
from troth.session.run import Run

ROOT = Path(__file__).parents[2]
PARTS = {
    "oneall": ("lookupStorageUser", "readUser", "deleteIdentity"),
    "socialidnow": ("getLoginUser", "createSignIn"),
    "esws": ("getSyncToken", "getQR"),
}


class Both:
    """Judges by both ways, the answer as it came and the answer broken, and compares."""

    def __init__(self, own: Judges) -> None:
        assert isinstance(own, OperationJudge)
        self._short = OperationJudge(own.terms, own.facts, own.xsd, lambda: Shortcuts(patience=0))
        self._long = OperationJudge(own.terms, own.facts, own.xsd, None)
        self._chance = Random(0)
        self.broken = 0

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        if isinstance(exchange.answer, Response):
            answer = replace(exchange.answer, body=self._spoilt(exchange.answer.body))
            self.broken += bool(self._same(replace(exchange, answer=answer), seen).findings)
        return self._same(exchange, seen)

    def _same(self, exchange: Exchange, seen: Judged) -> Judgement:
        one, other = self._short.judge(exchange, seen), self._long.judge(exchange, seen)
        assert one.findings == other.findings
        assert one.classes == other.classes
        assert sorted(map(repr, one.met)) == sorted(map(repr, other.met))
        return one

    def _spoilt(self, body: bytes) -> bytes:
        """One value less, or another one; or a byte of what is no JSON."""
        try:
            tree = json.loads(body)
        except ValueError:
            return body.replace(b"<return", b"<retrun", 1) if self._chance.random() < 0.5 else body[:-4]
        places = [(node, key) for node in _maps(tree) for key in node]
        if places:
            node, key = self._chance.choice(places)
            node[key] = self._chance.choice([None, True, 1, "x", -7.5, [], {}])
            if self._chance.random() < 0.3:
                del node[key]
        return json.dumps(tree).encode()


def _maps(tree: object) -> list[dict[str, object]]:
    if isinstance(tree, list):
        return [node for item in tree for node in _maps(item)]
    return [tree, *(node for value in tree.values() for node in _maps(value))] if isinstance(tree, dict) else []


@pytest.mark.parametrize("vendor", sorted(PARTS))
def test_both_ways_say_the_same(vendor: str) -> None:
    judges: list[Both] = []

    def watch(own: Judges, _vendor: str) -> Judges:
        judges.append(Both(own))
        return judges[-1]

    options = RunOptions(operations=PARTS[vendor], sources=("cases", "recordings"))
    run = Run(select(ROOT, vendors=(vendor,)), options, watch)
    results = [run.runner.run(item) for item in run.items]
    assert sum(result.exchanges for result in results) > 40
    assert sum(judge.broken for judge in judges) > 40
