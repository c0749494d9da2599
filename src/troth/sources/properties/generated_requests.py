"""From what Schemathesis generated, and known values put in its place, to a request."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias
from urllib.parse import quote

from schemathesis import Case
from schemathesis.core import NotSet
from schemathesis.core.parameters import DelimitedValue

from troth.model.contract import Input
from troth.model.exchange import Request
from troth.model.operation import Operation, SoapOperation
from troth.sources.input_requests import put_inputs
from troth.wire.bodies import is_json
from troth.wire.form_writer import URLENCODED, FormPart, write_multipart
from troth.wire.request_writer import ABSENT, RequestWriter, Unsendable, json_media_type
from troth.wire.style_writer import Unwritable, leaf, strict_utf8

Generated: TypeAlias = Case[Any]
"""A case as Schemathesis generates it."""
_ESCAPED = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*")
_BOUNDARY = re.compile(r'(?<=boundary=)"?([^";\s]+)"?')


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
    writer = RequestWriter(operation)
    writer.shuffle = shuffle
    try:
        if operation.soap is not None:
            writer.parts = _parts(case, operation.soap)
            put_inputs(writer, inputs, values)
            return writer.write()
        _put_parameters(writer, case, operation)
        writer.media_type = case.media_type or json_media_type(operation)
        if not isinstance(case.body, NotSet):
            writer.body = copy.deepcopy(case.body)
        put_inputs(writer, inputs, values)
        if writer.body is not ABSENT and not _is_ours(writer.media_type, writer.body):
            writer.body, writer.media_type = _written_by_schemathesis(case, writer.body, writer.media_type)
        return writer.write()
    except (UnicodeError, OverflowError, Unwritable) as error:
        raise Unsendable(str(error)) from error


def _parts(case: Generated, soap: SoapOperation) -> dict[str, str | None]:
    """The generated parameters of a SOAP function; null leaves one out."""
    if not isinstance(case.body, Mapping):
        raise Unsendable("the parameters of a SOAP function are an object")
    parts = {str(name): None if value is None else leaf(value) for name, value in case.body.items()}
    return {name: parts[name] for name in (*soap.parameters, *parts) if name in parts}


def _put_parameters(writer: RequestWriter, case: Generated, operation: Operation) -> None:
    """Everything that was generated but the body. Schemathesis has written lists and objects by their style already."""
    bare = case.operation.Case(
        method=case.method,
        path_parameters=dict(case.path_parameters),
        query=dict(case.query),
        cookies=case.cookies,
    )
    written = bare.as_transport_kwargs(base_url=operation.server)
    for name, value in case.path_parameters.items():
        writer.put_written_path(name, _path_text(value))
    for pair in _query(written.get("params")):
        writer.put_written_pair(pair)
    for name, value in case.headers.items():
        writer.put_field(str(name), str(value))
    for name, value in (written.get("cookies") or {}).items():
        writer.put_cookie(str(name), leaf(value))


def _path_text(value: object) -> str:
    """A generated path parameter; what Schemathesis did not escape already is escaped here."""
    if isinstance(value, DelimitedValue):
        return value.encoded
    text = leaf(value)
    return text if _ESCAPED.fullmatch(text) else quote(text, safe="")


def _query(params: object) -> Iterator[str]:
    """The pairs of a query string: already written where a style asks for it, else name by name."""
    if isinstance(params, str):
        yield from (pair for pair in params.split("&") if pair)
    elif isinstance(params, Mapping):
        for name, value in params.items():
            for item in value if isinstance(value, list) else [value]:
                if item is not None:
                    yield f"{quote(str(name), safe='')}={quote(leaf(item), safe='')}"


def _is_ours(media_type: str, body: object) -> bool:
    """Whether the one writer of requests knows the media type; Schemathesis knows many more."""
    bare = media_type.partition(";")[0].strip().lower()
    if bare == URLENCODED:
        return isinstance(body, Mapping)
    return is_json(bare) or (bare == "text/plain" and not isinstance(body, (Mapping, list)))


def _written_by_schemathesis(case: Generated, body: object, media_type: str) -> tuple[bytes, str]:
    """The bytes of a body, and its Content-Type, which has a boundary where it is multipart."""
    changed = case.operation.Case(
        method=case.method,
        path_parameters=dict(case.path_parameters),
        body=body,
        media_type=media_type,
        multipart_content_types=case.multipart_content_types,
    )
    written = changed.as_transport_kwargs(base_url=case.operation.base_url)
    declared = str(written["headers"].get("Content-Type", ""))
    data, files = written.get("data"), written.get("files")
    if files:
        return write_multipart(_form_parts(files, data))
    if "json" in written:
        return strict_utf8(leaf(written["json"])), declared
    if data is None:
        return b"", declared
    return _with_own_boundary(data if isinstance(data, bytes) else strict_utf8(str(data)), declared)


def _form_parts(files: object, data: object) -> Iterator[FormPart]:
    """Parts as an HTTP client takes them: a value, or ``(file name or None, content[, media type])``."""
    pairs = [*(files.items() if isinstance(files, Mapping) else files if isinstance(files, list) else [])]
    pairs += data.items() if isinstance(data, Mapping) else []
    for name, value in pairs:
        file_name, content, *media = value if isinstance(value, (tuple, list)) and len(value) > 1 else (None, value)
        raw = content if isinstance(content, bytes) else strict_utf8(leaf(content))
        yield FormPart(
            str(name), raw, None if file_name is None else str(file_name), str(media[0]) if media and media[0] else ""
        )


def _with_own_boundary(body: bytes, declared: str) -> tuple[bytes, str]:
    """A body whose random multipart boundary is replaced by one that comes from what it holds."""
    match = _BOUNDARY.search(declared)
    if match is None or not declared.lower().startswith("multipart/"):
        return body, declared
    random = match[1].encode("latin-1")
    boundary = sha256(body.replace(random, b"")).hexdigest()[:32]
    return body.replace(random, boundary.encode("ascii")), _BOUNDARY.sub(boundary, declared)
