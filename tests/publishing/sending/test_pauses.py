"""The crisis switch: nothing leaves after it, nothing is lost by it."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from clarion.accounts.models import JournalEntry, Notice
from clarion.accounts.rights import NotAllowed
from clarion.content import actions as content
from clarion.content.models import Post
from clarion.kit.errors import Conflict, NotYet
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery, Pause
from clarion.publishing.sending import pauses

State = Delivery.State


def out(playground):
    return playground.stats["live"]


def state(delivery):
    delivery.refresh_from_db()
    return delivery.state


@pytest.fixture
def of_second(space, second, boss):
    """A post for the second account, due now, of no campaign."""
    post = content.write(space, "Second breakfast", [second], by=boss)
    [delivery] = publishing.publish_now(post, by=boss)
    return delivery


def test_nothing_leaves_while_everything_is_paused(delivery, space, boss, work, playground):
    pauses.pause(space, "A recall", by=boss)
    work()
    assert (state(delivery), out(playground)) == (State.PLANNED, 0)
    assert pauses.why_stopped([delivery])[delivery.pk].why == "A recall"


@pytest.mark.parametrize("named", ["network", "channel", "campaign"])
def test_a_pause_reaches_as_far_as_it_is_named(
    named, delivery, of_second, space, boss, work, channel, campaign
):
    reach = {
        "network": {"network_key": channel.network_key},
        "channel": {"channel": channel},
        "campaign": {"campaign": campaign},
    }[named]
    pauses.pause(space, "A recall", **reach, by=boss)
    work()
    assert state(delivery) == State.PLANNED
    assert state(of_second) == (State.PLANNED if named == "network" else State.LIVE)


def test_another_brand_goes_on(delivery, owner, work):
    from clarion.accounts.actions import found_workspace

    other = found_workspace(owner, "Butcher")
    pauses.pause(other, "A recall", by=other.memberships.get().actor())
    work()
    assert state(delivery) == State.LIVE


def test_an_owner_of_several_brands_stops_all_of_them_at_once(delivery, owner, work, member):
    from clarion.accounts.actions import found_workspace

    found_workspace(owner, "Butcher")
    assert len(pauses.pause_everywhere(owner, "A recall")) == 2
    assert pauses.pause_everywhere(owner, "Once more") == []
    assert pauses.pause_everywhere(member("editor").user, "Mine") == []
    work()
    assert state(delivery) == State.PLANNED


def test_it_is_noted_who_did_it_and_why(space, boss):
    pauses.pause(space, "A recall", by=boss)
    line = JournalEntry.objects.get(did="pause.began")
    assert (line.by, line.after["why"]) == ("Ada", "A recall")


def test_what_is_paused_already_is_not_paused_twice(space, boss):
    pauses.pause(space, "A recall", by=boss)
    with pytest.raises(Conflict, match="paused already"):
        pauses.pause(space, "Again", by=boss)


def test_a_pause_needs_a_reason_and_the_right(space, boss, member):
    with pytest.raises(NotYet, match="Say why"):
        pauses.pause(space, " ", by=boss)
    with pytest.raises(NotAllowed):
        pauses.pause(space, "A recall", by=member("editor").actor())


# --- letting it go on ------------------------------------------------------------------------


@pytest.fixture
def missed(space, channel, boss, later):
    """Three posts an hour apart, all of whose times pass while everything is paused."""
    at = timezone.now() + timedelta(hours=1)
    for n in range(3):
        post = content.write(space, f"Post {n}", [channel], by=boss)
        publishing.schedule(post, at + timedelta(hours=n), by=boss)
    return pauses.pause(space, "A recall", by=boss)


def test_what_was_missed_goes_out_in_order_and_never_in_a_burst(
    missed, boss, work, later, playground
):
    with later(hours=6):
        assert len(pauses.resume(missed, by=boss)) == 3
        work()
        assert out(playground) == 1
    times = list(Delivery.objects.order_by("planned_for").values_list("planned_for", flat=True))
    gaps = [b - a for a, b in pairwise(times)]
    assert all(gap >= timedelta(minutes=15) for gap in gaps)
    with later(hours=6, minutes=16):
        work()
        assert out(playground) == 2
    with later(hours=7):
        work()
    rows = Delivery.objects.order_by("live_at").values_list("said", flat=True)
    assert list(rows) == ["Post 0", "Post 1", "Post 2"]


def test_the_approval_stays_and_the_calendar_shows_the_new_time(missed, boss, later):
    with later(hours=6):
        pauses.resume(missed, by=boss)
    for delivery in Delivery.objects.select_related("variant__post"):
        post = delivery.variant.post
        assert post.is_approved
        assert post.planned_for == delivery.planned_for


def test_what_is_still_ahead_keeps_its_time(missed, boss, later):
    with later(hours=1, minutes=30):
        assert len(pauses.resume(missed, by=boss)) == 1
    last = Delivery.objects.order_by("-planned_for").first()
    assert last.planned_for == last.stamp == last.due_at
    assert last.planned_for - timezone.now() > timedelta(hours=2)


def test_what_was_missed_can_be_left_to_a_person(missed, boss, work, later, playground):
    with later(hours=6):
        pauses.resume(missed, Pause.How.ASK, by=boss)
        work()
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.HELD}
    [notice] = Notice.objects.filter(solved_at=None)
    assert "3 posts are not published" in notice.text
    assert out(playground) == 0


def test_what_was_missed_can_go_back_among_the_drafts(missed, boss, work, later, playground):
    with later(hours=6):
        pauses.resume(missed, Pause.How.DRAFT, by=boss)
        work()
    assert set(Post.objects.values_list("state", "planned_for")) == {("draft", None)}
    assert out(playground) == 0


def test_what_another_pause_stops_goes_on_waiting(missed, boss, space, channel, work, later):
    pauses.pause(space, "This one too", channel=channel, by=boss)
    with later(hours=6):
        pauses.resume(missed, by=boss)
        work()
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PLANNED}


def test_a_pause_is_ended_once(missed, boss):
    pauses.resume(missed, by=boss)
    with pytest.raises(Conflict, match="already"):
        pauses.resume(missed, by=boss)
