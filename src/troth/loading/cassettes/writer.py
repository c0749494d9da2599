"""Writes exchanges as a cassette in VCR.py's format (version 1, YAML), one exchange at a time."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

import yaml

from troth.model.exchange import Exchange, Headers, Request, Response

_DUMPER: type = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_WIDE = 1_000_000
_NOISE = (
    (re.compile(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}(?: ?(?:[+-]?\d{4}|GMT))?"), "<date>"),
    (re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?"), "<date>"),
    (re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), "<uuid>"),
    (re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{16,}"), "<token>"),
    (re.compile(r"(?<!\d)\d{9,}(?!\d)"), "<number>"),
    (
        re.compile(
            r"(?im)^(\s+(?:age|content-length|etag|expires|last-modified|server-timing|x-runtime|cf-ray|"
            r"(?:x-)?ratelimit-\S+|x-rate-limit-\S+|\S*request-id|\S*trace\S*):\n)(?:\s+- .*\n)+"
        ),
        r"\1",
    ),
)
"""Patterns of values that differ between two recordings of the same answers: times, new ids, counters of transport."""


class CassetteText:
    """The text of one cassette, to which exchanges are added.

    Args:
        extra: what stands below ``x-troth``.
    """

    def __init__(self, extra: Mapping[str, object]) -> None:
        self._parts = [_dump({"version": 1, "x-troth": dict(extra)}), "interactions:\n"]

    def add(self, exchange: Exchange, name: str = "", *, minted: Sequence[str] = (), again: bool = False) -> str:
        """Append an exchange.

        Args:
            exchange: with an answer.
            name: what to call it; ``""`` for its number.
            minted: values in the request that Troth made to be unique.
            again: the request repeats one whose answer broke a promise.

        Returns:
            The text that was appended.

        Raises:
            ValueError: the exchange has no answer, or a part of it cannot be written as text; the message names it.
        """
        if not isinstance(exchange.answer, Response):
            raise ValueError("there is no answer")
        extra = {"name": name, "minted": list(minted), "again": again}
        extra = {key: value for key, value in extra.items() if value}
        interaction: dict[str, object] = {"x-troth": extra} if extra else {}
        interaction["request"] = _request(exchange.request)
        interaction["response"] = _response(exchange.answer)
        self._parts.append(_dump([interaction]))
        return self._parts[-1]

    def __str__(self) -> str:
        """The whole file."""
        return "".join(self._parts)


def append(path: Path, text: str, *, afresh: bool) -> None:
    """Append text to a file in one write.

    Args:
        path: the file; its folder is made if there is none.
        text: the text to append.
        afresh: replace the content of the file.

    Raises:
        OSError: it cannot be written.
    """
    if afresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
    with path.open("ab", buffering=0) as file:
        file.write(text.encode("utf-8"))


def settled(text: str) -> str:
    """A cassette's text with placeholders for values that differ between two recordings of the same answers."""
    for pattern, instead in _NOISE:
        text = pattern.sub(instead, text)
    return text


def _request(request: Request) -> dict[str, object]:
    return {
        "method": request.method,
        "uri": request.url,
        "headers": _headers(request.headers),
        "body": _body(request.body) or None,
    }


def _response(response: Response) -> dict[str, object]:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    return {
        "status": {"code": response.status, "message": phrase},
        "headers": _headers(response.headers),
        "body": {"string": _body(response.body)},
    }


def _headers(headers: Headers) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in headers:
        fields.setdefault(name, []).append(value)
    return fields


def _body(data: bytes) -> str | bytes:
    """A body as VCR.py writes it: text, or bytes (``!!binary``) where it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def _dump(value: Mapping[str, object] | Sequence[object]) -> str:
    text: str = yaml.dump(value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=_WIDE)
    return text
