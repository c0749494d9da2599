"""From a combination of classes to a request: the one place where contracts' inputs become bytes."""

import copy
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import msgspec

from troth.judging.terms import OperationTerms
from troth.model.contract import Absent, Fact, Fresh, Input, Literal, Matcher
from troth.model.exchange import Headers, Request
from troth.model.facts import Facts
from troth.model.operation import Operation, SoapOperation
from troth.model.ports import Built
from troth.sources.minting import Mint
from troth.wire.bodies import is_json
from troth.wire.pointers import parse_pointer
from troth.wire.soap import write_envelope

ABSENT = object()
"""The value of an input that the request does not have."""


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
    """
    mint = Mint(seed)
    values = {
        one.name: class_value(one, classes[one.name], facts, mint, alternative)
        for one in terms.inputs
        if one.name in classes
    }
    return Built(assemble(terms.operation, terms.inputs, values), frozenset(mint.made))


def class_value(one: Input, name: str, facts: Facts, mint: Mint, alternative: int) -> object:
    """A value of an input's class, or ``ABSENT``.

    Raises:
        KeyError: a fact is missing, or the class has nothing that could be sent.
    """
    matchers = sendable(one, name)
    if not matchers:
        raise KeyError(f"a value to send for {one.name}.{name}")
    half_right = _half_right(one, matchers, facts)
    turn = alternative % (len(matchers) + len(half_right))
    if turn >= len(matchers):
        return mint.pair() | {"username": half_right[turn - len(matchers)]}
    matcher = matchers[turn]
    if isinstance(matcher, Absent):
        return ABSENT
    if isinstance(matcher, Literal):
        return matcher.value
    if isinstance(matcher, Fact):
        return facts.look_up(matcher)
    if isinstance(matcher, Fresh):
        return mint.value(matcher.format)
    return copy.deepcopy(matcher.examples[alternative % len(matcher.examples)])


def alternatives(one: Input, name: str, facts: Facts) -> int:
    """How many requests show every way of being in a class (``missing: [absent, ""]`` has two)."""
    matchers = sendable(one, name)
    return len(matchers) + len(_half_right(one, matchers, facts))


def _half_right(one: Input, matchers: Sequence[Matcher], facts: Facts) -> list[object]:
    """User names to send with passwords that are not theirs: a pair with one right half is a wrong pair too.

    Only in closed worlds: elsewhere somebody's account might be locked.
    """
    if not facts.closed or not any(isinstance(matcher, Fresh) and matcher.format == "keypair" for matcher in matchers):
        return []
    known = next((matcher for cls in one.classes for matcher in cls.matchers if isinstance(matcher, Fact)), None)
    try:
        pair = facts.look_up(known) if known is not None else None
    except KeyError:
        return []
    return [pair["username"]] if isinstance(pair, Mapping) and "username" in pair else []


def sendable(one: Input, name: str) -> tuple[Matcher, ...]:
    """The matchers of a class that a request can be made from (a JSON Schema needs ``examples``)."""
    found = next(cls for cls in one.classes if cls.name == name)
    return tuple(matcher for matcher in found.matchers if getattr(matcher, "examples", True))


def assemble(operation: Operation, inputs: Sequence[Input], values: Mapping[str, object]) -> Request:
    """A request from input values, on top of the examples of the spec for whatever is required and not varied."""
    path = {one.name: one.example for one in operation.parameters if one.place == "path"}
    query = {one.name: one.example for one in operation.parameters if one.place == "query" and one.required}
    headers: list[tuple[str, str]] = []
    parts: dict[str, str | None] = dict.fromkeys(operation.soap.parameters, "") if operation.soap else {}
    body = _base_body(operation)
    for one in sorted(inputs, key=lambda one: one.address.count("/")):
        if one.name not in values:
            continue
        value = values[one.name]
        if one.place == "path":
            path[one.address] = value
        elif one.place == "query":
            query.pop(one.address, None)
            if value is not ABSENT:
                query[one.address] = value
        elif one.place == "soap":
            parts[one.address] = None if value is ABSENT else str(value)
        elif one.place == "body":
            body = place(body, parse_pointer(one.address), value)
        elif value is not ABSENT:
            headers.append(header_field(one, value))
    return _request(operation, path, query, headers, parts, body)


def _request(
    operation: Operation,
    path: Mapping[str, object],
    query: Mapping[str, object],
    headers: list[tuple[str, str]],
    parts: Mapping[str, str | None],
    body: object,
) -> Request:
    pairs = "&".join(query_pair(name, value) for name, value in query.items())
    url = operation.url(expand(operation.path, path), pairs)
    data = b""
    if operation.soap is not None:
        data = write_envelope(operation.soap.element, operation.soap.namespace, parts)
        headers += soap_headers(operation.soap)
    elif body is not ABSENT:
        data = msgspec.json.encode(body)
        headers.append(("Content-Type", "application/json"))
    return Request(operation.method, url, tuple(headers), data)


def expand(template: str, values: Mapping[str, object]) -> str:
    """A path template with its parameters filled in and escaped."""
    path = template
    for name, value in values.items():
        path = path.replace("{" + name + "}", quote(query_text(value), safe=""))
    return path


def query_pair(name: str, value: object) -> str:
    """One ``name=value`` of a query string, escaped."""
    return f"{quote(name, safe='')}={quote(query_text(value), safe=',')}"


def soap_headers(soap: SoapOperation) -> Headers:
    """The header fields of a SOAP 1.1 call."""
    return (("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", f'"{soap.namespace}#{soap.element}"'))


def query_text(value: object) -> str:
    """A value as a URL carries it: lists joined by commas, truth values in JSON's words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(query_text(one) for one in value)
    return "" if value is None else str(value)


def _base_body(operation: Operation) -> object:
    if not operation.body_required:
        return ABSENT
    media = next((media for media in operation.request_body if is_json(media.name)), None)
    return copy.deepcopy(media.examples[0]) if media is not None and media.examples else ABSENT


def place(body: object, parts: tuple[str, ...], value: object) -> object:
    """The body with a value put in (or taken out, if ``ABSENT``) at a JSON Pointer; objects are made on the way."""
    if not parts:
        return value
    if value is ABSENT and body is ABSENT:
        return ABSENT
    root = {} if body is ABSENT else body
    node = root
    for part in parts[:-1]:
        if not isinstance(node, dict):
            return root
        if part not in node and value is ABSENT:
            return root
        node = node.setdefault(part, {})
    if isinstance(node, dict):
        if value is ABSENT:
            node.pop(parts[-1], None)
        else:
            node[parts[-1]] = value
    return root


def header_field(one: Input, value: object) -> tuple[str, str]:
    """The header field of an input whose place is ``header`` or ``auth``."""
    if one.place == "header":
        return (one.address, str(value))
    if one.address == "bearer":
        return ("Authorization", f"Bearer {value}")
    return ("Authorization", "Basic " + basic(value))


def basic(value: object) -> str:
    """Credentials of HTTP Basic authentication, encoded.

    Args:
        value: ``{"username": …, "password": …}``.
    """
    pair = value if isinstance(value, Mapping) else {}
    return b64encode(f"{pair.get('username', '')}:{pair.get('password', '')}".encode()).decode("ascii")
