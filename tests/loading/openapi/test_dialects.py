"""Schemas by the letter of the document's version; what it leaves open has a wide sense and a strict one."""

import json
from collections.abc import Mapping

import pytest

from troth.judging.shapes import Shape
from troth.loading.openapi.document import read_spec
from troth.model.operation import Basis, JsonSchema, MediaType, Operation

KEPT, SURPRISE, BREACH = "kept", "surprise", "breach"
STRINGS = {"type": "string", "nullable": True}
A = {"A": {"type": "string"}, "N": {"type": "string", "nullable": True}, "O": {"type": "object"}}


def operation_of(schema: object, version: str = "3.0.3", components: Mapping[str, object] = A) -> Operation:
    content = {"application/json": {"schema": schema}}
    document = {
        "openapi": version,
        "paths": {"/a": {"post": {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}}},
        "components": {"schemas": components},
    }
    (operation,) = read_spec(json.dumps(document).encode(), "shop", "shop.json").operations.values()
    return operation


def verdict(media: MediaType, value: object) -> str:
    schema: JsonSchema = True if media.schema is None else media.schema
    departures = Shape(schema, media.strict).departures(value, 5)
    if not departures:
        return KEPT
    return BREACH if any(each.basis is None for each in departures) else SURPRISE


def answered(schema: object, value: object, version: str = "3.0.3", components: Mapping[str, object] = A) -> str:
    return verdict(operation_of(schema, version, components).responses["200"].content[0], value)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("schema", "on_null"),
    [
        ({"type": "string"}, BREACH),
        ({"type": "string", "nullable": False}, BREACH),
        (STRINGS, KEPT),
        ({**STRINGS, "enum": ["a", None]}, KEPT),
        ({**STRINGS, "enum": ["a"]}, SURPRISE),
        ({"type": "string", "enum": ["a", None]}, SURPRISE),
        ({"nullable": True, "enum": ["a"]}, SURPRISE),
        ({"nullable": True, "oneOf": [{"type": "string"}, {"type": "integer"}]}, SURPRISE),
        ({"nullable": True, "anyOf": [{"type": "string"}, {"type": "integer"}]}, SURPRISE),
        ({"nullable": True, "allOf": [ref("A")]}, SURPRISE),
        ({"type": "string", "nullable": True, "allOf": [ref("A")]}, SURPRISE),
        ({"type": "string", "nullable": True, "allOf": [ref("N")]}, KEPT),
        ({"oneOf": [STRINGS, {"type": "integer"}]}, KEPT),
        ({"anyOf": [ref("N"), {"type": "integer"}]}, KEPT),
        ({**ref("A"), "nullable": True}, SURPRISE),
        (ref("N"), KEPT),
        (ref("A"), BREACH),
        ({"nullable": True}, KEPT),
    ],
)
def test_nullable_of_openapi_30(schema: object, on_null: str) -> None:
    """OpenAPI 3.0.3, Schema Object: null is added to the type beside it; all other keywords hold as they stand."""
    assert answered(schema, None) == on_null
    assert answered({"properties": {"a": schema}}, {"a": None}) == on_null
    assert answered(schema, {}) != KEPT or schema == {"nullable": True}


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
@pytest.mark.parametrize(
    ("schema", "on_null"),
    [
        (STRINGS, SURPRISE),
        ({"type": ["string", "null"]}, KEPT),
        ({"type": "string", "enum": ["a", None]}, SURPRISE),
        ({**ref("A"), "nullable": True}, SURPRISE),
        (ref("A"), BREACH),
    ],
)
def test_nullable_means_nothing_since_31(schema: object, on_null: str, version: str) -> None:
    assert answered(schema, None, version) == on_null


@pytest.mark.parametrize(
    ("version", "name", "value", "expected"),
    [
        ("3.0.3", "date-time", "yesterday", BREACH),
        ("3.0.3", "date", "yesterday", BREACH),
        ("3.0.3", "byte", "not base64!", BREACH),
        ("3.0.3", "time", "12:00:00", SURPRISE),
        ("3.0.3", "uri", "/relative", SURPRISE),
        ("3.0.3", "uuid", "x", SURPRISE),
        ("3.0.3", "email", "x", SURPRISE),
        ("3.0.3", "phone", "x", KEPT),
        ("3.0.3", "password", "x", KEPT),
        ("3.0.3", "binary", "\0", KEPT),
        ("3.1.0", "time", "12:00:00", BREACH),
        ("3.1.0", "uri", "/relative", BREACH),
        ("3.1.0", "uuid", "x", BREACH),
        ("3.1.0", "byte", "not base64!", SURPRISE),
        ("3.0.3", "int32", 2**31, BREACH),
        ("3.0.3", "int64", 2**63, BREACH),
        ("3.1.0", "int32", -(2**31) - 1, BREACH),
        ("3.0.3", "float", 1e39, BREACH),
        ("3.0.3", "double", 10**309, BREACH),
        ("3.0.3", "uint8", 256, SURPRISE),
        ("3.0.3", "int32", "2147483648", KEPT),
        ("3.0.3", "date-time", 1, KEPT),
    ],
)
def test_formats(version: str, name: str, value: object, expected: str) -> None:
    """OpenAPI 3.0.4, Data Types; 3.1.1, Data Type Format; JSON Schema 2020-12 Validation, section 7.3."""
    assert answered({"format": name}, value, version) == expected


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, 1, BREACH),
        ({"minimum": 1, "exclusiveMinimum": False}, 1, KEPT),
        ({"maximum": 1, "exclusiveMaximum": True}, 1, BREACH),
        ({"exclusiveMinimum": 1}, 1, SURPRISE),
        ({"const": 1}, 2, SURPRISE),
        ({"patternProperties": {"^a": {"type": "string"}}}, {"a": 1}, SURPRISE),
        ({**ref("A"), "maxLength": 1}, "long", KEPT),
    ],
)
def test_keywords_of_openapi_30(schema: object, value: object, expected: str) -> None:
    assert answered(schema, value) == expected


def test_a_whole_schema_that_is_wrapped_can_still_be_pointed_into() -> None:
    components = {"W": {"nullable": True, "properties": {"a": {"type": "integer"}}, "anyOf": [{}]}}
    inner = {"$ref": "#/components/schemas/W/properties/a"}
    assert answered(inner, 1, components=components) == KEPT
    assert answered(inner, "x", components=components) == BREACH


SECRET = {"Secret": {"type": "string", "writeOnly": True}, "Alias": ref("Secret")}
PLAIN = {"Plain": {"properties": {"key": {"writeOnly": True}, "name": {}}}, "Both": {"required": ["key", "name"]}}
NEEDED = ["key", "name"]


@pytest.mark.parametrize(
    "schema",
    [
        {"required": NEEDED, "properties": {"key": {"writeOnly": True}}},
        {"required": NEEDED, "properties": {"key": ref("Secret")}},
        {"required": NEEDED, "properties": {"key": ref("Alias")}},
        {"required": NEEDED, "properties": {"key": {"allOf": [ref("Secret"), {"maxLength": 9}]}}},
        {"required": NEEDED, "properties": {"key": {"oneOf": [ref("Secret")]}}},
        {"required": NEEDED, "properties": {"key": {"anyOf": [ref("Secret")]}}},
        {"allOf": [ref("Plain"), {"required": NEEDED}]},
        {"allOf": [{"required": NEEDED}, ref("Plain")]},
        {"allOf": [ref("Plain"), ref("Both")]},
        {"allOf": [{"allOf": [ref("Plain")]}, {"allOf": [{"allOf": [ref("Both")]}]}]},
        {"oneOf": [{"allOf": [ref("Plain"), ref("Both")]}, {"type": "string"}]},
        {"anyOf": [ref("Plain")], "required": NEEDED},
        {"allOf": [ref("Whole")]},
        ref("Whole"),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_what_is_not_sent_is_not_required(schema: object, version: str) -> None:
    """OpenAPI 3.0.4, Schema Object, ``readOnly`` and ``writeOnly``; wherever the flag and the ``required`` stand."""
    whole = {"Whole": {"allOf": [ref("Plain"), ref("Both")]}}
    components: dict[str, object] = {**SECRET, **PLAIN, **whole}
    operation = operation_of(schema, version, components)
    answer, request = operation.responses["200"].content[0], operation.request_body[0]
    assert verdict(answer, {"name": "x"}) == KEPT
    assert verdict(answer, {"key": "x"}) == BREACH
    assert verdict(request, {"name": "x"}) == BREACH
    mirrored = json.loads(json.dumps([schema, components]).replace("writeOnly", "readOnly"))
    operation = operation_of(mirrored[0], version, mirrored[1])
    assert verdict(operation.request_body[0], {"name": "x"}) == KEPT
    assert verdict(operation.responses["200"].content[0], {"name": "x"}) == BREACH


def test_a_shared_schema_is_spared_only_where_the_flag_stands_beside_it() -> None:
    components: dict[str, object] = {**SECRET, **PLAIN}
    schema = {"properties": {"a": {"allOf": [ref("Plain"), ref("Both")]}, "b": ref("Both")}}
    assert answered(schema, {"a": {"name": "x"}}, components=components) == KEPT
    assert answered(schema, {"b": {"name": "x"}}, components=components) == BREACH


def test_not_is_left_as_it_stands() -> None:
    schema = {"properties": {"key": {"writeOnly": True}}, "not": {"required": ["key"]}}
    assert answered(schema, {}) == KEPT
    assert answered(schema, {"key": 1}) == BREACH


def test_lint_says_what_the_dialect_leaves_open_once_for_each_kind() -> None:
    document = {
        "openapi": "3.0.3",
        "paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"properties": {
            "a": {"type": "string", "format": "uuid"}, "b": {"type": "string", "format": "uuid"},
            "c": {"const": 1}, "d": {"nullable": True, "enum": ["x"]},
        }}}}}}}}},
    }  # fmt: skip
    spec = read_spec(json.dumps(document).encode(), "shop", "shop.json")
    said = sorted(problem.message for problem in spec.warnings)
    assert said == [
        "OpenAPI 3.0 does not define the format 'uuid': what does not fit is a surprise (2 places)",
        "const is no keyword of OpenAPI 3.0: what does not fit it is a surprise, not a breach",
        "nullable adds no null without a type beside it (OpenAPI 3.0.3, Schema Object): a null is a surprise, "
        "not a breach",
    ]
    assert {problem.severity for problem in spec.warnings} == {"warning"}


def test_x_basis_weighs_as_before() -> None:
    operation = operation_of({"properties": {"a": {"type": "string", "x-basis": "observed"}}}, "3.1.0")
    media = operation.responses["200"].content[0]
    assert media.schema is not None
    assert [each.basis for each in Shape(media.schema, media.strict).departures({"a": 1}, 5)] == [Basis.OBSERVED]
