"""Plug-ins through entry points: listed without an import, checked when loaded, each fault with its distribution."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from made_distributions import entry_points_in, make_distribution

from troth.errors import PluginInvalid, UsageInvalid
from troth.plugins.entry_points import Description, Plugins

GROUP = "troth.things"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing(Description):
    """A description for tests."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages that can be imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def plugins_of(site: Path) -> Plugins[Thing]:
    return Plugins(GROUP, Thing, entry_points_in(site))


def thing(module: str, name: str = "a", version: int = 1) -> Mapping[str, str]:
    """A module with a description in it."""
    head = "from test_entry_points import Thing\n"
    return {module: f'{head}THING = Thing(api_version={version}, name="{name}")\n'}


def test_a_plugin_is_loaded_with_the_distribution_that_brings_it(site: Path) -> None:
    make_distribution(site, "good-thing", {GROUP: {"a": "good_thing:THING"}}, thing("good_thing"))
    plugin = plugins_of(site).load("a")
    assert plugin.description.name == "a"
    assert plugin.origin == "good-thing 1.0"


def test_names_are_listed_in_order_and_nothing_is_imported(site: Path) -> None:
    make_distribution(site, "z-thing", {GROUP: {"z": "raises:X", "b": "raises:X"}}, {"raises": "raise SystemExit(7)"})
    make_distribution(site, "a-thing", {GROUP: {"a": "raises:X"}, "another.group": {"c": "raises:X"}}, {})
    assert plugins_of(site).names == ("a", "b", "z")


def test_an_unknown_name_is_wrong_usage_with_a_suggestion(site: Path) -> None:
    make_distribution(site, "good-thing", {GROUP: {"parcels": "good_thing:THING"}}, {})
    with pytest.raises(UsageInvalid, match="did you mean 'parcels'"):
        plugins_of(site).load("parcel")
    with pytest.raises(UsageInvalid, match=r"in troth\.things$"):
        plugins_of(site / "nothing-installed").load("parcel")


BROKEN: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "a module that is not there": ("no_such_module:THING", {}, "cannot be imported: ModuleNotFoundError"),
    "an attribute that is not there": ("t1:OTHER", thing("t1"), "cannot be imported: AttributeError"),
    "an error at import": ("t2:X", {"t2": "raise KeyError('k')"}, "cannot be imported: KeyError: 'k'"),
    "an error of syntax": ("t3:X", {"t3": "def"}, "cannot be imported: SyntaxError"),
    "an exit at import": ("t4:X", {"t4": "raise SystemExit"}, "cannot be imported: SystemExit"),
    "another type": ("t5:X", {"t5": "X = {'name': 'a'}"}, "gives a dict, not a Thing"),
    "a class in place of a value": ("t6:Thing", {"t6": "from test_entry_points import Thing"}, "gives a type"),
    "a later interface": ("t7:THING", thing("t7", version=2), "version 2 of the plug-in interface"),
    "another name": ("t8:THING", thing("t8", name="b"), "describes itself as 'b'"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_plugin_is_an_error_with_its_distribution(site: Path, what: str) -> None:
    value, modules, complaint = BROKEN[what]
    make_distribution(site, "broken-thing", {GROUP: {"a": value}}, modules)
    with pytest.raises(PluginInvalid) as raised:
        plugins_of(site).load("a")
    assert complaint in str(raised.value)
    assert "broken-thing 1.0" in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_name_that_two_distributions_use_is_an_error_that_names_both(site: Path) -> None:
    make_distribution(site, "first-thing", {GROUP: {"a": "one_thing:THING"}}, thing("one_thing"))
    make_distribution(
        site, "second-thing", {GROUP: {"a": "one_thing:THING", "b": "thing_b:THING"}}, thing("thing_b", "b")
    )
    plugins = plugins_of(site)
    with pytest.raises(PluginInvalid, match=r"'a' .* used 2 times, by first-thing 1\.0 and by second-thing 1\.0"):
        plugins.load("a")
    assert plugins.load("b").origin == "second-thing 1.0"


def test_a_name_of_troth_itself_is_refused_where_it_is_selected(site: Path) -> None:
    make_distribution(site, "bold-thing", {GROUP: {"json": "bold:THING"}}, {})
    plugins = plugins_of(site)
    plugins.refuse("junit")
    with pytest.raises(PluginInvalid, match=r"bold-thing 1\.0"):
        plugins.refuse("json")
