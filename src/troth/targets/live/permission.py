"""What may be asked of a target: which side effects, and nothing that could lock an account."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from troth.judging.classes import MISSING, classifiers, reader
from troth.judging.credentials import scheme_of
from troth.judging.terms import OperationTerms, Terms
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
    classes = {classifier.name: classifier.classify(view, facts) for classifier in classifiers(terms.inputs, facts)}
    sent = [contract_input for contract_input in terms.inputs if reader(contract_input)(view) is not MISSING]
    for guarded in (contract_input for contract_input in sent if _guarded(contract_input, terms)):
        owner = _owner(guarded, classes[guarded.name])
        if owner is None:
            return f"{guarded.name} is {classes[guarded.name] or 'of no known class'}"
        if scheme_of(guarded, terms.operation):
            continue
        owners = _owners(guarded)
        for beside in sent:
            if beside is guarded or not owners & _owners(beside):
                continue
            if _owner(beside, classes[beside.name]) != owner:
                return f"{guarded.name} is sent with {beside.name} {classes[beside.name] or 'of no known class'}"
    return ""


def _guarded(contract_input: Input, terms: OperationTerms) -> bool:
    names = (contract_input.name, contract_input.address.rpartition("/")[2])
    if scheme_of(contract_input, terms.operation) or any(map(_SECRET_NAME.search, names)):
        return True
    world = terms.vendor.world
    facts = (".".join(fact.path) for fact in _facts(contract_input))
    return any(fact in world and world[fact].secret for fact in facts)


def _facts(contract_input: Input) -> Iterator[Fact]:
    for cls in contract_input.classes:
        yield from (matcher for matcher in cls.matchers if isinstance(matcher, Fact))


def _owners(contract_input: Input) -> frozenset[Owner]:
    return frozenset(fact.path[:-1] for fact in _facts(contract_input) if fact.root == "world")


def _owner(contract_input: Input, class_name: str | None) -> Owner | None:
    """Whose fact a value is; None where it is not a fact."""
    for cls in contract_input.classes:
        if cls.name == class_name:
            return next((matcher.path[:-1] for matcher in cls.matchers if isinstance(matcher, Fact)), None)
    return None
