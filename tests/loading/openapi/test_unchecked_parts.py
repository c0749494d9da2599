"""A document is not refused for one bad spot: what cannot be used is named with its place, and holds nothing."""

import pytest

from troth.judging.shapes import Shape
from troth.loading.openapi.document import read_spec
from troth.model.operation import Operation, Spec

HEAD = '{openapi: VERSION, info: {title: t, version: "1"}, paths: {/a: {get: {responses: {"200": {description: d,\n'


def spec_of(schema: str, version: str = "3.1.0", rest: str = "") -> Spec:
    """A document whose only answer has the schema, on line 2."""
    text = HEAD.replace("VERSION", version) + f"content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}{rest}}}\n"
    return read_spec(text.encode(), "shop", "shop.yaml")


def shape_of(spec: Spec) -> Shape:
    (operation,) = spec.operations.values()
    (media,) = operation.responses["200"].content
    assert media.schema is not None
    return Shape(media.schema, media.strict)


@pytest.mark.parametrize(
    ("schema", "part", "reason", "let_in", "kept_out"),
    [
        ("{type: number, exclusiveMinimum: true}", "'exclusiveMinimum'", "must be a number, not True", -1, "x"),
        ("{properties: {a: {type: string, required: true}}}", "'required'", "a list of names", {}, {"a": 1}),
        ("{type: string, examples: {a: b}}", "'examples'", "must be a list", "x", 1),
        ("{type: file}", "'type'", "one of null, boolean", 1, None),
        ("{type: string, pattern: '^.{0,262144}$'}", "'pattern'", "too large for the engine", "\n", 1),
        ("{type: string, pattern: '\\A[a-z]+\\Z'}", "'pattern'", "has no meaning in ECMA-262; write ^", "1", 1),
        ("{type: string, minLength: -1}", "'minLength'", "a whole number from 0", "", 1),
        ("{type: string, maxLength: '5'}", "'maxLength'", "a whole number from 0, not '5'", "123456", 1),
        ("{enum: a}", "'enum'", "must be a list", "b", None),
        ("{allOf: [], type: string}", "'allOf'", "a list of schemas", "b", 1),
        ("{type: object, properties: [a], additionalProperties: false}", "'properties'", "an object", {"a": 1}, 1),
        ("{type: number, maximum: " + "9" * 10_000 + "}", "'maximum'", "beyond what is computed with", 10, "x"),
        ("{type: number, maximum: 1e999}", "'maximum'", "beyond what is computed with", 10, "x"),
        ("{type: string, default: .inf}", "'default'", "beyond what is computed with", "x", 1),
        ("{properties: {a: text}, required: [a]}", "the schema 'text'", "a schema is an object", {"a": 1}, {}),
        ("{not: {type: string, pattern: '['}}", "the keyword 'not'", "a part of it cannot be used", 1, None),
        (
            "{oneOf: [{type: string, pattern: '['}, {type: string, maxLength: 1}]}",
            "no more than one of 'oneOf'",
            "a part of it cannot be used",
            "a",
            1,
        ),
        ("{if: {pattern: '['}, then: false, type: string}", "the keyword 'if'", "a part of it", "x", 1),
        ("{type: string, format: phone}", "the format 'phone'", "nobody defines it", "x", 1),
        ("{$ref: './other.yaml'}", "the reference './other.yaml'", "nothing is fetched", 1, None),
        ("{$ref: 'https://api.example/x.yaml#/X'}", "the reference", "leads to https://api.example/x.yaml", 1, None),
        ("{$ref: '#/components/schemas/None'}", "the reference", "points at nothing", 1, None),
        ("{$dynamicRef: '#nobody'}", "the reference '#nobody'", "points at nothing", 1, None),
        ("{$schema: 'https://api.example/dialect', type: string}", "the dialect", "nothing is fetched", "x", 1),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_and_the_rest_holds(
    schema: str, part: str, reason: str, let_in: object, kept_out: object
) -> None:
    spec = spec_of(schema)
    named = [each for each in spec.unchecked if part in each.part and reason in each.reason]
    assert named, spec.unchecked
    assert named[0].place.line == 2
    shape = shape_of(spec)
    assert shape.holds(let_in)
    assert kept_out is None or not shape.holds(kept_out)


def test_a_shared_schema_is_named_once_where_it_stands() -> None:
    rest = ", components: {schemas: {\n  Bad: {type: strng}, Also: {$ref: '#/components/schemas/Bad'}}}"
    spec = spec_of(
        "{items: {$ref: '#/components/schemas/Also'}, contains: {$ref: '#/components/schemas/Bad'}}", rest=rest
    )
    (named,) = spec.unchecked
    assert (named.place.line, named.place.column) == (3, 9)


def test_what_refers_to_a_loosened_schema_is_loosened_where_it_would_turn_round() -> None:
    rest = ", components: {schemas: {A: {type: string, pattern: '['}, B: {type: string, maxLength: 1}}}"
    spec = spec_of("{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}", rest=rest)
    assert shape_of(spec).holds("a")
    assert not shape_of(spec).holds(1)


def test_properties_with_names_of_keywords_are_left_alone() -> None:
    schema = "{type: object, properties: {not: {type: string, pattern: '['}, oneOf: {type: integer}, contains: {}}}"
    assert not shape_of(spec_of(schema)).holds({"oneOf": "x"})
    assert not shape_of(spec_of(schema)).holds({"not": 1})


def test_a_circle_of_references_holds_nothing() -> None:
    rest = ", components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}"
    spec = spec_of("{$ref: '#/components/schemas/A'}", rest=rest)
    assert [each.reason for each in spec.unchecked] == ["it leads back to itself"]
    assert shape_of(spec).holds(1)


@pytest.mark.parametrize(
    ("item", "part", "reason", "operations"),
    [
        ("{get: {parameters: [{$ref: '#/components/x'}], RESPONSES}}", "the reference", "points at nothing", 1),
        ("{get: {parameters: [{name: b, in: body}], RESPONSES}}", "the parameter 'b'", "none in 'body'", 1),
        ("{get: {parameters: [{in: query}], RESPONSES}}", "a parameter", "it has no name", 1),
        ("{get: {parameters: [{name: q, in: query, style: matrix}], RESPONSES}}", "the style 'matrix'", "form", 1),
        ("{get: {responses: {'2000': {description: d}}}}", "the answer '2000'", "no status", 1),
        ("{get: {responses: {'200': {$ref: '#/components/responses/R'}}}}", "the reference", "back to itself", 1),
        ("{get: {RESPONSES}, query: {RESPONSES}}", "the operation 'query'", "has no such method", 1),
        ("{get: {RESPONSES}, additionalOperations: {COPY: {RESPONSES}}}", "'additionalOperations'", "3.1 has none", 1),
        ("{get: {RESPONSES}, put: text}", "the operation PUT /a", "must be an object", 1),
        ("{get: {RESPONSES, callbacks: {done: {'{$request.body#/u}': {}}}}}", "the callback done", "only paths", 1),
        ("{get: {RESPONSES}, $ref: ./items.yaml}", "the reference './items.yaml'", "nothing is fetched", 1),
    ],
)
def test_parts_of_an_operation(item: str, part: str, reason: str, operations: int) -> None:
    item = item.replace("RESPONSES", "responses: {'200': {description: d}}")
    text = (
        f'openapi: 3.1.0\ninfo: {{title: t, version: "1"}}\npaths:\n  /a: {item}\n'
        "components: {responses: {R: {$ref: '#/components/responses/R'}}}\n"
    )
    spec = read_spec(text.encode(), "shop", "shop.yaml")
    assert any(part in each.part and reason in each.reason for each in spec.unchecked), spec.unchecked
    assert len(spec.operations) == operations


def only(text: str) -> tuple[Spec, Operation]:
    spec = read_spec(text.encode(), "shop", "shop.yaml")
    (operation,) = spec.operations.values()
    return spec, operation


def test_a_path_parameter_that_nobody_declares_is_a_text() -> None:
    spec, operation = only("openapi: 3.1.0\npaths: {'/a/{id}': {get: {responses: {'200': {description: d}}}}}")
    assert [(each.place, each.name, each.required) for each in operation.parameters] == [("path", "id", True)]
    assert [each.part for each in spec.unchecked] == ["the path parameter 'id'"]
    item = spec.document["paths"]
    assert isinstance(item, dict)
    assert item["/a/{id}"]["get"]["parameters"][0]["name"] == "id"


def test_webhooks_are_named() -> None:
    spec, _ = only(
        "openapi: 3.1.0\npaths: {/a: {get: {responses: {'200': {description: d}}}}}\nwebhooks:\n  changed: {post: {}}\n"
    )
    assert [(each.part, each.place.line) for each in spec.unchecked] == [("the webhook changed", 4)]


def test_operations_of_openapi_32() -> None:
    responses = "responses: {'200': {description: d}}"
    item = f"{{query: {{operationId: search, {responses}}}, additionalOperations: {{COPY: {{{responses}}}}}}}"
    spec = read_spec(f"openapi: 3.2.0\npaths: {{/a: {item}}}".encode(), "shop", "shop.yaml")
    assert {name: (each.method, each.effect) for name, each in spec.operations.items()} == {
        "search": ("QUERY", "safe"),
        "COPY /a": ("COPY", "creates"),
    }
    assert spec.unchecked == ()


def test_merge_keys_are_written_out() -> None:
    text = (
        "openapi: 3.1.0\nx-answers: &answers {'200': &ok {description: d}, '400': *ok}\n"
        "x-both: &both\n  <<: *answers\n  '404': *ok\n"
        "paths: {/a: {get: {responses: {<<: [*both], '200': {description: mine}}}}}"
    )
    spec, operation = only(text)
    assert sorted(operation.responses) == ["200", "400", "404"]
    assert spec.unchecked == ()


def test_the_document_for_generation_has_none_of_it() -> None:
    spec = spec_of("{type: object, properties: {a: {type: string, pattern: '['}, b: {$ref: 'http://x.example/y'}}}")
    text = str(spec.document)
    assert "x.example" not in text
    assert "'pattern'" not in text
