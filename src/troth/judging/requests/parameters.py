"""Whether the parameters and forms of a request are as the spec describes them: text held to schemas of values."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, unquote

from troth.judging.requests.readings import Readings
from troth.judging.shapes import Shape
from troth.model.exchange import COMPUTED_HEADERS
from troth.model.operation import MediaType, Operation, Parameter
from troth.wire.bodies import Unreadable, is_json, read_json
from troth.wire.forms import FormField, read_form
from troth.wire.schema_parts import is_free_form, kinds, member_names
from troth.wire.styles import Read, is_member, merged, read_members, read_query, read_text
from troth.wire.views import RequestView

_IGNORED = frozenset(("accept", "content-type", "authorization")) | COMPUTED_HEADERS
"""Headers that OpenAPI describes elsewhere and ignores as parameters (3.1.1, "Common Fixed Fields")."""
_NOT_A_SEGMENT = ("", ".", "..")
"""Whoever normalizes a URL with such a segment takes it for another path's (RFC 3986, section 5.2.4)."""


class RequestParameters:
    """The parameters of one operation.

    Args:
        operation: the operation.
    """

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._readings = {
            (one.place, one.name): Readings(Shape(one.schema, one.strict)) for one in operation.parameters
        }
        self._forms: dict[str, Readings] = {}

    def departures(self, view: RequestView) -> Iterator[tuple[str, str]]:
        """Place and name of each parameter that is missing or not as described, and of what else is in the query."""
        yield from self._path_departures(view)
        surplus = self._surplus(view)
        for parameter in self._operation.parameters:
            if parameter.place != "path" and not self._fits(parameter, view, surplus):
                yield (parameter.place, parameter.name)
        if not any(self._takes_the_rest(parameter) for parameter in self._operation.parameters):
            for name in surplus:
                yield ("query", name)

    def form_departures(self, media: MediaType, view: RequestView) -> Iterator[str]:
        """The names of a form's fields that are not as described; ``""`` for the form as a whole."""
        content, kind = view.content, view.headers.get("content-type", "")
        fields = content if isinstance(content, Unreadable) else read_form(content, kind)
        if isinstance(fields, Unreadable):
            yield ""
            return
        if media.schema is None:
            return
        if media.name not in self._forms:
            self._forms[media.name] = Readings(Shape(media.schema, media.strict))
        readings = self._forms[media.name]
        value = {name: self._form_value(readings, name, each, media) for name, each in _by_name(fields).items()}
        for departure in readings.shape.each_departure(value):
            yield from departure.surplus or (str((*departure.path, departure.missing)[0]),)

    def authorized(self, view: RequestView) -> bool:
        """Whether the request carries something for one of the schemes that guard the operation, if there are any.

        A header parameter `Authorization`, which OpenAPI ignores as a parameter, is a scheme of its own where it is
        required.
        """
        wanted = any(parameter.required and _is_authorization(parameter) for parameter in self._operation.parameters)
        if wanted and "authorization" not in view.headers:
            return False
        given = view.headers.get("authorization", "").partition(" ")[0].lower()
        places: Mapping[str, Mapping[str, object]] = {"query": view.query, "cookie": _cookies(view)}
        for scheme in self._operation.security:
            kind, _, rest = scheme.partition(":")
            place, _, name = rest.partition(":")
            if kind != "apiKey":
                carried = given == kind
            else:
                carried = name.lower() in view.headers if place == "header" else name in places.get(place, {})
            if carried:
                return True
        return not self._operation.security

    def _path_departures(self, view: RequestView) -> list[tuple[str, str]]:
        """Those of the way to read the path that has the fewest: a segment with two parameters may have many."""
        parameters = [one for one in self._operation.parameters if one.place == "path"]
        fewest: list[tuple[str, str]] | None = None
        for way in view.paths or [{}]:
            found = [("path", one.name) for one in parameters if not self._fits_path(one, way.get(one.name))]
            if not found:
                return []
            fewest = found if fewest is None or len(found) < len(fewest) else fewest
        return fewest or []

    def _fits_path(self, parameter: Parameter, raw: str | None) -> bool:
        if raw is None or unquote(raw) in _NOT_A_SEGMENT:
            return False
        if parameter.media_type:
            return self._fits_content(parameter, unquote(raw))
        return self._any_fits(parameter, read_text(raw, parameter.name, parameter.style, parameter.explode, "path"))

    def _fits(self, parameter: Parameter, view: RequestView, surplus: list[str]) -> bool:
        if parameter.place == "query":
            return self._fits_query(parameter, view, surplus)
        name = parameter.name.lower()
        if parameter.place == "header":
            if name in _IGNORED:
                return True
            raw = view.headers.get(name)
        else:
            raw = _cookies(view).get(parameter.name)
        if raw is None:
            return not parameter.required
        if parameter.media_type:
            return self._fits_content(parameter, raw)
        ways = read_text(raw, parameter.name, parameter.style, parameter.explode, parameter.place)
        return self._any_fits(parameter, ways)

    def _fits_query(self, parameter: Parameter, view: RequestView, surplus: list[str]) -> bool:
        ways = read_query(view.pairs, parameter.name, parameter.style, parameter.explode)
        if parameter.media_type:
            texts = view.query.get(parameter.name, [])
            return not parameter.required if not texts else len(texts) == 1 and self._fits_content(parameter, texts[0])
        if self._is_spread(parameter):
            names = [*self._members(parameter), *(surplus if self._takes_the_rest(parameter) else ())]
            members = read_members(view.pairs, names)
            if members:
                return self._readings["query", parameter.name].fit(merged(members)) or (
                    bool(ways) and self._any_fits(parameter, ways)
                )
        if not ways:
            return not parameter.required
        if parameter.allow_empty and view.query.get(parameter.name) == [""]:
            return True
        return self._any_fits(parameter, ways)

    def _any_fits(self, parameter: Parameter, ways: Iterable[Read]) -> bool:
        readings = self._readings[parameter.place, parameter.name]
        return any(readings.fit(way) for way in ways)

    def _fits_content(self, parameter: Parameter, text: str) -> bool:
        """Whether a parameter that has a media type in place of a style is as described."""
        readings = self._readings[parameter.place, parameter.name]
        if not is_json(parameter.media_type.partition(";")[0].strip().lower()):
            return readings.fit(text)
        value = read_json(text.encode("utf-8", "surrogatepass"))
        return not isinstance(value, Unreadable) and readings.shape.holds(value)

    def _surplus(self, view: RequestView) -> list[str]:
        """The names in the query that belong to no parameter by themselves."""
        spoken_for = {name for name, _ in parse_qsl(self._operation.fixed_query, keep_blank_values=True)}
        for parameter in self._operation.parameters:
            if parameter.place == "query":
                spoken_for.add(parameter.name)
                spoken_for.update(self._members(parameter) if self._is_spread(parameter) else ())
                if parameter.style == "deepObject":
                    spoken_for.update(name for name in view.query if is_member(name, parameter.name))
        return [name for name in view.query if name not in spoken_for]

    def _members(self, parameter: Parameter) -> frozenset[str]:
        return member_names(parameter.schema, parameter.schema)

    def _is_spread(self, parameter: Parameter) -> bool:
        """Whether the members of an object stand in the query under their own names."""
        spread = parameter.place == "query" and parameter.style == "form" and parameter.explode
        return spread and not parameter.media_type and "object" in kinds(parameter.schema, parameter.schema)

    def _takes_the_rest(self, parameter: Parameter) -> bool:
        """Whether it is an object of any names, so that whatever nobody else speaks of belongs to it."""
        return self._is_spread(parameter) and is_free_form(parameter.schema, parameter.schema)

    def _form_value(self, readings: Readings, name: str, fields: list[FormField], media: MediaType) -> object:
        """A field of a form: JSON where it is an object or says so, else as its schema has it."""
        texts: list[object] = []
        for field in fields:
            if is_json(field.media_type) or (not field.media_type and readings.member_is(name, "object")):
                value = read_json(field.text.encode("utf-8", "surrogatepass"))
                texts.append(field.text if isinstance(value, Unreadable) else value)
            else:
                texts.append(field.text)
        encoding = media.encoding.get(name)
        style = encoding.get("style") if isinstance(encoding, Mapping) else None
        if style is not None and isinstance(encoding, Mapping):
            pairs = [(name, text) for text in texts if isinstance(text, str)]
            ways = read_query(pairs, name, str(style), encoding.get("explode", style == "form") is True)
            return readings.member(name, ways)
        return readings.member(name, [texts[0], texts] if len(texts) == 1 else [texts])


def _is_authorization(parameter: Parameter) -> bool:
    return parameter.place == "header" and parameter.name.lower() == "authorization"


def _by_name(fields: Iterable[FormField]) -> dict[str, list[FormField]]:
    named: dict[str, list[FormField]] = {}
    for field in fields:
        named.setdefault(field.name, []).append(field)
    return named


def _cookies(view: RequestView) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in view.headers.get("cookie", "").split(";"))
    return {name: value for name, equals, value in pairs if equals}
