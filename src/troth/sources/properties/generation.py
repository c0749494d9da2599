"""Schemathesis and Hypothesis, kept to one use: cases for an operation, the same for the same seed; nothing is sent."""

import copy
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisException, Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import APIOperation, BaseSchema, GenerationMode
from schemathesis.core.transport import HTTP_METHODS_SCHEMA

from troth.errors import InputInvalid, Position, Problem
from troth.loading.plain import mapping
from troth.model.book import Vendor
from troth.model.operation import Operation
from troth.model.ports import NothingToAsk
from troth.sources.properties.generated_requests import Generated
from troth.sources.properties.recorded import RecordedRequests

T = TypeVar("T")
MOST_LISTED = 100
"""Values of one ``enum``, and optional properties of one object, that requests are made of; all are judged by."""
MOST_CASES = 1_000
"""Boundary values and violations of one operation that are asked for: a recursive schema has them without end."""


class CannotGenerate(NothingToAsk):
    """Schemathesis can make no requests for one operation; the run goes on, and the item is skipped."""


class Enough(BaseException):
    """A search has used up what it may send; not an ``Exception``, so that Hypothesis lets it through."""


class _Failing(Exception):
    """The drawn value fails."""


class Generator:
    """Cases for the operations of one vendor.

    Args:
        vendor: whose spec; SOAP functions are read from their ``x-soap`` descriptions.

    Raises:
        InputInvalid: Schemathesis cannot use the document at all.
    """

    def __init__(self, vendor: Vendor) -> None:
        self._schema = _load(copy.deepcopy(dict(vendor.spec.document)), vendor.spec.file)
        soap = [operation for operation in vendor.spec.operations.values() if operation.soap is not None]
        self._soap = _load(soap_document(vendor.spec.document, soap), vendor.spec.file) if soap else None
        further = [operation for operation in vendor.spec.operations.values() if not _has_method_of_its_own(operation)]
        self._further = _load(_posted(vendor.spec.document, further), vendor.spec.file) if further else None
        self._recorded = RecordedRequests(vendor)

    def examples(self, operation: Operation, seed: str) -> list[Generated]:
        """The requests that the spec shows, filled up where they show only a part, and those that were recorded.

        Where the spec shows none, the simplest valid one.
        """
        with _explaining(operation):
            described = self._find(operation)
            strategies = described.get_strategies_from_examples() or [described.as_strategy()]
            cases = [case for strategy in strategies for case in draw_many(strategy, 1, seed)]
            if not cases:
                raise Unsatisfiable("no request fits its parameters and body")
            return [*cases, *self._recorded.cases(operation, described)]

    def coverage(self, operation: Operation) -> list[Generated]:
        """Boundary values and single violations of every parameter and body field."""
        with _explaining(operation):
            described = self._find(operation)
            config = described.schema.config.generation_for(operation=described, phase="coverage")
            cases = described.schema.iter_coverage_cases(
                described, generation_modes=list(GenerationMode), generation_config=config
            )
            return list(islice((case for case in cases if not _probes_content_type(case)), MOST_CASES))

    def strategies(self, operation: Operation) -> list[tuple[GenerationMode, SearchStrategy[Generated]]]:
        """Valid requests, and invalid ones."""
        with _explaining(operation):
            described = self._find(operation)
            return [(mode, described.as_strategy(generation_mode=mode)) for mode in GenerationMode]

    def _find(self, operation: Operation) -> APIOperation[Any, Any, Any, Any]:
        if operation.soap is not None and self._soap is not None:
            return self._soap[f"/{operation.name}"]["post"]
        if self._further is not None and not _has_method_of_its_own(operation):
            return self._further[_posted_path(operation)]["post"]
        return self._schema[operation.document_path][operation.method.lower()]


def _load(document: dict[str, object], file: str) -> BaseSchema:
    """A document as Schemathesis has it: methods that are not documented, and credentials of its own, are left out."""
    _shorten(document)
    try:
        schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config())
    except Exception as error:  # a library's words about a user's file
        problem = Problem(Position(file), f"Schemathesis cannot use this document: {_sentence(error)}", "correct it")
        raise InputInvalid([problem]) from error
    schema.config.phases.coverage.unexpected_methods = set()
    schema.config.generation.with_security_parameters = False
    return schema


def _shorten(document: object) -> None:
    """Leave a sample of very long lists of values and of very many optional properties.

    Each of them would be a request or more, and a hundred tell as much as a hundred thousand.
    """
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            enum, properties, required = node.get("enum"), node.get("properties"), node.get("required")
            if isinstance(enum, list) and len(enum) > MOST_LISTED:
                node["enum"] = [enum[index * (len(enum) - 1) // (MOST_LISTED - 1)] for index in range(MOST_LISTED)]
            if isinstance(properties, dict) and len(properties) > MOST_LISTED:
                kept = {*(required if isinstance(required, list) else ()), *islice(properties, MOST_LISTED)}
                node["properties"] = {name: value for name, value in properties.items() if name in kept}
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def soap_document(document: Mapping[str, object], operations: list[Operation]) -> dict[str, object]:
    """A document in which every SOAP function is a POST of its parameters as JSON, for generation only."""
    paths: dict[str, object] = {}
    for operation in operations:
        soap = operation.soap
        schema = soap.request if soap is not None else True
        bare = (
            {key: value for key, value in schema.items() if key != "components"}
            if isinstance(schema, Mapping)
            else schema
        )
        http = mapping(
            mapping(mapping(document.get("paths")).get(operation.document_path)).get(operation.method.lower())
        )
        described = mapping(mapping(mapping(http.get("x-soap")).get("operations")).get(operation.name))
        examples = {
            name: {"value": mapping(example)["request"]}
            for name, example in mapping(described.get("examples")).items()
            if "request" in mapping(example)
        }
        content = {"schema": bare, "examples": examples} if examples else {"schema": bare}
        paths[f"/{operation.name}"] = {
            "post": {
                "requestBody": {"required": True, "content": {"application/json": content}},
                "responses": {"200": {"description": "any"}},
            }
        }
    derived = {
        "openapi": "3.1.0",
        "info": {"title": "SOAP functions", "version": "1"},
        "paths": paths,
        "components": document.get("components", {}),
    }
    return copy.deepcopy(derived)


def _has_method_of_its_own(operation: Operation) -> bool:
    """Whether Schemathesis knows the method; ``additionalOperations`` of OpenAPI 3.2 may have any."""
    return operation.method.lower() in HTTP_METHODS_SCHEMA


def _posted(document: Mapping[str, object], operations: list[Operation]) -> dict[str, object]:
    """A document in which each of these operations is a POST, for generation only."""
    paths: dict[str, object] = {}
    for operation in operations:
        item = mapping(mapping(document.get("paths")).get(operation.path))
        raw = mapping(item.get("additionalOperations")).get(operation.method)
        shared = {"parameters": item["parameters"]} if "parameters" in item else {}
        paths[_posted_path(operation)] = {**shared, "post": raw}
    return copy.deepcopy({**document, "paths": paths})


def _posted_path(operation: Operation) -> str:
    return f"{operation.path}#{operation.method}"


def _probes_content_type(case: Generated) -> bool:
    """A probe of the Content-Type alone: no contract speaks of it, and its body would be judged as if well sent."""
    return any(name.lower() == "content-type" for name in case.headers)


@contextmanager
def _explaining(operation: Operation) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:
        raise CannotGenerate(f"Schemathesis can make no requests for {operation}: {_sentence(error)}") from error


def _sentence(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def draw_many(strategy: SearchStrategy[T], count: int, seed: str) -> list[T]:
    """Up to so many values of a strategy, the same for the same seed, the simplest first; none where it has none."""
    drawn: list[T] = []

    @_quiet(count, seed, (Phase.generate,))
    @given(strategy)
    def draw(value: T) -> None:
        drawn.append(value)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            draw()
        except Unsatisfiable:
            return []
    return drawn


def shrink(strategy: SearchStrategy[T], count: int, seed: str, fails: Callable[[T], bool]) -> None:
    """Search for the smallest value that fails, starting from what :func:`draw_many` gives for the same count and seed.

    Args:
        strategy: what to draw from.
        count: as for :func:`draw_many`.
        seed: as for :func:`draw_many`.
        fails: whether a value fails; it must say the same of equal values. It raises :class:`Enough` to end the search.
    """

    trouble: list[Exception] = []

    @_quiet(count, seed, (Phase.generate, Phase.shrink))
    @given(strategy)
    def search(value: T) -> None:
        try:
            failing = fails(value)
        except Exception as error:
            # Hypothesis would take it for the failure it looks for, and try to shrink that.
            trouble.append(error)
            raise Enough from error
        if failing:
            raise _Failing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with suppress(_Failing, Enough, HypothesisException):
            search()
    if trouble:
        raise trouble[0]


def _quiet(count: int, seed: str, phases: tuple[Phase, ...]) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Hypothesis without its database, its clock, its advice and its words."""
    number = int.from_bytes(sha256(seed.encode()).digest()[:8], "big")
    wanted = settings(
        max_examples=count,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: seeded(number)(wanted(test))
