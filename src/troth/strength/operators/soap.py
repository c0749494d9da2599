"""Operators for SOAP answers: those for JSON applied to the parts of the message, and a few for the envelope."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, quoteattr

from troth.strength.operators import json
from troth.strength.operators.json import Spot
from troth.wire.bodies import Unreadable
from troth.wire.soap import ENVELOPE, read_envelope

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSD = "http://www.w3.org/2001/XMLSchema"
_SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
_ASKED = 2
"""How many values of the request an answer is replaced by."""

Parts = tuple[tuple[str, str | None], ...]
"""The children of the answer's element in order: local name and text, None for nil."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A SOAP answer, ready to be changed and written. Its first part is what the function returns."""

    name: str
    namespace: str
    parts: Parts
    envelope: str = ENVELOPE
    qualified: bool = False
    """The parts are in the namespace of the answer's element."""
    recorded: tuple[str, ...] = ()
    """What other answers of the operation return; not written."""
    asked: tuple[str, ...] = ()
    """The values of the request; not written."""
    step: int = 1
    """Decides which of many equal changes is made; not written."""

    def write(self) -> bytes:
        """As bytes of XML."""
        inner = "".join(self._part(name, text) for name, text in self.parts)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f"<s:Envelope xmlns:s={quoteattr(self.envelope)} xmlns:n={quoteattr(self.namespace)}"
            f' xmlns:xsi="{_XSI}" xmlns:xsd="{_XSD}"><s:Body>'
            f"<n:{self.name}>{inner}</n:{self.name}></s:Body></s:Envelope>"
        ).encode()

    def _part(self, name: str, text: str | None) -> str:
        name = f"n:{name}" if self.qualified else name
        return f'<{name} xsi:nil="true"/>' if text is None else f'<{name} xsi:type="xsd:string">{escape(text)}</{name}>'

    def spot(self, *path: str | int) -> Spot:
        """A part of this answer for the operators of JSON: the answer is a list of objects of one member each."""
        tree = [{name: text} for name, text in self.parts]
        value = tree if not path else tree[0] if len(path) == 1 else self.parts[0][1]
        recorded, asked = self.recorded, self.asked[:_ASKED]
        return Spot(tree, path, value, recorded, (), asked, self.step, most=len(recorded) + len(asked))


def read(data: bytes) -> Envelope | None:
    """The envelope in these bytes; None for anything but an ordinary SOAP 1.1 answer."""
    message = read_envelope(data)
    if isinstance(message, Unreadable) or message.fault is not None or not message.parts:
        return None
    return Envelope(message.name, message.namespace, tuple((name, message.parts[name]) for name in message.order))


Edit = tuple[Envelope, str, str]
"""A changed envelope, the place, and the change as the end of a sentence."""
Operator = Callable[[Envelope], Iterator[Edit]]


def _on_return(operator: json.Operator) -> Operator:
    """An operator of JSON applied to what the function returns."""
    return lambda envelope: _edits(envelope, operator, envelope.spot(0, envelope.parts[0][0]), "soap return")


def _on_body(operator: json.Operator) -> Operator:
    """An operator of JSON applied to the first part as a whole, as an item of the body."""
    return lambda envelope: _edits(envelope, operator, envelope.spot(0), "soap body")


def _edits(envelope: Envelope, operator: json.Operator, spot: Spot, place: str) -> Iterator[Edit]:
    for tree, change in operator(spot):
        members = tree if isinstance(tree, list) else []
        parts = tuple(part for member in members for part in member.items())
        yield replace(envelope, parts=parts), place, change


def case(spot: Spot) -> Iterator[json.Edit]:
    """Change upper case to lower case and the other way."""
    if isinstance(spot.value, str) and spot.value.swapcase() != spot.value:
        yield spot.put(spot.value.swapcase()), "be in another case"


def pad(spot: Spot) -> Iterator[json.Edit]:
    """Append a blank."""
    yield spot.put(f"{spot.value or ''} "), "end in a blank"


def blank(spot: Spot) -> Iterator[json.Edit]:
    """Replace underscores by blanks: the inverse of :func:`troth.strength.operators.json.underscore`."""
    if isinstance(spot.value, str) and "_" in spot.value:
        yield spot.put(spot.value.replace("_", " ")), "have blanks for underscores"


def qualify(envelope: Envelope) -> Iterator[Edit]:
    """Put the parts into the namespace of the service."""
    yield replace(envelope, qualified=True), "soap return", "be qualified with the namespace"


def wrapper(envelope: Envelope) -> Iterator[Edit]:
    """Give the answer's element another name."""
    yield replace(envelope, name=envelope.name.removesuffix("Response") + "Result"), "soap element", "have another name"


def namespace(envelope: Envelope) -> Iterator[Edit]:
    """Put the answer's element into another namespace."""
    yield replace(envelope, namespace="urn:other"), "soap element", "be in another namespace"


def version(envelope: Envelope) -> Iterator[Edit]:
    """Write an envelope of SOAP 1.2."""
    yield replace(envelope, envelope=_SOAP_12), "soap envelope", "be one of SOAP 1.2"


def soap_fault(envelope: Envelope) -> Iterator[Edit]:
    """Answer with a fault that carries the text."""
    parts = (("faultcode", "s:Server"), ("faultstring", envelope.parts[0][1] or "error"))
    yield replace(envelope, name="Fault", namespace=ENVELOPE, parts=parts), "soap body", "be a fault"


_OF_JSON = (
    "drop", "rename", "null", "empty", "cut", "underscore", "plus-one", "minus-one", "negate", "huge", "day-later",
    "century-later", "other-value", "recorded-value", "request-value",
)  # fmt: skip
"""Operators of JSON that change a text or the member that holds it. Text of XML has no type that could change."""

OPERATORS: Mapping[str, Operator] = {
    **{name: _on_return(json.OPERATORS[name]) for name in _OF_JSON},
    "case": _on_return(case),
    "pad": _on_return(pad),
    "blank": _on_return(blank),
    "duplicate": _on_body(json.duplicate),
    "add": _on_body(json.add),
    "qualify": qualify,
    "wrapper": wrapper,
    "namespace": namespace,
    "soap-version": version,
    "fault": soap_fault,
}
"""Name → operator, in the order in which they are tried."""
