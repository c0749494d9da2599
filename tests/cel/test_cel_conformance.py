"""The public conformance cases of CEL, for the part of CEL that contracts have.

Every case that applies must hold. A case that does not apply is counted under its reason, and the counts are asserted:
a case can neither fall out silently nor come in unnoticed.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from troth.cel.expressions import ExpressionInvalid, Failure, ValueKind, Vocabulary
from troth.cel.values import CelType

CASES = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "cel"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared conformance data is not beside the checkout")

Message = dict[str, list[Any]]

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|([\w.+-]+|\[[\w./]+\])|([{}:\[\],<>;])"""
)
_ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11}


def words_of(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None, text[position : position + 40]
        if match[0].strip() and not match[0].startswith("#"):
            yield match[0]
        position = match.end()


def unquoted(word: str) -> bytes:
    """A string of the text format as bytes: its escapes are C's."""

    def octets(match: re.Match[str]) -> str:
        escape = match[1]
        if escape[0] in "xX":
            return chr(int(escape[1:], 16))
        if escape[0] in "01234567":
            return chr(int(escape, 8))
        if escape[0] in "uU":
            return chr(int(escape[1:], 16)).encode().decode("latin-1")
        return chr(_ESCAPES.get(escape, ord(escape)))

    raw = word[1:-1].encode().decode("latin-1")
    return re.sub(
        r"\\([xX][0-9a-fA-F]{1,2}|[0-7]{1,3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", octets, raw, flags=re.DOTALL
    ).encode("latin-1")


class Parser:
    """Just enough of protobuf's text format: fields repeat, messages nest, strings next to each other are one."""

    def __init__(self, text: str) -> None:
        self.words = [*words_of(text), ""]
        self.at = 0

    def take(self) -> str:
        self.at += 1
        return self.words[self.at - 1]

    def message(self, end: str) -> Message:
        made: Message = {}
        while self.words[self.at] != end:
            name = self.take()
            if self.words[self.at] == ":":
                self.take()
            made.setdefault(name, []).extend(self.values())
            if self.words[self.at] in (",", ";"):
                self.take()
        self.take()
        return made

    def values(self) -> list[Any]:
        word = self.take()
        if word == "{":
            return [self.message("}")]
        if word == "[":
            made: list[Any] = []
            while self.words[self.at] != "]":
                made += self.values()
                if self.words[self.at] == ",":
                    self.take()
            self.take()
            return made
        if word[0] in "\"'":
            octets = unquoted(word)
            while self.words[self.at][:1] in ("'", '"') and self.words[self.at]:
                octets += unquoted(self.take())
            return [octets]
        return [word]


class NotOurs(Exception):
    """Why a case does not apply."""


SCALARS: dict[str, Callable[[Any], Any]] = {
    "null_value": lambda _: None,
    "bool_value": lambda content: content == "true",
    "int64_value": int,
    "double_value": float,
    "string_value": bytes.decode,
    "bytes_value": bytes,
    "type_value": lambda content: ("type", content.decode()),
}


def python_value(value: Message) -> Any:
    ((kind, (content,)),) = value.items()
    if kind in SCALARS:
        return SCALARS[kind](content)
    if kind == "list_value":
        return [python_value(item) for item in content.get("values", [])]
    if kind == "map_value":
        pairs = [(python_value(e["key"][0]), python_value(e["value"][0])) for e in content.get("entries", [])]
        if any(type(key) is bool for key, _ in pairs):
            raise NotOurs("true or false as key of a map")
        return dict(pairs)
    if kind == "uint64_value":
        raise NotOurs("unsigned numbers")
    assert kind in ("object_value", "enum_value"), kind
    raise NotOurs("protobuf messages")


KINDS: dict[str, ValueKind] = {"BOOL": "bool", "INT64": "int", "DOUBLE": "double", "STRING": "string", "BYTES": "bytes"}


def kind_of(declared: Message) -> ValueKind:
    ((kind, (content,)),) = declared["type"][0].items()
    if kind == "primitive":
        if content == "UINT64":
            raise NotOurs("unsigned numbers")
        return KINDS[content]
    if kind == "list_type":
        return "list"
    if kind == "map_type":
        return "map" if content["key_type"] == [{"primitive": ["STRING"]}] else "dyn"
    if kind == "null":
        return "dyn"
    assert kind in ("message_type", "well_known"), kind
    raise NotOurs("protobuf messages")


_OUTSIDE = {
    "protobuf messages": re.compile(r"TestAllTypes|google\.protobuf|GlobalEnum|proto[23]"),
    "timestamps and durations": re.compile(r"\b(timestamp|duration)\("),
    "unsigned numbers": re.compile(r"\buint\b|\b(0x)?[0-9a-fA-F]+[uU]\b"),
}


def outcome(file: str, case: Message) -> str:
    """`holds`, why the case does not apply, or what is wrong."""
    text = case["expr"][0].decode()
    if file == "macros2":
        return "loops with two variables"
    if "container" in case:
        return "protobuf messages or containers"
    for reason, pattern in _OUTSIDE.items():
        if pattern.search(text):
            return reason
    try:
        variables = {each["name"][0].decode(): kind_of(each["ident"][0]) for each in case.get("type_env", [])}
        scope = {
            each["key"][0].decode(): python_value(each["value"][0]["value"][0]) for each in case.get("bindings", [])
        }
        wanted = python_value(case["value"][0]) if "value" in case else True
    except NotOurs as reason:
        return str(reason)
    declared: dict[str, ValueKind] = {**dict.fromkeys(scope, "dyn"), **variables}
    return verdict(text, declared, scope, wanted, "eval_error" in case, "disable_check" in case)


def verdict(
    text: str, variables: dict[str, ValueKind], scope: dict[str, Any], wanted: Any, fails: bool, unchecked: bool
) -> str:
    try:
        expression = Vocabulary(variables).compile(text, "dyn")
    except ExpressionInvalid as invalid:
        if fails:
            return "holds: an error, found before it runs"
        messages = [problem.message for problem in invalid.problems]
        if unchecked:
            return "only for evaluation without the type check"
        if any("as a key of a map" in message for message in messages):
            return "true or false as key of a map"
        if any("would hide" in message for message in messages):
            return "a loop variable with the name of a variable"
        return f"WRONG {text}: {messages}"
    value = expression.evaluate(scope)
    if isinstance(value, Failure):
        return "holds" if fails else f"WRONG {text}: {value.message}, not {wanted!r}"
    return "holds" if not fails and alike(value, wanted) else f"WRONG {text}: {value!r}, not {wanted!r}"


def alike(value: Any, wanted: Any) -> bool:
    if isinstance(value, CelType):
        return bool(("type", value.name) == wanted)
    if type(value) is not type(wanted):
        return False
    if isinstance(value, list):
        return len(value) == len(wanted) and all(map(alike, value, wanted))
    if isinstance(value, dict):
        return value.keys() == wanted.keys() and all(alike(value[key], wanted[key]) for key in value)
    if isinstance(value, float) and math.isnan(wanted):
        return math.isnan(value)
    return bool(value == wanted)


def cases() -> Iterator[tuple[str, Message]]:
    for path in sorted(CASES.glob("*.textproto")):
        for section in Parser(path.read_text(encoding="utf-8")).message("")["section"]:
            for case in section.get("test", []):
                yield path.stem, case


def test_every_case_that_applies_holds() -> None:
    outcomes = Counter(outcome(file, case) for file, case in cases())
    wrong = [text for text in outcomes if text.startswith("WRONG")]
    assert wrong == []
    assert outcomes == {
        "holds": 763,
        "holds: an error, found before it runs": 26,
        "loops with two variables": 46,
        "only for evaluation without the type check": 28,
        "protobuf messages": 110,
        "protobuf messages or containers": 228,
        "timestamps and durations": 80,
        "true or false as key of a map": 4,
        "unsigned numbers": 178,
        "a loop variable with the name of a variable": 1,
    }
