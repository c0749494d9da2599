"""Makes all mutants of an exchange: every operator at every place, without changes that make no difference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from zlib import crc32

from troth.model.exchange import Response
from troth.model.operation import Operation
from troth.strength.collecting import Kept, sampled
from troth.strength.measurement import Mutant
from troth.strength.operators import json, markup, message, soap, state
from troth.strength.operators.message import WholeAnswer, with_body
from troth.strength.schemas import at_place, listed_values
from troth.strength.trees import json_bytes, pattern, pattern_tokens, places, same_form, scalars
from troth.wire.bodies import Unreadable, is_json, media_type, read_json
from troth.wire.views import RequestView, ResponseView

_OTHER_ANSWERS = 6
_MARKUP_EDITS = 40
"""How many changes one operator makes to one page, since a WSDL has hundreds of attributes."""
_SHORTEST_ECHO = 3


@dataclass(slots=True)
class OperationMutator:
    """Mutates the exchanges of one operation. Each may receive values and whole answers of the others.

    Args:
        operation: the operation.
        kept: its exchanges without findings.
        seed: decides what is random.
    """

    operation: Operation
    kept: tuple[Kept, ...]
    seed: int
    _recorded: dict[str, Mapping[str, list[object]]] = field(default_factory=dict)
    _wrong: dict[str, list[Kept]] = field(default_factory=dict)
    _listed: dict[tuple[int, str], tuple[object, ...]] = field(default_factory=dict)

    def mutants(self, kept: Kept) -> Iterator[Mutant]:
        """Every mutant of one of the exchanges, each once, in the order of the tables of operators."""
        seed = f"{self.seed}/{kept.operation}/{kept.rows}/{kept.answer.status}"
        step = crc32(f"{seed}/{kept.exchange.request.url}".encode()) % 97 + 1
        known = {_identity(kept.answer)}
        for mutant in (*self._of_body(kept, seed, step), *self._of_whole(kept, seed, step)):
            identity = _identity(mutant.answer)
            if identity not in known:
                known.add(identity)
                yield mutant
        yield from self._of_state(kept)

    def _of_state(self, kept: Kept) -> Iterator[Mutant]:
        looks = (exchange.seen.after for exchange in self.kept if exchange is not kept)
        others = tuple(look for look in looks if look is not None)
        for name, operator in state.OPERATORS.items():
            for seen, place, change in operator(kept.seen, others):
                yield Mutant(kept.answer, name, place, change, seen)

    def _others(self, kept: Kept) -> list[Kept]:
        """The exchanges whose whole answers would be wrong for the request of this one.

        Where no row applies to it, though rows apply to others, the documentation rules no answer out.
        """
        if not kept.rows and any(exchange.rows for exchange in self.kept):
            return []
        promised = _promised_part(kept.answer)
        return [
            exchange
            for exchange in self._elsewhere(kept)
            if exchange is not kept and _promised_part(exchange.answer) != promised
        ]

    def _elsewhere(self, kept: Kept) -> list[Kept]:
        """The exchanges with an answer that the rows of this one do not allow, cached by these rows."""
        if kept.rows not in self._wrong:
            right = {_promised_part(exchange.answer) for exchange in self.kept if kept.allows(exchange)}
            self._wrong[kept.rows] = [
                exchange for exchange in self.kept if _promised_part(exchange.answer) not in right
            ]
        return self._wrong[kept.rows]

    def _recorded_for(self, kept: Kept) -> Mapping[str, list[object]]:
        """Place → the values that other answers have there, cached by the rows of this exchange."""
        if kept.rows not in self._recorded:
            values: dict[str, list[object]] = {}
            for exchange in self._elsewhere(kept):
                tree = _tree(exchange.answer)
                for path, value in places(tree) if tree is not None else ():
                    known = values.setdefault(pattern(path), [])
                    if value not in known:
                        known.append(value)
            self._recorded[kept.rows] = values
        return self._recorded[kept.rows]

    def _of_body(self, kept: Kept, seed: str, step: int) -> Iterator[Mutant]:
        tree = _tree(kept.answer)
        if tree is not None:
            yield from self._of_tree(kept, tree, step)
        elif self.operation.soap is not None:
            yield from self._of_envelope(kept, step)
        elif kept.answer.body:
            yield from _of_page(kept, seed)

    def _of_tree(self, kept: Kept, tree: object, step: int) -> Iterator[Mutant]:
        asked = _asked(kept, self.operation)
        recorded = self._recorded_for(kept)
        for path, value in places(tree):
            place = pattern(path)
            spot = json.Spot(
                tree=tree,
                path=path,
                value=value,
                recorded=tuple(recorded.get(place, ())),
                allowed=self._allowed(kept.answer.status, place),
                asked=asked if _is_echo(value, asked) else (),
                step=step,
            )
            for name, operator in json.OPERATORS.items():
                for changed, change in operator(spot):
                    yield Mutant(with_body(kept.answer, json_bytes(changed)), name, place, change)

    def _allowed(self, status: int, place: str) -> tuple[object, ...]:
        key = (status, place)
        if key not in self._listed:
            spec = self.operation.responses.get(str(status))
            schemas = [media.schema for media in spec.content if media.schema is not None] if spec else []
            parts = pattern_tokens(place)
            self._listed[key] = listed_values(
                tuple(subschema for schema in schemas for subschema in at_place(schema, parts))
            )
        return self._listed[key]

    def _of_envelope(self, kept: Kept, step: int) -> Iterator[Mutant]:
        envelope = soap.read(kept.answer.body)
        if envelope is None or not _rewritable(kept, envelope):
            return
        asked = tuple(str(value) for value in _asked(kept, self.operation) if len(str(value)) >= _SHORTEST_ECHO)
        texts = (_returned(exchange.answer) for exchange in self._others(kept))
        recorded = tuple(dict.fromkeys(text for text in texts if text))
        full = replace(envelope, recorded=recorded, asked=asked, step=step)
        for name, operator in soap.OPERATORS.items():
            for changed, place, change in operator(full):
                if changed.write() != envelope.write():
                    yield Mutant(with_body(kept.answer, changed.write()), name, place, change)

    def _of_whole(self, kept: Kept, seed: str, step: int) -> Iterator[Mutant]:
        others = [(exchange.rows, exchange.answer) for exchange in self._others(kept)]
        whole = WholeAnswer(
            answer=kept.answer,
            statuses=tuple(int(status) for status in self.operation.responses if status.isdigit()),
            ranges=tuple(status[0] for status in self.operation.responses if not status.isdigit()),
            others=sampled(others, _OTHER_ANSWERS, seed) if others else (),
            rows=kept.rows,
            step=step,
        )
        for name, operator in message.OPERATORS.items():
            for changed, place, change in operator(whole):
                yield Mutant(changed, name, place, change)


def _of_page(kept: Kept, seed: str) -> Iterator[Mutant]:
    page = ResponseView(kept.answer).text
    if isinstance(page, Unreadable):
        return
    for name, operator in markup.OPERATORS.items():
        for changed, place, change in sampled(tuple(operator(page)), _MARKUP_EDITS, seed):
            yield Mutant(with_body(kept.answer, changed.encode()), name, place, change)


def _rewritable(kept: Kept, envelope: soap.Envelope) -> bool:
    """Whether the envelope as Troth writes it has no findings either; else every mutant would be caught for that."""
    same = replace(kept.exchange, answer=with_body(kept.answer, envelope.write()))
    return not kept.judge.judge(same, kept.seen).findings


def _promised_part(answer: Response) -> tuple[int, str | bytes]:
    """What a row can promise of an answer: its status, and what a SOAP function returns or else the whole body."""
    text = None if is_json(media_type(answer.headers)) else _returned(answer)
    return (answer.status, answer.body if text is None else text)


def _returned(answer: Response) -> str | None:
    """What a SOAP function returns; None for nil and for any other answer."""
    envelope = soap.read(answer.body)
    return None if envelope is None else envelope.parts[0][1]


def _tree(answer: Response) -> object | None:
    """The body as JSON; None where it is not JSON, or holds a value that cannot be written back."""
    name = media_type(answer.headers)
    if not answer.body or (name and not is_json(name)):
        return None
    tree = read_json(answer.body)
    try:
        return (
            None if isinstance(tree, Unreadable) or not isinstance(tree, (dict, list)) or not json_bytes(tree) else tree
        )
    except (UnicodeEncodeError, OverflowError, RecursionError):
        return None


def _asked(kept: Kept, operation: Operation) -> tuple[object, ...]:
    view = RequestView(kept.exchange.request, operation)
    trees: list[object] = [view.path, view.query]
    trees += [tree for tree in (view.body,) if isinstance(tree, (dict, list))]
    if operation.soap is not None and not isinstance(view.soap, Unreadable):
        trees.append(dict(view.soap.parts))
    return tuple(dict.fromkeys(value for tree in trees for value in scalars(tree)))


def _is_echo(value: object, asked: tuple[object, ...]) -> bool:
    return isinstance(value, (str, int)) and len(str(value)) >= _SHORTEST_ECHO and value in asked


def _identity(answer: Response) -> tuple[object, ...]:
    """Equal for answers with the same status, headers and JSON value (or bytes, where the body is not JSON)."""
    tree = _tree(answer)
    headers = tuple(sorted((name.lower(), value) for name, value in answer.headers if name.lower() != "content-length"))
    return (answer.status, headers, answer.body if tree is None else same_form(tree))


def by_operation(kept: tuple[Kept, ...]) -> Mapping[str, tuple[Kept, ...]]:
    """Operation → its exchanges, in order."""
    groups: dict[str, list[Kept]] = {}
    for exchange in kept:
        groups.setdefault(exchange.operation, []).append(exchange)
    return {name: tuple(group) for name, group in groups.items()}
