"""A standard stream that nothing secret passes, whoever writes to it."""

from collections.abc import Callable
from io import TextIOBase
from typing import TextIO

WITHHELD = "[Troth could not clean a text, and withholds it]\n"


class CleanStream(TextIOBase, TextIO):
    """Cleans what is written line by line, and passes it on.

    What is written is held back until a line ends or the stream is flushed, so that a value which is written in pieces
    is seen whole. It has no ``buffer``: there is no way around it.

    Args:
        stream: where to.
        clean: gives a text without secrets.
    """

    def __init__(self, stream: TextIO, clean: Callable[[str], str]) -> None:
        self._stream = stream
        self._clean = clean
        self._pending = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream behind."""
        return self._stream.encoding or "utf-8"

    def write(self, text: str) -> int:
        """Take a text; its whole lines are passed on."""
        lines, newline, rest = (self._pending + text).rpartition("\n")
        self._pending = rest
        if newline:
            self._pass_on(lines + newline)
        return len(text)

    def flush(self) -> None:
        """Pass on what no line ends."""
        pending, self._pending = self._pending, ""
        if pending:
            self._pass_on(pending)
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether the stream behind is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """That of the stream behind, to ask a terminal for its size."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """It is."""
        return True

    def _pass_on(self, text: str) -> None:
        try:
            clean = self._clean(text)
        except Exception:  # noqa: BLE001 - the last way out: rather nothing than a secret, and never a traceback
            clean = WITHHELD
        self._stream.write(clean.encode(self.encoding, "backslashreplace").decode(self.encoding))
