"""Parameters of a spec that no request takes from it."""

import pytest

from troth.judging.lint import lint_vendor
from troth.loading.openapi.document import read_spec
from troth.model.book import Vendor
from troth.model.exchange import COMPUTED_HEADERS


@pytest.mark.parametrize("name", sorted(COMPUTED_HEADERS))
def test_a_header_that_each_request_computes_is_named(name: str) -> None:
    spec = read_spec(
        f"""\
openapi: 3.1.0
info: {{title: Shop, version: "1"}}
paths:
  /blob:
    put:
      operationId: store
      parameters:
        - {{name: {name.title()}, in: header, required: true, schema: {{type: integer}}}}
        - {{name: X-{name}, in: header, schema: {{type: integer}}}}
        - {{name: {name}, in: query, schema: {{type: integer}}}}
      responses: {{"200": {{description: ok}}}}
""".encode(),
        "shop",
        "shop.yaml",
    )
    (problem,) = lint_vendor(Vendor("shop", spec))
    assert (problem.severity, problem.position.line) == ("warning", 5)
    assert (
        problem.message
        == f"the header parameter {name.title()} of shop.store is ignored: each request computes its own"
    )
