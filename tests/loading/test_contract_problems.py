"""What an author reads when a contract cannot be used: the whole text, for every kind of mistake at once."""

from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, make_folders

from troth.errors import UsageInvalid
from troth.judging.terms import compile_terms
from troth.session.folders import read_book

CASES = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


def said_of(root: Path, contract: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(root)
    book, problems = read_book(make_folders(root, contracts={"orders": contract}))
    _, found = compile_terms(book)
    return "\n".join(str(problem) for problem in sorted({*problems, *found}, key=lambda one: one.position))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_mistake_is_named_with_its_place_and_a_fix(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = case.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")
    assert said_of(tmp_path, case.read_text(encoding="utf-8"), monkeypatch) == expected


def test_a_sound_contract_has_no_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said_of(tmp_path, SHOP_CONTRACT, monkeypatch) == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"", "the file is empty"),
        (b"- 1\n- 2\n", "the file is not a mapping"),
        (b"vendor: shop\n" + b"x: " + b"[" * 5000, "orders.yaml"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "unknown key"),
        (b"vendor: shop\nlet: {a: &x [*x]}\n", "nested too deeply"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(
    data: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = make_folders(tmp_path)
    (folders.contracts / "shop" / "orders.yaml").write_bytes(data)
    _, problems = read_book(folders)
    assert said in "\n".join(map(str, problems))


def test_no_specs_and_unknown_vendors_say_what_to_do(tmp_path: Path) -> None:
    folders = make_folders(tmp_path)
    with pytest.raises(UsageInvalid, match="did you mean 'shop'"):
        read_book(folders, ["shpo"])
    (folders.specs / "shop.yaml").unlink()
    with pytest.raises(UsageInvalid, match="put OpenAPI documents there"):
        read_book(folders)
