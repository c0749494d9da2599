"""The entries under ``free`` in contracts, and which surviving mutants they excuse."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.model.contract import Contract
from troth.strength.measurement import FreeUse, Mutant

_KEY = re.compile(r"^(?P<place>.*?)(?: \[(?P<operators>[a-z, -]+)\])?$", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Freedom:
    """One entry under ``free:``.

    A key is a place: a JSON Pointer (``*`` stands for one segment, ``**`` for any number of them), ``soap return``,
    ``header date``, ``text <a href>``. It may end in the operators that it excuses, such as ``/data/items [reorder]``.
    """

    contract: Contract
    key: str
    reason: str
    place: re.Pattern[str]
    operators: frozenset[str]

    def excuses(self, mutant: Mutant) -> bool:
        """Whether the entry names the place of a mutant, and its operator if it names operators."""
        if self.operators and mutant.operator not in self.operators:
            return False
        return self.place.fullmatch(mutant.place) is not None


def freedoms(contracts: Iterable[Contract]) -> tuple[Freedom, ...]:
    """Every entry of these contracts, in order."""
    return tuple(_freedom(contract, key, reason) for contract in contracts for key, reason in contract.free.items())


def _freedom(contract: Contract, key: str, reason: str) -> Freedom:
    match = _KEY.match(key)
    place, operators = (match["place"], match["operators"]) if match else (key, None)
    names = frozenset(part.strip() for part in operators.split(",")) if operators else frozenset()
    return Freedom(contract, key, reason, _place(place), names)


def _place(written: str) -> re.Pattern[str]:
    if not written.startswith("/"):
        return re.compile(re.escape(written).replace(r"\*", ".*"), re.IGNORECASE)
    parts = []
    for segment in written[1:].split("/"):
        if segment == "**":
            parts.append("(?:/[^/]*)*")
        else:
            parts.append("/" + re.escape(segment).replace(r"\*", "[^/]*"))
    return re.compile("".join(parts))


def uses(all_freedoms: Iterable[Freedom], counts: Mapping[Freedom, int]) -> tuple[FreeUse, ...]:
    """Every entry with the number of mutants that needed it."""
    return tuple(
        FreeUse(freedom.contract.file, freedom.key, freedom.reason, counts.get(freedom, 0), freedom.contract.position)
        for freedom in all_freedoms
    )
