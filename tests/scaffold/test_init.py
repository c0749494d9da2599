"""``troth init``: files that work as they are written, and nothing overwritten."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from troth.cli import main
from troth.scaffold.project import NIGHTLY, template
from troth.session.folders import find_folders, read_book
from troth.targets.live.settings_file import TargetFile
from troth.waivers.file import read_waivers

ROOT = Path(__file__).parents[2]


def init(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["init", *arguments])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("service", "path"), NIGHTLY.items())
def test_a_new_project_gets_all_that_it_needs(service: str, path: str, here: Path) -> None:
    result = init("--ci", service)
    assert result.exit_code == 0, result.output
    assert (here / path).read_text(encoding="utf-8") == template(f"{service}.yml")
    assert {file.name for file in here.rglob("*") if file.is_file()} == {
        "troth.toml",
        ".env.example",
        ".gitignore",
        Path(path).name,
    }
    assert (here / ".gitignore").read_text() == ".env\n.troth/\n"


def test_the_documents_show_what_it_says(here: Path) -> None:
    shown = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    assert init("--ci", "github").output in shown
    assert (here / "troth.toml").is_file()


def test_without_a_service_there_is_no_workflow(here: Path) -> None:
    assert init().exit_code == 0
    assert sorted(path.name for path in here.iterdir()) == [".env.example", ".gitignore", "troth.toml"]


def test_what_is_there_stays_and_is_named(here: Path) -> None:
    workflow = here / NIGHTLY["github"]
    workflow.parent.mkdir(parents=True)
    for file in (here / "troth.toml", workflow):
        file.write_text("mine")
    (here / ".env.example").symlink_to(here / "nowhere")
    result = init("--ci", "github")
    assert result.exit_code == 0
    for name in ("troth.toml", ".env.example", NIGHTLY["github"]):
        assert f"{name}: left as it is\n" in result.output
    assert [file.read_text() for file in (here / "troth.toml", workflow)] == ["mine", "mine"]
    assert not (here / "nowhere").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ".env\n.troth/\n"),
        ("*.pyc", "*.pyc\n.env\n.troth/\n"),
        ("/.env\n# x\n", "/.env\n# x\n.troth/\n"),
        (".env*\n.troth\n", ".env*\n.troth\n"),
        (".env.local\nmy.troth/\n", ".env.local\nmy.troth/\n.env\n.troth/\n"),
    ],
)
def test_git_ignores_what_it_must_once(before: str, after: str, here: Path) -> None:
    (here / ".gitignore").write_text(before)
    for _ in range(2):
        init()
        assert (here / ".gitignore").read_text() == after


@pytest.mark.usefixtures("here")
def test_an_unknown_service_is_wrong_usage() -> None:
    result = init("--ci", "jenkins")
    assert result.exit_code == 2
    assert "'github', 'gitlab'" in result.output


def test_a_folder_that_cannot_be_written_is_a_sentence(here: Path) -> None:
    (here / ".github").write_text("a file")
    result = init("--ci", "github")
    assert result.exit_code == 2
    assert "cannot be written" in result.output
    assert "Traceback" not in result.output


def test_the_target_can_be_used_once_its_variables_are_set(tmp_path: Path) -> None:
    (tmp_path / "troth.toml").write_text(template("troth.toml"), encoding="utf-8")
    file = TargetFile(tmp_path / "troth.toml")
    assert file.names == ("staging",)
    named = set(re.findall(r"(?m)^([A-Z_]+)=$", template("env.example")))
    assert {use.name for use in file.uses("staging")} == named
    settings = file.settings("staging", dict.fromkeys(named, "a long secret"))
    assert settings.effects == {"safe"}
    assert not settings.may_fuzz


def test_what_the_template_leaves_as_a_remark_can_be_used_too(tmp_path: Path) -> None:
    """Every line that is a setting behind a ``#`` is one that Troth knows, and every fact one that the vendor's has."""
    text = re.sub(r"(?m)^# (?=[a-z_.]+ = )", "", template("troth.toml"))
    assert text != template("troth.toml")
    (tmp_path / "troth.toml").write_text(text, encoding="utf-8")
    file = TargetFile(tmp_path / "troth.toml")
    settings = file.settings("staging", {use.name: "a long secret" for use in file.uses("staging")})
    assert settings.closed
    book, _ = read_book(find_folders(ROOT), ["oneall"])
    facts = tomllib.loads(text)["targets"]["staging"]["facts"]["oneall"]
    assert {f"user.{name}" for name in facts["user"]} <= set(book.vendors["oneall"].world)
    assert {f"site.keys.{name}" for name in facts["site"]["keys"]} <= set(book.vendors["oneall"].world)


def test_the_waivers_shown_can_be_read(tmp_path: Path) -> None:
    (block,) = re.findall(r"```text\n(# Findings.*?)```", (ROOT / "docs" / "waivers.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "waivers.yaml").write_text(block, encoding="utf-8")
    assert [one.target for one in read_waivers(tmp_path, date(2026, 11, 22))] == ["", "staging"]
