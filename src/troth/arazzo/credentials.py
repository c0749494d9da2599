"""The credentials of a step: those that the document names, else the target's valid ones."""

from collections.abc import Iterator, Mapping, Sequence

from troth.arazzo.values import Missing, Moment, Unbuildable, fill
from troth.errors import Problem, did_you_mean
from troth.judging.credentials import scheme_of, valid_fact
from troth.judging.terms import OperationTerms
from troth.model.facts import Facts
from troth.model.operation import Spec
from troth.model.workflow import Security
from troth.wire.style_writer import leaf

Credentials = Mapping[str, object]
"""Security scheme, as of :attr:`troth.model.operation.Operation.security`, → its value."""
_VALUES = {"basic": ("username", "password"), "bearer": ("token",), "apiKey": ("apiKey",)}
"""Kind of scheme → the values that Redocly's runner reads for it (https://redocly.com/docs/respect/extensions/x-security)."""


def security_problems(securities: Sequence[Security], spec: Spec) -> Iterator[Problem]:
    """What is wrong with credentials that a document names: unknown schemes, and values that a scheme does not take."""
    for security in securities:
        if security.name and security.name not in spec.schemes:
            message = f"unknown security scheme {security.name!r}"
            yield Problem(security.position, message, did_you_mean(security.name, spec.schemes))
            continue
        scheme = _scheme(security, spec)
        kind = scheme.partition(":")[0]
        wanted = _VALUES.get(kind)
        shown = f"the scheme {security.name!r}" if security.name else "this scheme"
        if wanted is None:
            message = f"{shown} is {kind!r}, which is not supported"
            yield Problem(security.position, message, "basic, bearer and API keys are")
        elif set(security.values) != set(wanted):
            kinds = {"apiKey": "an API key", "basic": "HTTP Basic", "bearer": "a bearer token"}
            fix = f"write values: {{{', '.join(f'{name}: …' for name in wanted)}}}"
            yield Problem(security.position, f"{shown} is {kinds[kind]}, and does not take these values", fix)


def credentials_of(terms: OperationTerms, securities: Sequence[Security], facts: Facts, moment: Moment) -> Credentials:
    """The credentials of a step.

    Arazzo says nothing of security. A step or workflow may name its credentials (``x-security``); else the target's
    valid ones are added: for each input of the contract that is credentials, the first class that a fact makes.

    Args:
        terms: the operation that the step calls.
        securities: what the step names, or its workflow.
        facts: what the target gives.
        moment: what runtime expressions stand for.

    Raises:
        Unbuildable: the target does not give the fact, or an expression stands for nothing.
    """
    if securities:
        return dict(_named(security, terms.vendor.spec, moment) for security in securities)
    credentials: dict[str, object] = {}
    for contract_input in terms.inputs:
        scheme = scheme_of(contract_input, terms.operation)
        fact = valid_fact(contract_input) if scheme else None
        if fact is not None:
            try:
                credentials[scheme] = facts.look_up(fact)
            except KeyError as missing:
                raise Unbuildable(f"the target does not give the fact {missing.args[0]}") from missing
    return credentials


def _named(security: Security, spec: Spec, moment: Moment) -> tuple[str, object]:
    try:
        values = {key: leaf(fill(template, moment)) for key, template in security.values.items()}
    except Missing as error:
        raise Unbuildable(error.message) from error
    scheme = _scheme(security, spec)
    return scheme, values if scheme == "basic" else next(iter(values.values()), "")


def _scheme(security: Security, spec: Spec) -> str:
    return spec.schemes.get(security.name, "") if security.name else security.scheme
