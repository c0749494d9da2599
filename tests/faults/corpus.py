"""The whole corpus, and how it falls into two batches.

Batch ``first`` was committed before any contract was strengthened for it; ``second`` is the half to hold back. A seeded
shuffle dealt them, so that no taste could.
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
)
from faults.faults import Fault, Faulty
from troth.mocks.service import Service

FAULTS: tuple[Fault, ...] = (
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
"""Every fault of every vendor. The corpus is closed: one more would deal the batches anew."""

SEED = 6


def _dealt() -> Mapping[str, str]:
    names = sorted(fault.name for fault in FAULTS)
    random.Random(SEED).shuffle(names)
    half = len(names) // 2
    return MappingProxyType({name: "first" if index < half else "second" for index, name in enumerate(names)})


BATCHES = _dealt()
"""Fault → ``first`` or ``second``."""

BY_NAME: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in FAULTS})


def plant(name: str, service: Service) -> Faulty:
    """The mock with the fault of that name.

    Raises ``KeyError`` where there is none, ``ValueError`` where it is one of another vendor.
    """
    fault = BY_NAME[name]
    if fault.vendor != service.vendor:
        raise ValueError(f"{name} is a fault of {fault.vendor}")
    return fault.plant(service)
