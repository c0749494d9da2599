"""What is shown in place of a private value: a mark between ``<`` and ``>`` that tells it from every other.

A value that has a name is shown by its name. One that an answer brought is shown by what it looks like and by a keyed
hash of it, so that equal ones look equal and different ones different, in the request and in the answer, in every
attempt of a run and in every process of it, and nothing about the value can be learnt from it. A mark is known for one
when it is read again (:data:`troth.secrets.sensitive.MARK`): a pseudonym of the value's own format would not be.
"""

import hashlib
import hmac
import re
from base64 import b32encode

from troth.secrets.pseudonyms import DATE, EMAIL, HEX, URL, UUID

_LOOKS = (("email", EMAIL), ("uuid", UUID), ("date", DATE), ("url", URL), ("number", re.compile(r"\d+")), ("hex", HEX))
_TOKEN = re.compile(r"(?=.*\d)[A-Za-z0-9+/=._~-]{16,}")
_CHARACTERS, _FEW_CHARACTERS = 8, 4


class Marks:
    """Makes marks.

    Args:
        key: decides the hashes; the project's, where several processes shall show the same.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_value(self, reads: bytes) -> str:
        """For a value that has no name: ``<email-k3f9qz7a>``.

        Args:
            reads: the value's own bytes, every writing undone.
        """
        return f"<{_looks_like(reads.decode('utf-8', 'replace'))}-{self._hash(reads)[:_CHARACTERS]}>"

    def of_name(self, name: str) -> str:
        """For a value by its name: ``<ONEALL_SITE_KEYS_PASSWORD>``. Signs that no mark has are left out."""
        return f"<{re.sub(r'[^A-Za-z0-9_.*~-]', '', name)}>"

    def of_variant(self, name: str, reads: bytes) -> str:
        """For what differs from a named value by letter case, composition or a missing end: ``<NAME~k3f9>``."""
        return f"{self.of_name(name)[:-1]}~{self._hash(reads)[:_FEW_CHARACTERS]}>"

    def _hash(self, reads: bytes) -> str:
        digest = hmac.new(self._key, b"mark " + reads, hashlib.sha256).digest()
        return b32encode(digest[:5]).decode("ascii").lower()


def _looks_like(text: str) -> str:
    for name, pattern in _LOOKS:
        if pattern.fullmatch(text):
            return name
    return "token" if _TOKEN.fullmatch(text) else "text"
