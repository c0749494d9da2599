"""The corpus itself: every fault shows, none hides, and a mock without one is untouched."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product, zip_longest
from pathlib import Path
from typing import Any

import pytest

from faults.calling import CALLERS, Caller, basic
from faults.corpus import BATCH_NAMES, BATCHES, DEALT, FAULTS, THIRD, plant
from faults.faults import Fault, Faulty, Kind
from troth.mocks.service import Clock, Service
from troth.vendors.installed import InstalledVendors

START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
VENDORS = InstalledVendors()
SURE = {"documented", "example", "observed"}
FACTS = Path(__file__).parents[3] / "shared" / "facts"

every_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


def mock_of(fault: Fault) -> Service:
    return VENDORS.mock(fault.vendor)(Clock(START))


def story(fault: Fault, stand_in: Service | Faulty) -> list[object]:
    """What the fault's story meets with this stand-in: every answer, and every pause behind the last of them."""
    caller: Caller = CALLERS[fault.vendor](stand_in)
    if isinstance(stand_in, Faulty):
        stand_in.pause = lambda seconds: caller.transcript.append(("paused", seconds))
    fault.probe(caller)
    return caller.transcript


@every_fault
def test_a_fault_changes_an_answer_of_its_own_story(fault: Fault) -> None:
    clean, faulty = story(fault, mock_of(fault)), story(fault, fault.plant(mock_of(fault)))
    differences = [index for index, pair in enumerate(zip_longest(clean, faulty)) if pair[0] != pair[1]]
    assert differences
    assert differences[0] < fault.calls


@every_fault
def test_a_story_is_as_long_as_the_fault_says(fault: Fault) -> None:
    assert len(story(fault, mock_of(fault))) == fault.calls


@every_fault
def test_a_fault_is_the_same_each_time_and_a_reset_undoes_it(fault: Fault) -> None:
    stand_in = fault.plant(mock_of(fault))
    first = story(fault, stand_in)
    stand_in.reset()
    assert story(fault, stand_in) == first
    assert story(fault, fault.plant(mock_of(fault))) == first


@every_fault
def test_the_wrapping_alone_changes_nothing(fault: Fault) -> None:
    assert story(fault, Faulty(mock_of(fault))) == story(fault, mock_of(fault))


@every_fault
def test_a_fault_contradicts_more_than_our_own_reading(fault: Fault) -> None:
    assert SURE & {fact.confidence for fact in fault.contradicts}
    assert fault.does.endswith(".")


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the checkout")
@every_fault
def test_the_sections_that_a_fault_names_exist(fault: Fault) -> None:
    headings = {
        line.lstrip("# ").split(" ")[0].rstrip(".")
        for line in (FACTS / f"{fault.vendor}.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    }
    for fact in fault.contradicts:
        # "4.1.3" and "7.16" are rows of a table, which have no heading of their own.
        assert fact.section in headings or fact.section.rpartition(".")[0] in headings


_HOSTILE = (
    b"",
    b"null",
    b"[]",
    b"\xff\xfe",
    b'{"request":null}',
    b'{"request":{"user":null,"synchronize":3}}',
    b'{"request":{"user":[],"synchronize":[],"update_mode":7}}',
    b'{"request":{"user":{"externalid":[],"login":{},"password":0,"identity":[1],"user_token":null}}}',
    b'{"request":{"user":{"identity":{"customData":[],"displayName":{}}},"update_mode":"append"}}',
    b'{"request":{"synchronize":{"identifier":[],"user":[]}}}',
    b'{"sign_in":null}',
    b'{"sign_in":{"user_id":[]}}',
    b"<a/>",
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><%s/></e:Body></e:Envelope>',
)
_QUERIES = ("", "page=2&page=x&entries_per_page=9999999999999&order_direction=desc", "filters=%FF;;&fields=,,&token=")
_WRONG_KEYS = ("", "Basic !!", "Basic a", "Basic /w==", "Bearer x")


def _addresses(fault: Fault, operation: str) -> Iterator[tuple[str, str]]:
    """What the operation may be asked under: a name that nothing has, and one that something has."""
    if operation == "*":
        operation = "GET /users.json" if fault.vendor == "oneall" else "GET /v1/marketing/login/info"
    if operation.startswith("Esws."):
        operation = "POST /webservicesesws"
    method, _, path = operation.partition(" ")
    world: Any = mock_of(fault).world()
    known = {
        "oneall": world.get("fresh_identity", {}).get("identity_token" if "identities" in path else "user_token"),
        "socialidnow": world.get("connection", {}).get("id"),
        "esws": "0" * 64,
    }[fault.vendor]
    for name in ("nobody", known):
        yield method, re.sub(r"\{\w+\}", name, path)


@every_fault
def test_a_fault_keeps_its_feet_whatever_is_asked(fault: Fault) -> None:
    stand_in = fault.plant(mock_of(fault))
    stand_in.pause = lambda _seconds: None
    caller = Caller(stand_in)
    owners = {"oneall": ("site",), "socialidnow": ("account", "app"), "esws": ()}[fault.vendor]
    keys = [basic(caller.world[owner]["keys"]) for owner in owners] or [""]
    asked = [*product(_HOSTILE, _QUERIES, keys), *product((b"",), ("",), _WRONG_KEYS)]
    for operation in fault.operations:
        name = operation.encode() if operation.startswith("Esws.") else b"Esws.getQR"
        for method, path in _addresses(fault, operation):
            for body, query, authorization in asked:
                headers = {"Content-Type": "text/xml", "Authorization": authorization}
                caller.send(method, f"{path}?{query}", body.replace(b"%s", name), headers)


def test_names_are_unique() -> None:
    assert [name for name, number in Counter(fault.name for fault in FAULTS).items() if number > 1] == []


def test_the_corpus_is_large_and_mixed_enough() -> None:
    vendors = Counter(fault.vendor for fault in FAULTS)
    assert vendors["oneall"] >= 45
    assert vendors["socialidnow"] >= 25
    assert vendors["esws"] >= 35
    assert sum(2 <= fault.calls <= 3 for fault in FAULTS) >= 15
    assert {fault.kind for fault in FAULTS} == set(Kind)
    assert 3 <= sum(bool(fault.unexpectable) for fault in FAULTS) <= len(FAULTS) // 10


def test_the_batches_are_halves() -> None:
    sizes = Counter(BATCHES.values())
    assert set(BATCHES) == {fault.name for fault in FAULTS}
    assert set(sizes) == set(BATCH_NAMES)
    assert sizes["first"] + sizes["second"] == len(DEALT)
    assert abs(sizes["first"] - sizes["second"]) <= 1


def test_the_third_batch_is_large_and_says_what_to_expect() -> None:
    assert len(THIRD) >= 60
    assert {BATCHES[fault.name] for fault in THIRD} == {"third"}
    assert set(Counter(fault.vendor for fault in THIRD)) == set(VENDORS.names)
    assert {fault.expects for fault in THIRD} == {"breach", "surprise"}


@every_fault
def test_a_breach_is_expected_only_of_what_is_documented(fault: Fault) -> None:
    assert fault.expects == "surprise" or any(fact.confidence == "documented" for fact in fault.contradicts)


def test_a_fault_is_planted_in_its_own_vendor_alone() -> None:
    fault = FAULTS[0]
    other = next(one for one in FAULTS if one.vendor != fault.vendor)
    assert plant(fault.name, mock_of(fault)).fault is fault
    with pytest.raises(ValueError, match=other.vendor):
        plant(other.name, mock_of(fault))
    with pytest.raises(KeyError):
        plant("no-such-fault", mock_of(fault))
