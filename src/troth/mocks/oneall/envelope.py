"""From HTTP to what was asked, and from an outcome to OneAll's envelope."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import msgspec
from werkzeug.wrappers import Request, Response

from troth.mocks.oneall.dates import php_date
from troth.mocks.oneall.profile import as_object
from troth.mocks.oneall.refusals import RefusedError

SUCCESS = "Your request has been processed successfully"

_DEEPEST = 128
_INTEGERS = range(-(2**63), 2**63)
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: ``result.data``, the HTTP status, and the sentence for ``result.status`` if any."""

    data: Mapping[str, object]
    code: int = 200
    outcome: str | None = None


def success_envelope(request: Request, answer: Answer, now: int) -> Response:
    """The envelope of an operation that was carried out."""
    result: dict[str, object] = {"data": answer.data}
    if answer.outcome is not None:
        result = {"status": {"flag": "success", "code": answer.code, "info": answer.outcome}, **result}
    return _respond(request, "success", answer.code, SUCCESS, now, {"result": result})


def error_envelope(request: Request, code: int, info: str, now: int) -> Response:
    """The envelope of a refusal, which has no ``result``. A 401 names the scheme that is wanted, as HTTP demands."""
    response = _respond(request, "error", code, info, now, {})
    if code == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="OneAll"'
    return response


def _respond(request: Request, flag: str, code: int, info: str, now: int, rest: Mapping[str, object]) -> Response:
    asked = {
        "date": php_date(now),
        "resource": resource_of(request.environ),
        "status": {"flag": flag, "code": code, "info": info},
    }
    body = _encode({"response": {"request": asked, **rest}})
    return Response(body, code, content_type="application/json")


def resource_of(environ: Mapping[str, object]) -> str:
    """Path and query exactly as they were received, percent-encoding included, where the server passes them on.

    Most do, as ``REQUEST_URI`` or ``RAW_URI``; otherwise the decoded path is encoded again.
    """
    received = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if received:
        return _ORIGIN.sub("", _text(str(received)), count=1)
    path = quote(str(environ.get("PATH_INFO") or "/").encode("latin-1", "replace"), safe="/:@!$&'()*+,;=~")
    query = _text(str(environ.get("QUERY_STRING") or ""))
    return f"{path}?{query}" if query else path


def _text(received: str) -> str:
    """WSGI hands bytes over as if they were Latin-1; what was meant is UTF-8."""
    return received.encode("latin-1", "replace").decode("utf-8", "replace")


def sent_credentials(request: Request) -> bytes | None:
    """``username:password`` of HTTP Basic authentication, or ``None`` where the header is missing or unreadable.

    Read here because werkzeug's own reading raises for a header that is not ASCII.
    """
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded.strip(" \t"), validate=True)
    except ValueError:
        return None


def sent(request: Request, *, may_be_empty: bool = False) -> dict[str, object]:
    """The ``request`` node of the body, whatever Content-Type it came with. Raises a 400 refusal.

    ``may_be_empty`` allows an empty body, and one without that node: real clients send both where nothing is required.
    """
    body = request.get_data(cache=False)
    if may_be_empty and not body.strip():
        return {}
    try:
        tree = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise RefusedError(400, "The body of the request is not valid JSON") from None
    _refuse_extremes(tree)
    if not isinstance(tree, dict):
        raise RefusedError(400, "The body of the request must be a JSON object")
    if may_be_empty and "request" not in tree:
        return {}
    return as_object(tree.get("request"), "request")


def _refuse_extremes(tree: object) -> None:
    """Refuse what could be read but not kept or shown: nesting without end and integers beyond 64 bits."""
    level = [tree]
    for _ in range(_DEEPEST):
        if any(type(node) is int and node not in _INTEGERS for node in level):
            raise RefusedError(400, "The body of the request contains an integer of more than 64 bits")
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise RefusedError(400, "The body of the request is nested too deeply")
