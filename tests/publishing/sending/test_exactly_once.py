"""Whatever the network does, a post is out once or honestly held."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.accounts.models import Notice
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.kit.errors import NotYet
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery

State = Delivery.State


def out(playground):
    return playground.stats["live"]


@pytest.fixture
def again(later, work):
    """Time passes and the worker works."""

    def passes(**by):
        with later(**by):
            work()

    return passes


def test_it_goes_out_once(delivery, playground, work):
    work()
    work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.said) == (State.LIVE, "Fresh bread at seven")
    assert delivery.url.startswith(playground.url)
    assert out(playground) == 1


def test_a_lost_answer_is_not_sent_twice(delivery, playground, work, again):
    playground.fault("fail_after", next=1)
    work()
    delivery.refresh_from_db()
    assert delivery.state == State.UNSURE
    again(seconds=10)
    delivery.refresh_from_db()
    assert delivery.state == State.LIVE
    assert out(playground) == 1


def test_a_lost_request_is_sent_again(delivery, playground, work, again):
    playground.fault("fail_before", next=1)
    work()
    again(seconds=10)
    delivery.refresh_from_db()
    assert delivery.state == State.LIVE
    assert out(playground) == 1


def test_a_network_that_is_down_for_long_is_tried_less_and_less(
    delivery, playground, work, later
):
    playground.fault("fail_before", next=50)
    for _ in range(6):
        work()
        delivery.refresh_from_db()
        with later(seconds=5):
            work()
    delivery.refresh_from_db()
    assert delivery.tries < 6
    assert out(playground) == 0


def test_a_network_that_asks_to_slow_down_is_obeyed(delivery, channel, playground, work, again):
    playground.fault("slow_down", next=1, seconds=120)
    work()
    delivery.refresh_from_db()
    channel.refresh_from_db()
    assert delivery.state == State.PLANNED
    assert channel.blocked_until > timezone.now()
    work()
    assert out(playground) == 0
    again(seconds=130)
    assert out(playground) == 1


def test_a_revoked_key_shuts_the_channel_and_nothing_is_lost(
    delivery, channel, playground, boss, space, work
):
    playground.control("revoke", {"account": "bakery"})
    work()
    channel.refresh_from_db()
    delivery.refresh_from_db()
    assert (channel.state, delivery.state) == (Channel.State.SHUT, State.PLANNED)
    assert Notice.objects.filter(about=f"channel:{channel.pk}", solved_at=None).count() == 1
    from clarion.channels import actions as channels

    channels.start(
        space, "playground", {"server": playground.url, "handle": "bakery"}, "", by=boss
    )
    work()
    delivery.refresh_from_db()
    assert delivery.state == State.LIVE
    assert not Notice.objects.filter(solved_at=None).exists()


def test_a_slow_network_settles(delivery, playground, work, again):
    playground.settings(processing_seconds=2)
    playground.fault("processing", next=1)
    work()
    delivery.refresh_from_db()
    assert delivery.state == State.SETTLING
    time.sleep(2.2)
    again(minutes=1)
    delivery.refresh_from_db()
    assert delivery.state == State.LIVE
    assert out(playground) == 1


def test_the_same_words_twice_are_two_posts(space, channel, boss, playground, work, again):
    for _ in range(2):
        post = content.write(space, "Fresh bread at seven", [channel], by=boss)
        publishing.publish_now(post, by=boss)
        playground.fault("fail_after", next=1)
        work()
        again(seconds=10)
    live = Delivery.objects.filter(state=State.LIVE)
    assert live.count() == out(playground) == 2
    assert len(set(live.values_list("remote_id", flat=True))) == 2


def test_a_thread_goes_on_at_the_part_that_failed(
    space, channel, boss, playground, work, again
):
    post = content.write(space, "One", [channel], more=["Two", "Three"], by=boss)
    publishing.publish_now(post, by=boss)
    playground.fault("fail_after", next=1)
    for _ in range(4):
        work()
        again(seconds=10)
    parts = list(Delivery.objects.order_by("part"))
    assert [p.state for p in parts] == [State.LIVE] * 3
    assert out(playground) == 3


def test_a_post_changed_after_approval_is_held(delivery, post, boss, work, playground, member):
    editor = member("editor").actor()
    post.refresh_from_db()
    content.edit(post, version=post.version, text="Stale bread", by=editor)
    work()
    delivery.refresh_from_db()
    assert delivery.state == State.HELD
    assert "changed after it was approved" in delivery.problem
    assert out(playground) == 0


def test_what_is_a_day_late_asks_first(delivery, later, work, playground):
    with later(days=1, minutes=5):
        work()
        delivery.refresh_from_db()
        assert delivery.state == State.HELD
    assert "a day ago" in delivery.problem
    assert out(playground) == 0


def test_a_retry_of_what_may_be_out_looks_first(delivery, boss, playground, work, again):
    playground.fault("fail_after", next=1)
    work()
    Delivery.objects.update(state=State.HELD, due_at=None)
    delivery.refresh_from_db()
    publishing.retry(delivery, by=boss)
    again(seconds=10)
    delivery.refresh_from_db()
    assert delivery.state == State.LIVE
    assert out(playground) == 1


def test_cancelled_means_cancelled(delivery, post, boss, playground, work):
    assert publishing.cancel(post, by=boss) == 1
    work()
    assert out(playground) == 0


def test_taking_down_removes_it_from_the_network(delivery, boss, playground, work):
    work()
    delivery.refresh_from_db()
    publishing.take_down(delivery, by=boss)
    assert delivery.state == State.REMOVED
    assert out(playground) == 0


def test_the_past_is_refused(post, boss):
    with pytest.raises(NotYet, match="has passed"):
        publishing.schedule(post, timezone.now().replace(year=2020), by=boss)


def test_moving_an_approved_post_moves_its_delivery(post, boss):
    at = timezone.now() + timedelta(days=2)
    [delivery] = publishing.schedule(post, at, by=boss)
    moved = publishing.move(post, at + timedelta(hours=3), by=boss)
    delivery.refresh_from_db()
    assert delivery.due_at == moved.planned_for == at + timedelta(hours=3)
    assert moved.is_approved


def test_a_post_for_a_removed_channel_says_so(delivery, channel, boss, work, playground):
    from clarion.channels import actions as channels

    channels.disconnect(channel, by=boss)
    work()
    delivery.refresh_from_db()
    assert delivery.state == State.HELD
    assert "removed" in delivery.problem
    notice = Notice.objects.get(solved_at=None, about__startswith=f"held:{channel.pk}:")
    assert notice.url == f"posts/{delivery.variant.post_id}/"
    assert out(playground) == 0
