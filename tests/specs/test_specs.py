"""The three OpenAPI documents: valid, complete, true to their own examples, and each statement with a source."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
import schemathesis
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis.core.result import Ok

ROOT = Path(__file__).parents[2]
VENDORS = ("oneall", "socialidnow", "esws")
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
BASES = {"documented", "example", "observed", "assumed"}
SOURCE_OF = {"documented": "page", "example": "page", "observed": "client", "assumed": "ours"}
EFFECTS = {"safe", "idempotent", "creates", "destroys"}


@functools.cache
def spec(vendor: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((ROOT / "specs" / f"{vendor}.yaml").read_text(), yaml.CSafeLoader)
    return loaded


@functools.cache
def sources(vendor: str) -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "contracts" / vendor / "sources.yaml").read_text())
    return loaded


def nodes(node: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every node under `node` with its JSON Pointer, the values of examples left out."""
    yield pointer, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    within_example = pointer.split("/")[-2:-1] == ["examples"]
    for key, child in children:
        if key not in ("example", "enum", "const", "default") and not (within_example and key == "value"):
            yield from nodes(child, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


def at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = at(document, node["$ref"].removeprefix("#"))
    return node


def schema_at(vendor: str, pointer: str) -> dict[str, Any]:
    """The document as a schema that stands for one place in it, so that references keep their meaning."""
    return {**spec(vendor), "$ref": "#" + quote(pointer, safe="/~")}


def operations(vendor: str) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]]:
    """Yield each operation with its path item and all its parameters, references resolved."""
    document = spec(vendor)
    for item in document["paths"].values():
        for method in METHODS & item.keys():
            listed = [*item.get("parameters", []), *item[method].get("parameters", [])]
            yield item[method], item, [resolved(document, parameter) for parameter in listed]


def examples_of(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "example" in node:
        return {"example": node["example"]}
    return {name: resolved(document, example)["value"] for name, example in node.get("examples", {}).items()}


def examples(vendor: str) -> Iterator[tuple[str, str, Any]]:
    """Yield (where it stands, pointer of the schema that it must satisfy, example)."""
    document = spec(vendor)
    for pointer, node in nodes(document):
        if not isinstance(node, dict):
            continue
        if "schema" in node:
            for name, value in examples_of(document, node).items():
                yield f"{pointer}/{name}", f"{pointer}/schema", value
        elif isinstance(node.get("examples"), list):
            for value in node["examples"]:
                yield f"{pointer}/examples", pointer, value
        if "default" in node and {"type", "enum"} & node.keys() and "/variables/" not in pointer:
            yield f"{pointer}/default", pointer, node["default"]


EXAMPLES = [(vendor, *example) for vendor in VENDORS for example in examples(vendor)]


@pytest.mark.parametrize("vendor", VENDORS)
def test_document_is_valid_openapi(vendor: str) -> None:
    assert spec(vendor)["openapi"].startswith("3.1.")
    validate(spec(vendor))


@pytest.mark.parametrize(("vendor", "count"), [("oneall", 15), ("socialidnow", 7), ("esws", 5)])
def test_schemathesis_reads_every_operation(vendor: str, count: int) -> None:
    schema = schemathesis.openapi.from_path(ROOT / "specs" / f"{vendor}.yaml")
    read = {found.ok().definition.raw["operationId"] for found in schema.get_all_operations() if isinstance(found, Ok)}
    assert len(read) == count
    assert read == {operation["operationId"] for operation, *_ in operations(vendor)}


@pytest.mark.parametrize(("vendor", "where", "schema", "value"), EXAMPLES, ids=[example[1] for example in EXAMPLES])
def test_example_satisfies_its_schema(vendor: str, where: str, schema: str, value: Any) -> None:
    document = schema_at(vendor, schema)
    assert [error.message for error in Draft202012Validator(document).iter_errors(value)] == [], where
    assert jsonschema_rs.validator_for(document).is_valid(value), where


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_schema_is_a_schema(vendor: str) -> None:
    for name, schema in spec(vendor)["components"].get("schemas", {}).items():
        assert Draft202012Validator(Draft202012Validator.META_SCHEMA).is_valid(schema), name


@pytest.mark.parametrize("vendor", VENDORS)
def test_operations_have_unique_ids_effects_and_sources(vendor: str) -> None:
    found = [operation for operation, *_ in operations(vendor)]
    ids = [operation["operationId"] for operation in found]
    assert len(ids) == len(set(ids))
    for operation in found:
        assert operation["x-effect"] in EFFECTS, operation["operationId"]
        assert "x-source" in operation, operation["operationId"]
        assert operation["summary"], operation["operationId"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_parameters_and_bodies_have_examples(vendor: str) -> None:
    document = spec(vendor)
    for operation, _, parameters in operations(vendor):
        name = operation["operationId"]
        for parameter in parameters:
            assert examples_of(document, parameter), (name, parameter["name"])
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            assert examples_of(document, content), (name, media)


@pytest.mark.parametrize("vendor", VENDORS)
def test_responses_have_examples(vendor: str) -> None:
    document = spec(vendor)
    for operation, *_ in operations(vendor):
        for status, reference in operation["responses"].items():
            response = resolved(document, reference)
            where = (operation["operationId"], status)
            for content in response.get("content", {}).values():
                assert examples_of(document, content), where
            for header in response.get("headers", {}).values():
                assert examples_of(document, header), where
            assert "content" in response or response["x-basis"] == "assumed", (where, "a body nobody knows is assumed")


@pytest.mark.parametrize("vendor", VENDORS)
def test_statements_name_a_basis_and_a_source(vendor: str) -> None:
    known = sources(vendor)
    for pointer, node in nodes(spec(vendor)):
        if not isinstance(node, dict) or pointer.endswith("/properties"):
            continue
        basis, source = node.get("x-basis", "documented"), node.get("x-source")
        assert basis in BASES, pointer
        assert source is not None or basis == "documented", (pointer, "says neither how nor where it was read")
        if source is None:
            continue
        kind = next(iter(source))
        assert source.keys() == ({"page", "section"} if kind == "page" else {kind}), pointer
        assert kind == SOURCE_OF[basis], pointer
        assert all(source.values()), pointer
        if kind != "ours":
            assert known[source[kind]]["kind"] == kind, pointer


@pytest.mark.parametrize("vendor", VENDORS)
def test_sources_are_described(vendor: str) -> None:
    for name, source in sources(vendor).items():
        assert source.keys() <= {"title", "url", "kind", "note"}, name
        assert source["kind"] in {"page", "client", "issue"}, name
        assert source["title"], name


@pytest.mark.parametrize("vendor", VENDORS)
def test_security_schemes_exist(vendor: str) -> None:
    document = spec(vendor)
    schemes = document.get("components", {}).get("securitySchemes", {})
    for operation, *_ in operations(vendor):
        for requirement in operation.get("security", document["security"]):
            assert requirement.keys() <= schemes.keys(), operation["operationId"]
    if vendor != "esws":
        assert all("401" in operation["responses"] for operation, *_ in operations(vendor))


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_component_is_used(vendor: str) -> None:
    document = spec(vendor)
    used = {node["$ref"] for _, node in nodes(document) if isinstance(node, dict) and isinstance(node.get("$ref"), str)}
    for kind, components in document.get("components", {}).items():
        if kind != "securitySchemes":
            assert {f"#/components/{kind}/{name}" for name in components} <= used


def links(vendor: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield (name, link, the response it belongs to)."""
    document = spec(vendor)
    for operation, *_ in operations(vendor):
        for status, reference in operation["responses"].items():
            response = resolved(document, reference)
            for name, link in response.get("links", {}).items():
                yield f"{operation['operationId']}-{status}-{name}", link, response


LINKS = [(vendor, *link) for vendor in VENDORS for link in links(vendor)]


@pytest.mark.parametrize(("vendor", "link", "response"), [(v, k, r) for v, _, k, r in LINKS], ids=[e[1] for e in LINKS])
def test_link_leads_somewhere(vendor: str, link: dict[str, Any], response: dict[str, Any]) -> None:
    """The operation and its parameters exist, and an example of the answer gives a value that the parameter takes."""
    targets = {operation["operationId"]: parameters for operation, _, parameters in operations(vendor)}
    assert link["operationId"] in targets
    accepted = {parameter["name"]: parameter["schema"] for parameter in targets[link["operationId"]]}
    assert link.get("parameters", {}).keys() <= accepted.keys()
    content = next(iter(response["content"].values()))
    answer = next(iter(examples_of(spec(vendor), content).values()))
    for name, expression in link.get("parameters", {}).items():
        if expression.startswith("$response.body#"):
            validator = Draft202012Validator({**spec(vendor), "allOf": [accepted[name]]})
            assert validator.is_valid(at(answer, expression.removeprefix("$response.body#"))), name


OK_LOOKUP = "/paths/~1storage~1users~1user~1lookup.json/post/responses/200/content/application~1json"
NOT_FOUND = "/paths/~1storage~1users~1user~1lookup.json/post/responses/404/content/application~1json"
USERS = "/paths/~1users.json/get/responses/200/content/application~1json"
CONNECTION = "/paths/~1login~1connections~1{connection_id}/get/responses/200/content/application~1json"
INFO = "/paths/~1login~1info/get/responses/200/content/application~1json"
DENIED = "/components/responses/Unauthorized/content/application~1json"
USER = "/response/result/data/user"
GONE = object()

BROKEN = [
    ("oneall", OK_LOOKUP, "/response/request/status/flag", "error"),
    ("oneall", OK_LOOKUP, "/response/request/status/code", 404),
    ("oneall", OK_LOOKUP, "/response/request/status/code", "200"),
    ("oneall", OK_LOOKUP, "/response/request/date", "2025-03-04T09:15:42+01:00"),
    ("oneall", OK_LOOKUP, "/response/request/resource", "storage/users/user/lookup.json"),
    ("oneall", OK_LOOKUP, "/response/result", GONE),
    ("oneall", OK_LOOKUP, "/response/result/data", GONE),
    ("oneall", OK_LOOKUP, USER, GONE),
    ("oneall", OK_LOOKUP, f"{USER}/user_token", "9d4e6f20-7a1b-4c3d-8e5f-6071829304a"),
    ("oneall", OK_LOOKUP, f"{USER}/num_logins", "12"),
    ("oneall", OK_LOOKUP, f"{USER}/num_logins", -1),
    ("oneall", OK_LOOKUP, f"{USER}/password", "made-up Passw0rd"),
    ("oneall", OK_LOOKUP, f"{USER}/externalid", None),
    ("oneall", OK_LOOKUP, f"{USER}/identity", []),
    ("oneall", OK_LOOKUP, f"{USER}/identity/provider", "facebook"),
    ("oneall", OK_LOOKUP, f"{USER}/identity/source/name", "cloud storage"),
    ("oneall", OK_LOOKUP, f"{USER}/identity/id", "1000200300"),
    ("oneall", NOT_FOUND, "/response/result", {"data": {}}),
    ("oneall", NOT_FOUND, "/response/request/status/flag", "success"),
    ("oneall", NOT_FOUND, "/response/request/status/code", 400),
    ("oneall", USERS, "/response/result/data/users/entries", GONE),
    ("oneall", USERS, "/response/result/data/users/count", 0),
    ("oneall", USERS, "/response/result/data/users/entries/0/num_logins", "four"),
    ("socialidnow", CONNECTION, "/connection", "/login/connections/2468013579"),
    ("socialidnow", CONNECTION, "/connection_id", 2468013579),
    ("socialidnow", CONNECTION, "/user_id", "50417"),
    ("socialidnow", CONNECTION, "/user_token", GONE),
    ("socialidnow", CONNECTION, "/credential/facebook_id", GONE),
    ("socialidnow", CONNECTION, "/profile", []),
    ("socialidnow", INFO, "/name", {"formatted": "Ada Example"}),
    ("socialidnow", INFO, "/email", GONE),
    ("socialidnow", DENIED, "/error", "not_found"),
    ("socialidnow", DENIED, "/error", "Unauthorized"),
    ("socialidnow", DENIED, "/error_description", GONE),
    ("socialidnow", DENIED, "/errors", [{"attribute": "base"}]),
]


@pytest.mark.parametrize(("vendor", "media", "place", "value"), BROKEN, ids=[f"{b[0]}{b[2]}" for b in BROKEN])
def test_schema_rejects_a_broken_answer(vendor: str, media: str, place: str, value: Any) -> None:
    answer = copy.deepcopy(next(iter(examples_of(spec(vendor), at(spec(vendor), media)).values())))
    parent, _, key = place.rpartition("/")
    if value is GONE:
        del at(answer, parent)[key]
    else:
        at(answer, parent)[key] = value
    document = schema_at(vendor, f"{media}/schema")
    assert not Draft202012Validator(document).is_valid(answer)
    assert not jsonschema_rs.validator_for(document).is_valid(answer)
