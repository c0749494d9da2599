"""Tallies of one book add up: in any grouping, in any order, and through lines of JSON."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from troth.errors import Position
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.operation import Basis
from troth.model.report import Finding, ItemResult, Judgement, Kind, Met, Promise, Verdict
from troth.session.events import decode_events, encode_events
from troth.session.tally import Tally

NAMES = ("first", "second", "third")


def book() -> dict[str, Promise]:
    """The same promises as any other process has, and yet not the same objects."""
    place = Position("c.yaml", 1)
    return {name: Promise("shop", "buy", Kind.CLAUSE, name, Basis.DOCUMENTED, place) for name in NAMES}


FINDINGS = st.builds(
    Finding,
    code=st.sampled_from(["TR104", "TR301"]),
    vendor=st.just("shop"),
    operation=st.just("buy"),
    subject=st.sampled_from(NAMES),
    message=st.sampled_from(["no", "still no"]),
    basis=st.just(Basis.DOCUMENTED),
    citation=st.none(),
    position=st.just(Position("c.yaml", 1)),
    where=st.sampled_from(["", "body /id"]),
)
REQUESTS = st.builds(Request, st.sampled_from(["GET", "PUT"]), st.sampled_from(["https://a", "https://b/c"]))
ANSWERS = st.builds(Response, st.sampled_from([200, 500]), st.just(()), st.binary(max_size=3)) | st.builds(
    NoAnswer, st.sampled_from(Silence)
)
EXCHANGES = st.builds(Exchange, REQUESTS, ANSWERS)
MARKS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(Met)), max_size=4)
PARTS = st.lists(st.tuples(EXCHANGES, st.lists(FINDINGS, max_size=3), MARKS), min_size=1, max_size=4)
RUNS = st.lists(st.tuples(st.sampled_from(["item-1", "item-2"]), PARTS), min_size=1, max_size=5)


def tally_of(run: tuple[str, Sequence[tuple[Exchange, list[Finding], list[tuple[str, Met]]]]]) -> Tally:
    item, parts = run
    promises = book()
    tally = Tally(promises.values())
    findings: dict[tuple[str, ...], Finding] = {}
    for exchange, met, marks in parts:
        judged = tuple((promises[name], how) for name, how in marks)
        tally.add(Judgement(exchange, "buy", tuple(met), judged, {}), item)
        findings.update({finding.fingerprint: finding for finding in met})
    verdict = Verdict.BROKEN if findings else Verdict.KEPT
    seconds = len(parts) / 3
    tally.end(ItemResult(item, "cases", "shop", "buy", verdict, len(parts), seconds, tuple(findings.values())))
    return tally


def added(*tallies: Tally) -> Tally:
    total = Tally(book().values())
    for tally in tallies:
        total.absorb(decode_events(encode_events(tally.events()).splitlines()))
    return total


def known(tally: Tally) -> object:
    """All that a report could show of a tally."""
    counts = [(count.promise.id, count.kept, count.broken, count.shadowed, count.unjudged) for count in tally.counts()]
    return counts, tally.findings(), sorted(tally.results(), key=lambda result: result.name)


@given(RUNS, st.randoms(use_true_random=False))
def test_tallies_add_up_in_any_order_and_grouping(
    runs: list[tuple[str, list[tuple[Exchange, list[Finding], list[tuple[str, Met]]]]]], chance: Random
) -> None:
    tallies = [tally_of(run) for run in runs]
    total = known(added(*tallies))
    shuffled = list(tallies)
    chance.shuffle(shuffled)
    assert known(added(*shuffled)) == total
    cut = chance.randrange(len(shuffled) + 1)
    assert known(added(added(*shuffled[:cut]), added(*shuffled[cut:]))) == total


def test_what_is_left_out_of_the_other_book_is_left_out_of_the_sum() -> None:
    tally = tally_of(("item-1", [(Exchange(Request("GET", "https://a"), Response(200)), [], [("first", Met.KEPT)])]))
    smaller = Tally([promise for name, promise in book().items() if name != "first"])
    smaller.absorb(tally.events())
    assert [count.kept for count in smaller.counts()] == [0, 0]
    assert [result.name for result in smaller.results()] == ["item-1"]
