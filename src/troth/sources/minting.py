"""Values that are nobody's: made to be unique, in the format that the input asks for, the same for the same seed."""

import random
import string
import uuid
from urllib.parse import quote

_LETTERS = string.ascii_lowercase


class Mint:
    """Makes values and remembers them.

    Args:
        seed: the run's seed, with whatever tells one use from another.
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the values need to be unlikely, not secret
        self.made: set[str] = set()

    def value(self, form: str) -> object:
        """A new value in one of the formats of :data:`troth.loading.matchers.FORMATS`."""
        return self.pair() if form == "keypair" else self._keep(self._text(form))

    def pair(self) -> dict[str, object]:
        """A new user name with a new password."""
        return {"username": self._keep(self._uuid()), "password": self._keep(self._uuid())}

    def _text(self, form: str) -> str:
        if form == "uuid":
            return self._uuid()
        if form == "email":
            return f"nobody.{self._word(12)}@troth.example"
        if form == "digits":
            return "9" + "".join(self._random.choices(string.digits, k=11))
        if form in ("hex32", "hex64"):
            return "".join(self._random.choices("0123456789abcdef", k=int(form[3:])))
        if form == "code32":
            return "".join(self._random.choices(string.ascii_letters + string.digits + "^;+#&<", k=32))
        if form == "url":
            return f"https://nobody.troth.example/{quote(self._word(12))}"
        return f"nobody-{self._word(14)}"

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _word(self, length: int) -> str:
        return "".join(self._random.choices(_LETTERS, k=length))

    def _keep(self, text: str) -> str:
        self.made.add(text)
        return text
