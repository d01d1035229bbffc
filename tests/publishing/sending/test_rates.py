"""No account says more in a while than its network takes, whoever counts and whenever."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery

State = Delivery.State


@pytest.fixture
def five(space, channel, boss):
    """Five posts due now for an account that may say two an hour."""
    for n in range(5):
        publishing.publish_now(content.write(space, f"Post {n}", [channel], by=boss), by=boss)
    Channel.objects.update(own_limits={"per_hour": 2}, due_at=None)
    return channel


def test_what_is_over_the_rate_waits_its_turn(five, work, playground):
    work()
    assert playground.stats["live"] == 2
    five.refresh_from_db()
    assert timedelta(minutes=50) < five.full_until - timezone.now() <= timedelta(hours=1)
    an_hour = timedelta(hours=1, minutes=1)  # that goes by
    Channel.objects.update(full_until=F("full_until") - an_hour)
    Delivery.objects.update(first_sent_at=F("first_sent_at") - an_hour)
    work()
    assert playground.stats["live"] == 4


def test_two_workers_do_not_overdraw(five):
    from clarion.interfaces.worker.steps import BY_NAME

    step = BY_NAME["publishing.delivery.planned"]
    assert [len(step.claim()), len(step.claim())] == [2, 0]


def test_what_was_proven_not_to_be_out_is_given_back(five, work, playground, later):
    playground.fault("slow_down", next=2, seconds=60)
    work()
    assert playground.stats["live"] == 0
    with later(seconds=90):
        work()
    assert playground.stats["live"] == 2


def test_another_account_is_not_kept_waiting(five, second, space, boss, work):
    post = content.write(space, "Of another", [second], by=boss)
    [delivery] = publishing.publish_now(post, by=boss)
    work()
    delivery.refresh_from_db()
    assert delivery.state == State.LIVE
