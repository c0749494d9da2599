"""Finds promises that new answers break and old ones kept, and assigns each to the difference that explains it."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from troth.drift.comparing import Difference
from troth.drift.differences import Worth
from troth.drift.sightings import Sighting, first_asked
from troth.model.exchange import Request
from troth.model.report import Finding

_CONFORMANCE = "conformance "
_INDEX = re.compile(r"/\d+(?=/|$)")
_MOVES = frozenset(("status", "status-new"))
"""Sorts of differences after which nothing else in an answer has its like."""
_UNTOLD = frozenset(("body", "header", "status", "soap", "html", "xml", "text", "content-type"))


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that new answers break and old ones kept; answers are numbered without those to repeated requests."""

    finding: Finding
    hits: frozenset[int]
    """Answers that break it, or whose request, asked again, was answered so."""
    kept: frozenset[int]
    """Answers that were held to it and kept it; of specs it is not known."""


def new_breaches(old: Sequence[Sighting], new: Sequence[Sighting]) -> tuple[list[Breach], int]:
    """The promises that new answers of an operation break, and old ones kept.

    Args:
        old: every old answer.
        new: every new one. What a request asked again brings up is put to the answer of the same request before.

    Returns:
        The breaches, and how many more there are of promises that no old answer was held to.
    """
    known = {finding.fingerprint[:4] for sighting in old for finding in sighting.findings}
    kept = {name for sighting in old for name in sighting.kept}
    asked = first_asked(new)
    numbers: dict[Request, int] = {}
    for number, sighting in enumerate(asked):
        if not sighting.again or sighting.request not in numbers:
            numbers[sighting.request] = number
    broken: dict[tuple[str, ...], dict[int, Finding]] = {}
    repeats = ((numbers[sighting.request], sighting) for sighting in new if sighting.again)
    for number, sighting in (*enumerate(asked), *repeats):
        for finding in sighting.findings:
            key = (*finding.fingerprint[:4], _INDEX.sub("/*", finding.where))
            if finding.fingerprint[:4] not in known:
                broken.setdefault(key, {}).setdefault(number, finding)
    breaches = [_breach(broken[key], asked) for key in sorted(broken)]
    held = [
        breach
        for breach in breaches
        if breach.finding.subject.startswith(_CONFORMANCE) or breach.finding.subject in kept
    ]
    return held, len(breaches) - len(held)


def _breach(broken: Mapping[int, Finding], asked: Sequence[Sighting]) -> Breach:
    finding = min(broken.values(), key=_size)
    kept = {number for number, sighting in enumerate(asked) if finding.subject in sighting.kept}
    return Breach(finding, frozenset(broken), frozenset(kept - broken.keys()))


def _size(finding: Finding) -> tuple[int, str, str, str]:
    return (len(finding.answered), finding.answered, finding.where, finding.message)


def attach(
    breaches: Sequence[Breach], differences: Sequence[Difference], compared: Set[int]
) -> tuple[Mapping[int, list[Finding]], list[Breach]]:
    """Assign each breach to the differences that explain it.

    Args:
        breaches: of one operation.
        differences: of the same operation.
        compared: numbers of the new answers whose shapes and texts were compared with old ones.

    Returns:
        Number of a difference → its findings; and the breaches that no difference explains.
    """
    put: dict[int, list[Finding]] = {}
    alone = []
    for breach in breaches:
        explained = _explained(breach, differences, compared)
        for number in explained:
            put.setdefault(number, []).append(breach.finding)
        if not explained:
            alone.append(breach)
    return put, alone


def _explained(breach: Breach, differences: Sequence[Difference], compared: Set[int]) -> list[int]:
    """Numbers of the differences that explain a breach; none where most of its answers stay unexplained.

    Of an answer whose status moved, nothing else is compared: the move explains whatever it breaks. In the others it is
    a difference at the place of the breach, or one that the breach names, or one that is met in the same answers.
    """
    near = [number for number, difference in enumerate(differences) if breach.hits.intersection(difference.hits)]
    moves = [number for number in near if differences[number].sort in _MOVES]
    moved = breach.hits & _hits(differences, moves)
    rest = breach.hits - moved
    if len(moved) >= len(rest):
        return moves
    near = [number for number in near if number not in moves and rest.intersection(differences[number].hits)]
    at = [number for number in near if _at(differences[number].place, breach.finding.where)]
    if at:
        return [*moves, *at]
    wanted = (rest & compared) or rest
    near = [number for number in near if _met_where_broken(breach, differences[number])]
    named = [number for number in near if _named(differences[number].place, breach.finding)]
    if named and _most(_hits(differences, named), wanted):
        return [*moves, *named]
    able = [number for number in near if _may_break(differences[number]) and _most(differences[number].hits, wanted)]
    closest = sorted(able, key=lambda number: (-_overlap(wanted, differences[number].hits), number))[:1]
    return [*moves, *closest] if closest else []


def _hits(differences: Sequence[Difference], numbers: Iterable[int]) -> frozenset[int]:
    return frozenset(hit for number in numbers for hit in differences[number].hits)


def _met_where_broken(breach: Breach, difference: Difference) -> bool:
    """Whether, of the answers held to the promise that show a difference, no more keep it than break it."""
    return len(breach.hits.intersection(difference.hits)) >= len(breach.kept.intersection(difference.hits))


def _most(hits: Iterable[int], wanted: Set[int]) -> bool:
    return 2 * len(wanted & frozenset(hits)) >= len(wanted)


def _may_break(difference: Difference) -> bool:
    """Whether a difference may break what does not name it: what is merely new, or a header, does not."""
    return difference.worth is not Worth.ADDITIVE and not difference.place.startswith("header ")


def _at(place: str, where: str) -> bool:
    """Whether a finding is at a place or at an object that contains it, since a missing field is reported there."""
    met = _INDEX.sub("/*", where).lower()
    wanted = place.lower()
    return met == wanted or (met.startswith("body /") and wanted.startswith(met.rstrip("/") + "/"))


def _named(place: str, finding: Finding) -> bool:
    """Whether the text of a finding names the last part of a place."""
    part = place.replace(" ", "/").rpartition("/")[2]
    if part in _UNTOLD or not part.strip("*{}"):
        part = next((segment for segment in reversed(place.replace(" ", "/").split("/")) if segment.strip("*{}")), "")
    if part in _UNTOLD:
        return False
    words = f"{finding.where} {finding.message} {finding.expected}"
    return re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", words) is not None


def _overlap(wanted: Set[int], hits: Iterable[int]) -> float:
    shown = frozenset(hits)
    return len(wanted & shown) / len(wanted | shown)
