"""Large documents: what is made is counted, not timed."""

import json
from collections.abc import Mapping

from troth.judging.requests.described import RequestConformance
from troth.loading.openapi.document import read_spec
from troth.loading.openapi.schemas import WholeSchema
from troth.model.exchange import Request
from troth.model.operation import Operation
from troth.wire.views import RequestView

SHARED = 60
PATHS = 2_000


def many_paths() -> bytes:
    """Each path answers with a schema that leads to all the others."""
    schemas = {
        f"S{index}": {
            "type": "object",
            "properties": {"next": {"$ref": f"#/components/schemas/S{(index + 1) % SHARED}"}, "id": {"format": "uuid"}},
        }
        for index in range(SHARED)
    }

    def item(index: int) -> Mapping[str, object]:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/S{index % SHARED}"}}}
        return {"get": {"responses": {"200": {"description": "d", "content": content}}}}

    paths = {f"/p{index}": item(index) for index in range(PATHS)}
    return json.dumps({"openapi": "3.0.3", "paths": paths, "components": {"schemas": schemas}}).encode()


def schema_of(operation: Operation) -> WholeSchema:
    schema = operation.responses["200"].content[0].schema
    assert isinstance(schema, WholeSchema)
    return schema


def test_schemas_are_written_when_they_are_looked_into() -> None:
    spec = read_spec(many_paths(), "shop", "shop.json")
    assert len(spec.operations) == PATHS
    schemas = {id(schema): schema for schema in map(schema_of, spec.operations.values())}
    assert len(schemas) == SHARED
    assert [schema.is_written for schema in schemas.values()] == [False] * SHARED
    shared = schema_of(spec.operations["GET /p0"])["components"]
    assert isinstance(shared, dict)
    assert len(shared["schemas"]) == SHARED
    assert sum(schema.is_written for schema in schemas.values()) == 1


def test_a_long_list_of_values_judges_whole() -> None:
    values = [f"value-{index}" for index in range(100_000)]
    parameter = {"name": "q", "in": "query", "schema": {"type": "string", "enum": values}}
    item = {"get": {"operationId": "e", "parameters": [parameter], "responses": {"200": {"description": "d"}}}}
    spec = read_spec(json.dumps({"openapi": "3.0.3", "paths": {"/e": item}}).encode(), "shop", "shop.json")
    operation = spec.operations["e"]
    requests = RequestConformance(operation)
    for value, expected in (("value-99999", None), ("value-100000", "query q")):
        view = RequestView(Request("GET", f"http://localhost/e?q={value}"), operation)
        assert requests.departure(view, 400) == expected
