"""Who posts it is said while it is written: Clarion, or a person at its hour."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.film_kit import in_library

from clarion.accounts.models import Notice
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.content.models import Variant
from clarion.kit.errors import NotYet
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.publishing.sending import by_hand

State = Delivery.State


@pytest.fixture
def bo(member):
    return member("editor")


def choose(post, channel, boss, **own):
    post.refresh_from_db()
    return content.edit(post, version=post.version, variants={channel.pk: own}, by=boss)


def plan(post, boss, hours=3):
    [delivery] = publishing.schedule(post, timezone.now() + timedelta(hours=hours), by=boss)
    return delivery


def test_what_a_person_posts_is_never_sent_and_they_are_told_at_its_hour(
    post, channel, boss, bo, work, later, playground
):
    post = choose(post, channel, boss, posted_by="person", hand_id=bo.pk)
    delivery = plan(post, boss)
    assert (delivery.state, delivery.hand_id) == (State.BY_HAND, bo.pk)
    with later(hours=4):
        work()
        [notice] = Notice.objects.filter(solved_at=None, kind="task")
    assert notice.to_id == bo.pk
    assert playground.stats["accepted"] == 0


def test_clarion_posts_one_of_a_channel_that_a_person_looks_after(post, channel, boss, bo):
    channel.by_hand, channel.hand = True, bo
    channel.save()
    delivery = plan(choose(post, channel, boss, posted_by="clarion"), boss)
    assert (delivery.state, delivery.hand_id) == (State.PLANNED, None)


def test_without_a_word_it_is_as_the_channel_is_set(post, channel, boss, bo):
    channel.by_hand, channel.hand = True, bo
    channel.save()
    delivery = plan(post, boss)
    assert (delivery.state, delivery.hand_id) == (State.BY_HAND, bo.pk)


def test_what_is_planned_changes_hands_when_it_is_planned_anew(post, channel, boss, bo):
    delivery = plan(post, boss)
    choose(post, channel, boss, posted_by="person", hand_id=bo.pk)
    again = plan(post, boss, hours=4)
    assert again.pk == delivery.pk
    assert (again.state, again.hand_id, again.due_at) == (
        State.BY_HAND,
        bo.pk,
        again.planned_for,
    )
    choose(post, channel, boss, posted_by="clarion")
    again = plan(post, boss, hours=5)
    assert (again.state, again.by_hand, again.due_at) == (
        State.PLANNED,
        False,
        again.planned_for,
    )


def test_what_was_handed_over_stays_so_when_it_is_moved(post, channel, boss, bo):
    delivery = plan(post, boss)
    by_hand.hand_over(delivery, bo, by=boss)
    moved = plan(post, boss, hours=6)
    assert (moved.state, moved.hand_id) == (State.BY_HAND, bo.pk)
    assert Variant.objects.get().posted_by == "person"


def test_who_posts_it_is_no_part_of_what_was_agreed_to(post, channel, boss, bo):
    plan(post, boss)
    changed = choose(post, channel, boss, posted_by="person", hand_id=bo.pk)
    assert changed.is_approved


def test_nobody_of_another_brand_posts_it(post, channel, boss):
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User

    eve = User.objects.create_user("eve@else.example", "correct horse battery", name="Eve")
    other = found_workspace(eve, "Elsewhere").memberships.get()
    with pytest.raises(NotYet, match="somebody of this workspace"):
        choose(post, channel, boss, posted_by="person", hand_id=other.pk)
    with pytest.raises(NotYet, match="Choose one of"):
        choose(post, channel, boss, posted_by="robot")


@pytest.fixture
def sky(space):
    """An account where programs may not send films, and people may."""
    return Channel.objects.create(
        workspace=space, network_key="bluesky", remote_id="did:plc:x", handle="bakery.example"
    )


def stops(post):
    return [p.text for p in post.variants.get().problems() if p.blocks]


def test_what_only_stops_a_program_does_not_stop_a_person(space, sky, boss, bo):
    film = in_library(space)
    post = content.write(space, "The oven at work", [sky], media=[film], by=boss)
    assert stops(post) == [
        "Clarion cannot send films to Bluesky. Link to it, or let a person post it."
    ]
    post = choose(post, sky, boss, posted_by="person", hand_id=bo.pk)
    assert stops(post) == []
    assert plan(post, boss).obstacle() == ""


def test_what_the_network_takes_from_nobody_stops_a_person_too(space, channel, boss):
    post = content.write(space, "x" * 501, [channel], by=boss)
    assert stops(choose(post, channel, boss, posted_by="person"))
