"""How numbers grew."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clarion.measurement.actions import append
from clarion.measurement.history import growth, readings, visits
from clarion.measurement.models import Click, Reading
from clarion.publishing.models import Delivery

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 21)


@pytest.fixture
def rye(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(
        state="live", remote_id="r1", live_at=timezone.now(), due_at=None
    )
    return delivery


def read(delivery, day, hour, total, metric="views"):
    at = datetime(2026, 11, day, hour, tzinfo=UTC)
    append([Reading(delivery=delivery, metric=metric, total=total, read_at=at)])


def grown(start, metrics=("views",)):
    return growth(Delivery.objects.all(), metrics, (start, TODAY), BERLIN)


def test_totals_are_those_at_the_end_of_each_day(rye, django_assert_num_queries):
    for day, hour, total in ((18, 9, 5), (18, 20, 8), (20, 9, 30)):
        read(rye, day, hour, total)
    with django_assert_num_queries(1):
        found = grown(date(2026, 11, 17))
    assert found.totals["views"] == [None, 8, 8, 30, 30]  # 17 to 21 November


def test_a_day_begins_at_midnight_where_the_workspace_is(rye):
    read(rye, 19, 23, 4)  # that is the 20th in Berlin
    assert grown(date(2026, 11, 19)).totals["views"] == [None, 4, 4]


def test_what_the_network_takes_back_is_taken_back(rye):
    read(rye, 19, 9, 80)
    read(rye, 20, 9, 70)
    assert grown(date(2026, 11, 19)).totals["views"] == [80, 70, 70]


def test_without_a_start_it_begins_with_the_first_reading(rye):
    read(rye, 20, 9, 1, "likes")
    found = grown(None, ("views", "likes"))
    assert found.days == [date(2026, 11, 20), TODAY]
    assert found.totals == {"views": [None, None], "likes": [1, 1]}
    assert growth(Delivery.objects.none(), ("views",), (None, TODAY), BERLIN).days == ()


def test_a_long_stretch_is_shown_by_the_week_up_to_today(rye):
    found = grown(TODAY - timedelta(days=365))
    assert len(found.days) == 53
    assert found.days[-1] == TODAY


def test_a_reading_knows_what_was_said_before_it(rye):
    for day, total in ((18, 50), (19, 80), (20, 70)):
        read(rye, day, 9, total)
    rows = [(r.total, r.before) for r in readings(rye.variant.post)]
    assert rows == [(70, 80), (80, 50), (50, None)]
    [corrected] = readings(rye.variant.post, corrections=True)
    assert (corrected.before, corrected.total) == (80, 70)


def test_visits_are_counted_by_day_without_robots(rye):
    from clarion.content.models import Link

    link = Link.objects.create(variant=rye.variant, code="abc", target="https://a.example")
    for n, (day, hour, robot) in enumerate(
        ((19, 9, False), (19, 10, True), (19, 23, False), (20, 9, False))
    ):
        at = datetime(2026, 11, day, hour, tzinfo=UTC)
        Click.objects.create(link=link, ref=str(n), robot=robot, at=at)
    found = visits(Delivery.objects.all(), BERLIN)
    assert found == {date(2026, 11, 19): 1, date(2026, 11, 20): 2}
