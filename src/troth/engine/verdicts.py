"""What findings are worth: basis, waivers, exit codes. The one room that decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from troth.engine.tally import Seen, exercisable
from troth.model.operation import Basis
from troth.model.report import Count, Finding, ItemResult, Kind, Reported, Verdict

KEPT, BROKEN, CANNOT_JUDGE = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known finding, accepted until a date."""

    code: str
    promise: str
    """``vendor.operation.subject``."""
    until: date
    why: str


@dataclass(frozen=True, slots=True)
class Court:
    """Decides what a finding is worth.

    Args:
        strict: surprises fail the run too.
        waivers: what is accepted.
        today: the day by which waivers end.
    """

    strict: bool = False
    waivers: tuple[Waiver, ...] = ()
    today: date = date.max

    def weigh(self, finding: Finding) -> tuple[Verdict, str, str]:
        """The verdict, the severity (``breach``, ``surprise``, ``unjudged``, ``waived``), and a waiver's reason."""
        if finding.unjudged:
            return Verdict.UNJUDGED, "unjudged", ""
        promise = f"{finding.vendor}.{finding.operation}.{finding.subject}"
        for waiver in self.waivers:
            if (waiver.code, waiver.promise) == (finding.code, promise) and self.today <= waiver.until:
                return Verdict.WAIVED, "waived", f"{waiver.why} (until {waiver.until.isoformat()})"
        if finding.basis is Basis.DOCUMENTED:
            return Verdict.BROKEN, "breach", ""
        return (Verdict.BROKEN if self.strict else Verdict.KEPT), "surprise", ""

    def verdict(self, findings: Iterable[Finding]) -> Verdict:
        """The verdict of one item: the worst of its findings."""
        verdicts = {self.weigh(finding)[0] for finding in findings}
        for worst in (Verdict.BROKEN, Verdict.UNJUDGED):
            if worst in verdicts:
                return worst
        return Verdict.WAIVED if verdicts == {Verdict.WAIVED} else Verdict.KEPT

    def report(self, seen: Seen, curl: str) -> Reported:
        """A finding as the report shows it."""
        verdict, severity, waiver = self.weigh(seen.finding)
        return Reported(seen.finding, verdict, severity, seen.count, seen.item, seen.exchange, curl, waiver)


def conclude(
    findings: Iterable[Reported], items: Iterable[ItemResult], counts: Iterable[Count], complete: bool = False
) -> tuple[Verdict, int, tuple[str, ...]]:
    """The verdict of a whole run, its exit code, and why.

    0 kept, 1 broken, 3 could not judge: nothing was judged, nobody answered, or a clause marked ``required`` was not
    exercised (with ``complete``, anything that a request can provoke). A green run that exercised nothing is the worst
    result there is.
    """
    broken = [one for one in findings if one.verdict is Verdict.BROKEN]
    if broken:
        number = len(broken)
        return Verdict.BROKEN, BROKEN, (f"{number} {'promise is' if number == 1 else 'promises are'} broken",)
    reasons = list(_doubts(items, counts, complete))
    if reasons:
        return Verdict.UNJUDGED, CANNOT_JUDGE, tuple(reasons)
    return Verdict.KEPT, KEPT, ()


def _doubts(items: Iterable[ItemResult], counts: Iterable[Count], complete: bool) -> Iterable[str]:
    results = list(items)
    judged = [item for item in results if item.exchanges and item.verdict is not Verdict.UNJUDGED]
    silent = [item for item in results if any(finding.code == "TR901" for finding in item.findings)]
    if not results:
        yield "nothing was selected, so nothing was judged"
        return
    if not judged:
        yield "nothing could be judged"
    elif silent:
        yield f"{len(silent)} of {len(results)} items got no answer from the target"
    for count in counts:
        if count.promise.required and not count.exercised:
            yield f"the required clause {count.promise.key} was not exercised"
        elif complete and exercisable(count) and not count.exercised:
            yield f"{count.promise.key} was not exercised"


def tally_line(counts: Iterable[Count]) -> Mapping[Kind, tuple[int, int]]:
    """Kind → (exercised, all), without what no request can provoke."""
    totals: dict[Kind, tuple[int, int]] = {}
    for count in counts:
        if not exercisable(count):
            continue
        done, total = totals.get(count.promise.kind, (0, 0))
        totals[count.promise.kind] = (done + (1 if count.exercised else 0), total + 1)
    return totals
