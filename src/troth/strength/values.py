"""Derives other values from a value: of the same format, or moved by a number or days. All deterministic."""

import re
from calendar import monthrange
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER = _UPPER.lower()
_HEX = re.compile(r"^(?=.*[0-9])(?:[0-9a-f]{8,}|[0-9A-F]{8,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$")
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_EMAIL = re.compile(r"^[^@\s]+(?=@[^@\s]+\.[^@\s.]+$)")
_DIGITS = re.compile(r"^-?[0-9]{1,18}$")
_MONTH_FIRST = re.compile(r"^(\d{2})/(\d{2})/(\d{4})$")


def same_format(text: str, step: int) -> str:
    """Another text of the same format and length.

    Letters become other letters, digits other digits, hexadecimal digits stay such; the scheme of an address and the
    domain of an e-mail address stay.

    Args:
        text: the text.
        step: how far to turn the alphabets: 1, 2, …; equal steps give equal texts.
    """
    if _HEX.match(text):
        digits = "0123456789ABCDEF" if text == text.upper() else "0123456789abcdef"
        return "".join(_turned(char, digits, step) for char in (text if text == text.upper() else text.lower()))
    url = _URL.match(text)
    if url:
        return url[0] + _shifted(text[url.end() :], step)
    email = _EMAIL.match(text)
    if email:
        return _shifted(email[0], step) + text[email.end() :]
    return _shifted(text, step)


def _shifted(text: str, step: int) -> str:
    return "".join(_other(char, step, first=not index) for index, char in enumerate(text))


def _other(char: str, step: int, first: bool) -> str:
    if char in _UPPER:
        return _turned(char, _UPPER, step)
    if char in _LOWER:
        return _turned(char, _LOWER, step)
    # A leading 0 would change the number of digits.
    return _turned(char, "123456789" if first and char != "0" else "0123456789", step)


def _turned(char: str, alphabet: str, step: int) -> str:
    index = alphabet.find(char)
    return char if index < 0 else alphabet[(index + 1 + step % (len(alphabet) - 1)) % len(alphabet)]


def moved_number(text: str, by: int) -> str | None:
    """A whole number in digits, moved; None where the text is no such number."""
    return str(int(text) + by) if _DIGITS.match(text) else None


def moved_date(text: str, days: int) -> str | None:
    """A date, moved, in the same notation; None where the text is in none of the known notations.

    Knows ISO 8601 (date, or date and time with ``T`` or a blank, with or without a zone), RFC 2822 and ``mm/dd/yyyy``.
    """
    if not 8 <= len(text) <= 40 or not any(char.isdigit() for char in text):
        return None
    for move in (_moved_iso, _moved_mail, _moved_month_first):
        try:
            moved = move(text, timedelta(days=days))
        except (ValueError, OverflowError, TypeError):
            continue
        if moved is not None:
            return moved
    return None


def _moved_iso(text: str, by: timedelta) -> str | None:
    if not re.match(r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$", text):
        return None
    day = datetime.fromisoformat(text[:10]) + by
    return day.strftime("%Y-%m-%d") + text[10:]


def _moved_mail(text: str, by: timedelta) -> str | None:
    if not re.match(r"^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} ", text):
        return None
    moved = format_datetime(parsedate_to_datetime(text) + by)
    return re.sub(r"(GMT|UTC|[+-]\d{4})$", lambda _: text.rsplit(" ", 1)[-1], moved)


def _moved_month_first(text: str, by: timedelta) -> str | None:
    match = _MONTH_FIRST.match(text)
    if match is None:
        return None
    month, day, year = (int(part) for part in match.groups())
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return (datetime(year, month, day) + by).strftime("%m/%d/%Y")
