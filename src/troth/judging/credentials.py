"""Which inputs of a contract are credentials: what says who is asking, whatever part of the request carries it."""

from troth.model.contract import Fact, Input
from troth.model.operation import Operation


def scheme_of(contract_input: Input, operation: Operation) -> str:
    """The security scheme that an input is the credentials of, as of :attr:`Operation.schemes`.

    Returns:
        ``basic`` or ``bearer`` for an input at ``auth``; the operation's scheme for an input at a header, a query
        parameter or a cookie that the document calls an API key; ``""`` for any other input.
    """
    place, address = contract_input.place, contract_input.address
    if place == "auth":
        return address
    wanted = _place_and_name(f"apiKey:{place}:{address}")
    return next((scheme for scheme in operation.schemes if _place_and_name(scheme) == wanted), "")


def valid_fact(contract_input: Input) -> Fact | None:
    """The fact that valid credentials are: of the first class that a fact of the target's world makes."""
    matchers = (matcher for cls in contract_input.classes for matcher in cls.matchers)
    return next((matcher for matcher in matchers if isinstance(matcher, Fact) and matcher.root == "world"), None)


def _place_and_name(scheme: str) -> str:
    """A scheme for comparison: names of headers have no case (RFC 9110, section 5.1)."""
    return scheme.lower() if scheme.startswith("apiKey:header:") else scheme
