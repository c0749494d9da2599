"""The OneAll mock's dates, held to the time zone database and the standard library's mail dates."""

from datetime import UTC, datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from troth.mocks.oneall.dates import moment_of, php_date

BERLIN = ZoneInfo("Europe/Berlin")
# The European rule has held since 1996; the database knows its future only as far as 2037 on some platforms.
MOMENTS = st.integers(
    int(datetime(1996, 6, 1, tzinfo=UTC).timestamp()), int(datetime(2037, 1, 1, tzinfo=UTC).timestamp())
)


@settings(deadline=None)
@given(MOMENTS)
@example(1711846799)
@example(1711846800)
@example(1729990799)
@example(1729990800)
def test_a_date_is_central_european_time(moment):
    assert php_date(moment) == format_datetime(datetime.fromtimestamp(moment, UTC).astimezone(BERLIN))


@settings(deadline=None)
@given(MOMENTS)
def test_a_date_that_was_written_is_read_again(moment):
    written = php_date(moment)
    assert moment_of(written) == moment
    assert moment_of(written.replace("+", " ")) == moment
    assert moment_of(written.partition(", ")[2]) == moment


@settings(deadline=None)
@given(MOMENTS)
def test_a_date_without_zone_is_central_european_time(moment):
    local = datetime.fromtimestamp(moment, UTC).astimezone(BERLIN)
    read = moment_of(local.strftime("%d %b %Y %H:%M:%S"))
    # In the repeated hour of October one of two moments is meant.
    assert read in (moment, moment - 3600, moment + 3600)
    assert php_date(read)[:25] == php_date(moment)[:25]
    assert moment_of(local.replace(tzinfo=None).isoformat()) == read


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("14 Jan 2020 12:13", 1579000380),
        ("14 Jul 2020", 1594677600),
        ("14 jul 2020 00:00:00 -0130", 1594690200),
        ("2020-01-14", 1578956400),
        ("", None),
        ("soon", None),
        ("30 Feb 2020", None),
        ("1 Jan 99999", None),
    ],
)
def test_looser_dates_are_read(text, moment):
    assert moment_of(text) == moment


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_date_or_none(text):
    assert moment_of(text) is None or isinstance(moment_of(text), int)
