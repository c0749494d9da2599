"""How strong contracts are, for people: scores first, then what may change unnoticed, then what is idle."""

from collections.abc import Iterator
from textwrap import shorten

from rich.console import Console
from rich.text import Text

from troth.reporting.console.findings import WIDTH, Line
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
    for text, style in lines(report, minimum, verbose, redundant):
        shown = text.encode(console.encoding, "backslashreplace").decode(console.encoding)
        console.print(Text(shown, style), soft_wrap=True)


def lines(report: StrengthReport, minimum: float, verbose: bool, redundant: bool) -> Iterator[Line]:
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
    for one in scores:
        row = f"  {one.name:<40}{_percent(one.share):>9}{one.mutants:>10,}{one.caught:>9,}"
        yield f"{row}{one.documented:>12,}{one.free:>7,}{one.survived:>10,}", "" if not one.survived else "yellow"


def _percent(share: float) -> str:
    """Rounded down, so that only a whole score is called 100 %."""
    return f"{int(share * 10) / 10:.1f} %"


def _survivors(report: StrengthReport, verbose: bool) -> Iterator[Line]:
    if not report.survivors:
        return
    yield "", ""
    total = sum(one.count for one in report.survivors)
    yield f"What may change unnoticed ({number(len(report.survivors), 'way')}, {number(total, 'mutant')})", "bold"
    shown = report.survivors if verbose else report.survivors[:_MOST_SURVIVORS]
    for one in shown:
        yield f"  {printable(str(one))}  ({one.count} × {one.operator})", ""
        yield f"      {_guard(one.guard)}", "dim"
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
    needed = [one for one in report.free if one.mutants]
    idle = [one for one in report.free if not one.mutants]
    if needed:
        yield "", ""
        share = _percent(report.overall.free_share)
        yield f"Declared free ({report.overall.free:,} of {report.overall.mutants:,} mutants, {share})", "bold"
        for one in needed:
            yield f"  {one.mutants:>6,}  {printable(one.file)}  {printable(one.place)}: {printable(one.reason)}", ""
    if idle:
        yield "", ""
        yield f"Declared free, and no mutant needs it ({len(idle)})", "bold"
        for one in idle:
            yield f"  {printable(one.file)}  {printable(one.place)}: {printable(one.reason)}", "yellow"


def _redundant(report: StrengthReport) -> Iterator[Line]:
    yield "", ""
    yield f"Clauses without which nothing more would pass ({len(report.redundant)})", "bold"
    for one in report.redundant:
        caught = f"{number(one.caught, 'mutant')} it caught, others catch too" if one.caught else "it caught no mutant"
        yield f"  {printable(one.key)} ({one.position}): {caught}", ""


def _verdict(report: StrengthReport, minimum: float) -> Iterator[Line]:
    total = report.overall
    said = f"{total.caught:,} caught ({total.documented:,} by documented promises alone)"
    said += f", {total.free:,} free, {total.survived:,} survived"
    yield (
        f"{_percent(total.share)}: {number(total.mutants, 'mutant')} of {number(report.exchanges, 'exchange')}; {said}",
        ("bold green" if total.share >= minimum else "bold red"),
    )
    speed = total.mutants / report.judging_seconds if report.judging_seconds else 0.0
    yield f"{report.seconds:,.1f} s in all, {speed:,.0f} mutants made and judged a second", ""
    if report.unkept:
        yield f"{number(report.unkept, 'exchange')} of the run not kept, and so not measured by", ""
    if total.share < minimum:
        yield f"exit code 1: the score is below {minimum:g} %", ""
