"""Collects the answers to compare: each with its parsed body, the situation of its request, and its findings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from troth.model.exchange import (
    OUTAGES,
    Exchange,
    NoAnswer,
    Request,
    Response,
    Silence,
    field_values,
    header,
)
from troth.model.ports import Judged, Judges
from troth.model.report import Finding, Judgement, Kind, Met
from troth.wire.bodies import Unreadable, is_json, is_xml, media_type, read_json, read_text, too_deep
from troth.wire.codings import content
from troth.wire.markup import html_tree, xml_tree
from troth.wire.soap import parse_xml, read_envelope
from troth.wire.views import joined_fields

UNCOMPARED = frozenset(
    [
        "age",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "keep-alive",
        "proxy-connection",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ]
)
"""Headers that proxies may change, and Content-Type, which is compared separately."""
_OURS = (Silence.NOT_SENT, Silence.NOT_RECORDED)
"""Reasons for a missing answer that lie on our side."""
_MOST_NAMES = 100
_MOST_ECHOES = 200
_LARGEST_ECHO = 128
_ABSENT = "-"
_DEEPEST = 100
"""Deeper trees are not walked, so that no body exceeds the recursion limit."""


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """A body as a tree, by its kind."""

    kind: str
    """``JSON``, ``SOAP message``, ``SOAP fault``, ``XML``, ``HTML``, ``text``, ``data``, ``empty``, ``unreadable``."""
    tree: object = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One answer of one operation, with what comparisons need to know about it."""

    vendor: str
    operation: str
    request: Request
    response: Response
    situation: str
    """The classes of its inputs, followed by the form of its request where a class is not known."""
    known: bool
    """Whether the classes of all its inputs are known."""
    form: str
    """The names of the parameters, fields and credentials of its request."""
    place: str
    """A file and line, or the number and name of the exchange in the run."""
    findings: tuple[Finding, ...] = ()
    kept: frozenset[str] = frozenset()
    """The names of the clauses and rows that it kept."""
    again: bool = False
    """Whether its request repeats one whose answer had broken a promise, on a side that asks again."""

    @property
    def media_type(self) -> str:
        """The media type without parameters; ``""`` where none is given."""
        return media_type(self.response.headers)

    def body(self) -> ParsedBody:
        """The body, read by its media type."""
        return read_body(self.response)

    def headers(self) -> dict[str, object]:
        """Headers by lower-case name, and cookies by their names with their attributes."""
        joined = joined_fields(self.response.headers)
        headers: dict[str, object] = {
            name: value for name, value in joined.items() if name not in UNCOMPARED and name != "set-cookie"
        }
        for value in field_values(self.response.headers, "set-cookie"):
            cookie, _, attributes = value.partition(";")
            headers[f"set-cookie {cookie.partition('=')[0].strip()}"] = _cookie(attributes)
        return headers

    def echoes(self) -> tuple[str, ...]:
        """The values of the request that an answer may repeat, the longest first."""
        return tuple(sorted(set(_values(self.request)), key=lambda text: (-len(text), text))[:_MOST_ECHOES])


def first_asked(sightings: Sequence[Sighting]) -> list[Sighting]:
    """The answers without those to requests asked again; one whose first answer is not among them stands for it."""
    asked = {sighting.request for sighting in sightings if not sighting.again}
    return [sighting for sighting in sightings if not sighting.again or sighting.request not in asked]


def _cookie(attributes: str) -> str:
    names = (part.strip() for part in attributes.split(";"))
    return "; ".join(sorted(name for name in names if not name.lower().startswith(("expires=", "max-age="))))


def read_body(response: Response) -> ParsedBody:
    """The body of an answer, decoded and parsed by its media type."""
    data, kind = content(response.headers, response.body), media_type(response.headers)
    if isinstance(data, Unreadable):
        return ParsedBody("unreadable")
    if not data.strip():
        return ParsedBody("empty")
    if is_json(kind) or not kind:
        tree = read_json(data)
        readable = not isinstance(tree, Unreadable) and not too_deep(tree, _DEEPEST)
        return ParsedBody("JSON", tree) if readable else ParsedBody("unreadable")
    if kind in ("text/html", "application/xhtml+xml"):
        page = html_tree(read_text(data, response.headers))
        return ParsedBody("unreadable") if too_deep(page, _DEEPEST) else ParsedBody("HTML", page)
    if is_xml(kind):
        return _xml(data)
    if kind.startswith("text/"):
        return ParsedBody("text", read_text(data, response.headers))
    return ParsedBody("data")


def _xml(data: bytes) -> ParsedBody:
    message = read_envelope(data)
    if not isinstance(message, Unreadable):
        tree = {"element": message.name, "namespace": message.namespace, **message.parts}
        return ParsedBody("SOAP message" if message.fault is None else "SOAP fault", tree)
    root = parse_xml(data)
    if isinstance(root, Unreadable):
        return ParsedBody("unreadable")
    markup = {str(root.tag).rpartition("}")[2]: xml_tree(root)}
    return ParsedBody("unreadable") if too_deep(markup, _DEEPEST) else ParsedBody("XML", markup)


def _situation(classes: Mapping[str, str | None], known: bool, form: str) -> str:
    named = "&".join(f"{name}={classes[name] or '?'}" for name in sorted(classes))
    return named if known else f"{named} {form}"


def request_form(request: Request) -> str:
    """The names of the parameters, fields and credentials of a request, without their values."""
    names = {f"?{name}" for name, _ in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)}
    authorization = header(request.headers, "authorization")
    if authorization is not None:
        names.add(f"authorization {authorization.partition(' ')[0].lower()}")
    for way, value in _leaves(request):
        names.add(f"/{way}" if value not in ("", None) else f"/{way}{_ABSENT}")
    return " ".join(sorted(names)[:_MOST_NAMES])


def _leaves(request: Request) -> Iterator[tuple[str, object]]:
    """The values of a request's body with the way to each, in any format that it may have."""
    if not request.body:
        return
    tree = read_json(request.body)
    if not isinstance(tree, Unreadable):
        yield from _tree_leaves(tree)
        return
    message = read_envelope(request.body)
    if not isinstance(message, Unreadable):
        yield from message.parts.items()
        return
    if media_type(request.headers) == "application/x-www-form-urlencoded":
        yield from parse_qsl(request.body.decode("latin-1"), keep_blank_values=True)


def _tree_leaves(tree: object) -> Iterator[tuple[str, object]]:
    waiting: list[tuple[str, object]] = [("", tree)]
    while waiting:
        way, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend((f"{way}/{key}" if way else str(key), below) for key, below in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{way}/*", below) for below in value)
        else:
            yield way, value


def _values(request: Request) -> Iterator[str]:
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    yield target
    yield unquote(target)
    yield parts.path
    for segment in parts.path.split("/"):
        yield unquote(segment)
        yield unquote(segment).rpartition(".")[0]
    yield from (value for _, value in parse_qsl(parts.query))
    for _, leaf in _leaves(request):
        if isinstance(leaf, str):
            yield leaf
        elif isinstance(leaf, int) and not isinstance(leaf, bool) and leaf.bit_length() < _LARGEST_ECHO:
            yield str(leaf)


@dataclass(slots=True)
class SightingCollector:
    """Keeps every answer of a run, in its order."""

    sightings: list[Sighting] = field(default_factory=list)
    silent: int = 0
    now: str = ""
    """The name of the item that is running; set before each item."""
    numbered: bool = True
    """Whether places begin with a number; recordings have files and lines instead."""

    @property
    def again(self) -> int:
        """Answers to requests asked again."""
        return sum(sighting.again for sighting in self.sightings)

    def watch(self, judge: Judges, vendor: str) -> Judges:
        """A judge that judges as this one does and offers each answer to the collector."""
        return _SightingJudge(judge, vendor, self)

    def offer(self, judgement: Judgement, vendor: str, again: bool = False) -> None:
        """Keep an answer; count a missing one, or one of an outage, as silent.

        Args:
            judgement: of the exchange.
            vendor: whose operation it is.
            again: the request repeats one whose answer had broken a promise.
        """
        answer = judgement.exchange.answer
        if not isinstance(answer, Response) or answer.status in OUTAGES:
            self.silent += not isinstance(answer, NoAnswer) or answer.reason not in _OURS
            return
        number = len(self.sightings) + 1
        form = request_form(judgement.exchange.request)
        known = bool(judgement.classes) and None not in judgement.classes.values()
        self.sightings.append(
            Sighting(
                vendor=vendor,
                operation=judgement.operation,
                request=judgement.exchange.request,
                response=answer,
                situation=_situation(judgement.classes, known, form),
                known=known,
                form=form,
                place=f"exchange {number}, {self.now}" if self.numbered else self.now,
                findings=tuple(finding for finding in judgement.findings if not finding.unjudged),
                kept=frozenset(
                    promise.name
                    for promise, met in judgement.met
                    if promise.kind in (Kind.CLAUSE, Kind.ROW) and met in (Met.KEPT, Met.SHADOWED)
                ),
                again=again,
            )
        )


@dataclass(frozen=True, slots=True)
class _SightingJudge:
    judge_: Judges
    vendor: str
    collector: SightingCollector

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Judge the exchange, and offer it to the collector."""
        judgement = self.judge_.judge(exchange, seen)
        self.collector.offer(judgement, self.vendor, seen.again)
        return judgement
