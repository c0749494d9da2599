"""Waivers: known findings that somebody accepts until a day."""

import re
from dataclasses import dataclass, field
from datetime import date

from troth.errors import Position

FINDING_ID = re.compile(r"(?P<code>[A-Z]{2,12}\d{3}) (?P<vendor>[\w-]+)\.(?P<operation>\S+) (?P<rest>\S.*)")
"""The form of ``Finding.id``."""
NEVER_WAIVED = re.compile(r"TR(9\d\d|402|403)")
"""Codes of findings that say nothing against a vendor, so that there is nothing to accept."""
HIDDEN = re.compile(r"<[A-Z][A-Z0-9_]*>")
"""What a report shows in place of a secret: a place that holds one cannot be named by a waiver."""
LONGEST_DAYS = 366
"""No waiver lasts longer from the day on which it is read: what is accepted for ever belongs in the contract."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that somebody accepts until a day."""

    finding: str
    """``Finding.id``."""
    reason: str
    until: date
    """The last day on which it holds."""
    who: str
    target: str = ""
    """Only on the target of this name; on every target where empty."""
    position: Position = field(default_factory=lambda: Position(""), compare=False)

    def holds(self, today: date) -> bool:
        """Whether it has not expired."""
        return today <= self.until
