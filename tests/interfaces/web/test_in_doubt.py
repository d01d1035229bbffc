"""Is it out? What a person is shown who has to decide, and what they can do at once."""

import pytest
from django.utils import timezone

from clarion.publishing.models import Delivery


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def doubtful(delivery, playground, work):
    """The network took it and nobody heard of it."""
    playground.fault("fail_after", next=1)
    work()
    Delivery.objects.update(
        state="held", due_at=None, lease=None, problem="It may be live already. Look there."
    )
    delivery.refresh_from_db()
    return delivery


def text_of(answer):
    return answer.content.decode()


def test_what_is_known_stands_with_the_post_and_where_people_decide(inside, doubtful):
    for url in (f"/w/bakery/posts/{doubtful.variant.post_id}/", "/w/bakery/needs-you/"):
        page = text_of(inside.get(url))
        assert "May be out since" in page
        assert "1 time" in page
        assert f"/w/bakery/deliveries/{doubtful.pk}/in-doubt/" in page


def test_this_is_it_takes_one_click(inside, doubtful, playground):
    url = f"/w/bakery/deliveries/{doubtful.pk}/in-doubt/"
    page = text_of(inside.get(url))
    assert "Your words stand in it" in page
    remote_id = page.split('name="post" value="')[1].split('"')[0]
    assert inside.post(url, {"post": remote_id}).status_code == 302
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.remote_id) == ("live", remote_id)
    assert playground.stats["live"] == 1
    assert inside.get(url).status_code == 302  # an old tab leads back to the post


def test_it_is_not_there_sends_it_again(inside, delivery, playground, work):
    playground.fault("fail_before", next=1)
    work()
    Delivery.objects.update(state="held", due_at=None, lease=None, problem="It may be live.")
    url = f"/w/bakery/deliveries/{delivery.pk}/in-doubt/"
    assert "shows no post of bakery" in text_of(inside.get(url))
    inside.post(f"/w/bakery/deliveries/{delivery.pk}/not-there/")
    work()
    delivery.refresh_from_db()
    assert delivery.state == "live"
    assert playground.stats["live"] == 1


def test_a_network_that_is_away_is_said_so(inside, doubtful, playground):
    playground.fault("fail_before", next=50, calls="reads")
    page = text_of(inside.get(f"/w/bakery/deliveries/{doubtful.pk}/in-doubt/"))
    assert "Playground does not show them at the moment." in page
    assert "This is it" not in page


def test_what_is_not_on_record_is_not_made_up(inside, delivery):
    Delivery.objects.update(
        state="held", due_at=None, maybe_out=True, first_sent_at=timezone.now(), tries=0
    )
    page = text_of(inside.get("/w/bakery/needs-you/"))
    assert "how often is not on record" in page
    assert "none is on record" in page


def test_who_may_not_publish_there_is_not_shown_the_account(client, doubtful, member):
    client.force_login(member("analyst").user)
    assert client.get(f"/w/bakery/deliveries/{doubtful.pk}/in-doubt/").status_code == 403
