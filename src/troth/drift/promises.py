"""Promises that new answers break and old ones kept, put to the difference that shows why."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from troth.drift.comparing import Difference
from troth.drift.differences import Worth
from troth.drift.sightings import Sighting
from troth.model.report import Finding

_CONFORMANCE = "conformance "
_INDEX = re.compile(r"/\d+(?=/|$)")
_UNTOLD = frozenset(("body", "header", "status", "soap", "html", "xml", "text", "content-type"))


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise newly broken, and the new answers (by number) that break it."""

    finding: Finding
    hits: frozenset[int]


def new_breaches(old: Sequence[Sighting], new: Sequence[Sighting]) -> tuple[list[Breach], int]:
    """What new answers of an operation break, and old ones kept.

    Returns:
        The breaches, and how many more there are of promises that no old answer was held to.
    """
    known = {one.fingerprint[:4] for sighting in old for one in sighting.findings}
    kept = {name for sighting in old for name in sighting.kept}
    found: dict[tuple[str, ...], dict[int, Finding]] = {}
    for number, sighting in enumerate(new):
        for one in sighting.findings:
            key = (*one.fingerprint[:4], _INDEX.sub("/*", one.where))
            if one.fingerprint[:4] not in known:
                found.setdefault(key, {})[number] = one
    breaches = [Breach(min(found[key].values(), key=_size), frozenset(found[key])) for key in sorted(found)]
    held = [one for one in breaches if one.finding.subject.startswith(_CONFORMANCE) or one.finding.subject in kept]
    return held, len(breaches) - len(held)


def _size(one: Finding) -> tuple[int, str, str, str]:
    return (len(one.answered), one.answered, one.where, one.message)


def attach(
    breaches: Sequence[Breach], differences: Sequence[tuple[Difference, frozenset[int]]]
) -> tuple[Mapping[int, list[Finding]], list[Breach]]:
    """Put each breach to the difference that explains it: at its place, named by it, or met in the same answers.

    Args:
        breaches: of one operation.
        differences: of the same operation, each with the numbers of the new answers that show it.

    Returns:
        Number of a difference → its findings; and the breaches that no difference explains.
    """
    put: dict[int, list[Finding]] = {}
    alone = []
    for breach in breaches:
        near = [number for number, (_, hits) in enumerate(differences) if hits & breach.hits]
        chosen = [number for number in near if _at(differences[number][0].place, breach.finding.where)]
        chosen = chosen or [number for number in near if _named(differences[number][0].place, breach.finding)]
        chosen = chosen or list(_closest(breach, near, differences))
        for number in chosen:
            put.setdefault(number, []).append(breach.finding)
        if not chosen:
            alone.append(breach)
    return put, alone


def _at(place: str, where: str) -> bool:
    """Whether a finding is at a place, or at what holds it (a schema misses a field where the object is)."""
    found = _INDEX.sub("/*", where).lower()
    wanted = place.lower()
    return found == wanted or (found.startswith("body /") and wanted.startswith(found.rstrip("/") + "/"))


def _named(place: str, finding: Finding) -> bool:
    """Whether what a finding says names the last part of a place."""
    part = place.replace(" ", "/").rpartition("/")[2]
    if part in _UNTOLD or not part.strip("*{}"):
        part = next((one for one in reversed(place.replace(" ", "/").split("/")) if one.strip("*{}")), "")
    if part in _UNTOLD:
        return False
    said = f"{finding.where} {finding.message} {finding.expected}"
    return re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", said) is not None


def _closest(
    breach: Breach, near: Sequence[int], differences: Sequence[tuple[Difference, frozenset[int]]]
) -> Iterator[int]:
    """The difference that is met in most nearly the same answers; what is merely new breaks nothing."""
    able = [number for number in near if differences[number][0].worth is not Worth.ADDITIVE]
    if able:
        yield max(able, key=lambda one: (_overlap(breach.hits, differences[one][1]), -one))


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)
