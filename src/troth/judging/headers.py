"""Whether a header of an answer is as the spec describes it: text held to the schema of a value ("Header Object").

A text may stand for several values. What the schema's own type makes of it goes first; where it accepts another of
them, the header is as described all the same.
"""

import re
from collections.abc import Mapping, Sequence

from jsonschema_rs import Draft202012Validator, ValidationErrorKind

from troth.model.operation import HeaderForm, JsonSchema
from troth.wire.bodies import Unreadable, is_json, json_number, read_json
from troth.wire.media_types import read_media_range

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_PART = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,])*')
_MOST_REFERENCES = 20
_MOST_ROUNDS = 3
_CANNOT_BE_JOINED = "set-cookie"


class HeaderJudge:
    """One documented header.

    Args:
        name: in lower case.
        schema: of its value.
        form: how it is written.
    """

    def __init__(self, name: str, schema: JsonSchema, form: HeaderForm) -> None:
        self.name = name
        self._form = form
        self._types = declared_types(schema)
        plain = schema if isinstance(schema, bool) else dict(schema)
        self._validator = Draft202012Validator(plain, validate_formats=True)

    def complaint(self, lines: Sequence[str]) -> str:
        """What is wrong with the lines of this header; ``""`` where nothing is.

        Args:
            lines: the values of its lines, in their order. They are one list (RFC 9110, section 5.3), those of
                ``Set-Cookie`` apart.
        """
        if self.name == _CANNOT_BE_JOINED and "array" not in self._types:
            return next(filter(None, (self._of_text(line) for line in lines)), "")
        if self.name == _CANNOT_BE_JOINED:
            return self._of_candidates([list(lines)])
        return self._of_text(", ".join(line for line in lines if line))

    def _of_text(self, text: str) -> str:
        if self._form.media_type:
            return self._of_content(text)
        candidates: list[object] = []
        parts = list_parts(text)
        if "array" in self._types or not self._types:
            candidates.append(parts)
        if "object" in self._types or not self._types:
            fields = _fields(parts, self._form.explode)
            candidates += [fields] if fields is not None else []
        candidates.append(text)
        return self._of_candidates(candidates)

    def _of_content(self, text: str) -> str:
        if not is_json(read_media_range(self._form.media_type).essence):
            return self._of_candidates([text])
        value = read_json(text.encode("utf-8", "surrogatepass"))
        if isinstance(value, Unreadable):
            return f"its value {value.reason}"
        return self._first_error(value)

    def _of_candidates(self, candidates: list[object]) -> str:
        """The complaint about the first candidate, unless one of them fits."""
        complaint = ""
        for candidate in candidates:
            found = self._fitted(candidate)
            if not found:
                return ""
            complaint = complaint or found
        return complaint

    def _fitted(self, written: object) -> str:
        """The complaint about a value of texts, each of them read as what its place in the schema accepts."""
        value = _typed(written)
        errors = first = list(self._validator.iter_errors(value))
        for _ in range(_MOST_ROUNDS):
            if not errors:
                return ""
            changed = _with_texts(
                value, written, {error.instance_path[0] if error.instance_path else None for error in errors}
            )
            if changed == value:
                break
            value = changed
            errors = list(self._validator.iter_errors(value))
        # Where the type alone was wrong, the text was meant; else it was the number.
        typed = any(not isinstance(error.kind, ValidationErrorKind.Type) for error in first)
        return str((first if typed else errors)[0].message)

    def _first_error(self, value: object) -> str:
        return next((str(error.message) for error in self._validator.iter_errors(value)), "")


def declared_types(schema: JsonSchema) -> frozenset[str]:
    """The types that a schema names, behind its references and in what it is made of; empty where it names none."""
    found: set[str] = set()
    waiting: list[object] = [schema]
    for _ in range(_MOST_REFERENCES):
        node = waiting.pop() if waiting else None
        if not isinstance(node, Mapping):
            continue
        named = node.get("type")
        found.update([named] if isinstance(named, str) else named if isinstance(named, list) else ())
        for key in ("allOf", "anyOf", "oneOf"):
            inner = node.get(key)
            waiting += inner if isinstance(inner, list) else []
        reference = node.get("$ref")
        if isinstance(reference, str):
            waiting.append(_target(schema, reference))
    return frozenset(found)


def list_parts(text: str) -> list[str]:
    """The elements of a list, empty ones left out, quoted strings whole (RFC 9110, sections 5.6.1 and 5.6.4)."""
    return [part.strip() for part in _PART.findall(text) if part.strip()]


def _fields(parts: Sequence[str], explode: bool) -> dict[str, str] | None:
    """An object in the style `simple`: ``R,100,G,200``, or ``R=100,G=200`` where it is exploded; None for neither."""
    if explode:
        pairs = [part.partition("=") for part in parts]
        return {name: value for name, _, value in pairs} if all(equals for _, equals, _ in pairs) else None
    return dict(zip(parts[::2], parts[1::2], strict=True)) if len(parts) % 2 == 0 else None


def _typed(written: object) -> object:
    if isinstance(written, list):
        return [_typed(one) for one in written]
    if isinstance(written, dict):
        return {name: _typed(one) for name, one in written.items()}
    text = str(written)
    if text in ("true", "false"):
        return text == "true"
    number = json_number(text) if _NUMBER.fullmatch(text) else None
    return text if number is None else number


def _at(value: object, place: str | int) -> object:
    if isinstance(value, dict):
        return value.get(place)
    return value[place] if isinstance(value, list) and isinstance(place, int) else None


def _with_texts(value: object, written: object, places: set[str | int | None]) -> object:
    """The value with these places as they were written."""
    if None in places:
        return written if not isinstance(written, (list, dict)) else value
    if isinstance(value, dict):
        return {name: _at(written, name) if name in places else inner for name, inner in value.items()}
    if isinstance(value, list):
        return [_at(written, index) if index in places else inner for index, inner in enumerate(value)]
    return value


def _target(root: object, reference: str) -> object:
    node = root
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, Mapping) else None
    return node
