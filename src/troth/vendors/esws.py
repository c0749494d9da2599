"""ESWS, as an installed vendor."""

from troth.mocks.esws.service import Esws
from troth.vendors.description import VendorDescription
from troth.vendors.packaged import packaged

VENDOR = VendorDescription(
    api_version=1,
    name="esws",
    specs=packaged("specs"),
    contracts=packaged("contracts"),
    cassettes=packaged("cassettes"),
    mock=Esws,
)
