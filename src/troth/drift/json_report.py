"""Drift as JSON for programs: every change. The keys are stable."""

from pathlib import Path

from troth.drift.differences import Change, DriftReport, SideFacts
from troth.model.report import Finding, Reason
from troth.reporting.encoding import Tables, Tree, encode_object, keys, write_json_file

FORMAT = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""
_TABLES: Tables = {
    DriftReport: keys(
        {"format": lambda _: FORMAT},
        "version seed specs_sha256 contracts_sha256 exit_code reasons old new compared",
        {"sum": lambda report: report.counts()},
        "changes not_compared=apart",
    ),
    Reason: keys("id text exit_code=code"),
    SideFacts: keys("name kind answers=exchanges asked_again=again silent undescribed=unrouted"),
    Change: keys("worth shape sort vendor operation status place says old new first_seen=first broken"),
    Finding: keys(
        "code",
        {"promise": lambda finding: f"{finding.vendor}.{finding.operation}.{finding.subject}"},
        "message where expected answered basis source=citation file=position.file line=position.line",
    ),
}


def write_drift_json(report: DriftReport, path: Path) -> None:
    """Write a comparison as JSON (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    write_json_file(drift_tree(report), path)


def drift_tree(report: DriftReport) -> Tree:
    """The JSON object of a report."""
    return encode_object(report, _TABLES)
