"""OpenAPI documents that nobody here wrote: what is read all the same, and what is refused with its place."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from troth.errors import InputInvalid
from troth.loading.openapi.document import read_spec, read_spec_file
from troth.model.operation import Operation, Spec

HEAD = 'openapi: 3.1.0\ninfo: {title: Shop, version: "1"}\n'
A = {"$ref": "#/components/schemas/A"}
OK = "responses: {'200': {description: ok}}"


def read(text: str, server: str | None = None) -> Spec:
    return read_spec(text.encode(), "shop", "shop.yaml", server=server)


def only(spec: Spec) -> Operation:
    (operation,) = spec.operations.values()
    return operation


def answer_of(schema: str, head: str = HEAD, rest: str = "") -> Operation:
    content = f"{{application/json: {{schema: {schema}}}}}"
    return only(
        read(f"{head}paths:\n  /a: {{get: {{responses: {{'200': {{description: ok, content: {content}}}}}}}}}\n{rest}")
    )


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "shop.yaml", "not an OpenAPI document"),
        ("[1, 2]", "shop.yaml:1:1", "not an OpenAPI document"),
        ("<!DOCTYPE html>\n<p>Not: found", "shop.yaml", "is HTML or XML"),
        ('{"openapi": "3.1.0", "paths": {', "shop.yaml:1:", "is not JSON"),
        ('{"openapi": "3.1.0", "openapi": "3.1.0"}', "shop.yaml:1:", "stands twice"),
        ("openapi: 3.1.0\n bad: [", "shop.yaml:2:", "is not YAML"),
        ('{"swagger": "2.0", "paths": {}}', "shop.yaml#/swagger", "this is Swagger 2.0"),
        ("openapi: [3]\npaths: {}", "shop.yaml:1:", "OpenAPI 3.0, 3.1 or 3.2 is needed"),
        ("openapi: 4.0.0\npaths: {}", "shop.yaml:1:", "this is 4.0.0"),
        ("openapi: 3.9.0\npaths: {}", "shop.yaml:1:", "this is 3.9.0"),
        (HEAD + "paths: {}", "shop.yaml:3:", "no operation is left to judge"),
        (HEAD + f"webhooks: {{hook: {{post: {{{OK}}}}}}}", "shop.yaml:1:1", "has no paths"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_place(text: str, place: str, said: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        read(text)
    problem = refused.value.problems[0]
    assert str(problem.position).startswith(place)
    assert said in problem.message


def test_swagger_2_is_refused_with_the_command_that_converts_it() -> None:
    with pytest.raises(InputInvalid, match=r"npx swagger2openapi --patch --yaml --outfile shop\.openapi\.yaml"):
        read("swagger: '2.0'\npaths: {}")


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0", "3.1", "'3.1'"])
def test_versions_that_are_read(version: str) -> None:
    spec = read(f"openapi: {version}\npaths: {{/a: {{get: {{{OK}}}}}}}")
    assert str(spec.document["openapi"]).startswith(version.strip("'")[:3])


def test_data_is_no_reference() -> None:
    schema = "{default: {$ref: './x'}, properties: {default: {type: object, properties: {$ref: {type: string}}}}}"
    assert answer_of(schema).responses["200"].content


def test_json_of_a_machine_is_read_and_pointed_into() -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "\U0001f600", "version": "1"},
        "paths": {"/a~b": {"get": {"responses": {"200": {"description": "ok"}}, "x": 1e20}}},
    }
    for text in (json.dumps(document), json.dumps(document, indent="\t")):
        spec = read(text)
        assert spec.document["info"] == document["info"]
        assert str(only(spec).position) == "shop.yaml#/paths/~1a~0b/get"


def test_a_long_line_is_quoted_in_part() -> None:
    with pytest.raises(InputInvalid) as refused:
        read('{"openapi": "3.1.0", "x": "' + "y" * 100_000 + '", "paths": {')
    assert len(str(refused.value)) < 600


def test_yaml_is_read_as_openapi_asks() -> None:
    example = "{a: 2020-01-01, b: yes, c: 12:30:45, d: 0o17, e: 1e3, f: 010, g: null, h: TRUE, i: '5', on: 1_000}"
    spec = read(f"{HEAD}paths: {{/a: {{get: {{{OK}, x-example: {example}}}}}}}")
    paths = spec.document["paths"]
    assert isinstance(paths, dict)
    assert paths["/a"]["get"]["x-example"] == {
        "a": "2020-01-01", "b": "yes", "c": "12:30:45", "d": 15, "e": 1000.0, "f": 10, "g": None, "h": True, "i": "5",
        "on": "1_000",
    }  # fmt: skip


def test_an_operation_id_that_several_have_names_none_of_them() -> None:
    spec = read(
        f"{HEAD}paths: {{/a: {{get: {{operationId: x, {OK}}}, put: {{operationId: x, {OK}}}, post: {{{OK}}}}}}}"
    )
    assert set(spec.operations) == {"GET /a", "PUT /a", "POST /a"}


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ("", "http://h:1"),
        ("servers: [{url: /v1}]", "http://h:1/v1"),
        ("servers: [{url: v1/}]", "http://h:1/docs/v1"),
        ("servers: [{url: 'https://{x}.example', variables: {x: {default: api}}}]", "https://api.example"),
    ],
)
def test_relative_servers_are_relative_to_the_document(servers: str, expected: str) -> None:
    spec = read(f"{HEAD}{servers}\npaths: {{/a: {{get: {{{OK}}}}}}}", server="http://h:1/docs/openapi.json")
    assert only(spec).server == expected


def test_only_what_a_schema_leads_to_comes_with_it() -> None:
    shared = "A: {items: {$ref: '#/components/schemas/B'}}, B: {items: {$ref: '#/components/schemas/A'}}, C: {}"
    rest = f"components: {{schemas: {{{shared}}}}}"
    schema = answer_of("{$ref: '#/components/schemas/A'}", rest=rest).responses["200"].content[0].schema
    assert isinstance(schema, Mapping)
    assert set(schema["components"]["schemas"]) == {"A", "B"}


def test_what_is_only_read_need_not_be_sent_and_the_other_way_round() -> None:
    schema = "{required: [id, key, name], properties: {id: {readOnly: true}, key: {writeOnly: true}}}"
    content = f"content: {{application/json: {{schema: {schema}}}}}"
    answers = f"{{'200': {{description: ok, {content}}}}}"
    operation = only(read(f"{HEAD}paths: {{/a: {{post: {{requestBody: {{{content}}}, responses: {answers}}}}}}}"))
    sent, answered = operation.request_body[0].schema, operation.responses["200"].content[0].schema
    assert isinstance(sent, Mapping)
    assert isinstance(answered, Mapping)
    assert (sent["required"], answered["required"]) == (["key", "name"], ["id", "name"])


def test_security_that_may_be_left_out_guards_nothing() -> None:
    schemes = "components: {securitySchemes: {k: {type: apiKey, in: header, name: X-Key}}}"
    for asked, expected in (("[{k: []}]", ("apiKey:header:X-Key",)), ("[{k: []}, {}]", ())):
        spec = read(f"{HEAD}paths: {{/a: {{get: {{security: {asked}, {OK}}}}}}}\n{schemes}")
        assert only(spec).security == expected


def test_security_schemes_in_one_word() -> None:
    schemes = (
        "{basic: {type: http, scheme: Basic}, jwt: {type: http, scheme: bearer}, flow: {type: oauth2, flows: {}}, "
        "head: {type: apiKey, in: header, name: X-Key}, crumb: {$ref: '#/components/securitySchemes/shared'}, "
        "shared: {type: apiKey, in: cookie, name: key}}"
    )
    text = f"{HEAD}components: {{securitySchemes: {schemes}}}\npaths:\n"
    text += f"  /a:\n    get: {{security: [{{head: [], crumb: []}}, {{basic: []}}], {OK}}}\n"
    text += f"    put: {{security: [{{head: []}}, {{}}], {OK}}}\n"
    spec = read(text)
    assert spec.schemes == {
        "basic": "basic",
        "jwt": "bearer",
        "flow": "bearer",
        "head": "apiKey:header:X-Key",
        "crumb": "apiKey:cookie:key",
        "shared": "apiKey:cookie:key",
    }
    get, put = spec.operations["GET /a"], spec.operations["PUT /a"]
    assert get.security == get.schemes == ("apiKey:header:X-Key", "apiKey:cookie:key", "basic")
    assert (put.security, put.schemes) == ((), ("apiKey:header:X-Key",))


def test_how_a_parameter_is_written_is_read() -> None:
    parameters = (
        "[{name: a, in: query, allowReserved: true, schema: {}}, "
        "{name: b, in: query, content: {application/json: {}}}, "
        "{name: c, in: query, style: pipeDelimited, schema: {}}, {name: d, in: header, explode: true, schema: {}}]"
    )
    a, b, c, d = only(read(f"{HEAD}paths:\n  /a: {{get: {{parameters: {parameters}, {OK}}}}}\n")).parameters
    assert (a.allow_reserved, a.media_type, a.style, a.explode) == (True, "", "form", True)
    assert (b.allow_reserved, b.media_type) == (False, "application/json")
    assert (c.style, c.explode) == ("pipeDelimited", False)
    assert (d.style, d.explode) == ("simple", True)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="cannot be read"):
        read_spec_file(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("key", "path", "query"),
    [
        ("/a", "/a", ""),
        ("/a/{id}#share", "/a/{id}", ""),
        ("/a?kind=b", "/a", "kind=b"),
        ("/a?kind=b&c=d#e?f", "/a", "kind=b&c=d"),
        ("/a#?b", "/a", ""),
    ],
)
def test_a_key_of_paths_with_a_query_or_a_fragment(key: str, path: str, query: str) -> None:
    parameters = "parameters: [{name: id, in: path, required: true, schema: {}}], "
    operation = only(read(f"{HEAD}paths: {{'{key}': {{get: {{{parameters}{OK}}}}}}}"))
    assert (operation.path, operation.fixed_query, operation.document_path) == (path, query, key)
    assert operation.url("/x", "y=z") == f"http://localhost/x?{query + '&' if query else ''}y=z"
    assert operation.url("/x") == "http://localhost/x" + (f"?{query}" if query else "")


def test_how_headers_are_written() -> None:
    headers = (
        "{A: {schema: {type: object}, explode: true}, B: {schema: {type: object}}, "
        "C: {content: {application/json: {schema: {type: object}}}}}"
    )
    operation = only(
        read(f"{HEAD}paths: {{/a: {{get: {{responses: {{'200': {{description: d, headers: {headers}}}}}}}}}}}")
    )
    forms = operation.responses["200"].header_forms
    assert [(name, forms[name].explode, forms[name].media_type) for name in "abc"] == [
        ("a", True, ""),
        ("b", False, ""),
        ("c", False, "application/json"),
    ]
    assert operation.responses["200"].headers["c"] == {"type": "object"}


def test_half_a_surrogate_pair_in_a_document_is_shown_as_its_escape() -> None:
    document = {"openapi": "3.1.0", "paths": {"/a": {"get": {"operationId": "a\ud83c", "responses": {"200": {}}}}}}
    operation = only(read(json.dumps(document)))
    assert operation.name == "a\\ud83c"
    whole = only(read(json.dumps(document).replace("d83c", "d83d\\ude00")))
    assert whole.name == "a\U0001f600"
