"""``troth.toml``: every problem at once with its line, secrets from the environment only, guards by default."""

from pathlib import Path

import pytest

from troth.errors import InputInvalid, UsageInvalid
from troth.targets.live.dotenv import read_environment
from troth.targets.live.settings import TargetSettings
from troth.targets.live.settings_file import TargetFile

REMOTE = '[targets.staging]\naddress = "https://api.example.com"\nhosts = ["api.example.com"]\n'


def read(folder: Path, text: str, name: str = "staging", **environment: str) -> TargetSettings:
    path = folder / "troth.toml"
    path.write_text(text, encoding="utf-8")
    return TargetFile(path).settings(name, environment)


def problems(folder: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(InputInvalid) as caught:
        read(folder, text, **environment)
    return [f"{one.position.line}: {one.message} {one.fix}" for one in caught.value.problems]


def test_a_remote_target_may_be_asked_what_is_safe_and_nothing_else(tmp_path: Path) -> None:
    settings = read(tmp_path, REMOTE)
    assert not settings.loopback
    assert settings.effects == {"safe"}
    assert not settings.may_fuzz
    assert not settings.may_lock_out


def test_on_loopback_everything_may_be_asked_unless_something_is_said(tmp_path: Path) -> None:
    near = '[targets.staging]\naddress = "http://127.0.0.1:8765"\n'
    assert read(tmp_path, near).effects == {"safe", "idempotent", "creates", "destroys"}
    assert read(tmp_path, near).may_fuzz
    assert read(tmp_path, near + "writes = false\nfuzzing = false\n").effects == {"safe"}
    assert not read(tmp_path, near + "writes = false\nfuzzing = false\n").may_fuzz


@pytest.mark.parametrize(
    ("writes", "effects"),
    [
        ("true", {"safe", "idempotent", "creates", "destroys"}),
        ('["idempotent"]', {"safe", "idempotent"}),
        ("false", {"safe"}),
    ],
)
def test_writes_are_allowed_by_name(tmp_path: Path, writes: str, effects: set[str]) -> None:
    assert read(tmp_path, f"{REMOTE}writes = {writes}\n").effects == effects


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REMOTE + "bugdet = 5\n", ["4: unknown key 'bugdet' did you mean 'budget'?"]),
        (REMOTE + 'budget = "many"\nretries = 99\n', ["4:", "5:"]),
        (REMOTE + 'world = "opne"\n', ["4: 'opne' is not one of open, closed did you mean 'open'?"]),
        ('[targets.staging]\naddress = "https://api.example.com"\n', ["2: api.example.com is not on loopback"]),
        ('[targets.staging]\naddress = "https://u:p@api.example.com"\n', ["2: credentials do not belong"]),
        ('[targets.staging]\naddress = "ftp://api.example.com"\n', ["2: this is not an HTTP address"]),
        ("[targets.staging]\n", ["1: 'staging' lacks 'address'"]),
        (REMOTE + 'ca_bundle = "nothing.pem"\n', ["4: there is no file nothing.pem"]),
        (REMOTE + '[targets.staging.authentication.shop]\nbearer = "abcdef"\n', ["5: bearer is written down"]),
        (
            REMOTE + '[targets.staging.authentication.shop.oauth2]\ntoken_url = "https://elsewhere.example/t"\n'
            'client_id = "me"\nclient_secret = "${S}"\n',
            ["5: elsewhere.example is not among the allowed hosts"],
        ),
        (
            REMOTE + '[targets.staging.facts.oneall]\nuser.login = "${A}"\nuser.password = "${B}"\n',
            ["5: the environment variable A is not set", "6: the environment variable B is not set"],
        ),
        (REMOTE + "broken =\n", ["4: is not TOML"]),
    ],
)
def test_every_problem_is_said_at_its_line(tmp_path: Path, text: str, said: list[str]) -> None:
    environment = {"S": "a-client-secret"} if "oauth2" in text else {}
    found = problems(tmp_path, text, **environment)
    assert len(found) == len(said)
    assert all(one.startswith(start) for one, start in zip(found, said, strict=True)), found


def test_no_problem_repeats_a_secret_that_was_written_down(tmp_path: Path) -> None:
    for wrong in (
        '[targets.staging.authentication.shop]\nquery = {key = "canary-6c1f00d5"}\n',
        '[targets.staging.authentication.shop]\nbearrer = "canary-6c1f00d5"\n',
        '[targets.staging.authentication]\nshop = "canary-6c1f00d5"\n',
        '[targets.staging.facts]\noneall = "canary-6c1f00d5"\n',
        '[targets.staging.facts.oneall]\nuser.password = "canary-6c1f00d5\n',
        'proxy = "http://me:canary-6c1f00d5@proxy.example"\n',
    ):
        with pytest.raises(InputInvalid) as caught:
            read(tmp_path, REMOTE + wrong)
        assert "canary" not in str(caught.value), wrong


def test_an_unknown_target_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match="did you mean 'staging'"):
        read(tmp_path, REMOTE, "stagin")


def test_another_target_s_missing_variable_is_not_this_one_s_problem(tmp_path: Path) -> None:
    other = '[targets.other]\naddress = "${NOT_SET}"\n'
    assert read(tmp_path, REMOTE + other).name == "staging"


def test_a_dotenv_file_is_read_simply_and_the_process_wins(tmp_path: Path) -> None:
    lines = ["# a comment", "", "A=plain # said", 'export B="two\\nlines \\"x\\""', "C='as $it is #'", "D=a=b", "E="]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    found = read_environment(tmp_path, {"D": "mine"})
    assert found == {"A": "plain", "B": 'two\nlines "x"', "C": "as $it is #", "D": "mine", "E": ""}


def test_a_broken_dotenv_file_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GOOD=1\ncanary-6c1f00d5\nBAD='canary-6c1f00d5\n", encoding="utf-8")
    with pytest.raises(InputInvalid) as caught:
        read_environment(tmp_path, {})
    assert [one.position.line for one in caught.value.problems] == [2, 3]
    assert "canary" not in str(caught.value)
