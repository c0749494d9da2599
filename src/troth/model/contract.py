"""What a contract says: inputs and their classes, decision tables, clauses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.errors import Position
from troth.model.operation import Basis, Citation, JsonSchema


@dataclass(frozen=True, slots=True)
class Expression:
    """CEL as the author wrote it, and where."""

    text: str
    position: Position


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the target's world (``$world.user.login``) or of an earlier answer (``$given.token``)."""

    root: str
    """``world`` or ``given``."""
    path: tuple[str, ...]

    def __str__(self) -> str:
        """As a contract writes it."""
        return "$" + ".".join((self.root, *self.path))


@dataclass(frozen=True, slots=True)
class Absent:
    """The class of a request that does not have the value at all."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Exactly this JSON value."""

    value: object


@dataclass(frozen=True, slots=True)
class Shape:
    """Any value that the JSON Schema accepts; ``examples`` of the schema are what is sent."""

    schema: JsonSchema
    examples: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Fresh:
    """Nobody's value: minted by Troth in this format, or, where the world is closed, any that no fact has."""

    format: str


Matcher = Absent | Literal | Fact | Shape | Fresh


@dataclass(frozen=True, slots=True)
class InputClass:
    """An equivalence class of an input's values: a value is in it when any matcher says so."""

    name: str
    matchers: tuple[Matcher, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that a request varies; the classes are tried in order."""

    name: str
    place: str
    """``path``, ``query``, ``header``, ``cookie``, ``auth``, ``body`` or ``soap``."""
    address: str
    """Within the place: a name, ``basic`` or ``bearer``, or a JSON Pointer."""
    as_text: bool
    classes: tuple[InputClass, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Pattern:
    """What an answer's text must match, and must not."""

    matches: str | None = None
    excludes: str | None = None


Expected = Literal | Fact | Pattern | tuple["Literal | Fact | Pattern", ...]


@dataclass(frozen=True, slots=True)
class AnswerField:
    """One part of a row's answer: ``status``, or a path through ``let`` names."""

    path: Expression
    expected: Expected
    position: Position


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a decision table: which classes lead to which answer."""

    name: str
    when: Expression | None
    """None for ``otherwise``."""
    status: tuple[str, ...]
    """Statuses that fit: ``200``, ``4xx``; empty when the row does not speak of the status."""
    answer: tuple[AnswerField, ...]
    basis: Basis
    """The strongest of its parts' bases: what the row as a whole is counted as."""
    citation: Citation
    says: str
    provoke: str
    """Empty, or why no request can bring this row about."""
    position: Position
    bases: Mapping[str, Basis] = field(default_factory=dict)
    """``status`` or a path of the answer → its own basis, and under ``else`` that of the rest; empty where all have
    ``basis``."""

    def basis_of(self, part: str) -> Basis:
        """The basis of ``status`` or of a path of the answer."""
        return self.bases.get(part, self.bases.get("else", self.basis))


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise that can be checked on an exchange."""

    name: str
    says: str
    when: Expression | None
    expect: Expression
    basis: Basis
    citation: Citation
    required: bool
    provoke: str
    position: Position


@dataclass(frozen=True, slots=True)
class Given:
    """An earlier call whose answer makes a fact, or a workflow whose output does."""

    name: str
    operation: str
    row: str
    """The row that the call is to meet alone; ``""`` for any that promises success."""
    classes: Mapping[str, str]
    take: Expression
    position: Position
    workflow: str = ""
    """The workflow to run instead of a call; ``take`` is then one of its outputs (``$outputs.user_token``)."""


@dataclass(frozen=True, slots=True)
class Observe:
    """Another operation asked before and after, so that clauses can compare."""

    operation: str
    arguments: Mapping[str, Expression]
    """Parameter name → expression over the request."""
    position: Position


@dataclass(frozen=True, slots=True)
class Contract:
    """A file of promises about one operation or a group of them."""

    vendor: str
    topic: str
    """The file's stem."""
    file: str
    operations: tuple[str, ...]
    shared: bool
    """True for a file with ``applies``: its rows decide before an operation's own."""
    lets: Mapping[str, Expression]
    inputs: tuple[Input, ...]
    impossible: tuple[Expression, ...]
    rows: tuple[Row, ...]
    clauses: tuple[Clause, ...]
    given: tuple[Given, ...]
    observe: Observe | None
    position: Position
    free: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    """Statuses that no request can bring about, each with the reason."""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One entry of a vendor's ``sources.yaml``."""

    name: str
    title: str
    kind: str
    url: str = ""
