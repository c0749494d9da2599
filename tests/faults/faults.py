"""What a seeded defect is, and how it is planted in a mock from outside.

The mock itself is never touched: a fault sees each request before the mock does and each answer after, and may reach
into the mock's state in between. What it remembers for later calls is forgotten when the mock is reset.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from io import BytesIO
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

from werkzeug.wrappers import Request, Response

from troth.mocks.service import Service

EVERY = ("*",)
"""The operations of a fault that spares none."""

_SOAP_OPERATION = re.compile(rb":Body[^>]*>\s*(?:<!--.*?-->\s*)*<(?:[\w.-]+:)?Esws\.(\w+)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\\\{\w+\\\}")


class Kind(StrEnum):
    """What sort of defect it is."""

    ENVELOPE = "envelope lie"
    CODE = "wrong code"
    TEXT = "wrong text"
    PRECEDENCE = "wrong precedence"
    RELATION = "relation broken"
    STATE = "state bug"
    PAGINATION = "pagination"
    SORTING = "sorting"
    ENCODING = "encoding"
    NAMESPACE = "XML namespace"
    SOAP_FAULT = "SOAP fault for a string"
    TENANCY = "tenancy leak"
    ACCESS = "access without the keys"
    EXPIRY = "expiry"
    SECRET = "secret echoed"
    SLOW = "slow answer"
    SHAPE = "shape drift"
    LOST = "input ignored"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a fault contradicts: a section of the vendor's facts, how sure it is, and what it says in a few words."""

    section: str
    confidence: str
    """``documented``: a page says it; ``example``: a page only shows it; ``observed``: a public client or a recording
    relies on it; ``inferred``: our reading, which no fault may rest on alone."""
    says: str


def documented(section: str, says: str) -> Fact:
    return Fact(section, "documented", says)


def example(section: str, says: str) -> Fact:
    return Fact(section, "example", says)


def observed(section: str, says: str) -> Fact:
    return Fact(section, "observed", says)


def inferred(section: str, says: str) -> Fact:
    return Fact(section, "inferred", says)


@dataclass(slots=True)
class Call:
    """One request on its way to the mock; a fault may change it."""

    method: str
    path: str
    query: str
    body: bytes
    authorization: str
    mock: Any
    """The clean mock, whose state a fault may spoil."""
    memory: dict[str, Any]
    """What the fault remembers between calls."""
    pause: Callable[[float], None]
    environ: Mapping[str, Any]
    """The request as WSGI handed it over."""

    @property
    def last(self) -> str:
        """The last segment of the path, without ``.json``."""
        return self.path.rpartition("/")[2].removesuffix(".json")

    @property
    def token(self) -> str:
        """The second segment of the path, without ``.json``: the token in OneAll's addresses."""
        return self.path.split("/")[2].removesuffix(".json") if self.path.count("/") > 1 else ""

    @property
    def asked(self) -> dict[str, str]:
        """The query, last value first come."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def ask(self, **changes: str | None) -> None:
        """Change parameters of the query; ``None`` removes one."""
        kept = {name: value for name, value in (self.asked | changes).items() if value is not None}
        self.query = urlencode(kept)

    def json(self) -> Any:
        """The body as a tree; an empty object where it is none."""
        try:
            tree = json.loads(self.body)
        except ValueError:
            return {}
        return tree if isinstance(tree, dict) else {}

    def send(self, tree: object) -> None:
        """Put another tree in the body's place."""
        self.body = json.dumps(tree).encode()

    def again(self, **changes: str | bytes) -> "Answer":
        """What the clean mock answers to this request, or to one that differs in these attributes."""
        return replace(self, **changes).pass_on()  # type: ignore[arg-type]

    def pass_on(self) -> "Answer":
        """Hand the request to the mock. What no fault has changed goes on exactly as it came."""
        came = Request(dict(self.environ))
        environ = {name: value for name, value in self.environ.items() if not name.startswith("werkzeug.")}
        environ |= {
            "REQUEST_METHOD": self.method,
            "QUERY_STRING": self.query,
            "wsgi.input": BytesIO(self.body),
            "CONTENT_LENGTH": str(len(self.body)),
        }
        if self.path != came.path:
            environ["PATH_INFO"] = self.path.encode().decode("latin-1")
        environ.pop("HTTP_AUTHORIZATION", None)
        if self.authorization:
            environ["HTTP_AUTHORIZATION"] = self.authorization
        response = self.mock.respond(Request(environ))
        return Answer(response.status_code, dict(response.headers), response.get_data())


@dataclass(slots=True)
class Answer:
    """One answer on its way back; a fault may change it."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as a tree."""
        return json.loads(self.body)

    def send(self, tree: object) -> None:
        """Put another tree in the body's place."""
        self.body = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()

    def text(self, old: str, new: str) -> "Answer":
        """Replace a piece of the body."""
        self.body = self.body.replace(old.encode(), new.encode())
        return self

    def recode(self, status: int) -> "Answer":
        """Answer with another HTTP status."""
        self.status = status
        return self

    def become(self, other: "Answer") -> None:
        """Answer the same as another answer."""
        self.status, self.headers, self.body = other.status, other.headers, other.body


Before = Callable[[Call], object]
After = Callable[[Call, Answer], object]
Probe = Callable[[Any], object]
"""Tells a story of requests to a caller of :mod:`faults.calling`; the last one shows the fault."""

Severity = Literal["breach", "surprise"]
"""A breach is against what a page documents; a surprise against what it only shows, or what clients rely on."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One seeded defect. It carries no batch of its own: a seeded shuffle deals the batches (see ``corpus``)."""

    name: str
    vendor: str
    operations: tuple[str, ...]
    """``GET /users/{t}.json``, ``Esws.getQR``: what is affected, and what the fault gets to see."""
    kind: Kind
    does: str
    contradicts: tuple[Fact, ...]
    probe: Probe
    calls: int = 1
    """How many requests it takes somebody who knows the vendor's pages and the seed data to see it."""
    before: Before | None = None
    after: After | None = None
    unexpectable: str = ""
    """Why no black-box test could be expected to see it; empty for all others."""
    expects: Severity | None = None
    """What somebody who reads the pages is entitled to call it: a breach, where nothing else is said and a page
    documents one of the facts; else a surprise."""
    _patterns: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the operations, and say what is to be expected where the fault does not."""
        if self.expects is None:
            is_documented = any(fact.confidence == "documented" for fact in self.contradicts)
            object.__setattr__(self, "expects", "breach" if is_documented else "surprise")
        patterns = tuple(re.compile(_pattern(operation)) for operation in self.operations)
        object.__setattr__(self, "_patterns", patterns)

    def plant(self, service: Service) -> "Faulty":
        """The mock with this defect: a WSGI stand-in in its place."""
        return Faulty(service, self)

    def concerns(self, operation: str) -> bool:
        """Whether a request like ``GET /users.json`` or ``Esws.getQR`` is one that the fault gets to see."""
        return any(pattern.fullmatch(operation) for pattern in self._patterns)


def _pattern(operation: str) -> str:
    return ".*" if operation == "*" else _PLACEHOLDER.sub("[^/]+", re.escape(operation))


class Faulty:
    """A mock with one fault in it. It serves wherever the clean one does: in process and behind ``troth mock``."""

    def __init__(
        self, service: Service, fault: Fault | None = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.service = service
        self.fault = fault
        self.pause = pause
        self.vendor, self.prefixes, self.clock = service.vendor, service.prefixes, service.clock
        seeded = (f"Seeded with a fault: {fault.does}",) if fault is not None else ()
        self.limits = (*seeded, *service.limits)
        self._memory: dict[str, Any] = {}

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        return self.respond(Request(environ))(environ, start_response)

    def respond(self, request: Request) -> Response:
        """Answer one request, through the fault if it is one of its operations."""
        call = self._call(request)
        soap = _SOAP_OPERATION.search(call.body) if call.method == "POST" else None
        operation = f"Esws.{soap[1].decode()}" if soap else f"{call.method} {call.path}"
        fault = self.fault if self.fault is not None and self.fault.concerns(operation) else None
        if fault is not None and fault.before is not None:
            fault.before(call)
        answer = call.pass_on()
        if fault is not None and fault.after is not None:
            fault.after(call, answer)
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        return Response(answer.body, answer.status, headers)

    def _call(self, request: Request) -> Call:
        return Call(
            request.method,
            request.path,
            request.environ.get("QUERY_STRING", ""),
            request.get_data(),
            request.environ.get("HTTP_AUTHORIZATION", ""),
            self.service,
            self._memory,
            self.pause,
            request.environ,
        )

    def reset(self) -> None:
        """Back to the seed data, the fault's memory included."""
        self._memory.clear()
        self.service.reset()

    def world(self) -> Mapping[str, object]:
        """The facts of the clean mock: a fault changes answers, not what ought to be there."""
        return self.service.world()

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.service.advance(seconds)

    def refuse_with(self, status: int | None) -> None:
        """Answer every request with this HTTP error."""
        self.service.refuse_with(status)

    def curl(self, base_url: str) -> str:
        """A command that tries the vendor."""
        return self.service.curl(base_url)


def on_json(change: Callable[[Call, Any], object]) -> After:
    """A fault over the tree of every JSON answer."""

    def after(call: Call, answer: Answer) -> None:
        tree = answer.json()
        change(call, tree)
        answer.send(tree)

    return after


def on_success(change: Callable[[Call, Any], object]) -> After:
    """A fault over the tree of every JSON answer below 400."""
    changed = on_json(change)

    def after(call: Call, answer: Answer) -> None:
        if answer.status < 400:
            changed(call, answer)

    return after


def on_errors(change: Callable[[Call, Any], object]) -> After:
    """A fault over the tree of every JSON answer from 400 on."""
    changed = on_json(change)

    def after(call: Call, answer: Answer) -> None:
        if answer.status >= 400:
            changed(call, answer)

    return after


def when(status: int, change: After) -> After:
    """A fault of the answers with this status alone."""

    def after(call: Call, answer: Answer) -> None:
        if answer.status == status:
            change(call, answer)

    return after
