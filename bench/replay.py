"""Replay side by side: our indexed look-up and stock VCR.py over the same cassette; ratios, since machines differ.

Run: ``python bench/replay.py``. Both play the same file and match on method, URI and body. VCR.py is asked for fewer
requests where it holds many recordings, since its look-up is a scan: what is compared is the rate. Ours is the best of
five rounds, since a round takes a fifth of a second; VCR.py's is over ten seconds and more. Seconds are the process's
own, so that others on the machine change little.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import requests
import vcr  # type: ignore[import-untyped]

from troth.loading.cassettes.reader import read_cassette
from troth.loading.cassettes.writer import CassetteText
from troth.model.exchange import Exchange, NoAnswer, Request, Response
from troth.targets.replay import ReplayTarget

URL = "https://api.example/storage/users/user/lookup.json"
HEADERS = (("Content-Type", "application/json"),)


def exchange(number: int) -> Exchange:
    asked = b'{"request": {"user": {"login": "user-%06d@example.com"}}}' % number
    body = b'{"response": {"result": {"data": {"user": {"externalid": %d, "tags": [%s]}}}}}' % (
        number,
        b"1, " * 60 + b"1",
    )
    return Exchange(Request("POST", URL, HEADERS, asked), Response(200, HEADERS, body))


def rate(ask: Callable[[int], bool], stored: int, asked: int) -> float:
    """Requests a second of processor time, spread over the whole cassette."""
    started = process_time()
    for index in range(asked):
        if not ask((index * 7919) % stored):
            raise AssertionError("not replayed")
    return asked / (process_time() - started)


def ours(path: Path, stored: int, asked: int) -> float:
    target = ReplayTarget(read_cassette(path, "oneall", path.name), {})

    def ask(number: int) -> bool:
        return not isinstance(target.send(exchange(number).request).answer, NoAnswer)

    return max(rate(ask, stored, asked) for _ in range(5))


def theirs(path: Path, stored: int, asked: int) -> float:
    with (
        requests.Session() as session,
        vcr.use_cassette(
            str(path), record_mode="none", match_on=["method", "uri", "body"], allow_playback_repeats=True
        ),
    ):
        return rate(
            lambda number: (
                session.post(URL, data=exchange(number).request.body, headers=dict(HEADERS)).status_code == 200
            ),
            stored,
            asked,
        )


def measure(stored: int) -> tuple[float, float]:
    """Requests a second from one cassette with so many recordings: ours, VCR.py's."""
    text = CassetteText({"from": "bench: made up"})
    for number in range(stored):
        text.add(exchange(number))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{stored}.yaml"
        path.write_text(str(text), encoding="utf-8")
        return ours(path, stored, 20_000), theirs(path, stored, max(10, 60_000 // stored))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", type=int, nargs="+", default=[1_000, 10_000])
    rates: dict[int, tuple[float, float]] = {}
    for stored in parser.parse_args().stored:
        rates[stored] = measure(stored)
        mine, stock = rates[stored]
        print(f"{stored:>7,} stored: ours {mine:>9,.0f}/s   VCR.py {stock:>7,.1f}/s   ratio {mine / stock:>9,.0f}")
    few, many = rates[min(rates)], rates[max(rates)]
    print(f"with the largest instead of the smallest: ours keeps {many[0] / few[0]:.2f}, VCR.py {many[1] / few[1]:.2f}")


if __name__ == "__main__":
    main()
