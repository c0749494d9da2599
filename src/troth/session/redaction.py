"""Events without secrets."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from troth.model.report import Finding, ItemResult, Reported, Verdict
from troth.secrets.reports import redacted_findings
from troth.session.events import Event, FindingMet, ItemEnded, finding_met


def clean_event(event: Event, secrets: Mapping[str, str]) -> Event:
    """The same event with ``<NAME>`` wherever a secret appeared.

    Args:
        event: what happened.
        secrets: secret value → the name to show in its place.
    """
    match event:
        case FindingMet():
            shown = Reported(event.finding, Verdict.BROKEN, "", event.count, event.item, event.exchange)
            (clean,) = redacted_findings([shown], secrets)
            return finding_met(clean.finding, clean.item, clean.count, clean.exchange or event.exchange)
        case ItemEnded(result=result):
            return ItemEnded(_clean_result(result, secrets))
        case _:
            return msgspec.structs.replace(event)


def _clean_result(result: ItemResult, secrets: Mapping[str, str]) -> ItemResult:
    shown = [Reported(finding, Verdict.BROKEN, "", 1, result.name, None) for finding in result.findings]
    findings: tuple[Finding, ...] = tuple(reported.finding for reported in redacted_findings(shown, secrets))
    return replace(result, findings=findings)
