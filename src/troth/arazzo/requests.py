"""From a workflow's step to a request: arguments, body and credentials."""

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec

from troth.arazzo.expressions import Malformed, read_template
from troth.arazzo.values import Missing, Moment, as_text, fill
from troth.judging.terms import OperationTerms
from troth.model.contract import Fact, Input
from troth.model.exchange import Request, header
from troth.model.facts import Facts
from troth.model.operation import Operation, Parameter
from troth.model.workflow import Body, Security, Template, Text
from troth.sources.building import ABSENT, basic, expand, header_field, place, query_pair, query_text, soap_headers
from troth.wire.bodies import is_json


class Unbuildable(Exception):
    """A step's request cannot be made.

    Args:
        message: why, in a sentence for a person.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def build_step(
    operation: Operation,
    arguments: Mapping[tuple[str, str], Template],
    body: Body | None,
    moment: Moment,
    credentials: tuple[tuple[str, str], ...],
) -> Request:
    """The request of a step.

    Args:
        operation: what it calls.
        arguments: (place, name) → template.
        body: the request body as the document writes it.
        moment: what runtime expressions stand for.
        credentials: header fields to add unless the step names the same ones.

    Raises:
        Unbuildable: an expression stands for nothing, or the payload is malformed.
    """
    try:
        values = {key: fill(template, moment) for key, template in arguments.items()}
        media, data = _body(operation, body, moment)
    except Missing as error:
        raise Unbuildable(error.message) from error
    path = {one.name: one.example for one in operation.parameters if one.place == "path"}
    query: list[str] = []
    headers: list[tuple[str, str]] = []
    cookies: list[str] = []
    declared = {(one.place, one.name): one for one in operation.parameters}
    for (where, name), value in values.items():
        if where == "path":
            path[name] = value
        elif where == "query":
            query += _query(declared.get((where, name)), name, value)
        elif where == "header":
            headers.append((name, _line(query_text(value), name)))
        else:
            cookies.append(f"{name}={quote(query_text(value))}")
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    own = tuple(headers)
    headers += [pair for pair in credentials if header(own, pair[0]) is None]
    if operation.soap is not None:
        headers += [pair for pair in soap_headers(operation.soap) if header(own, pair[0]) is None]
    elif media and header(own, "content-type") is None:
        headers.append(("Content-Type", media))
    url = operation.url(expand(operation.path, path), "&".join(query))
    return Request(operation.method, url, tuple(headers), data)


def credentials_of(
    terms: OperationTerms, security: Security | None, facts: Facts, moment: Moment
) -> tuple[tuple[str, str], ...]:
    """The header fields that authenticate a step.

    Arazzo says nothing of security. A step or workflow may name its credentials (``x-security``); else the target's
    valid ones are added: the first class of the contract's ``auth`` input that is a fact.

    Raises:
        Unbuildable: the target does not give the fact, or an expression stands for nothing.
    """
    if security is not None:
        try:
            values = {key: as_text(fill(template, moment)) for key, template in security.values.items()}
        except Missing as error:
            raise Unbuildable(error.message) from error
        text = f"Basic {basic(values)}" if security.scheme == "basic" else f"Bearer {values['token']}"
        return (("Authorization", _line(text, "Authorization")),)
    found = []
    for one in terms.inputs:
        fact = _valid(one) if one.place == "auth" else None
        if fact is not None:
            try:
                found.append(header_field(one, facts.look_up(fact)))
            except KeyError as missing:
                raise Unbuildable(f"the target does not give the fact {missing.args[0]}") from missing
    return tuple(found)


def _valid(one: Input) -> Fact | None:
    matchers = (matcher for cls in one.classes for matcher in cls.matchers)
    return next((matcher for matcher in matchers if isinstance(matcher, Fact) and matcher.root == "world"), None)


def _query(parameter: Parameter | None, name: str, value: object) -> list[str]:
    if isinstance(value, list) and (parameter is None or parameter.explode):
        return [query_pair(name, one) for one in value]
    return [query_pair(name, value)]


def _line(value: str, name: str) -> str:
    if any(char in value for char in "\r\n\0"):
        raise Unbuildable(f"the header {name} cannot carry a line break")
    return value


def _body(operation: Operation, body: Body | None, moment: Moment) -> tuple[str, bytes]:
    """The media type and the bytes of a body; ``("", b"")`` where there is none."""
    if body is None or body.payload is None:
        return "", b""
    media = body.media_type or _default_media(operation, body.payload)
    bare = media.partition(";")[0].strip().lower()
    template = _as_json(body.payload) if is_json(bare) else body.payload
    value = fill(template, moment)
    for replacement in body.replacements:
        value = place(value, replacement.target, fill(replacement.value, moment))
    if value is ABSENT:
        return media, b""
    if is_json(bare):
        return media, msgspec.json.encode(value)
    if bare == "application/x-www-form-urlencoded" and isinstance(value, Mapping):
        return media, urlencode({key: query_text(one) for key, one in value.items()}).encode()
    if isinstance(value, Mapping | list):
        raise Unbuildable(f"a payload of the type {media} must be text")
    return media, as_text(value).strip().encode()


def _default_media(operation: Operation, payload: Template) -> str:
    if operation.request_body:
        return operation.request_body[0].name
    return "application/json" if isinstance(payload, Mapping | list) else "text/plain"


def _as_json(payload: Template) -> Template:
    """A payload that is a JSON text as the value that it writes, its expressions read within."""
    if isinstance(payload, Text):
        text = "".join(part if isinstance(part, str) else f"{{{part.text}}}" for part in payload.parts)
    elif isinstance(payload, str):
        text = payload
    else:
        return payload
    try:
        return read_template(json.loads(text))
    except (json.JSONDecodeError, RecursionError, Malformed) as error:
        raise Unbuildable(f"the payload is not JSON: {error}") from error
