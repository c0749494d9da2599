"""Parameters as OpenAPI writes them, read back: every style and explode, for path, query, header and cookie.

See https://spec.openapis.org/oas/v3.1.1#style-values and its table of examples, and RFC 6570 on which it rests. A text
does not say whether it stands for a value, a list or an object: each way that the style allows is given, and who knows
the schema chooses. All leaves are text.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote, unquote_plus

Read = str | list[str] | dict[str, str]
"""What a parameter stands for before its leaves have types."""
_PLAIN_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_DELIMITERS = {"spaceDelimited": ("%20", "+", " "), "pipeDelimited": ("|", "%7C", "%7c")}


def read_text(raw: str, name: str, style: str, explode: bool, place: str) -> list[Read]:
    """All that one text may stand for: the value of a path segment, header or cookie.

    Args:
        raw: the text as it was sent, escapes and all.
        name: the parameter's name.
        style: ``simple``, ``label``, ``matrix``, ``form`` or ``cookie``.
        explode: as the document has it.
        place: ``path``, ``header`` or ``cookie``.

    Returns:
        Each once; nothing where the text is not written in that style.
    """
    decode: Callable[[str], str] = str if place == "header" else unquote
    if style == "label":
        return _once(_label(raw, explode, decode))
    if style == "matrix":
        return _once(_matrix(raw, name, explode, decode))
    if place == "header":
        return _once(_delimited(raw, ",", explode, str.strip))
    if place == "cookie":
        return _once((*_delimited(raw, ",", False, decode), *_delimited(raw, ",", False, str)))
    return _once(_delimited(raw, ",", explode, decode))


def read_query(pairs: Sequence[tuple[str, str]], name: str, style: str, explode: bool) -> list[Read]:
    """All that the pairs of a query string or form, under a parameter's own name, may stand for.

    Args:
        pairs: names and values in order, as they were sent.
        name: the parameter's name.
        style: ``form``, ``spaceDelimited``, ``pipeDelimited`` or ``deepObject``.
        explode: as the document has it.
    """
    if style == "deepObject":
        members = {key[len(name) + 1 : -1]: value for key, value in _decoded(pairs) if is_member(key, name)}
        return [members] if members else []
    texts = [value for key, value in pairs if unquote_plus(key) == name]
    if not texts:
        return []
    readings: list[Read] = [unquote_plus(texts[0])] if len(texts) == 1 else []
    if explode:
        readings.append([unquote_plus(text) for text in texts])
        if texts == [""]:
            readings.append([])
    elif len(texts) == 1:
        for delimiter in _DELIMITERS.get(style, (",",)):
            readings += _delimited(texts[0], delimiter, False, unquote_plus)
        # Many clients escape the comma too, though it is what the style writes.
        readings += _delimited(
            unquote_plus(texts[0]), _DELIMITERS.get(style, (",",))[-1 if style == "spaceDelimited" else 0], False, str
        )
    return _once(readings)


def read_members(pairs: Sequence[tuple[str, str]], names: Iterable[str]) -> dict[str, list[str]]:
    """The members of an object that a style writes each under its own name (``form`` exploded), in order."""
    wanted = frozenset(names)
    members: dict[str, list[str]] = {}
    for key, value in _decoded(pairs):
        if key in wanted:
            members.setdefault(key, []).append(value)
    return members


def is_member(key: str, name: str) -> bool:
    """Whether a name of a query is that of a member of a ``deepObject``: ``filter[size]``."""
    return key.startswith(f"{name}[") and key.endswith("]")


def _label(raw: str, explode: bool, decode: Callable[[str], str]) -> Iterator[Read]:
    if not raw.startswith("."):
        return
    rest = raw[1:]
    yield from _delimited(rest, ".", explode, decode)
    if not explode:
        # Up to 3.0.3 the specification's own table had points here too.
        yield from _delimited(rest, ",", False, decode)


def _matrix(raw: str, name: str, explode: bool, decode: Callable[[str], str]) -> Iterator[Read]:
    if not raw.startswith(";"):
        return
    parts = [part.partition("=") for part in raw[1:].split(";")]
    names = {decode(key) for key, _, _ in parts}
    if names == {name} and (explode or len(parts) == 1):
        values = [value for _, _, value in parts]
        if explode:
            yield from ([decode(values[0])] if len(values) == 1 else [])
            yield [decode(value) for value in values]
        else:
            yield from _delimited(values[0], ",", False, decode)
    if explode and all(equals for _, equals, _ in parts):
        yield {decode(key): decode(value) for key, _, value in parts}


def _delimited(raw: str, delimiter: str, explode: bool, decode: Callable[[str], str]) -> Iterator[Read]:
    """A value, a list, and an object: as ``R,100,G,200``, or exploded as ``R=100,G=200``."""
    yield decode(raw)
    parts = raw.split(delimiter)
    yield [decode(part) for part in parts]
    if not raw:
        yield []
        yield {}
    elif explode:
        pairs = [part.partition("=") for part in parts]
        if all(equals for _, equals, _ in pairs):
            yield {decode(key): decode(value) for key, _, value in pairs}
    elif len(parts) % 2 == 0:
        yield {decode(key): decode(value) for key, value in zip(parts[::2], parts[1::2], strict=True)}


def _decoded(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for key, value in pairs:
        yield unquote_plus(key), unquote_plus(value)


def _once(readings: Iterable[Read]) -> list[Read]:
    kept: list[Read] = []
    for each in readings:
        if each not in kept:
            kept.append(each)
    return kept


def query_pairs(query: str) -> list[tuple[str, str]]:
    """The pairs of a query string or of an ``application/x-www-form-urlencoded`` body, escapes and all, in order."""
    parts = (part.partition("=") for part in query.split("&") if part)
    return [(name, value) for name, _, value in parts]


def merged(members: Mapping[str, Sequence[str]]) -> dict[str, str | list[str]]:
    """Members with their text, or their texts where they stand several times."""
    return {name: texts[0] if len(texts) == 1 else list(texts) for name, texts in members.items()}
