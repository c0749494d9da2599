"""What may be asked of a target: which side effects, and nothing that could lock an account."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from troth.errors import ExitCode
from troth.judging.classes import MISSING, classifiers, reader
from troth.judging.terms import OperationTerms, Terms
from troth.model.conclusion import Halt
from troth.model.contract import Fact, Input
from troth.model.exchange import Request
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import CaseToSend, GivenFlow
from troth.wire.views import RequestView

_SECRET_NAME = re.compile(r"pass(word|phrase|wd)?(_|$)|password|secret|(^|_)pin(_|$)|(^|_)otp(_|$)", re.IGNORECASE)
Owner = tuple[str, ...]


@dataclass(frozen=True)
class Permission:
    """What the user allows on a target.

    Args:
        terms: all operations.
        effects: side-effect classes that are allowed.
        lockouts: wrong credentials and passwords are allowed.
    """

    terms: Terms
    effects: frozenset[str]
    lockouts: bool

    def forbids(self, case: CaseToSend) -> str:
        """Why a case may not be sent, or ``""``. A case is sent whole or not at all."""
        for operation in _asked(case):
            if operation.effect not in self.effects:
                what = {"creates": "creates things", "destroys": "destroys things"}.get(operation.effect, "writes")
                return f'{operation.name} {what}: allow it with writes = ["{operation.effect}"]'
        return ""

    def forbids_request(self, operation: Operation, request: Request, facts: Facts) -> str:
        """Why a request may not be sent though its operation may, or ``""``."""
        if self.lockouts:
            return ""
        risky = lockout_risk(self.terms.operations[str(operation)], request, facts)
        return f"{risky}, which may lock an account: allow it with lockouts = true" if risky else ""


def _asked(case: CaseToSend) -> Iterator[Operation]:
    yield case.operation
    yield from case.alongside
    for given in case.given:
        yield from given.operations if isinstance(given, GivenFlow) else (given.operation,)
    if case.observation is not None:
        yield case.observation.operation


def lockout_risk(terms: OperationTerms, request: Request, facts: Facts) -> str:
    """What in a request a vendor could take for somebody trying passwords, or ``""``.

    An input is guarded if it is credentials, if its name says password or secret, or if one of its classes is a fact
    that ``world.yaml`` calls secret. Its value must be absent or a fact; and an input that says whose password it is
    must be of the same owner, since a right password at another account is a wrong one.
    """
    view = RequestView(request, terms.operation)
    readers = classifiers(terms.inputs, facts)
    classes = {one.name: one.classify(view, facts) for one in readers}
    for guarded in (one for one in terms.inputs if _guarded(one, terms)):
        if reader(guarded)(view) is MISSING:
            continue
        owner = _owner(guarded, classes[guarded.name])
        if owner is None:
            return f"{guarded.name} is {classes[guarded.name] or 'of no known class'}"
        if guarded.place == "auth":
            continue
        owners = _owners(guarded)
        for other in terms.inputs:
            if other is guarded or not owners & _owners(other) or reader(other)(view) is MISSING:
                continue
            if _owner(other, classes[other.name]) != owner:
                return f"{guarded.name} is sent with {other.name} {classes[other.name] or 'of no known class'}"
    return ""


def _guarded(one: Input, terms: OperationTerms) -> bool:
    if one.place == "auth" or _SECRET_NAME.search(one.name) or _SECRET_NAME.search(one.address.rpartition("/")[2]):
        return True
    world = terms.vendor.world
    return any(".".join(fact.path) in world and world[".".join(fact.path)].secret for fact in _facts(one))


def _facts(one: Input) -> Iterator[Fact]:
    for cls in one.classes:
        yield from (matcher for matcher in cls.matchers if isinstance(matcher, Fact))


def _owners(one: Input) -> frozenset[Owner]:
    return frozenset(fact.path[:-1] for fact in _facts(one) if fact.root == "world")


def _owner(one: Input, class_name: str | None) -> Owner | None:
    """Whose fact a value is; None where it is not a fact."""
    for cls in one.classes:
        if cls.name == class_name:
            return next((matcher.path[:-1] for matcher in cls.matchers if isinstance(matcher, Fact)), None)
    return None


@dataclass(frozen=True)
class Conduct:
    """How a run behaves towards its target, beyond sending and judging.

    Args:
        permission: what may be asked; None where everything may.
        begin: told the name of each item before it runs.
        end: told when an item has run to its end.
        halted: why nothing more will be sent, or None.
        ask_again: a request whose answer breaks a promise is sent once more, to tell stable from flaky.
    """

    permission: Permission | None = None
    begin: Callable[[str], None] = lambda _name: None
    end: Callable[[], None] = lambda: None
    halted: Callable[[], Halt | None] = lambda: None
    ask_again: bool = False

    def within(self, seconds: float | None, clock: Callable[[], float]) -> "Conduct":
        """The same conduct, halted for good once so many seconds have gone by from now on.

        Args:
            seconds: None for no limit.
            clock: seconds that only grow.
        """
        if seconds is None:
            return self
        until = clock() + seconds
        spent = Halt(f"the time budget of {seconds:g} s is spent", ExitCode.INCOMPLETE)

        def halted() -> Halt | None:
            return self.halted() or (spent if clock() >= until else None)

        return replace(self, halted=halted)
