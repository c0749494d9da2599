"""XPath 1.0 over XML that is read without trusting it."""

from collections.abc import Callable

from lxml import etree

from troth.wire.bodies import Unreadable
from troth.wire.soap import parse_xml

Select = Callable[[bytes], object]
"""XML → what an expression selects: true or false, a number, text, a list of texts, or :class:`Unreadable`."""


def compile_xpath(expression: str) -> Select:
    """An XPath expression, ready to be evaluated. Elements and attributes come out as their text.

    Raises:
        ValueError: it is not XPath 1.0, or uses a prefix (namespaces are asked by ``local-name()``).
    """
    try:
        compiled = etree.XPath(expression, smart_strings=False)
        compiled(etree.Element("any"))
    except etree.XPathError as error:
        raise ValueError(str(error)) from error

    def select(data: bytes) -> object:
        root = parse_xml(data)
        if isinstance(root, Unreadable):
            return root
        found: object = compiled(root.getroottree())
        return [_text(one) for one in found] if isinstance(found, list) else found

    return select


def _text(node: object) -> str:
    return "".join(str(part) for part in node.itertext()) if isinstance(node, etree._Element) else str(node)
