"""The queue of a channel: rows are the queue, and its order is no list of its own."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine

from clarion.accounts.rights import NotAllowed
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.kit.errors import Conflict, NotYet
from clarion.publishing import actions as publishing
from clarion.publishing import pacing
from clarion.publishing.models import Delivery
from clarion.publishing.planning import queues
from clarion.publishing.planning.queues import Time

NINE, NOON = 9 * 60, 12 * 60
MONDAY = datetime(2027, 3, 1, 7, tzinfo=UTC)  # eight in Berlin


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def slots(channel, boss):
    """Nine and noon, every day."""
    times = [Time(day, minute) for day in range(7) for minute in (NINE, NOON)]
    return queues.set_slots(channel, times, by=boss)


@pytest.fixture
def loaf(space, channel, boss):
    def make(text, **more):
        return content.write(space, text, [channel], by=boss, **more)

    return make


def line(channel):
    """What waits, as (words, "Mon 09:00")."""
    rows = pacing.in_queue(channel)
    zone = channel.workspace.zone
    return [(r.variant.words, f"{r.planned_for.astimezone(zone):%a %H:%M}") for r in rows]


def test_the_next_free_slot_is_used_and_noted_on_the_post(slots, channel, loaf, boss):
    one, two = loaf("Rye"), loaf("Wheat")
    publishing.add_to_queue(one, by=boss)
    publishing.add_to_queue(two, by=boss)
    assert line(channel) == [("Rye", "Mon 09:00"), ("Wheat", "Mon 12:00")]
    one.refresh_from_db()
    assert one.planned_for == datetime(2027, 3, 1, 8, tzinfo=UTC)


def test_a_time_chosen_by_hand_takes_the_slot_it_falls_on(slots, channel, loaf, boss):
    publishing.schedule(loaf("By hand"), datetime(2027, 3, 1, 8, tzinfo=UTC), by=boss)
    publishing.add_to_queue(loaf("Rye"), by=boss)
    assert line(channel) == [("Rye", "Mon 12:00")]


def test_without_slots_there_is_no_queue_and_the_way_out_is_said(channel, loaf, boss):
    with pytest.raises(NotYet, match="has no slots yet"):
        publishing.add_to_queue(loaf("Rye"), by=boss)
    assert not Delivery.objects.exists()


def test_arranging_neither_voids_nor_makes_an_approval(slots, channel, loaf, boss):
    posts = [loaf(w) for w in ("Rye", "Wheat", "Spelt")]
    for post in posts:
        publishing.add_to_queue(post, by=boss)
    seals = [p.decisions.filter(said="approved").values_list("seal", flat=True) for p in posts]
    was = [list(s) for s in seals]
    order = [row.pk for row in pacing.in_queue(channel)]
    queues.arrange(channel, order[::-1], by=boss)
    assert [words for words, _ in line(channel)] == ["Spelt", "Wheat", "Rye"]
    for post in posts:
        post.refresh_from_db()
        assert post.is_approved
    assert [list(s) for s in seals] == was


def test_arranging_and_back_gives_every_row_its_time_again(slots, channel, loaf, boss):
    for words in ("Rye", "Wheat", "Spelt"):
        publishing.add_to_queue(loaf(words), by=boss)
    before = line(channel)
    order = [row.pk for row in pacing.in_queue(channel)]
    was = queues.arrange(channel, [order[2], order[0], order[1]], by=boss)
    assert line(channel)[0] == ("Spelt", "Mon 09:00")
    queues.arrange(channel, was, by=boss)
    assert line(channel) == before


def test_an_order_of_another_queue_is_refused(slots, channel, loaf, boss):
    publishing.add_to_queue(loaf("Rye"), by=boss)
    order = [row.pk for row in pacing.in_queue(channel)]
    publishing.add_to_queue(loaf("Wheat"), by=boss)
    with pytest.raises(Conflict, match="has changed"):
        queues.arrange(channel, order, by=boss)


def test_share_next_goes_before_all_else(slots, channel, loaf, boss):
    for words in ("Rye", "Wheat"):
        publishing.add_to_queue(loaf(words), by=boss)
    queues.share_next(loaf("News"), by=boss)
    assert line(channel) == [
        ("News", "Mon 09:00"),
        ("Rye", "Mon 12:00"),
        ("Wheat", "Tue 09:00"),
    ]


def test_a_slot_kept_for_a_label_takes_only_posts_with_it(channel, loaf, boss):
    times = [Time(0, NINE, "Tips"), Time(1, NINE)]
    queues.set_slots(channel, times, by=boss)
    publishing.add_to_queue(loaf("Plain"), by=boss)
    publishing.add_to_queue(loaf("Tip", labels=["Tips"]), by=boss)
    assert line(channel) == [("Tip", "Mon 09:00"), ("Plain", "Tue 09:00")]
    plain, tip = (d.pk for d in pacing.in_queue(channel).order_by("-planned_for"))
    queues.arrange(channel, [plain, tip], by=boss)  # of two lanes: no slot changes hands
    assert line(channel) == [("Tip", "Mon 09:00"), ("Plain", "Tue 09:00")]


def test_new_slots_take_what_waits_in_its_order(slots, channel, loaf, boss):
    for words in ("Rye", "Wheat"):
        publishing.add_to_queue(loaf(words), by=boss)
    queues.set_slots(channel, [Time(3, 600)], by=boss)
    assert line(channel) == [("Rye", "Thu 10:00"), ("Wheat", "Thu 10:00")]
    first, second = pacing.in_queue(channel)
    assert second.planned_for - first.planned_for == timedelta(days=7)


def test_a_dropped_post_leaves_a_gap_that_can_be_closed(slots, channel, loaf, boss):
    for words in ("Rye", "Wheat", "Spelt"):
        publishing.add_to_queue(loaf(words), by=boss)
    publishing.drop(pacing.in_queue(channel)[0], by=boss)
    assert line(channel)[0] == ("Wheat", "Mon 12:00")
    assert queues.close_gaps(channel, by=boss) == 2
    assert line(channel) == [("Wheat", "Mon 09:00"), ("Spelt", "Mon 12:00")]


def test_a_time_by_hand_takes_it_out_of_the_queue_and_back(slots, channel, loaf, boss):
    post = loaf("Rye")
    publishing.add_to_queue(post, by=boss)
    publishing.schedule(post, MONDAY + timedelta(hours=2), by=boss)
    assert line(channel) == []
    publishing.add_to_queue(post, by=boss)
    assert line(channel) == [("Rye", "Mon 09:00")]


def test_what_leaves_leaves_at_its_slot(slots, channel, loaf, boss, work, playground, monday):
    for words in ("Rye", "Wheat"):
        publishing.add_to_queue(loaf(words), by=boss)
    monday.move_to(MONDAY + timedelta(minutes=59))
    work()
    assert playground.stats["accepted"] == 0
    monday.move_to(MONDAY + timedelta(minutes=60))
    work()
    assert playground.stats["accepted"] == 1
    assert [w for w, _ in line(channel)] == ["Wheat"]


def test_a_paused_queue_holds_and_resuming_never_bursts(
    slots, channel, loaf, boss, work, playground, monday
):
    for n in range(6):
        publishing.add_to_queue(loaf(f"Loaf {n}"), by=boss)
    by_hand = publishing.schedule(loaf("By hand"), MONDAY + timedelta(hours=26), by=boss)
    queues.pause(channel, by=boss)
    monday.move_to(MONDAY + timedelta(days=1, hours=9))  # four slots have gone by
    work()
    assert playground.stats["accepted"] == 1  # what had a time by hand
    by_hand[0].refresh_from_db()
    assert by_hand[0].state == "live"
    queues.resume(channel, by=boss)
    work()
    assert playground.stats["accepted"] == 1
    words = [w for w, _ in line(channel)]
    assert words == ["Loaf 4", "Loaf 5", "Loaf 0", "Loaf 1", "Loaf 2", "Loaf 3"]
    times = [r.planned_for for r in pacing.in_queue(channel)]
    assert all(b > a for a, b in pairwise(times))
    for n, at in enumerate(times, 2):  # one at each slot, and no more
        monday.move_to(at)
        work()
        assert playground.stats["accepted"] == n


def test_an_editor_may_not_arrange_pause_or_set_slots(slots, channel, member):
    editor = member("editor").actor()
    with pytest.raises(NotAllowed):
        queues.pause(channel, by=editor)
    with pytest.raises(NotAllowed):
        queues.set_slots(channel, [], by=editor)
    with pytest.raises(NotAllowed):
        queues.arrange(channel, [], by=editor)


def test_an_editor_asks_and_the_yes_of_an_approver_takes_a_slot(
    slots, channel, space, member, boss
):
    editor = member("editor").actor()
    post = content.write(space, "Rye", [channel], queued=True, by=editor)
    approval.ask_for_approval(post, by=editor)
    post.refresh_from_db()
    assert post.content()["planned_for"] == "queue"
    approval.approve(post, post.seal(), by=boss)
    publishing.plan(post, by=boss)
    assert line(channel) == [("Rye", "Mon 09:00")]


def test_the_same_link_keeps_its_distance(slots, channel, loaf, boss):
    queues.keep_apart(channel, 3, by=boss)
    for words in ("Rye", "Rye again"):
        post = loaf(words, link="https://bakery.example/rye/?utm_source=x")
        publishing.add_to_queue(post, by=boss)
    assert line(channel) == [("Rye", "Mon 09:00"), ("Rye again", "Thu 09:00")]


def test_a_time_by_hand_too_near_is_warned_of_or_refused(slots, channel, loaf, boss):
    queues.keep_apart(channel, 3, by=boss)
    publishing.add_to_queue(loaf("Rye", link="https://bakery.example/rye"), by=boss)
    again = loaf("Rye again", link="https://Bakery.example/rye/")
    publishing.schedule(again, MONDAY + timedelta(days=1), by=boss)
    [warning] = queues.warnings(again)
    assert "The same link goes out on bakery" in warning
    assert "free from Thu 4 Mar 2027 on" in warning
    queues.keep_apart(channel, 3, block=True, by=boss)
    third = loaf("Third", link="https://bakery.example/rye")
    with pytest.raises(NotYet, match="3 days must lie between"):
        publishing.schedule(third, MONDAY + timedelta(days=2), by=boss)
    assert not third.variants.get().deliveries.exists()
