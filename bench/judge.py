"""What judging one answer costs: Troth with every check on, Schemathesis's response checks, openapi-core's validation.

Run: python bench/judge.py. All three judge the same recorded lookup answers (one found, one not) by the same OpenAPI
document, in one process on one core, in turns; the request is known beforehand and nothing is sent. Troth judges more
than the others (status and body by decision tables, clauses, classes of the request), so the ratios are in nobody's
favour but the reader's. The ratios of one run compare; the times depend on the day.
"""

import platform
import time
import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from troth.judging.judge import OperationJudge
from troth.model.book import Recording
from troth.model.exchange import Response, header
from troth.model.facts import Facts
from troth.model.ports import Judged
from troth.session.open import open_all
from troth.session.reach import select

OPERATION = "lookupStorageUser"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROUNDS = 7
TROTH = "troth, every check"

Run = Callable[[], object]


def troth(terms: Any, recordings: Sequence[Recording]) -> Run:
    judged = []
    for one in recordings:
        facts = Facts(world=one.facts)
        judge = OperationJudge(terms, facts)
        findings = judge.judge(one.exchange, Judged(facts)).findings
        assert not findings, findings
        judged.append((judge.judge, one.exchange, Judged(facts)))
    return lambda: [judge(exchange, seen) for judge, exchange, seen in judged]


def schemathesis_cases(document: Any, recordings: Sequence[Recording], whole: bool) -> Run:
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url="https://example.api.oneall.com")
    operation = schema["/storage/users/user/lookup.json"]["POST"]
    pairs = []
    for one in recordings:
        answer = answer_of(one)
        request = one.exchange.request
        prepared = requests.Request(request.method, request.url, dict(request.headers), data=request.body).prepare()
        headers = {name.lower(): [value] for name, value in answer.headers}
        response = schemathesis.Response(answer.status, headers, answer.body, prepared, elapsed=0.001, verify=True)
        case = operation.Case(body=request.body, media_type="application/json")
        pairs.append((case, response))
    if whole:
        return lambda: _each(lambda case, response: case.validate_response(response, checks=CHECKS), pairs)
    return lambda: _each(lambda _, response: operation.validate_response(response), pairs)


def openapi_core(document: Any, recordings: Sequence[Recording]) -> Run:
    api = OpenAPI.from_dict(document)
    pairs = []
    for one in recordings:
        answer, request = answer_of(one), one.exchange.request
        parts = urlsplit(request.url)
        asked = MockRequest(
            f"{parts.scheme}://{parts.netloc}",
            request.method.lower(),
            parts.path,
            headers=dict(request.headers),
            data=request.body,
        )
        given = MockResponse(
            answer.body, answer.status, dict(answer.headers), header(answer.headers, "content-type") or ""
        )
        pairs.append((asked, given))
    return lambda: _each(api.validate_response, pairs)


def _each(validate: Callable[[Any, Any], object], pairs: Sequence[tuple[Any, Any]]) -> None:
    for one, other in pairs:
        validate(one, other)


def answer_of(one: Recording) -> Response:
    assert isinstance(one.exchange.answer, Response)
    return one.exchange.answer


@dataclass(frozen=True)
class Measured:
    """CPU time of one answer in microseconds, by who judges; and the sizes of the answers in bytes."""

    microseconds: dict[str, float]
    sizes: tuple[int, ...]


def measure() -> Measured:
    """All judges in turns, the best of several rounds each."""
    terms, recordings, document = material()
    engines = {
        TROTH: troth(terms, recordings),
        "schemathesis, five response checks": schemathesis_cases(document, recordings, whole=True),
        "schemathesis, response schema alone": schemathesis_cases(document, recordings, whole=False),
        "openapi-core, validate_response": openapi_core(document, recordings),
    }
    best = dict.fromkeys(engines, float("inf"))
    counts = {name: timeit.Timer(run, timer=time.process_time).autorange()[0] for name, run in engines.items()}
    for _ in range(ROUNDS):
        for name, run in engines.items():
            spent = timeit.timeit(run, timer=time.process_time, number=counts[name])
            best[name] = min(best[name], spent / counts[name] / len(recordings) * 1e6)
    return Measured(best, tuple(len(answer_of(one).body) for one in recordings))


def material() -> tuple[Any, list[Recording], dict[str, Any]]:
    """What is promised of the operation, its recordings, and the OpenAPI document."""
    opened = open_all(select(Path(__file__).parent.parent, vendors=("oneall",)))
    book, terms = opened.book, opened.terms
    vendor = book.vendors["oneall"]
    recordings = [one for one in vendor.recordings if one.exchange.request.url.endswith("/user/lookup.json")]
    return terms.operations[f"oneall.{OPERATION}"], recordings, dict(vendor.spec.document)


def main() -> None:
    measured = measure()
    base = measured.microseconds[TROTH]
    names = ("schemathesis", "openapi-core", "jsonschema-rs")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    sizes = ", ".join(map(str, measured.sizes))
    print(f"{len(measured.sizes)} recorded answers of {OPERATION} ({sizes} bytes); best of {ROUNDS} rounds in turns\n")
    print(f"{'':38}{'us of CPU':>14}{'a second':>12}{'times ours':>12}")
    for name, spent in measured.microseconds.items():
        print(f"{name:38}{spent:14.1f}{1e6 / spent:12,.0f}{spent / base:12.1f}")


if __name__ == "__main__":
    main()
