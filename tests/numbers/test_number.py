"""A number that is not known says why, and a rate knows what it was divided by."""

from datetime import UTC, datetime

import pytest

from clarion.numbers.number import count, rate

EARLY, LATE = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)


def test_a_rate_carries_its_denominator_its_interval_and_the_older_date():
    likes = count(109, "likes", "the network", n=3, as_of=LATE)
    views = count(2100, "views", "the network", n=3, as_of=EARLY)
    found = rate(likes, views, "likes ÷ views")
    assert found.value == pytest.approx(5.19, abs=0.01)
    assert (found.numerator, found.denominator, found.as_of) == (109, 2100, EARLY)
    assert 100 * found.interval.low == pytest.approx(4.32, abs=0.01)


def test_unknown_is_never_zero():
    views = count(None, "views", "the network", n=2, as_of=None, reason="It tells no views.")
    found = rate(count(4, "likes", "the network", n=2, as_of=LATE), views, "likes ÷ views")
    assert (found.value, found.known, found.reason) == (None, False, "It tells no views.")


def test_nothing_divided_by_nothing_is_not_known():
    none = count(0, "clicks", "our links", n=1, as_of=LATE)
    found = rate(none, none, "clicks ÷ views")
    assert found.value is None
    assert found.denominator == 0
    assert found.reason
