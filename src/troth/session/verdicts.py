"""What findings are worth: basis, waivers, exit codes. The one room that decides."""

from collections.abc import Iterable, Mapping
from datetime import date

from troth.model.operation import Basis
from troth.model.report import Count, Finding, ItemResult, Kind, Reported, Verdict
from troth.model.waivers import Waiver
from troth.session.tally import Seen, exercisable

KEPT, BROKEN, CANNOT_JUDGE = 0, 1, 3


class Court:
    """Decides what a finding is worth.

    Args:
        strict: surprises fail the run too.
        waivers: what is accepted on this target.
        today: the day by which waivers expire.
    """

    def __init__(self, strict: bool = False, waivers: Iterable[Waiver] = (), today: date = date.max) -> None:
        self._strict = strict
        self._today = today
        self.waivers = tuple(waivers)
        self._by_finding: dict[str, Waiver] = {}
        # Where two speak of one finding (one of them on this target alone), the one that lasts longer decides.
        for waiver in sorted(self.waivers, key=lambda one: one.until):
            self._by_finding[waiver.finding] = waiver

    def weigh(self, finding: Finding) -> tuple[Verdict, str, Waiver | None]:
        """The verdict, the severity (``breach``, ``surprise``, ``unjudged``, ``waived``), and the waiver of it.

        A waiver beside another severity than ``waived`` has expired.
        """
        if finding.unjudged:
            return Verdict.UNJUDGED, "unjudged", None
        waiver = self.waiver_of(finding)
        if waiver is not None and waiver.holds(self._today):
            return Verdict.WAIVED, "waived", waiver
        if finding.basis is Basis.DOCUMENTED:
            return Verdict.BROKEN, "breach", waiver
        return (Verdict.BROKEN if self._strict else Verdict.KEPT), "surprise", waiver

    def waiver_of(self, finding: Finding) -> Waiver | None:
        """The waiver that speaks of a finding, expired or not."""
        if not self._by_finding or finding.unjudged:
            return None
        return self._by_finding.get(finding.exact_id) or self._by_finding.get(finding.id)

    def verdict(self, findings: Iterable[Finding]) -> Verdict:
        """The verdict of one item: the worst of its findings."""
        verdicts = {self.weigh(finding)[0] for finding in findings}
        for worst in (Verdict.BROKEN, Verdict.UNJUDGED, Verdict.WAIVED):
            if worst in verdicts:
                return worst
        return Verdict.KEPT

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
        reason = f"{number} {'promise is' if number == 1 else 'promises are'} broken"
        return Verdict.BROKEN, BROKEN, (reason, *_expired(broken))
    reasons = list(_doubts(items, counts, complete))
    if reasons:
        return Verdict.UNJUDGED, CANNOT_JUDGE, tuple(reasons)
    return Verdict.KEPT, KEPT, ()


def _expired(broken: Iterable[Reported]) -> Iterable[str]:
    for one in broken:
        if one.waiver is not None:
            yield f"a waiver expired on {one.waiver.until}: {one.waiver.finding}"


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
