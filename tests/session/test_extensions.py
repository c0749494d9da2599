"""Checks, sources and reporters of installed packages in a run: what they add, and what they do wrong."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from bookmaking import FunctionTarget, honest_shop, make_book, silent
from made_distributions import entry_points_in, make_distribution
from sample_reports import EMPTY

from troth.errors import ExitCode, PluginFailed, PluginInvalid, UsageInvalid
from troth.model.exchange import Exchange, Request
from troth.model.facts import Facts
from troth.model.ports import Budget, Judged, Judges
from troth.model.report import Finding, Judgement
from troth.reporting.codes import explain
from troth.session.extensions import Extensions
from troth.session.reports import REPORTERS

CHECK = """
from dataclasses import replace
from troth.model.operation import Basis
from troth.model.report import Finding
from troth.plugins.descriptions import CheckDescription
from troth.reporting.codes import Code

def check(exchange, operation, seen):
    $BODY

def finding(operation, **changes):
    finding = Finding("SIZE101", operation.vendor, operation.name, "body", "too long", Basis.ASSUMED, None,
                      operation.position)
    return replace(finding, **changes)

CHECK = CheckDescription(api_version=1, name="$NAME", check=check, codes=($CODES))
"""
CODES = 'Code("SIZE101", "long body", "It is long.", "It is slow.", "Ask why.", "at body"),'
SOURCE = """
from dataclasses import dataclass
from troth.plugins.descriptions import SourceDescription

@dataclass
class Item:
    name: str
    operation: object
    source: str = "mine"
    brief: bool = True
    def drive(self, judge): pass

class Mine:
    name = "mine"
    def __init__(self, book, facts, budget):
        self.operation = book.operations()[0]
        self.seed = budget.seed
    def items(self):
        $ITEMS

SOURCE = SourceDescription(api_version=1, name="mine", make=$MAKE)
"""
REPORTER = """
from troth.plugins.descriptions import ReporterDescription

def write(report, path):
    $BODY

REPORTER = ReporterDescription(api_version=1, name="$NAME", write=write)
"""


class Kept:
    """A judge that has nothing to say, or one finding."""

    def __init__(self, *findings: Finding) -> None:
        self._findings = findings

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        return Judgement(exchange, "readOrder", self._findings, (), {})


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages that can be imported."""
    folder = tmp_path / "site"
    monkeypatch.syspath_prepend(str(folder))
    return folder


def install(site: Path, group: str, name: str, attribute: str, text: str) -> Extensions:
    """One plug-in in a module whose name no other test uses."""
    module = f"extension_{sha256(text.encode()).hexdigest()[:16]}"
    make_distribution(site, "our-extension", {group: {name: f"{module}:{attribute}"}}, {module: text})
    return Extensions(entry_points_in(site))


def with_check(site: Path, body: str, name: str = "size", codes: str = CODES) -> Extensions:
    text = CHECK.replace("$BODY", body).replace("$NAME", name).replace("$CODES", codes)
    return install(site, "troth.checks", name, "CHECK", text)


def judged(extensions: Extensions, root: Path, judges: Judges, answers: bool = True) -> tuple[Finding, ...]:
    """What is said of one answer of the shop, or of none."""
    watch = extensions.watch(("size",), make_book(root / "book"), None)
    assert watch is not None
    target = FunctionTarget(honest_shop if answers else silent)
    exchange = target.send(Request("GET", "https://shop.example/orders/1001"))
    return watch(judges, "shop").judge(exchange, Judged(Facts())).findings


def test_a_check_adds_its_findings_to_those_of_the_judge(site: Path, tmp_path: Path) -> None:
    extensions = with_check(site, "return [finding(operation)] if len(exchange.answer.body) > 5 else []")
    (added,) = judged(extensions, tmp_path, Kept())
    assert (added.code, added.id) == ("SIZE101", "SIZE101 shop.readOrder body")
    first, second = judged(extensions, tmp_path, Kept(replace(added, code="TR301")))
    assert (first.code, second.code) == ("TR301", "SIZE101")


def test_a_check_is_not_asked_where_nobody_answered_or_is_in_service(site: Path, tmp_path: Path) -> None:
    extensions = with_check(site, "return [finding(operation)]")
    assert judged(extensions, tmp_path, Kept(), answers=False) == ()
    (added,) = judged(extensions, tmp_path, Kept())
    assert len(judged(extensions, tmp_path, Kept(replace(added, code="TR902", unjudged=True)))) == 1


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("raise KeyError('k')", "KeyError: 'k'"),
        ("return None", "TypeError"),
        ("return ['too long']", "AttributeError"),
        ("return [finding(operation, code='SIZE999')]", "the code 'SIZE999', which it does not describe"),
        ("return [finding(operation, code='TR201')]", "the code 'TR201', which it does not describe"),
        (
            "return [replace(finding(operation), operation='cancelOrder')]",
            "on shop.cancelOrder for an answer of shop.readOrder",
        ),
    ],
)
def test_what_a_check_does_wrong_is_said_of_its_distribution_and_of_no_vendor(
    site: Path, tmp_path: Path, body: str, complaint: str
) -> None:
    (told,) = judged(with_check(site, body), tmp_path, Kept())
    assert told.code == "TR905"
    assert told.unjudged
    assert "our-extension 1.0" in told.message
    assert complaint in told.message


@pytest.mark.parametrize(
    ("name", "codes", "complaint"),
    [
        ("s", CODES, "2 to 12 letters"),
        ("tr", CODES.replace("SIZE", "TR"), "and not 'tr'"),
        ("size-of", CODES, "2 to 12 letters"),
        ("size", CODES.replace("SIZE101", "SIZE1"), "the code 'SIZE1' is not SIZE and three digits"),
        ("size", CODES.replace("SIZE101", "TR101"), "the code 'TR101' is not SIZE and three digits"),
        ("size", "", "it describes no code"),
    ],
)
def test_a_check_whose_names_are_not_its_own_is_an_error(site: Path, name: str, codes: str, complaint: str) -> None:
    with pytest.raises(PluginInvalid) as raised:
        with_check(site, "return []", name, codes).check(name)
    assert complaint in str(raised.value)
    assert "our-extension 1.0" in str(raised.value)


def test_codes_of_a_check_are_explained(site: Path) -> None:
    extensions = with_check(site, "return []")
    assert "It is slow." in explain("size101", extensions.codes_like("size101"))
    assert extensions.codes_like("TR101") == ()
    with pytest.raises(UsageInvalid, match="did you mean 'SIZE101'"):
        explain("SIZE102", extensions.codes_like("SIZE102"))


def test_without_a_check_the_judges_are_left_as_they_are(site: Path, tmp_path: Path) -> None:
    extensions, book = with_check(site, "return []"), make_book(tmp_path / "book")
    assert extensions.watch((), book, None) is None
    with pytest.raises(UsageInvalid, match="no installed package brings 'sice'"):
        extensions.watch(("sice",), book, None)


GOOD_ITEMS = 'return [Item(f"shop/readOrder/mine/{self.seed}", self.operation)]'


def with_source(site: Path, items: str, make: str = "Mine") -> Extensions:
    text = SOURCE.replace("$ITEMS", items).replace("$MAKE", make)
    return install(site, "troth.sources", "mine", "SOURCE", text)


def test_a_source_is_made_for_the_run(site: Path, tmp_path: Path) -> None:
    extensions = with_source(site, GOOD_ITEMS)
    assert extensions.source_names == ("mine",)
    source = extensions.source("mine", make_book(tmp_path / "book"), lambda _vendor: Facts(), Budget(seed=7))
    assert [item.name for item in source.items()] == ["shop/readOrder/mine/7"]


SOURCES_GONE_WRONG: Mapping[str, tuple[str, str, str]] = {
    "an error at the start": (GOOD_ITEMS, "lambda *given: 1 / 0", "failed: ZeroDivisionError"),
    "no source": (GOOD_ITEMS, "lambda *given: None", "failed: AttributeError"),
    "an error between items": ("yield 1 / 0", "Mine", "failed: ZeroDivisionError"),
    "no item": ("return [7]", "Mine", "failed: AttributeError"),
    "a name of another form": ('return [Item("first", self.operation)]', "Mine", "does not begin with 'shop/readOrder"),
    "the name of another source": (
        'return [Item("shop/readOrder/mine/a", self.operation, "cases")]',
        "Mine",
        "says that its source is 'cases'",
    ),
    "a name twice": ('return [Item("shop/readOrder/mine/a", self.operation)] * 2', "Mine", "two items have the name"),
}


@pytest.mark.parametrize("what", SOURCES_GONE_WRONG)
def test_what_a_source_does_wrong_is_said_of_its_distribution(site: Path, tmp_path: Path, what: str) -> None:
    items, make, complaint = SOURCES_GONE_WRONG[what]
    extensions, book = with_source(site, items, make), make_book(tmp_path / "book")
    with pytest.raises(PluginFailed) as raised:
        list(extensions.source("mine", book, lambda _vendor: Facts(), Budget()).items())
    assert complaint in str(raised.value)
    assert "our-extension 1.0" in str(raised.value)
    assert raised.value.exit_code is ExitCode.CRASHED


def with_reporter(site: Path, body: str, name: str = "lines") -> Extensions:
    text = REPORTER.replace("$BODY", body).replace("$NAME", name)
    return install(site, "troth.reporters", name, "REPORTER", text)


def test_a_reporter_is_given_the_report_that_ours_are_given(site: Path, tmp_path: Path) -> None:
    write = with_reporter(site, 'path.write_text(repr(report), encoding="utf-8")').reporters(REPORTERS)["lines"]
    write(EMPTY, tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == repr(EMPTY)


def test_what_a_reporter_does_wrong_is_said_of_its_distribution(site: Path, tmp_path: Path) -> None:
    write = with_reporter(site, "return report.no_such_part").reporters(REPORTERS)["lines"]
    with pytest.raises(PluginFailed, match=r"the reporter 'lines' of our-extension 1\.0 failed: AttributeError"):
        write(EMPTY, tmp_path / "out.txt")


def test_reporters_stand_beside_troths_own(site: Path) -> None:
    reporters = with_reporter(site, "raise SystemExit").reporters(REPORTERS)
    assert list(reporters) == [*REPORTERS, "lines"]
    assert len(reporters) == len(REPORTERS) + 1
    assert reporters["junit"] is REPORTERS["junit"]
    assert "xml" not in reporters


def test_a_reporter_with_the_name_of_troths_own_stops_only_what_names_it(site: Path) -> None:
    reporters = with_reporter(site, "pass", "json").reporters(REPORTERS)
    assert reporters["junit"] is REPORTERS["junit"]
    with pytest.raises(PluginInvalid, match=r"our-extension 1\.0"):
        reporters["json"]
