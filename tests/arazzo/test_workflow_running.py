"""How a workflow runs: order, actions, retries, clean-up, bounds, and what a failure does and does not say."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from bookmaking import answer_of, silent
from workflow_books import HEAD, SPEC, run_flows

from troth.arazzo.surroundings import Bounds
from troth.model.exchange import NoAnswer, Request, Response, header
from troth.model.report import Kind, Verdict

BASED = "    x-basis: documented\n    x-source: {ours: the test says so}\n"


class Shop:
    """An honest shop with a memory."""

    def __init__(self) -> None:
        self.orders: dict[str, object] = {}

    def __call__(self, request: Request) -> Response | NoAnswer:
        name = request.url.partition("?")[0].rpartition("/")[2]
        if request.method == "POST":
            order = json.loads(request.body)
            self.orders[order["id"]] = order
            return answer_of(201, order)
        if name not in self.orders:
            return answer_of(404, {"error": "no such order"})
        if request.method == "DELETE":
            del self.orders[name]
            return Response(204)
        return answer_of(200, {"id": name})


def flow(name: str, steps: str, rest: str = "") -> str:
    inputs = "    inputs: {type: object, properties: {id: {default: '7'}}}\n"
    return f"  - workflowId: {name}\n{BASED}{inputs}{rest}    steps:\n{steps}"


CREATE = """\
      - stepId: create
        operationId: createOrder
        requestBody: {contentType: application/json, payload: {id: $inputs.id}}
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {id: $response.body#/id}
"""
READ = """\
      - stepId: read
        operationId: readOrder
        parameters: [{name: order, in: path, value: $steps.create.outputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
        outputs: {id: $response.body#/id}
"""
DELETE = """\
      - stepId: remove
        x-cleanup: true
        operationId: deleteOrder
        parameters: [{name: order, in: path, value: $steps.create.outputs.id}]
        successCriteria: [{condition: $statusCode == 204}]
"""


def document(*flows: str, components: str = "") -> str:
    return HEAD + "workflows:\n" + "".join(flows) + components


def methods(requests: list[Request]) -> list[str]:
    return [request.method for request in requests]


def test_steps_run_in_order_and_everything_is_counted(tmp_path: Path) -> None:
    shop = Shop()
    results, runner, target = run_flows(tmp_path, document(flow("life", CREATE + READ + DELETE)), shop)
    assert results["life"].verdict is Verdict.KEPT
    assert results["life"].exchanges == 3
    assert methods(target.sent) == ["POST", "GET", "DELETE"]
    assert not shop.orders
    counts = {one.promise.name: one.kept for one in runner.tally.counts() if one.promise.kind is Kind.WORKFLOW}
    assert counts == {"life": 1, "life/create/1": 1, "life/read/1": 1, "life/remove/1": 1}


def broken_reads(shop: Shop) -> Callable[[Request], Response | NoAnswer]:
    return lambda request: answer_of(500, {}) if request.method == "GET" else shop(request)


def test_cleaning_up_happens_whatever_failed(tmp_path: Path) -> None:
    shop = Shop()
    results, _, target = run_flows(tmp_path, document(flow("life", CREATE + READ + DELETE)), broken_reads(shop))
    assert results["life"].verdict is Verdict.BROKEN
    assert methods(target.sent) == ["POST", "GET", "DELETE"]
    assert not shop.orders


def test_nothing_is_cleaned_up_that_was_never_made(tmp_path: Path) -> None:
    results, _, target = run_flows(
        tmp_path, document(flow("life", CREATE + READ + DELETE)), lambda _request: answer_of(400, {})
    )
    assert methods(target.sent) == ["POST"]
    assert [finding.code for finding in results["life"].findings if not finding.unjudged] == ["TR401"]


INDEPENDENT = """\
      - stepId: read-again
        operationId: readOrder
        parameters: [{name: order, in: path, value: $inputs.id}, {name: detail, in: query, value: full}]
        successCriteria: [{condition: $statusCode == 200}, {condition: $response.body#/id == 'other'}]
"""
DEPENDENT = """\
      - stepId: dependent
        operationId: readOrder
        parameters: [{name: order, in: path, value: $steps.read.outputs.id}]
"""


def test_a_failed_read_hides_only_what_needs_it(tmp_path: Path) -> None:
    shop = Shop()

    def answer(request: Request) -> Response | NoAnswer:
        bare = request.method == "GET" and "detail" not in request.url
        return answer_of(404, {}) if bare else shop(request)

    results, _, target = run_flows(tmp_path, document(flow("life", CREATE + READ + DEPENDENT + INDEPENDENT)), answer)
    assert methods(target.sent) == ["POST", "GET", "GET"]
    subjects = [finding.subject for finding in results["life"].findings if finding.code == "TR401"]
    assert subjects == ["life/read", "life/read-again"]


def test_a_change_that_failed_ends_what_would_be_judged_by_it(tmp_path: Path) -> None:
    """After a creation that was refused, a read that finds nothing is no fault of its own."""
    shop = Shop()
    results, _, target = run_flows(
        tmp_path,
        document(flow("life", CREATE + INDEPENDENT)),
        lambda request: answer_of(400, {}) if request.method == "POST" else shop(request),
    )
    assert methods(target.sent) == ["POST"]
    assert [finding.subject for finding in results["life"].findings if finding.code == "TR401"] == ["life/create"]


def test_no_answer_is_nobodys_fault(tmp_path: Path) -> None:
    results, runner, _ = run_flows(tmp_path, document(flow("life", CREATE + READ + DELETE)), silent)
    assert results["life"].verdict is Verdict.UNJUDGED
    assert {finding.code for finding in results["life"].findings} == {"TR901"}
    counts = [one for one in runner.tally.counts() if one.promise.kind is Kind.WORKFLOW]
    assert not any(one.exercised for one in counts)


def test_one_wrong_status_is_one_finding(tmp_path: Path) -> None:
    text = document(flow("life", CREATE + INDEPENDENT))
    results, _, _ = run_flows(
        tmp_path, text, lambda request: answer_of(404, {}) if request.method == "GET" else answer_of(201, {"id": "7"})
    )
    assert [finding.where for finding in results["life"].findings] == ["criterion 1"]


RETRY = """\
      - stepId: read
        operationId: readOrder
        parameters: [{name: order, in: path, value: '7'}]
        successCriteria: [{condition: $statusCode == 200}]
        onFailure:
          - {name: again, type: retry, retryAfter: 2.5, retryLimit: %d, criteria: [{condition: $statusCode == 404}]}
"""


@pytest.mark.parametrize(("limit", "failures", "verdict", "sent"), [(3, 2, "kept", 3), (2, 9, "broken", 3)])
def test_a_retry_waits_and_ends(tmp_path: Path, limit: int, failures: int, verdict: str, sent: int) -> None:
    waits: list[float] = []
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return answer_of(404, {}) if len(asked) <= failures else answer_of(200, {"id": "7"})

    results, _, target = run_flows(tmp_path, document(flow("poll", RETRY % limit)), answer, waits=waits)
    assert results["poll"].verdict == verdict
    assert len(target.sent) == sent
    assert waits == [2.5] * (sent - 1)


def test_an_endless_retry_is_stopped(tmp_path: Path) -> None:
    results, _, target = run_flows(
        tmp_path, document(flow("poll", RETRY % 100000)), lambda _request: answer_of(404, {}), Bounds(retries=4)
    )
    assert len(target.sent) == 5
    (finding,) = (one for one in results["poll"].findings if one.code == "TR403")
    assert "retried 4 times" in finding.message
    assert results["poll"].verdict is Verdict.UNJUDGED


LOOP = """\
      - stepId: read
        operationId: readOrder
        parameters: [{name: order, in: path, value: '7'}]
        successCriteria: [{condition: $statusCode == 200}]
        onSuccess: [{name: round, type: goto, stepId: read}]
"""


def test_a_loop_is_stopped_by_steps_and_by_time(tmp_path: Path) -> None:
    answer = lambda _request: answer_of(200, {"id": "7"})  # noqa: E731
    results, _, target = run_flows(tmp_path / "steps", document(flow("round", LOOP)), answer, Bounds(steps=5))
    assert len(target.sent) == 5
    assert "more than 5 steps" in results["round"].findings[0].message
    results, _, target = run_flows(tmp_path / "time", document(flow("round", LOOP)), answer, Bounds(seconds=-1))
    assert not target.sent
    assert "seconds" in results["round"].findings[0].message


JUMPS = """\
      - stepId: look
        operationId: readOrder
        parameters: [{name: order, in: path, value: $inputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
        onFailure: [{name: make, type: goto, stepId: create}]
        onSuccess: [{name: done, type: end}]
      - stepId: never
        operationId: deleteOrder
        parameters: [{name: order, in: path, value: $inputs.id}]
      - stepId: create
        operationId: createOrder
        requestBody: {contentType: application/json, payload: {id: $inputs.id}}
        successCriteria: [{condition: $statusCode == 201}]
        onSuccess: [{name: back, type: goto, stepId: look}]
"""


def test_a_failure_that_leads_elsewhere_is_no_finding(tmp_path: Path) -> None:
    results, _, target = run_flows(tmp_path, document(flow("ensure", JUMPS)), Shop())
    assert methods(target.sent) == ["GET", "POST", "GET"]
    assert results["ensure"].verdict is Verdict.KEPT
    assert not [one for one in results["ensure"].findings if one.code == "TR401"]


CALL = """\
      - stepId: make
        workflowId: life
        parameters: [{name: id, value: '8'}]
        outputs: {id: $outputs.made}
      - stepId: read
        operationId: readOrder
        parameters: [{name: order, in: path, value: $steps.make.outputs.id}]
        successCriteria: [{condition: $statusCode == 200}, {condition: $response.body#/id == '8'}]
"""


def test_a_workflow_calls_another_and_uses_its_outputs(tmp_path: Path) -> None:
    life = flow("life", CREATE, "    outputs: {made: $steps.create.outputs.id}\n")
    results, runner, _ = run_flows(tmp_path, document(life, flow("caller", CALL)), Shop())
    assert {one.verdict for one in results.values()} == {Verdict.KEPT}
    counts = {one.promise.name: one.kept for one in runner.tally.counts() if one.promise.kind is Kind.WORKFLOW}
    assert counts["life"] == 2
    assert counts["caller/read/2"] == 1


def test_what_a_workflow_depends_on_runs_first(tmp_path: Path) -> None:
    life = flow("life", CREATE, "    outputs: {made: $steps.create.outputs.id}\n")
    read = READ.replace("$steps.create.outputs.id", "$workflows.life.outputs.made")
    after = flow("after", read, "    dependsOn: [life]\n")
    results, _, target = run_flows(tmp_path, document(life, after), Shop())
    assert results["after"].verdict is Verdict.KEPT
    assert methods(target.sent) == ["POST", "POST", "GET"]


def test_shared_parameters_and_actions_are_used(tmp_path: Path) -> None:
    steps = """\
      - stepId: read
        operationId: readOrder
        parameters:
          - reference: $components.parameters.order
            value: '9'
          - reference: $components.parameters.detail
        successCriteria: [{condition: $statusCode == 200}]
      - stepId: never
        operationId: readOrder
        parameters: [{reference: $components.parameters.order}]
"""
    components = """\
components:
  parameters:
    order: {name: order, in: path, value: '7'}
    detail: {name: detail, in: query, value: full}
  failureActions:
    stop: {name: stop, type: end}
"""
    text = document(
        flow("shared", steps, "    failureActions: [{reference: $components.failureActions.stop}]\n"),
        components=components,
    )
    _, _, target = run_flows(tmp_path, text, Shop())
    assert [request.url for request in target.sent] == ["https://shop.example/orders/9?detail=full"]


def test_a_payload_has_its_parts_replaced(tmp_path: Path) -> None:
    steps = """\
      - stepId: create
        operationId: createOrder
        requestBody:
          contentType: application/json
          payload: |
            {"id": "{$inputs.id}", "lines": [{"of": "x{$inputs.id}"}], "keep": 1}
          replacements:
            - {target: /lines, value: [{of: $inputs.id}]}
            - {target: /added, value: true}
"""
    _, _, target = run_flows(tmp_path, document(flow("replaced", steps)), Shop())
    assert json.loads(target.sent[0].body) == {"id": "7", "lines": [{"of": "7"}], "keep": 1, "added": True}


def test_headers_cookies_and_lists_reach_the_wire(tmp_path: Path) -> None:
    steps = """\
      - stepId: read
        operationId: readOrder
        parameters:
          - {name: order, in: path, value: a b/c}
          - {name: X-Trace, in: header, value: 't-{$inputs.id}'}
          - {name: session, in: cookie, value: s 1}
          - {name: detail, in: query, value: [a, 'b&c']}
"""
    _, _, target = run_flows(tmp_path, document(flow("wire", steps)), Shop())
    (request,) = target.sent
    assert request.url == "https://shop.example/orders/a%20b%2Fc?detail=a&detail=b%26c"
    assert dict(request.headers) == {"X-Trace": "t-7", "Cookie": "session=s%201"}


def test_values_are_written_by_the_style_of_their_parameter(tmp_path: Path) -> None:
    """OpenAPI 3.1.1, "Style Examples"; never in Python's words."""
    parameters = (
        "parameters: [{name: filter, in: query, style: deepObject, explode: true, schema: {type: object}}, "
        "{name: sort, in: query, schema: {type: object}}, "
        "{name: ids, in: query, style: pipeDelimited, explode: false, schema: {type: array}}, "
        "{name: what, in: query, content: {application/json: {schema: true}}}]"
    )
    spec = SPEC.replace("parameters: [{name: detail, in: query, schema: {type: string}}]", parameters)
    assert spec != SPEC
    steps = """\
      - stepId: read
        operationId: readOrder
        parameters:
          - {name: order, in: path, value: '7'}
          - {name: filter, in: query, value: {color: red, new: true}}
          - {name: sort, in: query, value: {by: age}}
          - {name: ids, in: query, value: [a, b]}
          - {name: what, in: query, value: {a: null}}
          - {name: X-Text, in: header, value: 'all of {$inputs.odd}'}
"""
    odd = "    inputs: {type: object, properties: {odd: {default: {a: true}}}}\n"
    text = HEAD + f"workflows:\n  - workflowId: styles\n{BASED}{odd}    steps:\n{steps}"
    _, _, target = run_flows(tmp_path, text, Shop(), spec=spec)
    (request,) = target.sent
    assert unquote(request.url).partition("?")[2] == 'filter[color]=red&filter[new]=true&by=age&ids=a|b&what={"a":null}'
    assert header(request.headers, "x-text") == 'all of {"a":true}'


def test_an_input_that_is_not_given_has_its_default_whoever_starts_the_workflow(tmp_path: Path) -> None:
    page = f"""\
  - workflowId: read-one
{BASED}    inputs: {{type: object, properties: {{order: {{default: '1'}}}}}}
    steps:
      - stepId: read
        operationId: readOrder
        parameters: [{{name: order, in: path, value: $inputs.order}}]
        successCriteria: [{{condition: $statusCode == 404}}]
"""
    plain = "      - {stepId: other, operationId: readOrder, parameters: [{name: order, in: path, value: '2'}]MORE}\n"
    plain = plain.replace("MORE", ", successCriteria: [{condition: $statusCode == 404}]ACTION")
    goto = ", onSuccess: [{name: there, type: goto, workflowId: read-one}]"
    given = "parameters: [{name: order, value: '3'}]"
    flows = (
        page,
        flow("calls", "      - {stepId: call, workflowId: read-one}\n"),
        flow("gives", f"      - {{stepId: call, workflowId: read-one, {given}}}\n"),
        flow("goes", plain.replace("ACTION", goto)),
        flow("depends", plain.replace("ACTION", ""), "    dependsOn: [read-one]\n"),
        flow("cleans", plain.replace("ACTION", ""), "    x-cleanup: [read-one]\n"),
    )
    results, _, target = run_flows(tmp_path, document(*flows), Shop())
    assert {result.verdict for result in results.values()} == {Verdict.KEPT}
    orders = [request.url.rpartition("/")[2] for request in target.sent]
    assert orders == ["1", "1", "3", "2", "1", "1", "2", "2", "1"]


def test_a_value_that_a_header_cannot_carry_is_named(tmp_path: Path) -> None:
    steps = """\
      - stepId: read
        operationId: readOrder
        parameters: [{name: order, in: path, value: '7'}, {name: X-Trace, in: header, value: "a\\nb"}]
"""
    results, _, target = run_flows(tmp_path, document(flow("broken", steps)), Shop())
    (finding,) = results["broken"].findings
    assert (finding.code, finding.unjudged, target.sent) == ("TR402", True, [])
    assert "the header field 'X-Trace' cannot be sent" in finding.message


def test_a_missing_output_is_named_and_stops_only_its_step(tmp_path: Path) -> None:
    steps = CREATE.replace("$response.body#/id", "$response.body#/lines") + READ
    results, _, target = run_flows(tmp_path, document(flow("life", steps)), Shop())
    assert methods(target.sent) == ["POST"]
    (finding,) = results["life"].findings
    assert finding.code == "TR402"
    assert "$steps.create.outputs.id" in finding.message
    assert results["life"].verdict is Verdict.UNJUDGED


def test_a_workflow_that_needs_what_the_target_has_not_is_skipped_by_name(tmp_path: Path) -> None:
    timed = READ.replace("operationId: readOrder", "operationId: readOrder\n        x-troth-advance: 60")
    missing = flow("fact", CREATE, "    x-inputs: {id: {world: order.none}}\n").replace("order.none", "order")
    results, _, target = run_flows(tmp_path, document(flow("timed", CREATE + timed)), Shop())
    assert not target.sent
    assert "clock of this target cannot be moved" in results["timed"].findings[0].message
    assert results["timed"].verdict is Verdict.UNJUDGED
    moved: list[float] = []
    results, _, _ = run_flows(
        tmp_path,
        document(flow("timed", CREATE + timed), missing),
        Shop(),
        advance=moved.append,
    )
    assert results["timed"].verdict is Verdict.KEPT
    assert moved == [60.0]


STALE_CONTRACT = """\
vendor: shop
operation: readOrder
inputs:
  order:
    at: path:order
    classes: {ours: $world.order.id, unknown: {fresh: digits}}
  detail:
    at: query:detail
    classes: {absent: absent, full: full}
outcomes:
  rows:
    - id: found
      when: order.ours
      answer: {status: 200}
      basis: documented
      source: {ours: the test says so}
    - id: not-found
      when: order.unknown
      answer: {status: 404}
      basis: documented
      source: {ours: the test says so}
clauses:
  short-without-detail:
    when: detail.absent && response.status == 200
    expect: '!has(response.body.note)'
    basis: documented
    source: {ours: the test says so}
  only-the-known-one:
    when: response.status == 200
    expect: response.body.id == world.order.id
    basis: documented
    source: {ours: the test says so}
"""


def test_facts_that_an_earlier_step_may_have_changed_accuse_nobody(tmp_path: Path) -> None:
    """An order that the workflow has created is not nobody's any more; what needs no fact still holds."""
    results, runner, _ = run_flows(
        tmp_path, document(flow("life", CREATE + READ)), Shop(), contracts={"orders": STALE_CONTRACT}
    )
    assert results["life"].findings == ()
    counts = {one.promise.name: one.kept for one in runner.tally.counts()}
    assert counts["not-found"] == 0
    assert counts["only-the-known-one"] == 0
    assert counts["short-without-detail"] == 1


def test_before_anything_has_changed_the_tables_hold(tmp_path: Path) -> None:
    read = READ.replace("$steps.create.outputs.id", "$inputs.id")
    results, runner, _ = run_flows(tmp_path, document(flow("look", read)), Shop(), contracts={"orders": STALE_CONTRACT})
    counts = {one.promise.name: one.kept for one in runner.tally.counts()}
    assert counts["not-found"] == 1
    # The criterion contradicts the table: the workflow is the one that is wrong about an honest shop.
    assert results["look"].verdict is Verdict.BROKEN
