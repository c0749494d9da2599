"""The stage of the detection benchmark: one served address for each vendor, on which mocks change places."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from werkzeug.wrappers import Request, Response

from troth.loading.positions.yaml import read_yaml
from troth.mocks.server.http import running
from troth.mocks.service import Service
from troth.model.operation import Operation
from troth.session.open import open_book
from troth.session.reach import select
from troth.vendors.installed import InstalledVendors

ROOT = Path(__file__).parents[1]
OUTSIDE = ROOT / "tests" / "outside"
SPECS = ROOT / "specs"
BASES = {"oneall": "", "socialidnow": "/v1/marketing", "esws": ""}
"""Vendor → the path of its documented server."""

sys.path[:0] = [str(ROOT / "tests"), str(OUTSIDE)]

from faults.calling import CALLERS, Caller, EswsCaller  # noqa: E402 - the corpus lives among the tests
from faults.corpus import BY_NAME  # noqa: E402
from faults.faults import EVERY, Fault, Faulty  # noqa: E402

CASE_ID = "X-Schemathesis-TestCaseId"
METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that a stand-in met, and its answer."""

    method: str
    path: str
    case: str
    """Schemathesis's own number of the request; empty for all others."""
    headers: Mapping[str, str]
    status: int
    answer_headers: tuple[tuple[str, str], ...]
    answer: bytes


@dataclass(slots=True)
class Outcome:
    """What one tool made of one stand-in."""

    tool: str
    vendor: str
    scope: list[str]
    """Operations of the spec."""
    fault: str
    """Empty for the clean mock."""
    requests: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds of processor time, of the tool and without the mock (with Prism, of both and of the mock)."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Kind of finding → after how many requests it was first shown."""
    documented: list[str] = field(default_factory=list)
    """Kinds that contradict what a page says; only our own rules tell them from others."""
    trouble: str = ""
    """Why the tool could not be run, or did not come to its end."""

    @property
    def key(self) -> tuple[str, str, tuple[str, ...], str]:
        return self.tool, self.vendor, tuple(self.scope), self.fault


class Stage:
    """A vendor's place: a stand-in like any other, behind which clean and faulty mocks change places.

    It writes down every request but those of its own controls.
    """

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self.inner: Any = InstalledVendors().mock(vendor)()
        self.prefixes: tuple[str, ...] = self.inner.prefixes
        self.limits: tuple[str, ...] = ()
        self.log: list[Entry] = []
        self.tokens: list[str] | None = None
        """Tokens handed out before a run and again after each reset; None for none."""

    def plant(self, fault: str, *, tokens: bool = False) -> None:
        """Put the mock with this fault on the stage, or the clean one where the name is empty; begin a new log."""
        mock = InstalledVendors().mock(self.vendor)
        self.inner = BY_NAME[fault].plant(mock()) if fault else Faulty(mock())
        self.tokens = [] if tokens and self.vendor == "esws" else None
        self.reset()
        self.log = []

    @property
    def clock(self) -> Any:
        return self.inner.clock

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        return self.respond(Request(environ))(environ, start_response)

    def respond(self, request: Request) -> Response:
        """Answer one request and write it down."""
        response: Response = self.inner.respond(request)
        self.log.append(
            Entry(
                request.method,
                request.path,
                request.headers.get(CASE_ID, ""),
                dict(request.headers),
                response.status_code,
                tuple(response.headers.items()),
                response.get_data(),
            )
        )
        return response

    def reset(self) -> None:
        """Back to the seed data; what a run was told of is handed out again."""
        self.inner.reset()
        if self.tokens is not None:
            call = EswsCaller(self.inner)
            location = call.world["location"]["id"]
            asked = [call("getSyncToken"), call("getSyncToken", p_locationID=location), call("getTotalSyncToken")]
            self.tokens = [reply.returned for reply in asked]

    def world(self) -> Mapping[str, object]:
        return cast("Mapping[str, object]", self.inner.world())

    def advance(self, seconds: float) -> None:
        self.inner.advance(seconds)

    def curl(self, base_url: str) -> str:
        return str(self.inner.curl(base_url))

    def tell(self, fault: Fault) -> list[Entry]:
        """Tell the story that shows this fault to whoever is on the stage; the requests of the story."""
        caller: Caller = CALLERS[self.vendor](self)
        before = len(self.log)
        fault.probe(caller)
        told, self.log = self.log[before:], self.log[:before]
        return told


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """The stage behind the real server; the address, with no slash at its end."""
    with running([cast("Service", stage)]) as address:
        yield address


@dataclass(frozen=True, slots=True)
class Place:
    """One operation of a spec."""

    name: str
    method: str
    path: str
    """With the path of the server before it."""
    pattern: re.Pattern[str]


@cache
def places(vendor: str) -> tuple[Place, ...]:
    """The operations of a vendor's spec; literal segments before parameters."""
    tree: Any = read_yaml(SPECS / f"{vendor}.yaml").value
    found = [
        Place(
            operation["operationId"],
            method.upper(),
            BASES[vendor] + path,
            re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(BASES[vendor] + path))),
        )
        for path, item in tree["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    return tuple(sorted(found, key=lambda place: place.path.count("{")))


def place_of(vendor: str, method: str, path: str) -> Place | None:
    """The operation that a request is for, or None where the spec describes none."""
    return next((one for one in places(vendor) if one.method == method and one.pattern.fullmatch(path)), None)


@cache
def scope_of(fault: Fault) -> tuple[str, ...]:
    """The operations in which the fault is, and those that the story calls which shows it.

    Of a fault that spares no operation, the story alone says which.
    """
    stage = Stage(fault.vendor)
    stage.plant(fault.name)
    if isinstance(stage.inner, Faulty):
        stage.inner.pause = lambda _seconds: None
    called = {place_of(fault.vendor, entry.method, entry.path) for entry in stage.tell(fault)}
    names = {place.name for place in called if place is not None}
    for place in places(fault.vendor) if fault.operations != EVERY else ():
        if fault.concerns(f"{place.method} {re.sub(r'{[^}]*}', 'x', place.path)}"):
            names.add(place.name)
    if any(name.startswith("Esws.") for name in fault.operations):
        names.add("callEsws")
    return tuple(sorted(names))


@cache
def whole(vendor: str) -> tuple[str, ...]:
    """Every operation of the spec."""
    return tuple(sorted(place.name for place in places(vendor)))


@cache
def operations(vendor: str) -> tuple[Operation, ...]:
    """The operations as Troth knows them."""
    book, _ = open_book(select(ROOT, vendors=(vendor,)))
    return tuple(book.operations())


def troth_names(vendor: str, scope: Iterable[str]) -> tuple[str, ...]:
    """The same operations by Troth's names: one of the spec that speaks SOAP is one for each function."""
    wanted = set(scope)
    return tuple(
        operation.name
        for operation in operations(vendor)
        if operation.name in wanted or (operation.soap is not None and "callEsws" in wanted)
    )
