"""Two sets of answers, operation by operation and status by status."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from troth.drift.comparing import Comparer, Difference, Path
from troth.drift.differences import Change, Evidence, Worth
from troth.drift.evidence import ENOUGH_APART, Ground
from troth.drift.promises import Breach, attach, new_breaches
from troth.drift.shapes import Shape
from troth.drift.sightings import Body, Sighting, first_asked
from troth.drift.statuses import compare_statuses
from troth.drift.texts import says_literals
from troth.model.exchange import Request
from troth.model.report import Finding

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
"""By how much the shares of requests whose classes are known may differ for classes to tell what was asked alike."""
_SOAP_NAMES = ("soap element", "soap namespace")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a comparison found."""

    changes: tuple[Change, ...]
    compared: int
    """Statuses of operations that could be compared."""
    apart: tuple[str, ...]
    """What could not be compared, with the reason."""


def measure(old: Sequence[Sighting], new: Sequence[Sighting]) -> Measured:
    """Compare two sets of answers. Their order is of no importance but for where a change is first seen."""
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
    return Measured(tuple(changes), compared, tuple(apart))


def _by_operation(sightings: Sequence[Sighting]) -> dict[str, list[Sighting]]:
    found: dict[str, list[Sighting]] = {}
    for one in sightings:
        found.setdefault(f"{one.vendor}.{one.operation}", []).append(one)
    return found


class _Operation:
    """One operation, answered on both sides.

    Shapes, texts and statuses are compared without the answers to requests asked again. One side asked again since an
    answer had broken a promise, the other did not, so these answers have no like; they count for promises alone.
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
        """Every change of the operation, promises considered."""
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
        """Numbers of the answers with a status that were asked for alike (or all, where no request was).

        ``moved``: a change of status already says why there may be none.
        """
        old = [number for number, one in enumerate(self.old) if one.response.status == status]
        new = [number for number, one in enumerate(self.new) if one.response.status == status]
        asked = self.asked
        if asked is not None:
            shared = {asked.old[one] for one in old} & {asked.new[one] for one in new}
            old = [one for one in old if asked.old[one] in shared]
            new = [one for one in new if asked.new[one] in shared]
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

    def _carriers(self) -> frozenset[Path]:
        """Places that say literals in old error answers, where those of other statuses are meant word for word too."""
        shape = Shape()
        for number, one in enumerate(self.old):
            body = one.body()
            if one.response.status >= _ERRORS and body.kind == "JSON":
                shape.learn([body.tree], number, one.echoes())
        return frozenset(_literal_places(shape))

    def _status(self, status: int, old: list[int], new: list[int], carriers: frozenset[Path]) -> Iterator[Difference]:
        """Differences at one status; ``hits`` are numbers in all new answers of the operation."""
        before, now = [self.old[one] for one in old], [self.new[one] for one in new]
        ground = Ground([""] * len(old), [""] * len(new))
        if self.asked is not None:
            ground = Ground([self.asked.old[one] for one in old], [self.asked.new[one] for one in new])
        for one in _compare(before, now, ground, status, carriers):
            yield replace(one, hits=tuple(new[hit] for hit in one.hits))

    def _change(self, status: int, one: Difference, findings: list[Finding]) -> Change:
        vendor, _, operation = self.name.partition(".")
        first = self.new[min(one.hits)].place if one.hits else ""
        return Change(
            vendor,
            operation,
            status,
            one.place,
            one.sort,
            one.says,
            one.worth,
            one.old,
            one.new,
            first,
            tuple(findings),
        )

    def _alone(self, breach: Breach) -> Change:
        """A promise broken although no difference of shape or text shows why."""
        finding = breach.finding
        first = min(breach.hits)
        status = self.new[first].response.status
        answers = sum(one.response.status == status for one in self.new)
        old = Evidence("kept", 0, len(self.old), finding.expected)
        new = Evidence("broken", len(breach.hits), answers, finding.answered)
        one = Difference(
            finding.where, "promise", "a promise is no longer kept", Worth.PROMISE, old, new, tuple(sorted(breach.hits))
        )
        return self._change(status, one, [finding])


def _asked(old: Sequence[Sighting], new: Sequence[Sighting]) -> Ground | None:
    """The situation of each answer: its classes if most of a side share them, else the form of its request.

    Classes are of no use where one side lacks facts that the other has: what is not known there would be taken for what
    nobody knows here. That is told by the shares of distinct requests with known classes: how often a request was sent
    says nothing of facts.

    Returns:
        None where no two were asked for alike.
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
    """On the side that has fewer, how many answers were asked for as some of the other side were."""
    shared = set(asked.old) & set(asked.new)
    return min(sum(one in shared for one in side) for side in (asked.old, asked.new))


def _literal_places(shape: Shape) -> Iterator[Path]:
    waiting: list[tuple[Path, Shape]] = [((), shape)]
    while waiting:
        path, one = waiting.pop()
        if "string" in one.types and says_literals(one):
            yield path
        waiting.extend(((*path, key), below) for key, below in one.properties.items())
        if one.items is not None:
            waiting.append(((*path, "*"), one.items))


def _compare(
    old: list[Sighting], new: list[Sighting], ground: Ground, status: int, carriers: frozenset[Path]
) -> Iterator[Difference]:
    """Media type first, then what kind of body it is, then headers and the bodies of each kind."""
    types = [_Sorted([one.media_type or "none" for one in side]) for side in (old, new)]
    retyped = list(_other(types[0], types[1], ground, "content-type", "media type"))
    yield from retyped
    yield from _header_differences(old, new, ground)
    bodies = [[one.body() for one in side] for side in (old, new)]
    kinds = [_Sorted([body.kind for body in side]) for side in bodies]
    if not retyped:
        yield from _other(kinds[0], kinds[1], ground, "body", "body")
    for kind in sorted(kinds[0].table.keys() & kinds[1].table.keys() & _PREFIXES.keys()):
        before = _learnt(old, bodies[0], kinds[0].table[kind])
        now = _learnt(new, bodies[1], kinds[1].table[kind])
        everywhere = status >= _ERRORS or kind.startswith("SOAP")
        literal = _everywhere if everywhere else carriers.__contains__
        for one in Comparer(ground, _PREFIXES[kind], literal).compare(before, now):
            yield replace(one, worth=Worth.CONSUMERS) if one.place in _SOAP_NAMES else one


class _Sorted:
    """Answers by one of their properties."""

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


def _headers(side: list[Sighting]) -> Shape:
    shape = Shape()
    for number, one in enumerate(side):
        shape.learn([one.headers()], number, one.echoes())
    return shape


def _literal_header(path: Path) -> bool:
    return bool(path) and (path[0] in _LITERAL_HEADERS or path[0].startswith("set-cookie "))


def _everywhere(_path: Path) -> bool:
    return True


def _learnt(side: list[Sighting], bodies: list[Body], numbers: list[int]) -> Shape:
    shape = Shape()
    for number in numbers:
        shape.learn([bodies[number].tree], number, side[number].echoes())
    return shape
