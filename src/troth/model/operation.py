"""What a spec says: its operations, their parameters, and the shapes of their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from troth.errors import Position, Problem

JsonSchema = Mapping[str, object] | bool
"""A JSON Schema 2020-12 whose ``$ref`` all point into its own document."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A part of a document that nothing is held to, since it cannot be used or is never asked."""

    place: Position
    part: str
    """What it is, such as ``the keyword 'pattern'``."""
    reason: str
    fix: str = ""
    """What the author could do about it; ``""`` where nothing is wrong."""

    def problem(self) -> Problem:
        """The same as a warning of ``troth lint``."""
        return Problem(self.place, f"{self.part} is not checked: {self.reason}", self.fix, "warning")


class Basis(StrEnum):
    """How we know a fact. Only a broken ``documented`` promise is a breach; the others are surprises."""

    DOCUMENTED = "documented"
    EXAMPLE = "example"
    OBSERVED = "observed"
    ASSUMED = "assumed"


STRENGTHS = tuple(Basis)
"""The bases, the strongest first."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a fact comes from: a page, a standard, the spec itself, a public client, or our own reading."""

    kind: str
    """``page``, ``standard``, ``spec``, ``client`` or ``ours``."""
    name: str
    """The id that ``sources.yaml`` of the vendor lists; a standard such as ``RFC 9110``; a place of the spec such as
    ``#/security``; or for ``ours`` the reason."""
    section: str = ""

    def __str__(self) -> str:
        """As a person reads it."""
        section = f', section "{self.section}"' if self.section else ""
        words = {"page": "page {}", "standard": "{}", "spec": "the spec at {}", "client": "client {}"}
        return words.get(self.kind, "our own reading: {}").format(self.name) + section


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation, as OpenAPI describes it."""

    name: str
    place: str
    """``path``, ``query``, ``header`` or ``cookie``."""
    required: bool
    schema: JsonSchema
    explode: bool = True
    style: str = "form"
    example: object = None
    strict: JsonSchema | None = None
    """As of :class:`MediaType`."""
    media_type: str = ""
    """The type of its text where it has ``content`` in place of a style, such as ``application/json``."""
    allow_empty: bool = False
    """``allowEmptyValue``: a query parameter may be sent without a value."""
    allow_reserved: bool = False
    """``allowReserved``: reserved characters of a query parameter's value are not escaped."""


@dataclass(frozen=True, slots=True)
class MediaType:
    """One representation of a body."""

    name: str
    schema: JsonSchema | None
    basis: Basis | None = None
    """Set where the type itself, not what it carries, is known in another way than its response."""
    examples: tuple[object, ...] = ()
    encoding: Mapping[str, object] = field(default_factory=dict)
    strict: JsonSchema | None = None
    """The schema with what the document's dialect leaves open taken in its narrower sense (a format that it does not
    define, a null that the author only meant); None where that is ``schema`` itself. Who keeps ``schema`` and not this
    breaks no promise: it is a surprise."""


@dataclass(frozen=True, slots=True)
class HeaderForm:
    """How the text of a header stands for its value (OpenAPI, "Header Object")."""

    explode: bool = False
    """Objects are written ``R=100,G=200`` in place of ``R,100,G,200``."""
    media_type: str = ""
    """The type of its text, where it has ``content`` in place of a style."""


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """What a spec says of one status (or range, or ``default``)."""

    status: str
    """``200``, ``4XX`` or ``default``."""
    content: tuple[MediaType, ...]
    headers: Mapping[str, JsonSchema]
    required_headers: tuple[str, ...]
    basis: Basis
    citation: Citation | None
    pointer: tuple[str | int, ...] = ()
    strict_headers: Mapping[str, JsonSchema] = field(default_factory=dict)
    """The headers whose schema has a narrower sense, as ``strict`` of :class:`MediaType`."""
    header_forms: Mapping[str, HeaderForm] = field(default_factory=dict)
    """How headers are written that are not so by default."""


@dataclass(frozen=True, slots=True)
class SoapOperation:
    """A SOAP function behind an OpenAPI operation (one path and method can have several)."""

    element: str
    namespace: str
    parameters: tuple[str, ...]
    request: JsonSchema
    returns: JsonSchema


@dataclass(frozen=True, slots=True)
class Operation:
    """One ``operationId`` of a spec, or one SOAP function under it."""

    vendor: str
    name: str
    method: str
    path: str
    """The path template below the server, such as ``/identities/{identity_token}.json``: of the key in the document
    that part which is a path."""
    server: str
    """The documented server, without a slash at the end."""
    parameters: tuple[Parameter, ...]
    request_body: tuple[MediaType, ...]
    body_required: bool
    responses: Mapping[str, ResponseSpec]
    security: tuple[str, ...]
    """The schemes that guard it: ``basic``, ``bearer``, ``apiKey:query:name`` …; empty where none is asked for."""
    effect: str
    """Its side-effect class: ``safe``, ``idempotent``, ``creates`` or ``destroys``."""
    basis: Basis
    citation: Citation | None
    position: Position
    http_name: str
    """The ``operationId`` of the OpenAPI operation (differs from ``name`` for SOAP functions only)."""
    soap: SoapOperation | None = None
    deprecated: bool = False
    path_key: str = ""
    """The key of the document's ``paths``, where it is not the path: ``/files?kind=a`` or ``/folders/{id}#share``."""
    fixed_query: str = ""
    """What every request has in its query: the part of the key behind ``?``. A fragment is never sent."""
    schemes: tuple[str, ...] = ()
    """The schemes by which a caller may say who it is, also where none is asked for."""

    def __str__(self) -> str:
        """``vendor.operation``."""
        return f"{self.vendor}.{self.name}"

    @property
    def document_path(self) -> str:
        """The key of the document's ``paths``."""
        return self.path_key or self.path

    def url(self, path: str, query: str = "") -> str:
        """A URL of this operation.

        Args:
            path: below the server, with the parameters put in.
            query: without ``?``; what every request has goes before it.
        """
        whole = "&".join(part for part in (self.fixed_query, query) if part)
        return self.server + path + (f"?{whole}" if whole else "")

    def response_for(self, status: int) -> ResponseSpec | None:
        """What is said of a status: of itself, of its range, or by default; None where nothing is."""
        keys = (str(status), f"{str(status)[0]}xx", "default")
        return next((self.responses[key] for key in keys if key in self.responses), None)


@dataclass(frozen=True, slots=True)
class Spec:
    """One vendor's OpenAPI document, read."""

    vendor: str
    file: str
    document: Mapping[str, object]
    """The whole document as plain JSON values, for whatever works on OpenAPI itself."""
    operations: Mapping[str, Operation]
    sha256: str
    xsd: bytes | None = None
    unchecked: tuple[Unchecked, ...] = ()
    """What of the document nothing is held to, in the order of the file."""
    warnings: tuple[Problem, ...] = ()
    """What is read in some way, though the document's dialect does not define it."""
    schemes: Mapping[str, str] = field(default_factory=dict)
    """Name of a security scheme → the scheme as :attr:`Operation.security` has it."""


def split_path(key: str) -> tuple[str, str]:
    """Path and query of a key of ``paths``; its fragment, which tells operations apart and is never sent, is left out.

    OpenAPI has only paths there; documents have all three (RFC 3986, section 3).
    """
    path, _, query = key.partition("#")[0].partition("?")
    return path, query
