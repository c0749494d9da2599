"""What findings are worth: basis and waivers."""

from collections.abc import Iterable
from datetime import date

from troth.model.operation import STRENGTHS, Basis
from troth.model.report import Finding, Reported, Verdict
from troth.model.waivers import Waiver
from troth.session.tally import MetFinding


class Court:
    """Decides what a finding is worth.

    Args:
        fail_on: the weakest basis whose findings fail the run.
        waivers: what is accepted on this target.
        today: the day by which waivers expire.
    """

    def __init__(
        self, fail_on: Basis = Basis.DOCUMENTED, waivers: Iterable[Waiver] = (), today: date = date.max
    ) -> None:
        self._failing = frozenset(STRENGTHS[: STRENGTHS.index(fail_on) + 1])
        self._today = today
        self.waivers = tuple(waivers)
        self._by_finding: dict[str, Waiver] = {}
        # Where two speak of one finding (one of them on this target alone), the one that lasts longer decides.
        for waiver in sorted(self.waivers, key=lambda waiver: waiver.until):
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
        verdict = Verdict.BROKEN if finding.basis in self._failing else Verdict.KEPT
        return verdict, "breach" if finding.basis is Basis.DOCUMENTED else "surprise", waiver

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

    def report(self, met: MetFinding, curl: str) -> Reported:
        """A finding as the report shows it."""
        verdict, severity, waiver = self.weigh(met.finding)
        return Reported(met.finding, verdict, severity, met.count, met.item, met.exchange, curl, waiver)
