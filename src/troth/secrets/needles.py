"""Byte strings that are looked for, however many: the search costs the same for one and for a hundred thousand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SHORTEST = 4
"""The least number of bytes that can be found within others."""
_SIZES = (256, 128, 64, 32, 16, 8, 4)
_WHOLE = 4_096
"""A byte string is compared up to here; what is longer is known by its beginning, its length and its end."""
_TAIL = 64
_MOST_LENGTHS = 16
_FRONTS = (32, 8)
_FEW = 64
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Hit:
    """A byte string that was found, or a beginning of one, and all that overlap with it."""

    start: int
    end: int
    first: int
    """Where the first of them ends."""
    whole: bool
    """False where what follows the last differs from all that is looked for, or was not compared."""


class Needles:
    """A set of byte strings, kept as hashes: none of them can be read from it, and a long one takes no more room.

    A needle is filed by its first 4, 8, 16 … 256 bytes, the largest of these numbers that it has. Where a text shows
    such a beginning, the few lengths that needles with this beginning have are tried.
    """

    def __init__(self) -> None:
        self._starts: set[bytes] = set()
        self._lengths: dict[int, dict[int, tuple[int, ...]]] = {size: {} for size in _SIZES}
        self._fronts: dict[int, set[int]] = {size: set() for size in _FRONTS}
        self._known: set[int] = set()
        self.shortest = 0
        """The least length of any needle; 0 where there is none."""
        self._signs: re.Pattern[bytes] | None = None

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, needle: bytes) -> bool:
        return _print(needle, 0, len(needle)) in self._known

    def add(self, needle: bytes) -> None:
        """Look for it from now on; what is shorter than :data:`SHORTEST` is left alone."""
        length = len(needle)
        key = _print(needle, 0, length)
        if length < SHORTEST or key in self._known:
            return
        self._known.add(key)
        self.shortest = min(self.shortest or length, length)
        if needle[:SHORTEST] not in self._starts:
            self._starts.add(needle[:SHORTEST])
            self._signs = None
        size = next(size for size in _SIZES if size <= length)
        by_front = self._lengths[size]
        front = hash(needle[:size])
        lengths = by_front.get(front, ())
        if length not in lengths and len(lengths) < _MOST_LENGTHS:
            by_front[front] = tuple(sorted((*lengths, length), reverse=True))
        for size in _FRONTS:
            if length > size:
                self._fronts[size].add(hash(needle[:size]))

    def hits(self, data: bytes) -> Iterator[Hit]:
        """Every needle in the data, the longest at each place; a beginning of 256 bytes of one is enough."""
        if not self._starts:
            return
        hit: Hit | None = None
        for place in self._places(data):
            end, whole = self._at(data, place)
            if not end or (hit is not None and end <= hit.end):
                continue
            if hit is not None and place < hit.end:
                hit = Hit(hit.start, end, hit.first, whole)
                continue
            if hit is not None:
                yield hit
            hit = Hit(place, end, end, whole)
        if hit is not None:
            yield hit

    def is_front(self, data: bytes, start: int, end: int) -> bool:
        """Whether a part of the data is, as far as is known, the beginning of a longer needle: of at least 8 bytes."""
        if data[start : start + SHORTEST] not in self._starts:
            return False
        size = next((size for size in _FRONTS if size <= end - start), 0)
        return size > 0 and hash(data[start : start + size]) in self._fronts[size]

    def _places(self, data: bytes) -> Iterator[int]:
        """Where a needle may begin, by its first bytes alone."""
        starts = self._starts
        if len(starts) > _FEW:
            last = len(data) - SHORTEST + 1
            for begin in range(0, last, _BLOCK):
                places = range(begin, min(begin + _BLOCK, last))
                yield from [place for place in places if data[place : place + SHORTEST] in starts]
            return
        if self._signs is None:
            # One class of bytes for each of the first: of few needles it lets little pass, without a loop of Python's.
            by_index = (sorted({re.escape(one[index : index + 1]) for one in starts}) for index in range(SHORTEST))
            self._signs = re.compile(b"(?=" + b"".join(b"[" + b"".join(signs) + b"]" for signs in by_index) + b")")
        for match in self._signs.finditer(data):
            if data[match.start() : match.start() + SHORTEST] in starts:
                yield match.start()

    def _at(self, data: bytes, place: int) -> tuple[int, bool]:
        """Where the longest needle at a place ends, 0 if there is none, and whether all of it is there."""
        room = len(data) - place
        for size in _SIZES:
            if size > room:
                continue
            lengths = self._lengths[size].get(hash(data[place : place + size]))
            if lengths is None:
                continue
            for length in lengths:
                if length <= room and _print(data, place, length) in self._known:
                    return place + length, True
            if size == _SIZES[0]:
                return place + size, False
        return 0, False


def _print(data: bytes, start: int, length: int) -> int:
    """A fingerprint of a part of the data, of any length at a bounded cost."""
    if length <= _WHOLE:
        return hash(data[start : start + length])
    end = start + length
    return hash((length, data[start : start + _WHOLE], data[end - _TAIL : end]))
