"""Whether a target takes the credentials that we have: asked once, safely, before anything is judged by them."""

from collections.abc import Iterator
from dataclasses import dataclass

from troth.judging.classes import MISSING, reader
from troth.judging.credentials import scheme_of
from troth.judging.terms import OperationTerms, Terms
from troth.model.exchange import Exchange, Request, Response
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Target
from troth.sources.combinations import successful
from troth.sources.preparation import Preparation
from troth.wire.views import RequestView

_REFUSED = (401, 403)
_MOST = 3
"""Operations to ask: one alone may be closed to this account, while the credentials are right."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A safe request with the valid credentials, and what came of it."""

    operation: Operation
    exchange: Exchange

    @property
    def refused(self) -> bool:
        """Whether the answer says that the credentials are not taken (RFC 9110, 15.5.2 and 15.5.4)."""
        answer = self.exchange.answer
        return isinstance(answer, Response) and answer.status in _REFUSED

    @property
    def line(self) -> str:
        """What was asked and answered, in a few words."""
        answer = self.exchange.answer
        outcome = str(answer.status) if isinstance(answer, Response) else str(answer.reason)
        return f"{self.operation.name} ({self.operation.method} {self.operation.path}) was answered {outcome}"


def probe_credentials(terms: Terms, vendor: str, target: Target, seed: int, authenticated: bool) -> Probe | None:
    """Ask safe operations that promise a success, until one does not refuse the credentials.

    Args:
        terms: all operations.
        vendor: whose credentials are tried.
        target: who answers.
        seed: decides the values that are nobody's.
        authenticated: the target puts credentials on every request by itself.

    Returns:
        The last request that was sent; None where no safe request with credentials can be made.
    """
    probe = None
    for operation, request in _requests(terms, vendor, target.facts(vendor), seed, authenticated):
        probe = Probe(operation, target.send(request))
        if not probe.refused:
            break
    return probe


def _requests(
    terms: Terms, vendor: str, facts: Facts, seed: int, authenticated: bool
) -> Iterator[tuple[Operation, Request]]:
    preparation = Preparation(terms, seed)
    asked = 0
    for of_operation in terms.operations.values():
        if of_operation.operation.vendor != vendor or asked == _MOST:
            continue
        request = _successful_request(preparation, of_operation, facts)
        if request is not None and (authenticated or _says_who_asks(of_operation, request)):
            asked += 1
            yield of_operation.operation, request


def _says_who_asks(terms: OperationTerms, request: Request) -> bool:
    """Whether a request carries credentials: in its Authorization header, or as an API key."""
    view = RequestView(request, terms.operation)
    credentials = (contract_input for contract_input in terms.inputs if scheme_of(contract_input, terms.operation))
    return any(reader(contract_input)(view) is not MISSING for contract_input in credentials)


def _successful_request(preparation: Preparation, terms: OperationTerms, facts: Facts) -> Request | None:
    """A request that promises a success, of a safe operation that needs no earlier call; None where there is none."""
    classes = successful(terms, {}) if terms.operation.effect == "safe" else None
    if classes is None:
        return None
    case = preparation.case(terms, classes, "credentials")
    if case.given:
        return None
    try:
        return case.build(facts).request
    except KeyError:
        return None
