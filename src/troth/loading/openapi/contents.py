"""Parameters, bodies and answers of an OpenAPI document: whatever has a schema."""

import re
from collections.abc import Iterator

from troth.loading.openapi.dialects import READ_ONLY, WRITE_ONLY
from troth.loading.openapi.parts import Part, followed
from troth.loading.openapi.references import Tree
from troth.loading.openapi.schemas import Schemas, Whole
from troth.loading.plain import mapping, read_basis, read_citation
from troth.model.operation import Basis, HeaderForm, JsonSchema, MediaType, Parameter, ResponseSpec

_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
}
"""The styles of each place, its default first (https://spec.openapis.org/oas/v3.1.1#style-values)."""
_STATUS = re.compile(r"[1-5][0-9][0-9]|[1-5][xX][xX]|default")
_NAMES = re.compile(r"\{([^{}]+)\}")


class Contents:
    """Reads what has a schema.

    Args:
        tree: the joined document.
        schemas: its schemas.
        version: ``3.0``, ``3.1`` or ``3.2``.
    """

    def __init__(self, tree: Tree, schemas: Schemas, version: str) -> None:
        self._tree = tree
        self._schemas = schemas
        self._version = version

    def parameters(self, path: str, item: Part, operation: Part) -> tuple[Parameter, ...]:
        """The parameters of an operation and of its path; those that cannot be used are taken out of the document."""
        merged: dict[tuple[str, str], Parameter] = {}
        for holder in (item, operation):
            kept = []
            for part in list(holder.listed("parameters")):
                parameter = self._parameter(part)
                if parameter is not None:
                    merged[parameter.place, parameter.name] = parameter
                    kept.append(part.value)
            if isinstance(holder.value, dict) and len(kept) != len(list(holder.listed("parameters"))):
                holder.value["parameters"] = kept
        declared = {name for place, name in merged if place == "path"}
        for name in dict.fromkeys(_NAMES.findall(re.split(r"[?#]", path)[0])):
            if name not in declared:
                merged["path", name] = self._undeclared(name, operation)
        return tuple(merged.values())

    def media_types(self, holder: Part, unsent: str) -> tuple[MediaType, ...]:
        """The representations of a body."""
        return tuple(self._media_type(name, part, unsent) for name, part in holder.items("content"))

    def response(self, status: str, part: Part) -> ResponseSpec:
        """What is said of one status."""
        if not _STATUS.fullmatch(status) and not status.startswith("x-"):
            self._tree.drop(
                part.pointer, f"the answer {status!r}", "it is no status, no range and not default", "correct it"
            )
        holder = followed(self._tree, part)
        raw, outer = holder.fields, part.fields
        headers: dict[str, JsonSchema] = {}
        strict: dict[str, JsonSchema] = {}
        forms: dict[str, HeaderForm] = {}
        required = []
        for name, each in holder.items("headers"):
            if name.lower() == "content-type":
                # OpenAPI ignores it here: the keys of ``content`` say it.
                continue
            header = followed(self._tree, each)
            content = self.media_types(header, WRITE_ONLY)
            schema = header.at("schema")
            whole = self._schemas.whole(schema.value, schema.pointer, WRITE_ONLY)
            if content:
                whole = Whole(content[0].schema, content[0].strict)
            forms[name.lower()] = HeaderForm(header.fields.get("explode") is True, content[0].name if content else "")
            headers[name.lower()] = True if whole.schema is None else whole.schema
            if whole.strict is not None:
                strict[name.lower()] = whole.strict
            if header.fields.get("required") is True:
                required.append(name.lower())
        citation = outer.get("x-source", raw.get("x-source"))
        return ResponseSpec(
            status=status.lower(),
            content=self.media_types(holder, WRITE_ONLY),
            headers=headers,
            required_headers=tuple(required),
            basis=read_basis(outer.get("x-basis", raw.get("x-basis")), Basis.DOCUMENTED),
            citation=read_citation(citation) if citation is not None else None,
            pointer=part.pointer,
            strict_headers=strict,
            header_forms=forms,
        )

    def _parameter(self, part: Part) -> Parameter | None:
        holder = followed(self._tree, part)
        raw = holder.fields
        name, place = raw.get("name"), raw.get("in")
        if not isinstance(name, str) or not name or place not in _STYLES:
            self._refuse(part, raw)
            return None
        place = str(place)
        style = self._style(holder, place)
        content = self.media_types(holder, READ_ONLY)
        schema = holder.at("schema")
        whole = self._schemas.whole(schema.value, schema.pointer, READ_ONLY)
        if content:
            whole = Whole(content[0].schema, content[0].strict)
        example = raw.get("example")
        for _, each in holder.items("examples"):
            example = followed(self._tree, each).fields.get("value", example)
            break
        return Parameter(
            name=name,
            place=place,
            required=raw.get("required") is True,
            schema=True if whole.schema is None else whole.schema,
            explode=raw.get("explode", style in ("form", "cookie")) is True,
            style=style,
            example=example,
            strict=whole.strict,
            media_type=content[0].name if content else "",
            allow_empty=raw.get("allowEmptyValue") is True,
            allow_reserved=raw.get("allowReserved") is True,
        )

    def _refuse(self, part: Part, raw: object) -> None:
        fields = mapping(raw)
        named = f"the parameter {fields['name']!r}" if fields.get("name") else "a parameter"
        place = fields.get("in")
        reason = "it has no name" if place in _STYLES else f"OpenAPI {self._version} has none in {place!r}"
        if self._version == "3.2" and place == "querystring":
            reason = "a query string as a whole is not taken apart"
        if not fields:
            reason = "nothing is said of it"
        self._tree.drop(part.pointer, named, reason, "give it a name, and `in` one of path, query, header, cookie")

    def _style(self, holder: Part, place: str) -> str:
        known = _STYLES[place]
        style = holder.fields.get("style", known[0])
        if style not in known:
            reason = f"there is none for a parameter in {place}; {known[0]} is taken"
            self._tree.drop(
                (*holder.pointer, "style"), f"the style {style!r}", reason, f"write one of {', '.join(known)}"
            )
            return known[0]
        return str(style)

    def _undeclared(self, name: str, operation: Part) -> Parameter:
        """A path parameter that nobody declares is a text; it stands in the document from now on."""
        reason = "no parameter declares it: any text is taken for it"
        self._tree.drop(operation.pointer, f"the path parameter {name!r}", reason, "declare it under parameters")
        if isinstance(operation.value, dict):
            declared = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            operation.value["parameters"] = [*operation.fields.get("parameters", []), declared]  # type: ignore[misc]
        return Parameter(name, "path", True, {"type": "string"}, False, "simple")

    def _media_type(self, name: str, part: Part, unsent: str) -> MediaType:
        part = followed(self._tree, part)
        raw = part.fields
        schema = part.at("schema")
        whole = self._schemas.whole(schema.value, schema.pointer, unsent)
        for key in ("itemSchema", "prefixEncoding", "itemEncoding"):
            if key in raw:
                self._tree.drop((*part.pointer, key), f"the key {key!r}", "bodies that are streams are not taken apart")
        return MediaType(
            name=name,
            schema=whole.schema,
            basis=read_basis(raw["x-basis"], Basis.ASSUMED) if "x-basis" in raw else None,
            examples=tuple(self._examples(part)),
            encoding=mapping(raw.get("encoding")),
            strict=whole.strict,
        )

    def _examples(self, part: Part) -> Iterator[object]:
        if "example" in part.fields:
            yield part.fields["example"]
        for _, each in part.items("examples"):
            resolved = followed(self._tree, each).fields
            if "value" in resolved:
                yield resolved["value"]
