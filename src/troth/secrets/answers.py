"""What is private in the answers of somebody's service, as far as names of fields and looks tell."""

import re
from collections.abc import Collection, Iterator
from urllib.parse import unquote, urlsplit

from troth.model.exchange import Exchange, Headers, Request, Response
from troth.secrets.bodies import body_fields
from troth.secrets.encodings import utf8
from troth.secrets.pseudonyms import EMAIL
from troth.secrets.sensitive import looks_secret, names_human, names_person, names_secret, worth_hiding
from troth.wire.bodies import media_type
from troth.wire.codings import readable
from troth.wire.fields import Field, form_fields

RUN = re.compile(rb"[A-Za-z0-9_-]{8,}")
EMAILS = re.compile(EMAIL.pattern.encode())
_MOST_KEPT = 50_000


class PrivateValues:
    """Tells what is private in exchanges, in the order in which they are made.

    What a request carries and no answer brought before was made up by Troth, or is a fact that is neither secret nor
    personal: an answer that repeats it tells nothing private.
    """

    def __init__(self) -> None:
        self._public: set[str] = set()
        self._ours = _Recently()
        self._brought = _Recently()

    def leave(self, public: Collection[str]) -> None:
        """Facts that are neither secret nor personal: an answer may bring them."""
        self._public.update(public)

    def of(self, exchange: Exchange) -> Iterator[str]:
        """Every value that the answer brings and that a field's name or its own looks call secret or personal."""
        for value in sent_values(exchange.request):
            if value not in self._brought:
                self._ours.add(value)
        if not isinstance(exchange.answer, Response):
            return
        for value, names in _brought(exchange.answer):
            if value not in self._public and value not in self._ours and worth_hiding(value, names):
                self._brought.add(value)
                yield value


class _Recently:
    """Texts that were added lately, as hashes; the last 50,000 at least."""

    def __init__(self) -> None:
        self._young: set[int] = set()
        self._old: set[int] = set()

    def add(self, text: str) -> None:
        self._young.add(hash(text))
        if len(self._young) > _MOST_KEPT:
            self._old, self._young = self._young, set()

    def __contains__(self, text: str) -> bool:
        return hash(text) in self._young or hash(text) in self._old


def sent_values(request: Request) -> Iterator[str]:
    """What a request carries: the values of its fields, and runs of letters and digits anywhere in it."""
    request = readable(request)
    texts = [utf8(request.url), *(utf8(value) for _, value in request.headers), request.body]
    for text in texts:
        yield from (match[0].decode() for match in RUN.finditer(text))
    for text in (utf8(unquote(request.url)), request.body):
        yield from (match[0].decode() for match in EMAILS.finditer(text))
    yield from (field.value for field in body_fields(request.body, media_type(request.headers)) if field.value)
    yield from (field.value for field in form_fields(utf8(_query(request.url))) if field.value)


def _query(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return url.partition("?")[2]


def _brought(answer: Response) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Private values of an answer, each with the names of its field; its content codings are undone."""
    answer = readable(answer)
    for name, value in answer.headers:
        if name.lower() == "set-cookie":
            cookie, _, rest = value.partition("=")
            yield rest.partition(";")[0], (cookie,)
        elif names_secret((name,)) and " " not in value:
            yield value, (name,)
        yield from _looking_so(utf8(value))
    for field in private_fields(answer.body, answer.headers):
        yield field.value, field.names
    yield from _looking_so(answer.body)


def _looking_so(data: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
    for match in RUN.finditer(data):
        run = match[0].decode()
        if looks_secret(run):
            yield run, ()
    for match in EMAILS.finditer(data):
        yield match[0].decode(), ()


def private_fields(body: bytes, headers: Headers) -> Iterator[Field]:
    """The fields of an answer's body whose names, or whose looks, say that their values are secret or personal."""
    media = media_type(headers)
    human = human_parents(body, media)
    for field in body_fields(body, media):
        named = names_secret(field.names) or names_person(field.names, field.parent in human)
        if field.value and (named or EMAIL.fullmatch(field.value)):
            yield field


def human_parents(body: bytes, media: str) -> frozenset[int]:
    """The objects of a body in which a field stands that is about a person for sure."""
    return frozenset(field.parent for field in body_fields(body, media) if any(map(names_human, field.names[-1:])))
