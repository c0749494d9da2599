"""Two recordings of the mocks: without change nothing, with planted changes just these, each as what it is."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest
from drift_sides import Recorded, read, record
from plants import PLANTS, Plant, planted

from troth.drift.command import Side, compare
from troth.drift.differences import DriftReport, Worth
from troth.model.ports import RunOptions

OPERATIONS = tuple(sorted({plant.operation for plant in PLANTS}))


@cache
def recorded(seed: int) -> Recorded:
    return record(OPERATIONS, seed)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Side:
    return read(recorded(1).write(tmp_path_factory.mktemp("old")))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Side:
    return read(recorded(2).write(tmp_path_factory.mktemp("new"), planted(*PLANTS)))


@pytest.fixture(scope="module")
def report(old: Side, changed: Side) -> DriftReport:
    return compare(old, changed, RunOptions())


def shuffled(seed: int) -> Callable[[list[object]], None]:
    return Random(seed).shuffle


def test_without_change_there_is_nothing(old: Side, tmp_path: Path) -> None:
    """Other tokens, other minted values, another minute: the same shapes and texts."""
    again = read(recorded(2).write(tmp_path))
    bodies = [{one.response.body for one in side.collector.sightings} for side in (old, again)]
    assert len(bodies[1] - bodies[0]) > 100, "the two recordings hardly differ, so this proves nothing"
    found = compare(old, again, RunOptions(), strict=True)
    assert (found.changes, found.apart, found.exit_code) == ((), (), 0)
    assert found.compared > 15


def test_planted_changes_are_found_and_nothing_else(report: DriftReport) -> None:
    assert len(PLANTS) >= 12
    found = sorted((f"{one.vendor}.{one.operation}", one.status, one.place, one.sort) for one in report.changes)
    assert found == sorted((plant.operation, plant.status, plant.place, plant.sort) for plant in PLANTS)
    assert report.apart == ()
    assert report.exit_code == 1


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_each_is_classified(plant: Plant, report: DriftReport) -> None:
    (change,) = (one for one in report.changes if (one.place, one.sort) == (plant.place, plant.sort))
    assert change.shape == plant.shape
    assert set(plant.breaks) <= {finding.code for finding in change.broken}
    assert bool(plant.breaks) == bool(change.broken)
    assert change.worth is (Worth.PROMISE if plant.breaks else change.shape)
    assert 0 < change.new.count + (change.sort == "vanished") <= change.new.of + 1
    assert change.first.partition(":")[0].endswith(f"{change.vendor}.json")


def test_the_order_of_exchanges_is_of_no_importance(report: DriftReport, tmp_path: Path) -> None:
    mixed = [
        read(recorded(1).write(tmp_path / "old", order=shuffled(3))),
        read(recorded(2).write(tmp_path / "new", planted(*PLANTS), shuffled(4))),
    ]
    found = compare(*mixed, RunOptions())
    assert [replace(one, first="") for one in found.changes] == [replace(one, first="") for one in report.changes]


def test_the_way_back_is_drift_too(old: Side, changed: Side) -> None:
    """What is new one way has vanished the other way; nothing is broken that the old side did not keep."""
    back = compare(changed, old, RunOptions())
    sorts = {(one.place, one.sort) for one in back.changes}
    assert ("body /nickname", "vanished") in sorts
    assert ("body /username", "new") in sorts
    assert not any(one.broken for one in back.changes)
