"""Reads matchers of contracts: what a class of an input matches, and what a part of an answer must be."""

from collections.abc import Mapping

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from troth.model.contract import Absent, Expected, Fact, Fresh, Literal, Matcher, Pattern, Shape

FORMATS = ("uuid", "email", "text", "digits", "hex32", "hex64", "code32", "keypair", "url")
"""What ``{fresh: …}`` can mint."""


def read_matchers(raw: object) -> tuple[Matcher, ...]:
    """What a class matches: ``absent`` (or null), a literal, a fact, a schema, ``{fresh: format}``, or a list of these.

    Raises:
        ValueError: with a sentence for the author.
    """
    if isinstance(raw, list):
        if not raw:
            raise ValueError("an empty list matches nothing")
        return tuple(_matcher(value) for value in raw)
    return (_matcher(raw),)


def _matcher(raw: object) -> Matcher:
    if raw is None or raw == "absent":
        return Absent()
    if isinstance(raw, str) and raw.startswith("$"):
        return read_fact(raw)
    if isinstance(raw, Mapping):
        if "fresh" in raw:
            return _fresh(raw)
        return _shape({str(key): value for key, value in raw.items()})
    if isinstance(raw, list):
        raise ValueError("a list inside a list: write one flat list of alternatives")
    return Literal(raw)


def read_fact(raw: str) -> Fact:
    """``$world.user.login`` or ``$given.token``.

    Raises:
        ValueError: it is neither.
    """
    root, *path = raw[1:].split(".")
    if root not in ("world", "given") or not path or not all(path):
        raise ValueError(f"{raw!r} is not a fact: write $world.NAME or $given.NAME (for the text itself, {{const: …}})")
    return Fact(root, tuple(path))


def _fresh(raw: Mapping[str, object]) -> Fresh:
    if set(raw) != {"fresh"} or raw["fresh"] not in FORMATS:
        raise ValueError(f"{{fresh: …}} takes one of {', '.join(FORMATS)}")
    return Fresh(str(raw["fresh"]))


def _shape(schema: Mapping[str, object]) -> Shape:
    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        raise ValueError(f"is not a JSON Schema: {error.message}") from error
    return Shape(schema, _examples(schema))


def _examples(schema: Mapping[str, object]) -> tuple[object, ...]:
    if "const" in schema:
        return (schema["const"],)
    for keyword in ("examples", "enum"):
        values = schema.get(keyword)
        if isinstance(values, list):
            return tuple(values)
    return ()


def read_expected(raw: object) -> Expected:
    """What a part of an answer must be: a literal, a fact, ``{matches: …, not: …}``, or a list of alternatives.

    Raises:
        ValueError: with a sentence for the author.
    """
    if isinstance(raw, list):
        return tuple(_expected(value) for value in raw)
    return _expected(raw)


def _expected(raw: object) -> Literal | Fact | Pattern:
    if isinstance(raw, Mapping):
        matches, excludes = raw.get("matches"), raw.get("not")
        return Pattern(str(matches) if matches is not None else None, str(excludes) if excludes is not None else None)
    if isinstance(raw, str) and raw.startswith("$"):
        return read_fact(raw)
    return Literal(raw)
