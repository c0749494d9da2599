"""Documents changed at random places: each is read or refused with a place, and whatever was read can be judged by."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from troth.errors import InputInvalid, Position
from troth.judging.conformance import Conformance
from troth.judging.requests.described import RequestConformance
from troth.loading.openapi.document import read_spec
from troth.loading.openapi.text import read_openapi_text
from troth.model.exchange import Request, Response
from troth.model.operation import Operation, Spec
from troth.wire.pointers import KeyPath, locate
from troth.wire.views import RequestView, ResponseView

SPECS = Path(__file__).parents[3] / "specs"
ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, "", [], {}, "x", ["a"], {"a": 1}, float("inf"), 10**30, "$ref",
    {"$ref": "#/nothing"}, {"$ref": "#"}, {"$ref": "./x.yaml"}, {"$ref": 5}, {"$ref": "#/paths"}, {"$dynamicRef": "#x"},
    {"$id": "http://a.example/b"}, {"type": "file"}, {"type": ["string", 3]}, {"pattern": "["}, {"nullable": "yes"},
    {"allOf": [{"$ref": "#/components/schemas"}]}, {"enum": []}, {"enum": 5}, {"not": {}}, {"required": True},
]  # fmt: skip
KEYS = (
    "nullable", "$ref", "pattern", "format", "required", "exclusiveMinimum", "type", "enum", "oneOf", "not", "$id",
    "$schema", "items", "properties", "style", "in", "content", "schema", "parameters", "responses",
)  # fmt: skip


def places(value: object, way: KeyPath = ()) -> Iterator[KeyPath]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*way, key)
        yield from places(each, (*way, key))


def mutated(document: Any, ways: list[KeyPath], chance: Random) -> bytes:
    changed = copy.deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        way = chance.choice(ways)
        around: Any = locate(changed, way[:-1])[0]
        if locate(changed, way)[1] != way:
            continue
        if chance.randrange(3) == 0 and isinstance(around, dict):
            around[chance.choice(KEYS)] = copy.deepcopy(chance.choice(ODD))
        elif chance.randrange(3) == 0:
            del around[way[-1]]
        else:
            around[way[-1]] = copy.deepcopy(chance.choice(ODD))
    return json.dumps(changed).replace("Infinity", "1e999").encode()


def judge(operation: Operation) -> None:
    request = Request(
        operation.method,
        operation.server + operation.path + "?a=1&b=x",
        (("Content-Type", "application/json"),),
        b'{"a":1,"b":[null,{}]}',
    )
    view = RequestView(request, operation)
    for status in list(operation.responses)[:3]:
        answer = Response(
            int(status) if status.isdigit() else 200, (("Content-Type", "application/json"),), b'{"a":null}'
        )
        Conformance(operation).check(view, ResponseView(answer, operation))
    RequestConformance(operation).departure(view, 400)


def read(data: bytes, vendor: str) -> tuple[Spec | None, list[Position]]:
    """What was read, if anything, and the places of all that was said."""
    try:
        spec = read_spec(data, vendor, "mutated.json")
    except InputInvalid as refused:
        return None, [problem.position for problem in refused.problems]
    return spec, [each.place for each in spec.unchecked]


@pytest.mark.parametrize("vendor", ["oneall", "socialidnow", "esws"])
def test_a_mutated_document_is_read_or_refused(vendor: str) -> None:
    document = read_openapi_text((SPECS / f"{vendor}.yaml").read_bytes(), "spec").value
    ways = list(places(document))
    chance = Random(vendor)
    for _ in range(25):
        spec, named = read(mutated(document, ways, chance), vendor)
        assert all(str(place).startswith("mutated.json") for place in named)
        if spec is None:
            continue
        for operation in chance.sample(list(spec.operations.values()), min(4, len(spec.operations))):
            judge(operation)
