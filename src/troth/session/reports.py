"""Which reports a run can write."""

from collections.abc import Mapping

from troth.model.ports import Reporter
from troth.reporting.json_report import write_json
from troth.reporting.junit import write_junit
from troth.reporting.markdown_report import write_markdown

REPORTERS: Mapping[str, Reporter] = {"junit": write_junit, "json": write_json, "markdown": write_markdown}
"""Name for ``--report`` → who writes it."""
