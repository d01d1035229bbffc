"""People and the worker at once: nothing goes out twice, nothing comes back by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.content import actions as content
from clarion.kit.errors import Conflict, NotYet
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.publishing.queries import taken_down
from clarion.publishing.sending.confirming import say_it_is_live
from clarion.publishing.work import STEPS

State = Delivery.State


def soon(hours):
    return timezone.now() + timedelta(hours=hours)


@pytest.mark.parametrize(
    "change", [{"text": "Other words"}, {"channels": []}, {"link": "https://a.example/"}]
)
def test_what_is_being_sent_can_no_longer_be_changed(delivery, boss, change):
    """Else a lost answer would be looked for with words that were never sent."""
    [mine] = STEPS[0].claim()
    post = mine.variant.post
    if "channels" in change:
        content.edit(post, version=post.version, by=boss, **change)
        assert post.variants.exists()
    else:
        with pytest.raises(Conflict, match="out on"):
            content.edit(post, version=post.version, by=boss, **change)


def test_what_is_being_sent_cannot_be_thrown_away(delivery, boss):
    [mine] = STEPS[0].claim()
    with pytest.raises(Conflict):
        publishing.throw_away(mine.variant.post, by=boss)


def test_what_the_network_did_not_take_can_be_mended(delivery, boss, playground, work):
    playground.fault("slow_down", next=1, seconds=120)
    work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == (State.PLANNED, 1)
    post = delivery.variant.post
    post.refresh_from_db()
    content.edit(post, version=post.version, text="Better words", by=boss)


def test_a_channel_can_be_taken_off_a_planned_post(two, boss, channel, second):
    content.edit(two, version=two.version, channels=[channel], by=boss)
    assert [d.channel for d in Delivery.objects.all()] == [channel]


@pytest.mark.parametrize("how", [publishing.take_down, publishing.drop])
def test_moving_a_post_does_not_bring_back_what_was_taken_back(two, boss, channel, work, how):
    first = Delivery.objects.get(channel=channel)
    if how is publishing.take_down:
        Delivery.objects.filter(pk=first.pk).update(due_at=timezone.now())
        work()
        first.refresh_from_db()
    how(first, by=boss)
    publishing.move(two, soon(5), by=boss)
    assert not Delivery.objects.filter(channel=channel, state=State.PLANNED).exists()
    assert Delivery.objects.filter(state=State.PLANNED).count() == 1


def test_what_was_taken_down_does_not_go_out_again(delivery, boss, playground, work):
    work()
    delivery.refresh_from_db()
    publishing.take_down(delivery, by=boss)
    with pytest.raises(Conflict, match="taken down on bakery"):
        publishing.publish_now(delivery.variant.post, by=boss)
    work()
    assert Delivery.objects.count() == 1


def test_planning_the_rest_does_not_bring_back_what_was_taken_down(
    half_down, boss, channel, second
):
    publishing.cancel(half_down, by=boss)
    with pytest.raises(Conflict, match="taken down on bakery"):
        publishing.plan(half_down, by=boss)
    assert not Delivery.objects.filter(state=State.PLANNED).exists()
    publishing.plan(half_down, without=taken_down(half_down), by=boss)
    assert [d.channel for d in Delivery.objects.filter(state=State.PLANNED)] == [second]


def test_what_was_dropped_in_doubt_is_not_sent_again(delivery, boss):
    """Nobody knows whether it is live: a second one might be one too many."""
    Delivery.objects.update(state=State.HELD, due_at=None, maybe_out=True)
    delivery.refresh_from_db()
    publishing.drop(delivery, by=boss)
    with pytest.raises(Conflict, match="without knowing"):
        publishing.publish_now(delivery.variant.post, by=boss)
    assert Delivery.objects.count() == 1


def test_one_address_is_one_post(delivery, post, channel, space, boss):
    other = content.write(space, "Second", [channel], by=boss)
    [second] = publishing.publish_now(other, by=boss)
    Delivery.objects.update(state=State.HELD, due_at=None, maybe_out=True)
    delivery.refresh_from_db()
    second.refresh_from_db()
    say_it_is_live(delivery, "https://a.example/1", by=boss)
    for wrong in ("https://a.example/1", "https://a.example/\x00", "javascript:alert(1)", ""):
        with pytest.raises(NotYet):
            say_it_is_live(second, wrong, by=boss)
