"""Wall clocks: some minutes never come, some come twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clarion.kit.errors import NotYet
from clarion.kit.zones import instant, must_be_ahead

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_clock_on_the_wall_means_its_own_zone():
    assert instant(datetime(2026, 7, 1, 9), BERLIN) == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert instant(datetime(2026, 12, 1, 9), BERLIN) == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_minute_that_summer_time_skips_is_refused_with_the_next_that_exists():
    with pytest.raises(
        NotYet, match=r"02:30 does not exist on 29 March 2026.*03:30"
    ) as refused:
        instant(datetime(2026, 3, 29, 2, 30), BERLIN)
    assert refused.value.about == "at"


def test_a_minute_that_comes_twice_means_its_first_coming():
    assert instant(datetime(2026, 10, 25, 2, 30), BERLIN) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_half_hour_zones_are_no_exception():
    assert instant(datetime(2026, 5, 1, 9), ZoneInfo("Asia/Kolkata")) == datetime(
        2026, 5, 1, 3, 30, tzinfo=UTC
    )


def test_the_end_of_time_is_refused_in_words():
    with pytest.raises(NotYet, match="five years"):
        instant(datetime.max, ZoneInfo("America/New_York"))


def test_the_minute_one_is_in_has_not_passed():
    must_be_ahead(NOW - timedelta(seconds=59), NOW)
    must_be_ahead(NOW + timedelta(days=1), NOW)


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (NOW - timedelta(minutes=2), "has passed"),
        (NOW + timedelta(days=6 * 366), "next five years"),
    ],
)
def test_what_is_not_ahead_is_refused(moment, why):
    with pytest.raises(NotYet, match=why):
        must_be_ahead(moment, NOW)
