"""A post that failed, and a channel that will."""

import pytest

from clarion.accounts.models import Notice
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


def retry(client, delivery):
    return client.post(f"/w/bakery/deliveries/{delivery.pk}/retry/")


@pytest.mark.accepts("BU-3")
def test_a_refused_post_gives_one_notice_with_the_reason_of_the_network(
    inside, space, channel, boss, work, playground
):
    # The server has become stricter since it was asked.
    Channel.objects.update(own_limits={"text": 5000})
    channel.refresh_from_db()
    post = content.write(space, "x" * 501, [channel], by=boss)
    [delivery] = publishing.publish_now(post, by=boss)
    work()
    page = inside.get("/w/bakery/notifications/").content.decode()
    assert (
        page.count("not published. The text is 1 character too long: the Playground takes 500.")
        == 1
    )
    retry(inside, delivery)
    Channel.objects.update(own_limits={"text": 5000})
    work()
    assert Notice.objects.filter(solved_at=None).count() == 1
    assert playground.stats["accepted"] == 0


@pytest.mark.accepts("BU-3")
def test_trying_again_with_one_click_never_publishes_twice(inside, delivery, work, playground):
    """The network took the post, but its answer was lost and nobody could look."""
    playground.fault("lose_answer", next=1, seconds=0.1)
    work()
    Delivery.objects.update(state="held", due_at=None, problem="It may be live already.")
    page = inside.get("/w/bakery/needs-you/").content.decode()
    assert "It may be live already." in page
    assert retry(inside, delivery).status_code == 302
    assert retry(inside, delivery).status_code == 409  # a second, impatient click
    work()
    delivery.refresh_from_db()
    assert delivery.state == "live"
    assert playground.stats["accepted"] == 1
    assert "Nothing needs you" in inside.get("/w/bakery/needs-you/").content.decode()


@pytest.mark.accepts("BU-8")
def test_a_channel_whose_access_was_taken_back_says_so_before_a_post_fails(
    inside, channel, post, boss, work, later, playground
):
    from datetime import timedelta

    from django.utils import timezone

    publishing.schedule(post, timezone.now() + timedelta(days=2), by=boss)
    playground.control("revoke", {"account": "bakery"})
    with later(hours=1):
        work()
    assert Delivery.objects.get().state == "planned"
    page = inside.get("/w/bakery/channels/").content.decode()
    assert "Needs to be connected again" in page or "needs to be connected again" in page
    page = inside.get(f"/w/bakery/posts/{post.pk}/").content.decode()
    assert "needs to be connected again before anything goes out" in page
