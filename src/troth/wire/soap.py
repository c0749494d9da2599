"""SOAP 1.1 envelopes: read without trusting them, written with their parts in order; the room of the XML library."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from troth.wire.bodies import Unreadable

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_WIDE = ("UTF-16", "UTF-32", "UCS", "ISO-10646")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


HAS_DTD = Unreadable("carries a document type declaration, which is refused")
"""SOAP forbids one (SOAP 1.1, section 3); elsewhere it is our limit, since entities can be made to hold anything."""


@dataclass(frozen=True, slots=True)
class SoapMessage:
    """What a SOAP body holds, without its prefixes."""

    name: str
    """The local name of the one child of Body: ``Esws.getSyncToken``, ``Esws.getSyncTokenResponse`` or ``Fault``."""
    namespace: str
    parts: Mapping[str, str | None]
    """Children of that element by local name: their text, or None for ``xsi:nil``. An empty element is ``""``."""
    order: tuple[str, ...]
    payload: "etree._Element"
    """The child of Body itself, for schema validation."""

    @property
    def fault(self) -> dict[str, str | None] | None:
        """``faultcode``, ``faultstring`` … of a Fault; None for an ordinary message."""
        return dict(self.parts) if self.name == "Fault" and self.namespace == ENVELOPE else None


def parse_xml(data: bytes, charset: str = "") -> "etree._Element | Unreadable":
    """XML with DTDs, entities and the network refused.

    Args:
        data: the document.
        charset: what a message says of it, which goes before what it says of itself (RFC 7303, section 3.2).
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        said = str(error).partition("\n")[0].removesuffix(f" (<string>, line {getattr(error, 'lineno', 0)})")
        return Unreadable(f"is not XML: {said or 'empty'}")
    claimed = _wrongly_claimed(data, charset)
    if claimed:
        return Unreadable(f"is not XML: it is not in {claimed}, the encoding that it is said to be in")
    if root.getroottree().docinfo.doctype:
        return HAS_DTD
    return root


def _wrongly_claimed(data: bytes, charset: str) -> str:
    """The encoding that a document is said to be in, where its bytes are wider; ``""`` where nothing is wrong.

    libxml2 reads UTF-16 under any declaration; XML 1.0, section 4.3.3, makes an entity in another encoding than it
    declares a fatal error, and stricter parsers (expat) refuse it.
    """
    if b"\0" not in data[:4]:
        return ""
    declared = _DECLARED.search(data[:400].replace(b"\0", b""))
    claimed = charset or (declared[1].decode("ascii") if declared else "")
    return "" if claimed.upper().startswith(_WIDE) else claimed


def read_envelope(data: bytes, charset: str = "") -> SoapMessage | Unreadable:
    """Read a SOAP 1.1 envelope: any prefixes, Header or none, ``xsi:type`` or none; ``charset`` as in `parse_xml`."""
    root = parse_xml(data, charset)
    if isinstance(root, Unreadable):
        return root
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        return Unreadable(f"is not a SOAP 1.1 envelope: its root is {etree.QName(root).text}")
    bodies = root.findall(f"{{{ENVELOPE}}}Body")
    if len(bodies) != 1:
        return Unreadable(f"has {len(bodies)} SOAP bodies instead of one")
    children = [child for child in bodies[0] if isinstance(child.tag, str)]
    if len(children) != 1:
        return Unreadable(f"has {len(children)} elements in its SOAP body instead of one")
    payload = children[0]
    name = etree.QName(payload)
    parts: dict[str, str | None] = {}
    order = []
    for child in payload:
        if not isinstance(child.tag, str):
            continue
        local = etree.QName(child).localname
        order.append(local)
        nil = child.get(f"{{{_XSI}}}nil") in ("true", "1")
        parts[local] = None if nil else "".join(str(text) for text in child.itertext())
    return SoapMessage(name.localname, name.namespace or "", parts, tuple(order), payload)


def write_envelope(element: str, namespace: str, parts: Mapping[str, str | None]) -> bytes:
    """A request envelope: one operation element, its parts unqualified and in the order given.

    Args:
        element: local name of the operation element.
        namespace: its namespace.
        parts: parameter → text; None leaves the element out.

    Raises:
        ValueError: a text holds characters that XML cannot carry (most control characters, lone surrogates).
    """
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soapenv": ENVELOPE, "ns": namespace})
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    operation = etree.SubElement(body, f"{{{namespace}}}{element}")
    for name, text in parts.items():
        if text is not None:
            etree.SubElement(operation, name).text = text
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


class XsdValidator:
    """An XML Schema, compiled once.

    Args:
        data: the schema document.

    Raises:
        ValueError: it is not an XML Schema; the message says where.
    """

    def __init__(self, data: bytes) -> None:
        root = parse_xml(data)
        if isinstance(root, Unreadable):
            raise ValueError(root.reason)
        try:
            self._schema = etree.XMLSchema(root)
        except etree.XMLSchemaParseError as error:
            raise ValueError(str(error)) from error

    def problems(self, payload: "etree._Element") -> tuple[str, ...]:
        """What the schema says against an element; empty when it is valid."""
        if self._schema.validate(payload):
            return ()
        return tuple(f"{error.message}" for error in self._schema.error_log)
