"""Drift as JSON for programs: every change, under stable keys."""

import json
from collections.abc import Mapping
from pathlib import Path

from troth.drift.differences import Change, DriftReport, Evidence, SideFacts
from troth.drift.wording import without_secrets
from troth.model.report import Finding

FORMAT = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""

Tree = Mapping[str, object]


def write_drift_json(report: DriftReport, path: Path) -> None:
    """Write a comparison as JSON (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(drift_tree(without_secrets(report)), ensure_ascii=False, indent=2)
    path.write_bytes(text.encode("utf-8", "replace") + b"\n")


def drift_tree(report: DriftReport) -> Tree:
    """The JSON value of a report that holds no secrets."""
    return {
        "format": FORMAT,
        "version": report.version,
        "seed": report.seed,
        "specs_sha256": report.specs_sha256,
        "contracts_sha256": report.contracts_sha256,
        "exit_code": report.exit_code,
        "reasons": [{"id": reason.id, "text": reason.text, "exit_code": reason.code} for reason in report.reasons],
        "old": _side(report.old),
        "new": _side(report.new),
        "compared": report.compared,
        "sum": {str(worth): count for worth, count in report.counts().items()},
        "changes": [_change(one) for one in report.changes],
        "not_compared": list(report.apart),
    }


def _side(one: SideFacts) -> Tree:
    return {
        "name": one.name,
        "kind": one.kind,
        "answers": one.exchanges,
        "silent": one.silent,
        "undescribed": list(one.unrouted),
    }


def _change(one: Change) -> Tree:
    return {
        "worth": one.worth,
        "shape": one.shape,
        "sort": one.sort,
        "vendor": one.vendor,
        "operation": one.operation,
        "status": one.status,
        "place": one.place,
        "says": one.says,
        "old": _evidence(one.old),
        "new": _evidence(one.new),
        "first_seen": one.first,
        "broken": [_finding(finding) for finding in one.broken],
    }


def _evidence(one: Evidence) -> Tree:
    return {"shows": one.shows, "count": one.count, "of": one.of, "example": one.example}


def _finding(one: Finding) -> Tree:
    citation = one.citation
    return {
        "code": one.code,
        "promise": f"{one.vendor}.{one.operation}.{one.subject}",
        "message": one.message,
        "where": one.where,
        "expected": one.expected,
        "answered": one.answered,
        "basis": one.basis,
        "source": None
        if citation is None
        else {"kind": citation.kind, "name": citation.name, "section": citation.section},
        "file": one.position.file,
        "line": one.position.line,
    }
