"""Vendors of installed packages: Troth's own come through the same door, and a description must be true."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from made_distributions import entry_points_in, make_distribution

from troth.errors import PluginInvalid, UsageInvalid
from troth.mocks.service import Clock
from troth.vendors.installed import GROUP, InstalledVendors, no_vendors
from troth.vendors.packaged import packaged

ROOT = Path(__file__).parents[2]
OURS = ("esws", "oneall", "socialidnow")
MOCK = """
from werkzeug.routing import Map
from troth.mocks.service import Service

class Shop(Service):
    vendor = "shop"
    prefixes = ("/",)
    routes = Map()
    def seed(self): pass
    def world(self): return {}
    def refuse(self, request, error): return error
"""
DESCRIPTION = """
from pathlib import Path
from troth.vendors.description import VendorDescription

HERE = Path(__file__).parent
VENDOR = VendorDescription(api_version=1, name="shop", specs=HERE / "specs", $REST)
"""


def test_troths_own_vendors_are_found_through_entry_points() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"][GROUP]
    assert tuple(sorted(declared)) == OURS
    installed = InstalledVendors()
    assert set(OURS) <= set(installed.names)
    for name in OURS:
        plugin = installed.plugin(name)
        assert plugin is not None
        assert plugin.origin.startswith("troth ")
        assert (packaged("specs") / f"{name}.yaml").samefile(plugin.description.specs / f"{name}.yaml")
        assert installed.mock(name)(Clock(), 7).world() != installed.mock(name)(Clock(), 8).world()


def test_without_installed_vendors_there_is_none() -> None:
    assert no_vendors().names == ()
    assert no_vendors().plugin("oneall") is None
    assert not no_vendors().has_mock("oneall")
    with pytest.raises(UsageInvalid, match="there is no mock of 'oneall'"):
        no_vendors().mock("oneall")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages that can be imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "shop.yaml").write_text("openapi: 3.1.0\n", encoding="utf-8")
    return tmp_path


def install(site: Path, module: str, rest: str, mock: str = MOCK) -> InstalledVendors:
    """One vendor, the shop, in a module of a name that no other test imports."""
    text = mock + DESCRIPTION.replace("$REST", rest)
    make_distribution(site, "shop-troth", {GROUP: {"shop": f"{module}:VENDOR"}}, {module: text})
    return InstalledVendors(entry_points_in(site))


def test_a_vendor_may_come_without_a_mock(site: Path) -> None:
    installed = install(site, "shop_plain", "")
    assert installed.plugin("shop") is not None
    assert not installed.has_mock("shop")
    with pytest.raises(UsageInvalid, match=r"shop-troth 1\.0 brings none"):
        installed.mock("shop")


def test_a_vendor_may_come_with_a_mock(site: Path) -> None:
    assert install(site, "shop_mocked", "mock=Shop").mock("shop")().vendor == "shop"


FALSE: Mapping[str, tuple[str, str, str]] = {
    "specs as text": ("", "specs='specs'", "`specs` is 'specs', not a Path"),
    "no spec": ("", "specs=HERE", "there is no shop.yaml in its `specs`"),
    "no contracts": ("", "contracts=HERE / 'specs'", "there is no folder 'shop' in its `contracts`"),
    "no cassettes": ("", "cassettes=HERE / 'nowhere'", "there is no folder 'shop' in its `cassettes`"),
    "a mock that was made": ("", "mock=Shop()", "not a subclass of troth.mocks.service.Service"),
    "a mock of another class": ("", "mock=dict", "not a subclass of troth.mocks.service.Service"),
    "a mock of another vendor": (MOCK.replace('"shop"', '"shp"'), "mock=Shop", "stands in for 'shp'"),
    "a mock without routes": (MOCK.replace("    routes = Map()\n", ""), "mock=Shop", "lacks routes"),
    "a mock without a world": (MOCK.replace("    def world(self): return {}\n", ""), "mock=Shop", "lacks world"),
}


@pytest.mark.parametrize(("number", "what"), list(enumerate(FALSE)))
def test_a_description_that_is_not_true_is_an_error_with_its_distribution(site: Path, number: int, what: str) -> None:
    mock, rest, complaint = FALSE[what]
    text = DESCRIPTION.replace('specs=HERE / "specs", ', "") if rest.startswith("specs") else DESCRIPTION
    module = f"shop_false_{number}"
    modules = {module: (mock or MOCK) + text.replace("$REST", rest)}
    make_distribution(site, "shop-troth", {GROUP: {"shop": f"{module}:VENDOR"}}, modules)
    with pytest.raises(PluginInvalid) as raised:
        InstalledVendors(entry_points_in(site)).plugin("shop")
    assert complaint in str(raised.value)
    assert "shop-troth 1.0" in str(raised.value)


def test_the_wall_around_vendors_covers_every_room() -> None:
    """No module may import a vendor by name but the vendor's own; a new room must be in the contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (wall,) = (one for one in contracts if one["name"].startswith("No vendor is imported by name"))
    walled = set(wall["source_modules"])
    source = ROOT / "src" / "troth"
    rooms = {path.parent.name for path in source.glob("*/__init__.py")} | {path.stem for path in source.glob("*.py")}
    parts = {f"mocks.{name}" for name in ("server", "service")}
    parts |= {f"vendors.{name}" for name in ("description", "installed", "packaged")}
    expected = (rooms - {"__init__", "__main__", "mocks", "vendors"}) | parts
    assert walled == {f"troth.{name}" for name in expected}
    vendors = {path.parent.name for path in (source / "mocks").glob("*/__init__.py")} - {"server"}
    assert set(wall["forbidden_modules"]) == {
        f"troth.{room}.{name}" for room in ("mocks", "vendors") for name in vendors
    }
