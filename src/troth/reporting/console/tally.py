"""Which promises were exercised: a table of numbers, then the names of those that were not."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from troth.model.report import Count, Kind, Report
from troth.reporting.console.page import WIDTH, Line, labelled
from troth.reporting.wording import number, printable

_COLUMNS: tuple["_Column", ...] = (
    (Kind.CLAUSE, "clauses"),
    (Kind.ROW, "rows"),
    (Kind.CLASS, "classes"),
    (Kind.STATUS, "statuses"),
    (Kind.WORKFLOW, "workflows"),
)
_CELL = 10
_NAMED = 3
_Column = tuple[Kind, str]
_Key = TypeVar("_Key")
OperationKey = tuple[str, str]
"""Vendor and operation."""


def tally_lines(report: Report) -> Iterator[Iterator[Line]]:
    """The sections of a tally: the table, then the promises that were not exercised, if any."""
    if report.counts or report.items:
        yield _table(report)
    expected = [count for count in report.counts if not count.promise.provoke]
    never = [count for count in expected if not count.exercised and not count.shadowed]
    shadowed = [count for count in expected if not count.exercised and count.shadowed]
    unprovoked = [count for count in report.counts if count.promise.provoke]
    if never:
        only_shapes = all(count.promise.kind is Kind.STATUS for count in report.counts)
        yield _statuses(never) if only_shapes else _names("Never exercised", never, _never)
    if shadowed:
        yield _names("Only shadowed: met only together with other rows", shadowed, _shadowed)
    if unprovoked:
        yield _unprovoked(unprovoked)


def sums_lines(report: Report) -> Iterator[Line]:
    """What became of every promise on every exchange of its operation, added up: the columns of a row make its sum."""
    columns = ("kept", "broken", "not met", "shadowed", "unjudged", "silent", "sum", "promises", "exchanges")
    counts = [count for count in report.counts if count.promise.kind is not Kind.WORKFLOW]
    places = dict(_by(counts, _place))
    judged: dict[OperationKey, int] = {}
    for (vendor, operation, _), number_of in report.answers.items():
        judged[vendor, operation] = judged.get((vendor, operation), 0) + number_of
    width = max((len(_name(place)) for place in places), default=0)
    yield "Sums: promises x exchanges of each operation", "bold"
    yield f"  {'':{width}}" + "".join(f"{title:>{_CELL + 1}}" for title in columns), "dim"
    for place, of_place in places.items():
        sums = [sum(parts) for parts in zip(*map(_parts, of_place), strict=True)]
        cells = (*sums, sum(sums), len(of_place), judged.get(place, 0))
        yield f"  {_name(place):{width}}" + "".join(f"{cell:>{_CELL + 1},}" for cell in cells), ""


def _parts(count: Count) -> tuple[int, ...]:
    return count.kept, count.broken, count.not_met, count.shadowed, count.unjudged, count.silent


def silence_lines(report: Report) -> Iterator[Line]:
    """Of how many promises nothing was said, on how many exchanges, reason by reason."""
    reasons: dict[str, list[Count]] = {}
    times: dict[str, int] = {}
    for count in report.counts:
        for reason, number_of in count.why.items():
            kind = reason.partition(":")[0]
            reasons.setdefault(kind, []).append(count)
            times[kind] = times.get(kind, 0) + number_of
    if reasons:
        yield "Not judged: promises of which nothing was said on some exchanges, by reason", "bold"
    for reason in sorted(reasons, key=lambda name: (-times[name], name)):
        promises = len({count.promise.id for count in reasons[reason]})
        yield f"  {reason}: {number(promises, 'promise')}, {number(times[reason], 'time')}", ""


def _table(report: Report) -> Iterator[Line]:
    counts = dict(_by(report.counts, _place))
    exchanges: dict[OperationKey, int] = {}
    for item in report.items:
        place = (item.vendor, item.operation)
        exchanges[place] = exchanges.get(place, 0) + item.exchanges
    places = list(dict.fromkeys((*counts, *exchanges)))
    width = max(len("all operations"), *(len(_name(place)) for place in places))
    present = {count.promise.kind for count in report.counts}
    # Most runs have no workflows, and those of a spec alone only statuses: empty columns are left out.
    always = (Kind.STATUS,) if present <= {Kind.STATUS} else tuple(kind for kind, _ in _COLUMNS[:-1])
    columns = tuple(column for column in _COLUMNS if column[0] in always or column[0] in present)
    titles = "".join(f"{title:>{_CELL + 2}}" for _, title in columns)
    yield "Tally: exercised, of all that a request can provoke", "bold"
    yield f"  {'':{width}}{titles}{'exchanges':>{_CELL + 2}}", "dim"
    for place in places:
        yield _row(_name(place), width, columns, counts.get(place, []), exchanges.get(place, 0)), ""
    if len(places) > 1:
        yield _row("all operations", width, columns, report.counts, report.exchanges), "bold"


def _row(name: str, width: int, columns: Iterable[_Column], counts: Iterable[Count], exchanges: int) -> str:
    expected = [count for count in counts if not count.promise.provoke]
    cells = []
    for kind, _ in columns:
        done = [count.exercised > 0 for count in expected if count.promise.kind is kind]
        cells.append(f"{sum(done):,} of {len(done):,}" if done else "–")
    cells.append(f"{exchanges:,}")
    return f"  {name:{width}}" + "".join(f"{cell:>{_CELL + 2}}" for cell in cells)


def _names(title: str, counts: list[Count], say: Callable[[Count], str]) -> Iterator[Line]:
    """Promises by name: operation by operation, kind by kind."""
    yield f"{title} ({len(counts):,})", "bold"
    for place, of_place in _by(counts, _place):
        named = "; ".join(f"{kind} {', '.join(map(say, some))}" for kind, some in _by(of_place, _kind))
        one_line = f"  {_name(place)}: {printable(named)}"
        if len(one_line) <= WIDTH:
            yield one_line, ""
        else:
            yield f"  {_name(place)}:", ""
            yield from labelled("    ", named)


def _statuses(counts: list[Count]) -> Iterator[Line]:
    """Documented statuses that were not exercised, by status, since a spec without contracts has very many."""
    yield f"Never exercised ({len(counts):,})", "bold"
    for name, some in sorted(_by(counts, lambda count: count.promise.name)):
        named = [_name(_place(count)) for count in some]
        shown = ", ".join(named[:_NAMED]) + (f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else "")
        yield from labelled(f"  status {name}: ", shown)


def _unprovoked(counts: list[Count]) -> Iterator[Line]:
    """The promises with ``provoke: never``, each with its reason."""
    yield f"Cannot be provoked ({len(counts):,})", "bold"
    for place, of_place in _by(counts, _place):
        yield f"  {_name(place)}", ""
        for count in of_place:
            seen = f" (yet exercised {number(count.exercised, 'time')})" if count.exercised else ""
            reason = f"{count.promise.kind} {count.promise.name}: {count.promise.provoke}{seen}"
            yield from labelled("    ", reason)


def _never(count: Count) -> str:
    notes = ["required"] if count.promise.required else []
    if count.unjudged:
        notes.append(f"unjudged {number(count.unjudged, 'time')}")
    return count.promise.name + (f" ({', '.join(notes)})" if notes else "")


def _shadowed(count: Count) -> str:
    return f"{count.promise.name} ({number(count.shadowed, 'time')})"


def _by(counts: Iterable[Count], key: Callable[[Count], _Key]) -> Iterable[tuple[_Key, list[Count]]]:
    groups: dict[_Key, list[Count]] = {}
    for count in counts:
        groups.setdefault(key(count), []).append(count)
    return groups.items()


def _place(count: Count) -> OperationKey:
    return count.promise.vendor, count.promise.operation


def _kind(count: Count) -> Kind:
    return count.promise.kind


def _name(place: OperationKey) -> str:
    return printable(" · ".join(place))
