"""What may be asked of a stranger: side effects by name, nothing that locks an account, failures asked about twice."""

from dataclasses import replace
from pathlib import Path

import pytest

from troth.errors import ExitCode
from troth.model.conclusion import Halt
from troth.model.exchange import Exchange, Request, Response
from troth.model.ports import RunOptions
from troth.model.report import ItemResult, Verdict
from troth.session.reach import select
from troth.session.run import Run
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.targets.before import Before
from troth.targets.live.conduct import Conduct
from troth.targets.live.permission import Permission

ROOT = Path(__file__).parents[3]


class Stranger(Before):
    """The embedded mock in the clothes of a stranger, who may be told to answer otherwise at times."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.target)
        self.kind, self.name = "live", "a stranger"
        self.sent: list[Request] = []
        self.otherwise: dict[int, Response] = {}

    def send(self, request: Request) -> Exchange:
        self.sent.append(request)
        exchange = self._target.send(request)
        return replace(exchange, answer=self.otherwise.get(len(self.sent), exchange.answer))

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def base() -> Run:
    return Run(select(ROOT, vendors=("oneall",)), RunOptions(sources=("cases",)))


def run_all(
    base: Run, conduct: Conduct, *operations: str, otherwise: dict[int, Response] | None = None
) -> tuple[Stranger, list[ItemResult]]:
    stranger = Stranger(base)
    stranger.otherwise = otherwise or {}
    runner = Runner(base.book, base.terms, stranger, Court(), conduct=conduct)
    items = [item for item in base.items if not operations or item.operation.name in operations]
    return stranger, [runner.run(item) for item in items]


def test_only_allowed_side_effects_are_sent_and_the_rest_says_why(base: Run) -> None:
    permission = Permission(base.terms, frozenset(("safe",)), lockouts=True)
    stranger, results = run_all(base, Conduct(permission))
    effects = {(one.method, one.path): one.effect for one in base.book.operations()}
    safe = {method for (method, _), effect in effects.items() if effect == "safe"}
    assert {request.method for request in stranger.sent} <= safe
    skipped = [result for result in results if result.verdict is Verdict.SKIPPED]
    assert skipped
    assert all('allow it with writes = ["' in result.skipped for result in skipped)
    assert {result.operation for result in skipped} >= {"deleteUser", "createStorageUser"}


def test_nothing_that_could_lock_an_account_is_sent(base: Run) -> None:
    effects = frozenset(("safe", "idempotent", "creates", "destroys"))
    stranger, _ = run_all(base, Conduct(Permission(base.terms, effects, lockouts=False)), "lookupStorageUser")
    free, _ = run_all(base, Conduct(Permission(base.terms, effects, lockouts=True)), "lookupStorageUser")
    world = base.target.facts("oneall").world
    user, other = world["user"], world["other"]
    assert isinstance(user, dict)
    assert isinstance(other, dict)
    assert 0 < len(stranger.sent) < len(free.sent)
    for request in stranger.sent:
        body = request.body.decode()
        if '"password"' in body:
            mine, theirs = user["password"] in body, other["password"] in body
            assert mine != theirs
            strange = other if mine else user
            assert not any(str(strange[name]) in body for name in ("login", "externalid", "user_token"))
    assert all(
        request.headers[0][1] in {one.headers[0][1] for one in free.sent}
        for request in stranger.sent
        if request.headers
    )


def test_a_steady_failure_and_a_flaky_one_are_told_apart(base: Run) -> None:
    wrong = Response(200, (("Content-Type", "application/json"),), b"{}")
    steady, flaky = {1: wrong, 2: wrong}, {1: wrong}
    for otherwise, said in ((steady, "the same both times"), (flaky, "only once: flaky")):
        stranger, results = run_all(base, Conduct(ask_again=True), "listUsers", otherwise=otherwise)
        assert stranger.sent[0] == stranger.sent[1]
        assert results[0].verdict is Verdict.BROKEN
        against = [finding for finding in results[0].findings if not finding.unjudged]
        assert against
        assert all(said in finding.message for finding in against)


def test_what_changes_something_is_never_asked_twice(base: Run) -> None:
    wrong = Response(200, (("Content-Type", "application/json"),), b"{}")
    plain, _ = run_all(base, Conduct(), "createStorageUser", otherwise={1: wrong})
    again, _ = run_all(base, Conduct(ask_again=True), "createStorageUser", otherwise={1: wrong})
    assert len(plain.sent) == len(again.sent)


def test_once_asking_has_ended_every_item_says_so_and_nothing_is_sent(base: Run) -> None:
    stranger, results = run_all(
        base, Conduct(halted=lambda: Halt("outage: gone", ExitCode.NOT_JUDGED)), "listUsers", "readUser"
    )
    assert not stranger.sent
    assert {(result.verdict, result.skipped) for result in results} == {(Verdict.SKIPPED, "outage: gone")}
