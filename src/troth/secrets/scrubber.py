"""Exchanges fit to be kept: every secret and personal datum replaced by a pseudonym, the rest to the byte as it was.

What a request carries and no answer carried before was made up by Troth, or is a fact that the user calls no secret: it
stays, so that a replay can ask the same question. What an answer brings, and its field or its looks call secret or
personal, is replaced there and wherever it turns up later.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import quote, unquote

from troth.model.exchange import Exchange, Headers, Request, Response, header
from troth.secrets.answers import EMAILS, RUN, human_parents, sent_values
from troth.secrets.bodies import body_fields
from troth.secrets.encodings import ENCODINGS, utf8
from troth.secrets.finder import Finder, Found
from troth.secrets.needles import Needles
from troth.secrets.pseudonyms import EMAIL, Pseudonyms
from troth.secrets.sensitive import is_distinct, looks_secret, names_person, names_secret, secret_formats
from troth.wire.bodies import Unreadable, media_type
from troth.wire.codings import coded, content
from troth.wire.fields import Field, form_fields, replaced, write


class Scrubber:
    """Replaces what must not be kept, in the order in which exchanges are made.

    Args:
        pseudonyms: who makes pseudonyms.
        secrets: every known secret value; each must have at least :data:`troth.secrets.needles.SHORTEST` bytes.
        personal: known values of facts that are about a person.
        public: values of facts that are neither.
    """

    def __init__(
        self,
        pseudonyms: Pseudonyms,
        secrets: Collection[str],
        personal: Collection[str] = (),
        public: Collection[str] = (),
    ) -> None:
        self._pseudonyms = pseudonyms
        self._finder = Finder()
        self._known = {value: pseudonyms.secret(value) for value in sorted(secrets)}
        # Texts as hashes: what answers bring and requests carry is never let go of, so it must be small.
        self._made: set[int] = set()
        self._made_in_texts = Needles()
        self._is_personal: dict[int, bool] = {}
        """Value that answers brought → whether its pseudonym is that of a personal datum or of a secret."""
        self._ours = set(map(hash, public))
        for value, pseudonym in self._known.items():
            self._finder.declare(value)
            self._made.add(hash(pseudonym))
            self._made_in_texts.add(utf8(pseudonym))
        for value in personal:
            self._keep(value, personal=True)

    def learn(self, token: str) -> None:
        """A token that was issued while the run was on; called whenever it is used."""
        self._finder.remember(token)
        self._made_in_texts.add(utf8(self._pseudonyms.secret(token)))

    def fact(self, value: object) -> object:
        """A fact as a cassette tells it."""
        if isinstance(value, Mapping):
            return {key: self.fact(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.fact(item) for item in value]
        if value is None or isinstance(value, (bool, float)):
            return value
        text = str(value)
        pseudonym = self._known.get(text) or self._brought(text)
        if pseudonym is None:
            return _text(self._substituted(utf8(text))) if isinstance(value, str) else value
        return int(pseudonym) if isinstance(value, int) else pseudonym

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange fit to be kept; one without an answer is returned with its request alone made fit."""
        request = self._request(exchange.request)
        answer = exchange.answer
        return Exchange(request, self._response(answer) if isinstance(answer, Response) else answer, exchange.seconds)

    def complaints(self, scrubbed: Exchange) -> Iterator[str]:
        """The last look: every place where something still shows, or where nobody can see whether it does."""
        for place, data in _places(scrubbed):
            if self._finder.find(data):
                yield f"{place} still shows a known secret"
            yield from (f"{place} holds {kind}" for kind in secret_formats(data))
            if not _is_utf8(data):
                yield f"{place} is not UTF-8: nobody can see what it holds"
        answer = scrubbed.answer
        if isinstance(answer, Response):
            below = content(answer.headers, answer.body)
            if isinstance(below, Unreadable):
                yield f"the answer's body {below.reason}: nobody can see what it holds"
                return
            for run in {match[0].decode() for match in RUN.finditer(below)}:
                if self._is_new(run) and looks_secret(run):
                    yield f"the answer's body holds {len(run)} characters that look like a secret"
            if answer.body and media_type(answer.headers).startswith(("image/", "video/", "audio/")):
                yield "the answer's body is a picture or a sound"

    def _request(self, request: Request) -> Request:
        headers = tuple((name, self._text(value)) for name, value in request.headers)
        for value in sent_values(request):
            if value not in self._known and hash(value) not in self._is_personal:
                self._ours.add(hash(value))
        return Request(
            request.method, self._url(request.url), headers, self._body(request.body, request.headers, False)
        )

    def _response(self, response: Response) -> Response:
        headers = tuple((name, self._header(name, value)) for name, value in response.headers)
        body = self._body(response.body, response.headers, True)
        if header(headers, "content-length") == str(len(response.body)) and len(body) != len(response.body):
            headers = tuple(
                (name, str(len(body)) if name.lower() == "content-length" else value) for name, value in headers
            )
        return Response(response.status, headers, body)

    def _header(self, name: str, value: str) -> str:
        if name.lower() == "set-cookie":
            cookie, equals, rest = value.partition("=")
            content, semicolon, attributes = rest.partition(";")
            return f"{cookie}{equals}{self._secret(content)}{semicolon}{attributes}"
        return self._secret(value) if names_secret((name,)) and " " not in value else self._text(value, True)

    def _url(self, url: str) -> str:
        text = self._text(url)
        path, question, query = text.partition("?")
        data = utf8(query)
        changes = []
        for field in form_fields(data):
            pseudonym = self._distinct(field.value)
            if pseudonym is not None:
                changes.append((field.start, field.end, write(field, pseudonym)))
        return "/".join(map(self._segment, path.split("/"))) + question + _text(replaced(data, changes))

    def _segment(self, segment: str) -> str:
        pseudonym = self._distinct(unquote(segment))
        return segment if pseudonym is None else quote(pseudonym, safe="")

    def _text(self, text: str, answered: bool = False) -> str:
        return _text(self._runs(self._substituted(utf8(text)), answered))

    def _body(self, body: bytes, headers: Headers, answered: bool) -> bytes:
        """A body fit to be kept: to the byte as it was sent where nothing in its content has to be replaced."""
        below = content(headers, body)
        if not body or isinstance(below, Unreadable):
            return body
        fit = self._content(below, headers, answered)
        return body if fit == below else coded(headers, fit)

    def _content(self, body: bytes, headers: Headers, answered: bool) -> bytes:
        data, media = self._substituted(body), media_type(headers)
        human = human_parents(data, media)
        changes = []
        for field in body_fields(data, media):
            pseudonym = self._of_field(field, field.parent in human, answered)
            if pseudonym is not None:
                changes.append((field.start, field.end, write(field, pseudonym)))
        return self._runs(replaced(data, changes), answered)

    def _of_field(self, field: Field, among_human: bool, answered: bool) -> str | None:
        """What a field's value becomes, or None where it stays."""
        value = field.value
        distinct = self._distinct(value)
        if distinct is not None:
            return distinct
        if (answered and hash(value) in self._ours) or not any(map(str.isalnum, value)):
            return None
        if hash(value) in self._made or any(True for _ in self._made_in_texts.hits(utf8(value))):
            return None
        secret, personal = names_secret(field.names), names_person(field.names, among_human)
        if not answered:
            return self._brought(value) if secret or personal else None
        if secret:
            return self._secret(value)
        return self._keep(value, personal=True) if personal or EMAIL.fullmatch(value) else None

    def _runs(self, data: bytes, answered: bool) -> bytes:
        """Values found before, and in an answer e-mail addresses and what looks like a secret, wherever they stand."""
        changes = []
        for match in RUN.finditer(data):
            run = match[0].decode()
            if self._distinct(run) is not None or (answered and self._is_new(run) and looks_secret(run)):
                changes.append((*match.span(), self._secret(run).encode()))
        data = replaced(data, changes)
        changes = []
        for match in EMAILS.finditer(data):
            address = match[0].decode()
            pseudonym = self._distinct(address)
            if pseudonym is None and answered and self._is_new(address):
                pseudonym = self._keep(address, personal=True)
            if pseudonym is not None:
                changes.append((*match.span(), pseudonym.encode()))
        return replaced(data, changes)

    def _is_new(self, value: str) -> bool:
        return hash(value) not in self._ours and hash(value) not in self._made

    def _secret(self, value: str) -> str:
        if not value or not self._is_new(value):
            return value
        return self._brought(value) or self._keep(value, personal=False)

    def _keep(self, value: str, personal: bool) -> str:
        """Replace the value from now on; its pseudonym."""
        self._is_personal[hash(value)] = personal
        pseudonym = self._brought(value) or value
        self._made.add(hash(pseudonym))
        return pseudonym

    def _brought(self, value: str) -> str | None:
        """The pseudonym of a value that answers brought, or that is known of a person; None for any other."""
        personal = self._is_personal.get(hash(value))
        if personal is None:
            return None
        return self._pseudonyms.personal(value) if personal else self._pseudonyms.secret(value)

    def _distinct(self, value: str) -> str | None:
        """The same, if the value can be known again wherever it stands."""
        return self._brought(value) if hash(value) in self._is_personal and is_distinct(value) else None

    def _substituted(self, data: bytes) -> bytes:
        """The bytes with every known secret replaced, each in the encoding that it stands in."""
        changes = [
            (span.start, span.end, self._encoded(data[span.start : span.end], span.found))
            for span in self._finder.find(data)
        ]
        return replaced(data, changes)

    def _encoded(self, shown: bytes, found: tuple[Found, ...]) -> bytes:
        if len(found) == 1:
            value = found[0].value if found[0].value is not None and found[0].exact else _text(found[0].reads)
            for encode in ENCODINGS.values():
                if encode(value) == shown:
                    return encode(self._pseudonym(found[0]))
        decoded = _from_base64(shown)
        if decoded is not None:
            inner = self._substituted(decoded)
            if inner != decoded and not self._finder.find(inner):
                return _to_base64(inner, shown)
        return b":".join(self._pseudonym(one).encode() for one in found)

    def _pseudonym(self, found: Found) -> str:
        if found.value is not None and found.exact:
            return self._known[found.value]
        return self._pseudonyms.secret(_text(found.reads))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _places(exchange: Exchange) -> Iterator[tuple[str, bytes]]:
    request, answer = exchange.request, exchange.answer
    yield "the request's URL", utf8(request.url)
    for name, value in request.headers:
        yield f"the request's header {name}", utf8(value)
    yield "the request's body", _seen(request.headers, request.body)
    if isinstance(answer, Response):
        for name, value in answer.headers:
            yield f"the answer's header {name}", utf8(value)
        yield "the answer's body", _seen(answer.headers, answer.body)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _seen(headers: Headers, body: bytes) -> bytes:
    """The content of a body; the body itself where its codings cannot be undone."""
    below = content(headers, body)
    return body if isinstance(below, Unreadable) else below


def _from_base64(shown: bytes) -> bytes | None:
    try:
        return b64decode(shown.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(shown) % 4), validate=True)
    except (Base64Error, ValueError):
        return None


def _to_base64(data: bytes, like: bytes) -> bytes:
    encoded = b64encode(data)
    if b"-" in like or b"_" in like:
        encoded = encoded.translate(bytes.maketrans(b"+/", b"-_"))
    return encoded if like.endswith(b"=") or len(like) % 4 == 0 else encoded.rstrip(b"=")
