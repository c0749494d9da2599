"""XML and HTML as plain trees of their shape, so that they can be compared like JSON."""

from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

_MOST_ELEMENTS = 20_000
_HEADINGS = ("title", "h1", "h2")
_FIELDS = ("button", "input", "select", "textarea")


class Repeated(list[object]):
    """Values that stand side by side at one place; unlike an array, their number says nothing."""


def xml_tree(element: "etree._Element") -> dict[str, object]:
    """An element as a tree: ``@name`` for attributes, ``#text`` for text, children by local name as :class:`Repeated`.

    Namespaces are left to the schema that judges them, as are ``xsi:`` attributes.
    """
    root: dict[str, object] = {}
    waiting = [(element, root)]
    for _ in range(_MOST_ELEMENTS):
        if not waiting:
            break
        node, tree = waiting.pop()
        for name, value in node.attrib.items():
            if not str(name).startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
                tree[f"@{_local(str(name))}"] = str(value)
        if node.text and node.text.strip():
            tree["#text"] = str(node.text).strip()
        for child in node:
            if isinstance(child.tag, str):
                below: dict[str, object] = {}
                siblings = tree.setdefault(_local(child.tag), Repeated())
                if isinstance(siblings, Repeated):
                    siblings.append(below)
                waiting.append((child, below))
    return root


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def html_tree(text: str) -> dict[str, object]:
    """The markers of a page that programs hold on to: its title and headings, its forms and their fields."""
    reader = _Markers()
    try:
        reader.feed(text)
        reader.close()
    except AssertionError:
        # html.parser gives up so on some broken declarations; what was read before still counts.
        return reader.tree
    return reader.tree


class _Markers(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tree: dict[str, object] = {}
        self._fields: dict[str, object] | None = None
        self._heading = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = {}
            form = {"method": given.get("method", "get").lower(), "action": given.get("action", "")}
            self._beside("form", {**form, "field": self._fields})
        elif tag in _FIELDS and self._fields is not None and given.get("name"):
            self._fields[given["name"]] = given.get("type", tag).lower()
        elif tag in _HEADINGS:
            self._heading = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == self._heading:
            self._heading = ""

    def handle_data(self, data: str) -> None:
        if self._heading and data.strip():
            self._beside(self._heading, " ".join(data.split()))
            self._heading = ""

    def _beside(self, name: str, value: object) -> None:
        siblings = self.tree.setdefault(name, Repeated())
        if isinstance(siblings, Repeated):
            siblings.append(value)
