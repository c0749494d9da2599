"""Dates as OneAll writes and reads them: PHP's ``r`` format in Central European time.

Moments are whole seconds since 1970 (UTC). The zone is computed by the European rule in force since 1996 (clocks change
at 01:00 UTC on the last Sundays of March and October), because not every platform brings a time zone database.
"""

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOUR = 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = re.compile(
    r"(?:[A-Za-z]{3}, *)?([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{4})"
    r"(?: +([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?(?: *([+-]?)([0-9]{2})([0-9]{2}))?"
)


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[int, int]:
    """When summer time begins and ends in that year."""

    def last_sunday(month: int) -> int:
        weekday = datetime(year, month, 31, tzinfo=UTC).weekday()
        return timegm((year, month, 31 - (weekday + 1) % 7, 1, 0, 0))

    return last_sunday(3), last_sunday(10)


def _offset(moment: int) -> int:
    begins, ends = _summer((_EPOCH + timedelta(seconds=moment)).year)
    return 2 * _HOUR if begins <= moment < ends else _HOUR


@lru_cache(maxsize=4096)
def php_date(moment: int) -> str:
    """A moment in PHP's ``r`` format, such as ``Thu, 29 Oct 2015 16:11:57 +0100``."""
    offset = _offset(moment)
    local = _EPOCH + timedelta(seconds=moment + offset)
    return (
        f"{_DAYS[local.weekday()]}, {local.day:02} {_MONTHS[local.month - 1]} {local.year:04} "
        f"{local.hour:02}:{local.minute:02}:{local.second:02} +{offset // _HOUR:02}00"
    )


def moment_of(text: str) -> int | None:
    """The moment that a filter's date names, or ``None`` if it cannot be read.

    Read are the dates OneAll writes (with a lost ``+`` too), looser ones such as ``14 Jan 2020 12:13``, and ISO 8601. A
    date without a zone is Central European time; the weekday is not looked at, since OneAll's own are not always right.
    """
    try:
        return _written(text.strip())
    except (ValueError, OverflowError):
        return None


def _written(text: str) -> int:
    parts = _WRITTEN.fullmatch(text)
    if parts is None:
        parsed = datetime.fromisoformat(text)
        return _from_local(parsed) if parsed.tzinfo is None else int(parsed.timestamp())
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = parts.groups()
    local = datetime(
        int(year),
        _MONTHS.index(month.capitalize()) + 1,
        int(day),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
    )
    if zone_hours is None:
        return _from_local(local)
    east = int(zone_hours) * _HOUR + int(zone_minutes) * 60
    return timegm(local.timetuple()) - (-east if sign == "-" else east)


def _from_local(local: datetime) -> int:
    winter = timegm(local.timetuple()) - _HOUR
    return winter + _HOUR - _offset(winter)
