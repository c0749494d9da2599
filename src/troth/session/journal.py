"""What a run has judged so far, item by item on disk, so that an interrupted one can go on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from troth.model.report import ItemResult
from troth.session.events import Event, ItemEnded, decode_events, encode_events, ends_item
from troth.session.tally import Mark, Tally


@dataclass(frozen=True)
class _Head:
    run: str


class Journal:
    """The journal of one run.

    The events of an item are put there in one write when the item has ended; what was torn is as if it were not.

    Args:
        path: the file.
        run: what the run is: target, hashes, options. A journal of another run is begun anew.
        resume: go on with what is there.
        clean: takes the secrets out of an event before it is written.
    """

    def __init__(self, path: Path, run: str, resume: bool, clean: Callable[[Event], Event]) -> None:
        self._path = path
        self._clean = clean
        self._mark = Mark()
        self._events = self._read(run) if resume else ()
        self._finished = {event.result.name: event.result for event in self._events if isinstance(event, ItemEnded)}
        if self._finished:
            self._mend()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(msgspec.json.encode(_Head(run)) + b"\n")

    def finished(self, name: str) -> ItemResult | None:
        """The result of an item that ended before, or None."""
        return self._finished.get(name)

    def restore(self, tally: Tally) -> None:
        """Put what every finished item came to into a tally."""
        tally.absorb(self._events)
        self._mark = tally.mark()

    def add(self, tally: Tally) -> None:
        """Write down what a tally came to since the last time: an item that has ended.

        Raises:
            OSError: it cannot be written.
        """
        lines = encode_events(map(self._clean, tally.events(self._mark)))
        with self._path.open("ab", buffering=0) as file:
            file.write(lines)
        self._mark = tally.mark()

    def _mend(self) -> None:
        """Cut off what follows the last item that ended, so that the next one begins there."""
        size = end = 0
        for line in self._path.read_bytes().splitlines(keepends=True):
            size += len(line)
            end = size if line.endswith(b"\n") and ends_item(line) else end
        with self._path.open("r+b") as file:
            file.truncate(end)

    def _read(self, run: str) -> tuple[Event, ...]:
        if not self._path.is_file():
            return ()
        head, *rest = self._path.read_bytes().split(b"\n")
        try:
            if msgspec.json.decode(head, type=_Head).run != run:
                return ()
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return ()
        return tuple(decode_events(rest))


def run_key(parts: Mapping[str, object]) -> str:
    """One text that is the same for the same run."""
    return msgspec.json.encode(dict(sorted(parts.items()))).decode()
