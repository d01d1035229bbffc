"""What somebody asks of a publisher that works while nobody watches."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.interfaces.api.conftest import program_of

from clarion.accounts.models import Notice
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.content import library
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery, Pause
from clarion.publishing.sending import forecast

State = Delivery.State


@pytest.fixture
def ada(owner):
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def program(owner, space):
    return program_of(space.memberships.get(user=owner))


def words(answer):
    return " ".join(answer.content.decode().split())


@pytest.fixture
def in_five_days(space, channel, boss):
    """A post in five days, on an account whose permission ends in four."""
    Channel.objects.filter(pk=channel.pk).update(
        grant_ends_at=timezone.now() + timedelta(days=4), due_at=None
    )
    post = content.write(space, "Stollen is back", [channel], by=boss)
    publishing.schedule(post, timezone.now() + timedelta(days=5), by=boss)
    return post


@pytest.mark.accepts("HS-4")
def test_a_permission_that_ends_before_a_post_is_told_when_planning_and_again_before(
    in_five_days, space, channel, ada, later, program, work
):
    page = words(ada.get(reverse("post", args=[space.slug, in_five_days.pk])))
    assert "before this is due. Connect the account again" in page
    said = program.post(
        f"posts/{in_five_days.pk}/move",
        {"at": (timezone.now() + timedelta(days=6)).isoformat()},
    ).json()
    assert "Playground bakery ends on" in said["warnings"][0]
    Channel.objects.update(grant_ends_at=timezone.now() + timedelta(days=20))
    publishing.move(in_five_days, timezone.now() + timedelta(days=30), by=boss_of(space))
    forecast.remind()
    assert not Notice.objects.filter(kind="reminder", solved_at=None).exists()
    with later(days=14):
        forecast.remind()
        forecast.remind()
    told = Notice.objects.get(kind="reminder", solved_at=None)
    assert "a post is planned for later" in told.text
    notices = words(ada.get(reverse("notifications", args=[space.slug])))
    assert "The permission for Playground bakery ends on" in notices
    Channel.objects.update(grant_ends_at=None)
    forecast.remind()
    assert not Notice.objects.filter(kind="reminder", solved_at=None).exists()


def boss_of(space):
    return space.memberships.get(role="owner").actor()


@pytest.mark.accepts("LA-6")
def test_a_person_posts_it_and_it_counts_when_they_hand_in_the_link(
    space, channel, boss, ada, member, work, later, playground, png
):
    bo = member("member")
    loaf = library.add(space, "loaf.png", png, by=boss)
    post = content.write(space, "With the song of the week", [channel], media=[loaf], by=boss)
    [delivery] = publishing.schedule(post, timezone.now() + timedelta(hours=1), by=boss)
    act = reverse("delivery-by-hand", args=[space.slug, delivery.pk])
    ada.post(act, {"to": bo.pk})
    work()
    assert not Notice.objects.filter(kind="task").exists()
    with later(hours=1, minutes=1):
        work()
    told = Notice.objects.get(kind="task")
    assert (told.to_id, told.solved_at) == (bo.pk, None)
    assert "With the song of the week" in told.text
    assert told.picture == f"media/{loaf.pk}/small/"
    phone = Client()
    phone.force_login(bo.user)
    address = f"/w/{space.slug}/{told.url}"
    assert "Copy" in words(phone.get(address))
    again = phone.post(address, {"url": ""})
    assert again.status_code == 422
    delivery.refresh_from_db()
    assert (delivery.state, delivery.live_at) == (State.BY_HAND, None)
    assert playground.stats["live"] == 0
    phone.post(address, {"url": "https://network.example/p/1"})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.url) == (State.LIVE, "https://network.example/p/1")
    assert not Notice.objects.filter(kind="task", solved_at=None).exists()


@pytest.mark.accepts("ZO-6")
def test_everything_stops_within_a_tick_and_goes_on_under_control(
    space, channel, boss, ada, work, later, playground
):
    for n in range(3):
        post = content.write(space, f"Post {n}", [channel], by=boss)
        publishing.schedule(post, timezone.now() + timedelta(minutes=10 + n), by=boss)
    page = reverse("pauses", args=[space.slug])
    ada.post(page, {"reach": "everything", "why": "A recall of the rye bread"})
    assert "A recall of the rye bread" in words(ada.get(reverse("home", args=[space.slug])))
    with later(hours=1):
        work()
        assert playground.stats["live"] == 0
        assert "3 of them past their time" in words(ada.get(page))
        end = reverse("pause-end", args=[space.slug, Pause.objects.get().pk])
        ada.post(end, {"how": "spread"})
        work()
        assert playground.stats["live"] == 1
    with later(hours=2):
        work()
    assert playground.stats["live"] == 3
    assert "A recall" not in words(ada.get(reverse("home", args=[space.slug])))


@pytest.mark.accepts("OP-21")
def test_one_person_freezes_brands_networks_campaigns_and_it_says_who(
    space, channel, campaign, boss, ada, program, work, playground, owner
):
    from clarion.accounts.actions import found_workspace

    other = found_workspace(owner, "Butcher")
    ada.post(
        reverse("pauses", args=[space.slug]),
        {"reach": "everywhere", "why": "Bad news", "answers": "on"},
    )
    assert {p.workspace_id for p in Pause.objects.all()} == {space.pk, other.pk}
    post = content.write(space, "Fresh bread", [channel], campaign=campaign, by=boss)
    [delivery] = publishing.publish_now(post, by=boss)
    work()
    page = words(ada.get(reverse("post", args=[space.slug, post.pk])))
    assert "Everything is paused by Ada: Bad news" in page
    [row] = program.get("pauses?in_force=true").json()["items"]
    assert program.post(f"pauses/{row['id']}/end", {}).status_code == 200
    narrow = program.post("pauses", {"why": "Only this one", "campaign": campaign.pk}).json()
    work()
    assert playground.stats["live"] == 0
    narrow = program.post(f"pauses/{narrow['id']}/end", {"how": "spread"}).json()
    assert (narrow["by"], narrow["ended_by"]) == (row_by(narrow), row_by(narrow))
    work()
    delivery.refresh_from_db()
    assert delivery.state == State.LIVE


def row_by(row):
    """The API names the token beside its person."""
    assert row["by"].startswith("Ada")
    return row["by"]
