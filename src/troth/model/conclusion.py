"""How a command ends: its reasons, and the exit code and verdict that follow from them. The only place that decides."""

from collections.abc import Iterable
from dataclasses import dataclass

from troth.errors import ExitCode
from troth.model.report import Reason, Verdict

PRECEDENCE = (
    ExitCode.TERMINATED,
    ExitCode.INTERRUPTED,
    ExitCode.BROKEN,
    ExitCode.CRASHED,
    ExitCode.OURS,
    ExitCode.NOT_JUDGED,
    ExitCode.INCOMPLETE,
    ExitCode.KEPT,
)
"""Where there are reasons for several codes, the first of them is the code of the run."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The exit code, the verdict, and the reasons for them, the deciding ones first."""

    exit_code: ExitCode = ExitCode.KEPT
    verdict: Verdict = Verdict.KEPT
    reasons: tuple[Reason, ...] = ()


def conclude(reasons: Iterable[Reason]) -> Conclusion:
    """What follows from reasons; from none, that everything is kept."""
    ordered = tuple(sorted(reasons, key=lambda reason: PRECEDENCE.index(reason.code)))
    code = ordered[0].code if ordered else ExitCode.KEPT
    verdict = {ExitCode.KEPT: Verdict.KEPT, ExitCode.BROKEN: Verdict.BROKEN}.get(code, Verdict.UNJUDGED)
    if verdict is Verdict.UNJUDGED and any(reason.code is ExitCode.BROKEN for reason in ordered):
        verdict = Verdict.BROKEN
    return Conclusion(code, verdict, ordered)


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a run sends nothing more."""

    text: str
    code: ExitCode
    """``NOT_JUDGED`` where the target is out of service, ``INCOMPLETE`` where a limit of ours was reached."""

    @property
    def reason(self) -> Reason:
        """The same as a reason for an exit code."""
        return Reason("outage" if self.code is ExitCode.NOT_JUDGED else "budget-spent", self.text, self.code)
