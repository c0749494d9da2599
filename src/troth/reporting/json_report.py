"""A report for programs: everything, under keys that stay; ``schemas/report.schema.json`` describes them."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from troth.errors import Position
from troth.model.exchange import Exchange, Headers, NoAnswer, Response
from troth.model.operation import Citation
from troth.model.report import Count, Finding, ItemResult, Report, Reported
from troth.model.waivers import Waiver
from troth.reporting.codes import CODES
from troth.reporting.wording import TARGETS, sum_up
from troth.secrets.reports import redacted
from troth.wire.codings import readable

FORMAT = 2
"""Raised when a key changes its meaning or goes; new keys do not raise it."""
MOST_BYTES = 4_096
"""What is kept of a body, a URL or a header's value."""
_LONGEST_CURL = 65_536

Tree = Mapping[str, object]


def write_json(report: Report, path: Path) -> None:
    """Write a report as JSON (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(tree(redacted(report)), ensure_ascii=False, indent=2)
    path.write_bytes(text.encode("utf-8", "replace") + b"\n")


def tree(report: Report) -> Tree:
    """The JSON value of a report that holds no secrets."""
    return {
        "format": {"name": "troth-report", "version": FORMAT},
        "run": {**asdict(report.run), "note": TARGETS.get(report.run.target_kind, "")},
        "verdict": report.verdict,
        "exit_code": report.exit_code,
        "reasons": [{"id": reason.id, "text": reason.text, "exit_code": reason.code} for reason in report.reasons],
        "seconds": round(report.seconds, 6),
        "exchanges": report.exchanges,
        "sum": asdict(sum_up(report)),
        "findings": [_reported(one) for one in report.findings],
        "answers": [
            {"vendor": vendor, "operation": operation, "outcome": outcome, "count": count}
            for (vendor, operation, outcome), count in sorted(report.answers.items())
        ],
        "unrecorded": dict(report.unrecorded),
        "removable_waivers": [_waiver(waiver) for waiver in report.removable],
        "promises": [_count(count) for count in report.counts],
        "items": [_item(item) for item in report.items],
    }


def _reported(one: Reported) -> Tree:
    finding = one.finding
    return {
        **_fingerprint(finding),
        "title": CODES[finding.code].title if finding.code in CODES else "",
        "severity": one.severity,
        "verdict": one.verdict,
        "message": finding.message,
        "expected": finding.expected,
        "answered": finding.answered,
        "basis": finding.basis,
        "source": _source(finding.citation),
        "position": _position(finding.position),
        "count": one.count,
        "item": one.item,
        "waiver": None if one.waiver is None else {**_waiver(one.waiver), "expired": one.severity != "waived"},
        "curl": one.curl if len(one.curl) <= _LONGEST_CURL else "",
        "curl_characters": len(one.curl),
        "exchange": None if one.exchange is None else _exchange(one.exchange),
    }


def _fingerprint(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.id,
        "code": finding.code,
        "vendor": finding.vendor,
        "operation": finding.operation,
        "subject": finding.subject,
        "where": finding.where,
    }


def _waiver(waiver: Waiver) -> Tree:
    return {
        "finding": waiver.finding,
        "reason": waiver.reason,
        "until": waiver.until.isoformat(),
        "who": waiver.who,
        "target": waiver.target,
        "position": _position(waiver.position),
    }


def _exchange(exchange: Exchange) -> Tree:
    request, answer = readable(exchange.request), exchange.answer
    return {
        "seconds": round(exchange.seconds, 6),
        "request": {
            "method": request.method,
            "url": _text(request.url),
            "headers": _headers(request.headers),
            "body": _body(request.body),
        },
        "answer": _answer(answer),
    }


def _answer(answer: Response | NoAnswer) -> Tree:
    if isinstance(answer, NoAnswer):
        return {"silence": answer.reason, "detail": _text(answer.detail)}
    answer = readable(answer)
    return {"status": answer.status, "headers": _headers(answer.headers), "body": _body(answer.body)}


def _headers(headers: Headers) -> list[list[str]]:
    return [[_text(name), _text(value)] for name, value in headers]


def _text(text: str) -> str:
    return text if len(text) <= MOST_BYTES else f"{text[:MOST_BYTES]}… (cut: {len(text):,} characters)"


def _body(data: bytes) -> Tree:
    """A body's start as text, or as base64 where it is not UTF-8; ``bytes`` is the size of the whole."""
    kept = data[:MOST_BYTES]
    facts = {"bytes": len(data), "cut": len(data) > len(kept)}
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": b64encode(kept).decode(), **facts}
    return {"text": kept.decode("utf-8", "ignore"), **facts}


def _count(count: Count) -> Tree:
    promise = count.promise
    return {
        "id": promise.id,
        "vendor": promise.vendor,
        "operation": promise.operation,
        "kind": promise.kind,
        "name": promise.name,
        "basis": promise.basis,
        "says": promise.says,
        "source": _source(promise.citation),
        "position": _position(promise.position),
        "required": promise.required,
        "provoke": promise.provoke,
        "exercised": count.exercised,
        "kept": count.kept,
        "broken": count.broken,
        "not_met": count.not_met,
        "shadowed": count.shadowed,
        "unjudged": count.unjudged,
        "silent": count.silent,
        "why": dict(count.why),
    }


def _item(item: ItemResult) -> Tree:
    return {
        "name": item.name,
        "source": item.source,
        "vendor": item.vendor,
        "operation": item.operation,
        "verdict": item.verdict,
        "exchanges": item.exchanges,
        "seconds": round(item.seconds, 6),
        "skipped": item.skipped,
        "findings": [_fingerprint(finding) for finding in item.findings],
    }


def _source(citation: Citation | None) -> Tree | None:
    return None if citation is None else {"kind": citation.kind, "name": citation.name, "section": citation.section}


def _position(position: Position) -> Tree:
    return {"file": position.file, "line": position.line, "column": position.column}
