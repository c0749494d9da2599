"""What can go wrong with a SOAP answer: small functions from an envelope to changed ones, in one table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, quoteattr

from troth.strength.values import moved_date, moved_number, same_format
from troth.wire.bodies import Unreadable
from troth.wire.soap import ENVELOPE, read_envelope

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSD = "http://www.w3.org/2001/XMLSchema"
_SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"


@dataclass(frozen=True, slots=True)
class Part:
    """One child of the answer's element; ``text`` None is nil."""

    name: str
    text: str | None
    qualified: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """A SOAP answer, ready to be changed and written."""

    name: str
    namespace: str
    parts: tuple[Part, ...]
    envelope: str = ENVELOPE
    texts: tuple[str, ...] = ()
    """What other answers of the operation return; not written."""
    asked: tuple[str, ...] = ()
    """The values of the request; not written."""

    def write(self) -> bytes:
        """As bytes of XML."""
        inner = "".join(_part(part) for part in self.parts)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f"<s:Envelope xmlns:s={quoteattr(self.envelope)} xmlns:n={quoteattr(self.namespace)}"
            f' xmlns:xsi="{_XSI}" xmlns:xsd="{_XSD}"><s:Body>'
            f"<n:{self.name}>{inner}</n:{self.name}></s:Body></s:Envelope>"
        ).encode()


def _part(part: Part) -> str:
    name = f"n:{part.name}" if part.qualified else part.name
    if part.text is None:
        return f'<{name} xsi:nil="true"/>'
    return f'<{name} xsi:type="xsd:string">{escape(part.text)}</{name}>'


def read(data: bytes) -> Envelope | None:
    """The envelope in these bytes; None for anything but an ordinary SOAP 1.1 answer."""
    message = read_envelope(data)
    if isinstance(message, Unreadable) or message.fault is not None or not message.parts:
        return None
    return Envelope(message.name, message.namespace, tuple(Part(name, message.parts[name]) for name in message.order))


Edit = tuple[Envelope, str, str]
"""A changed envelope, the place, and the change as the end of a sentence."""
Operator = Callable[[Envelope], Iterator[Edit]]


def _returning(envelope: Envelope, text: str | None) -> Envelope:
    first, *rest = envelope.parts
    return replace(envelope, parts=(replace(first, text=text), *rest))


def _text(envelope: Envelope) -> str:
    return envelope.parts[0].text or ""


def drop(envelope: Envelope) -> Iterator[Edit]:
    """No return at all."""
    yield replace(envelope, parts=envelope.parts[1:]), "soap return", "be missing"


def rename(envelope: Envelope) -> Iterator[Edit]:
    """The return has another name."""
    parts = (replace(envelope.parts[0], name="result"), *envelope.parts[1:])
    yield replace(envelope, parts=parts), "soap return", "be called 'result'"


def nil(envelope: Envelope) -> Iterator[Edit]:
    """The return is nil."""
    yield _returning(envelope, None), "soap return", "be nil"


def empty(envelope: Envelope) -> Iterator[Edit]:
    """The return is empty."""
    if _text(envelope):
        yield _returning(envelope, ""), "soap return", "be empty"


def duplicate(envelope: Envelope) -> Iterator[Edit]:
    """The return comes twice."""
    yield replace(envelope, parts=(envelope.parts[0], *envelope.parts)), "soap return", "come twice"


def extra(envelope: Envelope) -> Iterator[Edit]:
    """There is one part more."""
    yield replace(envelope, parts=(*envelope.parts, Part("extra", "1"))), "soap body", "have an unknown part"


def qualify(envelope: Envelope) -> Iterator[Edit]:
    """The return is in the service's namespace."""
    parts = (replace(envelope.parts[0], qualified=True), *envelope.parts[1:])
    yield replace(envelope, parts=parts), "soap return", "be qualified with the namespace"


def wrapper(envelope: Envelope) -> Iterator[Edit]:
    """The answer's element has the name of the request's."""
    yield replace(envelope, name=envelope.name.removesuffix("Response") + "Result"), "soap element", "have another name"


def namespace(envelope: Envelope) -> Iterator[Edit]:
    """The answer's element is in another namespace."""
    yield replace(envelope, namespace="urn:other"), "soap element", "be in another namespace"


def version(envelope: Envelope) -> Iterator[Edit]:
    """The envelope is one of SOAP 1.2."""
    yield replace(envelope, envelope=_SOAP_12), "soap envelope", "be one of SOAP 1.2"


def fault(envelope: Envelope) -> Iterator[Edit]:
    """A fault in the place of the text."""
    parts = (Part("faultcode", "s:Server"), Part("faultstring", _text(envelope) or "error"))
    yield replace(envelope, name="Fault", namespace=ENVELOPE, parts=parts), "soap body", "be a fault"


def underscore(envelope: Envelope) -> Iterator[Edit]:
    """Underscores for blanks, or blanks for underscores: the literals of a vendor have both."""
    text = _text(envelope)
    if " " in text:
        yield _returning(envelope, text.replace(" ", "_")), "soap return", "have underscores for blanks"
    elif "_" in text:
        yield _returning(envelope, text.replace("_", " ")), "soap return", "have blanks for underscores"


def lower(envelope: Envelope) -> Iterator[Edit]:
    """Another case."""
    text = _text(envelope)
    if text.swapcase() != text:
        yield _returning(envelope, text.swapcase()), "soap return", "be in another case"


def pad(envelope: Envelope) -> Iterator[Edit]:
    """A blank at the end."""
    yield _returning(envelope, _text(envelope) + " "), "soap return", "end in a blank"


def cut(envelope: Envelope) -> Iterator[Edit]:
    """The text loses its second half."""
    text = _text(envelope)
    if len(text) > 1:
        yield _returning(envelope, text[: len(text) // 2]), "soap return", "be cut short"


def other_value(envelope: Envelope) -> Iterator[Edit]:
    """Another text of the same format."""
    text = _text(envelope)
    if moved_number(text, 0) is None and moved_date(text, 0) is None:
        yield _returning(envelope, same_format(text, 1)), "soap return", "be another text of its format"


def recorded_value(envelope: Envelope) -> Iterator[Edit]:
    """What other answers of the operation return."""
    for text in envelope.texts:
        if text != _text(envelope):
            yield _returning(envelope, text), "soap return", f"become {text[:60]!r}, as in another answer"


def request_value(envelope: Envelope) -> Iterator[Edit]:
    """A value of the request comes back."""
    for text in envelope.asked[:2]:
        if text != _text(envelope):
            yield _returning(envelope, text), "soap return", "be a value of the request"


def plus_one(envelope: Envelope) -> Iterator[Edit]:
    """A number is one too many."""
    yield from _number(envelope, lambda number: number + 1)


def minus_one(envelope: Envelope) -> Iterator[Edit]:
    """A number is one too few."""
    yield from _number(envelope, lambda number: number - 1)


def negate(envelope: Envelope) -> Iterator[Edit]:
    """A number changes its sign."""
    yield from _number(envelope, lambda number: -number or -1)


def huge(envelope: Envelope) -> Iterator[Edit]:
    """A number outgrows what a double can hold."""
    yield from _number(envelope, lambda _number: 2**53 + 1)


def _number(envelope: Envelope, change: Callable[[int], int]) -> Iterator[Edit]:
    text = moved_number(_text(envelope), 0)
    if text is not None:
        moved = str(change(int(text)))
        yield _returning(envelope, moved), "soap return", f"become {moved!r}"


OPERATORS: Mapping[str, Operator] = {
    "drop": drop,
    "rename": rename,
    "null": nil,
    "empty": empty,
    "duplicate": duplicate,
    "add": extra,
    "qualify": qualify,
    "wrapper": wrapper,
    "namespace": namespace,
    "soap-version": version,
    "fault": fault,
    "underscore": underscore,
    "case": lower,
    "pad": pad,
    "cut": cut,
    "plus-one": plus_one,
    "minus-one": minus_one,
    "negate": negate,
    "huge": huge,
    "other-value": other_value,
    "recorded-value": recorded_value,
    "request-value": request_value,
}
"""Name → operator, in the order in which they are tried."""
