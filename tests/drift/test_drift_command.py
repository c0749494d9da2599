"""``troth drift`` at the command line: sides, exit codes, reports, promises."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, make_folders
from click.testing import CliRunner, Result

from troth.cli import main

FACTS = {"order": {"id": "1001"}}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_folders(tmp_path, contracts={"orders": SHOP_CONTRACT})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def cassette(path: Path, *bodies: object, status: int = 200, host: str = "shop.example", order: str = "1001") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    interactions = [
        {
            "request": {"method": "GET", "uri": f"https://{host}/orders/{order}", "headers": {}, "body": None},
            "response": {
                "status": {"code": status, "message": ""},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": json.dumps(body)},
            },
        }
        for body in bodies
    ]
    text = json.dumps({"version": 1, "x-troth": {"from": "a test", "facts": FACTS}, "interactions": interactions})
    path.write_text(text, encoding="utf-8")
    return path.name


def drift(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["drift", *arguments])


ORDER: Mapping[str, object] = {"id": "1001", "total": 5}


@pytest.mark.parametrize(
    ("new", "options", "code", "said"),
    [
        (ORDER, (), 0, "no drift"),
        ({**ORDER, "note": "x"}, (), 0, "1 additive"),
        ({**ORDER, "note": "x"}, ("--strict",), 1, "any change counts"),
        ({"id": "1001"}, (), 1, "body /total has vanished"),
        ({**ORDER, "id": 1001}, (), 1, "TR104 shop.readOrder.conformance 200"),
    ],
)
def test_exit_codes(shop: Path, new: object, options: tuple[str, ...], code: int, said: str) -> None:
    old_file, new_file = cassette(shop / "old.yaml", ORDER), cassette(shop / "new.yaml", new)
    result = drift(old_file, new_file, *options)
    assert result.exit_code == code, result.output
    assert said in " ".join(result.output.split())


def test_a_promise_broken_without_another_shape(shop: Path) -> None:
    """The value alone is another one; a clause and a row, which the old answer kept, say that it matters."""
    result = drift(cassette(shop / "old.yaml", ORDER), cassette(shop / "new.yaml", {**ORDER, "id": "1002"}))
    assert result.exit_code == 1, result.output
    assert "BREAKS A PROMISE" in result.output
    assert "shop.readOrder.id-echoed (breach, documented on page orders" in " ".join(result.output.split())


def test_a_promise_that_was_broken_before_is_no_drift(shop: Path) -> None:
    wrong = {**ORDER, "id": "1002"}
    result = drift(cassette(shop / "old.yaml", wrong), cassette(shop / "new.yaml", wrong))
    assert result.exit_code == 0, result.output


def test_folders_other_hosts_and_reports(shop: Path) -> None:
    cassette(shop / "old" / "shop" / "a.yaml", ORDER)
    cassette(shop / "old" / "b.json", {"error": "no such order"}, status=404, order="77")
    cassette(shop / "new" / "a.yaml", {"id": "1001"}, host="staging.example")
    cassette(shop / "new" / "b.yaml", {"error": "no such order"}, status=404, order="78", host="staging.example")
    result = drift("old", "new", "--report", "json=drift.json", "--report", "markdown=drift.md")
    assert result.exit_code == 1, result.output
    (change,) = json.loads((shop / "drift.json").read_text(encoding="utf-8"))["changes"]
    assert (change["worth"], change["sort"], change["place"]) == ("breaks consumers", "vanished", "body /total")
    assert change["old"] == {"shows": "integer", "count": 1, "of": 1, "example": "5"}
    assert change["first_seen"].startswith("new/a.yaml:1 ")
    assert "body /total has vanished" in (shop / "drift.md").read_text(encoding="utf-8")


def test_operations_are_chosen_and_strangers_named(shop: Path) -> None:
    cassette(shop / "old" / "a.yaml", ORDER)
    cassette(shop / "new" / "a.yaml", ORDER, order="1001/items")
    result = drift("old", "new", "-v")
    assert result.exit_code == 3, result.output
    assert "nothing could be compared" in result.output
    assert "new/a.yaml:1 GET /orders/1001/items" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("old.yaml", "nowhere/at/all"), "there is no cassette or folder nowhere/at/all"),
        (("old.yaml", "empty"), "there is no cassette in empty"),
        (("old.yaml", "reply"), "unknown target 'reply': did you mean 'replay'?"),
        (("old.yaml", "broken.yaml"), "broken.yaml:1"),
        (("old.yaml", "old.yaml", "--report", "html=x"), "unknown report 'html'"),
        (("old.yaml", "old.yaml", "--report", "json=no/where"), "the folder no does not exist"),
        (("old.yaml",), "Missing argument 'NEW'"),
    ],
)
def test_wrong_usage(shop: Path, arguments: tuple[str, ...], said: str) -> None:
    cassette(shop / "old.yaml", ORDER)
    (shop / "empty").mkdir()
    (shop / "broken.yaml").write_text("[]", encoding="utf-8")
    result = drift(*arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output


def test_a_target_on_either_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    arguments = ("--vendor", "socialidnow", "--operation", "deleteLoginConnection")
    result = drift("mock", "mock", *arguments)
    assert result.exit_code == 0, result.output
    result = drift("cassettes/socialidnow", "mock", "--operation", "getSignIn")
    assert result.exit_code == 3, result.output
