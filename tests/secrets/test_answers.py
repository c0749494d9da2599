"""What is guessed to be private in an answer: by names of fields and looks, but no common word and nothing of ours."""

import gzip
import json
from time import perf_counter

import pytest

from troth.model.exchange import Exchange, Headers, NoAnswer, Request, Response, Silence
from troth.secrets.answers import PrivateValues
from troth.secrets.redactor import Redactor

ASK = Request("GET", "https://shop.example/users/7")


def exchange(body: object = None, headers: Headers = (), request: Request = ASK) -> Exchange:
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Exchange(request, Response(200, headers, data))


def private(body: object = None, headers: Headers = (), request: Request = ASK) -> set[str]:
    return set(PrivateValues().of(exchange(body, headers, request)))


PRIVATE: list[tuple[object, set[str]]] = [
    ({"email": "ada@mail.example"}, {"ada@mail.example"}),
    ({"note": "write to ada@mail.example."}, {"ada@mail.example"}),
    ({"name": {"familyName": "Keller", "formatted": "Ada Keller"}}, {"Keller", "Ada Keller"}),
    ({"access_token": {"key": "abc-def"}}, {"abc-def"}),
    ({"password": [[["hunter2"]]]}, {"hunter2"}),
    ({"pin": 481516}, {"481516"}),
    ({"link": "https://x.example/s/4d4985dc09aedbd06d316b4a7f6b8793"}, {"4d4985dc09aedbd06d316b4a7f6b8793"}),
    (b"<user><email>ada@mail.example</email><login>adakeller</login></user>", {"ada@mail.example", "adakeller"}),
    (b'{"password": "hunter2", "broken', {"hunter2"}),
]


@pytest.mark.parametrize(("body", "expected"), PRIVATE)
def test_what_a_field_or_looks_call_private_is(body: object, expected: set[str]) -> None:
    assert private(body) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((("Set-Cookie", "session=0123abcd; Path=/"),), {"0123abcd"}),
        ((("X-Auth-Token", "abc-4711"),), {"abc-4711"}),
        ((("Access-Control-Allow-Credentials", "true"),), set()),
        ((("WWW-Authenticate", "Basic realm"), ("Authorization", "a b")), set()),
    ],
)
def test_headers_are_looked_into(headers: Headers, expected: set[str]) -> None:
    assert private(headers=headers) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("true", "FALSE", "null", "string", "1.0", "1.0.12", "v2.1", "2015", "12345", "-7", "abc", "ab", "", "    "),
        *("****", "xxxxxxxx", "email", "E-Mail", "password", "token", "Unknown", "<email-k3f9qz7a>", "a <KEY> b"),
    ],
)
@pytest.mark.parametrize("field", ["email", "password", "access_token"])
def test_a_common_word_a_short_one_and_what_is_hidden_already_are_not(value: str, field: str) -> None:
    assert private({field: value}) == set()


def test_what_we_sent_ourselves_is_not_and_what_an_answer_brought_before_is() -> None:
    values = PrivateValues()
    minted = {"login": "nobody.abc@troth.example", "token": "9" + "1" * 31}
    sent = Request("POST", "https://shop.example/users?k=hunter22", (), json.dumps(minted).encode())
    assert set(values.of(exchange({**minted, "password": "hunter22"}, request=sent))) == set()
    assert set(values.of(exchange({"token": "abc-4711-efgh"}))) == {"abc-4711-efgh"}
    again = Request("GET", "https://shop.example/users?token=abc-4711-efgh")
    assert set(values.of(exchange({"token": "abc-4711-efgh"}, request=again))) == {"abc-4711-efgh"}


def test_facts_that_are_public_may_be_told() -> None:
    values = PrivateValues()
    values.leave(["2eaf5d01-8244-44b9-878d-9e83073c45e0"])
    assert set(values.of(exchange({"user_token": "2eaf5d01-8244-44b9-878d-9e83073c45e0"}))) == set()


def test_a_private_word_is_hidden_as_a_word_and_a_distinct_value_anywhere() -> None:
    redactor = Redactor(key=b"k")
    redactor.look_into_answers((), b"k")
    redactor.learn_exchange(exchange({"name": {"familyName": "Anno"}, "password": "x7-pass-word"}))
    text = redactor.text("Announcement by Anno: sx7-pass-words")
    assert text.startswith("Announcement by <text-")
    assert "x7-pass-word" not in text


def test_without_being_told_so_no_answer_is_looked_into() -> None:
    redactor = Redactor()
    redactor.learn_exchange(exchange({"email": "ada@mail.example"}))
    assert redactor.text("ada@mail.example") == "ada@mail.example"


def test_an_exchange_without_an_answer_brings_nothing() -> None:
    silent = Exchange(Request("GET", "https://[broken/?a=b"), NoAnswer(Silence.TIMEOUT))
    assert set(PrivateValues().of(silent)) == set()


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 20_000,
        b'[{"email":"ada@mail.example","b":[' * 4_000,
        b'"' + b'\\"' * 100_000,
        b'"' + b'\\"' * 100_000 + b"\\",
        b"<a>" * 60_000,
        b"<a><![CDATA[" * 20_000,
        b"a" * 200_000,
        b"a@" * 100_000,
        b"a.@-." * 40_000,
    ],
    ids=["depth", "objects", "quotes", "backslash", "elements", "cdata", "letters", "at", "addresses"],
)
def test_a_hostile_body_costs_no_more_than_its_size(body: bytes) -> None:
    started = perf_counter()
    for media in ("application/json", "text/xml", "application/x-www-form-urlencoded"):
        private(body, (("Content-Type", media),))
    assert perf_counter() - started < 30, "linear takes about a second; quadratic takes minutes"


def test_a_compressed_answer_is_looked_into() -> None:
    body = gzip.compress(b'{"email": "ada@mail.example"}', mtime=0)
    assert private(body, (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))) == {"ada@mail.example"}
    ours = Request("POST", ASK.url, (("Content-Encoding", "gzip"),), gzip.compress(b"ada@mail.example", mtime=0))
    assert private({"email": "ada@mail.example"}, request=ours) == set()
