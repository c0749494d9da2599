"""What stops us, as a tree; a broken promise is never an exception.

``TrothError``
├── ``InputInvalid``     a file cannot be used: all its problems, each with its place (exit code 2)
├── ``UsageInvalid``     an option, a name or an address that cannot be used (exit code 2)
│   └── ``PluginInvalid``    an installed package that extends Troth cannot be used (exit code 2)
├── ``CannotJudge``      nothing can be said about the target: it is down or gave nothing to judge (exit code 3)
└── ``PluginFailed``     code of such a package raised an error during a run (exit code 4)

Anything else that escapes is an error inside Troth (exit code 4). ``ExitCode`` lists all codes of a process.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum

_LONGEST_LINE = 160


class ExitCode(IntEnum):
    """With which code a process ends."""

    KEPT = 0
    BROKEN = 1
    """A promise is broken."""
    OURS = 2
    """Usage, files, facts or keys of ours cannot be used."""
    NOT_JUDGED = 3
    """The target could not be judged."""
    CRASHED = 4
    """An error inside Troth."""
    INCOMPLETE = 5
    """Limits of ours kept the run from its end: a budget, a clause marked ``required``, ``--complete``, a recording."""
    INTERRUPTED = 130
    """By SIGINT."""
    TERMINATED = 143
    """By SIGTERM."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file: 1-based line and column, and the line's own text for quoting. Line 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0
    text: str = ""

    def __str__(self) -> str:
        """``file:line:column``, as editors and terminals link it."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one input: where, what, and what to do about it."""

    position: Position
    message: str
    fix: str = ""
    severity: str = "error"
    """``error`` stops the run; ``warning`` is only reported, by ``troth lint``."""

    def __str__(self) -> str:
        """The problem as a person reads it: place, message, the author's own line with a caret, and the fix."""
        lines = [f"{self.position}: {self.severity}: {self.message}"]
        if self.position.text.strip():
            shown, column = _window(self.position.text.rstrip(), self.position.column)
            lines.append(f"    {shown}")
            lines.append("    " + " " * (min(column, len(shown) + 1) - 1) + "^")
        if self.fix:
            lines.append(f"    fix: {self.fix}")
        return "\n".join(lines)


def _window(text: str, column: int) -> tuple[str, int]:
    """As much of a line as a reader takes in, and the column in there: a machine's JSON is one line of megabytes."""
    if len(text) <= _LONGEST_LINE:
        return text, column
    start = max(0, min(column - _LONGEST_LINE // 2, len(text) - _LONGEST_LINE))
    before, after = "…" if start else "", "…" if start + _LONGEST_LINE < len(text) else ""
    return before + text[start : start + _LONGEST_LINE] + after, column - start + len(before)


class TrothError(Exception):
    """The root of everything that stops a run on purpose."""

    exit_code = ExitCode.CRASHED


class InputInvalid(TrothError):
    """Files that cannot be used.

    Args:
        problems: every problem found, not only the first.
    """

    exit_code = ExitCode.OURS

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.position))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageInvalid(TrothError):
    """An option, a name or an address that cannot be used; the message says what would be."""

    exit_code = ExitCode.OURS


class PluginInvalid(UsageInvalid):
    """A plug-in that was selected and cannot be used: it does not import, or gives something else than it must.

    The message names the distribution that brings it.
    """


class PluginFailed(TrothError):
    """Code of a plug-in raised an error, or gave something that its protocol does not allow, after it was loaded.

    The message names the distribution that brings it.
    """

    exit_code = ExitCode.CRASHED


class CannotJudge(TrothError):
    """The target gave nothing to judge."""

    exit_code = ExitCode.NOT_JUDGED


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A suggestion for a misspelt name, such as ``did you mean 'oneall'?``, or a list of what there is.

    Args:
        name: what was written.
        known: what could have been written.

    Returns:
        A sentence without a full stop, or ``""`` when nothing is known.
    """
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return ""
    shown = ", ".join(names[:12])
    return f"known: {shown}" + (", …" if len(names) > 12 else "")
