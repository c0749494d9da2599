"""Keeps what is asked and answered: a cassette for each item of a run, every secret replaced before it is kept."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from troth.errors import UsageInvalid
from troth.loading.cassettes.writer import CassetteText, append, settled
from troth.model.exchange import Exchange, NoAnswer, Request, Silence
from troth.model.ports import Target
from troth.secrets.scrubber import Scrubber
from troth.targets.before import Before

_UNSAFE = re.compile(r"[^A-Za-z0-9_.=-]+")


@dataclass(slots=True)
class _Scene:
    """What one item has come to so far."""

    path: Path
    text: CassetteText
    minted: frozenset[str] = frozenset()
    """Values that Troth minted in the request that comes next."""
    again: bool = False
    """Whether the request that comes next repeats one whose answer broke a promise."""
    kept: int = 0
    gaps: int = 0


@dataclass(slots=True)
class Recorded:
    """What a recording has come to."""

    exchanges: int = 0
    written: int = 0
    unchanged: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """Why an exchange was not kept → how many."""
    left: list[str] = field(default_factory=list)
    """Items whose older cassette was left in place, since the new recording has gaps."""


class RecordingTarget(Before):
    """A target whose exchanges are kept.

    While an item runs, its cassette grows beside its place under a hidden name (``.name.yaml.part``), by one write for
    each exchange; when the item ends it takes its place in one step. A run that is killed leaves the finished cassettes
    and that part. A cassette that says the same as before, moments and fresh names apart, is not touched.

    Args:
        target: who answers.
        folder: where the cassettes go: ``<folder>/<item>.yaml``, an item's name being ``vendor/operation/source/what``.
        origin: what it is recorded from, for the cassettes to say.
        scrubber: replaces what must not be kept.
        allowed: what the run may send, where that is not everything.
    """

    def __init__(
        self,
        target: Target,
        folder: Path,
        origin: str,
        scrubber: Scrubber,
        allowed: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(target)
        self._folder = folder
        self._origin = origin
        self._scrubber = scrubber
        self._allowed = allowed
        self._scene: _Scene | None = None
        self.recorded = Recorded()

    def begin(self, item: str) -> None:
        """An item begins."""
        parts = [_UNSAFE.sub("-", part).strip(".") or "-" for part in item.split("/")]
        path = self._folder.joinpath(*parts[:-1], parts[-1] + ".yaml")
        facts = self._target.facts(parts[0])
        extra: dict[str, object] = {"from": self._origin, "item": item}
        if facts.closed:
            extra["closed"] = True
        if self._allowed is not None:
            extra["allowed"] = list(self._allowed)
        self._scene = _Scene(path, CassetteText({**extra, "facts": self._scrubber.fact(facts.world)}))

    def announce(self, minted: frozenset[str], again: bool) -> None:
        """Something is about to be sent: what no answer tells of it is kept beside the exchange.

        An open world alone does not tell that a value is nobody's, so its class is known later only from ``minted``. It
        is told with each request and not for the whole item, since an earlier call of the item may create what a later
        one asks for.

        Args:
            minted: values in the request that Troth made to be unique.
            again: the request repeats one whose answer broke a promise.
        """
        if self._scene is not None:
            self._scene.minted, self._scene.again = minted, again

    def end(self) -> None:
        """The item has ended: its cassette takes its place.

        Raises:
            UsageInvalid: the folder cannot be written to.
        """
        scene, self._scene = self._scene, None
        if scene is None or not scene.kept:
            return
        part = _part(scene.path)
        old = scene.path.read_text(encoding="utf-8") if scene.path.is_file() else None
        if old is not None and scene.gaps:
            self.recorded.left.append(str(scene.path.relative_to(self._folder)))
        elif old is not None and settled(old) == settled(str(scene.text)):
            self.recorded.unchanged += 1
        else:
            part.replace(scene.path)
            self.recorded.written += 1
        with suppress(OSError):
            part.unlink(missing_ok=True)

    def send(self, request: Request) -> Exchange:
        """Send one request and keep the exchange."""
        exchange = self._target.send(request)
        if self._scene is not None:
            self._keep(exchange, self._scene)
        return exchange

    def _keep(self, exchange: Exchange, scene: _Scene) -> None:
        if isinstance(exchange.answer, NoAnswer):
            scene.gaps += exchange.answer.reason is not Silence.NOT_RECORDED
            return
        scrubbed = self._scrubber.exchange(exchange)
        complaint, added = next(self._scrubber.complaints(scrubbed), ""), ""
        if not complaint:
            try:
                minted = sorted({str(self._scrubber.fact(value)) for value in scene.minted})
                added = scene.text.add(scrubbed, minted=minted, again=scene.again)
            except ValueError as error:
                complaint = str(error)
        if complaint:
            scene.gaps += 1
            self.recorded.refused[complaint] = self.recorded.refused.get(complaint, 0) + 1
            return
        scene.kept += 1
        self.recorded.exchanges += 1
        try:
            append(_part(scene.path), str(scene.text) if scene.kept == 1 else added, afresh=scene.kept == 1)
        except OSError as error:
            raise UsageInvalid(f"{scene.path} cannot be written: {error.strerror or error}") from error


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
