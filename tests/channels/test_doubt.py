"""A blip never disconnects; a refusal that was meant does, before a post fails."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.channels import actions as channels
from clarion.channels.models import Channel
from clarion.publishing.models import Delivery

State = Channel.State


@pytest.fixture
def aging(space, boss, playground):
    """An account whose key has to be refreshed after an hour."""
    playground.settings(key_seconds=3600)
    answers = {"server": playground.url, "handle": "aging"}
    [channel] = channels.start(space, "playground", answers, "", by=boss)
    return channel


def fresh(row):
    row.refresh_from_db()
    return row


def test_one_refusal_while_sending_is_a_blip(channel, delivery, playground, work):
    playground.fault("revoked", next=1, calls="writes")
    work()
    assert fresh(channel).state == State.OPEN
    assert (channel.doubted_at, channel.doubts) == (None, 0)
    assert fresh(delivery).state == Delivery.State.LIVE


def test_one_refusal_of_a_check_up_is_a_blip(channel, playground, work, later):
    playground.fault("revoked", next=1, calls="reads")
    work()
    assert fresh(channel).state == State.OPEN
    with later(minutes=1):
        work()
    assert (fresh(channel).state, channel.doubted_at) == (State.OPEN, None)


def test_a_refusal_that_is_meant_shuts_it(channel, playground, work, later):
    playground.control("revoke", {"account": "bakery"})
    work()
    with later(minutes=1):
        work()
    assert fresh(channel).state == State.SHUT


def test_whoever_may_read_but_no_longer_write_is_told_after_a_few_times(
    channel, delivery, playground, work
):
    playground.fault("revoked", probability=1, calls="writes")
    work()
    assert fresh(channel).state == State.SHUT
    assert fresh(delivery).state == Delivery.State.PLANNED
    assert playground.stats["fired"]["revoked"] <= 5


def test_an_outage_of_the_network_never_shuts_it(channel, playground, work, later):
    playground.fault("fail_before", probability=1, calls="all")
    for hours in (0, 1, 30):
        with later(hours=hours):
            work()
    assert fresh(channel).state == State.OPEN


def test_a_key_is_refreshed_early_and_each_token_is_used_once(aging, playground, work, later):
    before = aging.secret["token"]
    Channel.objects.filter(pk=aging.pk).update(
        refreshed_at=timezone.now() - timedelta(minutes=50),
        grant_expires_at=timezone.now() + timedelta(minutes=10),
    )
    work()
    assert fresh(aging).secret["token"] != before
    work()
    stats = playground.stats
    assert (stats["keys_renewed"], stats["refresh_tokens_reused"]) == (1, 0)


def test_a_refused_refresh_leaves_the_account_open_until_its_key_ends(aging, playground, work):
    soon = timezone.now() + timedelta(minutes=10)
    Channel.objects.filter(pk=aging.pk).update(
        refreshed_at=timezone.now() - timedelta(minutes=50), grant_expires_at=soon
    )
    playground.fault("revoked", next=1, calls="keys")
    work()
    assert (fresh(aging).state, aging.grant_ends_at) == (State.OPEN, soon)
