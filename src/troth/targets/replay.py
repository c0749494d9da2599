"""Cassettes as a target: recorded answers, found by index and not by looking through them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import takewhile

from troth.model.book import Recording
from troth.model.exchange import Exchange, NoAnswer, Request, Silence, header
from troth.model.facts import UNKNOWN, Facts
from troth.model.ports import Abilities, Target

_Key = tuple[str, str, bytes]
_SceneKey = tuple[str, str, str, bytes, tuple[str | None, ...]]
_FEW = 1000
"""So many recordings are compared for the nearest; more would make every miss slow."""


class ReplayTarget(Target):
    """Answers from recordings.

    A request that was recorded several times gets its answers in the recorded order, and the last one from then on.
    What was recorded in an item of a run is first looked for among that item's recordings, then among the other items',
    always with the same credentials: the same question may have had another answer elsewhere, and to somebody else.

    Args:
        recordings: all of them.
        facts: world facts by vendor, as the cassettes give them.
        key_fields: the header fields, beside ``Authorization``, in which requests say who is asking; in lower case.
    """

    kind = "replay"
    name = "recorded answers"

    def __init__(
        self, recordings: Iterable[Recording], facts: Mapping[str, Facts], key_fields: Collection[str] = ()
    ) -> None:
        self._facts = facts
        self._key_fields = ("authorization", *sorted(key_fields))
        self._answers: dict[_Key, list[Exchange]] = {}
        self._scenes: dict[_SceneKey, list[Exchange]] = {}
        self._played: dict[_Key, int] = {}
        self._shown: dict[_SceneKey, int] = {}
        self._by_path: dict[tuple[str, str], list[Request]] = {}
        self._item = ""
        for recording in recordings:
            request = recording.exchange.request
            self._by_path.setdefault((request.method, _path(request)), []).append(request)
            if recording.item:
                self._scenes.setdefault(self._scene_key(recording.item, request), []).append(recording.exchange)
                self._scenes.setdefault(self._scene_key("", request), []).append(recording.exchange)
            else:
                self._answers.setdefault(_key(request), []).append(recording.exchange)

    def begin(self, item: str) -> None:
        """An item begins: its own recordings are played from their start."""
        self._item = item
        self._shown.clear()

    def send(self, request: Request) -> Exchange:
        """The recorded answer, or no answer with the nearest recording named."""
        for scene_key in (self._scene_key(self._item, request), self._scene_key("", request)):
            scene = self._scenes.get(scene_key)
            if scene is not None:
                number = self._shown.get(scene_key, 0)
                self._shown[scene_key] = number + 1
                return Exchange(request, scene[min(number, len(scene) - 1)].answer)
        key = _key(request)
        recorded = self._answers.get(key)
        if recorded is None:
            return Exchange(request, NoAnswer(Silence.NOT_RECORDED, self._nearest(request)))
        number = self._played.get(key, 0)
        self._played[key] = number + 1
        return Exchange(request, recorded[min(number, len(recorded) - 1)].answer)

    def facts(self, vendor: str) -> Facts:
        """What the cassettes say of the world they were recorded from."""
        return self._facts.get(vendor, UNKNOWN)

    def abilities(self, vendor: str) -> Abilities:
        """A reset plays every recording that belongs to no item from its start again.

        Time needs no moving: the answers that were recorded after it had passed are played after it.
        """
        return Abilities(reset=self._played.clear, advance=_already_passed)

    def close(self) -> None:
        """Nothing to give back."""

    def _nearest(self, request: Request) -> str:
        same_path: Sequence[Request] = self._by_path.get((request.method, _path(request)), ())
        if same_path:
            # The earliest of those that differ in the least.
            parts = min((self._differences(recorded, request) for recorded in same_path[:_FEW]), key=len)
            return f"{request.method} {_path(request)} was recorded with another {' and '.join(parts)}"
        paths = [path for method, path in self._by_path if method == request.method]
        if not paths:
            return f"no {request.method} request was recorded"
        near_path = max(paths[:_FEW], key=lambda path: _likeness(path, _path(request)))
        return f"the nearest recording is {request.method} {near_path}"

    def _scene_key(self, item: str, request: Request) -> _SceneKey:
        return (item, request.method, request.url, request.body, self._credentials(request))

    def _credentials(self, request: Request) -> tuple[str | None, ...]:
        return tuple(header(request.headers, name) for name in self._key_fields)

    def _differences(self, recorded: Request, request: Request) -> tuple[str, ...]:
        differs = {
            "query": recorded.url != request.url,
            "body": recorded.body != request.body,
            "credentials": self._credentials(recorded) != self._credentials(request),
        }
        return tuple(name for name, is_other in differs.items() if is_other)


def _already_passed(_seconds: float) -> None:
    """The time between two recorded answers passed when they were recorded."""


def _key(request: Request) -> _Key:
    return (request.method, request.url, request.body)


def _path(request: Request) -> str:
    return request.url.partition("?")[0]


def _likeness(left: str, right: str) -> tuple[int, int]:
    """How many segments two paths share from the start, and how many characters."""
    return _shared(left.split("/"), right.split("/")), _shared(left, right)


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
