"""Values that stand for others in a recording: of the same format, and the same for the same value and key.

A keyed hash (HMAC-SHA-256) of the value decides every character, so nothing about it can be learnt without the key.
"""

import hashlib
import hmac
import re
import string
from collections.abc import Callable

EMAIL = re.compile(r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]++@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++")
"""Begins nowhere but at the beginning of a run of its signs: no text makes the search slow."""
UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
HEX = re.compile(r"(?=.*[0-9])(?=.*[a-fA-F])(?:[0-9a-f]{8,}|[0-9A-F]{8,})")
URL = re.compile(r"(https?://[^/?#]*)(.*)", re.DOTALL)
DATE = re.compile(r"(\d{4})([-/.])(\d{2})\2(\d{2})|(\d{2})([-/.])(\d{2})\6(\d{4})")
_WORD = re.compile(UUID.pattern + r"|\w+")
_KEPT = frozenset("-_.")
_ESCAPED = re.compile(UUID.pattern + r"|%[0-9A-Fa-f]{2}|[A-Za-z0-9]+|.", re.DOTALL)


class Pseudonyms:
    """Makes pseudonyms.

    Args:
        key: the project's key; other keys give other pseudonyms.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def secret(self, value: str) -> str:
        """For a secret: UUID by UUID, hexadecimal by hexadecimal, digits by digits, e-mail by e-mail, text by text.

        Text keeps its length, its small and capital letters, its digits and ``-``, ``_`` and ``.``; every other
        character becomes a letter, so that the pseudonym is written alike in every encoding.
        """
        if EMAIL.fullmatch(value):
            return self._email(value)
        if UUID.fullmatch(value):
            # The version and variant stay, so that it is still such a UUID.
            return self._characters(value, lambda _char, index: index in (8, 13, 14, 18, 19, 23), hexadecimal=True)
        if HEX.fullmatch(value):
            return self._characters(value, lambda _char, _index: False, hexadecimal=True)
        return self._characters(value, lambda char, _index: char in _KEPT)

    def personal(self, value: str) -> str:
        """For personal data: dates by dates, URLs by URLs on the same host, e-mail by e-mail, and words one by one.

        A word has one pseudonym wherever it stands, so that a full name still holds the family name. A UUID is a word.
        """
        if EMAIL.fullmatch(value):
            return self._email(value)
        url = URL.fullmatch(value)
        if url is not None:
            parts = _ESCAPED.findall(url[2])
            return url[1] + "".join(self.secret(part) if part[0].isalnum() else part for part in parts)
        date = DATE.fullmatch(value)
        if date is not None:
            return self._date(value, date)
        return _WORD.sub(lambda word: self.secret(word[0]), value)

    def _email(self, value: str) -> str:
        local, _, domain = value.partition("@")
        return f"{self.secret(local)}@{self.secret(domain.partition('.')[0])}.example"

    def _date(self, value: str, match: re.Match[str]) -> str:
        stream = self._stream(value)
        year, month, day = 1950 + stream[0] % 50, 1 + stream[1] % 12, 1 + stream[2] % 28
        if match[1]:
            return f"{year}{match[2]}{month:02}{match[2]}{day:02}"
        # Nobody can tell the month from the day in these: both stay below 13.
        return f"{month:02}{match[6]}{1 + day % 12:02}{match[6]}{year}"

    def _characters(self, value: str, kept: Callable[[str, int], bool], *, hexadecimal: bool = False) -> str:
        chosen = []
        for index, (char, byte) in enumerate(zip(value, self._stream(value), strict=False)):
            if kept(char, index):
                chosen.append(char)
            elif hexadecimal:
                alphabet = "0123456789ABCDEF" if value.upper() == value else "0123456789abcdef"
                chosen.append(alphabet[byte % 16])
            else:
                chosen.append(_like(char, byte, first=index == 0))
        return "".join(chosen)

    def _stream(self, value: str) -> bytes:
        """At least as many bytes as the value has characters."""
        data = value.encode("utf-8", "surrogatepass")
        blocks = []
        for number in range(len(value) // 32 + 1):
            blocks.append(hmac.new(self._key, number.to_bytes(4, "big") + data, hashlib.sha256).digest())
        return b"".join(blocks)


def _like(char: str, byte: int, *, first: bool) -> str:
    """A character of the same kind; a number does not begin with a zero that was not there."""
    if char in string.digits:
        return char if first and char == "0" else string.digits[1 + byte % 9 if first else byte % 10]
    return (string.ascii_uppercase if char.isupper() else string.ascii_lowercase)[byte % 26]
