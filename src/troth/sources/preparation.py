"""Cases made complete: what is asked before for a fact, and what is looked at before and after."""

from collections.abc import Mapping
from functools import partial

from troth.cel.expressions import Failure
from troth.judging.scope import ScopeMaker
from troth.judging.terms import OperationTerms, Terms
from troth.model.contract import Given
from troth.model.exchange import Request
from troth.model.facts import Facts
from troth.model.ports import Built, CaseToSend, GivenCall, GivenFlow, GivenFlows, Observation
from troth.sources.class_values import class_value
from troth.sources.combinations import needed_facts, successful
from troth.sources.input_requests import assemble, build_request
from troth.sources.minting import Mint
from troth.wire.request_writer import Unsendable
from troth.wire.views import RequestView


class Preparation:
    """Makes cases complete: earlier calls for facts that must be given, and what to observe before and after.

    Args:
        terms: all operations (a given or observed operation is another one).
        seed: decides the values that are nobody's.
        flows: makes the facts that workflows give; None where there are no workflows.
    """

    def __init__(self, terms: Terms, seed: int, flows: GivenFlows | None = None) -> None:
        self._terms = terms
        self._seed = seed
        self._flows = flows
        self._successful: dict[tuple[str, tuple[tuple[str, str], ...]], Mapping[str, str]] = {}

    def case(self, terms: OperationTerms, classes: Mapping[str, str], name: str, alternative: int = 0) -> CaseToSend:
        """The case that sends these classes."""
        seed = f"{self._seed}/{terms.operation}/{name}"
        return CaseToSend(
            name=name,
            operation=terms.operation,
            build=partial(_build, terms, dict(classes), seed, alternative),
            given=self.given(terms, {fact.path[0] for fact in needed_facts(terms, classes) if fact.root == "given"}),
            observation=self.observation(terms),
        )

    def given(self, terms: OperationTerms, names: set[str]) -> tuple[GivenCall | GivenFlow, ...]:
        """The earlier calls and workflows that make these facts."""
        made = (self._given(terms, given) for given in terms.given if given.name in names)
        return tuple(call for call in made if call is not None)

    def _given(self, terms: OperationTerms, given: Given) -> GivenCall | GivenFlow | None:
        if given.workflow:
            return None if self._flows is None else self._flows.flow(terms.operation.vendor, given)
        if given.name not in terms.take:
            return None
        called = self._terms.operations[f"{terms.operation.vendor}.{given.operation}"]
        classes = self._success(called, given.classes, given.row)
        seed = f"{self._seed}/{terms.operation}/given/{given.name}"
        return GivenCall(
            given.name, called.operation, partial(_build, called, classes, seed, 0), terms.take[given.name]
        )

    def observation(self, terms: OperationTerms) -> Observation | None:
        """What to look at before and after, where the contract says so."""
        if terms.observe is None:
            return None
        observed = self._terms.operations[f"{terms.operation.vendor}.{terms.observe.operation}"]
        classes = self._success(observed, {})
        seed = f"{self._seed}/{terms.operation}/observe"
        return Observation(observed.operation, partial(_observe, terms, observed, dict(classes), seed))

    def _success(self, terms: OperationTerms, fixed: Mapping[str, str], row: str = "") -> Mapping[str, str]:
        key = (f"{terms.operation} {row}", tuple(sorted(fixed.items())))
        if key not in self._successful:
            self._successful[key] = successful(terms, fixed, row) or dict(fixed)
        return self._successful[key]


def _build(terms: OperationTerms, classes: Mapping[str, str], seed: str, alternative: int, facts: Facts) -> Built:
    try:
        return build_request(terms, classes, facts, seed, alternative)
    except Unsendable as error:
        # What a contract and a world say was tried before the run: it is a fact that an earlier call gave.
        raise KeyError(f"a value that can be sent ({error.reason})") from error


def _observe(
    terms: OperationTerms,
    observed: OperationTerms,
    classes: Mapping[str, str],
    seed: str,
    request: Request,
    facts: Facts,
) -> Built | None:
    view = RequestView(request, terms.operation)
    scope = ScopeMaker(terms.variables).make(view, None, facts)
    mint = Mint(seed)
    values = {}
    for contract_input in observed.inputs:
        name = contract_input.name
        if contract_input.address in terms.observe_arguments:
            value = terms.observe_arguments[contract_input.address].evaluate(scope)
            if isinstance(value, Failure):
                return None
            values[name] = value
        elif name in classes:
            values[name] = class_value(contract_input, classes[name], facts, mint, 0)
    try:
        return Built(assemble(observed.operation, observed.inputs, values), frozenset(mint.made))
    except Unsendable:
        return None
