"""Which class each input of a request falls in: the question that a decision table begins with.

A request has, for every input, one class or none. None means that nothing was promised about such a value, that the
request cannot be walked to it, or that the target does not give the fact that would tell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote

from jsonschema_rs import Draft202012Validator

from troth.judging.credentials import scheme_of
from troth.model.contract import Absent, Fact, Fresh, Input, InputClass, Literal, Matcher, Shape
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.wire.bodies import Unreadable
from troth.wire.pointers import parse_pointer
from troth.wire.views import NO_BODY, Credentials, RequestView

Step = Callable[[object, Facts], str | None]


class _Missing:
    """The request does not have the value."""


MISSING = _Missing()

_REMEMBERED = frozenset((str, _Missing, Credentials))
_MOST_REMEMBERED = 4096
"""Values of one input: generated requests bring new ones without end."""


def reader(one: Input) -> Callable[[RequestView], object]:
    """How to find an input's value in a request: the value, ``MISSING``, or :class:`Unreadable`."""
    address = one.address
    if one.place == "body":
        parts = parse_pointer(address)
        return lambda view: _walk(view.body, parts)
    if one.place == "soap":
        return lambda view: _soap_part(view, address)
    if one.place == "query":
        return lambda view: _single(view.query.get(address))
    if one.place == "path":
        return lambda view: view.path.get(address, Unreadable("the path does not fit its template"))
    if one.place == "header":
        name = address.lower()
        return lambda view: view.headers.get(name, MISSING)
    if one.place == "cookie":
        return lambda view: _decoded(view.cookies.get(address))
    if address == "basic":
        return lambda view: MISSING if view.credentials is None else view.credentials
    return lambda view: MISSING if view.bearer is None else view.bearer


def _walk(body: object, parts: tuple[str, ...]) -> object:
    if body is NO_BODY:
        return MISSING
    value = body
    for part in parts:
        if type(value) is not dict:
            return value if isinstance(value, Unreadable) else Unreadable("the body has another shape")
        if part not in value:
            return MISSING
        value = value[part]
    return value


def _soap_part(view: RequestView, name: str) -> object:
    message = view.soap
    bound = view.operation.soap
    if isinstance(message, Unreadable) or bound is None:
        return Unreadable("is not a SOAP message")
    if message.name != bound.element or message.namespace != bound.namespace:
        return Unreadable("is another SOAP operation")
    # The vendor binds by position, so names in another order would speak of other parameters.
    if message.order != tuple(part for part in bound.parameters if part in message.parts):
        return Unreadable("has its parameters out of order")
    value = message.parts.get(name)
    return MISSING if value is None else value


def _decoded(text: str | None) -> object:
    return MISSING if text is None else unquote(text)


def _single(values: list[str] | None) -> object:
    if values is None:
        return MISSING
    return values[0] if len(values) == 1 else Unreadable("is given more than once")


def canonical(value: object, as_text: bool) -> object:
    """A hashable stand-in, equal exactly when the values are the same JSON value (or the same text)."""
    if isinstance(value, str) or value is MISSING:
        return value
    if as_text and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Mapping):
        return ("map", tuple(sorted((str(key), canonical(item, as_text)) for key, item in value.items())))
    if isinstance(value, list):
        return ("list", tuple(canonical(item, as_text) for item in value))
    return (type(value).__name__, value)


def leaves(tree: object) -> frozenset[str]:
    """The text of every scalar of a tree: all that a world knows by value."""
    found: set[str] = set()
    todo = [tree]
    while todo:
        value = todo.pop()
        if isinstance(value, Mapping):
            todo.extend(value.values())
        elif isinstance(value, (list, tuple)):
            todo.extend(value)
        elif value is not None and not isinstance(value, bool):
            found.add(str(value))
    return frozenset(found)


class Classifier:
    """One input of an operation on one target: value in, class out.

    Args:
        one: the input.
        steps: its classes in order, each a step that knows its values.
    """

    __slots__ = ("_read", "_remembered", "_steps", "name")

    def __init__(self, one: Input, steps: tuple[Step, ...]) -> None:
        self.name = one.name
        self._read = reader(one)
        self._steps = steps
        self._remembered: dict[tuple[object, bool], str | None] = {}

    def classify(self, view: RequestView, facts: Facts) -> str | None:
        """The class of this input in a request, or None."""
        value = self._read(view)
        # The same few values come again and again; what is nobody's in an open world depends on what was minted.
        if facts.given or (facts.minted and not facts.closed) or type(value) not in _REMEMBERED:
            return self._classify(value, facts)
        key = (value, facts.closed)
        try:
            return self._remembered[key]
        except KeyError:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[key] = self._classify(value, facts)
            return found

    def _classify(self, value: object, facts: Facts) -> str | None:
        if isinstance(value, Unreadable):
            return None
        if isinstance(value, Credentials):
            value = {"username": value.username, "password": value.password}
        for step in self._steps:
            found = step(value, facts)
            if found is not None:
                return found
        return None


def lasting(contract_input: Input, operation: Operation) -> Input:
    """An input with only those classes that hold whatever has happened since the facts did.

    What a fact says may have been changed, and what was nobody's may have been created. Absence and literals need no
    fact; nor does a schema, unless it stands for whatever the classes before it left over. Credentials stay.
    """
    if scheme_of(contract_input, operation):
        return contract_input
    classes = []
    left_over = False
    for cls in contract_input.classes:
        kept = tuple(
            matcher
            for matcher in cls.matchers
            if isinstance(matcher, Absent | Literal) or (isinstance(matcher, Shape) and not left_over)
        )
        left_over = left_over or any(isinstance(matcher, Fact | Fresh) for matcher in cls.matchers)
        classes.append(replace(cls, matchers=kept))
    return replace(contract_input, classes=tuple(classes))


def classifiers(inputs: Sequence[Input], facts: Facts) -> tuple[Classifier, ...]:
    """Classifiers for these inputs against a target's facts."""
    known = leaves(facts.world)
    return tuple(Classifier(one, tuple(_steps(one, facts, known))) for one in inputs)


def _steps(one: Input, facts: Facts, known: frozenset[str]) -> list[Step]:
    """The classes in order; runs of values known beforehand become one look-up."""
    steps: list[Step] = []
    exact: dict[object, str] = {}
    for cls in one.classes:
        for matcher in cls.matchers:
            key = _known_key(matcher, one.as_text, facts)
            if key is not None:
                exact.setdefault(key, cls.name)
                continue
            if exact:
                steps.append(_look_up(exact, one.as_text))
                exact = {}
            step = _step(cls, matcher, one.as_text, known)
            if step is not None:
                steps.append(step)
    if exact:
        steps.append(_look_up(exact, one.as_text))
    return steps


def _known_key(matcher: Matcher, as_text: bool, facts: Facts) -> object | None:
    if isinstance(matcher, Absent):
        return canonical(MISSING, as_text)
    if isinstance(matcher, Literal):
        return canonical(matcher.value, as_text)
    if isinstance(matcher, Fact) and matcher.root == "world":
        try:
            return canonical(facts.look_up(matcher), as_text)
        except KeyError:
            return None
    return None


def _look_up(index: dict[object, str], as_text: bool) -> Step:
    def step(value: object, _facts: Facts) -> str | None:
        key = value if type(value) is str else canonical(value, as_text)
        return index.get(key)

    return step


def _step(cls: InputClass, matcher: Matcher, as_text: bool, known: frozenset[str]) -> Step | None:
    name = cls.name
    if isinstance(matcher, Fact):
        return _given_step(name, matcher, as_text) if matcher.root == "given" else None
    if isinstance(matcher, Shape):
        is_valid = Draft202012Validator(_plain(matcher.schema)).is_valid
        return lambda value, _facts: name if value is not MISSING and is_valid(value) else None
    if isinstance(matcher, Fresh):
        return _fresh_step(name, matcher, as_text, known)
    return None


def _given_step(name: str, fact: Fact, as_text: bool) -> Step:
    def step(value: object, facts: Facts) -> str | None:
        try:
            given = facts.look_up(fact)
        except KeyError:
            return None
        return name if canonical(value, as_text) == canonical(given, as_text) else None

    return step


def _fresh_step(name: str, fresh: Fresh, as_text: bool, known: frozenset[str]) -> Step:
    """Nobody's value. In a closed world any text that no fact has; in an open one only what Troth minted itself."""
    keypair = fresh.format == "keypair"

    def step(value: object, facts: Facts) -> str | None:
        if keypair:
            if not isinstance(value, Mapping):
                return None
            texts = [str(part) for part in value.values()]
            return name if facts.closed or set(texts) <= facts.minted else None
        if not isinstance(value, str):
            if not as_text or type(value) is not int:
                return None
            value = str(value)
        if not value or value in known:
            return None
        if facts.closed:
            return None if value in leaves(facts.given) else name
        return name if value in facts.minted else None

    return step


def _plain(schema: Mapping[str, object] | bool) -> dict[str, object] | bool:
    return schema if isinstance(schema, bool) else dict(schema)
