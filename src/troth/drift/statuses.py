"""Compares statuses: of equal requests where there are any, else of all answers."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from troth.drift.comparing import Difference
from troth.drift.differences import Evidence, Worth
from troth.drift.evidence import ENOUGH_APART, Ground
from troth.drift.sightings import Sighting

_SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A difference of statuses, and the old status that it belongs to."""

    status: int
    difference: Difference


def compare_statuses(old: Sequence[Sighting], new: Sequence[Sighting], asked: Ground | None) -> Iterator[StatusChange]:
    """The differences between the statuses of one operation; ``hits`` are numbers in ``new``.

    Args:
        old: its old answers.
        new: its new ones.
        asked: the situation of each answer; None where the sides share no situation.
    """
    yield from _apart(old, new) if asked is None else _moves(old, new, asked)


def _moves(old: Sequence[Sighting], new: Sequence[Sighting], asked: Ground) -> Iterator[StatusChange]:
    before: dict[str, Counter[int]] = defaultdict(Counter)
    for situation, sighting in zip(asked.old, old, strict=True):
        before[situation][sighting.response.status] += 1
    now: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, sighting in enumerate(new):
        now[asked.new[number]][sighting.response.status].append(number)
    moved: dict[tuple[int, int], list[int]] = defaultdict(list)
    of: Counter[tuple[int, int]] = Counter()
    known_of: Counter[tuple[int, int]] = Counter()
    known_with: Counter[tuple[int, int]] = Counter()
    for situation, statuses in now.items():
        known = before.get(situation)
        if known is None:
            continue
        total, count = sum(map(len, statuses.values())), sum(known.values())
        ground = Ground([""] * count, [""] * total)
        for status, hits in statuses.items():
            if status not in known and ground.appeared(range(count), range(len(hits)), range(total)):
                usual = min(known, key=lambda candidate: (-known[candidate], candidate))
                moved[usual, status] += hits
                of[usual, status] += total
                known_of[usual, status] += count
                known_with[usual, status] += known[usual]
    for (was, status), hits in sorted(moved.items()):
        first = Evidence(str(was), known_with[was, status], known_of[was, status])
        then = Evidence(str(status), len(hits), of[was, status])
        says = f"answers {status} where it answered {was}"
        yield StatusChange(was, Difference("status", "status", says, Worth.CONSUMERS, first, then, tuple(sorted(hits))))


def _apart(old: Sequence[Sighting], new: Sequence[Sighting]) -> Iterator[StatusChange]:
    if min(len(old), len(new)) < ENOUGH_APART:
        return
    ground = Ground([""] * len(old), [""] * len(new))
    before, now = (Counter(sighting.response.status for sighting in side) for side in (old, new))
    everywhere = tuple(range(len(new)))
    for status in sorted(before.keys() - now.keys()):
        if ground.gone(range(before[status]), range(len(old)), range(len(new))):
            first, then = Evidence(str(status), before[status], len(old)), Evidence("absent", 0, len(new))
            difference = Difference(
                "status", "status-gone", "is never answered now", Worth.CONSUMERS, first, then, everywhere
            )
            yield StatusChange(status, difference)
    for status in sorted(now.keys() - before.keys()):
        if ground.appeared(range(len(old)), range(now[status]), range(len(new))):
            worth = Worth.CONSUMERS if status >= _SERVER_ERRORS else Worth.ADDITIVE
            first, then = Evidence("absent", 0, len(old)), Evidence(str(status), now[status], len(new))
            hits = tuple(number for number, sighting in enumerate(new) if sighting.response.status == status)
            yield StatusChange(status, Difference("status", "status-new", "is new", worth, first, then, hits))
