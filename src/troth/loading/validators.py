"""Validators of JSON Schemas: 2020-12 with formats, offline, each pattern as ECMA-262 has it and under a bound."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache

from jsonschema_rs import Draft202012Validator, FancyRegexOptions, ValidationError

from troth.loading.ecma import EcmaPatternInvalid, translated
from troth.loading.openapi.keywords import LISTS, MAPS, SINGLE
from troth.model.operation import JsonSchema

SHARED = "x-troth-schemas"
"""The key of a whole schema under which those stand that it refers to and that are no components."""
RANGE_OF = "x-troth-range-of"
"""The key of a subschema that says which format its bounds are those of."""
AS_WRITTEN = "x-troth-pattern"
"""The key of a subschema that has its pattern as the author wrote it."""
_BACKTRACKING = FancyRegexOptions(backtrack_limit=100_000, size_limit=10_000_000)
"""Patterns with look-around and references back give up after so many steps; all others take linear time."""
RANGES: Mapping[str, tuple[int | float, int | float]] = {
    "int8": (-(2**7), 2**7 - 1),
    "uint8": (0, 2**8 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
    "float": (-3.4028234663852886e38, 3.4028234663852886e38),
    "double": (-1.7976931348623157e308, 1.7976931348623157e308),
}
"""Formats of numbers: the least and the greatest (https://spec.openapis.org/registry/format/)."""
ENGINE_FORMATS = frozenset((
    "date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6",
    "uri", "uri-reference", "iri", "iri-reference", "uuid", "uri-template", "json-pointer", "relative-json-pointer",
    "regex",
))  # fmt: skip
"""Formats of JSON Schema 2020-12 (Validation, section 7.3), which the engine knows by itself."""


def _is_base64(value: str) -> bool:
    try:
        b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_base64url(value: str) -> bool:
    body = value.rstrip("=")
    return len(body) % 4 != 1 and all(char.isascii() and (char.isalnum() or char in "-_") for char in body)


FORMATS = {"byte": _is_base64, "base64url": _is_base64url}
"""Formats of text that the engine does not know (RFC 4648, sections 4 and 5)."""
UNCONSTRAINED = frozenset(("binary", "password"))
"""Formats that any text has."""


def make_validator(schema: JsonSchema) -> Draft202012Validator:
    """The validator of a schema that :func:`adapted` made.

    Raises:
        ValueError: the schema cannot be used.
    """
    return Draft202012Validator(
        schema if isinstance(schema, bool) else dict(schema),
        validate_formats=True,
        formats=FORMATS,
        pattern_options=_BACKTRACKING,
        offline=True,
    )


@lru_cache(maxsize=4096)
def pattern_problem(pattern: str) -> tuple[str, int] | None:
    """Why a pattern cannot be judged by, and where in it; None where it can."""
    try:
        engine_pattern = translated(pattern)
    except EcmaPatternInvalid as error:
        return error.message, error.offset
    try:
        Draft202012Validator({"pattern": engine_pattern}, pattern_options=_BACKTRACKING, offline=True)
    except (ValidationError, ValueError):
        return "it is a pattern of ECMA-262 that is too large for the engine, or has what the engine lacks", 0
    return None


def adapted(schema: JsonSchema) -> JsonSchema:
    """A whole schema with what the engine does not know by itself put in words that it knows.

    Raises:
        ValueError: it has a pattern that cannot be used.
    """
    if isinstance(schema, bool):
        return schema
    made = dict(_adapted_node(schema))
    for key in ("components", SHARED):
        shared = made.get(key)
        if isinstance(shared, Mapping):
            made[key] = (
                {name: _adapted_map(each) for name, each in shared.items()}
                if key == "components"
                else _adapted_map(shared)
            )
    return made


def _adapted_map(schemas: object) -> object:
    if not isinstance(schemas, Mapping):
        return schemas
    return {name: _adapted_value(each) for name, each in schemas.items()}


def _adapted_value(value: object) -> object:
    return _adapted_node(value) if isinstance(value, Mapping) else value


def _adapted_node(schema: Mapping[str, object]) -> Mapping[str, object]:
    made: dict[str, object] = {}
    for key, value in schema.items():
        if key in MAPS:
            made[key] = _adapted_map(value)
        elif key in LISTS and isinstance(value, list):
            made[key] = [_adapted_value(each) for each in value]
        elif key in SINGLE:
            made[key] = _adapted_value(value)
        else:
            made[key] = value
    if made.get("additionalProperties") is False and "properties" not in made:
        # Without it the engine does not say which member is one too many.
        made["properties"] = {}
    pattern, patterns, number = schema.get("pattern"), made.get("patternProperties"), schema.get("format")
    if isinstance(pattern, str):
        made["pattern"], made[AS_WRITTEN] = _engine_pattern(pattern), pattern
    if isinstance(patterns, dict):
        made["patternProperties"] = {_engine_pattern(name): each for name, each in patterns.items()}
    if isinstance(number, str) and number in RANGES:
        least, greatest = RANGES[number]
        bounds = {"minimum": least, "maximum": greatest, RANGE_OF: number}
        listed = made.get("allOf")
        made["allOf"] = [*(listed if isinstance(listed, list) else []), bounds]
    return made


def _engine_pattern(pattern: str) -> str:
    try:
        return translated(pattern)
    except EcmaPatternInvalid as error:
        raise ValueError(f"the pattern {pattern!r} cannot be used: {error.message}") from error
