"""Social-ID NOW, as an installed vendor."""

from troth.mocks.socialidnow.service import SocialIdNow
from troth.vendors.description import VendorDescription
from troth.vendors.packaged import packaged

VENDOR = VendorDescription(
    api_version=1,
    name="socialidnow",
    specs=packaged("specs"),
    contracts=packaged("contracts"),
    cassettes=packaged("cassettes"),
    mock=SocialIdNow,
)
