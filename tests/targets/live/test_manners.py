"""Manners: what is repeated, how long is waited, when asking ends; with a clock that does not tick by itself."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.errors import ExitCode
from troth.model.conclusion import Halt
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import Facts
from troth.model.ports import Target
from troth.targets.live.manners import Hands, MannersTarget, retry_after
from troth.targets.live.settings import Pace

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EVERYTHING = frozenset(("safe", "idempotent", "creates", "destroys", ""))
Answer = Response | NoAnswer
OK = Response(200)
RESET, REFUSED = NoAnswer(Silence.RESET), NoAnswer(Silence.REFUSED)


class Scripted(Target):
    """Answers from a script; the last one from then on."""

    name, kind = "scripted", "live"

    def __init__(self, answers: Iterable[Answer]) -> None:
        self.answers = list(answers)
        self.sent: list[Request] = []

    def send(self, request: Request) -> Exchange:
        self.sent.append(request)
        return Exchange(request, self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    def facts(self, vendor: str) -> Facts:
        return Facts()

    def close(self) -> None: ...


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def hands(self) -> Hands:
        return Hands(lambda: self.seconds, lambda: NOW + timedelta(seconds=self.seconds), self.sleep, lambda: 0.5)


def polite(
    answers: Iterable[Answer], effect: str = "safe", allowed: frozenset[str] = EVERYTHING, **pace: float
) -> tuple[MannersTarget, Scripted, Time]:
    scripted, time = Scripted(answers), Time()
    return MannersTarget(scripted, Pace(**pace), lambda _request: effect, allowed, time.hands()), scripted, time  # type: ignore[arg-type]


ASK = Request("GET", "https://api.example/x")


@pytest.mark.parametrize(
    ("answers", "effect", "sent", "last"),
    [
        ([RESET, OK], "safe", 2, OK),
        ([RESET, OK], "idempotent", 2, OK),
        ([RESET, OK], "creates", 1, RESET),
        ([RESET, OK], "destroys", 1, RESET),
        ([REFUSED, OK], "creates", 2, OK),
        ([Response(429), OK], "creates", 2, OK),
        ([Response(503), OK], "safe", 2, OK),
        ([Response(503), OK], "creates", 1, Response(503)),
        ([Response(500), OK], "safe", 1, Response(500)),
        ([Response(404), OK], "safe", 1, Response(404)),
        ([NoAnswer(Silence.MALFORMED), OK], "safe", 1, NoAnswer(Silence.MALFORMED)),
        ([RESET, RESET, RESET, OK], "safe", 3, RESET),
    ],
)
def test_only_what_harms_nobody_is_repeated(answers: list[Answer], effect: str, sent: int, last: Answer) -> None:
    target, scripted, _ = polite(answers, effect)
    assert target.send(ASK).answer == last
    assert len(scripted.sent) == sent


def test_a_vendor_that_asks_for_patience_gets_it_within_bounds() -> None:
    target, _, time = polite([Response(429, (("Retry-After", "7"),)), OK])
    assert target.send(ASK).answer == OK
    assert time.slept == [7]
    target, scripted, time = polite([Response(429, (("Retry-After", "900"),)), OK])
    assert target.send(ASK).answer == Response(429, (("Retry-After", "900"),))
    assert (len(scripted.sent), time.slept) == (1, [])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 0 ", 0.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_rfc_9110_writes_it(value: str, seconds: float | None) -> None:
    assert retry_after(Exchange(ASK, Response(429, (("Retry-After", value),))), NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_stops_the_run(value: str) -> None:
    seconds = retry_after(Exchange(ASK, Response(503, (("retry-after", value),))), NOW)
    assert seconds is None or seconds >= 0


def test_the_pace_is_kept() -> None:
    target, _, time = polite([OK], per_second=4)
    for _ in range(9):
        target.send(ASK)
    assert time.seconds == pytest.approx(2.0)


def test_the_budget_counts_repeats_and_ends_the_run_with_a_reason() -> None:
    target, scripted, _ = polite([RESET, OK], budget=3)
    target.send(ASK)
    target.send(ASK)
    assert target.halted() is None
    exchange = target.send(ASK)
    assert exchange.answer == NoAnswer(Silence.NOT_SENT, "the request budget of 3 is spent")
    assert (len(scripted.sent), target.halted()) == (3, Halt("the request budget of 3 is spent", ExitCode.INCOMPLETE))


def test_an_outage_is_found_out_once_and_nothing_more_is_asked() -> None:
    target, scripted, time = polite([Response(503)], longest_wait=60)
    for _ in range(200):
        target.send(ASK)
    halt = target.halted()
    assert halt is not None
    assert halt.code is ExitCode.NOT_JUDGED
    assert halt.text.startswith("outage: scripted has been out of service")
    assert len(scripted.sent) < 20
    assert time.seconds < 180


def test_a_service_that_comes_back_is_asked_on() -> None:
    target, _, time = polite([Response(503)] * 8 + [OK])
    for _ in range(4):
        target.send(ASK)
    assert target.send(ASK).answer == OK
    assert target.halted() is None
    assert time.seconds <= 120


def test_the_probe_of_health_is_a_safe_request() -> None:
    target, scripted, _ = polite([RESET], effect="creates")
    for number in range(20):
        target.send(Request("POST", f"https://api.example/{number}"))
    assert len(scripted.sent) == 5
    assert target.halted()


def test_what_is_not_allowed_is_not_sent_whoever_asks() -> None:
    target, scripted, _ = polite([OK], effect="destroys", allowed=frozenset(("safe",)))
    answer = target.send(ASK).answer
    assert isinstance(answer, NoAnswer)
    assert answer.reason is Silence.NOT_SENT
    assert not scripted.sent
