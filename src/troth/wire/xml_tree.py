"""XML as plain frozen values, read without trusting it, and as a tree that expressions can walk."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from troth.wire.bodies import Unreadable
from troth.wire.soap import HAS_DTD, parse_xml

if TYPE_CHECKING:
    from lxml import etree

MOST_ELEMENTS = 50_000
"""Documents of more elements are not walked: no documented answer comes near."""
MOST_LEVELS = 64
"""Nor are deeper ones: each level takes some eight calls of Python's thousand."""
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True, eq=False)
class XmlElement:
    """An element. Two of them are equal only if they are the same."""

    name: str
    """Its local name."""
    namespace: str
    attributes: tuple[tuple[str, str, str], ...]
    """Namespace, local name and value of each; those of ``xml:`` and ``xsi:`` are left out."""
    nil: bool
    """``xsi:nil="true"``."""
    children: list["XmlElement"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Pieces of character data directly in it."""

    @property
    def text(self) -> str:
        """Its own character data, without that of its children."""
        return "".join(self.texts)


def read_xml(data: bytes, charset: str = "") -> XmlElement | Unreadable:
    """The root element of a document.

    Args:
        data: the document; DTDs, entities and the network are refused.
        charset: what the message says of it (RFC 7303, section 3.2).
    """
    parsed = parse_xml(data, charset)
    if isinstance(parsed, Unreadable):
        return replace(parsed, ours=parsed is HAS_DTD)
    root = _element(parsed)
    waiting = [(parsed, root, 1)]
    left = MOST_ELEMENTS
    while waiting:
        source, target, depth = waiting.pop()
        target.texts.append(str(source.text or ""))
        for child in source:
            if isinstance(child.tag, str):
                left -= 1
                if depth == MOST_LEVELS or not left:
                    limit = f"{MOST_ELEMENTS:,} elements" if not left else f"{MOST_LEVELS} levels of elements"
                    return Unreadable(f"has more than {limit}", ours=True)
                target.children.append(_element(child))
                waiting.append((child, target.children[-1], depth + 1))
            target.texts.append(str(child.tail or ""))
    return root


def _element(source: "etree._Element") -> XmlElement:
    namespace, name = _split(str(source.tag))
    attributes = []
    nil = False
    for key, value in source.attrib.items():
        space, local = _split(str(key))
        if space == XSI:
            nil = nil or (local == "nil" and str(value).strip() in ("true", "1"))
        elif space != _XML:
            attributes.append((space, local, str(value)))
    return XmlElement(name, namespace, tuple(attributes), nil)


def _split(tag: str) -> tuple[str, str]:
    namespace, brace, name = tag.rpartition("}")
    return namespace[1:] if brace else "", name


def walkable(root: XmlElement) -> dict[str, object]:
    """An element as a map for expressions.

    Returns:
        ``name``, ``namespace``, ``attributes`` (local name → text), ``text`` (its own, without its children's),
        ``elements`` (local name → its children of that name, as maps of the same kind) and ``order`` (the names of its
        children as they come).
    """
    trees: dict[XmlElement, dict[str, object]] = {}
    order = [root]
    for element in order:
        order.extend(element.children)
    for element in reversed(order):
        elements: dict[str, list[dict[str, object]]] = {}
        for child in element.children:
            elements.setdefault(child.name, []).append(trees[child])
        trees[element] = {
            "name": element.name,
            "namespace": element.namespace,
            "attributes": {name: value for _, name, value in element.attributes},
            "text": element.text,
            "elements": elements,
            "order": [child.name for child in element.children],
        }
    return trees[root]
