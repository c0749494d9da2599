"""Exchanges fit to be kept: every secret and personal datum replaced by a pseudonym, the rest to the byte as it was.

What a request carries and no answer carried before was made up by Troth, or is a fact that the user calls no secret: it
stays, so that a replay can ask the same question. What an answer brings, and its field or its looks call secret or
personal, is replaced there and wherever it turns up later.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import quote, unquote, urlsplit

from troth.model.exchange import Exchange, Headers, Request, Response, header
from troth.secrets.pseudonyms import EMAIL, Pseudonyms
from troth.secrets.redactor import ENCODINGS, SHORTEST, Redactor
from troth.secrets.sensitive import is_distinct, looks_secret, names_person, names_secret, secret_formats
from troth.wire.bodies import Unreadable, is_json, is_xml, media_type
from troth.wire.codings import coded, content
from troth.wire.fields import Field, form_fields, json_fields, replaced, write, xml_fields

_RUN = re.compile(rb"[A-Za-z0-9_-]{8,}")
_EMAIL = re.compile(EMAIL.pattern.encode())
_FORM = "application/x-www-form-urlencoded"


class Scrubber:
    """Replaces what must not be kept, in the order in which exchanges are made.

    Args:
        pseudonyms: who makes pseudonyms.
        secrets: every known secret value; each must have at least :data:`troth.secrets.redactor.SHORTEST` characters.
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
        self._known = {value: pseudonyms.secret(value) for value in sorted(secrets) if len(value) >= SHORTEST}
        self._values = {name: value for value, name in self._known.items()}
        self._redactor = Redactor(self._known)
        self._made = set(self._known.values())
        self._found: dict[str, str] = {}
        self._distinct: dict[str, str] = {}
        for value in personal:
            self._keep(value, pseudonyms.personal(value))
        self._ours = set(public)

    @property
    def found(self) -> tuple[str, ...]:
        """Every secret or personal value that answers brought, as far as they were looked at."""
        return tuple(self._found)

    def learn(self, secret: str) -> None:
        """A secret that became known while the run was on (a token that was issued)."""
        if len(secret) >= SHORTEST and secret not in self._known:
            self._known[secret] = self._pseudonyms.secret(secret)
            self._values[self._known[secret]] = secret
            self._made.add(self._known[secret])
            self._redactor = Redactor(self._known)

    def fact(self, value: object) -> object:
        """A fact as a cassette tells it."""
        if isinstance(value, Mapping):
            return {key: self.fact(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.fact(item) for item in value]
        if value is None or isinstance(value, (bool, float)):
            return value
        text = str(value)
        said = self._known.get(text) or self._found.get(text)
        if said is None:
            return self._substituted(text.encode()).decode() if isinstance(value, str) else value
        return int(said) if isinstance(value, int) else said

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange fit to be kept; one without an answer is returned with its request alone made fit."""
        request = self._request(exchange.request)
        answer = exchange.answer
        return Exchange(request, self._response(answer) if isinstance(answer, Response) else answer, exchange.seconds)

    def complaints(self, scrubbed: Exchange) -> Iterator[str]:
        """The last look: every place where something still shows, or where nobody can see whether it does."""
        for place, data in _places(scrubbed):
            if next(self._redactor.find(data), None) is not None:
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
            for run in {match.decode() for match in _RUN.findall(below)}:
                if run not in self._ours and run not in self._made and looks_secret(run):
                    yield f"the answer's body holds {len(run)} characters that look like a secret"
            if answer.body and media_type(answer.headers).startswith(("image/", "video/", "audio/")):
                yield "the answer's body is a picture or a sound"

    def _request(self, request: Request) -> Request:
        headers = tuple((name, self._text(value)) for name, value in request.headers)
        self._ours.update(self._scalars(request))
        return Request(
            request.method, self._url(request.url), headers, self._body(request.body, request.headers, False)
        )

    def _scalars(self, request: Request) -> Iterator[str]:
        """What a request carries and nobody told us before: made up by Troth."""
        whole = b"\n".join((request.url.encode(), *(value.encode() for _, value in request.headers), request.body))
        values = [match.decode() for match in _RUN.findall(whole)]
        values += [match.decode() for match in _EMAIL.findall(unquote(request.url).encode() + b"\n" + request.body)]
        values += [field.value for field in _fields(request.body, media_type(request.headers))]
        values += [field.value for field in form_fields(urlsplit(request.url).query.encode())]
        return (value for value in values if value and value not in self._known and value not in self._found)

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
        segments = [self._segment(one) for one in path.split("/")]
        fields = form_fields(query.encode())
        changes = [
            (field.start, field.end, write(field, self._distinct[field.value]))
            for field in fields
            if field.value in self._distinct
        ]
        return "/".join(segments) + question + replaced(query.encode(), changes).decode()

    def _segment(self, segment: str) -> str:
        said = self._distinct.get(unquote(segment))
        return segment if said is None else quote(said, safe="")

    def _text(self, text: str, answered: bool = False) -> str:
        data = text.encode("utf-8", "surrogatepass")
        return self._runs(self._substituted(data), answered).decode("utf-8", "surrogatepass")

    def _body(self, body: bytes, headers: Headers, answered: bool) -> bytes:
        """A body fit to be kept: to the byte as it was sent where nothing in its content has to be replaced."""
        below = content(headers, body)
        if not body or isinstance(below, Unreadable):
            return body
        fit = self._content(below, headers, answered)
        return body if fit == below else coded(headers, fit)

    def _content(self, body: bytes, headers: Headers, answered: bool) -> bytes:
        data = self._substituted(body)
        fields = list(_fields(data, media_type(headers)))
        siblings: dict[int, set[str]] = {}
        for field in fields:
            siblings.setdefault(field.parent, set()).update(field.names[-1:])
        changes = []
        for field in fields:
            said = self._said(field, siblings[field.parent], answered)
            if said is not None:
                changes.append((field.start, field.end, write(field, said)))
        return self._runs(replaced(data, changes), answered)

    def _said(self, field: Field, siblings: Collection[str], answered: bool) -> str | None:
        """What a field's value becomes, or None where it stays."""
        value = field.value
        if value in self._distinct:
            return self._distinct[value]
        if (answered and value in self._ours) or not any(map(str.isalnum, value)):
            return None
        if value in self._made or any(name in value for name in self._values):
            return None
        secret, personal = names_secret(field.names), names_person(field.names, siblings)
        if not answered:
            return self._found.get(value) if secret or personal else None
        if secret:
            return self._secret(value)
        if personal or EMAIL.fullmatch(value):
            return self._keep(value, self._pseudonyms.personal(value))
        return None

    def _runs(self, data: bytes, answered: bool) -> bytes:
        """Values found before, and in an answer e-mail addresses and what looks like a secret, wherever they stand."""
        changes = []
        for match in _RUN.finditer(data):
            run = match[0].decode()
            if run in self._distinct or (answered and self._is_new(run) and looks_secret(run)):
                changes.append((*match.span(), self._secret(run).encode()))
        data = replaced(data, changes)
        changes = []
        for match in _EMAIL.finditer(data):
            address = match[0].decode()
            if address in self._distinct:
                changes.append((*match.span(), self._distinct[address].encode()))
            elif answered and self._is_new(address):
                changes.append((*match.span(), self._keep(address, self._pseudonyms.personal(address)).encode()))
        return replaced(data, changes)

    def _is_new(self, value: str) -> bool:
        return value not in self._ours and value not in self._made

    def _secret(self, value: str) -> str:
        if not value or value in self._ours or value in self._made:
            return value
        return self._found.get(value) or self._keep(value, self._pseudonyms.secret(value))

    def _keep(self, value: str, said: str) -> str:
        self._made.add(said)
        self._found[value] = said
        if is_distinct(value):
            self._distinct[value] = said
        return said

    def _substituted(self, data: bytes) -> bytes:
        """The bytes with every known secret replaced, each in the encoding that it stands in."""
        changes = [
            (span.start, span.end, self._encoded(data[span.start : span.end], span.names))
            for span in self._redactor.find(data)
        ]
        return replaced(data, changes)

    def _encoded(self, shown: bytes, names: tuple[str, ...]) -> bytes:
        if len(names) == 1:
            value = self._values[names[0]]
            for encode in ENCODINGS.values():
                if encode(value) == shown:
                    return encode(names[0])
        decoded = _from_base64(shown)
        if decoded is not None:
            inner = self._substituted(decoded)
            if inner != decoded and next(self._redactor.find(inner), None) is None:
                return _to_base64(inner, shown)
        return b":".join(name.encode() for name in names)


def _fields(data: bytes, media: str) -> Iterable[Field]:
    """The fields of a body by its type, or by its looks where the type says nothing."""
    start = data.lstrip()[:1]
    if is_json(media) or start in (b"{", b"["):
        return json_fields(data)
    if is_xml(media) or media == "text/html" or start == b"<":
        return xml_fields(data)
    return form_fields(data) if media == _FORM else ()


def _places(exchange: Exchange) -> Iterator[tuple[str, bytes]]:
    request, answer = exchange.request, exchange.answer
    yield "the request's URL", request.url.encode("utf-8", "surrogatepass")
    for name, value in request.headers:
        yield f"the request's header {name}", value.encode("utf-8", "surrogatepass")
    yield "the request's body", _seen(request.headers, request.body)
    if isinstance(answer, Response):
        for name, value in answer.headers:
            yield f"the answer's header {name}", value.encode("utf-8", "surrogatepass")
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
