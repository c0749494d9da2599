"""How a run ends: what its waivers came to."""

from collections.abc import Iterable

from troth.model.report import ItemResult
from troth.model.waivers import Waiver
from troth.session.run import Run
from troth.waivers.removable import Evidence, Place, removable, unclear_places


def needed_no_longer(
    run: Run,
    results: Iterable[ItemResult],
    matched: Iterable[str] = (),
    unclear: Iterable[Place] = (),
) -> tuple[Waiver, ...]:
    """The waivers that a run has shown to be removable; none where sources or examples were restricted.

    Args:
        run: the run, at its end.
        results: how its items ended.
        matched: waivers' findings that other processes of the same run met.
        unclear: operations of which other processes could not see everything.
    """
    options, waivers = run.options, run.court.waivers
    restricted = options.sources or options.budget.examples is not None or run.reached.conduct.halted()
    met = met_by(run) | frozenset(matched)
    if restricted or all(waiver.finding in met for waiver in waivers):
        return ()
    items: dict[Place, set[str]] = {}
    for item in run.items():
        items.setdefault((item.operation.vendor, item.operation.name), set()).add(item.name)
    hidden = unclear_places(seen.finding for seen in run.runner.tally.findings())
    evidence = Evidence(
        met,
        hidden | frozenset(unclear),
        results,
        run.runner.tally.counts(),
        {place: frozenset(names) for place, names in items.items()},
    )
    return removable(waivers, evidence)


def met_by(run: Run) -> frozenset[str]:
    """The findings of the waivers that matched something in this process, expired ones included."""
    waivers = (run.court.waiver_of(seen.finding) for seen in run.runner.tally.findings())
    return frozenset(waiver.finding for waiver in waivers if waiver is not None)
