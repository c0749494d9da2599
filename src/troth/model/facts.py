"""The facts known about a target while one exchange is made and judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.model.contract import Fact


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be relied on: the target's world, what earlier answers gave, and what Troth minted itself."""

    world: Mapping[str, object] = field(default_factory=dict)
    given: Mapping[str, object] = field(default_factory=dict)
    closed: bool = False
    """True where all that exists is known, so that a value no fact has is nobody's."""
    minted: frozenset[str] = frozenset()
    """Values made to be unique in this run, for open worlds."""

    def look_up(self, fact: Fact) -> object:
        """The value of a fact.

        Raises:
            KeyError: the target does not give this fact; the argument is the fact as a contract writes it.
        """
        value: object = self.world if fact.root == "world" else self.given
        for part in fact.path:
            if not isinstance(value, Mapping) or part not in value:
                raise KeyError(str(fact))
            value = value[part]
        return value


UNKNOWN = Facts()
"""Nothing known, in an open world. One value, so that what is prepared for a world is prepared once for this one."""
