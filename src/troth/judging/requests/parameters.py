"""Whether the parameters and forms of a request are as the spec describes them: text held to schemas of values."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from jsonschema_rs import Draft202012Validator

from troth.judging.requests.readings import list_readings, read_form, readings
from troth.model.exchange import COMPUTED_HEADERS
from troth.model.operation import JsonSchema, Operation, Parameter
from troth.wire.bodies import Unreadable
from troth.wire.views import RequestView

_NOT_PARAMETERS = frozenset(("accept", "content-type", "authorization"))
"""Headers that OpenAPI describes elsewhere and ignores as parameters (3.1.1, "Common Fixed Fields")."""
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}


class Validators:
    """The validators of one operation's own schemas, made when first asked for; the schemas live as long as it does."""

    def __init__(self) -> None:
        self._whole: dict[int, Draft202012Validator] = {}
        self._parts: dict[tuple[int, str], Draft202012Validator] = {}

    def of(self, schema: JsonSchema) -> Draft202012Validator:
        """The validator of a schema."""
        found = self._whole.get(id(schema))
        if found is None:
            found = _validator(dict(schema) if isinstance(schema, Mapping) else schema)
            self._whole[id(schema)] = found
        return found

    def of_property(self, schema: JsonSchema, name: str) -> Draft202012Validator:
        """The validator of what a schema says of one property; of anything where it says nothing."""
        found = self._parts.get((id(schema), name))
        if found is None:
            part = properties(schema).get(name, True)
            shared = schema.get("components", {}) if isinstance(schema, Mapping) else {}
            whole = {**part, "components": shared} if isinstance(part, Mapping) else part is not False
            found = _validator(whole)
            self._parts[id(schema), name] = found
        return found


def _validator(schema: dict[str, object] | bool) -> Draft202012Validator:
    # What is no UUID is not what a spec with that format describes, as little as in an answer.
    return Draft202012Validator(schema, validate_formats=True)


class RequestParameters:
    """The parameters of one operation.

    Args:
        operation: the operation.
        validators: of its schemas.
    """

    def __init__(self, operation: Operation, validators: Validators) -> None:
        self._operation = operation
        self._validators = validators

    def departures(self, view: RequestView) -> Iterator[tuple[str, str]]:
        """Place and name of each parameter that is missing or not as described, and of what else is in the query."""
        spoken_for: set[str] = set()
        for parameter in self._operation.parameters:
            if parameter.place == "query":
                spoken_for.update(_names(parameter, view))
            if not self._fits(parameter, view):
                yield (parameter.place, parameter.name)
        spoken_for.update(name for name, _ in parse_qsl(self._operation.fixed_query, keep_blank_values=True))
        for name in view.query:
            if name not in spoken_for:
                yield ("query", name)

    def form_fits(self, schema: JsonSchema, view: RequestView) -> bool:
        """Whether the body is a form that the schema allows."""
        form = read_form(view.request.body, view.headers.get("content-type", ""))
        return not isinstance(form, Unreadable) and self._validators.of(schema).is_valid(self._object(schema, form))

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

    def _fits(self, parameter: Parameter, view: RequestView) -> bool:
        if parameter.place == "header" and parameter.name.lower() in _NOT_PARAMETERS | COMPUTED_HEADERS:
            return True
        forms = self._forms(parameter, view)
        if not forms:
            return not parameter.required
        validator = self._validators.of(parameter.schema)
        return any(validator.is_valid(form) for form in forms)

    def _forms(self, parameter: Parameter, view: RequestView) -> list[object]:
        """What a parameter's text may stand for; nothing where it is missing."""
        if parameter.place == "query":
            return self._query_forms(parameter, view)
        if parameter.place == "path":
            text = view.path.get(parameter.name)
            # Whoever normalizes such a URL takes it for another path's (RFC 3986, section 5.2.4).
            return [] if text in ("", ".", "..") else _text_forms(text)
        if parameter.place == "header":
            return _text_forms(view.headers.get(parameter.name.lower()))
        return _text_forms(_cookies(view).get(parameter.name))

    def _query_forms(self, parameter: Parameter, view: RequestView) -> list[object]:
        texts = view.query.get(parameter.name)
        if texts is None:
            fields = {_member(parameter, name): view.query[name] for name in _names(parameter, view)}
            return [self._object(parameter.schema, fields)] if fields else []
        if parameter.explode:
            parts = [text for text in texts if text]
        else:
            delimiter = _DELIMITERS.get(parameter.style, ",")
            parts = [part for text in texts for part in text.split(delimiter) if part]
        return [*(readings(texts[0]) if len(texts) == 1 else []), *list_readings(parts)]

    def _object(self, schema: JsonSchema, fields: Mapping[str, list[str]]) -> dict[str, object]:
        """Fields as an object: each as the first reading that its property's schema allows."""
        found: dict[str, object] = {}
        for name, texts in fields.items():
            validator = self._validators.of_property(schema, name)
            forms = [*(readings(texts[0]) if len(texts) == 1 else []), *list_readings(texts)]
            found[name] = next((form for form in forms if validator.is_valid(form)), forms[0])
        return found


def properties(schema: JsonSchema) -> Mapping[str, object]:
    """The properties of a schema, or of the one that it refers to."""
    node: object = schema
    for _ in range(50):
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if not isinstance(reference, str):
            break
        node = schema
        for part in reference.removeprefix("#/").split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, Mapping) else None
    found = node.get("properties") if isinstance(node, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _is_authorization(parameter: Parameter) -> bool:
    return parameter.place == "header" and parameter.name.lower() == "authorization"


def _text_forms(text: str | None) -> list[object]:
    if text is None:
        return []
    return [*readings(text), *(list_readings([part for part in text.split(",") if part]))]


def _names(parameter: Parameter, view: RequestView) -> list[str]:
    """The names in a query that belong to a parameter: its own, or those of its object's members."""
    if parameter.name in view.query:
        return [parameter.name]
    if parameter.style == "deepObject":
        return [name for name in view.query if name.startswith(parameter.name + "[") and name.endswith("]")]
    return [name for name in view.query if parameter.explode and name in properties(parameter.schema)]


def _member(parameter: Parameter, name: str) -> str:
    return name[len(parameter.name) + 1 : -1] if parameter.style == "deepObject" else name


def _cookies(view: RequestView) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in view.headers.get("cookie", "").split(";"))
    return {name: value for name, equals, value in pairs if equals}
