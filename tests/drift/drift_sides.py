"""Sides to compare: what embedded mocks answer to the cases of their contracts, written as cassettes and edited."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from troth.drift.command import Side, ask_side, read_side
from troth.drift.sightings import SightingCollector
from troth.model.exchange import Headers, Request, Response
from troth.model.ports import Budget, RunOptions
from troth.session.open import Opened, open_all, open_book
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.embedded import EmbeddedTarget
from troth.vendors.installed import InstalledVendors

ROOT = Path(__file__).parents[2]
Edit = Callable[[Request, Response], Response]


def unchanged(_request: Request, answer: Response) -> Response:
    return answer


@dataclass(frozen=True)
class Recorded:
    """What the mocks answered to the cases of some operations, as exchanges by vendor."""

    exchanges: Mapping[str, list[tuple[Request, Response]]]
    facts: Mapping[str, Mapping[str, object]]

    def write(self, folder: Path, edit: Edit = unchanged, order: Callable[[list[object]], None] | None = None) -> Path:
        """As cassettes, one a vendor, in VCR.py's format (JSON is YAML too).

        Args:
            folder: where to; made if it does not exist.
            edit: what becomes of each answer.
            order: puts the interactions into another order, in place.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for vendor, exchanges in self.exchanges.items():
            interactions: list[object] = [_interaction(request, edit(request, answer)) for request, answer in exchanges]
            if order is not None:
                order(interactions)
            said = {"from": "the embedded mock", "facts": self.facts[vendor], "closed": True}
            cassette = {"version": 1, "x-troth": said, "interactions": interactions}
            (folder / f"{vendor}.json").write_text(json.dumps(cassette), encoding="utf-8")
        return folder


def _interaction(request: Request, answer: Response) -> object:
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "headers": dict(_together(request.headers)),
            "body": request.body.decode(),
        },
        "response": {
            "status": {"code": answer.status, "message": ""},
            "headers": dict(_together(answer.headers)),
            "body": {"string": answer.body.decode()},
        },
    }


def _together(headers: Headers) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return found


def record(operations: tuple[str, ...], seed: int) -> Recorded:
    """Run the cases of these operations against mocks.

    Args:
        operations: ``vendor.operation``.
        seed: of the mocks' tokens and of the values in requests.
    """
    selection = select(ROOT, vendors=tuple(dict.fromkeys(name.partition(".")[0] for name in operations)))
    book, _ = open_book(selection)
    services = {name: InstalledVendors().mock(name)(seed=seed) for name in book.vendors}
    origins = {operation.server.split("/", 3)[2]: operation.vendor for operation in book.operations()}
    target = EmbeddedTarget(services, {f"https://{host}": vendor for host, vendor in origins.items()})
    collector = SightingCollector()
    side = ask_side(
        Run(
            selection,
            RunOptions(operations=operations, sources=("cases",), budget=Budget(seed)),
            collector.watch,
            target,
        ),
        collector,
    )
    exchanges: dict[str, list[tuple[Request, Response]]] = {}
    for one in side.collector.sightings:
        exchanges.setdefault(one.vendor, []).append((one.request, one.response))
    return Recorded(exchanges, {name: target.facts(name).world for name in exchanges})


def read(path: Path, operations: tuple[str, ...] = ()) -> Side:
    """Cassettes as a side."""
    return read_side(path, _recorded(), RunOptions(operations=operations))


@cache
def _recorded() -> Opened:
    return open_all(select(ROOT))
