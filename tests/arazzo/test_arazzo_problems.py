"""What is wrong with a workflow document is said at once, each problem at its line and column, with what was meant."""

from pathlib import Path

import pytest
from workflow_books import HEAD, problems_of

FLOW = (
    HEAD
    + """\
workflows:
  - workflowId: read-back
    inputs: {type: object, properties: {order: {type: string}}}
    steps:
      - stepId: create
        operationId: createOrder
        requestBody: {contentType: application/json, payload: {id: $inputs.order}}
        successCriteria:
          - condition: $statusCode == 201
        outputs:
          id: $response.body#/id
      - stepId: read
        operationId: readOrder
        parameters:
          - {name: order, in: path, value: $steps.create.outputs.id}
        successCriteria:
          - condition: $statusCode == 200
        outputs:
          note: $response.body#/note
    outputs:
      id: $steps.create.outputs.id
"""
)

DEFECTS = [
    ("operationId: readOrder", "operationId: readOrdr", "unknown operation 'readOrdr'", "did you mean 'readOrder'?"),
    ("$steps.create.outputs.id}", "$steps.creat.outputs.id}", "unknown step 'creat'", "did you mean 'create'?"),
    ("$steps.create.outputs.id}", "$steps.create.outputs.ix}", "unknown output of create 'ix'", "known: id"),
    ("payload: {id: $inputs.order}", "payload: {id: $inputs.ordr}", "unknown input 'ordr'", "did you mean 'order'?"),
    ("stepId: read\n", "stepId: create\n", "the step 'create' stands twice", "give each its own name"),
    ("name: order, in: path", "name: orderr, in: path", "readOrder has no path parameter 'orderr'", "did you mean"),
    ("name: order, in: path", "name: order", "the parameter 'order' has no place", "add in:"),
    ("$statusCode == 200", "$statusCode = 200", "= is no operator: write ==", ""),
    ("$statusCode == 200", "$statuscode == 200", "is not a runtime expression", ""),
    ("$statusCode == 200", '$statusCode == "x"\'', "text stands in single quotes", ""),
    ("$response.body#/note", "$response.body#/nothing", "no documented answer of readOrder can have", "point at"),
    ("$response.body#/id", "$response.body#/colour", "no schema of createOrder describes", "misspelt"),
    ("$response.body#/note", "$respons.body", "is not a runtime expression", ""),
    ("arazzo: 1.0.1", "arazzo: 2.0.0", "'2.0.0' does not match", "write arazzo: 1.0.1"),
    ("stepId: read\n", "stepId: read\n        sucessCriteria: []\n", "unknown key 'sucessCriteria'", "did you mean"),
    ("operationId: readOrder", "operationPath: '{$x}#/a'", "operationPath is not supported", "operationId"),
    ("operationId: readOrder", "workflowId: nobody", "unknown workflow 'nobody'", "known: read-back"),
    ("operationId: readOrder", "workflowId: read-back", "calls or awaits itself", "break the circle"),
    ("type: openapi", "type: arazzo", "workflows of other documents are not supported", ""),
    (
        "        outputs:\n          note",
        "        onFailure:\n          - {name: again, type: goto, stepId: rad}\n        outputs:\n          note",
        "unknown step 'rad'",
        "did you mean 'read'?",
    ),
    (
        "- condition: $statusCode == 200",
        "- {context: $response.body, type: jsonpath, condition: '$.a['}",
        "not JSONPath (RFC 9535)",
        "",
    ),
    (
        "- condition: $statusCode == 200",
        "- {context: $response.body, type: xpath, condition: '//a['}",
        "not XPath 1.0",
        "",
    ),
    (
        "- condition: $statusCode == 200",
        "- {context: $response.body, type: regex, condition: 'a(b'}",
        "not a regular expression",
        "",
    ),
    ("- condition: $statusCode == 200", "- {type: regex, condition: 'a'}", "needs a context", "add context"),
    (
        "        outputs:\n          note",
        "        x-criteria:\n          - x-troth-cel: response.stauts == 200\n        outputs:\n          note",
        "response.stauts",
        "did you mean response.status",
    ),
    (
        "inputs: {type: object",
        "x-inputs: {order: {world: order.ix}}\n    inputs: {type: object",
        "unknown fact",
        "order",
    ),
    (
        "inputs: {type: object",
        "x-inputs: {odrer: {fresh: text}}\n    inputs: {type: object",
        "no input 'odrer'",
        "order",
    ),
    (
        "inputs: {type: object",
        "x-inputs: {order: {fresh: emial}}\n    inputs: {type: object",
        "format 'emial'",
        "email",
    ),
    (
        "payload: {id: $inputs.order}",
        "payload: {id: $inputs.order}, replacements: [{target: /a~2, value: 1}]",
        "followed by neither 0 nor 1",
        "write a JSON Pointer",
    ),
    (
        "inputs: {type: object, properties: {order: {type: string}}}",
        "inputs: {type: object, properties: {order: {type: string}, x: {$ref: '#/nothing'}}}",
        "the reference '#/nothing' points at nothing",
        "",
    ),
    (
        "      - stepId: read\n",
        "      - x-security: [{schemeName: kye, values: {apiKey: a}}]\n        stepId: read\n",
        "unknown security scheme 'kye'",
        "did you mean 'key'?",
    ),
    (
        "      - stepId: read\n",
        "      - x-security: [{schemeName: key, values: {token: a}}]\n        stepId: read\n",
        "the scheme 'key' is an API key, and does not take these values",
        "write values: {apiKey: …}",
    ),
    (
        "      - stepId: read\n",
        "      - x-security: [{schemeName: user, values: {username: a}}]\n        stepId: read\n",
        "the scheme 'user' is HTTP Basic, and",
        "{username: …, password: …}",
    ),
    (
        "      - stepId: read\n",
        "      - x-security: [{schemeName: token, values: {apiKey: a}}]\n        stepId: read\n",
        "the scheme 'token' is a bearer token, and",
        "{token: …}",
    ),
    (
        "      - stepId: read\n",
        "      - x-security: [{schemeName: digest, values: {username: a, password: b}}]\n        stepId: read\n",
        "the scheme 'digest' is 'digest', which is not supported",
        "basic, bearer and API keys are",
    ),
    (
        "      - stepId: read\n",
        "      - x-security: [{scheme: {type: http, scheme: basic}, values: {token: a}}]\n        stepId: read\n",
        "this scheme is HTTP Basic, and",
        "{username: …, password: …}",
    ),
    (
        "      - stepId: read\n",
        "      - x-security: [{schemeName: key, values: {apiKey: $inputs.nothing}}]\n        stepId: read\n",
        "unknown input 'nothing'",
        "known: order",
    ),
    ("inputs: {type: object", "dependsOn: [nobody]\n    inputs: {type: object", "unknown workflow 'nobody'", ""),
    ("inputs: {type: object", "x-source: {page: nowhere}\n    inputs: {type: object", "unknown source 'nowhere'", ""),
]


def test_a_sound_document_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path, FLOW) == ()


@pytest.mark.parametrize(("old", "new", "message", "fix"), DEFECTS, ids=[defect[2] for defect in DEFECTS])
def test_a_defect_is_named_at_its_line(tmp_path: Path, old: str, new: str, message: str, fix: str) -> None:
    assert old in FLOW
    problems = problems_of(tmp_path, FLOW.replace(old, new, 1))
    found = [problem for problem in problems if message in problem.message]
    assert found, "\n".join(map(str, problems)) or "no problem"
    problem = found[0]
    assert fix in problem.fix
    assert problem.position.file.endswith("flows.arazzo.yaml")
    lines = FLOW.replace(old, new, 1).splitlines()
    changed = {number for number, line in enumerate(lines, start=1) if line not in FLOW.splitlines()}
    around = {number + by for number in changed for by in (-2, -1, 0, 1)}
    whole = message in ("calls or awaits itself", "unknown fact", "unknown source 'nowhere'", "'2.0.0' does not match")
    twice = "stands twice" in message
    assert whole or twice or problem.position.line in around
    assert problem.position.column > 0


def test_the_column_is_that_of_the_mistake(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, FLOW.replace("$statusCode == 200", "$statusCode == 200 && $nothing.x == 1", 1))
    (problem,) = problems
    shown = problem.position.text[problem.position.column - 1 :]
    assert shown.startswith("$nothing.x")


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    text = FLOW
    for old, new, *_ in DEFECTS[:4]:
        text = text.replace(old, new, 1)
    messages = [problem.message for problem in problems_of(tmp_path, text)]
    assert len(messages) >= 3


def test_a_name_stands_once(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, FLOW + FLOW.split("workflows:\n")[1])
    assert any("the workflow 'read-back' stands twice" in problem.message for problem in problems)
