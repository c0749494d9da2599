"""The one way of everything that is shown or stored: no secret passes, in whatever encoding it appears."""

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar, cast

from troth.model.exchange import Exchange
from troth.secrets.cleaning import Cleaner
from troth.secrets.encodings import utf8
from troth.secrets.finder import SHORTEST, Finder, Span
from troth.secrets.pseudonyms import Pseudonyms
from troth.secrets.scrubber import Scrubber

T = TypeVar("T")


class Redactor:
    """Learns what is secret as a run goes on, and takes it out of any value.

    One object serves a whole command. It never raises, whatever it is given.

    Args:
        secrets: what is known already, as for :meth:`learn`.
    """

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._declared: dict[str, str] = {}
        self._scrubber: Scrubber | None = None
        self._finder: Finder | None = None
        self._shown: dict[str, bytes] = {}
        self._cleaner = Cleaner(self.text, self.data)
        self.learn(secrets or {})

    @property
    def declared(self) -> Mapping[str, str]:
        """Secret value → its name, of all that was learned by :meth:`learn`."""
        return self._declared

    def learn(self, secrets: Mapping[str, str]) -> None:
        """Hide these values from now on.

        Args:
            secrets: value → the name to show in its place, such as ``ONEALL_SITE_KEYS_PASSWORD``. A value that is known
                already keeps its name.
        """
        for value, name in secrets.items():
            if value and value not in self._declared:
                self._declared[value] = name
                self._finder = None

    def look_into_answers(self, personal: Collection[str], public: Collection[str]) -> None:
        """From now on :meth:`learn_exchange` looks for what is private in answers: the target is somebody's service.

        Args:
            personal: facts about a person.
            public: facts that are neither secret nor personal, and stay readable in answers too.
        """
        self._scrubber = Scrubber(Pseudonyms(b""), (), personal, public)

    def learn_exchange(self, exchange: Exchange) -> None:
        """Hide from now on what the answer brings in fields named like secrets or personal data, and what looks so."""
        if self._scrubber is not None:
            before = len(self._scrubber.found)
            self._scrubber.exchange(exchange)
            if len(self._scrubber.found) > before:
                self._finder = None

    def clean(self, value: T) -> T:
        """The same value, of the same type, without secrets: see :class:`troth.secrets.cleaning.Cleaner`."""
        return cast(T, self._cleaner.clean(value))

    def text(self, text: str) -> str:
        """The text without secrets; any text is taken, lone surrogates too."""
        data = utf8(text)
        clean = self.data(data)
        return text if clean is data else clean.decode("utf-8", "surrogatepass")

    def data(self, data: bytes) -> bytes:
        """The bytes without secrets: each becomes ``<NAME>``."""
        parts = []
        end = 0
        for span in self.find(data):
            parts += [data[end : span.start], b":".join(map(self._mark, span.names))]
            end = span.end
        return b"".join((*parts, data[end:])) if parts else data

    def find(self, data: bytes) -> Iterator[Span]:
        """Every part of the bytes that shows a secret, in order and without overlaps."""
        if self._finder is None:
            found = () if self._scrubber is None else self._scrubber.found
            self._finder = Finder({**dict.fromkeys(found, "PRIVATE"), **self._declared})
            self._shown = {}
        return self._finder.find(data)

    def _mark(self, name: str) -> bytes:
        """``<NAME>``, or another word where the name would itself show a secret."""
        mark = self._shown.get(name)
        if mark is None:
            secrets = [value for value in self._declared if len(value) >= SHORTEST]
            shown = (one for one in (name, "SECRET", "***", "") if not any(value in one for value in secrets))
            mark = self._shown[name] = b"<" + utf8(next(shown, "")) + b">"
        return mark
