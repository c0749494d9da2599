"""Which values are secrets or personal data, by the name of their field or by their looks."""

import re
from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from math import log2

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET = re.compile(
    r"pass(word|wd|phrase)|secret|token|credential|(api|private|access|license)_?key|authorization|cookie"
    r"|session(_?(id|key))?$|signature|(^|_)(otp|pin|pwd|sid|jwt|csrf)($|_)|security_?(code|answer)"
)
_NOT_SECRET = re.compile(
    r"(type|expir\w*|length|count|date|time|url|uri|name|status|error|hint|field|_at|_in|valid|policy)$"
)
_CARRIERS = frozenset(("key", "value", "secret", "id"))
"""Names that say nothing themselves, below a name that does: ``access_token: {key: …}``."""
_PERSONAL = re.compile(
    r"e?mail|phone|mobile(_?number)?$|birth_?(day|date)|date_?of_?birth|(^|_)(bday|dob|ssn|iban)($|_)"
    r"|(given|family|middle|maiden|first|last|full|display|nick|user|preferred_user|screen|login)_?names?$|^surname$|^nickname$"
    r"|^formatted$|pictures?(_|$)|photos?(_|$)|avatar|thumbnail|portrait|^login$|street|postal_?code|zip_?code"
)
_NOT_PERSONAL = re.compile(r"(verified|confirmed|count|size|type|format|status|error)$|^is_|^has_")
_HUMAN = re.compile(r"mail|birth|gender|phone|picture|photo|avatar|given_?name|family_?name|first_?name|last_?name")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SHORTEST_TOKEN, _LONGEST_NUMBER = 20, 23
_ENTROPY = 3.0
_LONGEST_NAME = 64
_NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))
MARK = re.compile(r"<[A-Za-z0-9_.*~-]+>")
"""What stands in place of a value that was hidden (:mod:`troth.secrets.marks`)."""
SHORTEST_GUESS = 4
_FEWEST_CHARACTERS = 2
_SMALL_NUMBER = re.compile(r"[+-]?\d{1,5}|[vV]?\d{1,4}(?:\.\d{1,4}){1,3}")
_COMMON_WORDS = (
    "true false null none undefined yes void unknown empty blank default test example sample demo dummy value text "
    "string str number numeric integer int32 int64 float double boolean bool object array list date datetime time "
    "date-time password passwd secret token access_token refresh_token bearer basic digest oauth oauth2 apikey key "
    "api_key code name username user admin root guest anonymous public private hidden redacted masked email mail "
    "phone mobile male female other http https localhost active inactive enabled disabled required optional "
    "expired invalid valid success error failed pending open closed session cookie authorization application json "
    "html xml"
)
_COMMON = frozenset(_COMMON_WORDS.split())
"""Words that a field may hold in place of a value. To hide one of them everywhere would make a report unreadable."""
_FORMATS = {
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a key of Amazon's": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of GitHub's": re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})"),
    "a token of Slack's": re.compile(rb"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a key of Stripe's": re.compile(rb"\b[rs]k_live_[A-Za-z0-9]{16,}"),
    "a key of Google's": re.compile(rb"\bAIza[0-9A-Za-z_-]{35}\b"),
}
"""What is a secret wherever it stands, and whoever put it there."""


def names_secret(names: Collection[str]) -> bool:
    """Whether the way to a value says that it is a password, a token or a key."""
    plain = [_plain(name) for name in names if name != "*"]
    if not plain:
        return False
    if _SECRET.search(plain[-1]):
        return not _NOT_SECRET.search(plain[-1])
    return plain[-1] in _CARRIERS and len(plain) > 1 and bool(_SECRET.search(plain[-2]))


def names_human(name: str) -> bool:
    """Whether a field of this name stands among other things about a person, as a birthday does."""
    return bool(_HUMAN.search(_plain(name)))


def names_person(names: Collection[str], among_human: bool = False) -> bool:
    """Whether the way to a value says that it is about a person: address, name, birthday, picture.

    Args:
        names: keys, outermost first; ``*`` for any index.
        among_human: whether anything beside it :func:`names_human`; ``name`` alone is a person's only then.
    """
    plain = [_plain(name) for name in names if name != "*"]
    if not plain or _NOT_PERSONAL.search(plain[-1]):
        return False
    if _PERSONAL.search(plain[-1]):
        return True
    if plain[-1] == "name":
        return among_human
    return plain[-1] == "value" and len(plain) > 1 and bool(_PERSONAL.search(plain[-2]))


def worth_hiding(value: str, names: Collection[str] = ()) -> bool:
    """Whether a value that is only guessed to be private may be hidden wherever it stands.

    Not so what is short, a word that stands for a kind of value, a version or a small number, a value that only repeats
    the name of its field, what was masked by others, and what was hidden before: ``true`` in
    ``Access-Control-Allow-Credentials``, ``"email": "string"``.
    """
    plain = value.strip().lower()
    if (
        len(plain) < SHORTEST_GUESS
        or plain in _COMMON
        or plain.replace("-", "") in _COMMON
        or _SMALL_NUMBER.fullmatch(plain)
        or MARK.search(value)
    ):
        return False
    if len(set(plain)) < _FEWEST_CHARACTERS:
        return False
    return not any(plain == name.lower() or plain == _plain(name) for name in names)


def looks_secret(run: str) -> bool:
    """Whether a run of letters, digits, ``-`` and ``_`` looks made by a machine to be unguessable. UUIDs are ids."""
    if len(run) < _SHORTEST_TOKEN or _UUID.fullmatch(run):
        return False
    longest = max(re.split(r"[-_]", run), key=len)
    if len(longest) < _SHORTEST_TOKEN:
        return False
    digits = len(longest) - len(longest.translate(_NO_DIGITS))
    if digits == len(longest):
        return digits > _LONGEST_NUMBER
    return min(digits, len(longest) - digits) >= 2 and _entropy(longest) >= _ENTROPY


def is_distinct(value: str) -> bool:
    """Whether a value can be known again wherever it stands: no word or number that may be there by chance."""
    if "@" in value or (" " in value and len(value) >= 8):
        return True
    return len(value) >= 8 and any(map(str.isdigit, value))


def secret_formats(data: bytes) -> tuple[str, ...]:
    """The kinds of secrets that the bytes hold by their format alone."""
    return tuple(name for name, pattern in _FORMATS.items() if pattern.search(data))


def _plain(name: str) -> str:
    return _plain_ending(name[-_LONGEST_NAME:])


@lru_cache(maxsize=1024)
def _plain_ending(name: str) -> str:
    return _CAMEL.sub("_", name).lower().replace("-", "_")


def _entropy(text: str) -> float:
    """Shannon's entropy in bits a character."""
    counts = Counter(text).values()
    return float(-sum(count / len(text) * log2(count / len(text)) for count in counts))
