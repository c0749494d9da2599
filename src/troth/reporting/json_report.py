"""A report as JSON for programs. The keys are stable; ``schemas/report.schema.json`` describes them."""

from base64 import b64encode
from pathlib import Path

from troth.errors import Position
from troth.model.exchange import Exchange, Headers, NoAnswer, Request, Response
from troth.model.report import Count, Finding, ItemResult, Reason, Report, Reported, RunFacts
from troth.model.waivers import Waiver
from troth.reporting.codes import CODES
from troth.reporting.encoding import Tables, Tree, encode_object, keys, write_json_file
from troth.reporting.wording import TARGETS, sum_up
from troth.wire.codings import readable

FORMAT = 2
"""Raised when a key changes its meaning or goes; new keys do not raise it."""
MOST_BYTES = 4_096
"""So much is written of a body, a URL or the value of a header."""
_LONGEST_CURL = 65_536


def write_json(report: Report, path: Path) -> None:
    """Write a report as JSON (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    write_json_file(tree(report), path)


def tree(report: Report) -> Tree:
    """The JSON object of a report."""
    return encode_object(report, _TABLES)


def _answers(report: Report) -> object:
    return [
        {"vendor": vendor, "operation": operation, "outcome": outcome, "count": count}
        for (vendor, operation, outcome), count in sorted(report.answers.items())
    ]


def _waiver_of(reported: Reported) -> object:
    """The waiver of a finding, and whether it has expired."""
    if reported.waiver is None:
        return None
    return {**encode_object(reported.waiver, _TABLES), "expired": reported.severity != "waived"}


def _readable_answer(answer: Response | NoAnswer) -> Response | NoAnswer:
    return readable(answer) if isinstance(answer, Response) else answer


def _headers(headers: Headers) -> list[list[str]]:
    return [[_text(name), _text(value)] for name, value in headers]


def _text(text: str) -> str:
    return text if len(text) <= MOST_BYTES else f"{text[:MOST_BYTES]}… (cut: {len(text):,} characters)"


def _body(data: bytes) -> Tree:
    """The beginning of a body as text, or as base64 where it is not UTF-8; ``bytes`` is the size of the whole."""
    kept = data[:MOST_BYTES]
    facts = {"bytes": len(data), "cut": len(data) > len(kept)}
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": b64encode(kept).decode(), **facts}
    return {"text": kept.decode("utf-8", "ignore"), **facts}


_MESSAGE = keys({"headers": lambda message: _headers(message.headers), "body": lambda message: _body(message.body)})
_SECONDS = keys({"seconds": lambda timed: round(timed.seconds, 6)})
_TABLES: Tables = {
    Report: keys(
        {"format": lambda _: {"name": "troth-report", "version": FORMAT}},
        "run verdict exit_code reasons",
        _SECONDS,
        "exchanges",
        {"sum": sum_up},
        "findings",
        {"answers": _answers},
        "unrecorded removable_waivers=removable promises=counts items",
    ),
    RunFacts: keys(
        "target target_kind build specs_sha256 contracts_sha256 seed started version fail_on",
        {"note": lambda run: TARGETS.get(run.target_kind, "")},
    ),
    Reason: keys("id text exit_code=code"),
    Reported: keys(
        "id=finding.id code=finding.code vendor=finding.vendor operation=finding.operation subject=finding.subject",
        "where=finding.where",
        {"title": lambda reported: CODES[reported.finding.code].title if reported.finding.code in CODES else ""},
        "severity verdict message=finding.message expected=finding.expected answered=finding.answered",
        "basis=finding.basis source=finding.citation position=finding.position count item",
        {
            "waiver": _waiver_of,
            "curl": lambda reported: reported.curl if len(reported.curl) <= _LONGEST_CURL else "",
            "curl_characters": lambda reported: len(reported.curl),
        },
        "exchange",
    ),
    Finding: keys("id code vendor operation subject where"),
    Waiver: keys("finding reason until who target position"),
    Exchange: keys(
        _SECONDS,
        {"request": lambda exchange: readable(exchange.request)},
        {"answer": lambda exchange: _readable_answer(exchange.answer)},
    ),
    Request: keys("method", {"url": lambda request: _text(request.url)}, _MESSAGE),
    Response: keys("status", _MESSAGE),
    NoAnswer: keys("silence=reason", {"detail": lambda answer: _text(answer.detail)}),
    Count: keys(
        "id=promise.id vendor=promise.vendor operation=promise.operation kind=promise.kind name=promise.name",
        "basis=promise.basis says=promise.says",
        "source=promise.citation position=promise.position required=promise.required provoke=promise.provoke",
        "exercised kept broken not_met shadowed unjudged silent why",
    ),
    ItemResult: keys("name source vendor operation verdict exchanges", _SECONDS, "skipped findings"),
    Position: keys("file line column"),
}
"""The keys of a report. Other dataclasses have their fields as keys."""
