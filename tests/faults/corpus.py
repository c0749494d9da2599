"""The whole corpus, and how it falls into three batches.

Batch ``first`` was committed before any contract was strengthened for it; ``second`` is the half to hold back. A seeded
shuffle dealt them, so that no taste could. Batch ``third`` was written later, again from the vendors' pages and the
facts alone, by somebody who knew the first two batches and no contract.
"""

import random
from collections.abc import Mapping
from types import MappingProxyType

from faults import (
    corpus_esws_people,
    corpus_esws_tokens,
    corpus_esws_wire,
    corpus_oneall_envelope,
    corpus_oneall_identities,
    corpus_oneall_lists,
    corpus_oneall_lookup,
    corpus_oneall_storage,
    corpus_socialidnow_connections,
    corpus_socialidnow_info,
    corpus_socialidnow_sign_ins,
    corpus_third_esws,
    corpus_third_esws_doors,
    corpus_third_oneall,
    corpus_third_oneall_doors,
    corpus_third_socialidnow,
    corpus_third_socialidnow_doors,
)
from faults.faults import Fault, Faulty
from troth.mocks.service import Service

DEALT: tuple[Fault, ...] = (
    *corpus_oneall_envelope.FAULTS,
    *corpus_oneall_identities.FAULTS,
    *corpus_oneall_lists.FAULTS,
    *corpus_oneall_lookup.FAULTS,
    *corpus_oneall_storage.FAULTS,
    *corpus_socialidnow_info.FAULTS,
    *corpus_socialidnow_connections.FAULTS,
    *corpus_socialidnow_sign_ins.FAULTS,
    *corpus_esws_wire.FAULTS,
    *corpus_esws_tokens.FAULTS,
    *corpus_esws_people.FAULTS,
)
"""The faults of the first two batches. They are closed: one more would deal the batches anew."""

THIRD: tuple[Fault, ...] = (
    *corpus_third_oneall_doors.FAULTS,
    *corpus_third_oneall.FAULTS,
    *corpus_third_socialidnow_doors.FAULTS,
    *corpus_third_socialidnow.FAULTS,
    *corpus_third_esws_doors.FAULTS,
    *corpus_third_esws.FAULTS,
)
"""The faults of the third batch."""

FAULTS: tuple[Fault, ...] = (*DEALT, *THIRD)
"""Every fault of every vendor; whoever samples them by their number finds the older ones where they were."""

SEED = 6


def _dealt() -> Mapping[str, str]:
    names = sorted(fault.name for fault in DEALT)
    random.Random(SEED).shuffle(names)
    half = len(names) // 2
    dealt = {name: "first" if index < half else "second" for index, name in enumerate(names)}
    return MappingProxyType(dealt | {fault.name: "third" for fault in THIRD})


BATCHES = _dealt()
"""Fault → ``first``, ``second`` or ``third``."""

BATCH_NAMES = ("first", "second", "third")

BY_NAME: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in FAULTS})


def plant(name: str, service: Service) -> Faulty:
    """The mock with the fault of that name.

    Raises ``KeyError`` where there is none, ``ValueError`` where it is one of another vendor.
    """
    fault = BY_NAME[name]
    if fault.vendor != service.vendor:
        raise ValueError(f"{name} is a fault of {fault.vendor}")
    return fault.plant(service)
