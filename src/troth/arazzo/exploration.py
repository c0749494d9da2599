"""Random sequences of a vendor's operations, fed by the spec's links and by what earlier answers returned.

Each step takes one of the moves that are possible there: an operation that needs nothing from before, or a link of an
answer that was given. All steps are judged by all checks; a sequence that fails is shrunk to the shortest that does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from hypothesis import strategies as st

from troth.arazzo.expressions import Malformed, read_template
from troth.arazzo.outcomes import StepCall, before
from troth.arazzo.values import Asked, Missing, Moment, fill
from troth.judging.terms import OperationTerms, Terms
from troth.loading.plain import mapping
from troth.model.book import Vendor
from troth.model.exchange import Response
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Built, CaseToSend, Judge
from troth.model.workflow import Template
from troth.sources.class_values import class_value
from troth.sources.combinations import needed_facts, successful
from troth.sources.input_requests import drafted
from troth.sources.minting import Mint
from troth.sources.properties.generation import Enough, draw_many, shrink
from troth.wire.request_writer import Unsendable

LENGTH = 10
"""At most so many steps a sequence."""
SHRINKS = 100
"""At most so many further sequences to find a shorter one that fails."""
Fingerprint = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """What a spec says may follow an answer: an operation, and where its parameters come from."""

    operation: str
    parameters: Mapping[str, Template]
    body: Template = None
    """None where the link does not say what to send."""


@dataclass(frozen=True, slots=True)
class Move:
    """An operation that can be called now, with the parameters that earlier answers gave."""

    operation: str
    values: Mapping[str, object] = field(default_factory=dict)
    body: object = None
    origin: str = ""
    """The step whose answer gave the link."""


def links_of(vendor: Vendor) -> dict[str, tuple[Link, ...]]:
    """Operation → the links of its answers. Links that name what Troth cannot evaluate are left out."""
    by_operation: dict[str, tuple[Link, ...]] = {}
    for item in mapping(vendor.spec.document.get("paths")).values():
        for raw in mapping(item).values():
            name = str(mapping(raw).get("operationId", ""))
            links = [
                link
                for response in mapping(mapping(raw).get("responses")).values()
                for written in mapping(mapping(response).get("links")).values()
                if (link := _link(mapping(written), vendor)) is not None
            ]
            if name in vendor.spec.operations and links:
                by_operation[name] = tuple(links)
    return by_operation


def _link(raw: Mapping[str, object], vendor: Vendor) -> Link | None:
    name = str(raw.get("operationId", ""))
    if name not in vendor.spec.operations:
        return None
    try:
        written = mapping(raw.get("parameters"))
        parameters = {key.rpartition(".")[2]: read_template(value) for key, value in written.items()}
        return Link(name, parameters, read_template(raw.get("requestBody")))
    except Malformed:
        return None


class Explorer:
    """Explores one vendor.

    Args:
        vendor: whose operations.
        terms: the operations, compiled.
        facts: what the target gives.
        seed: decides every sequence.
    """

    def __init__(self, vendor: Vendor, terms: Terms, facts: Facts, seed: int) -> None:
        self._facts = facts
        self._seed = f"{seed}/{vendor.name}/exploring"
        self._links = links_of(vendor)
        operations = vendor.spec.operations.values()
        self._terms = {operation.name: terms.operations[str(operation)] for operation in operations}
        self._classes = {name: successful(of_operation, {}) or {} for name, of_operation in self._terms.items()}
        self._starts = [move for name in self._terms if self._possible(move := Move(name))]

    def explore(self, judge: Judge, count: int) -> None:
        """Have so many random sequences judged, and shorter ones where one fails."""
        strategy = st.lists(st.integers(0, 999), min_size=1, max_size=LENGTH)
        failing: dict[Fingerprint, None] = {}
        for numbers in draw_many(strategy, count, self._seed):
            failing.update(dict.fromkeys(sorted(self._sequence(judge, numbers))))
        for fingerprint in failing:
            search = _Search(partial(self._sequence, judge), fingerprint)
            shrink(strategy, count, self._seed, search.fails)

    def _possible(self, move: Move) -> bool:
        """Whether everything that the request needs is a fact of the target, or comes from the link."""
        terms = self._terms[move.operation]
        classes = dict(self._classes[move.operation])
        for contract_input in terms.inputs:
            if contract_input.address in move.values:
                classes.pop(contract_input.name, None)
        try:
            for fact in needed_facts(terms, classes):
                self._facts.look_up(fact)
        except KeyError:
            return False
        return True

    def _sequence(self, judge: Judge, numbers: list[int]) -> frozenset[Fingerprint]:
        """One sequence: each number chooses among the moves that are possible at its step."""
        fingerprints: set[Fingerprint] = set()
        pending: list[Move] = []
        calls: list[StepCall] = []
        stale = False
        for index, number in enumerate(numbers):
            # The answers' links come first, so that small numbers go deeper rather than begin anew.
            moves = [*reversed(pending), *self._starts]
            move = moves[number % len(moves)]
            terms = self._terms[move.operation]
            judgement = judge(
                CaseToSend(
                    name=f"{'-'.join(map(str, numbers))}/{index}",
                    operation=terms.operation,
                    build=partial(self._build, terms, move, f"{self._seed}/{index}"),
                    fresh_state=index == 0,
                    stale=stale,
                    earlier=before(calls, frozenset({move.origin})),
                )
            )
            changing = terms.operation.effect != "safe"
            stale = stale or changing
            calls.append(StepCall(judgement.exchange, str(index), frozenset({move.origin}), changing))
            fingerprints.update(finding.fingerprint for finding in judgement.findings if not finding.unjudged)
            answer = judgement.exchange.answer
            if isinstance(answer, Response) and answer.status < 400:
                asked = Asked.of(judgement.exchange, terms.operation)
                following = self._follow(terms.operation, asked, str(index))
                pending += filter(self._possible, following)
        return frozenset(fingerprints)

    def _follow(self, operation: Operation, asked: Asked, origin: str) -> Iterator[Move]:
        moment = Moment(asked=asked)
        for link in self._links.get(operation.name, ()):
            try:
                values = {name: fill(template, moment) for name, template in link.parameters.items()}
                yield Move(link.operation, values, fill(link.body, moment), origin)
            except Missing:
                continue

    def _build(self, terms: OperationTerms, move: Move, seed: str, facts: Facts) -> Built:
        """A request on the way to a success, with what the link gives in its place."""
        mint = Mint(seed)
        classes = self._classes[move.operation]
        values: dict[str, object] = {}
        for contract_input in terms.inputs:
            name = contract_input.name
            if contract_input.place in ("path", "query") and contract_input.address in move.values:
                values[name] = move.values[contract_input.address]
            elif name in classes:
                values[name] = class_value(contract_input, classes[name], facts, mint, 0)
        try:
            writer = drafted(terms.operation, terms.inputs, values)
            if move.body is not None:
                writer.body = move.body
            return Built(writer.write(), frozenset(mint.made))
        except Unsendable as error:
            raise KeyError(f"a value that can be sent ({error.reason})") from error


class _Search:
    """Whether a sequence still shows a finding, for as long as the search may go on."""

    def __init__(self, run: "partial[frozenset[Fingerprint]]", wanted: Fingerprint) -> None:
        self._run = run
        self._wanted = wanted
        self._left = SHRINKS

    def fails(self, numbers: list[int]) -> bool:
        if not self._left:
            raise Enough
        self._left -= 1
        return self._wanted in self._run(numbers)
