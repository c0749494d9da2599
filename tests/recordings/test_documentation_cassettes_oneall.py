"""The cassettes made from OneAll's documentation: stock VCR.py plays them, and our own contracts do not break them."""

import json
from pathlib import Path

import pytest
import requests
import vcr  # type: ignore[import-untyped]
from bookmaking import FunctionTarget, silent
from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]
from vcr.persisters.filesystem import FilesystemPersister  # type: ignore[import-untyped]
from vcr.serializers import yamlserializer  # type: ignore[import-untyped]

from troth.judging.terms import compile_terms
from troth.model.exchange import Response
from troth.model.operation import Basis
from troth.model.report import Kind
from troth.session.folders import find_folders, read_book
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.sources.recordings import RecordingsSource

ROOT = Path(__file__).parents[2]
CASSETTE = ROOT / "cassettes" / "oneall" / "documentation-lookup.yaml"
LOOKUP = "https://example.api.oneall.com/storage/users/user/lookup.json"
KEYS = ("4d63ca19-c290-459a-8301-88024612b443", "703b7719-b524-49f6-ae1f-d7af741eef09")
TOKEN = "2eaf5d01-8244-44b9-878d-9e83073c45e0"


def look_up(externalid: str) -> requests.Response:
    body = {"request": {"user": {"user_token": TOKEN, "externalid": externalid}}}
    with vcr.use_cassette(str(CASSETTE), record_mode="none", match_on=["method", "uri", "body"]):
        return requests.post(LOOKUP, json=body, auth=KEYS, timeout=5)


def test_stock_vcr_reads_every_interaction() -> None:
    asked, answered = FilesystemPersister.load_cassette(CASSETTE, yamlserializer)
    assert [(request.method, request.uri) for request in asked] == [("POST", LOOKUP), ("POST", LOOKUP)]
    assert [response["status"]["code"] for response in answered] == [200, 404]


def test_requests_gets_the_successful_answer() -> None:
    answer = look_up("1000154211")
    user = answer.json()["response"]["result"]["data"]["user"]
    assert (answer.status_code, user["user_token"], user["externalid"]) == (200, TOKEN, 1000154211)
    assert user["login"] == "john@.doe@example.com", "the page's own oddity is kept"
    assert user["date_creation"] == "Thu, 29 Oct 2015 16:11:57 0100", "and so is the lost plus sign"


def test_requests_gets_the_failed_answer() -> None:
    answer = look_up("1000154212")
    status = answer.json()["response"]["request"]["status"]
    assert (answer.status_code, status["code"], status["flag"]) == (404, 404, "error")
    assert "result" not in answer.json()["response"]


def test_nothing_else_is_answered() -> None:
    with pytest.raises(CannotOverwriteExistingCassetteException):
        look_up("1000154213")


def test_our_contracts_do_not_break_the_documentation() -> None:
    book, problems = read_book(find_folders(ROOT), ["oneall"])
    assert not problems
    terms, invalid = compile_terms(book)
    assert not invalid
    runner = Runner(book, terms, FunctionTarget(silent), Court(Basis.ASSUMED))
    items = [
        item
        for item in RecordingsSource(book).items()
        if item.recording.position.file.endswith(f"oneall/{CASSETTE.name}")
    ]
    results = [runner.run(item) for item in items]
    assert [result.name.rpartition("/")[2] for result in results] == ["lookup-successful", "lookup-failed"]
    assert [seen.finding for seen in runner.tally.findings()] == []
    kept = {count.promise.name for count in runner.tally.counts() if count.kept and count.promise.kind is Kind.ROW}
    assert kept == {"found-ours", "nobody-matches"}, "each example is decided by a row of the table"


def test_the_answers_are_those_of_the_page() -> None:
    page = ROOT.parent / "shared" / "vendor-pages" / "oneall-storage-lookup.txt"
    if not page.is_file():
        pytest.skip("the vendor's page is not beside the checkout")
    printed = [json.loads(line) for line in page.read_text(encoding="utf-8").splitlines() if line.startswith('{ "resp')]
    book, _ = read_book(find_folders(ROOT), ["oneall"])
    recorded = [
        json.loads(recording.exchange.answer.body)
        for recording in book.vendors["oneall"].recordings
        if recording.position.file.endswith(f"oneall/{CASSETTE.name}")
        and isinstance(recording.exchange.answer, Response)
    ]
    assert recorded == printed
    assert len(printed) == 2
