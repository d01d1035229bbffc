"""Readings are kept as the networks told them, and each knows how long it held."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clarion.content import actions as content
from clarion.measurement.actions import append, conclude, write_down
from clarion.measurement.models import Reading
from clarion.publishing.actions import paid_for, publish_now
from clarion.publishing.models import Delivery


@pytest.fixture
def rye(delivery):
    now = timezone.now()
    Delivery.objects.update(state="live", remote_id="r1", live_at=now, due_at=None)
    return delivery


def told(delivery, metric="likes"):
    rows = delivery.readings.filter(metric=metric).order_by("read_at")
    return list(rows.values_list("total", "read_at", "replaced_at"))


def test_a_reading_holds_until_the_network_says_something_else(rye, channel, later):
    assert write_down(channel, {"r1": {"likes": 3, "views": 9}}) == 2
    with later(hours=1):
        assert write_down(channel, {"r1": {"likes": 5, "views": 9}}) == 1
    (first, _, until), (second, since, still) = told(rye)
    assert (first, second) == (3, 5)
    assert until == since
    assert still is None
    assert len(told(rye, "views")) == 1


def test_a_whole_history_can_be_kept_at_once(rye):
    now = timezone.now()
    days = [now - timedelta(days=n) for n in (3, 2, 1)]
    append(
        [
            Reading(delivery=rye, metric="likes", total=n, read_at=at)
            for n, at in enumerate(days)
        ]
    )
    assert [until for _, _, until in told(rye)] == [*days[1:], None]


def test_two_newest_readings_of_one_number_cannot_be(rye):
    Reading.objects.create(delivery=rye, metric="likes", total=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reading.objects.create(delivery=rye, metric="likes", total=2)


def test_a_lesson_that_compares_a_bought_public_with_ones_own_says_so(rye, boss, channel):
    campaign = rye.variant.post.campaign
    other = content.write(
        rye.channel.workspace, "Cold rye", [channel], campaign=campaign, by=boss
    )
    [cold] = publish_now(other, by=boss)
    Delivery.objects.filter(pk=cold.pk).update(
        state="live", remote_id="r2", live_at=timezone.now(), due_at=None
    )
    write_down(
        channel, {"r1": {"views": 1000, "likes": 90}, "r2": {"views": 1000, "likes": 30}}
    )
    conclude(campaign)
    assert "Money" not in campaign.lessons.get(key="best-two").text
    paid_for([cold.pk])
    conclude(campaign)
    assert "Money is behind the second" in campaign.lessons.get(key="best-two").text
