"""Compares two sets of answers, operation by operation and status by status."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from troth.drift.comparing import Comparer, Difference
from troth.drift.differences import Change, Evidence, Worth
from troth.drift.evidence import ENOUGH_APART, Ground
from troth.drift.promises import Breach, attach, new_breaches
from troth.drift.shapes import LearntShape
from troth.drift.sightings import ParsedBody, Sighting, first_asked
from troth.drift.statuses import compare_statuses
from troth.drift.texts import has_literals
from troth.model.exchange import Request
from troth.model.report import Finding
from troth.wire.pointers import Tokens

_ERRORS = 400
_PREFIXES: Mapping[str, str] = {
    "JSON": "body",
    "SOAP message": "soap",
    "SOAP fault": "soap",
    "XML": "xml",
    "HTML": "html",
    "text": "text",
}
_LITERAL_HEADERS = frozenset(("allow", "cache-control", "content-language", "www-authenticate"))
_ALIKE = 0.02
"""Classes are used as situations only if the shares of requests with known classes differ by no more than this."""
_SOAP_NAMES = ("soap element", "soap namespace")


@dataclass(frozen=True, slots=True)
class SideComparison:
    """The changes of all operations."""

    changes: tuple[Change, ...]
    compared: int
    """Statuses of operations that could be compared."""
    apart: tuple[str, ...]
    """The operations and statuses that could not be compared, each with the reason."""


def compare_sightings(old: Sequence[Sighting], new: Sequence[Sighting]) -> SideComparison:
    """Compare two sets of answers. Their order decides nothing but where a change is first seen."""
    before, now = _by_operation(old), _by_operation(new)
    changes: list[Change] = []
    apart: list[str] = []
    compared = 0
    for name in sorted(before.keys() | now.keys()):
        if name not in before or name not in now:
            apart.append(f"{name}: answered on the {'new' if name not in before else 'old'} side only")
            continue
        comparison = _Operation(name, before[name], now[name])
        changes += comparison.changes()
        apart += comparison.apart
        compared += comparison.compared
    return SideComparison(tuple(changes), compared, tuple(apart))


def _with_status(side: Sequence[Sighting], status: int) -> list[int]:
    """The numbers of the answers with a status."""
    return [number for number, sighting in enumerate(side) if sighting.response.status == status]


def _by_operation(sightings: Sequence[Sighting]) -> dict[str, list[Sighting]]:
    groups: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        groups.setdefault(f"{sighting.vendor}.{sighting.operation}", []).append(sighting)
    return groups


class _Operation:
    """The comparison of one operation that was answered on both sides.

    Shapes, texts and statuses are compared without the answers to repeated requests: one side repeats a request whose
    answer broke a promise, the other does not, so these answers have no counterpart. They count for promises alone.
    """

    def __init__(self, name: str, old: list[Sighting], new: list[Sighting]) -> None:
        self.name = name
        self.old = first_asked(old)
        self.new = first_asked(new)
        self.breaches, self.unheld = new_breaches(old, new)
        self.asked = _asked(self.old, self.new)
        self.apart: list[str] = []
        self.compared = 0
        self.alike: set[int] = set()
        """Numbers of the new answers whose shapes and texts were compared."""

    def changes(self) -> list[Change]:
        """Every change of the operation, with the promises that it breaks."""
        differences: list[tuple[int, Difference]] = []
        moved = set()
        for move in compare_statuses(self.old, self.new, self.asked):
            differences.append((move.status, move.difference))
            moved |= {move.status} | {self.new[hit].response.status for hit in move.difference.hits}
        carriers = self._carriers()
        for status in sorted({sighting.response.status for sighting in (*self.old, *self.new)}):
            sides = self._comparable(status, status in moved)
            if sides is not None:
                self.compared += 1
                self.alike.update(sides[1])
                differences += ((status, difference) for difference in self._status(status, *sides, carriers))
        if self.unheld:
            count = f"{self.unheld} {'promise is' if self.unheld == 1 else 'promises are'}"
            self.apart.append(f"{self.name}: {count} broken, but no old answer was held to them (`troth verify` tells)")
        put, alone = attach(self.breaches, [difference for _, difference in differences], self.alike)
        changes = [
            self._change(status, difference, put.get(number, []))
            for number, (status, difference) in enumerate(differences)
        ]
        return changes + [self._alone(breach) for breach in alone]

    def _comparable(self, status: int, moved: bool) -> tuple[list[int], list[int]] | None:
        """The numbers of the answers with a status whose situations both sides have; all where no situation is shared.

        Args:
            status: the status.
            moved: a change of status was already reported, which explains why no situation is shared.
        """
        old = _with_status(self.old, status)
        new = _with_status(self.new, status)
        asked = self.asked
        if asked is not None:
            shared = {asked.old[number] for number in old} & {asked.new[number] for number in new}
            old = [number for number in old if asked.old[number] in shared]
            new = [number for number in new if asked.new[number] in shared]
            if shared:
                return old, new
            if not moved:
                self.apart.append(f"{self.name} {status}: not asked for alike on both sides")
            return None
        if min(len(old), len(new)) >= ENOUGH_APART:
            return old, new
        counts = f"{len(old)} old and {len(new)} new"
        self.apart.append(f"{self.name} {status}: {counts} answers to unlike requests, fewer than {ENOUGH_APART} each")
        return None

    def _carriers(self) -> frozenset[Tokens]:
        """The places of literals in old error answers; texts there are literals under other statuses too."""
        shape = LearntShape()
        for number, sighting in enumerate(self.old):
            body = sighting.body()
            if sighting.response.status >= _ERRORS and body.kind == "JSON":
                shape.learn([body.tree], number, sighting.echoes())
        return frozenset(_literal_places(shape))

    def _status(self, status: int, old: list[int], new: list[int], carriers: frozenset[Tokens]) -> Iterator[Difference]:
        """The differences of one status; ``hits`` are numbers of all new answers of the operation."""
        before, now = [self.old[number] for number in old], [self.new[number] for number in new]
        ground = Ground([""] * len(old), [""] * len(new))
        if self.asked is not None:
            ground = Ground([self.asked.old[number] for number in old], [self.asked.new[number] for number in new])
        for difference in _compare(before, now, ground, status, carriers):
            yield replace(difference, hits=tuple(new[hit] for hit in difference.hits))

    def _change(self, status: int, difference: Difference, findings: list[Finding]) -> Change:
        vendor, _, operation = self.name.partition(".")
        first = self.new[min(difference.hits)].place if difference.hits else ""
        return Change(
            vendor,
            operation,
            status,
            difference.place,
            difference.sort,
            difference.says,
            difference.worth,
            difference.old,
            difference.new,
            first,
            tuple(findings),
        )

    def _alone(self, breach: Breach) -> Change:
        """The change for a broken promise that no difference explains."""
        finding = breach.finding
        first = min(breach.hits)
        status = self.new[first].response.status
        answers = len(_with_status(self.new, status))
        old = Evidence("kept", 0, len(self.old), finding.expected)
        new = Evidence("broken", len(breach.hits), answers, finding.answered)
        difference = Difference(
            finding.where, "promise", "a promise is no longer kept", Worth.PROMISE, old, new, tuple(sorted(breach.hits))
        )
        return self._change(status, difference, [finding])


def _asked(old: Sequence[Sighting], new: Sequence[Sighting]) -> Ground | None:
    """The situation of each answer: the classes of its request if both sides share most of them, else its form.

    Classes cannot be compared where one side lacks facts of the other: values of ours would be unknown there. It shows
    in the shares of distinct requests with known classes; how often a request was sent does not matter.

    Returns:
        None where the sides share no situation.
    """
    fine = Ground([sighting.situation for sighting in old], [sighting.situation for sighting in new])
    coarse = Ground([sighting.form for sighting in old], [sighting.form for sighting in new])
    before, now = _distinct(old), _distinct(new)
    distinct = Ground([asking.situation for asking in before], [asking.situation for asking in now])
    unlike = abs(_share_known(before) - _share_known(now))
    if 2 * _covered(distinct) >= min(len(before), len(now)) and unlike <= _ALIKE:
        return fine
    return coarse if _covered(coarse) else fine if _covered(fine) else None


@dataclass(frozen=True, slots=True)
class _Asking:
    """One request, however often it was sent, and how it was asked for."""

    request: Request
    situation: str
    known: bool


def _distinct(side: Sequence[Sighting]) -> Collection[_Asking]:
    return dict.fromkeys(_Asking(sighting.request, sighting.situation, sighting.known) for sighting in side)


def _share_known(askings: Collection[_Asking]) -> float:
    return sum(asking.known for asking in askings) / len(askings)


def _covered(asked: Ground) -> int:
    """How many answers have a situation that both sides share, on the side that has fewer of them."""
    shared = set(asked.old) & set(asked.new)
    return min(sum(situation in shared for situation in side) for side in (asked.old, asked.new))


def _literal_places(shape: LearntShape) -> Iterator[Tokens]:
    waiting: list[tuple[Tokens, LearntShape]] = [((), shape)]
    while waiting:
        path, part = waiting.pop()
        if "string" in part.types and has_literals(part):
            yield path
        waiting.extend(((*path, key), below) for key, below in part.properties.items())
        if part.items is not None:
            waiting.append(((*path, "*"), part.items))


def _compare(
    old: list[Sighting], new: list[Sighting], ground: Ground, status: int, carriers: frozenset[Tokens]
) -> Iterator[Difference]:
    """The differences of media types, kinds of bodies, headers, and the bodies of each kind."""
    types = [_Sorted([sighting.media_type or "none" for sighting in side]) for side in (old, new)]
    retyped = list(_other(types[0], types[1], ground, "content-type", "media type"))
    yield from retyped
    yield from _header_differences(old, new, ground)
    bodies = [[sighting.body() for sighting in side] for side in (old, new)]
    kinds = [_Sorted([body.kind for body in side]) for side in bodies]
    if not retyped:
        yield from _other(kinds[0], kinds[1], ground, "body", "body")
    for kind in sorted(kinds[0].table.keys() & kinds[1].table.keys() & _PREFIXES.keys()):
        before = _learnt(old, bodies[0], kinds[0].table[kind])
        now = _learnt(new, bodies[1], kinds[1].table[kind])
        everywhere = status >= _ERRORS or kind.startswith("SOAP")
        literal = _everywhere if everywhere else carriers.__contains__
        for difference in Comparer(ground, _PREFIXES[kind], literal).compare(before, now):
            renamed = difference.place in _SOAP_NAMES
            yield replace(difference, worth=Worth.CONSUMERS) if renamed else difference


class _Sorted:
    """The numbers of answers, grouped by a name."""

    def __init__(self, names: list[str]) -> None:
        self.table: dict[str, list[int]] = {}
        for number, name in enumerate(names):
            self.table.setdefault(name, []).append(number)
        self.count = len(names)


def _other(old: _Sorted, new: _Sorted, ground: Ground, place: str, what: str) -> Iterator[Difference]:
    for name in sorted(new.table.keys() - old.table.keys()):
        hits = new.table[name]
        if ground.appeared(range(old.count), hits, range(new.count)):
            known = " or ".join(sorted(old.table))
            first, then = Evidence(known, old.count, old.count), Evidence(name, len(hits), new.count)
            says = f"the {what} is {name}; it was {known}"
            yield Difference(place, place, says, Worth.CONSUMERS, first, then, tuple(hits))


def _header_differences(old: list[Sighting], new: list[Sighting], ground: Ground) -> Iterator[Difference]:
    before, now = _headers(old), _headers(new)
    yield from Comparer(ground, "header", _literal_header).compare(before, now)


def _headers(side: list[Sighting]) -> LearntShape:
    shape = LearntShape()
    for number, sighting in enumerate(side):
        shape.learn([sighting.headers()], number, sighting.echoes())
    return shape


def _literal_header(path: Tokens) -> bool:
    return bool(path) and (path[0] in _LITERAL_HEADERS or path[0].startswith("set-cookie "))


def _everywhere(_path: Tokens) -> bool:
    return True


def _learnt(side: list[Sighting], bodies: list[ParsedBody], numbers: list[int]) -> LearntShape:
    shape = LearntShape()
    for number in numbers:
        shape.learn([bodies[number].tree], number, side[number].echoes())
    return shape
