"""The schemas of an OpenAPI document, each made whole: in the words of JSON Schema 2020-12, with what it refers to."""

from dataclasses import dataclass

from troth.loading.openapi.dialects import Target, Writer
from troth.loading.openapi.references import Tree
from troth.loading.openapi.survey import Survey
from troth.model.operation import JsonSchema
from troth.wire.pointers import MISSING, KeyPath, locate


@dataclass(frozen=True, slots=True)
class Whole:
    """A schema in both its senses (see :mod:`troth.loading.openapi.dialects`)."""

    schema: JsonSchema | None = None
    """In the wide sense; None where there is no schema."""
    strict: JsonSchema | None = None
    """In the strict sense; None where that is the same."""


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
        self._written: dict[tuple[str, bool, Target], tuple[object, frozenset[Target]]] = {}
        self._doubtful: dict[KeyPath, bool] = {}

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
        schema, reached = self._whole(raw, unsent, False)
        if not any(self._leaves_open(target) for target in reached) and not self._open_within(raw):
            return Whole(schema)
        return Whole(schema, self._whole(raw, unsent, True)[0])

    def _whole(self, raw: object, unsent: str, strict: bool) -> tuple[JsonSchema, set[Target]]:
        written, leads = self._writer(unsent, strict).write(raw)
        made: dict[str, object] = dict(written) if isinstance(written, dict) else {}
        reached: set[Target] = set()
        waiting = sorted(leads, key=Target.path)
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
            waiting.extend(sorted(further, key=Target.path))
        return made, reached

    def _shared(self, target: Target, unsent: str, strict: bool) -> tuple[object, frozenset[Target]]:
        key = (unsent, strict, target)
        if key not in self._written:
            raw, _ = locate(self._root, target.pointer)
            found = self._writer(unsent, strict).write(True if raw is MISSING else raw, target)
            self._written[key] = found
        return self._written[key]

    def _writer(self, unsent: str, strict: bool) -> Writer:
        key = (unsent, strict)
        if key not in self._writers:
            self._writers[key] = Writer(self._root, self._old, unsent, strict)
        return self._writers[key]

    def _leaves_open(self, target: Target) -> bool:
        pointer = target.pointer
        if pointer not in self._doubtful:
            self._doubtful[pointer] = self._open_within(locate(self._root, pointer)[0])
        return self._doubtful[pointer]

    def _open_within(self, raw: object) -> bool:
        waiting = [raw]
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict):
                if id(node) in self.survey.doubtful:
                    return True
                waiting.extend(node.values())
            elif isinstance(node, list):
                waiting.extend(node)
        return False
