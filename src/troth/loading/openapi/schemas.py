"""The schemas of an OpenAPI document, each made whole: in the words of JSON Schema 2020-12, with what it refers to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from troth.loading.openapi.dialects import ReferenceTarget, Writer
from troth.loading.openapi.references import Tree
from troth.loading.openapi.survey import Survey
from troth.model.operation import JsonSchema
from troth.wire.pointers import MISSING, KeyPath, locate, locate_reference


@dataclass(frozen=True, slots=True)
class Whole:
    """A schema in both its senses (see :mod:`troth.loading.openapi.dialects`)."""

    schema: JsonSchema | None = None
    """In the wide sense; None where there is no schema."""
    strict: JsonSchema | None = None
    """In the strict sense; None where that is the same."""


class WholeSchema(Mapping[str, object]):
    """A schema that is written when it is first looked into: a document may have ten thousand, and a run asks a few.

    Args:
        write: gives the schema.
    """

    __slots__ = ("_write", "_written")

    def __init__(self, write: Callable[[], Mapping[str, object]]) -> None:
        self._write = write
        self._written: Mapping[str, object] | None = None

    def __getitem__(self, key: str) -> object:
        return self._schema()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._schema())

    def __len__(self) -> int:
        return len(self._schema())

    @property
    def is_written(self) -> bool:
        """Whether somebody has looked into it."""
        return self._written is not None

    def _schema(self) -> Mapping[str, object]:
        if self._written is None:
            self._written = self._write()
        return self._written


class Schemas:
    """Makes the schemas of one document whole.

    Args:
        tree: the joined document.
        version: ``3.0``, ``3.1`` or ``3.2``.
    """

    def __init__(self, tree: Tree, version: str) -> None:
        self.survey = Survey(tree, version)
        self._root = tree.root
        self._old = version == "3.0"
        self._writers: dict[tuple[str, bool], Writer] = {}
        self._written: dict[tuple[str, bool, ReferenceTarget], tuple[object, tuple[ReferenceTarget, ...]]] = {}
        self._referring: dict[tuple[str, str], Whole] = {}
        self._leads: dict[KeyPath, tuple[bool, tuple[KeyPath, ...]]] = {}
        self._open: dict[KeyPath, bool] = {}

    def whole(self, raw: object, pointer: KeyPath, unsent: str) -> Whole:
        """A schema with everything that it refers to, at the place where its references look for it.

        Args:
            raw: the schema as the document has it; None where there is none.
            pointer: the way to it.
            unsent: ``readOnly`` for a request, ``writeOnly`` for an answer.
        """
        if raw is None or isinstance(raw, bool):
            return Whole(raw)
        self.survey.look(raw, pointer)
        if not isinstance(raw, dict):
            return Whole(True)
        reference = raw.get("$ref") if self._old or len(raw) == 1 else None
        if not isinstance(reference, str) or raw.get("nullable") is True:
            return self._made(raw, unsent)
        known = self._referring.get((reference, unsent))
        if known is None:
            known = self._referring[reference, unsent] = self._made(raw, unsent)
        return known

    def _made(self, raw: dict[str, object], unsent: str) -> Whole:
        schema = WholeSchema(lambda: self._whole(raw, unsent, False))
        open_here, leads = self._look_within(raw)
        if open_here or any(map(self._leads_to_open, leads)):
            return Whole(schema, WholeSchema(lambda: self._whole(raw, unsent, True)))
        return Whole(schema)

    def _whole(self, raw: object, unsent: str, strict: bool) -> Mapping[str, object]:
        written, leads = self._writer(unsent, strict).write(raw)
        made: dict[str, object] = dict(written) if isinstance(written, dict) else {}
        reached: set[ReferenceTarget] = set()
        waiting = list(leads)
        while waiting:
            target = waiting.pop()
            if target in reached:
                continue
            reached.add(target)
            value, further = self._shared(target, unsent, strict)
            node = made
            *around, name = target.path()
            for part in around:
                inner = node.setdefault(part, {})
                node = inner if isinstance(inner, dict) else {}
            node[name] = value
            waiting.extend(each for each in further if each not in reached)
        return made

    def _shared(self, target: ReferenceTarget, unsent: str, strict: bool) -> tuple[object, tuple[ReferenceTarget, ...]]:
        key = (unsent, strict, target)
        if key not in self._written:
            raw, _ = locate(self._root, target.pointer)
            self._written[key] = self._writer(unsent, strict).write(True if raw is MISSING else raw, target)
        return self._written[key]

    def _writer(self, unsent: str, strict: bool) -> Writer:
        key = (unsent, strict)
        if key not in self._writers:
            self._writers[key] = Writer(self._root, self._old, unsent, strict)
        return self._writers[key]

    def _leads_to_open(self, pointer: KeyPath) -> bool:
        """Whether a schema, or one that it refers to, says something that the dialect leaves open."""
        if pointer in self._open:
            return self._open[pointer]
        reached, waiting = {pointer}, [pointer]
        found = False
        while waiting and not found:
            each = waiting.pop()
            if each not in self._leads:
                self._leads[each] = self._look_within(locate(self._root, each)[0])
            open_here, leads = self._leads[each]
            found = open_here or any(self._open.get(lead, False) for lead in leads)
            further = {lead for lead in leads if lead not in reached and lead not in self._open}
            reached |= further
            waiting.extend(further)
        self._open.update(dict.fromkeys((pointer,) if found else reached, found))
        return found

    def _look_within(self, raw: object) -> tuple[bool, tuple[KeyPath, ...]]:
        """Whether something in a schema itself is left open, and what it refers to."""
        open_here = False
        leads: dict[KeyPath, None] = {}
        waiting = [raw]
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict):
                open_here = open_here or id(node) in self.survey.doubtful
                reference = node.get("$ref")
                if isinstance(reference, str):
                    leads[locate_reference(self._root, reference)[1]] = None
                waiting.extend(node.values())
            elif isinstance(node, list):
                waiting.extend(node)
        return open_here, tuple(leads)
