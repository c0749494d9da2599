"""A report: a line for each item, with the smallest exchange of each finding below."""

from pathlib import Path

from troth.model.report import Report
from troth.plugins.descriptions import ReporterDescription


def write(report: Report, path: Path) -> None:
    """Write it as UTF-8."""
    lines = [f"{item.verdict} {item.name}" for item in report.items]
    for reported in report.findings:
        lines.append(f"{reported.finding.code} {reported.finding.subject}")
        if reported.exchange is not None:
            request = reported.exchange.request
            lines.append(f"{request.method} {request.url} {dict(request.headers)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


REPORTER = ReporterDescription(api_version=1, name="lines", write=write)
