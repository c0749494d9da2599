"""``troth mock``."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from troth.cli.guard import guarded
from troth.errors import UsageInvalid, did_you_mean
from troth.mocks.server.http import serve
from troth.session.reach import select
from troth.session.recorded_services import recorded_services
from troth.vendors.installed import InstalledVendors


@click.command("mock")
@click.argument("vendors", nargs=-1, metavar="[VENDOR]…")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 picks a free one.")
@click.option("--fault", metavar="NAME", help="Plant a seeded defect (in a checkout, which has tests/faults).")
@click.option("--from-cassettes", metavar="FOLDER", help="Serve the recordings of this folder instead.")
@guarded
def command(vendors: tuple[str, ...], port: int, fault: str | None, from_cassettes: str | None) -> int:
    """Serve the vendors' mocks on loopback until Ctrl-C."""
    if from_cassettes is None:
        services = _mocks(vendors, InstalledVendors())
    else:
        selection = select(Path.cwd(), target="replay", vendors=vendors, cassettes=Path(from_cassettes))
        services = recorded_services(selection)
    if fault is not None:
        services = _planted(fault, services)
    try:
        serve(services, port, announce=_announce)
    except OSError as error:
        raise UsageInvalid(f"port {port} cannot be used: {error.strerror or error}; try --port 0") from error
    return 0


def _mocks(vendors: tuple[str, ...], installed: InstalledVendors) -> list[Any]:
    """The mocks of these vendors; where none is named, of all that have one.

    Raises:
        UsageInvalid: a named vendor has no mock, or no installed vendor has one.
        PluginInvalid: a vendor's description cannot be used.
    """
    names = vendors or tuple(name for name in installed.names if installed.has_mock(name))
    if not names:
        raise UsageInvalid("no installed package brings a vendor with a mock")
    return [installed.mock(name)() for name in names]


def _planted(name: str, services: list[Any]) -> list[Any]:
    """The same mocks, the one that the fault is of with the fault in it."""
    tests = Path(__file__).parents[3] / "tests"
    if not (tests / "faults" / "corpus.py").is_file():
        raise UsageInvalid("--fault needs the corpus in tests/faults, which only a checkout of Troth has")
    sys.path.insert(0, str(tests))
    known = import_module("faults.corpus").BY_NAME
    if name not in known:
        raise UsageInvalid(f"there is no fault {name!r}: {did_you_mean(name, known)}")
    vendor = known[name].vendor
    if vendor not in [service.vendor for service in services]:
        raise UsageInvalid(f"{name!r} is a fault of {vendor}, which is not served")
    return [known[name].plant(service) if service.vendor == vendor else service for service in services]


def _announce(address: str) -> None:
    click.echo(f"Mocks at {address} (start page there; Ctrl-C ends). They stand in; they are not the vendors.")
