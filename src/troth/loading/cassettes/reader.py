"""Reads cassettes in VCR.py's format (version 1, YAML or JSON) into exchanges with their lines."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from troth.errors import InputInvalid, Position, Problem
from troth.loading.plain import mapping, sequence
from troth.loading.positions.yaml import Document, read_yaml
from troth.model.book import Recording
from troth.model.exchange import Exchange, Request, Response

_VERSION = 1


def read_cassette(path: Path, vendor: str, shown: str) -> tuple[Recording, ...]:
    """Read a cassette.

    A top-level ``x-troth`` mapping (which VCR.py ignores) may say what it was recorded ``from``, give the world
    ``facts`` that held then (``closed`` where they were all), name the ``item`` of the run that was recorded, and say
    what the run was ``allowed`` to send. That of an interaction may give it a ``name``, list the values in its request
    that Troth ``minted``, so that no fact has them, and say whether it was sent ``again`` since its answer had broken a
    promise.

    Args:
        path: the file.
        vendor: whose it is.
        shown: the file's name in messages.

    Raises:
        InputInvalid: it is not such a cassette; every problem found.
    """
    document = read_yaml(path, shown, binary=True)
    root = mapping(document.value)
    if root.get("version") != _VERSION or not isinstance(root.get("interactions"), list):
        message = "is not a cassette of version 1 (a mapping with `interactions` and `version: 1`)"
        raise InputInvalid([Problem(document.at(), message, "record it with VCR.py 1.x or later")])
    head = mapping(root.get("x-troth"))
    facts = _facts(head, document)
    problems: list[Problem] = []
    recordings = []
    for index, raw in enumerate(sequence(root["interactions"])):
        try:
            exchange = Exchange(
                _request(mapping(mapping(raw)["request"])), _response(mapping(mapping(raw)["response"]))
            )
        except (KeyError, TypeError, ValueError) as error:
            message = f"interaction {index + 1} is incomplete: {error.args[0] if error.args else error}"
            problems.append(Problem(document.at("interactions", index), message))
            continue
        about = mapping(mapping(raw).get("x-troth"))
        problems += _misread(about, document, index)
        name = str(about.get("name", f"{path.stem} {index + 1}"))
        recordings.append(_recording(exchange, vendor, name, document.at("interactions", index), facts, head, about))
    if problems:
        raise InputInvalid(problems)
    return tuple(recordings)


def _recording(
    exchange: Exchange,
    vendor: str,
    name: str,
    place: Position,
    facts: Mapping[str, object],
    head: Mapping[str, object],
    about: Mapping[str, object],
) -> Recording:
    """An exchange with what the head of its cassette says of all, and its interaction of this one."""
    return Recording(
        exchange,
        vendor,
        str(head.get("from", "not said")),
        name,
        place,
        facts=facts,
        item=str(head.get("item", "")),
        closed=head.get("closed") is True,
        allowed=_allowed(head),
        minted=frozenset(map(str, sequence(about.get("minted")))),
        again=about.get("again") is True,
    )


def _misread(about: Mapping[str, object], document: Document, index: int) -> Iterator[Problem]:
    """What an interaction says of itself in another type than it has to be."""
    minted = about.get("minted", [])
    if not isinstance(minted, list) or not all(isinstance(value, str) for value in minted):
        at = document.at("interactions", index, "x-troth", "minted")
        yield Problem(at, "minted must be a list of texts", "put each value that Troth minted in quotes")
    if not isinstance(about.get("again", False), bool):
        at = document.at("interactions", index, "x-troth", "again")
        yield Problem(at, "again must be true or false", "leave it out where the request was not sent again")


def _allowed(extra: Mapping[str, object]) -> tuple[str, ...] | None:
    return tuple(map(str, sequence(extra["allowed"]))) if "allowed" in extra else None


def _facts(extra: Mapping[str, object], document: Document) -> Mapping[str, object]:
    facts = extra.get("facts", {})
    if not isinstance(facts, Mapping):
        raise InputInvalid([Problem(document.at("x-troth", "facts"), "facts must be a mapping of world facts")])
    return facts


def _request(raw: Mapping[str, object]) -> Request:
    return Request(str(raw["method"]), str(raw["uri"]), tuple(_headers(raw.get("headers"))), _bytes(raw.get("body")))


def _response(raw: Mapping[str, object]) -> Response:
    status = mapping(raw["status"])["code"]
    if not isinstance(status, int):
        raise TypeError("the status code must be a number")
    body = raw.get("body")
    data = mapping(body).get("string") if isinstance(body, Mapping) else body
    return Response(status, tuple(_headers(raw.get("headers"))), _bytes(data))


def _headers(raw: object) -> Iterator[tuple[str, str]]:
    for name, value in mapping(raw).items():
        for text in value if isinstance(value, list) else [value]:
            yield name, str(text)


def _bytes(raw: object) -> bytes:
    if raw is None:
        return b""
    if isinstance(raw, bytes):
        return raw
    if isinstance(raw, str):
        return raw.encode("utf-8", "surrogatepass")
    raise TypeError("a body must be text or bytes")
