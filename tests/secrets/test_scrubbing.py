"""Exchanges fit to be kept: no secret in any encoding, the same shapes, and requests that can be asked again."""

import gzip
import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.model.exchange import Exchange, Request, Response
from troth.secrets.encodings import ENCODINGS
from troth.secrets.pseudonyms import Pseudonyms
from troth.secrets.redactor import Redactor
from troth.secrets.scrubber import Scrubber

KEY = b"k" * 32
SECRET = 'p&ss "w/ørd\\ <1>+%'
JSON_TYPE = (("Content-Type", "application/json"),)


def scrubber(*secrets: str, personal: tuple[str, ...] = (), public: tuple[str, ...] = ()) -> Scrubber:
    return Scrubber(Pseudonyms(KEY), secrets, personal, public)


def answered(body: object, request: Request | None = None) -> Exchange:
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Exchange(request or Request("GET", "https://api.example/x"), Response(200, JSON_TYPE, data))


def body_of(exchange: Exchange) -> dict[str, object]:
    assert isinstance(exchange.answer, Response)
    value = json.loads(exchange.answer.body)
    assert isinstance(value, dict)
    return value


WRITTEN: list[Callable[[str], Request]] = [
    lambda secret: Request("GET", f"https://api.example/{quote(secret, safe='')}?k={quote_plus(secret)}"),
    lambda secret: Request("GET", "https://api.example/", (("X-Key", secret.encode().decode("latin-1")),)),
    lambda secret: Request(
        "GET", "https://api.example/", (("Authorization", "Basic " + b64encode(f"me:{secret}".encode()).decode()),)
    ),
    lambda secret: Request(
        "GET", "https://api.example/", (("Authorization", "Basic " + b64encode(f"{secret}:x".encode()).decode()),)
    ),
    *(
        lambda secret, encode=encode: Request(
            "POST", "https://api.example/", (), b"before " + encode(secret) + b" after"
        )  # type: ignore[misc]
        for encode in ENCODINGS.values()
    ),
]


@pytest.mark.parametrize("index", range(len(WRITTEN)))
@settings(max_examples=25)
@given(
    secret=st.just(SECRET)
    | st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=6, max_size=30)
)
def test_a_secret_is_replaced_in_every_encoding(index: int, secret: str) -> None:
    request = WRITTEN[index](secret)
    said = scrubber(secret)
    kept = said.exchange(Exchange(request, Response(200, (), b"echo " + request.body)))
    assert isinstance(kept.answer, Response)
    whole = b"\n".join(
        (
            kept.request.url.encode(),
            *(value.encode() for _, value in kept.request.headers),
            kept.request.body,
            kept.answer.body,
        )
    )
    assert not list(Redactor({secret: "S"}).find(whole))
    assert not list(said.complaints(kept))


def test_basic_credentials_become_those_of_the_pseudonyms() -> None:
    header = "Basic " + b64encode(f"e3e70682-c209-4cac-a29f-6fbed82c07cd:{SECRET}".encode()).decode()
    said = scrubber(SECRET, "e3e70682-c209-4cac-a29f-6fbed82c07cd")
    kept = said.exchange(Exchange(Request("GET", "https://api.example/", (("Authorization", header),)), Response(200)))
    maker = Pseudonyms(KEY)
    pair = f"{maker.secret('e3e70682-c209-4cac-a29f-6fbed82c07cd')}:{maker.secret(SECRET)}"
    assert kept.request.headers == (("Authorization", "Basic " + b64encode(pair.encode()).decode()),)


def test_fields_that_say_so_are_replaced_by_the_same_format_and_the_rest_stays() -> None:
    body = {
        "user_token": "2eaf5d01-8244-44b9-878d-9e83073c45e0",
        "access_token": {"key": "abc-def", "type": "bearer"},
        "password": "hunter2",
        "token_type": "bearer",
        "expires_in": 3600,
        "name": {"givenName": "Ada", "familyName": "Keller", "formatted": "Ada Keller"},
        "emails": [{"value": "ada.keller@mail.example", "is_verified": True}],
        "birthday": "04/17/1988",
        "picture_url": "https://pictures.example/ada.png",
        "source": {"name": "Cloud Storage", "key": "storage"},
        "note": "write to ada.keller@mail.example",
    }
    kept = body_of(scrubber().exchange(answered(body)))
    for same in ("token_type", "expires_in", "source"):
        assert kept[same] == body[same]
    for other in ("user_token", "password", "birthday", "picture_url", "name", "emails", "note", "access_token"):
        assert kept[other] != body[other], other
    assert kept["name"]["formatted"] == f"{kept['name']['givenName']} {kept['name']['familyName']}"  # type: ignore[index]
    assert kept["note"] == f"write to {kept['emails'][0]['value']}"  # type: ignore[index]
    assert kept["emails"][0]["is_verified"] is True  # type: ignore[index]


def test_what_an_answer_brought_is_replaced_where_it_is_sent_again() -> None:
    said = scrubber()
    token = "4d4985dc09aedbd06d316b4a7f6b8793b318ad4c1db2b4527aa56a181fd3c017"
    first = body_of(said.exchange(answered({"connection": f"https://api.example/connections/{token}", "id": token})))
    second = said.exchange(answered({}, Request("GET", f"https://api.example/connections/{token}?again={token}")))
    assert token not in str(first)
    assert first["connection"] == f"https://api.example/connections/{first['id']}"
    assert second.request.url == f"https://api.example/connections/{first['id']}?again={first['id']}"


def test_what_troth_made_up_stays_even_in_an_answer() -> None:
    minted = {
        "login": "nobody.abcdefghijkl@troth.example",
        "token": "9" + "1" * 31,
        "password": "nobody-abcdefghijklmn",
    }
    request = Request("POST", "https://api.example/x", JSON_TYPE, json.dumps(minted).encode())
    kept = scrubber().exchange(answered(minted, request))
    assert kept.request == request
    assert body_of(kept) == minted


def test_public_facts_stay_and_personal_ones_do_not() -> None:
    said = scrubber(public=("2eaf5d01-8244-44b9-878d-9e83073c45e0",), personal=("john.doe@example.com",))
    body = {"user_token": "2eaf5d01-8244-44b9-878d-9e83073c45e0", "login": "john.doe@example.com"}
    kept = body_of(said.exchange(answered(body)))
    assert kept["user_token"] == body["user_token"]
    assert kept["login"] == said.fact("john.doe@example.com") != "john.doe@example.com"


def test_the_length_of_a_body_stays_true() -> None:
    data = b'{"email": "a@b.example"}'
    headers = (*JSON_TYPE, ("Content-Length", str(len(data))))
    kept = scrubber().exchange(Exchange(Request("GET", "https://api.example/"), Response(200, headers, data)))
    assert isinstance(kept.answer, Response)
    assert dict(kept.answer.headers)["Content-Length"] == str(len(kept.answer.body))


def test_a_compressed_body_is_kept_as_it_was_sent_unless_something_in_it_must_be_replaced() -> None:
    said = scrubber()
    headers = (*JSON_TYPE, ("Content-Encoding", "gzip"))
    harmless, private = b'{"colour": "red"}', b'{"email": "john.doe@example.com"}'
    for data in (harmless, private):
        sent = gzip.compress(data, 9, mtime=12345)
        answer = said.exchange(Exchange(Request("GET", "https://api.example/"), Response(200, headers, sent))).answer
        assert isinstance(answer, Response)
        kept = gzip.decompress(answer.body)
        assert (answer.body == sent) is (data == harmless)
        assert b"john.doe" not in kept
        assert list(json.loads(kept)) == list(json.loads(data))


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (Response(200, (("Content-Encoding", "gzip"),), b"\x1f\x8b\x08"), "nobody can see what it holds"),
        (Response(200, (("Content-Encoding", "rot13"),), b"abc"), "nobody can see what it holds"),
        (Response(200, (("Content-Type", "image/png"),), b"\x89PNG"), "is a picture"),
        (Response(200, (), "gr\u00fcn".encode("latin-1")), "is not UTF-8"),
        (Response(200, (("Content-Encoding", "deflate"),), zlib.compress(b"\xff")), "is not UTF-8"),
        (Response(200, (), b"-----BEGIN RSA PRIVATE KEY-----\nMII"), "holds a private key"),
        (Response(200, (("X-Debug", "AKIA" + "A" * 16),), b""), "X-Debug holds a key of Amazon's"),
    ],
)
def test_the_last_look_refuses_what_may_still_be_a_secret(response: Response, said: str) -> None:
    one = scrubber()
    kept = one.exchange(Exchange(Request("GET", "https://api.example/"), response))
    assert any(said in complaint for complaint in one.complaints(kept))


@given(st.binary(max_size=300))
def test_no_answer_stops_a_recording(body: bytes) -> None:
    one = scrubber(SECRET)
    for kind in ("application/json", "text/xml", "text/html", "application/x-www-form-urlencoded", ""):
        kept = one.exchange(
            Exchange(Request("GET", "https://api.example/"), Response(200, (("Content-Type", kind),), body))
        )
        assert isinstance(list(one.complaints(kept)), list)
