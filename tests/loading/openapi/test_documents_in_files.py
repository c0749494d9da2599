"""Documents in several files, and schemas with names of their own; nothing outside the document's folder."""

from pathlib import Path

import pytest

from troth.judging.shapes import Shape
from troth.loading.openapi.document import read_spec, read_spec_file
from troth.model.operation import Spec

FILES = {
    "api/shop.yaml": """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders/{id}: {$ref: paths/order.yaml}
  /orders: {$ref: './paths/all.json#/orders'}
components:
  schemas: {Money: {type: integer}}
""",
    "api/paths/order.yaml": """\
parameters: [{$ref: '../parameters.yaml#/Id'}]
get:
  operationId: readOrder
  responses:
    '200':
      description: d
      content: {application/json: {schema: {$ref: '../schemas/order.yaml'}}}
    '404': {$ref: '../missing.yaml#/responses/NotFound'}
""",
    "api/paths/all.json": '{"orders": {"get": {"operationId": "listOrders", "responses": {"200": {}}}}}',
    "api/parameters.yaml": "Id: {name: id, in: path, required: true, schema: {type: string, pattern: '^[0-9]+$'}}\n",
    "api/schemas/order.yaml": """\
type: object
required: [total]
properties:
  total: {$ref: '../shop.yaml#/components/schemas/Money'}
  parent: {$ref: 'order.yaml'}
  lines: {type: array, items: {$ref: '#/$defs/Line'}}
  note: {$ref: '../../outside.yaml'}
$defs:
  Line:
    type: object
    properties: {sku: {type: string}, bad: {type: strng}}
""",
    "outside.yaml": "type: string\n",
}


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "api" / "shop.yaml"


def answer_of(spec: Spec, name: str) -> Shape:
    (media,) = spec.operations[name].responses["200"].content
    assert media.schema is not None
    return Shape(media.schema, media.strict)


def test_local_files_are_followed(tmp_path: Path) -> None:
    spec = read_spec_file(written(tmp_path, FILES))
    assert sorted(spec.operations) == ["listOrders", "readOrder"]
    assert [each.name for each in spec.operations["readOrder"].parameters] == ["id"]
    shape = answer_of(spec, "readOrder")
    assert shape.holds({"total": 1, "parent": {"total": 2}, "lines": [{"sku": "a"}]})
    for wrong in ({}, {"total": "x"}, {"total": 1, "parent": {}}, {"total": 1, "lines": [{"sku": 1}]}):
        assert not shape.holds(wrong)


def test_places_are_those_of_the_file_itself(tmp_path: Path) -> None:
    spec = read_spec_file(written(tmp_path, FILES), shown="api/shop.yaml")
    named = {each.part: (each.place.file, each.place.line) for each in spec.unchecked}
    assert named["the keyword 'type'"] == ("api/schemas/order.yaml", 11)
    assert named["the reference '../missing.yaml#/responses/NotFound'"] == ("api/paths/order.yaml", 8)
    assert spec.operations["readOrder"].position.file == "api/paths/order.yaml"
    reasons = {each.part: each.reason for each in spec.unchecked}
    assert reasons["the reference '../missing.yaml#/responses/NotFound'"].startswith("the file missing.yaml cannot be")


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    spec = read_spec_file(written(tmp_path, FILES))
    (named,) = [each for each in spec.unchecked if "outside" in each.part]
    assert "out of the document's folder" in named.reason
    assert answer_of(spec, "readOrder").holds({"total": 1, "note": 5})


def test_a_link_out_of_the_folder_is_outside(tmp_path: Path) -> None:
    path = written(tmp_path, FILES)
    (path.parent / "near.yaml").symlink_to(tmp_path / "outside.yaml")
    path.write_text(path.read_text().replace("{type: integer}", "{$ref: near.yaml}"))
    spec = read_spec_file(path)
    assert any("near.yaml" in each.part and "out of the document's folder" in each.reason for each in spec.unchecked)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = {**FILES, "api/parameters.yaml": "Id: [", "api/schemas/order.yaml": "\xff"}
    path = written(tmp_path, broken)
    (path.parent / "schemas" / "order.yaml").write_bytes(b"a: \xff")
    reasons = " ".join(each.reason for each in read_spec_file(path).unchecked)
    assert "is not YAML" in reasons
    assert "is not UTF-8" in reasons


def test_the_document_for_generation_leads_nowhere_else(tmp_path: Path) -> None:
    text = str(read_spec_file(written(tmp_path, FILES)).document)
    assert ".yaml#" not in text.replace("paths/all.json", "")
    assert "'$ref': '#/" in text


NAMED = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: d, content: {application/json: {schema: {$ref: 'REFERENCE'}}}}}
components:
  schemas:
    ById:
      $id: 'https://shop.example/schemas/order'
      type: object
      properties: {n: {$ref: '#number'}}
      $defs: {N: {$anchor: number, type: integer}}
    ByAnchor: {$anchor: whole, type: integer}
    Tree:
      $id: 'tree'
      $dynamicAnchor: node
      type: object
      properties: {children: {type: array, items: {$dynamicRef: '#node'}}}
    Relative: {$id: 'https://shop.example/schemas/list', items: {$ref: order}}
    Lost: {$id: 'https://shop.example/lost', properties: {a: {$ref: '#/components/schemas/ByAnchor'}}}
"""


@pytest.mark.parametrize(
    ("reference", "fits", "does_not"),
    [
        ("https://shop.example/schemas/order", {"n": 1}, {"n": "x"}),
        ("#whole", 1, "x"),
        ("tree", {"children": [{"children": []}]}, {"children": [{"children": 1}]}),
        ("#/components/schemas/Tree", {"children": [{}]}, {"children": [1]}),
        ("https://shop.example/schemas/list", [{"n": 1}], [{"n": "x"}]),
        ("#/components/schemas/Lost", {"a": 1}, {"a": "x"}),
    ],
)
def test_schemas_are_found_by_their_own_names(reference: str, fits: object, does_not: object) -> None:
    spec = read_spec(NAMED.replace("REFERENCE", reference).encode(), "shop", "shop.yaml")
    assert spec.unchecked == ()
    assert answer_of(spec, "a").holds(fits)
    assert not answer_of(spec, "a").holds(does_not)


def test_a_dynamic_reference_with_several_targets_is_named() -> None:
    text = NAMED.replace("ByAnchor: {$anchor: whole", "ByAnchor: {$dynamicAnchor: node").replace("REFERENCE", "tree")
    spec = read_spec(text.encode(), "shop", "shop.yaml")
    assert ["depends on where it is used" in each.reason for each in spec.unchecked] == [True]
    assert answer_of(spec, "a").holds({"children": [1]})
