"""The documents against the code: blocks that lint, commands that run, links, options and codes that exist."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from troth.cel.functions import OWN, STANDARD
from troth.cli import main
from troth.judging.terms import VARIABLES
from troth.loading.matchers import FORMATS
from troth.model.operation import Basis
from troth.reporting.codes import CODES
from troth.session.folders import read_book
from troth.session.lint import lint_problems
from troth.session.reach import select
from troth.session.reports import REPORTERS
from troth.session.run import SOURCES
from troth.targets.live.world_file import read_world
from troth.vendors.installed import InstalledVendors

ROOT = Path(__file__).parents[2]
_CONTEXT = click.Context(main)
COMMANDS = {name: main.get_command(_CONTEXT, name) for name in main.list_commands(_CONTEXT)}
WRITTEN = (
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
)
CONTRACTS = ROOT / "docs" / "contracts.md"

_FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_RUNNABLE = re.compile(r"<!-- runnable -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FAILURE = re.compile(r"<!-- failure -->\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"\bTR\d{3}\b")
_PART = re.compile(r"`(\w+)`\s+(?:in|of)\s+(?:\w+ )?`(src/[^`\s]+\.py)`")
_INLINE = re.compile(r"`([^`\n]+)`")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def files_in(path: Path) -> dict[str, str]:
    """The blocks of a document that are files, by the name that the document gives them."""
    return {match["name"]: match["text"] for match in _FILE.finditer(text_of(path))}


def write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def commands_in(path: Path) -> Iterator[str]:
    """Every command of ours that a document shows, in a block or in a sentence."""
    text = text_of(path)
    for language, block in _FENCED.findall(text):
        if language in ("sh", "shell", "bash", "yaml"):
            for line in block.replace("\\\n", " ").splitlines():
                yield line.removeprefix("      - run: ").partition("  #")[0].strip()
    yield from _INLINE.findall(_FENCED.sub("", text))


def troth_commands(path: Path) -> list[list[str]]:
    found = []
    for line in commands_in(path):
        words = line.replace("…", "").replace(".venv/bin/", "")
        if re.match(r"troth(\s|$)", words):
            found.append(shlex.split(words))
    return found


@pytest.mark.parametrize("document", [ROOT / "README.md", CONTRACTS], ids=ids)
def test_files_shown_have_no_problems(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_in(document)
    assert files, "the document shows no file"
    write(files, tmp_path)
    monkeypatch.chdir(tmp_path)
    vendors = tuple(sorted({Path(name).parts[1] for name in files if name.startswith("contracts/")}))
    assert "\n".join(map(str, lint_problems(select(tmp_path, vendors=vendors), date.today()))) == ""


def test_the_contract_of_the_readme_has_six_lines_and_is_exercised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((name, text),) = files_in(ROOT / "README.md").items()
    assert len(text.splitlines()) == 6
    write({name: text}, tmp_path)
    monkeypatch.chdir(tmp_path)
    arguments = ["verify", "--vendor", "oneall", "--operation", "lookupStorageUser", "--max-examples", "0"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert re.search(r"lookupStorageUser +1 of 1 ", result.output)


def test_fragments_are_keys_of_a_contract_and_parse() -> None:
    """Blocks that are not whole files are parts of one, so that a misspelt key in them is noticed too."""
    schema = yaml.safe_load((ROOT / "src/troth/loading/schemas/contract.schema.json").read_text(encoding="utf-8"))
    whole = set(files_in(CONTRACTS).values())
    fragments = [block for language, block in _FENCED.findall(text_of(CONTRACTS)) if language == "yaml"]
    checked = 0
    for block in fragments:
        if block in whole or block.startswith("#"):
            continue
        assert set(yaml.safe_load(block)) <= set(schema["properties"]), block
        checked += 1
    assert checked >= 3


def test_the_language_is_told_whole() -> None:
    text = text_of(CONTRACTS)
    schema = yaml.safe_load((ROOT / "src/troth/loading/schemas/contract.schema.json").read_text(encoding="utf-8"))
    definitions = schema["$defs"]
    keys = {
        *schema["properties"],
        *schema["properties"]["applies"]["properties"],
        *schema["properties"]["outcomes"]["properties"],
        *schema["properties"]["given"]["additionalProperties"]["properties"],
        *schema["properties"]["observe"]["properties"],
        *(key for name in ("source", "input", "row", "clause") for key in definitions[name]["properties"]),
    }
    words = {word for inline in _INLINE.findall(_FENCED.sub("", text)) for word in re.findall(r"[a-z_]+", inline)}
    assert keys <= words, f"not told: {sorted(keys - words)}"
    assert {str(basis) for basis in Basis} <= words
    assert set(FORMATS) <= {word for inline in _INLINE.findall(text) for word in re.findall(r"[a-z0-9]+", inline)}
    for name in (*STANDARD, *OWN, "matches", "has", "all", "exists", "exists_one", "map", "filter"):
        assert f"{name}(" in text, f"the function {name} is not told"
    for name in VARIABLES:
        assert f"`{name}`" in text, f"the variable {name} is not told"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    return {_anchor(title) for title in re.findall(r"^#+ (.+)$", _FENCED.sub("", text_of(path)), re.MULTILINE)}


@pytest.mark.parametrize("document", WRITTEN, ids=ids)
def test_links_lead_somewhere(document: Path) -> None:
    for target in _LINK.findall(_FENCED.sub("", text_of(document))):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        assert path.exists(), f"{target} does not exist"
        assert not anchor or anchor in _anchors(path), f"no heading of {path.name} is #{anchor}"


@pytest.mark.parametrize("document", WRITTEN, ids=ids)
def test_paths_in_sentences_exist(document: Path) -> None:
    """A word in backticks that begins with a folder of the checkout is a path, unless it holds a placeholder."""
    for word in _INLINE.findall(_FENCED.sub("", text_of(document))):
        if re.fullmatch(r"(src|specs|contracts|cassettes|docs|tests|bench|\.ci)/[\w./-]+", word):
            shown = any(word in files_in(other) for other in (ROOT / "README.md", CONTRACTS))
            assert shown or (ROOT / word).exists(), f"{word} does not exist"


@pytest.mark.parametrize("document", WRITTEN, ids=ids)
def test_parts_named_stand_in_their_files(document: Path) -> None:
    assert [
        (name, file)
        for name, file in _PART.findall(text_of(document))
        if not re.search(rf"\b{name}\b", text_of(ROOT / file))
    ] == []


@pytest.mark.parametrize("document", WRITTEN, ids=ids)
def test_codes_named_exist(document: Path) -> None:
    assert set(_CODE.findall(text_of(document))) <= set(CODES)


@pytest.mark.parametrize("document", WRITTEN, ids=ids)
def test_commands_and_options_named_exist(document: Path) -> None:
    assert isinstance(main, click.Group)
    for _, *words in troth_commands(document):
        if not words or words[0].startswith("-"):
            known, options = {"troth"}, [word for word in words if word.startswith("-")]
            command: click.Command = main
        else:
            known = set(COMMANDS)
            assert words[0] in known, f"there is no command {words[0]!r}"
            command, options = COMMANDS[words[0]], [word for word in words[1:] if word.startswith("--")]
        own = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}
        assert {option.partition("=")[0] for option in options} <= own, f"{document.name}: {words}"


@pytest.mark.parametrize("document", WRITTEN, ids=ids)
def test_options_in_sentences_exist(document: Path, pytestconfig: pytest.Config) -> None:
    assert isinstance(main, click.Group)
    ours = {name for command in COMMANDS.values() for parameter in command.params for name in parameter.opts}
    ours |= {name for parameter in main.params for name in parameter.opts} | {"--help", "--version"}
    for inline in _INLINE.findall(_FENCED.sub("", text_of(document))):
        for option in re.findall(r"(?<![\w-])--troth-[a-z-]+", inline):
            assert pytestconfig.getoption(option, default=None, skip=False) is not None or _defined(
                pytestconfig, option
            ), f"pytest has no option {option}"
        if inline.startswith("--") and not inline.startswith(("--troth-", "--junit")):
            assert inline.split()[0].partition("=")[0] in ours, f"there is no option {inline}"


def _defined(config: pytest.Config, option: str) -> bool:
    return hasattr(config.option, option.removeprefix("--").replace("-", "_"))


def test_sources_and_reports_named_are_those_that_exist() -> None:
    """Each is told on the page where a user looks for it, with the word that the option takes."""
    verdicts = text_of(ROOT / "docs" / "exit-codes-and-verdicts.md")
    for kind in REPORTERS:
        assert f"--report {kind}=" in verdicts
    for source in SOURCES:
        assert f"`{source}`" in verdicts


@pytest.mark.parametrize("vendor", ["esws", "oneall", "socialidnow"])
def test_what_the_mocks_do_not_do_is_told(vendor: str) -> None:
    text = " ".join(text_of(ROOT / "docs" / "mocks.md").split())
    for limit in InstalledVendors().mock(vendor).limits:
        assert limit in text, f"docs/mocks.md does not say of {vendor}: {limit}"


def test_make_targets_named_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for document in WRITTEN:
        for line in commands_in(document):
            if found := re.match(r"make ([a-z]+)", line):
                assert found[1] in targets, f"{document.name}: there is no target {found[1]}"


def test_the_architecture_names_every_floor() -> None:
    settings = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    drawn = text_of(ROOT / "ARCHITECTURE.md")
    for layer in layers:
        assert layer in drawn, f"ARCHITECTURE.md does not draw the floor {layer!r}"


def test_modules_named_in_the_architecture_exist() -> None:
    text = text_of(ROOT / "ARCHITECTURE.md")
    for name in re.findall(r"`((?:src/troth|troth)/[\w/]+\.py)`", text):
        assert (ROOT / "src" / name.removeprefix("src/")).is_file(), f"{name} does not exist"
    for name in re.findall(r"`((?:[a-z_]+\.)+[A-Za-z_]+)`", text):
        module, _, attribute = name.rpartition(".")
        path = ROOT / "src" / "troth" / Path(*module.split("."))
        if path.with_suffix(".py").is_file():
            assert hasattr(import_module(f"troth.{module}"), attribute), f"{name} does not exist"


def test_the_world_file_shown_can_be_read(tmp_path: Path) -> None:
    for name, text in files_in(ROOT / "docs" / "any-openapi.md").items():
        write({name: text}, tmp_path)
        variables = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "x")
        assert read_world(tmp_path / name, name, variables)


def test_the_book_of_the_shop_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the language page is read as something else than a contract of the shop."""
    files = files_in(CONTRACTS)
    write(files, tmp_path)
    monkeypatch.chdir(tmp_path)
    book, problems = read_book(select(tmp_path).folders, ["shop"])
    assert problems == ()
    contracts = [name for name in files if name.startswith("contracts/")]
    assert len(book.vendors["shop"].contracts) == len(contracts) - 2


@pytest.mark.parametrize(
    "command",
    [line for document in WRITTEN for block in _RUNNABLE.findall(text_of(document)) for line in block.splitlines()],
)
def test_commands_shown_run(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    _, *arguments = shlex.split(command)
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output


_STORE = "troth/mocks/oneall/store.py"
_CONDITION = " or any(match is not user for match in matches)"


def test_the_failure_shown_is_what_a_broken_mock_gives(tmp_path: Path) -> None:
    """All but line numbers and counts, which change with every contract that is written."""
    for source in (ROOT / "src").rglob("*"):
        if source.is_file() and "__pycache__" not in source.parts:
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    for name in ("specs", "contracts", "cassettes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    store = tmp_path / "src" / _STORE
    sound = store.read_text(encoding="utf-8")
    assert _CONDITION in sound
    store.write_text(sound.replace(_CONDITION, ""), encoding="utf-8")
    arguments = ["verify", "--vendor", "oneall", "--operation", "lookupStorageUser", "--only", "cases"]
    ran = subprocess.run(
        [sys.executable, "-m", "troth", *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path / "src"), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert ran.returncode == 1, ran.stderr
    (shown,) = _FAILURE.findall(text_of(ROOT / "README.md"))
    assert _unnumbered(shown).strip() in _unnumbered(ran.stdout)


def _unnumbered(text: str) -> str:
    return re.sub(r"(?<=yaml:)\d+|(?<=seen )[\d,]+", "N", text)
