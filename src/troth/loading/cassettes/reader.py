"""Reads cassettes in VCR.py's format (version 1, YAML or JSON) into exchanges with their lines."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from troth.errors import InputInvalid, Problem
from troth.loading.plain import mapping, sequence
from troth.loading.positions.yaml import Document, read_yaml
from troth.model.book import Recording
from troth.model.exchange import Exchange, Request, Response

_VERSION = 1


def read_cassette(path: Path, vendor: str, shown: str) -> tuple[Recording, ...]:
    """Read a cassette.

    A top-level ``x-troth`` mapping (which VCR.py ignores) may say what it was recorded ``from``, give the world
    ``facts`` that held then (``closed`` where they were all), name the ``item`` of the run that was recorded, and say
    what the run was ``allowed`` to send.

    Args:
        path: the file.
        vendor: whose it is.
        shown: the file's name in messages.

    Raises:
        InputInvalid: it is not such a cassette; every problem found.
    """
    document = read_yaml(path, shown)
    root = mapping(document.value)
    if root.get("version") != _VERSION or not isinstance(root.get("interactions"), list):
        message = "is not a cassette of version 1 (a mapping with `interactions` and `version: 1`)"
        raise InputInvalid([Problem(document.at(), message, "record it with VCR.py 1.x or later")])
    extra = mapping(root.get("x-troth"))
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
        name = str(mapping(mapping(raw).get("x-troth")).get("name", f"{path.stem} {index + 1}"))
        origin = str(extra.get("from", "not said"))
        place = document.at("interactions", index)
        recordings.append(
            Recording(
                exchange,
                vendor,
                origin,
                name,
                place,
                facts=_facts(extra, document),
                item=str(extra.get("item", "")),
                closed=extra.get("closed") is True,
                allowed=_allowed(extra),
            )
        )
    if problems:
        raise InputInvalid(problems)
    return tuple(recordings)


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
    if isinstance(raw, str):
        return raw.encode("utf-8", "surrogatepass")
    raise TypeError("a body must be text")
