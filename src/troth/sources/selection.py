"""Which combinations of classes to send. Errors mask each other, so plain pairwise would never reach a success.

Witnesses (each row alone once, each class once) always; on a closed world everything up to a limit; else witnesses and
a pairwise cover of the combinations in which one row applies alone.
"""

from collections.abc import Sequence
from itertools import combinations

from troth.sources.combinations import Combination

SEND_ALL = 1_000
"""At most so many combinations are sent on a closed world."""
Pair = tuple[tuple[str, str], tuple[str, str]]
"""Two inputs, each with a class."""


def select_combinations(candidates: Sequence[Combination], closed: bool) -> list[Combination]:
    """The combinations to send, witnesses first.

    Args:
        candidates: all that there are.
        closed: whether all that exists in the target's world is known.
    """
    chosen = witnesses(candidates)
    picked = {id(combination) for combination in chosen}
    rest = [combination for combination in candidates if id(combination) not in picked]
    specific = [combination for combination in rest if not combination.shared]
    if closed and len(specific) <= SEND_ALL:
        # Where a shared table decides (authentication), the operation's own inputs play no part: pairs of them suffice.
        sent = chosen + specific
        return sent + pairwise(sent, [combination for combination in rest if combination.shared])
    if closed:
        return chosen + pairwise(chosen, rest)
    return chosen + pairwise(chosen, [combination for combination in rest if combination.unambiguous])


def witnesses(candidates: Sequence[Combination]) -> list[Combination]:
    """Each row alone once, and each class once; combinations of one row are preferred."""
    chosen: list[Combination] = []
    rows: set[str] = set()
    classes: set[tuple[str, str]] = set()
    for combination in candidates:
        if combination.unambiguous and combination.rows[0] not in rows:
            rows.add(combination.rows[0])
            classes.update(combination.classes.items())
            chosen.append(combination)
    for combination in sorted(candidates, key=lambda combination: not combination.unambiguous):
        new = set(combination.classes.items()) - classes
        if new:
            classes |= new
            chosen.append(combination)
    return chosen


def pairwise(chosen: Sequence[Combination], rest: Sequence[Combination]) -> list[Combination]:
    """A greedy cover of every pair of classes that the rest can reach and the chosen ones do not."""
    covered = {pair for combination in chosen for pair in _pairs(combination)}
    added: list[Combination] = []
    for combination in rest:
        if len(added) == SEND_ALL:
            break
        new = _pairs(combination) - covered
        if new:
            covered |= new
            added.append(combination)
    return added


def _pairs(combination: Combination) -> set[Pair]:
    return set(combinations(sorted(combination.classes.items()), 2))
