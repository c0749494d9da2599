"""A pair of keys of which one half is right is wrong too, and is sent where nobody's account can be locked."""

from base64 import b64decode
from pathlib import Path

from bookmaking import FunctionTarget, make_book, silent

from troth.judging.terms import compile_terms
from troth.model.facts import Facts
from troth.model.ports import Budget
from troth.sources.cases import CasesSource

CONTRACT = """\
vendor: shop
operation: readOrder
inputs:
  keys: {at: "auth:basic", classes: {valid: $world.keys, missing: absent, wrong: {fresh: keypair}}}
outcomes:
  defaults: {source: {ours: a test}}
  rows:
    - {id: served, when: keys.valid, answer: {status: 200}}
    - {id: refused, when: keys.missing || keys.wrong, answer: {status: 404}}
"""
WORLD = {"keys": {"username": "shop", "password": "secret"}}


def users_sent(root: Path, facts: Facts) -> list[str]:
    """Who the requests with credentials of the refused cases say they are from."""
    terms, problems = compile_terms(make_book(root, contracts={"orders": CONTRACT}))
    assert not problems
    target = FunctionTarget(silent)
    for item in CasesSource(terms, lambda _vendor: facts, Budget()).items():
        for case in item.cases if "/cases/refused" in item.name else ():
            target.send(case.build(facts).request)
    headers = [dict(request.headers).get("Authorization") for request in target.sent]
    pairs = [b64decode(value.removeprefix("Basic ")).decode().split(":") for value in headers if value]
    assert all(password != "secret" for _, password in pairs)
    return [user for user, _ in pairs]


def test_in_a_closed_world_one_wrong_pair_has_a_right_half(tmp_path: Path) -> None:
    users = users_sent(tmp_path, Facts(world=WORLD, closed=True))
    assert len(users) == 2
    assert users.count("shop") == 1


def test_in_an_open_world_nobody_s_name_is_used(tmp_path: Path) -> None:
    users = users_sent(tmp_path, Facts(world=WORLD))
    assert len(users) == 1
    assert "shop" not in users


def test_without_the_fact_there_is_no_half_to_send(tmp_path: Path) -> None:
    assert len(users_sent(tmp_path, Facts(closed=True))) == 1
