"""Whether a defect breaks the OpenAPI document at all: answers held against Schemathesis's own checks of an answer."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import requests
import schemathesis
from detection_stage import BASES, SPECS, Entry, Stage, place_of
from faults.faults import Fault, Faulty
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response as Answer

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@cache
def _schema(vendor: str) -> tuple[Any, dict[str, Any]]:
    schema: Any = schemathesis.openapi.from_path(SPECS / f"{vendor}.yaml")
    schema.config.update(base_url=f"http://127.0.0.1:1{BASES[vendor]}")
    found = [result.ok() for result in schema.get_all_operations()]
    return schema, {one.definition.raw["operationId"]: one for one in found}


class ResponseChecks:
    """Schemathesis's checks of an answer for one vendor, apart from anything that generates requests."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        _, self._operations = _schema(vendor)
        schemathesis.checks.load_all_checks()
        self._checks = [schemathesis.checks.CHECKS.get_one(name) for name in CHECKS]
        self._known: dict[tuple[object, ...], list[str]] = {}

    def kinds(self, entries: Iterable[Entry]) -> dict[str, int]:
        """``check of operation`` → the number of the first answer that fails it."""
        found: dict[str, int] = {}
        for number, entry in enumerate(entries, start=1):
            place = place_of(self._vendor, entry.method, entry.path)
            if place is None:
                continue
            key = (place.name, entry.status, entry.answer_headers, entry.answer)
            if key not in self._known:
                self._known[key] = self._failed(place.name, entry)
            for name in self._known[key]:
                found.setdefault(f"{name} of {place.name}", number)
        return found

    def _failed(self, operation: str, entry: Entry) -> list[str]:
        sent = requests.Request(entry.method, f"http://127.0.0.1:1{entry.path}").prepare()
        headers: dict[str, list[str]] = {}
        for name, value in entry.answer_headers:
            headers.setdefault(name.lower(), []).append(value)
        # Values that no check of an answer looks at; a failure is told with an address, which needs them.
        named = re.findall(r"{([^}]*)}", self._operations[operation].path)
        case = self._operations[operation].Case(path_parameters=dict.fromkeys(named, "x"))
        failed = []
        for check in self._checks:
            answer = Answer(entry.status, headers, entry.answer, sent, 0.0, False)
            try:
                case.validate_response(answer, checks=[check])
            except (FailureGroup, AssertionError):
                failed.append(check.__name__)
        return failed


def story_kinds(fault: Fault, *, planted: bool) -> dict[str, int]:
    """What the response checks say of the story that shows the fault, told to a faulty or a clean mock."""
    stage = Stage(fault.vendor)
    stage.plant(fault.name if planted else "")
    if isinstance(stage.inner, Faulty):
        stage.inner.pause = lambda _seconds: None
    return ResponseChecks(fault.vendor).kinds(stage.tell(fault))
