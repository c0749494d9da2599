"""From what Schemathesis generated, and known values put in its place, to the bytes of a request."""

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from random import Random
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from schemathesis import Case
from schemathesis.core import NotSet

from troth.model.contract import Input
from troth.model.exchange import COMPUTED_HEADERS, Request
from troth.model.operation import Operation, SoapOperation
from troth.sources.building import ABSENT, header_field, place, query_pair, query_text, soap_headers
from troth.wire.bodies import is_json
from troth.wire.pointers import parse_pointer
from troth.wire.soap import write_envelope

Generated: TypeAlias = Case[Any]
"""A case as Schemathesis generates it."""
_ESCAPED = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*")
_URL = re.compile(r"[!-~]*")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FIELD_VALUE = re.compile(r"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")
_BOUNDARY = re.compile(r'(?<=boundary=)"?([^";\s]+)"?')


class Unsendable(Exception):
    """A generated request that cannot be put on the wire as it is meant."""


def write_request(
    case: Generated, operation: Operation, inputs: Sequence[Input], values: Mapping[str, object], shuffle: int = 0
) -> Request:
    """A generated case as a request to the documented server.

    Args:
        case: what Schemathesis generated; it is left as it is.
        operation: the operation (for a SOAP function the case's body holds its parameters).
        inputs: the inputs that the operation's contracts name.
        values: input → known value or ``ABSENT``, put in the place of what was generated.
        shuffle: another order of a SOAP message's parts; 0 for the documented one.

    Raises:
        Unsendable: a header field with a line break or beyond Latin-1, a lone surrogate, a character or a name that
            XML does not have, a number that JSON does not have.
    """
    placed = [(one, values[one.name]) for one in sorted(inputs, key=_depth) if one.name in values]
    try:
        if operation.soap is not None:
            return _soap_request(case, operation, operation.soap, placed, shuffle)
        return _http_request(case, operation, placed)
    except (UnicodeError, OverflowError) as error:
        raise Unsendable(str(error)) from error


def _depth(one: Input) -> int:
    return one.address.count("/")


def _soap_request(
    case: Generated, operation: Operation, soap: SoapOperation, placed: Iterable[tuple[Input, object]], shuffle: int
) -> Request:
    if not isinstance(case.body, Mapping):
        raise Unsendable("the parameters of a SOAP function are an object")
    parts: dict[str, str | None] = {name: _part_text(value) for name, value in case.body.items()}
    headers: list[tuple[str, str]] = []
    for one, value in placed:
        if one.place == "soap":
            parts[one.address] = None if value is ABSENT else str(value)
        elif one.place in ("auth", "header") and value is not ABSENT:
            headers.append(header_field(one, value))
    order = [name for name in soap.parameters if name in parts] + [
        name for name in parts if name not in soap.parameters
    ]
    if shuffle:
        Random(shuffle).shuffle(order)  # noqa: S311 - an order, not a secret
    try:
        body = write_envelope(soap.element, soap.namespace, {name: parts[name] for name in order})
    except ValueError as error:
        raise Unsendable(str(error)) from error
    fields = [*headers, *soap_headers(soap)]
    return Request(operation.method, operation.server + operation.path, _fields(fields), body)


def _part_text(value: object) -> str | None:
    """A generated parameter as the text of an XML part; None, which leaves it out, for null."""
    return value if value is None or isinstance(value, str) else _json(value).decode("utf-8")


def _http_request(case: Generated, operation: Operation, placed: Iterable[tuple[Input, object]]) -> Request:
    path = dict(case.path_parameters)
    query = dict(case.query)
    added: list[str] = []
    headers = {str(name): value for name, value in case.headers.items() if str(name).lower() not in COMPUTED_HEADERS}
    body: object = ABSENT if isinstance(case.body, NotSet) else copy.deepcopy(case.body)
    for one, value in placed:
        if one.place == "path":
            path[one.address] = quote(query_text(value), safe="")
        elif one.place == "query":
            query = {name: old for name, old in query.items() if not _names(name, one.address)}
            if value is not ABSENT:
                added.append(query_pair(one.address, value))
        elif one.place == "body":
            body = place(body, parse_pointer(one.address), value)
        elif one.place in ("auth", "header"):
            name = "Authorization" if one.place == "auth" else one.address
            headers = {old: text for old, text in headers.items() if old.lower() != name.lower()}
            if value is not ABSENT:
                headers.update([header_field(one, value)])
    return _written(case, operation, path, query, added, headers, body)


def _names(generated: str, parameter: str) -> bool:
    """Whether a generated query name belongs to a parameter (``deepObject`` writes ``parameter[key]``)."""
    return generated == parameter or generated.startswith(parameter + "[")


def _written(
    case: Generated,
    operation: Operation,
    path: Mapping[str, object],
    query: Mapping[str, object],
    added: list[str],
    headers: Mapping[str, str],
    body: object,
) -> Request:
    content = {} if body is ABSENT else {"body": body, "media_type": case.media_type or _json_type(operation)}
    changed = case.operation.Case(
        method=case.method,
        path_parameters=dict(path),
        headers=dict(headers),
        cookies=case.cookies,
        query=dict(query),
        multipart_content_types=case.multipart_content_types,
        **content,
    )
    wire = changed.as_transport_kwargs(base_url=operation.server)
    query_string = "&".join([*_query(wire.get("params")), *added])
    url = operation.url(_path(operation.path, path), query_string)
    if not _URL.fullmatch(url):
        raise Unsendable("the URL holds what a URL cannot")
    data, content_type = _body(wire)
    fields = list(headers.items())
    given = any(name.lower() == "content-type" for name, _ in fields)
    if body is not ABSENT and not given and (content_type or wire["headers"].get("Content-Type")):
        fields.append(("Content-Type", content_type or str(wire["headers"]["Content-Type"])))
    cookies = "; ".join(f"{name}={query_text(value)}" for name, value in (wire.get("cookies") or {}).items())
    if cookies:
        fields.append(("Cookie", cookies))
    return Request(operation.method, url, _fields(fields), data)


def _json_type(operation: Operation) -> str:
    return next((media.name for media in operation.request_body if is_json(media.name)), "application/json")


def _path(template: str, values: Mapping[str, object]) -> str:
    """The path with its parameters filled in; what Schemathesis did not escape already is escaped here."""
    path = template
    for name, value in values.items():
        text = query_text(value)
        path = path.replace("{" + name + "}", text if _ESCAPED.fullmatch(text) else quote(text, safe=""))
    return path


def _query(params: object) -> Iterator[str]:
    """The pieces of a query string: already written where a style asks for it, else name by name."""
    if isinstance(params, str):
        yield params
    elif isinstance(params, Mapping):
        for name, value in params.items():
            values = value if isinstance(value, list) else [value]
            for one in values:
                if one is not None:
                    yield f"{quote(str(name), safe='')}={quote(query_text(one), safe='')}"


def _body(wire: Mapping[str, object]) -> tuple[bytes, str]:
    """The bytes of a body, and its Content-Type where the bytes decide it (a multipart boundary)."""
    if "json" in wire:
        return _json(wire["json"]), ""
    data, files = wire.get("data"), wire.get("files")
    if files:
        return _multipart(files, data)
    if isinstance(data, Mapping):
        return urlencode({name: _form_value(value) for name, value in data.items()}, doseq=True).encode("ascii"), ""
    if data is None:
        return b"", ""
    raw = data if isinstance(data, bytes) else str(data).encode("utf-8")
    headers = wire.get("headers")
    declared = str(headers.get("Content-Type", "")) if isinstance(headers, Mapping) else ""
    return _own_boundary(raw, declared)


def _json(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise Unsendable(str(error)) from error


def _form_value(value: object) -> object:
    return [query_text(one) for one in value] if isinstance(value, list) else query_text(value)


def _multipart(files: object, data: object) -> tuple[bytes, str]:
    """A multipart body; its boundary comes from what it holds, so that the same case is the same bytes."""
    parts = [*(files.items() if isinstance(files, Mapping) else files if isinstance(files, list) else [])]
    parts += data.items() if isinstance(data, Mapping) else []
    sections = [_section(str(name), value) for name, value in parts]
    boundary = sha256(b"\r\n".join(sections)).hexdigest()[:32]
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + b"\r\n" + section + b"\r\n" for section in sections) + mark + b"--\r\n"
    return body, f"multipart/form-data; boundary={boundary}"


def _section(name: str, value: object) -> bytes:
    """One part of a multipart body (RFC 7578): a value, or ``(file name or None, content[, media type])``."""
    file_name, content, *media = value if isinstance(value, (tuple, list)) and len(value) > 1 else (None, value)
    head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    if file_name is not None:
        head += f'; filename="{_quoted(str(file_name))}"'
    if media and media[0]:
        head += f"\r\nContent-Type: {media[0]}"
    raw = content if isinstance(content, bytes) else query_text(content).encode("utf-8")
    return head.encode("utf-8") + b"\r\n\r\n" + raw


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _own_boundary(body: bytes, declared: str) -> tuple[bytes, str]:
    """A body whose random multipart boundary is replaced by one that comes from what it holds."""
    found = _BOUNDARY.search(declared)
    if found is None or not declared.lower().startswith("multipart/"):
        return body, ""
    random = found[1].encode("latin-1")
    boundary = sha256(body.replace(random, b"")).hexdigest()[:32]
    return body.replace(random, boundary.encode("ascii")), _BOUNDARY.sub(boundary, declared)


def _fields(headers: Iterable[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    fields = tuple((name, str(value)) for name, value in headers)
    for name, value in fields:
        if not _TOKEN.fullmatch(name) or not _FIELD_VALUE.fullmatch(value):
            raise Unsendable(f"the header field {name!r} cannot be sent")
    return fields
