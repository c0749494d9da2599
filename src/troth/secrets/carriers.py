"""Runs of base64, decoded many at a time: most runs are words, and to decode each by itself would take far longer."""

import re
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

ALIGNMENTS = range(4)
"""Where in a run base64 may begin: what stands before it may be of the same signs."""
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{2,}+")
_PADDING = re.compile(rb"={0,2}")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_APART = b"////"
_BATCH = 1 << 18


@dataclass(frozen=True, slots=True)
class Decoded:
    """What runs hold if each of them begins at one place."""

    data: bytes
    """One run after the other, three octets of 255 between them."""
    begins: list[int]
    """Where each run begins in there."""

    def run_at(self, place: int) -> int:
        """The number of the run that a place belongs to."""
        return bisect_right(self.begins, place) - 1

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """What each run holds, and where it begins; without the octets that stand for signs which are not there."""
        for begin, end in zip(self.begins, (*self.begins[1:], len(self.data) + len(_APART) // 4 * 3), strict=True):
            yield begin, self.data[begin : end - len(_APART) // 4 * 3].rstrip(b"\0")


class Batch:
    """Some runs of base64, for the standard's alphabet (RFC 4648, section 4) and that for URLs (section 5)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.size = 0

    def take(self, start: int, end: int) -> None:
        """A run goes with the others."""
        self._starts.append(start)
        self._ends.append(end)
        self.size += end - start

    def decoded(self, offset: int) -> Decoded:
        """What the runs hold if each begins so many signs after its first."""
        runs, begins, size = [], [], 0
        for start, end in zip(self._starts, self._ends, strict=True):
            run = self._data[start + offset : end]
            run += b"A" * (-len(run) % 4)
            runs.append(run)
            begins.append(size // 4 * 3)
            size += len(run) + len(_APART)
        return Decoded(b64decode(_APART.join(runs).translate(_STANDARD)), begins)

    def span(self, run: int) -> tuple[int, int, int]:
        """Where a run begins, where it ends, and where its padding does."""
        padding = _PADDING.match(self._data, self._ends[run])
        return self._starts[run], self._ends[run], self._ends[run] if padding is None else padding.end()


def batches(data: bytes, least: int) -> Iterator[Batch]:
    """The runs of base64 in some bytes.

    Args:
        data: any bytes.
        least: the least number of octets that a run must hold to be among them.
    """
    batch = Batch(data)
    for match in _RUN.finditer(data):
        if match.end() - match.start() >= (4 * least + 2) // 3:
            batch.take(match.start(), match.end())
            if batch.size >= _BATCH:
                yield batch
                batch = Batch(data)
    if batch.size:
        yield batch
