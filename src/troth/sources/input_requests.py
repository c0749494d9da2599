"""From the values of a contract's inputs to a request."""

import copy
from collections.abc import Mapping, Sequence

from troth.judging.terms import OperationTerms
from troth.model.contract import Input
from troth.model.exchange import Request
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Built
from troth.sources.class_values import class_value
from troth.sources.minting import Mint
from troth.wire.pointers import parse_pointer
from troth.wire.request_writer import ABSENT, RequestWriter, described_media, json_media_type
from troth.wire.style_writer import leaf


def build_request(
    terms: OperationTerms, classes: Mapping[str, str], facts: Facts, seed: str, alternative: int = 0
) -> Built:
    """A request whose inputs fall in the given classes; inputs that are not named keep the spec's example, or nothing.

    Args:
        terms: the operation and its inputs.
        classes: input → class.
        facts: what the target gives.
        seed: decides the values that are nobody's.
        alternative: which of a class's matchers to send, where it has several.

    Raises:
        KeyError: the target does not give a fact that a class needs; the argument names it.
        Unsendable: HTTP cannot carry a value where its input has it.
    """
    mint = Mint(seed)
    values = {
        varied.name: class_value(varied, classes[varied.name], facts, mint, alternative)
        for varied in terms.inputs
        if varied.name in classes
    }
    return Built(assemble(terms.operation, terms.inputs, values), frozenset(mint.made))


def assemble(operation: Operation, inputs: Sequence[Input], values: Mapping[str, object]) -> Request:
    """A request as :func:`drafted` has it, written."""
    return drafted(operation, inputs, values).write()


def drafted(operation: Operation, inputs: Sequence[Input], values: Mapping[str, object]) -> RequestWriter:
    """A request from input values, on top of the examples of the spec for whatever is required and not varied.

    Args:
        operation: what it asks for.
        inputs: what may be varied.
        values: input → value, or ``ABSENT``; inputs without a value are not varied.

    Raises:
        Unsendable: HTTP cannot carry a value where its input has it.
    """
    writer = RequestWriter(operation)
    writer.put_examples()
    writer.media_type = json_media_type(operation)
    media = described_media(operation, writer.media_type)
    if operation.body_required and media is not None and media.examples:
        writer.body = copy.deepcopy(media.examples[0])
    put_inputs(writer, inputs, values)
    return writer


def put_inputs(writer: RequestWriter, inputs: Sequence[Input], values: Mapping[str, object]) -> None:
    """Put values where their inputs have them, those of outer parts of a body before those of inner ones.

    Raises:
        Unsendable: HTTP cannot carry a value where its input has it.
    """
    varied = [contract_input for contract_input in inputs if contract_input.name in values]
    for contract_input in sorted(varied, key=_depth):
        place, address, value = contract_input.place, contract_input.address, values[contract_input.name]
        if place == "soap":
            writer.parts[address] = None if value is ABSENT else leaf(value)
        elif place == "body":
            writer.place(parse_pointer(address), value)
        elif place == "auth":
            writer.authorize(address, value)
        else:
            writer.put(place, address, value)


def _depth(contract_input: Input) -> int:
    return contract_input.address.count("/")
