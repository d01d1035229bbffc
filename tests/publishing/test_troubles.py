"""One notice for one problem, however many posts it stops, and none when it is over."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from clarion.accounts.models import Notice
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.publishing import actions as publishing
from clarion.publishing import troubles
from clarion.publishing.models import Delivery
from clarion.publishing.sending import again

State = Delivery.State
LONG = "x" * 501


@pytest.fixture
def refuse(space, channel, boss, work):
    """So many posts that the network refuses for one reason."""

    def posts(count, text=LONG):
        # The server has become stricter since it was asked.
        Channel.objects.update(own_limits={"text": 5000})
        channel.refresh_from_db()
        for _ in range(count):
            publishing.publish_now(content.write(space, text, [channel], by=boss), by=boss)
        work()
        return Delivery.objects.filter(state=State.HELD)

    return posts


def notices():
    return Notice.objects.filter(solved_at=None).order_by("pk")


def test_a_storm_of_refusals_is_one_notice_with_the_count_and_the_way_to_them(refuse, channel):
    held = refuse(12)
    [notice] = notices()
    assert held.count() == 12
    assert notice.text.startswith(
        "Playground bakery: 12 posts are not published, all for one reason."
    )
    why = troubles.cause(held[0].problem)
    assert notice.url == f"needs-you/?channel={channel.pk}&cause={why}"


def test_a_single_refusal_leads_to_its_post(refuse):
    [delivery] = refuse(1)
    [notice] = notices()
    assert notice.text == f"Playground bakery: not published. {delivery.problem}"
    assert notice.url == f"posts/{delivery.variant.post_id}/"


def test_another_reason_is_another_notice(refuse):
    refuse(2)
    refuse(1, "x" * 502)
    assert notices().count() == 2


def test_the_notice_follows_what_is_left_and_ends_with_the_last(refuse, boss):
    first, second = refuse(2)
    publishing.drop(first, by=boss)
    [notice] = notices()
    assert notice.url == f"posts/{second.variant.post_id}/"
    publishing.drop(second, by=boss)
    assert not notices().exists()


def test_what_is_deleted_elsewhere_is_settled_by_itself(refuse, work):
    refuse(2)
    Delivery.objects.all().delete()
    work()
    assert not notices().exists()


def test_the_same_problem_a_day_later_is_told_once_more(refuse):
    refuse(1)
    Notice.objects.update(at=timezone.now() - timedelta(days=2))
    refuse(1)
    [notice] = notices()
    assert notice.told_at is None or notice.at > timezone.now() - timedelta(hours=1)
    assert "2 posts" in notice.text


def test_trying_all_again_keeps_their_order_and_a_gap_between_them(refuse, boss, channel, work):
    held = list(refuse(3))
    Channel.objects.update(own_limits={})
    Delivery.objects.filter(pk=held[0].pk).update(maybe_out=True, first_sent_at=timezone.now())
    made = again.retry_all(Delivery.objects.filter(channel=channel), by=boss)
    assert len(made.done) + len(made.refused) == 3
    assert held[0].pk in made.done
    assert Delivery.objects.get(pk=held[0].pk).state == State.UNSURE  # looked up first


def test_trying_all_again_sends_each_once_and_settles_the_notice(
    space, channel, boss, work, playground, later
):
    posts = [content.write(space, f"Loaf {n}", [channel], by=boss) for n in range(3)]
    for post in posts:
        publishing.publish_now(post, by=boss)
    Delivery.objects.update(state=State.HELD, due_at=None, problem="The server was away.")
    troubles.tell(Delivery.objects.select_related("channel"))
    made = again.retry_all(Delivery.objects.all(), by=boss)
    assert (len(made.done), list(made.refused)) == (3, [])
    assert not notices().exists()
    times = list(Delivery.objects.order_by("pk").values_list("planned_for", flat=True))
    gaps = [b - a for a, b in pairwise(times)]
    assert min(gaps) >= timedelta(minutes=15)
    with later(hours=2):
        work()
    assert playground.stats["live"] == 3


def test_nobody_tries_again_what_they_may_not_publish(refuse, member):
    [delivery] = refuse(1)
    made = again.retry_all(Delivery.objects.all(), by=member("analyst").actor())
    assert made.done == []
    assert [refusal.id for refusal in made.refused] == [delivery.pk]
    assert notices().count() == 1


# --- a network that is away ------------------------------------------------------------------


@pytest.fixture
def away(space, channel, boss, work, playground, later):
    """The network took nothing for more than an hour."""
    for n in range(3):
        post = content.write(space, f"Loaf {n}", [channel], by=boss)
        publishing.publish_now(post, by=boss)
    playground.fault("slow_down", next=100, seconds=3600)
    work()
    Delivery.objects.update(planned_for=timezone.now() - timedelta(minutes=70))
    work()
    return channel


def test_a_network_that_is_away_is_told_once_and_settled_when_all_is_out(
    away, work, later, playground
):
    [late] = troubles.waiting(Delivery.objects.all())
    [notice] = notices()
    assert late.count == 3
    assert "3 posts wait, the first since" in notice.text
    assert "out by itself when that is over" in notice.text
    assert notice.about == f"late:{away.pk}"
    playground.control("faults/clear", {})
    with later(hours=3):
        work()
        work()
    assert playground.stats["live"] == 3
    assert not notices().exists()


def test_a_short_trouble_is_not_told(space, channel, boss, work, playground):
    publishing.publish_now(content.write(space, "Loaf", [channel], by=boss), by=boss)
    playground.fault("slow_down", next=1, seconds=600)
    work()
    assert Delivery.objects.get().problem
    assert not notices().exists()
