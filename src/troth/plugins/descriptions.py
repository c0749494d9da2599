"""What a package outside the tree says of a check, a source of requests or a report that it adds to Troth."""

import re
from dataclasses import dataclass

from troth.model.ports import Check, MakesSource, Reporter
from troth.plugins.entry_points import Description
from troth.reporting.codes import Code

CHECK_NAME = re.compile(r"[a-z]{2,12}")
"""A check's name; in capitals it is the prefix of its codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDescription(Description):
    """A check of answers beyond specs and contracts (entry point group ``troth.checks``).

    Its name is 2 to 12 lower-case letters. Its codes are the name in capitals and three digits: ``limits`` has
    ``LIMITS101``.
    """

    check: Check
    codes: tuple[Code, ...]
    """Every code that its findings carry, explained for ``troth explain``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescription(Description):
    """A source of requests (entry point group ``troth.sources``), selected with ``--only NAME``."""

    make: MakesSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterDescription(Description):
    """A format of reports (entry point group ``troth.reporters``), selected with ``--report NAME=FILE``."""

    write: Reporter
    """Is given the report after every secret in it was replaced."""
