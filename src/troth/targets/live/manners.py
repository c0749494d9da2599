"""Manners towards a stranger's service: a pace, a budget, patience with its troubles, and an end to asking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from troth.errors import ExitCode
from troth.model.conclusion import Halt
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence, header
from troth.model.ports import Target
from troth.targets.before import Before
from troth.targets.live.settings import Pace

REPEATABLE = frozenset(("safe", "idempotent"))
"""Side-effect classes of requests that may be sent twice."""
_NEVER_ARRIVED = (Silence.REFUSED, Silence.UNREACHABLE)
_LOST = (*_NEVER_ARRIVED, Silence.TIMEOUT, Silence.RESET)
_BUSY, _OUT_OF_SERVICE = 429, (502, 503, 504)
_OUTAGE = 5
"""So many troubles in a row make one ask whether the service is there at all."""
_FIRST_WAIT = 0.5


@dataclass(frozen=True, slots=True)
class Hands:
    """What manners need of the machine; a test hands in its own.

    Args:
        clock: seconds that only grow.
        now: the time of day in UTC, for a ``Retry-After`` that names one.
        sleep: waits so many seconds.
        chance: a number from 0 up to 1, for jitter.
    """

    clock: Callable[[], float]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    chance: Callable[[], float]


class MannersTarget(Before):
    """A target that is asked politely.

    It sends no faster than the pace allows, repeats what failed on the way only where a repeat does no harm, waits
    where the vendor asks it to (429 and 503 with ``Retry-After``) within bounds, and stops asking when the budget is
    spent or the service stays out. An answer that breaks a promise is never repeated here.

    Args:
        target: who answers.
        pace: how much may be asked.
        effect_of: the side-effect class of a request; ``""`` where nobody knows.
        allowed: the side-effect classes that may be sent: the last guard, whatever made the request.
        hands: clock, sleep and chance.
    """

    def __init__(
        self,
        target: Target,
        pace: Pace,
        effect_of: Callable[[Request], str],
        allowed: frozenset[str],
        hands: Hands,
    ) -> None:
        super().__init__(target)
        self._pace = pace
        self._effect_of = effect_of
        self._allowed = allowed
        self._hands = hands
        self._sent = 0
        self._next = 0.0
        self._troubles = 0
        self._probe: Request | None = None
        self._halt: Halt | None = None
        self.repeated = 0

    def send(self, request: Request) -> Exchange:
        """Send one request as often as manners allow; the last answer counts."""
        effect = self._effect_of(request)
        if effect not in self._allowed:
            what = f"its side effect ({effect}) is" if effect else "requests that no operation describes are"
            return _unsent(request, f"{what} not allowed on {self.name}")
        waited = 0.0
        exchange = _unsent(request, self._why())
        for attempt in range(self._pace.retries + 1):
            if self._is_spent():
                return exchange if attempt else _unsent(request, self._why())
            exchange = self._once(request)
            if _is_stale(exchange, effect) and not self._is_spent():
                # Another connection is no repeat after a trouble: the server only tidied up.
                exchange = self._once(request)
                self.repeated += 1
            trouble = _trouble(exchange)
            self._troubles = self._troubles + 1 if trouble and trouble != _BUSY else 0
            if not trouble:
                # Best asked for health is what was answered before: what was not may itself be what upsets the service.
                self._probe = request if effect == "safe" else self._probe
                return exchange
            if self._probe is None and effect == "safe":
                self._probe = request
            if self._troubles >= _OUTAGE and not self._is_back(exchange):
                return exchange
            wait = self._wait(exchange, attempt)
            last = attempt == self._pace.retries
            if last or not _may_repeat(exchange, effect) or waited + wait > self._pace.longest_wait:
                return exchange
            self._hands.sleep(wait)
            waited += wait
            self.repeated += 1
        return exchange

    def halted(self) -> Halt | None:
        """Why nothing more is sent, or None."""
        return self._halt

    def _why(self) -> str:
        return "" if self._halt is None else self._halt.text

    def _is_spent(self) -> bool:
        budget = self._pace.budget
        if self._halt is None and budget is not None and self._sent >= budget:
            self._halt = Halt(f"the request budget of {budget:,} is spent", ExitCode.INCOMPLETE)
        return self._halt is not None

    def _once(self, request: Request) -> Exchange:
        rate = self._pace.per_second
        if rate is not None:
            now = self._hands.clock()
            if now < self._next:
                self._hands.sleep(self._next - now)
            self._next = max(now, self._next) + 1 / rate
        self._sent += 1
        return self._target.send(request)

    def _wait(self, exchange: Exchange, attempt: int) -> float:
        asked = retry_after(exchange, self._hands.now())
        if asked is not None:
            return asked
        # Jitter over the upper half: several runs that lost the same service do not come back as one.
        return float(_FIRST_WAIT * 2**attempt * (0.5 + self._hands.chance() / 2))

    def _is_back(self, exchange: Exchange) -> bool:
        """Ask for the service's health until it answers or patience ends; then it is an outage, once and for all."""
        waited, wait = 0.0, 1.0
        while self._probe is not None and waited + wait <= self._pace.longest_wait and not self._is_spent():
            self._hands.sleep(wait)
            waited += wait
            wait = min(wait * 2, 15.0)
            if not _trouble(self._once(self._probe)):
                self._troubles = 0
                return True
        if self._halt is None:
            answer = exchange.answer
            state = answer.reason if isinstance(answer, NoAnswer) else f"it answers {answer.status}"
            text = f"outage: {self.name} has been out of service for {self._troubles} requests in a row ({state})"
            self._halt = Halt(text, ExitCode.NOT_JUDGED)
        return False


def _trouble(exchange: Exchange) -> int:
    """What kept the service from answering: a status, 1 for silence, 0 for nothing."""
    answer = exchange.answer
    if isinstance(answer, NoAnswer):
        return 1 if answer.reason in _LOST else 0
    return answer.status if answer.status == _BUSY or answer.status in _OUT_OF_SERVICE else 0


def _is_stale(exchange: Exchange, effect: str) -> bool:
    """Whether a connection that was kept open was lost, under a request that may be sent again."""
    return isinstance(exchange.answer, NoAnswer) and exchange.answer.stale and effect in REPEATABLE


def _may_repeat(exchange: Exchange, effect: str) -> bool:
    """Whether a repeat cannot do anything twice: nothing was done, or doing it twice is the same."""
    answer = exchange.answer
    if isinstance(answer, NoAnswer):
        return effect in REPEATABLE or answer.reason in _NEVER_ARRIVED
    return effect in REPEATABLE or answer.status == _BUSY


def retry_after(exchange: Exchange, now: datetime) -> float | None:
    """The seconds that an answer asks to wait (RFC 9110, 10.2.3), or None where it asks nothing that can be read."""
    answer = exchange.answer
    value = header(answer.headers, "retry-after") if isinstance(answer, Response) else None
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _unsent(request: Request, reason: str) -> Exchange:
    return Exchange(request, NoAnswer(Silence.NOT_SENT, reason))
