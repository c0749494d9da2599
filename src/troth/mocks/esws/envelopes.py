"""SOAP 1.1, rpc/encoded, as ESWS speaks it: read a call, write an answer, a fault and the WSDL.

What is read may come from any client: any prefixes, a Header or none, types and encoding styles anywhere or nowhere.
What is written has the shape that the vendor's own samples show.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from lxml import etree

NAMESPACE = "uen:esws"
"""Sic: "uen" is what the vendor's samples carry."""

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSD = "http://www.w3.org/2001/XMLSchema"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<SOAP-ENV:Envelope SOAP-ENV:encodingStyle="{_ENCODING}" xmlns:SOAP-ENV="{_SOAP}" xmlns:xsd="{_XSD}" '
    f'xmlns:xsi="{_XSI}" xmlns:SOAP-ENC="{_ENCODING}"><SOAP-ENV:Body>%s</SOAP-ENV:Body></SOAP-ENV:Envelope>'
)


class CallError(ValueError):
    """The bytes are no SOAP 1.1 call. The message says what is wrong, for the fault string."""


@dataclass(frozen=True, slots=True)
class SoapCall:
    """One call: the local name of the operation element, and the text of its children in document order."""

    operation: str
    arguments: tuple[str, ...]


def read_call(body: bytes) -> SoapCall:
    """The call in a SOAP 1.1 envelope. An absent, a nil and an empty value all read as the empty string.

    Raises :class:`CallError` for bytes that are no XML or hold a DTD, another envelope than SOAP 1.1, or an empty body.
    """
    try:
        root = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError as problem:
        raise CallError("The request is not well-formed XML.") from problem
    if root.getroottree().docinfo.internalDTD is not None:
        raise CallError("A document type declaration is not allowed in SOAP.")
    if root.tag != f"{{{_SOAP}}}Envelope":
        raise CallError("The root element is not the Envelope of SOAP 1.1.")
    soap_body = root.find(f"{{{_SOAP}}}Body")
    if soap_body is None or not len(soap_body):
        raise CallError("The Envelope has no Body with an operation in it.")
    operation = soap_body[0]
    return SoapCall(etree.QName(operation).localname, tuple(_text(child) for child in operation))


def _text(parameter: etree._Element) -> str:
    if parameter.get(f"{{{_XSI}}}nil") in ("true", "1"):
        return ""
    return "".join(str(piece) for piece in parameter.itertext())


def answer(operation: str, value: str) -> bytes:
    """The envelope that returns ``value`` from ``operation`` (with its class name, ``Esws.getUserId``)."""
    returned = f'<return xsi:type="xsd:string">{escape(value, quote=False)}</return>'
    name = f"ns1:{operation}Response"
    return (_ENVELOPE % f'<{name} xmlns:ns1="{NAMESPACE}">{returned}</{name}>').encode()


def fault_envelope(code: str, reason: str) -> bytes:
    """The envelope of a SOAP 1.1 fault; ``code`` is ``Client`` or ``Server``."""
    reason = escape(reason, quote=False)
    children = f"<faultcode>SOAP-ENV:{code}</faultcode><faultstring>{reason}</faultstring>"
    return (_ENVELOPE % f"<SOAP-ENV:Fault>{children}</SOAP-ENV:Fault>").encode()


def request(operation: str, arguments: Mapping[str, str]) -> str:
    """The envelope of a call, to show how one looks."""
    values = "".join(f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in arguments.items())
    wrapped = f'<uen:{operation} xmlns:uen="{NAMESPACE}">{values}</uen:{operation}>'
    return f'<e:Envelope xmlns:e="{_SOAP}"><e:Body>{wrapped}</e:Body></e:Envelope>'


def wsdl(operations: Mapping[str, Iterable[str]], address: str) -> bytes:
    """The WSDL 1.1 document: ``operations`` maps each name to its parameters in order; all values are strings.

    Reconstructed in the shape that a NuSOAP server generates; the vendor's own was never seen.
    """
    names = {"wsdl": _WSDL, "soap": _WSDL_SOAP, "xsd": _XSD, "tns": NAMESPACE}
    root = etree.Element(f"{{{_WSDL}}}definitions", {"name": "Esws", "targetNamespace": NAMESPACE}, names)
    for operation, parameters in operations.items():
        _message(root, f"{operation}Request", parameters)
        _message(root, f"{operation}Response", ["return"])
    port_type = _add(root, _WSDL, "portType", name="EswsPortType")
    for operation in operations:
        element = _add(port_type, _WSDL, "operation", name=operation)
        _add(element, _WSDL, "input", message=f"tns:{operation}Request")
        _add(element, _WSDL, "output", message=f"tns:{operation}Response")
    binding = _add(root, _WSDL, "binding", name="EswsBinding", type="tns:EswsPortType")
    _add(binding, _WSDL_SOAP, "binding", style="rpc", transport=_TRANSPORT)
    for operation in operations:
        element = _add(binding, _WSDL, "operation", name=operation)
        _add(element, _WSDL_SOAP, "operation", soapAction=f"{NAMESPACE}#{operation}", style="rpc")
        for direction in ("input", "output"):
            side = _add(element, _WSDL, direction)
            _add(side, _WSDL_SOAP, "body", use="encoded", namespace=NAMESPACE, encodingStyle=_ENCODING)
    port = _add(_add(root, _WSDL, "service", name="Esws"), _WSDL, "port", name="EswsPort", binding="tns:EswsBinding")
    _add(port, _WSDL_SOAP, "address", location=address)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _message(root: etree._Element, name: str, parts: Iterable[str]) -> None:
    message = _add(root, _WSDL, "message", name=name)
    for part in parts:
        _add(message, _WSDL, "part", name=part, type="xsd:string")


def _add(parent: etree._Element, vocabulary: str, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{vocabulary}}}{tag}", attributes)
