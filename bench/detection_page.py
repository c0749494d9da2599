"""The words and tables of the detection benchmark."""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import version
from statistics import median

from detection_oracle import CHECKS, story_kinds
from detection_stage import OUTSIDE, Outcome, scope_of, whole
from detection_tools import GENEROUS, ORACLE, TOOLS, UNTUNED
from faults.corpus import BY_NAME, FAULTS
from faults.faults import Fault

from troth import __version__
from troth.vendors.installed import InstalledVendors

TITLES = {
    "troth": "Troth",
    "st": "`st run`",
    "st-generous": f"`st run`, {GENEROUS} examples",
    "st-rules": "`st run` with our rules",
    "prism": "Prism, our requests",
    "respect": "Redocly `respect`, our workflows",
    UNTUNED: "`st run`, no check left out",
}
BY_ST = ("st", "st-generous", "st-rules")
Key = tuple[str, str, tuple[str, ...], str]


class Results:
    """What is known of these faults: finds are what a tool said of the faulty mock and not of the clean one."""

    def __init__(self, known: Mapping[Key, Outcome], names: list[str]) -> None:
        self.known = known
        self.faults = [BY_NAME[name] for name in names]

    def outcome(self, tool: str, fault: Fault) -> Outcome | None:
        """What the tool made of the fault; None where it was not run."""
        return self.known.get((tool, fault.vendor, scope_of(fault), fault.name))

    def runs(self, tool: str) -> list[Outcome]:
        """What the tool made of the faults that it was run on."""
        return [outcome for fault in self.faults if (outcome := self.outcome(tool, fault)) is not None]

    def finds(self, tool: str, fault: Fault) -> dict[str, int]:
        """Kind of finding → after how many requests it was first shown."""
        outcome, clean = self.outcome(tool, fault), self.known.get((tool, fault.vendor, scope_of(fault), ""))
        if outcome is None or clean is None:
            return {}
        noise = {kind for one in self.clean(tool) if one.vendor == fault.vendor for kind in one.kinds}
        return {kind: first for kind, first in outcome.kinds.items() if kind not in noise}

    def first(self, tool: str, fault: Fault) -> int | None:
        """After how many requests the tool had found it; None where it never did."""
        return min(self.finds(tool, fault).values(), default=None)

    def caught(self, tool: str, faults: Iterable[Fault]) -> list[Fault]:
        """Those of them that the tool found."""
        return [fault for fault in faults if self.first(tool, fault) is not None]

    def is_breach(self, tool: str, fault: Fault) -> bool:
        """Whether a find of our own rules contradicts what a page says, and so fails a run."""
        outcome = self.outcome(tool, fault)
        return outcome is not None and bool(set(self.finds(tool, fault)) & set(outcome.documented))

    def alarms(self, tool: str) -> set[tuple[str, str]]:
        """What the tool said of clean mocks, with the vendor."""
        return {(one.vendor, kind) for one in self.clean(tool) for kind in one.kinds}

    def clean(self, tool: str) -> list[Outcome]:
        """The tool's runs on clean mocks."""
        return [one for one in self.known.values() if one.tool == tool and not one.fault]

    @cached_property
    def in_document(self) -> list[Fault]:
        """Faults of which some answer breaks the OpenAPI document: in the story, or in a run of Troth's or ``st``'s."""
        return [
            fault
            for fault in self.faults
            if self.finds(ORACLE, fault)
            or any(kind.partition(" of ")[0] in CHECKS for tool in BY_ST for kind in self.finds(tool, fault))
            or set(story_kinds(fault, planted=True)) - set(story_kinds(fault, planted=False))
        ]

    @cached_property
    def beyond(self) -> list[Fault]:
        """All others: every answer by itself is as the document has it."""
        return [fault for fault in self.faults if fault not in self.in_document]


def page_text(results: Results, command: str, date: str, under: str) -> str:
    """The whole section."""
    specs, contracts = under.split(" ")
    lines = [
        f"Written by `{command}` on {date}; not to be edited. Covered: {len(results.faults)} of the {len(FAULTS)} "
        f"faults of the corpus{', every one' if len(results.faults) == len(FAULTS) else ', chosen by their number'}. "
        f"{_versions()}; specs {specs}, contracts {contracts}. One process at a time, on a machine with other work.",
        "",
        *_scores(results),
        "",
        *_ratio(results),
        "",
        *_whole_runs(results),
        "",
        *_losses(results),
        "",
        *_surprising(results),
        "",
        "### Every defect",
        "",
        "A number is the request that first showed it. `–`: not found. `·`: the tool cannot be run there. A number of "
        "Troth's in brackets is a surprise: reported, but failing a run under `--strict` alone. *Document*: whether "
        "some answer breaks the OpenAPI document. *Contradicts*: sections of the facts that were taken from the "
        "vendor's pages, and how sure each is.",
        "",
        f"| defect | contradicts | document | {' | '.join(TITLES[tool] for tool in TOOLS)} |",
        f"|---|---|---|{'---|' * len(TOOLS)}",
        *(_row(results, fault) for fault in results.faults),
    ]
    return "\n".join(lines)


def _versions() -> str:
    packages = json.loads((OUTSIDE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return (
        f"Troth {__version__}, Schemathesis {version('schemathesis')}, Hypothesis {version('hypothesis')}, "
        f"Prism {packages['@stoplight/prism-cli']}, Redocly CLI {packages['@redocly/cli']}, "
        f"Python {platform.python_version()}"
    )


def _scores(results: Results) -> Iterator[str]:
    inside, beyond = results.in_document, results.beyond
    yield (
        f"| tool | break the document ({len(inside)}) | only relations, state or sequence ({len(beyond)}) "
        "| false alarms, of clean runs | median requests to a find | requests | seconds | of processor time |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for tool in TOOLS:
        runs = results.runs(tool)
        firsts = [results.first(tool, fault) or 0 for fault in results.caught(tool, results.faults)]
        partly = f", {len(runs)} of {len(results.faults)} defects" if len(runs) < len(results.faults) else ""
        yield (
            f"| {TITLES[tool]}{partly} | {_share(results, tool, inside)} | {_share(results, tool, beyond)} "
            f"| {len(results.alarms(tool))}, {len(results.clean(tool))} | {_median(firsts)} "
            f"| {sum(one.requests for one in runs)} | {sum(one.seconds for one in runs):.0f} "
            f"| {sum(one.cpu for one in runs):.0f} |"
        )
    ours = results.caught("troth", results.faults)
    breaches = sum(results.is_breach("troth", fault) for fault in ours)
    yield ""
    yield (
        f"Of the {len(ours)} that Troth finds, {breaches} fail a run as it comes; the others are surprises, which fail "
        "it under `--strict`. Any find of the other tools fails theirs. A false alarm is a kind of finding (check and "
        "operation, or step) on a clean mock. A clean run was made wherever a tool had anything to say of a faulty "
        "mock, and with the whole spec for some (below). Requests and seconds are those of the runs on faulty mocks; "
        "none was cut short. Seconds were measured on a busy machine and compare badly; processor time, start-up "
        "included, is steadier. It is without the mock, except that Prism's is with the mock and our part in it."
    )
    for tool in TOOLS:
        for vendor in InstalledVendors().names:
            yield from _troubles(results, tool, vendor)


def _share(results: Results, tool: str, faults: list[Fault]) -> str:
    ran = [fault for fault in faults if results.outcome(tool, fault) is not None]
    caught = len(results.caught(tool, ran))
    return str(caught) if len(ran) == len(faults) else f"{caught} of {len(ran)}"


def _troubles(results: Results, tool: str, vendor: str) -> Iterator[str]:
    of_vendor = [one for one in results.runs(tool) if one.vendor == vendor]
    said = [one.trouble.splitlines()[-1][:200] for one in of_vendor if one.trouble]
    if said:
        yield ""
        yield f"{TITLES[tool]}: {len(said)} of {len(of_vendor)} runs with {vendor} did not end well. {said[0]}."


def _ratio(results: Results) -> Iterator[str]:
    for other in ("st", "st-generous", "st-rules"):
        both = [fault for fault in results.caught("troth", results.faults) if results.first(other, fault) is not None]
        if both:
            ours = median(results.first("troth", fault) or 0 for fault in both)
            theirs = median(results.first(other, fault) or 0 for fault in both)
            fewer = sum((results.first("troth", fault) or 0) < (results.first(other, fault) or 0) for fault in both)
            yield (
                f"- Found by both Troth and {TITLES[other]}: {len(both)}. Median requests to the find: {ours:g} and "
                f"{theirs:g}; Troth needs fewer for {fewer} of them."
            )
    verdict = "met" if _tenth(results) else "**not met**"
    yield (
        "- The aim that Troth needs at most a tenth of the requests of `st run` to a find, where both find it: "
        f"{verdict}, by the first of these lines."
    )


def _tenth(results: Results) -> bool:
    both = [fault for fault in results.caught("troth", results.faults) if results.first("st", fault) is not None]
    if not both:
        return False
    ours = median(results.first("troth", fault) or 0 for fault in both)
    return ours * 10 <= median(results.first("st", fault) or 0 for fault in both)


def _whole_runs(results: Results) -> Iterator[str]:
    tools = ("troth", "st", UNTUNED)
    yield "One run of the whole spec on the clean mock, as a nightly job would have it:"
    yield ""
    yield "Three numbers each: requests, seconds of processor time, false alarms."
    yield ""
    yield f"| vendor | {' | '.join(TITLES[tool] for tool in tools)} |"
    yield f"|---|{'---|' * len(tools)}"
    for vendor in InstalledVendors().names:
        runs = [results.known.get((tool, vendor, whole(vendor), "")) for tool in tools]
        cells = [f"{one.requests}, {one.cpu:.0f}, {len(one.kinds)}" if one is not None else "not run" for one in runs]
        yield f"| {vendor} | {' | '.join(cells)} |"


def _losses(results: Results) -> Iterator[str]:
    missed = [fault for fault in results.faults if results.first("troth", fault) is None]
    others = [tool for tool in TOOLS if tool != "troth"]
    yield "### What Troth loses"
    yield ""
    for fault in missed:
        by = [TITLES[tool] for tool in others if results.first(tool, fault) is not None]
        why = f" *Nobody could expect to see it: {fault.unexpectable}*" if fault.unexpectable else ""
        found = f"found by {', '.join(by)}" if by else "nobody finds it"
        yield f"- **{fault.name}** ({fault.vendor}) is not found; {found}.{why}"
    if not missed:
        yield "- Every one of these defects is found."
    slower = [
        fault
        for fault in results.caught("troth", results.faults)
        if any((results.first(tool, fault) or 10**9) < (results.first("troth", fault) or 0) for tool in others)
    ]
    yield f"- Found by another tool with fewer requests than by Troth: {len(slower)}; the last table has each."


def _surprising(results: Results) -> Iterator[str]:
    """What others said where no answer breaks the document, so that the reader can tell a find from luck."""
    yield "### What other tools said where no answer breaks the document"
    yield ""
    found = [
        f"- {TITLES[tool]}, {fault.name}: {_some(list(results.finds(tool, fault)))}."
        for tool in ("st", "st-generous", "prism", "respect")
        for fault in results.caught(tool, results.beyond)
    ]
    yield from found or ["Nothing."]


def _some(kinds: list[str]) -> str:
    more = f" and {len(kinds) - 2} more" if len(kinds) > 2 else ""
    return ", ".join(f"`{kind}`" for kind in kinds[:2]) + more


def _row(results: Results, fault: Fault) -> str:
    facts = ", ".join(f"{fact.section} ({fact.confidence})" for fact in fault.contradicts)
    cells = [_cell(results, tool, fault) for tool in TOOLS]
    seen = "broken" if fault in results.in_document else "kept"
    return f"| {fault.vendor}: {fault.name} | {facts} | {seen} | {' | '.join(cells)} |"


def _cell(results: Results, tool: str, fault: Fault) -> str:
    first = results.first(tool, fault)
    if first is None:
        outcome = results.outcome(tool, fault)
        return "not run" if outcome is None else "·" if outcome.trouble and not outcome.requests else "–"
    return f"({first})" if tool == "troth" and not results.is_breach(tool, fault) else str(first)


def _median(numbers: list[int]) -> str:
    return f"{median(numbers):g}" if numbers else "–"
