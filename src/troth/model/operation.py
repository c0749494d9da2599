"""What a spec says: its operations, their parameters, and the shapes of their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from troth.errors import Position

JsonSchema = Mapping[str, object] | bool
"""A JSON Schema 2020-12 whose ``$ref`` all point into its own document."""


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
    media_type: str = ""
    """The type of its text where it has ``content`` in place of a style, such as ``application/json``."""
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
    """The path template below the server, such as ``/identities/{identity_token}.json``."""
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
    links: Mapping[str, object] = field(default_factory=dict)
    schemes: tuple[str, ...] = ()
    """The schemes by which a caller may say who it is, also where none is asked for."""

    def __str__(self) -> str:
        """``vendor.operation``."""
        return f"{self.vendor}.{self.name}"


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
    schemes: Mapping[str, str] = field(default_factory=dict)
    """Name of a security scheme → the scheme as :attr:`Operation.security` has it."""
