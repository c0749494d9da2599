"""Hypothesis as the properties source uses it: the same for the same seed, quiet, bounded, and shrinking."""

import pytest
from hypothesis import strategies as st

from troth.errors import UsageInvalid
from troth.sources.properties.generation import Enough, draw_many, shrink

WORDS = st.lists(st.text(max_size=5), max_size=5)


@pytest.mark.parametrize("seed", ["", "0/shop.readOrder/properties/fuzzing/positive", "é"])
@pytest.mark.parametrize("count", [1, 7, 30])
def test_draws_are_the_same_for_the_same_seed(seed, count):
    drawn = draw_many(WORDS, count, seed)
    assert drawn == draw_many(WORDS, count, seed)
    assert 0 < len(drawn) <= count


def test_draws_differ_for_another_seed():
    assert draw_many(WORDS, 20, "one") != draw_many(WORDS, 20, "another")


def test_nothing_to_draw():
    assert draw_many(st.nothing(), 5, "s") == []
    assert draw_many(st.integers().filter(lambda _: False), 5, "s") == []


def test_shrinks_to_the_smallest(capfd):
    failing = []

    def fails(number):
        if number > 1_000:
            failing.append(number)
        return number > 1_000

    shrink(st.integers(0, 10**9), 20, "s", fails)
    assert min(failing) == 1_001
    assert capfd.readouterr() == ("", "")


def test_starts_from_what_was_drawn():
    """What failed among the draws is met again, so that there is something to shrink."""
    drawn = draw_many(WORDS, 20, "s")
    seen = []

    def fails(value):
        seen.append(value)
        return len(seen) == len(drawn)

    shrink(WORDS, 20, "s", fails)
    assert seen[: len(drawn)] == drawn


def test_a_search_ends_when_it_has_had_enough():
    calls = []

    def fails(number):
        calls.append(number)
        if len(calls) > 15:
            raise Enough
        return number > 3

    shrink(st.integers(0, 10**9), 100, "s", fails)
    assert len(calls) == 16


@pytest.mark.parametrize("after", [0, 25])
def test_trouble_is_not_what_is_looked_for(after):
    """An error of the judge ends the search at once, and is not shrunk in the place of a failure."""
    calls = []

    def fails(number):
        calls.append(number)
        if len(calls) > after:
            raise UsageInvalid("the target is gone")
        return number > 123_456_789

    with pytest.raises(UsageInvalid, match="gone"):
        shrink(st.integers(0, 10**9), 100, "s", fails)
    assert len(calls) == after + 1
