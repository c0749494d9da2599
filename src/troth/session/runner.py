"""Items, each run to its end: its cases asked and judged, its verdict, and a crash of ours named."""

from collections.abc import Callable, Iterable
from itertools import chain
from time import perf_counter

from troth.errors import TrothError
from troth.judging.judge import OperationJudge
from troth.judging.terms import Terms
from troth.model.book import Book
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Item, Judges, NothingToAsk, Target
from troth.model.report import Finding, ItemResult, Promise, Reported, Verdict
from troth.session.asking import Asking
from troth.session.tally import MetFinding, Tally
from troth.session.verdicts import Court
from troth.targets.live.conduct import Conduct
from troth.wire.soap import XsdValidator


class Runner:
    """Runs items against a target. One runner serves the command line and pytest alike.

    Args:
        book: what was read.
        terms: the same, compiled.
        target: who answers.
        court: what findings are worth.
        watch: told every judge and its vendor before the judge is used; gives the judge to use.
        promises: what can be exercised beyond what the terms of operations promise (workflows).
        conduct: how to behave towards the target; without a word, everything may be asked.
        clean: gives a finding without secrets; nothing is taken out where none is given.
    """

    def __init__(
        self,
        book: Book,
        terms: Terms,
        target: Target,
        court: Court,
        watch: Callable[[Judges, str], Judges] | None = None,
        promises: Iterable[Promise] = (),
        conduct: Conduct | None = None,
        clean: Callable[[Finding], Finding] = lambda finding: finding,
    ) -> None:
        self._book = book
        self._terms = terms
        self._target = target
        self._court = court
        self._watch = watch
        self._conduct = conduct or Conduct()
        self._clean = clean
        self._judges: dict[tuple[str, int], Judges] = {}
        self._refused: dict[str, str] = {}
        self._worlds: list[Facts] = []
        self._xsd = {
            name: XsdValidator(vendor.spec.xsd) for name, vendor in book.vendors.items() if vendor.spec.xsd is not None
        }
        of_operations = (promise for terms_ in terms.operations.values() for promise in terms_.promises())
        self.tally = Tally(chain(of_operations, promises))

    def refuse(self, vendor: str, reason: str) -> None:
        """Run no item of this vendor from now on."""
        self._refused[vendor] = reason

    def run(self, item: Item) -> ItemResult:
        """Run one item to its end; what goes wrong inside a check makes the item unjudged and names the check."""
        result = self._run(item)
        self.tally.end(result)
        return result

    def _run(self, item: Item) -> ItemResult:
        halt = self._conduct.halted()
        reason = self._refused.get(item.operation.vendor, "") if halt is None else halt.text
        if reason:
            return _result(item, Verdict.SKIPPED, skipped=reason)
        started = perf_counter()
        self._conduct.begin(item.name)
        asking = Asking(item.name, self._target, self._conduct, self._judge_for, self.tally, self._clean)
        try:
            item.drive(asking.judge)
        except TrothError:
            raise
        except NothingToAsk as nothing:
            asking.held.setdefault(nothing.reason)
        except Exception as error:  # noqa: BLE001 - rule 9: a crash in a check is named and the run goes on
            asking.crashed(_crash(item.operation, error))
        self._conduct.end()
        findings = tuple(asking.findings.values())
        verdict, skipped = self._court.verdict(findings), ""
        if not asking.exchanges and verdict is Verdict.KEPT:
            verdict, skipped = Verdict.SKIPPED, "; ".join(asking.held) or "nothing to send"
        return _result(item, verdict, asking.exchanges, perf_counter() - started, findings, skipped)

    def reported(self, met: MetFinding, curl: str = "") -> Reported:
        """A finding of the tally as a report shows it."""
        return self._court.report(met, curl)

    def _judge_for(self, operation: Operation, facts: Facts) -> Judges:
        """The judge of an operation in a world; worlds are few and live as long as the run."""
        key = (str(operation), id(facts.world))
        judge = self._judges.get(key)
        if judge is None:
            self._worlds.append(facts)
            terms = self._terms.operations[str(operation)]
            judge = OperationJudge(terms, facts, self._xsd.get(operation.vendor))
            if self._watch is not None:
                judge = self._watch(judge, operation.vendor)
            self._judges[key] = judge
        return judge


def _result(
    item: Item,
    verdict: Verdict,
    exchanges: int = 0,
    seconds: float = 0.0,
    findings: tuple[Finding, ...] = (),
    skipped: str = "",
) -> ItemResult:
    operation = item.operation
    return ItemResult(
        item.name, item.source, operation.vendor, operation.name, verdict, exchanges, seconds, findings, skipped
    )


def _crash(operation: Operation, error: Exception) -> Finding:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    name = (
        place.tb_frame.f_code.co_qualname
        if place is not None and hasattr(place.tb_frame.f_code, "co_qualname")
        else "?"
    )
    return Finding(
        code="TR905",
        vendor=operation.vendor,
        operation=operation.name,
        subject=name,
        message=f"Troth itself failed in {name}: {type(error).__name__}: {error}",
        basis=operation.basis,
        citation=None,
        position=operation.position,
        unjudged=True,
    )
