"""The vendor."""

from pathlib import Path

from parcels_troth.mock import Parcels
from troth.vendors.description import VendorDescription

_DATA = Path(__file__).parent / "data"

VENDOR = VendorDescription(
    api_version=1,
    name="parcels",
    specs=_DATA / "specs",
    contracts=_DATA / "contracts",
    cassettes=_DATA / "cassettes",
    mock=Parcels,
)
