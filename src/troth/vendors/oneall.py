"""OneAll, as an installed vendor."""

from troth.mocks.oneall.service import OneAll
from troth.vendors.description import VendorDescription
from troth.vendors.packaged import packaged

VENDOR = VendorDescription(
    api_version=1,
    name="oneall",
    specs=packaged("specs"),
    contracts=packaged("contracts"),
    cassettes=packaged("cassettes"),
    mock=OneAll,
)
