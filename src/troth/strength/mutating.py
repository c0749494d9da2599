"""All mutants of one kept exchange: every operator at every place, without those that change nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from zlib import crc32

from troth.model.exchange import Response
from troth.model.operation import Operation
from troth.strength.collecting import Kept, sampled
from troth.strength.measurement import Mutant
from troth.strength.operators import json, markup, message, soap, state
from troth.strength.operators.message import Whole, with_body
from troth.strength.schemas import at_place, listed_values
from troth.strength.trees import encode, pattern, places, same_form, scalars
from troth.wire.bodies import Unreadable, is_json, media_type, pointer_parts, read_json
from troth.wire.views import RequestView, ResponseView

_OTHER_ANSWERS = 6
_MARKUP_EDITS = 40
"""Changes of one kind to one page: a WSDL has hundreds of attributes."""
_SHORTEST_ECHO = 3


@dataclass(slots=True)
class Company:
    """What the kept exchanges of one operation know of each other.

    Args:
        operation: the operation.
        kept: its kept exchanges.
        seed: decides what is random.
    """

    operation: Operation
    kept: tuple[Kept, ...]
    seed: int
    _recorded: dict[str, Mapping[str, list[object]]] = field(default_factory=dict)
    _wrong: dict[str, list[Kept]] = field(default_factory=dict)
    _listed: dict[tuple[int, str], tuple[object, ...]] = field(default_factory=dict)

    def mutants(self, kept: Kept) -> Iterator[Mutant]:
        """Every mutant of one of the exchanges, each once, in the order of the tables."""
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
        looks = (one.seen.after for one in self.kept if one is not kept)
        others = tuple(look for look in looks if look is not None)
        for name, operator in state.OPERATORS.items():
            for seen, place, change in operator(kept.seen, others):
                yield Mutant(kept.answer, name, place, change, seen)

    def _others(self, kept: Kept) -> list[Kept]:
        """The exchanges whose whole answers would be wrong for this one, as far as the tables say.

        Where the tables are silent about a request, and speak of others, no documented answer to it is wrong.
        """
        if not kept.rows and any(one.rows for one in self.kept):
            return []
        own = _said(kept.answer)
        return [one for one in self._elsewhere(kept) if one is not kept and _said(one.answer) != own]

    def _elsewhere(self, kept: Kept) -> list[Kept]:
        """The exchanges that say something else than what the rows of this one allow, remembered by the rows."""
        if kept.rows not in self._wrong:
            right = {_said(one.answer) for one in self.kept if kept.allows(one)}
            self._wrong[kept.rows] = [one for one in self.kept if _said(one.answer) not in right]
        return self._wrong[kept.rows]

    def _recorded_for(self, kept: Kept) -> Mapping[str, list[object]]:
        """Place → what other answers have there, remembered by the rows that the exchange met."""
        if kept.rows not in self._recorded:
            values: dict[str, list[object]] = {}
            for one in self._elsewhere(kept):
                tree = _tree(one.answer)
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
            yield from self._of_envelope(kept)
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
                    yield Mutant(with_body(kept.answer, encode(changed)), name, place, change)

    def _allowed(self, status: int, place: str) -> tuple[object, ...]:
        key = (status, place)
        if key not in self._listed:
            spec = self.operation.responses.get(str(status))
            schemas = [media.schema for media in spec.content if media.schema is not None] if spec else []
            parts = pointer_parts(place) if place != "/" else ()
            self._listed[key] = listed_values(tuple(one for schema in schemas for one in at_place(schema, parts)))
        return self._listed[key]

    def _of_envelope(self, kept: Kept) -> Iterator[Mutant]:
        envelope = soap.read(kept.answer.body)
        if envelope is None or not _rewritable(kept, envelope):
            return
        asked = tuple(str(value) for value in _asked(kept, self.operation) if len(str(value)) >= _SHORTEST_ECHO)
        texts = (_returned(one) for one in self._others(kept))
        envelope = replace(envelope, texts=tuple(dict.fromkeys(text for text in texts if text)), asked=asked)
        for name, operator in soap.OPERATORS.items():
            for changed, place, change in operator(envelope):
                yield Mutant(with_body(kept.answer, changed.write()), name, place, change)

    def _of_whole(self, kept: Kept, seed: str, step: int) -> Iterator[Mutant]:
        others = [(one.rows, one.answer) for one in self._others(kept)]
        whole = Whole(
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
    """Whether the envelope in our own spelling is kept too: else every mutant would be caught for the spelling."""
    same = replace(kept.exchange, answer=with_body(kept.answer, envelope.write()))
    return not kept.judge.judge(same, kept.seen).findings


def _said(answer: Response) -> tuple[int, str | bytes]:
    """What an answer says, as far as a row can promise it: the return of a SOAP function, else the whole body."""
    envelope = soap.read(answer.body) if not is_json(media_type(answer.headers)) else None
    text = None if envelope is None else envelope.parts[0].text
    return (answer.status, answer.body if text is None else text)


def _returned(kept: Kept) -> str | None:
    envelope = soap.read(kept.answer.body)
    return None if envelope is None else envelope.parts[0].text


def _tree(answer: Response) -> object | None:
    """The body as JSON; None where it is none, or holds what our writer cannot write back."""
    name = media_type(answer.headers)
    if not answer.body or (name and not is_json(name)):
        return None
    tree = read_json(answer.body)
    try:
        return None if isinstance(tree, Unreadable) or not isinstance(tree, (dict, list)) or not encode(tree) else tree
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
    """Equal for answers that nobody can tell apart by their meaning."""
    tree = _tree(answer)
    headers = tuple(sorted((name.lower(), value) for name, value in answer.headers if name.lower() != "content-length"))
    return (answer.status, headers, answer.body if tree is None else same_form(tree))


def by_operation(kept: tuple[Kept, ...]) -> Mapping[str, tuple[Kept, ...]]:
    """Kept exchanges by their operation, in order."""
    groups: dict[str, list[Kept]] = {}
    for one in kept:
        groups.setdefault(one.operation, []).append(one)
    return {name: tuple(group) for name, group in groups.items()}
