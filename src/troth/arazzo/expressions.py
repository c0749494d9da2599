"""Runtime expressions and simple conditions of Arazzo 1.0.1, from text to values.

``$steps.create.outputs.user_token``, ``$response.body#/items/0/id``, ``Bearer {$inputs.token}``,
``$statusCode == 200 && $response.body#/count > 0``. A mistake is a :class:`Malformed` with its offset in the text.
"""

import re
from collections.abc import Mapping

from troth.model.workflow import (
    Comparison,
    Condition,
    Constant,
    Logic,
    Operand,
    Path,
    RuntimeExpression,
    Template,
    Text,
)
from troth.wire.pointers import parse_pointer

ROOTS = ("$url", "$method", "$statusCode", "$request.", "$response.", "$inputs.", "$outputs.", "$steps.", "$workflows.")
_NAME = r"[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*"
_POINTER = r"(?:#(?P<pointer>(?:/(?:[^\s~/{}()&|=<>!,\[\]]|~[01])*)*))?"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("url", re.compile(r"\$url(?![\w.])")),
    ("method", re.compile(r"\$method(?![\w.])")),
    ("statusCode", re.compile(r"\$statusCode(?![\w.])")),
    ("message", re.compile(rf"\$(?P<root>request|response)\.(?P<part>body)(?![\w.]){_POINTER}")),
    ("message", re.compile(r"\$(?P<root>request|response)\.(?P<part>header)\.(?P<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)")),
    ("message", re.compile(r"\$(?P<root>request)\.(?P<part>query|path)\.(?P<name>[A-Za-z0-9_\-.\[\]]+)")),
    ("message", re.compile(rf"\$(?P<root>inputs|outputs)\.(?P<name>{_NAME}){_POINTER}")),
    (
        "message",
        re.compile(rf"\$(?P<root>steps)\.(?P<part>[A-Za-z0-9_\-]+)\.outputs\.(?P<name>{_NAME}){_POINTER}"),
    ),
    (
        "message",
        re.compile(rf"\$(?P<root>workflows)\.(?P<part>[A-Za-z0-9_\-]+)\.outputs\.(?P<name>{_NAME}){_POINTER}"),
    ),
)
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")
_TOKEN = re.compile(
    r"\s*(?:(?P<op><=|>=|==|!=|<|>|&&|\|\||!|\(|\))|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|'(?P<text>(?:[^']|'')*)'|(?P<word>true|false|null)\b)"
)
_STEP = re.compile(r"\[(\d+)\]|\['((?:[^']|'')*)'\]|\.([A-Za-z_][\w\-]*)")
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_WORDS: Mapping[str, object] = {"true": True, "false": False, "null": None}
_DEEPEST = 50


class Malformed(ValueError):
    """A text that is no runtime expression or condition.

    Args:
        message: what is wrong.
        offset: where in the text, from 0.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def read_reference(text: str) -> RuntimeExpression:
    """The runtime expression that a whole text is.

    Raises:
        Malformed: it is none.
    """
    reference, end = reference_at(text, 0)
    if end != len(text):
        raise Malformed(f"{text!r} goes on after the runtime expression {text[:end]!r}", end)
    return reference


def reference_at(text: str, start: int) -> tuple[RuntimeExpression, int]:
    """The runtime expression at a place of a text, and where it ends.

    Raises:
        Malformed: there is none.
    """
    for kind, form in _FORMS:
        match = form.match(text, start)
        if match is None:
            continue
        if kind != "message":
            return RuntimeExpression(match[0], kind), match.end()
        parts = match.groupdict()
        pointer = parts.get("pointer")
        reference = RuntimeExpression(
            text=match[0],
            root=str(parts["root"]),
            part=parts.get("part") or "",
            name=parts.get("name") or "",
            pointer=None if pointer is None else parse_pointer(pointer),
        )
        return reference, match.end()
    word = re.match(r"\S*", text[start:])
    shown = word[0] if word else text[start:]
    raise Malformed(f"{shown!r} is not a runtime expression ({', '.join(ROOTS)}…)", start)


def read_template(value: object) -> Template:
    """A JSON value with every text read: a text that is an expression, or has some embedded, becomes one.

    Raises:
        Malformed: the first malformed expression.
    """
    if isinstance(value, Mapping):
        return {key: read_template(member) for key, member in value.items()}
    if isinstance(value, list):
        return [read_template(item) for item in value]
    return read_text_template(value) if isinstance(value, str) else value


def read_text_template(text: str) -> str | RuntimeExpression | Text:
    """A text as it is, a runtime expression, or a text with expressions embedded.

    Raises:
        Malformed: it begins like an expression, or embeds one, that is malformed.
    """
    if text.startswith(ROOTS):
        return read_reference(text)
    parts: list[str | RuntimeExpression] = []
    end = 0
    for match in _EMBEDDED.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        try:
            parts.append(read_reference(match[1]))
        except Malformed as error:
            raise Malformed(error.message, match.start(1) + error.offset) from error
        end = match.end()
    if not parts and not end:
        return text
    if end < len(text):
        parts.append(text[end:])
    return parts[0] if len(parts) == 1 and isinstance(parts[0], RuntimeExpression) else Text(tuple(parts))


def read_condition(text: str) -> Condition:
    """A simple condition: comparisons of runtime expressions and literals, joined by ``&&``, ``||`` and ``!``.

    Raises:
        Malformed: it is none.
    """
    reading = _ConditionReading(text)
    condition = reading.either(0)
    reading.skip()
    if reading.place != len(text):
        raise Malformed(f"{text[reading.place :].strip()!r} is not expected here", reading.place)
    return condition


class _ConditionReading:
    """One walk over the text of a condition, by recursive descent."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def skip(self) -> None:
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1

    def either(self, depth: int) -> Condition:
        parts = [self.both(depth)]
        while self.take("||"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Logic("or", tuple(parts))

    def both(self, depth: int) -> Condition:
        parts = [self.negation(depth)]
        while self.take("&&"):
            parts.append(self.negation(depth))
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))

    def negation(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise Malformed("is nested too deeply", self.place)
        if self.take("!"):
            return Logic("not", (self.negation(depth + 1),))
        if self.take("("):
            inner = self.either(depth + 1)
            if not self.take(")"):
                raise Malformed("a closing parenthesis is missing", self.place)
            return inner
        left = self.operand()
        for operator in _COMPARISONS:
            if self.peek() == operator:
                self.take(operator)
                return Comparison(operator, left, self.operand())
        if self.text[self.place :].lstrip().startswith("="):
            raise Malformed("= is no operator: write ==", self.place)
        return Comparison("", left)

    def peek(self) -> str:
        match = _TOKEN.match(self.text, self.place)
        return match["op"] or "" if match else ""

    def take(self, operator: str) -> bool:
        match = _TOKEN.match(self.text, self.place)
        if match is None or match["op"] != operator:
            return False
        self.place = match.end()
        return True

    def operand(self) -> Operand:
        self.skip()
        if self.text.startswith("$", self.place):
            reference, self.place = reference_at(self.text, self.place)
            steps: list[str | int] = []
            while (match := _STEP.match(self.text, self.place)) is not None:
                index, quoted, name = match.groups()
                steps.append(int(index) if index else name or quoted.replace("''", "'"))
                self.place = match.end()
            return Path(reference, tuple(steps)) if steps else reference
        match = _TOKEN.match(self.text, self.place)
        if match is None or match["op"]:
            rest = self.text[self.place :].strip()
            if rest.startswith('"'):
                raise Malformed("text stands in single quotes", self.place)
            instead = f", not {rest!r}" if rest else ""
            expected = "a runtime expression, number, 'text', true, false or null is expected"
            raise Malformed(expected + instead, self.place)
        self.place = match.end()
        if match["number"] is not None:
            number = match["number"]
            return Constant(float(number) if any(sign in number for sign in ".eE") else int(number))
        if match["word"] is not None:
            return Constant(_WORDS[match["word"]])
        return Constant(match["text"].replace("''", "'"))
