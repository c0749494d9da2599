"""A report as JUnit XML, for Jenkins, GitLab and other CI services."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from troth.model.report import Finding, ItemResult, Report, Reported, Verdict
from troth.reporting.console.findings import block
from troth.reporting.wording import TARGETS, accepted, fails, once_each, position_text, printable

_Seen = Mapping[tuple[str, str, str, str, str], Reported]


def write_junit(report: Report, path: Path) -> None:
    """Write a report as JUnit XML: a suite for each vendor and source of requests, a case for each item.

    A broken item is a ``failure`` and an unjudged one an ``error``. A skipped item is ``skipped``; so is a waived one,
    with its waivers, as pytest writes an expected failure. Surprises and waived findings are in ``system-out``.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(junit(report))


def junit(report: Report) -> bytes:
    """The XML of a report."""
    seen = {reported.finding.fingerprint: reported for reported in report.findings}
    suites: dict[tuple[str, str], list[ItemResult]] = {}
    for item in report.items:
        suites.setdefault((item.vendor, item.source), []).append(item)
    root = ET.Element("testsuites", {"name": "troth", **_numbers(report.items)})
    for (vendor, source), items in suites.items():
        root.append(_suite(report, f"{vendor}/{source}", items, seen))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(report: Report, name: str, items: list[ItemResult], seen: _Seen) -> ET.Element:
    attributes = {"name": _xml(name), **_numbers(items), "timestamp": _xml(report.run.started)}
    suite = ET.Element("testsuite", attributes)
    properties = ET.SubElement(suite, "properties")
    for key, value in _head(report):
        ET.SubElement(properties, "property", {"name": key, "value": _xml(value)})
    for item in items:
        suite.append(_case(item, seen))
    return suite


def _head(report: Report) -> Iterable[tuple[str, str]]:
    run = report.run
    yield "target", run.target
    yield "target kind", run.target_kind
    if run.target_kind in TARGETS:
        yield "note", TARGETS[run.target_kind]
    if run.build:
        yield "build", run.build
    yield "specs sha256", run.specs_sha256
    yield "contracts sha256", run.contracts_sha256
    yield "seed", str(run.seed)
    yield "fail on", run.fail_on
    yield "troth", run.version
    yield "verdict", str(report.verdict)
    yield "exit code", str(report.exit_code)
    for number, reason in enumerate(report.reasons, 1):
        yield f"reason {number}", reason.text
    for number, waiver in enumerate(report.removable, 1):
        yield f"removable waiver {number}", f"{position_text(waiver.position)} {waiver.finding}"


def _numbers(items: Iterable[ItemResult]) -> dict[str, str]:
    listed = list(items)
    verdicts = [item.verdict for item in listed]
    return {
        "tests": str(len(listed)),
        "failures": str(verdicts.count(Verdict.BROKEN)),
        "errors": str(verdicts.count(Verdict.UNJUDGED)),
        "skipped": str(verdicts.count(Verdict.SKIPPED) + verdicts.count(Verdict.WAIVED)),
        "time": _seconds(sum(item.seconds for item in listed)),
    }


def _case(item: ItemResult, seen: _Seen) -> ET.Element:
    attributes = {
        "name": _xml(item.name),
        "classname": _xml(f"{item.vendor}.{item.operation}"),
        "time": _seconds(item.seconds),
    }
    case = ET.Element("testcase", attributes)
    findings = [seen[finding.fingerprint] for finding in item.findings if finding.fingerprint in seen]
    decisive: list[Reported] = []
    if item.verdict is Verdict.SKIPPED:
        ET.SubElement(case, "skipped", {"message": _xml(item.skipped)})
    elif item.verdict is Verdict.BROKEN:
        decisive = [reported for reported in findings if fails(reported)]
        _outcome(case, "failure", item, decisive)
    elif item.verdict is Verdict.UNJUDGED:
        decisive = [reported for reported in findings if reported.severity == "unjudged"]
        _outcome(case, "error", item, decisive)
    elif item.verdict is Verdict.WAIVED:
        waivers = [
            reported.waiver for reported in findings if reported.severity == "waived" and reported.waiver is not None
        ]
        message = "; ".join(once_each(f"waived {accepted(waiver)}" for waiver in waivers))
        ET.SubElement(case, "skipped", {"message": _xml(message)})
    others = [reported for reported in findings if reported not in decisive]
    if others:
        ET.SubElement(case, "system-out").text = _xml(_in_full(others))
    return case


def _outcome(case: ET.Element, tag: str, item: ItemResult, decisive: list[Reported]) -> None:
    findings = [reported.finding for reported in decisive] or list(item.findings)
    message = "; ".join(_sentence(finding) for finding in findings)
    kind = ",".join(sorted({finding.code for finding in findings}))
    outcome = ET.SubElement(case, tag, {"message": _xml(message), "type": kind})
    outcome.text = _xml(_in_full(decisive) if decisive else message)


def _sentence(finding: Finding) -> str:
    return f"{finding.code} {finding.subject}: {finding.message}"


def _in_full(findings: Iterable[Reported]) -> str:
    return "\n\n".join("\n".join(text for text, _ in block(reported, whole=True)) for reported in findings)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _xml(text: str) -> str:
    """The text with escapes in place of characters that XML does not allow or that are invisible."""
    return printable(text, keep="\n\t")
