"""Finds promises that new answers break and old ones kept, and assigns each to the difference that explains it."""

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
    """A finding of new answers on a promise that old ones kept, and the numbers of these answers."""

    finding: Finding
    hits: frozenset[int]


def new_breaches(old: Sequence[Sighting], new: Sequence[Sighting]) -> tuple[list[Breach], int]:
    """The promises that new answers of an operation break, and old ones kept.

    Returns:
        The breaches, and how many more there are of promises that no old answer was held to.
    """
    known = {finding.fingerprint[:4] for sighting in old for finding in sighting.findings}
    kept = {name for sighting in old for name in sighting.kept}
    broken: dict[tuple[str, ...], dict[int, Finding]] = {}
    for number, sighting in enumerate(new):
        for finding in sighting.findings:
            key = (*finding.fingerprint[:4], _INDEX.sub("/*", finding.where))
            if finding.fingerprint[:4] not in known:
                broken.setdefault(key, {})[number] = finding
    breaches = [Breach(min(broken[key].values(), key=_size), frozenset(broken[key])) for key in sorted(broken)]
    held = [
        breach
        for breach in breaches
        if breach.finding.subject.startswith(_CONFORMANCE) or breach.finding.subject in kept
    ]
    return held, len(breaches) - len(held)


def _size(finding: Finding) -> tuple[int, str, str, str]:
    return (len(finding.answered), finding.answered, finding.where, finding.message)


def attach(
    breaches: Sequence[Breach], differences: Sequence[tuple[Difference, frozenset[int]]]
) -> tuple[Mapping[int, list[Finding]], list[Breach]]:
    """Assign each breach to the difference that explains it: by its place, its words, or the answers that show both.

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


def _closest(
    breach: Breach, near: Sequence[int], differences: Sequence[tuple[Difference, frozenset[int]]]
) -> Iterator[int]:
    """The difference with the most similar set of answers; additive ones, which break nothing, excepted."""
    able = [number for number in near if differences[number][0].worth is not Worth.ADDITIVE]
    if able:
        yield max(able, key=lambda number: (_overlap(breach.hits, differences[number][1]), -number))


def _overlap(hits: frozenset[int], others: frozenset[int]) -> float:
    return len(hits & others) / len(hits | others)
