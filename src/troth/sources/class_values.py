"""Values to send for the classes of inputs."""

import copy
from collections.abc import Mapping, Sequence

from troth.model.contract import Absent, Fact, Fresh, Input, Literal, Matcher, Shape
from troth.model.facts import Facts
from troth.sources.minting import Mint
from troth.wire.request_writer import ABSENT


def class_value(contract_input: Input, name: str, facts: Facts, mint: Mint, alternative: int) -> object:
    """A value of an input's class, or ``ABSENT``.

    Args:
        contract_input: the input.
        name: the class.
        facts: what the target gives.
        mint: makes values that are nobody's.
        alternative: which of the ways of being in the class, from 0; counted round where there are fewer.

    Raises:
        KeyError: a fact is missing, or the class has nothing that could be sent.
    """
    matchers = sendable(contract_input, name)
    if not matchers:
        raise KeyError(f"a value to send for {contract_input.name}.{name}")
    half_right = _half_right(contract_input, matchers, facts)
    turn = alternative % (len(matchers) + len(half_right))
    if turn >= len(matchers):
        return mint.pair() | {"username": half_right[turn - len(matchers)]}
    matcher = matchers[turn]
    match matcher:
        case Absent():
            return ABSENT
        case Literal():
            return matcher.value
        case Fact():
            return facts.look_up(matcher)
        case Fresh():
            return mint.value(matcher.format)
    return copy.deepcopy(matcher.examples[alternative % len(matcher.examples)])


def alternatives(contract_input: Input, name: str, facts: Facts) -> int:
    """How many requests show every way of being in a class (``missing: [absent, ""]`` has two)."""
    matchers = sendable(contract_input, name)
    return len(matchers) + len(_half_right(contract_input, matchers, facts))


def sendable(contract_input: Input, name: str) -> tuple[Matcher, ...]:
    """The matchers of a class that a request can be made from (a JSON Schema needs ``examples``)."""
    matchers = next(cls.matchers for cls in contract_input.classes if cls.name == name)
    return tuple(matcher for matcher in matchers if not isinstance(matcher, Shape) or matcher.examples)


def _half_right(contract_input: Input, matchers: Sequence[Matcher], facts: Facts) -> list[object]:
    """User names to send with passwords that are not theirs: a pair with one right half is a wrong pair too.

    Only in closed worlds: elsewhere somebody's account might be locked.
    """
    if not facts.closed or not any(isinstance(matcher, Fresh) and matcher.format == "keypair" for matcher in matchers):
        return []
    of_all = (matcher for cls in contract_input.classes for matcher in cls.matchers)
    known = next((matcher for matcher in of_all if isinstance(matcher, Fact)), None)
    try:
        pair = facts.look_up(known) if known is not None else None
    except KeyError:
        return []
    return [pair["username"]] if isinstance(pair, Mapping) and "username" in pair else []
