"""The one way of everything that is shown or stored: no secret passes, in whatever encoding it appears."""

import secrets as chance
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TypeVar, cast

from troth.model.exchange import Exchange
from troth.secrets.answers import PrivateValues
from troth.secrets.cleaning import Cleaner, exchanges_in
from troth.secrets.encodings import utf8
from troth.secrets.finder import Finder, Found, Span
from troth.secrets.marks import Marks

T = TypeVar("T")
_KEY_BYTES = 32


class Redactor:
    """Learns what is secret as a run goes on, and takes it out of any value.

    One object serves a whole command. What it does takes time in proportion to what it is given, however much it has
    learned, and it never raises, whatever it is given.

    Args:
        declared: what is known already, as for :meth:`learn`.
        key: decides the marks of values that have no name; without one they are this object's own.
    """

    def __init__(self, declared: Mapping[str, str] | None = None, key: bytes | None = None) -> None:
        self._names: dict[str, str] = {}
        self._answers: PrivateValues | None = None
        self._finder = Finder()
        self._marks = Marks(key or chance.token_bytes(_KEY_BYTES))
        self._listeners: list[Callable[[str], None]] = []
        self._telling: dict[str, bool] = {}
        self._cleaner = Cleaner(self.text, self.data)
        self.learn(declared or {})

    @property
    def declared(self) -> Mapping[str, str]:
        """Secret value → its name, of all that was learned by :meth:`learn`."""
        return MappingProxyType(self._names)

    def learn(self, declared: Mapping[str, str]) -> None:
        """Hide these values from now on, for good.

        Args:
            declared: value → the name to show in its place: that of the environment variable that holds it, such as
                ``ONEALL_SITE_KEYS_PASSWORD``, or of the fact that it is. A value that is known already keeps its name.
                One of fewer than four bytes is hidden where it stands alone, any other wherever it stands.
        """
        for value, name in declared.items():
            if value and value not in self._names:
                self._names[value] = name
                self._finder.declare(value)
                self._telling.clear()

    def learn_issued(self, token: str) -> None:
        """Hide a token that was issued to us, for as long as it is in use: call this whenever it is used."""
        self._finder.remember(token)
        for listener in self._listeners:
            listener(token)

    def pass_on(self, listener: Callable[[str], None]) -> None:
        """Have somebody else told of every token too."""
        self._listeners.append(listener)

    def look_into_answers(self, public: Collection[str], key: bytes) -> None:
        """From now on :meth:`learn_exchange` looks for what is private in answers: the target is somebody's service.

        Args:
            public: facts that are neither secret nor personal, and stay readable in answers too.
            key: decides the marks, as in the constructor.
        """
        if self._answers is None:
            self._answers = PrivateValues()
        self._answers.leave(public)
        self._marks = Marks(key)

    def learn_exchange(self, exchange: Exchange) -> None:
        """Hide from now on what the answer brings in fields named like secrets or personal data, and what looks so.

        At least the last :data:`troth.secrets.finder.MOST_REMEMBERED` values of answers are known at any time. Clean
        what quotes an exchange before many others were learned.
        """
        if self._answers is not None:
            for value in self._answers.of(exchange):
                self._finder.remember(value)
            self._finder.forget()

    def clean(self, value: T) -> T:
        """The same value, of the same type, without secrets: see :class:`troth.secrets.cleaning.Cleaner`.

        What the exchanges in it brought is learned first.
        """
        if self._answers is not None:
            for exchange in exchanges_in(value):
                self.learn_exchange(exchange)
        return cast(T, self._cleaner.clean(value))

    def text(self, text: str) -> str:
        """The text without secrets; any text is taken, lone surrogates too."""
        data = utf8(text)
        clean = self.data(data)
        return text if clean is data else clean.decode("utf-8", "surrogatepass")

    def data(self, data: bytes) -> bytes:
        """The bytes without secrets: each becomes its mark, ``<NAME>``."""
        parts = []
        end = 0
        for span in self.find(data):
            parts += [data[end : span.start], utf8(":".join(map(self.mark, span.found)))]
            end = span.end
        return b"".join((*parts, data[end:])) if parts else data

    def find(self, data: bytes) -> list[Span]:
        """Every part of the bytes that shows a secret, in order and without overlaps."""
        return self._finder.find(data)

    def name(self, found: Found) -> str:
        """The name by which a value was learned; ``""`` where it has none, or is not exactly that value."""
        return self._names[found.value] if found.value is not None and found.exact else ""

    def mark(self, found: Found) -> str:
        """What is shown in place of a value: ``<NAME>``, ``<NAME~k3f9>`` or ``<email-k3f9qz7a>``."""
        if found.value is None:
            return self._marks.of_value(found.reads)
        name = self._names[found.value]
        if self._tells(name):
            return self._marks.of_variant("SECRET", found.reads)
        return self._marks.of_name(name) if found.exact else self._marks.of_variant(name, found.reads)

    def _tells(self, name: str) -> bool:
        """Whether a name would itself show a secret."""
        if name not in self._telling:
            shown = utf8(self._marks.of_name(name))
            self._telling[name] = any(one.value for span in self._finder.find(shown) for one in span.found)
        return self._telling[name]
