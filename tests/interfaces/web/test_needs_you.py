"""Many posts that one reason stops, seen and tried again as one."""

import pytest

from clarion.content import actions as content
from clarion.publishing import actions as publishing
from clarion.publishing import troubles
from clarion.publishing.models import Delivery


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def stopped(space, channel, boss):
    """Three posts that wait for one reason, and one for another."""
    for n in range(4):
        publishing.publish_now(content.write(space, f"Loaf {n}", [channel], by=boss), by=boss)
    Delivery.objects.update(state="held", due_at=None, problem="The server was away.")
    last = Delivery.objects.order_by("pk").last()
    Delivery.objects.filter(pk=last.pk).update(problem="The picture is too wide.")
    return Delivery.objects.order_by("pk")


def test_one_reason_is_shown_as_one_with_its_list_and_one_button(inside, stopped, channel):
    page = inside.get("/w/bakery/needs-you/").content.decode()
    why = troubles.cause("The server was away.")
    assert "Try all 3 again" in page
    assert f"?channel={channel.pk}&amp;cause={why}" in page
    assert "Try all 1 again" not in page
    part = inside.get(f"/w/bakery/needs-you/?channel={channel.pk}&cause={why}")
    assert "Loaf 0" in part.content.decode()
    assert "Loaf 3" not in part.content.decode()


def test_one_click_tries_all_of_them_again_and_nothing_else(inside, stopped, channel):
    body = {"channel": channel.pk, "cause": troubles.cause("The server was away.")}
    answer = inside.post("/w/bakery/needs-you/again/", body, follow=True)
    assert "Trying 3 posts again" in answer.content.decode()
    states = [d.state for d in stopped.all()]
    assert states == ["planned", "planned", "planned", "held"]
    late = inside.post("/w/bakery/needs-you/again/", body)
    assert late.status_code in (409, 422)


@pytest.mark.parametrize("asked", ["channel=x&cause=1", "channel=99999999999999999999&cause=1"])
def test_nonsense_in_the_address_shows_everything(inside, stopped, asked):
    assert "Loaf 3" in inside.get(f"/w/bakery/needs-you/?{asked}").content.decode()
