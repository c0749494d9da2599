"""Cassettes in VCR.py's format, and facts of a target with secrets from the environment."""

import gzip
from pathlib import Path

import pytest

from troth.errors import InputInvalid
from troth.loading.cassettes.reader import read_cassette
from troth.loading.cassettes.writer import CassetteText
from troth.model.exchange import Exchange, Request, Response
from troth.targets.live.world_file import read_world

CASSETTE = """\
interactions:
- request: {method: GET, uri: 'https://x.example/a', headers: {Accept: ['*/*'], X-Two: [a, b]}, body: null}
  response: {status: {code: 200, message: OK}, headers: {Content-Type: [text/plain]}, body: {string: hello}}
  x-troth: {name: the first}
- request: {method: POST, uri: 'https://x.example/a', headers: {}, body: 'é'}
  response: {status: {code: 404, message: Not Found}, headers: {}, body: {string: ''}}
version: 1
x-troth: {from: a test, facts: {user: {id: '7'}}}
"""


def write(root: Path, text: str, name: str = "one.yaml") -> Path:
    path = root / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_interaction_is_an_exchange_with_its_line(tmp_path: Path) -> None:
    first, second = read_cassette(write(tmp_path, CASSETTE), "shop", "one.yaml")
    assert (first.name, first.origin, first.facts) == ("the first", "a test", {"user": {"id": "7"}})
    assert first.exchange.request.headers == (("Accept", "*/*"), ("X-Two", "a"), ("X-Two", "b"))
    assert first.position.line == 2
    assert (second.name, second.exchange.request.body) == ("one 2", "é".encode())
    assert (second.minted, second.again) == (frozenset(), False)


def test_an_interaction_says_what_was_minted_for_it_and_what_was_asked_again(tmp_path: Path) -> None:
    text = CASSETTE.replace("name: the first", "minted: ['912345678901', nobody-x], again: true")
    first, second = read_cassette(write(tmp_path, text), "shop", "one.yaml")
    assert (first.name, first.minted, first.again) == ("one 1", {"912345678901", "nobody-x"}, True)
    assert (second.minted, second.again) == (frozenset(), False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "is not a cassette"),
        ("version: 2\ninteractions: []", "is not a cassette"),
        ("version: 1\ninteractions: [{}]", "interaction 1 is incomplete"),
        (CASSETTE.replace("code: 200", "code: fine"), "the status code must be a number"),
        (CASSETTE.replace("facts: {user: {id: '7'}}", "facts: 7"), "facts must be a mapping"),
        (CASSETTE.replace("name: the first", "minted: [912345678901]"), "one.yaml:4:.*minted must be a list of texts"),
        (CASSETTE.replace("name: the first", "minted: nobody-x"), "one.yaml:4:.*minted must be a list of texts"),
        (CASSETTE.replace("name: the first", "again: twice"), "one.yaml:4:.*again must be true or false"),
        ("a: [", "is not YAML"),
    ],
)
def test_what_is_no_cassette_says_so(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputInvalid, match=said):
        read_cassette(write(tmp_path, text), "shop", "one.yaml")


@pytest.mark.parametrize("body", [gzip.compress(b'{"a": 1}', mtime=0), b"\xff\x00", "é\U0001f600".encode(), b""])
def test_a_body_is_kept_to_the_byte(tmp_path: Path, body: bytes) -> None:
    exchange = Exchange(
        Request("POST", "https://shop.example/", (), body), Response(200, (("Content-Encoding", "gzip"),), body)
    )
    text = CassetteText({})
    text.add(exchange)
    (recording,) = read_cassette(write(tmp_path, str(text)), "shop", "one.yaml")
    assert recording.exchange == exchange


def test_bytes_that_are_no_base64_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="is not base64"):
        read_cassette(write(tmp_path, CASSETTE.replace("'é'", "!!binary a")), "shop", "one.yaml")


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    path = write(tmp_path, "shop:\n  user: {id: 7, password: '${SHOP_PASSWORD}', both: 'a-${A}-${A}'}\n")
    world = read_world(path, "world.yaml", {"SHOP_PASSWORD": "secret", "A": "x"})
    assert world == {"shop": {"user": {"id": 7, "password": "secret", "both": "a-x-x"}}}


def test_what_is_not_set_is_named_with_its_line_and_never_guessed(tmp_path: Path) -> None:
    path = write(tmp_path, "shop:\n  a: ${ONE}\n  b: ['${TWO}']\nother: 5\n")
    with pytest.raises(InputInvalid) as caught:
        read_world(path, "world.yaml", {})
    messages = [(problem.position.line, problem.message) for problem in caught.value.problems]
    assert messages == [
        (2, "the environment variable ONE is not set"),
        (3, "the environment variable TWO is not set"),
        (4, "the facts of 'other' must be a mapping"),
    ]
