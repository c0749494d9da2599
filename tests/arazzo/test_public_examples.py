"""The examples of the Arazzo specification are read; what Troth does not support is said by name and line."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from troth.arazzo.document import read_arazzo
from troth.loading.positions.yaml import read_yaml

SHARED = Path(__file__).parents[3] / "shared" / "conformance" / "arazzo"
CONTRACTS = Path(__file__).parents[2] / "contracts"
EXPECTED: dict[str, dict[str, object]] = {
    "ExtendedParametersExample.arazzo.yaml": {"animal-workflow": 2},
    "FAPI-PAR.arazzo.yaml": {"OIDC-PAR-AuthzCode": 3},
    "LoginAndRetrievePets.arazzo.yaml": {"loginUserRetrievePet": 2, "line 46": "operationPath is not supported"},
    # The example itself is wrong here: the output's name follows the step's without `outputs`.
    "bnpl-arazzo.yaml": {
        "ApplyForLoanAtCheckout": 7,
        "line 260": "'$steps.retrieveFinalizedPaymentPlan.finalizedPaymentPlan' is not a runtime expression",
    },
    "oauth.arazzo.yaml": {"refresh-token-flow": 2, "client-credentials-flow": 1, "authorization-code-flow": 2},
    "pet-coupons.arazzo.yaml": {"apply-coupon": 3, "buy-available-pet": 2, "place-order": 1},
}
"""File → workflow → its steps, and line → what is said there."""

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public examples are not there: ../shared/conformance/arazzo"
)


@needs_shared
@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_is_read(name: str) -> None:
    read, problems = read_arazzo(read_yaml(SHARED / "examples" / name, name), "pets")
    found: dict[str, object] = {workflow.name: len(workflow.steps) for workflow in read.workflows}
    assert {key: value for key, value in EXPECTED[name].items() if not key.startswith("line")} == found
    said = {f"line {one.position.line}": one.message for one in problems}
    wanted = {key: value for key, value in EXPECTED[name].items() if key.startswith("line")}
    assert said.keys() == wanted.keys()
    assert all(str(wanted[key]) in said[key] for key in wanted)


@needs_shared
def test_no_example_is_left_out() -> None:
    assert {path.name for path in (SHARED / "examples").glob("*arazzo.yaml")} == EXPECTED.keys()


@needs_shared
@pytest.mark.parametrize("path", sorted(CONTRACTS.glob("*/*.arazzo.yaml")), ids=lambda path: path.name)
def test_our_own_documents_fit_the_schema_of_the_specification(path: Path) -> None:
    schema = read_yaml(SHARED / "arazzo-1.0.schema.json").value
    assert isinstance(schema, dict)
    errors = list(Draft202012Validator(schema).iter_errors(read_yaml(path).value))
    assert not errors, errors[0].message
