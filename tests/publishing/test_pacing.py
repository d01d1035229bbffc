"""Times that nobody chose by hand: on the wall's clock, in order, never two at once."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clarion.publishing import pacing
from clarion.publishing.models import Delivery

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC")
WEEKS = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 1439)), min_size=1, max_size=12)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(week=WEEKS, zone=st.sampled_from(ZONES).map(ZoneInfo), after=MOMENTS)
def test_openings_come_in_order_once_and_at_the_minute_on_the_wall(week, zone, after):
    found = list(islice(pacing.openings(week, zone, after), 40))
    assert len(found) == 40
    assert all(a.at < b.at for a, b in pairwise([pacing.Opening(after), *found]))
    for opening in found:
        local = opening.at.astimezone(zone)
        on_the_wall = (local.weekday(), local.hour * 60 + local.minute)
        assert opening.moved or on_the_wall in week
        if opening.moved:  # at the very moment at which the clocks were put forward
            before = (opening.at - timedelta(minutes=1)).astimezone(zone)
            assert local.utcoffset() > before.utcoffset()


def test_a_slot_in_the_gap_takes_the_next_minute_there_is_and_says_so():
    sunday = {(6, 150)}
    gap = datetime(2027, 3, 27, 12, tzinfo=UTC)
    first, second = islice(pacing.openings(sunday, BERLIN, gap), 2)
    assert (f"{first.at.astimezone(BERLIN):%d %H:%M}", first.moved) == ("28 03:00", True)
    assert (f"{second.at.astimezone(BERLIN):%d %H:%M}", second.moved) == ("04 02:30", False)


def test_two_slots_that_fall_on_one_moment_are_one_opening():
    gap = datetime(2027, 3, 27, 12, tzinfo=UTC)
    found = list(islice(pacing.openings({(6, 130), (6, 150), (6, 180)}, BERLIN, gap), 2))
    assert found[0].at.astimezone(BERLIN).hour == 3
    assert found[1].at - found[0].at > timedelta(days=6)


def test_a_minute_that_comes_twice_is_used_once():
    autumn = datetime(2027, 10, 30, 12, tzinfo=UTC)
    first, second = islice(pacing.openings({(6, 150)}, BERLIN, autumn), 2)
    assert first.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert second.at - first.at > timedelta(days=6)


@given(
    taken=st.lists(st.integers(0, 600), max_size=30),
    start=st.integers(0, 600),
)
def test_a_gap_is_kept_from_everything_that_is_there(taken, start):
    zero = datetime(2026, 11, 22, tzinfo=UTC)
    there = [zero + timedelta(minutes=m) for m in taken]
    at = pacing.first_gap(there, zero + timedelta(minutes=start))
    assert at >= zero + timedelta(minutes=start)
    assert all(abs(at - other) >= pacing.GAP for other in there)


@pytest.fixture
def missed(space, channel, boss):
    """Three posts for half past nine, ten and half past ten of a day that is over at noon."""
    from clarion.content import actions as content
    from clarion.publishing import actions as publishing

    now = timezone.now()
    for n in range(3):
        post = content.write(space, f"Loaf {n}", [channel], by=boss)
        publishing.schedule(post, now + timedelta(minutes=30 * n + 1), by=boss)
    return now + timedelta(hours=3)


def test_what_missed_its_time_catches_up_in_order_and_never_at_once(missed):
    timed = pacing.catch_up(Delivery.objects.all(), missed)
    said = [t.delivery.variant.words for t in timed]
    assert said == ["Loaf 0", "Loaf 1", "Loaf 2"]
    times = list(Delivery.objects.order_by("planned_for").values_list("planned_for", flat=True))
    assert [t.at for t in timed] == times
    assert all(b - a >= pacing.GAP for a, b in pairwise(times))
    assert times[0] == missed


def test_what_is_still_ahead_keeps_its_time(missed):
    last = Delivery.objects.order_by("planned_for").last()
    Delivery.objects.filter(pk=last.pk).update(planned_for=missed + timedelta(minutes=10))
    timed = pacing.catch_up(Delivery.objects.all(), missed)
    assert last.pk not in [t.delivery.pk for t in timed]
    times = sorted([*(t.at for t in timed), missed + timedelta(minutes=10)])
    assert all(b - a >= pacing.GAP for a, b in pairwise(times))
