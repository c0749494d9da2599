"""Which files a vendor is read from: a project's own, the installed ones behind them, or both."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, SHOP_SPEC
from made_distributions import entry_points_in, make_distribution

from troth.errors import Problem, UsageInvalid
from troth.model.book import Book
from troth.session.folders import Folders, find_folders, read_book, stray_folders
from troth.session.open import compile_book
from troth.vendors.installed import GROUP, InstalledVendors, no_vendors

DESCRIPTIONS = """
from pathlib import Path
from troth.vendors.description import VendorDescription

DATA = Path(__file__).parent / "data"
SHOP, DEPOT = (
    VendorDescription(api_version=1, name=name, specs=DATA / "specs", contracts=DATA / "contracts",
                      cassettes=DATA / "cassettes")
    for name in ("shop", "depot")
)
"""
CASSETTE = """
version: 1
x-troth: {{from: "documentation: {name}"}}
interactions:
- request: {{method: GET, uri: "https://shop.example/orders/1", headers: {{}}, body: null}}
  response: {{status: {{code: 200, message: OK}}, headers: {{}}, body: {{string: "{{}}"}}}}
"""
SOURCES = "orders: {title: Orders, kind: page}\n"
WORLD = "facts: {order.id: {says: An order.}}\n"
LOCAL_CONTRACT = """\
vendor: shop
operation: readOrder
clauses:
  no-secrets:
    expect: '!response.text.contains("secret")'
    source: {ours: nobody needs one}
"""
FLOW = """\
arazzo: 1.0.1
info: {title: Flows, version: "1"}
sourceDescriptions: [{name: shop, url: ../../specs/shop.yaml, type: openapi}]
workflows:
  - workflowId: look
    steps: [{stepId: read, operationId: readOrder, parameters: [{name: order, in: path, value: "1"}]}]
"""
EXTENDS = "extends: installed\n"


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstalledVendors:
    """Two vendors that a package brings, each with a contract, a world, sources, a workflow and a recording."""
    site = tmp_path / "site"
    for name in ("shop", "depot"):
        write(
            site / "data",
            {
                f"specs/{name}.yaml": SHOP_SPEC,
                f"contracts/{name}/orders.yaml": SHOP_CONTRACT.replace("vendor: shop", f"vendor: {name}"),
                f"contracts/{name}/sources.yaml": SOURCES,
                f"contracts/{name}/world.yaml": WORLD,
                f"contracts/{name}/flows.arazzo.yaml": FLOW.replace("shop", name),
                f"cassettes/{name}/page.yaml": CASSETTE.format(name="installed"),
            },
        )
    entries = {"shop": "shop_and_depot:SHOP", "depot": "shop_and_depot:DEPOT"}
    make_distribution(site, "shops-troth", {GROUP: entries}, {"shop_and_depot": DESCRIPTIONS})
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, "shop_and_depot", raising=False)
    return InstalledVendors(entry_points_in(site))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def read(folders: Folders, *vendors: str) -> tuple[Book, list[str]]:
    """A book, and every problem in it as ``file:line message``."""
    book, problems = read_book(folders, vendors)
    _, of_book = compile_book(book)
    return book, [_line(problem) for problem in (*problems, *of_book)]


def _line(problem: Problem) -> str:
    return f"{problem.position.file}:{problem.position.line} {problem.message}"


def test_without_a_project_all_that_is_installed_is_read(project: Path, installed: InstalledVendors) -> None:
    folders = find_folders(project, installed)
    assert folders.known == folders.default == ("depot", "shop")
    book, problems = read(folders)
    assert problems == []
    assert list(book.vendors) == ["depot", "shop"]


LOCAL: Mapping[str, tuple[Mapping[str, str], Mapping[str, object]]] = {
    "a spec alone": (
        {"specs/shop.yaml": SHOP_SPEC.replace("summary", "title")},
        {"spec": "specs/shop.yaml", "contracts": ["orders"], "recordings": ["documentation: installed"]},
    ),
    "a contract alone": (
        {"contracts/shop/mine.yaml": LOCAL_CONTRACT},
        {"spec": "installed", "contracts": ["mine"], "recordings": ["documentation: installed"]},
    ),
    "cassettes alone": (
        {"cassettes/shop/mine.yaml": CASSETTE.format(name="local")},
        {"spec": "installed", "contracts": ["orders"], "recordings": ["documentation: local"]},
    ),
    "empty folders": (
        {"contracts/shop/.keep": "", "cassettes/shop/.keep": ""},
        {"spec": "installed", "contracts": [], "recordings": []},
    ),
    "all three": (
        {
            "specs/shop.yaml": SHOP_SPEC,
            "contracts/shop/mine.yaml": LOCAL_CONTRACT,
            "cassettes/shop/mine.yaml": CASSETTE.format(name="local"),
        },
        {"spec": "specs/shop.yaml", "contracts": ["mine"], "recordings": ["documentation: local"]},
    ),
    "a contract that is added": (
        {"contracts/shop/mine.yaml": LOCAL_CONTRACT, "contracts/shop/vendor.yaml": EXTENDS},
        {"spec": "installed", "contracts": ["orders", "mine"], "recordings": ["documentation: installed"]},
    ),
}


@pytest.mark.parametrize("what", LOCAL)
def test_what_stands_in_a_project_wins_for_its_vendor_and_part_only(
    project: Path, installed: InstalledVendors, what: str
) -> None:
    files, expected = LOCAL[what]
    write(project, files)
    book, problems = read(find_folders(project, installed), "shop", "depot")
    assert problems == []
    shop, depot = book.vendors["shop"], book.vendors["depot"]
    assert {
        "spec": "specs/shop.yaml" if (project / shop.spec.file).is_file() else "installed",
        "contracts": [contract.topic for contract in shop.contracts],
        "recordings": [recording.origin for recording in shop.recordings],
    } == expected
    assert [contract.topic for contract in depot.contracts] == ["orders"]
    assert [recording.origin for recording in depot.recordings] == ["documentation: installed"]
    assert set(depot.sources) == {"orders"}


def test_a_run_that_names_no_vendor_asks_those_with_a_local_spec(project: Path, installed: InstalledVendors) -> None:
    """What is installed beside them is asked when it is named: its requests do not belong to the project's target."""
    write(project, {"specs/mine.yaml": SHOP_SPEC})
    folders = find_folders(project, installed)
    assert folders.default == ("mine",)
    assert folders.known == ("depot", "mine", "shop")
    assert list(read(folders)[0].vendors) == ["mine"]
    assert list(read(folders, "depot")[0].vendors) == ["depot"]


def test_a_vendor_that_exists_only_in_the_project_needs_nothing_installed(project: Path) -> None:
    write(project, {"specs/shop.yaml": SHOP_SPEC, "contracts/shop/orders.yaml": SHOP_CONTRACT})
    book, problems = read(find_folders(project, no_vendors()))
    assert problems == []
    assert [contract.topic for contract in book.vendors["shop"].contracts] == ["orders"]


def test_cassettes_that_were_named_are_the_only_ones(project: Path, installed: InstalledVendors) -> None:
    write(project, {"recorded/shop/mine.yaml": CASSETTE.format(name="named")})
    here = find_folders(project, installed)
    folders = Folders(here.specs, here.contracts, project / "recorded", installed, only_these_cassettes=True)
    book, _ = read(folders)
    assert [recording.origin for recording in book.vendors["shop"].recordings] == ["documentation: named"]
    assert book.vendors["depot"].recordings == ()


def test_an_unknown_vendor_is_named_with_those_there_are(project: Path, installed: InstalledVendors) -> None:
    write(project, {"specs/market.yaml": SHOP_SPEC})
    with pytest.raises(UsageInvalid, match="did you mean 'depot'"):
        read_book(find_folders(project, installed), ["depto"])
    with pytest.raises(UsageInvalid, match="did you mean 'market'"):
        read_book(find_folders(project, installed), ["markt"])


def test_added_contracts_use_what_the_installed_ones_name(project: Path, installed: InstalledVendors) -> None:
    clause = """\
vendor: shop
operation: readOrder
clauses:
  ours-only:
    when: order.ours
    expect: response.status == 200
    basis: documented
    source: {page: orders, section: Reading}
"""
    write(project, {"contracts/shop/mine.yaml": clause, "contracts/shop/vendor.yaml": EXTENDS})
    book, problems = read(find_folders(project, installed), "shop")
    assert problems == []
    files = [contract.file for contract in book.vendors["shop"].contracts]
    assert files == ["shops-troth/contracts/shop/orders.yaml", str(Path("contracts", "shop", "mine.yaml"))]
    assert set(book.vendors["shop"].sources) == {"orders"}
    assert set(book.vendors["shop"].world) == {"order.id"}
    assert [workflow.name for workflow in book.vendors["shop"].workflows] == ["look"]


TWICE: Mapping[str, tuple[str, str, str]] = {
    "a clause": (
        "mine.yaml",
        LOCAL_CONTRACT.replace("no-secrets", "id-echoed"),
        "mine.yaml:4 the clause 'id-echoed' stands twice for shop.readOrder "
        "(first in shops-troth/contracts/shop/orders.yaml:20)",
    ),
    "a clause in a file of the same name": (
        "orders.yaml",
        LOCAL_CONTRACT.replace("no-secrets", "id-echoed"),
        "orders.yaml:4 the clause 'id-echoed' stands twice for shop.readOrder "
        "(first in shops-troth/contracts/shop/orders.yaml:20)",
    ),
    "a row": (
        "mine.yaml",
        "vendor: shop\noperation: readOrder\noutcomes:\n  rows:\n    - {id: found, when: order.ours, "
        "answer: {status: 200}, source: {ours: we looked}}\n",
        "mine.yaml:5 the row 'found' stands twice for shop.readOrder "
        "(first in shops-troth/contracts/shop/orders.yaml:9)",
    ),
    "an input": (
        "a-first-file.yaml",
        LOCAL_CONTRACT + "inputs: {order: {at: path:order, classes: {any: {fresh: digits}}}}\n",
        "a-first-file.yaml:7 the name 'order' stands twice for shop.readOrder "
        "(also in shops-troth/contracts/shop/orders.yaml)",
    ),
    "a workflow": (
        "mine.arazzo.yaml",
        FLOW,
        "mine.arazzo.yaml:5 the workflow 'look' stands twice (also in shops-troth/contracts/shop/flows.arazzo.yaml)",
    ),
    "a source": (
        "sources.yaml",
        SOURCES,
        "sources.yaml:1 the source 'orders' stands twice (first in shops-troth/contracts/shop/sources.yaml:1)",
    ),
    "a fact": (
        "world.yaml",
        WORLD,
        "world.yaml:1 the fact 'order.id' stands twice (first in shops-troth/contracts/shop/world.yaml:1)",
    ),
}


@pytest.mark.parametrize("what", TWICE)
def test_what_stands_in_both_is_an_error_in_the_project(project: Path, installed: InstalledVendors, what: str) -> None:
    name, text, complaint = TWICE[what]
    write(project, {f"contracts/shop/{name}": text, "contracts/shop/vendor.yaml": EXTENDS})
    _, problems = read(find_folders(project, installed), "shop")
    assert problems == [str(Path("contracts", "shop", complaint.partition(":")[0])) + ":" + complaint.partition(":")[2]]


def test_a_clause_in_two_contracts_of_one_operation_is_an_error(project: Path) -> None:
    group = LOCAL_CONTRACT.replace("operation: readOrder", "applies: {to: all}")
    files = {"specs/shop.yaml": SHOP_SPEC, "contracts/shop/a.yaml": LOCAL_CONTRACT, "contracts/shop/b.yaml": group}
    write(project, files)
    _, problems = read(find_folders(project, no_vendors()))
    first = f"(first in {Path('contracts', 'shop', 'a.yaml')}:4)"
    assert problems == [
        f"{Path('contracts', 'shop', 'b.yaml')}:4 the clause 'no-secrets' stands twice for shop.readOrder {first}"
    ]


def test_two_observations_of_one_operation_are_an_error(project: Path) -> None:
    observing = LOCAL_CONTRACT + "observe: {operation: readOrder, with: {order: request.path.order}}\n"
    files = {
        "specs/shop.yaml": SHOP_SPEC,
        "contracts/shop/a.yaml": observing,
        "contracts/shop/b.yaml": observing.replace("no-secrets", "no-keys"),
    }
    write(project, files)
    _, problems = read(find_folders(project, no_vendors()))
    assert [problem.partition(" ")[2] for problem in problems] == [
        f"`observe` stands twice for shop.readOrder (first in {Path('contracts', 'shop', 'a.yaml')}:7)"
    ]


FALSE: Mapping[str, tuple[str, str]] = {
    "an empty file": ("", "vendor.yaml:0 the file is empty"),
    "another word": ("extends: instaled\n", "vendor.yaml:1 'instaled' is not one of installed"),
    "an unknown key": ("extends: installed\nextend: x\n", "vendor.yaml:2 unknown key 'extend'"),
    "no extends": ("vendor: shop\n", "vendor.yaml:1 the file lacks 'extends'"),
    "another vendor": ("vendor: depot\nextends: installed\n", "vendor.yaml:1 the vendor is 'depot', but the file"),
}


@pytest.mark.parametrize("what", FALSE)
def test_a_vendor_file_that_cannot_be_used_is_a_located_error(
    project: Path, installed: InstalledVendors, what: str
) -> None:
    text, complaint = FALSE[what]
    write(project, {"contracts/shop/mine.yaml": LOCAL_CONTRACT, "contracts/shop/vendor.yaml": text})
    _, problems = read(find_folders(project, installed), "shop")
    assert len(problems) == 1
    assert problems[0].startswith(str(Path("contracts", "shop", complaint.partition(":")[0])))
    assert complaint.partition(":")[2] in problems[0]


def test_the_line_for_editors_is_a_comment_like_any_other(project: Path, installed: InstalledVendors) -> None:
    line = "# yaml-language-server: $schema=../../src/troth/loading/schemas/vendor.schema.json\n"
    files = {"contracts/shop/mine.yaml": LOCAL_CONTRACT, "contracts/shop/vendor.yaml": line + EXTENDS}
    write(project, files)
    book, problems = read(find_folders(project, installed), "shop")
    assert problems == []
    assert len(book.vendors["shop"].contracts) == 2


def test_there_must_be_installed_contracts_to_add_to(project: Path) -> None:
    write(
        project,
        {
            "specs/shop.yaml": SHOP_SPEC,
            "contracts/shop/mine.yaml": LOCAL_CONTRACT,
            "contracts/shop/vendor.yaml": EXTENDS,
        },
    )
    _, problems = read(find_folders(project, no_vendors()), "shop")
    assert [problem.partition(" ")[2] for problem in problems] == ["no installed package brings contracts of 'shop'"]


def test_installed_contracts_are_not_added_to_themselves(
    tmp_path: Path, installed: InstalledVendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "site" / "data"
    write(data, {"contracts/shop/vendor.yaml": EXTENDS})
    monkeypatch.chdir(data)
    _, problems = read(find_folders(data, installed), "shop")
    assert [problem.partition(" ")[2] for problem in problems] == [
        "these are the installed contracts themselves, which cannot be added to themselves"
    ]


def test_folders_of_no_vendor_are_warned_of(project: Path, installed: InstalledVendors) -> None:
    write(
        project,
        {
            "contracts/shpo/mine.yaml": LOCAL_CONTRACT,
            "contracts/depot/mine.yaml": LOCAL_CONTRACT,
            "contracts/empty/notes.txt": "nothing to read",
            "cassettes/market/a/mine.yaml": CASSETTE.format(name="local"),
        },
    )
    warnings = list(stray_folders(find_folders(project, installed)))
    assert [(problem.position.file, problem.fix, problem.severity) for problem in warnings] == [
        (str(Path("contracts", "shpo")), "did you mean 'shop'?", "warning"),
        (str(Path("cassettes", "market")), "known: depot, shop", "warning"),
    ]


def test_a_file_that_is_installed_is_collected_under_the_vendor_file(
    project: Path, installed: InstalledVendors
) -> None:
    write(project, {"contracts/shop/mine.yaml": LOCAL_CONTRACT, "contracts/shop/vendor.yaml": EXTENDS})
    folders = find_folders(project, installed)
    assert folders.collected_under("shop", "mine.yaml").name == "mine.yaml"
    assert folders.collected_under("shop", "orders.yaml").name == "vendor.yaml"
