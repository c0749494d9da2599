"""XML by the schema of an OpenAPI document: read into the JSON value that the schema speaks of, and written from it.

A schema says through its ``xml`` object how a value looks in XML
(https://spec.openapis.org/oas/v3.1.1#xml-object, https://spec.openapis.org/oas/v3.2.0#xml-object): the name and the
namespace of its element or attribute, and whether an array has an element around its items. Text becomes a number or a
truth value where the schema asks for one and the text is one; all else is left to whoever validates the value, so that
one schema judges JSON and XML alike.

Where a schema offers alternatives (`oneOf`, `anyOf`), the element is read by each, and the reading that departs least
from its alternative is taken.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from troth.model.operation import JsonSchema
from troth.wire.bodies import json_number
from troth.wire.pointers import KeyPath, format_pointer
from troth.wire.xml_tree import XSI, XmlElement

_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "null": type(None),
    "boolean": bool,
    "string": str,
    "array": list,
    "object": dict,
    "number": (int, float),
}
_SHAPES = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
}
"""Types that a schema means by its keywords where it names none."""
_MOST_REFERENCES = 100
_ALTERNATIVES = ("oneOf", "anyOf")
_Schemas = tuple[JsonSchema, ...]
"""Schemas that all hold for one value."""


@dataclass(frozen=True, slots=True)
class XmlDeparture:
    """What an XML document has another way than its schema, and no JSON value could show."""

    pointer: str
    """The place in the value that was read."""
    message: str
    root: bool = False
    """It is about the name or the namespace of the root, which a schema of OpenAPI 3.0 and 3.1 does not decide."""


@dataclass(frozen=True, slots=True)
class XmlReading:
    """A document read by a schema."""

    value: object
    departures: tuple[XmlDeparture, ...]


def read_by_schema(root: XmlElement, schema: JsonSchema, text: str = "") -> XmlReading:
    """The value that a document stands for.

    Args:
        root: its root element.
        schema: of the value, with everything that it refers to.
        text: the document itself, which a schema of text alone speaks of where the root holds elements: many documents
            say ``type: string`` of XML that they do not describe any further.
    """
    words = _Words(schema)
    if is_of_text(schema) and (root.children or root.attributes):
        return XmlReading(text, ())
    reader = _Reader(words)
    value, departures = reader.read(root, (schema,), ())
    return XmlReading(value, (*reader.root_departures(root, words.flat((schema,))), *departures))


def is_of_text(schema: JsonSchema) -> bool:
    """Whether a schema speaks of text alone, and so not of elements."""
    types = _Words(schema).flat((schema,)).types
    return bool(types) and types <= {"string", "null"}


def xml_of(value: object, schema: JsonSchema, root: str = "root") -> bytes:
    """A value as an XML document, as its schema has it; the inverse of `read_by_schema`.

    Args:
        value: a JSON value. Null is ``xsi:nil``; what the schema does not name is an element of its own name.
        schema: of the value, with everything that it refers to.
        root: the name of the root element where the schema gives none.

    Raises:
        ValueError: a name or a text holds what XML cannot carry (most control characters, lone surrogates).
    """
    top = _Writer(_Words(schema)).element(None, root, value, (schema,))
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8")


@dataclass(frozen=True, slots=True)
class _Xml:
    """What an ``xml`` object says; OpenAPI 3.2's ``nodeType`` in the words of the older versions."""

    name: str = ""
    namespace: str | None = None
    prefix: str = ""
    node: str = ""
    """``attribute``, ``text``, ``cdata``, ``none``, ``element``; ``""`` where nothing is said."""
    wrapped: bool = False
    referred: bool = False
    """It stands in a schema that is referred to, so that whoever refers may count on a name of their own."""

    @staticmethod
    def of(raw: object, referred: bool) -> "_Xml":
        given = raw if isinstance(raw, Mapping) else {}
        node = str(given.get("nodeType") or ("attribute" if given.get("attribute") is True else ""))
        namespace = given.get("namespace")
        return _Xml(
            name=str(given.get("name") or ""),
            namespace=namespace if isinstance(namespace, str) else None,
            prefix=str(given.get("prefix") or ""),
            node=node,
            wrapped=given.get("wrapped") is True or node == "element",
            referred=referred,
        )


@dataclass(slots=True)
class _Plain:
    """Schemas that all hold for one value, their references and `allOf` put in place, one alternative taken of each."""

    parts: list[Mapping[str, object]] = field(default_factory=list)
    groups: list[_Schemas] = field(default_factory=list)
    xml: _Xml = _Xml()
    types: frozenset[str] = frozenset()
    """Empty where nothing is said."""
    nullable: bool = False
    """Null is an alternative."""

    def joined(self, alternative: "_Plain") -> "_Plain":
        """These schemas together with one of their alternatives, whose own alternatives are left open."""
        xml = self.xml if self.xml != _Xml() else alternative.xml
        nullable = self.nullable or alternative.nullable
        joined = _Plain([*self.parts, *alternative.parts], list(alternative.groups), xml, nullable=nullable)
        joined.types = _types(joined)
        return joined

    def properties(self) -> dict[str, _Schemas]:
        found: dict[str, _Schemas] = {}
        for part in self.parts:
            given = part.get("properties")
            for name, schema in given.items() if isinstance(given, Mapping) else ():
                found[str(name)] = (*found.get(str(name), ()), schema)
        return found

    def item_at(self, index: int) -> _Schemas:
        found: list[JsonSchema] = []
        for part in self.parts:
            first = part.get("prefixItems")
            if isinstance(first, list) and index < len(first):
                found += _schemas((first[index],))
            else:
                found += _schemas((part.get("items"),))
        return tuple(found)

    def additional(self) -> _Schemas:
        return _schemas(part.get("additionalProperties") for part in self.parts)

    def closed(self) -> bool:
        """Whether nothing is allowed but the properties."""
        return False in self.additional()

    def required(self) -> frozenset[str]:
        lists = (part.get("required") for part in self.parts)
        return frozenset(str(name) for one in lists if isinstance(one, list) for name in one)

    def values(self) -> list[object] | None:
        """The values of the first `enum` or `const`; None where there is none."""
        for part in self.parts:
            listed = [part["const"]] if "const" in part else part.get("enum")
            if isinstance(listed, list):
                return listed
        return None


def _schemas(given: Iterable[object]) -> _Schemas:
    return tuple(one for one in given if isinstance(one, (Mapping, bool)))


class _Words:
    """What the schemas of one document say.

    Args:
        root: the schema that references are looked up in.
    """

    def __init__(self, root: JsonSchema) -> None:
        self._root = root
        self._flat: dict[tuple[int, ...], _Plain] = {}
        self._misfits: dict[tuple[int, tuple[int, ...]], int] = {}
        self._kept: list[object] = []

    def flat(self, schemas: _Schemas) -> _Plain:
        """Schemas without references and `allOf`; their alternatives are left open."""
        key = tuple(map(id, schemas))
        if key not in self._flat:
            self._flat[key] = self._flattened(schemas)
        return self._flat[key]

    def _flattened(self, schemas: _Schemas) -> _Plain:
        plain = _Plain()
        seen: set[int] = set()
        waiting = [(schema, False) for schema in reversed(schemas)]
        while waiting and len(seen) < _MOST_REFERENCES:
            schema, referred = waiting.pop()
            if not isinstance(schema, Mapping) or id(schema) in seen:
                continue
            seen.add(id(schema))
            plain.parts.append(schema)
            if "xml" in schema and plain.xml == _Xml():
                plain.xml = _Xml.of(schema["xml"], referred)
            listed = {key: schema.get(key) for key in (*_ALTERNATIVES, "allOf")}
            groups = {key: _schemas(given) for key, given in listed.items() if isinstance(given, list)}
            waiting += [(part, referred) for part in reversed(groups.pop("allOf", ()))]
            for group in groups.values():
                some = [one for one in group if not (isinstance(one, Mapping) and one.get("type") == "null")]
                if len(some) == 1 < len(group):
                    # Something or null: no choice that an element's content would have to tell.
                    plain.nullable = True
                    waiting.append((some[0], referred))
                elif group:
                    plain.groups.append(group)
            reference = schema.get("$ref")
            if isinstance(reference, str):
                waiting.append((self._target(reference), True))
        plain.types = _types(plain)
        return plain

    def plain(self, schemas: _Schemas, value: object) -> _Plain:
        """Schemas with the alternatives taken that fit a value best."""
        taken = schemas
        open_ = self.flat(schemas)
        for group in open_.groups:
            taken = (*taken, min(group, key=lambda one: self.misfit(value, (one,))))
        return self.flat(taken) if open_.groups else open_

    def misfit(self, value: object, schemas: _Schemas) -> int:
        """In how many places a value departs from schemas, by what can be told at a glance; 0 where it may fit."""
        key = (id(value), tuple(map(id, schemas)))
        if key not in self._misfits:
            self._misfits[key] = 0  # Where a schema leads back to itself with the same value, it adds nothing.
            self._kept.append(value)
            self._misfits[key] = self._count(value, schemas)
        return self._misfits[key]

    def _count(self, value: object, schemas: _Schemas) -> int:
        if any(schema is False for schema in schemas):
            return 1
        plain = self.flat(schemas)
        if value is None and plain.nullable:
            return 0
        if plain.types and not any(_is(value, name) for name in plain.types):
            return 1
        allowed = plain.values()
        count = int(allowed is not None and not _among(value, allowed))
        if isinstance(value, dict):
            known = plain.properties()
            count += len(plain.required() - set(value))
            for name, inner in value.items():
                count += self.misfit(inner, known[name] if name in known else plain.additional())
        elif isinstance(value, list):
            count += sum(self.misfit(inner, plain.item_at(index)) for index, inner in enumerate(value))
        return count + sum(min((self.misfit(value, (one,)) for one in group), default=0) for group in plain.groups)

    def _target(self, reference: str) -> JsonSchema:
        node: object = self._root
        for part in reference.removeprefix("#").removeprefix("/").split("/") if reference != "#" else ():
            part = part.replace("~1", "/").replace("~0", "~")
            node = node.get(part) if isinstance(node, Mapping) else None
        return node if isinstance(node, (Mapping, bool)) else True


_Read = tuple[object, tuple[XmlDeparture, ...]]


class _Reader:
    """Reads elements by schemas; an element is read by the same schemas once."""

    def __init__(self, words: _Words) -> None:
        self._words = words
        self._known: dict[tuple[XmlElement, tuple[int, ...]], _Read] = {}

    def root_departures(self, root: XmlElement, plain: _Plain) -> Iterator[XmlDeparture]:
        """What the root is called, where its schema would have it called otherwise."""
        xml = plain.xml
        named = xml.name if "array" not in plain.types or xml.wrapped else ""
        if named and root.name != named:
            yield XmlDeparture("", f"the root element is <{root.name}>, and the schema names it <{named}>", root=True)
        elif xml.namespace is not None and root.namespace != xml.namespace:
            yield XmlDeparture("", _other_namespace(root, xml), root=True)

    def read(self, element: XmlElement, schemas: _Schemas, path: KeyPath) -> _Read:
        """The value of an element, and its departures."""
        key = (element, tuple(map(id, schemas)))
        if key not in self._known:
            plain = self._settled(element, self._words.flat(schemas), path, frozenset())
            self._known[key] = self._by(element, plain, path)
        return self._known[key]

    def _settled(self, element: XmlElement, plain: _Plain, path: KeyPath, asked: frozenset[int]) -> _Plain:
        """Schemas with that alternative taken of each group by which the element departs least."""
        settled = plain
        for group in plain.groups:
            # Alternatives that lead back to themselves add nothing.
            if id(group) in asked or not group:
                continue
            best, least = settled, -1
            for alternative in group:
                joined = settled.joined(self._words.flat((alternative,)))
                joined = self._settled(element, joined, path, asked | {id(group)})
                value, departures = self._by(element, joined, path)
                count = self._words.misfit(value, (alternative,)) + len(departures)
                if least < 0 or count < least:
                    best, least = joined, count
            settled = best
        return settled

    def _by(self, element: XmlElement, plain: _Plain, path: KeyPath) -> _Read:
        types = plain.types
        bare = not element.children and not element.attributes
        if element.nil:
            return None, ()
        if bare and not ("array" in types and not element.text.strip()):
            scalar = not types or bool(types - {"object", "array"}) or bool(element.text.strip())
            if scalar and not ("null" in types and not element.text.strip() and types <= {"object", "array", "null"}):
                return _scalar(element.text, plain), ()
            return (None, ()) if "null" in types and plain.required() else self._object(element, plain, path)
        if "array" in types and "object" not in types:
            return self._items(element, element.children, plain, path, around=True)
        if not types or "object" in types:
            return self._object(element, plain, path)
        return self._object(element, _Plain(), path) if element.children else (_scalar(element.text, plain), ())

    def _object(self, element: XmlElement, plain: _Plain, path: KeyPath) -> _Read:
        value: dict[str, object] = {}
        departures: list[XmlDeparture] = []
        left, attributes = list(element.children), list(element.attributes)
        known = plain.properties()
        for name, schemas in known.items():
            inner = self._words.flat(schemas)
            if inner.xml.node == "attribute":
                given = _attribute(attributes, name, inner.xml)
                if given is not None:
                    attributes.remove(given)
                    value[name] = _scalar(given[2], inner)
                continue
            if inner.xml.node in ("text", "cdata"):
                value[name] = _scalar(element.text, inner)
                continue
            found = self._property(left, name, schemas, inner, (*path, name))
            if found is None and "array" in inner.types and not inner.xml.wrapped and name in plain.required():
                # Without an element around it, an empty array leaves no trace.
                found = [], ()
            if found is not None:
                value[name] = found[0]
                departures += found[1]
        extra = tuple(schema for schema in plain.additional() if isinstance(schema, Mapping))
        for name, elements in _by_name(left).items():
            shown = f"<{name}>" if name in known else name
            found = self._property(elements, name, extra, self._words.flat(extra), (*path, shown))
            if found is not None:
                value[shown] = found[0]
                departures += found[1]
        described = any(self._words.flat(schemas).xml.node in ("text", "cdata") for schemas in known.values())
        if element.text.strip() and plain.closed() and not described:
            departures.append(
                XmlDeparture(format_pointer(path), f"there is text in <{element.name}>, beside its properties")
            )
        for _, name, text in attributes:
            value[name if name not in value and name not in known else f"@{name}"] = _scalar(
                text, self._words.flat(extra)
            )
        return value, tuple(departures)

    def _property(
        self, left: list[XmlElement], name: str, schemas: _Schemas, plain: _Plain, path: KeyPath
    ) -> _Read | None:
        """The value of a property from those elements that are its own, which are taken away; None without any."""
        array = self._bare_array(plain)
        if array is not None:
            names = {one for index in range(_positions(array)) for one in self._item_names(array, index, name)}
            number = sum(element.name in names for element in left)
            if number > 1 or (number and array is plain):
                return self._items(None, _take(left, names), array, path, around=False)
            if array is plain:
                return None
        mine = _take(left, _names(name, plain.xml))
        if not mine:
            return None
        departures = _namespaces(mine, plain.xml, path)
        readings = [self.read(element, schemas, path) for element in mine]
        value = readings[0][0] if len(readings) == 1 else [one for one, _ in readings]
        return value, (*departures, *(departure for _, found in readings for departure in found))

    def _bare_array(self, plain: _Plain) -> _Plain | None:
        """An array without an element around its items: what the schemas are, or one of their alternatives."""
        if "array" in plain.types and not plain.xml.wrapped:
            return plain
        for group in plain.groups:
            for alternative in group:
                joined = plain.joined(self._words.flat((alternative,)))
                if "array" in joined.types and not joined.xml.wrapped:
                    return joined
        return None

    def _item_names(self, array: _Plain, index: int, name: str) -> tuple[str, ...]:
        return _names(name, self._words.flat(array.item_at(index)).xml)

    def _items(
        self, holder: XmlElement | None, elements: Sequence[XmlElement], plain: _Plain, path: KeyPath, around: bool
    ) -> _Read:
        """The items of an array; of one with an element around it, all that is in there."""
        value: list[object] = []
        departures: list[XmlDeparture] = []
        for index, element in enumerate(elements):
            schemas = plain.item_at(index)
            xml = self._words.flat(schemas).xml
            same = holder is not None and xml.referred and element.name == holder.name
            if around and xml.name and element.name != xml.name and not same:
                message = f"the element <{element.name}> stands where <{xml.name}> is an item"
                departures.append(XmlDeparture(format_pointer((*path, index)), message))
            departures += _namespaces([element], xml, (*path, index))
            item, found = self.read(element, schemas, (*path, index))
            value.append(item)
            departures += found
        if holder is not None and holder.text.strip():
            departures.append(XmlDeparture(format_pointer(path), f"there is text in <{holder.name}>, beside its items"))
        return value, tuple(departures)


class _Writer:
    """Writes values as elements, by their schemas."""

    def __init__(self, words: _Words) -> None:
        self._words = words

    def element(self, parent: "etree._Element | None", name: str, value: object, schemas: _Schemas) -> "etree._Element":
        """The element of a value, below its parent.

        Args:
            parent: None for the root.
            name: what it is called where its schema gives no name.
            value: what is in it.
            schemas: that hold for the value.
        """
        plain = self._words.plain(schemas, value)
        tag, names = _tag(plain.xml.name or name, plain.xml), self._prefixes(plain, value)
        added = etree.Element(tag, nsmap=names) if parent is None else etree.SubElement(parent, tag, nsmap=names)
        if value is None:
            added.set(f"{{{XSI}}}nil", "true")
        elif isinstance(value, Mapping):
            known = plain.properties()
            for key, inner in value.items():
                self._property(added, str(key), inner, known.get(str(key), plain.additional()))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                self.element(added, plain.xml.name or name, inner, plain.item_at(index))
        else:
            added.text = _text(value)
        return added

    def _property(self, target: "etree._Element", name: str, value: object, schemas: _Schemas) -> None:
        plain = self._words.plain(schemas, value)
        bare = not isinstance(value, (Mapping, list))
        if plain.xml.node == "attribute" and bare:
            if value is not None:
                target.set(_tag(plain.xml.name or name, plain.xml), _text(value))
        elif plain.xml.node in ("text", "cdata") and bare:
            target.text = etree.CDATA(_text(value)) if plain.xml.node == "cdata" else _text(value)
        elif isinstance(value, list) and not plain.xml.wrapped:
            for index, inner in enumerate(value):
                self.element(target, name, inner, plain.item_at(index))
        else:
            self.element(target, name, value, schemas)

    def _prefixes(self, plain: _Plain, value: object) -> dict[str | None, str]:
        """The prefixes that an element declares: its own, and those of its attributes."""
        declared: dict[str | None, str] = {}
        for schemas in plain.properties().values() if isinstance(value, Mapping) else ():
            xml = self._words.flat(schemas).xml
            if xml.node == "attribute" and xml.namespace and xml.prefix:
                declared[xml.prefix] = xml.namespace
        if plain.xml.namespace:
            declared[plain.xml.prefix or None] = plain.xml.namespace
        return declared


def _types(plain: _Plain) -> frozenset[str]:
    """The types that all parts allow; where none is named, what their keywords speak of."""
    found: frozenset[str] | None = None
    for part in plain.parts:
        given = part.get("type")
        names = [given] if isinstance(given, str) else given if isinstance(given, list) else None
        if names is not None:
            named = frozenset(map(str, names)) | ({"integer"} if "number" in names else set())
            found = named if found is None else found & named
    null = {"null"} if plain.nullable else set()
    if found is not None:
        return (found - {"integer"} if "number" in found else found) | null
    for name, keywords in _SHAPES.items():
        if any(keyword in part for part in plain.parts for keyword in keywords):
            return frozenset((name, *null))
    return frozenset()


def _is(value: object, name: str) -> bool:
    if name == "integer":
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return whole and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, _TYPES.get(name, ()))


def _among(value: object, values: Iterable[object]) -> bool:
    return any(isinstance(one, bool) is isinstance(value, bool) and one == value for one in values)


def _scalar(text: str, plain: _Plain) -> object:
    """The value of a text: of the types that are allowed the first that it can be, text last."""
    readings = list(_readings(text, plain.types))
    allowed = plain.values()
    if allowed is not None:
        if not plain.types:
            readings = [*_readings(text, frozenset(("boolean", "number"))), text]
        readings.sort(key=lambda one: not _among(one, allowed))
    return readings[0] if readings else text


def _readings(text: str, types: Iterable[str]) -> Iterator[object]:
    bare = text.strip(" \t\r\n")
    if ("integer" in types and _INTEGER.fullmatch(bare)) or (
        ("number" in types or "integer" in types) and _NUMBER.fullmatch(bare)
    ):
        number = json_number(bare)
        if number is not None and ("number" in types or _is(number, "integer")):
            yield number
    if "boolean" in types and bare in _TRUTH:
        yield _TRUTH[bare]
    if "null" in types and not bare:
        yield None
    if "string" in types:
        yield text


def _positions(array: _Plain) -> int:
    longest = [len(first) for part in array.parts if isinstance(first := part.get("prefixItems"), list)]
    return max(longest, default=0) + 1


def _names(name: str, xml: _Xml) -> tuple[str, ...]:
    """What an element of a property may be called."""
    if not xml.name:
        return (name,)
    return (xml.name, name) if xml.referred else (xml.name,)


def _take(left: list[XmlElement], names: Iterable[str]) -> list[XmlElement]:
    wanted = frozenset(names)
    taken = [element for element in left if element.name in wanted]
    left[:] = [element for element in left if element.name not in wanted]
    return taken


def _by_name(elements: Iterable[XmlElement]) -> dict[str, list[XmlElement]]:
    found: dict[str, list[XmlElement]] = {}
    for element in elements:
        found.setdefault(element.name, []).append(element)
    return found


def _attribute(attributes: Sequence[tuple[str, str, str]], name: str, xml: _Xml) -> tuple[str, str, str] | None:
    fitting = [one for one in attributes if one[1] in _names(name, xml)]
    fitting.sort(key=lambda one: one[0] != (xml.namespace or ""))
    return fitting[0] if fitting else None


def _namespaces(elements: Iterable[XmlElement], xml: _Xml, path: KeyPath) -> list[XmlDeparture]:
    if xml.namespace is None:
        return []
    wrong = [element for element in elements if element.namespace != xml.namespace]
    return [XmlDeparture(format_pointer(path), _other_namespace(element, xml)) for element in wrong]


def _other_namespace(element: XmlElement, xml: _Xml) -> str:
    where = f"in the namespace {element.namespace!r}" if element.namespace else "in no namespace"
    return f"the element <{element.name}> is {where}, and not in {xml.namespace!r}"


def _tag(name: str, xml: _Xml) -> str:
    return f"{{{xml.namespace}}}{name}" if xml.namespace else name


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
