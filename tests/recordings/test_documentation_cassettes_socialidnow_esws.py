"""Cassettes transcribed from documentation: stock VCR.py replays them, and they hold what the pages print."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
import vcr  # type: ignore[import-untyped]
import yaml
from lxml import etree
from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]

CASSETTES = Path(__file__).parents[2] / "cassettes"
FILES = ("socialidnow/login-connections.yaml", "socialidnow/login-info.yaml", "esws/get-sync-token-errors.yaml")
PAGES = Path(__file__).parents[3] / "shared" / "vendor-pages"
PLAYER = vcr.VCR(record_mode=vcr.mode.NONE, match_on=["method", "uri", "body"])


def interactions(name: str) -> list[tuple[str, int]]:
    return [(name, index) for index in range(len(read(name)["interactions"]))]


def read(name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load((CASSETTES / name).read_text("utf-8"))
    return document


def send(request: Mapping[str, Any]) -> requests.Response:
    headers = {name: values[0] for name, values in request["headers"].items()}
    body = request["body"].encode() if request["body"] is not None else None
    return requests.request(request["method"], request["uri"], headers=headers, data=body, timeout=5)


@pytest.mark.parametrize(("name", "index"), [one for name in FILES for one in interactions(name)])
def test_stock_vcr_replays_every_interaction(name: str, index: int) -> None:
    recorded = read(name)["interactions"][index]
    with PLAYER.use_cassette(str(CASSETTES / name)) as cassette:
        answer = send(recorded["request"])
        assert cassette.play_counts[index] == 1
    assert answer.status_code == recorded["response"]["status"]["code"]
    assert answer.text == recorded["response"]["body"]["string"]
    assert answer.headers["Content-Type"] == recorded["response"]["headers"]["Content-Type"][0]


@pytest.mark.parametrize("name", FILES)
def test_replaying_leaves_the_file_alone_and_reaches_nobody(name: str) -> None:
    before = (CASSETTES / name).read_bytes()
    first = read(name)["interactions"][0]["request"]
    with (
        PLAYER.use_cassette(str(CASSETTES / name)),
        pytest.raises(CannotOverwriteExistingCassetteException),
    ):
        send({**first, "uri": first["uri"] + "&never=recorded"})
    assert (CASSETTES / name).read_bytes() == before


@pytest.mark.parametrize("name", FILES)
def test_every_cassette_says_where_it_comes_from(name: str) -> None:
    document = read(name)
    assert document["x-troth"]["from"].startswith("documentation: page ")
    names = [one["x-troth"]["name"] for one in document["interactions"]]
    assert len(set(names)) == len(names)


def mended(printed: str) -> object:
    """An example as the page prints it, with the commas that JSON wants."""
    with_commas = re.sub(r'(["\d}el])\n(\s*")', r"\1,\n\2", printed)
    return json.loads(re.sub(r",(\s*})", r"\1", with_commas))


@pytest.mark.parametrize("name", ["login-connections", "login-info"])
def test_the_bodies_are_those_of_the_page_but_for_commas(name: str) -> None:
    page = PAGES / f"socialidnow-{name}.txt"
    if not page.exists():
        pytest.skip("the vendor's page is kept beside the checkout and is not there")
    text = page.read_text("utf-8")
    printed = [mended(example) for example in re.findall(r"^ \{\n.*?^ \}", text, re.MULTILINE | re.DOTALL)]
    recorded = read(f"socialidnow/{name}.yaml")["interactions"]
    assert [json.loads(one["response"]["body"]["string"]) for one in recorded] == printed
    assert [one["request"]["uri"] for one in recorded] == re.findall(r"curl -i?X GET '([^']+)'", text)


def test_each_error_of_the_page_is_returned_once() -> None:
    page = PAGES / "esws-get-sync-token.txt"
    if not page.exists():
        pytest.skip("the vendor's page is kept beside the checkout and is not there")
    listed = re.findall(r"^((?:ERROR_|NO )[A-Z_ ]+) - ", page.read_text("utf-8"), re.MULTILINE)
    bodies = [
        one["response"]["body"]["string"].encode() for one in read("esws/get-sync-token-errors.yaml")["interactions"]
    ]
    assert [etree.fromstring(body).findtext(".//return") for body in bodies] == listed
    assert len(listed) == 7
