"""SOAP 1.1 envelopes: read without trusting them, written with their parts in order; the room of the XML library."""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from troth.wire.bodies import Unreadable

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


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


def parse_xml(data: bytes) -> "etree._Element | Unreadable":
    """XML with DTDs, entities and the network refused."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Unreadable(f"is not XML: {str(error).splitlines()[0] if str(error) else 'empty'}")
    if root.getroottree().docinfo.doctype:
        return Unreadable("carries a document type declaration, which is refused")
    return root


def read_envelope(data: bytes) -> SoapMessage | Unreadable:
    """Read a SOAP 1.1 envelope: any prefixes, Header or none, ``xsi:type`` or none."""
    root = parse_xml(data)
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
