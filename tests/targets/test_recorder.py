"""What a recording says beside each exchange: the values that Troth minted for it, and whether it was asked again."""

from pathlib import Path

from bookmaking import FunctionTarget, honest_shop

from troth.loading.cassettes.reader import read_cassette
from troth.model.book import Recording
from troth.model.exchange import Request
from troth.secrets.pseudonyms import Pseudonyms
from troth.secrets.scrubber import Scrubber
from troth.targets.recorder import RecordingTarget

ITEM = "shop/readOrder/cases/not-found"
SECRET = "hunter2-hunter2"


def recorded(folder: Path, *announced: tuple[frozenset[str], bool]) -> list[Recording]:
    target = RecordingTarget(FunctionTarget(honest_shop), folder, "a test", Scrubber(Pseudonyms(b"k" * 32), [SECRET]))
    target.begin(ITEM)
    for minted, again in announced:
        target.announce(minted, again)
        target.send(Request("GET", f"https://shop.example/orders/{'-'.join(sorted(minted))}"))
    target.end()
    assert not target.recorded.refused
    return list(read_cassette(folder / f"{ITEM}.yaml", "shop", "x.yaml"))


def test_each_exchange_has_what_was_minted_for_it_alone(tmp_path: Path) -> None:
    """Of a value that an earlier call of the item created, nobody says that it is nobody's."""
    first, second, third = recorded(
        tmp_path, (frozenset(("912345678901",)), False), (frozenset(("912345678901",)), True), (frozenset(), False)
    )
    assert (first.minted, first.again) == ({"912345678901"}, False)
    assert (second.minted, second.again) == ({"912345678901"}, True)
    assert (third.minted, third.again) == (frozenset(), False)


def test_what_was_minted_is_scrubbed_like_the_request(tmp_path: Path) -> None:
    (only,) = recorded(tmp_path, (frozenset((f"nobody-{SECRET}",)), False))
    assert SECRET not in (tmp_path / f"{ITEM}.yaml").read_text(encoding="utf-8")
    (minted,) = only.minted
    assert only.exchange.request.url.endswith(minted)


def test_before_an_item_begins_nothing_is_kept(tmp_path: Path) -> None:
    target = RecordingTarget(FunctionTarget(honest_shop), tmp_path, "a test", Scrubber(Pseudonyms(b"k" * 32), []))
    target.announce(frozenset(("912345678901",)), True)
    target.send(Request("GET", "https://shop.example/orders/912345678901"))
    assert list(tmp_path.iterdir()) == []
