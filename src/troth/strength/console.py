"""The strength of contracts as text: scores, survivors, free places, and clauses that no mutant needs."""

from collections.abc import Iterator
from textwrap import shorten

from rich.console import Console

from troth.reporting.console.page import WIDTH, Line, print_lines
from troth.reporting.wording import number, printable
from troth.strength.measurement import Guard, Score, StrengthReport

_MOST_SURVIVORS = 40
_ABOUT = (
    "A mutant is a kept answer with one thing changed; it is caught when any promise then fails. The score is\n"
    "what was caught of the mutants that are not free: how far a vendor is held, not how it behaves."
)


def render_strength(
    report: StrengthReport, console: Console, *, minimum: float, verbose: bool = False, redundant: bool = False
) -> None:
    """Write a measurement to a console.

    Args:
        report: the measurement.
        console: where to.
        minimum: the score asked for, in percent; 0 asks for none.
        verbose: every survivor, and the operators too.
        redundant: the clauses without which nothing more would pass.
    """
    print_lines(strength_lines(report, minimum, verbose, redundant), console)


def strength_lines(report: StrengthReport, minimum: float, verbose: bool, redundant: bool) -> Iterator[Line]:
    """All lines of a measurement, each with its style."""
    yield f"Troth {report.version}: the strength of contracts · seed {report.seed}", "bold"
    yield f"specs {report.specs_sha256[:12]} · contracts {report.contracts_sha256[:12]}", ""
    for line in _ABOUT.splitlines():
        yield line, ""
    for title, scores in (
        ("By contract", report.by_operation),
        ("By operator", report.by_operator if verbose else ()),
        ("By vendor", (*report.by_vendor, report.overall)),
    ):
        if scores:
            yield "", ""
            yield from _table(title, scores)
    yield from _survivors(report, verbose)
    yield from _free(report)
    if redundant:
        yield from _redundant(report)
    if report.unmeasured:
        yield "", ""
        yield f"Not measured, since no exchange was kept ({len(report.unmeasured)})", "bold"
        for name in report.unmeasured:
            yield f"  {name}", ""
    yield "", ""
    yield from _verdict(report, minimum)


def _table(title: str, scores: tuple[Score, ...]) -> Iterator[Line]:
    yield f"{title:<42}{'score':>9}{'mutants':>10}{'caught':>9}{'documented':>12}{'free':>7}{'survived':>10}", "bold"
    for score in scores:
        row = f"  {score.name:<40}{_percent(score.share):>9}{score.mutants:>10,}{score.caught:>9,}"
        yield (
            f"{row}{score.documented:>12,}{score.free:>7,}{score.survived:>10,}",
            "" if not score.survived else "yellow",
        )


def _percent(share: float) -> str:
    """A percentage, rounded down, so that only a full score is shown as 100 %."""
    return f"{int(share * 10) / 10:.1f} %"


def _survivors(report: StrengthReport, verbose: bool) -> Iterator[Line]:
    if not report.survivors:
        return
    yield "", ""
    total = sum(survivor.count for survivor in report.survivors)
    yield f"What may change unnoticed ({number(len(report.survivors), 'way')}, {number(total, 'mutant')})", "bold"
    shown = report.survivors if verbose else report.survivors[:_MOST_SURVIVORS]
    for survivor in shown:
        yield f"  {printable(str(survivor))}  ({survivor.count} × {survivor.operator})", ""
        yield f"      {_guard(survivor.guard)}", "dim"
    if len(shown) < len(report.survivors):
        yield f"  … and {len(report.survivors) - len(shown):,} more: --verbose or --report json=FILE", ""


def _guard(guard: Guard | None) -> str:
    if guard is None:
        return "no promise speaks of it or of what is around it"
    near = "nearly guarded by" if guard.exact else "nearest:"
    says = shorten(" ".join(guard.says.split()), WIDTH - 10, placeholder=" …")
    place = f" ({guard.position})" if guard.position.line else ""
    return f"{near} {guard.name}{place}: {printable(says)}"


def _free(report: StrengthReport) -> Iterator[Line]:
    needed = [entry for entry in report.free if entry.mutants]
    idle = [entry for entry in report.free if not entry.mutants]
    if needed:
        yield "", ""
        share = _percent(report.overall.free_share)
        yield f"Declared free ({report.overall.free:,} of {report.overall.mutants:,} mutants, {share})", "bold"
        for entry in needed:
            yield (
                f"  {entry.mutants:>6,}  {printable(entry.file)}  {printable(entry.place)}: {printable(entry.reason)}",
                "",
            )
    if idle:
        yield "", ""
        yield f"Declared free, and no mutant needs it ({len(idle)})", "bold"
        for entry in idle:
            yield f"  {printable(entry.file)}  {printable(entry.place)}: {printable(entry.reason)}", "yellow"


def _redundant(report: StrengthReport) -> Iterator[Line]:
    yield "", ""
    yield f"Clauses without which nothing more would pass ({len(report.redundant)})", "bold"
    for clause in report.redundant:
        caught = (
            f"{number(clause.caught, 'mutant')} it caught, others catch too" if clause.caught else "it caught no mutant"
        )
        yield f"  {printable(clause.key)} ({clause.position}): {caught}", ""


def _verdict(report: StrengthReport, minimum: float) -> Iterator[Line]:
    total = report.overall
    mutants = f"{number(total.mutants, 'mutant')} of {number(report.exchanges, 'exchange')}"
    outcomes = f"{total.caught:,} caught ({total.documented:,} by documented promises alone)"
    outcomes += f", {total.free:,} free, {total.survived:,} survived"
    yield (
        f"{_percent(total.share)}: {mutants}; {outcomes}",
        ("bold green" if total.share >= minimum else "bold red"),
    )
    speed = total.mutants / report.judging_seconds if report.judging_seconds else 0.0
    yield f"{report.seconds:,.1f} s in all, {speed:,.0f} mutants made and judged a second", ""
    if report.unkept:
        yield f"{number(report.unkept, 'exchange')} of the run not kept, and so not measured by", ""
    if total.share < minimum:
        yield f"exit code 1: the score is below {minimum:g} %", ""
