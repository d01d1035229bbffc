"""The crisis switch: nothing leaves after it, nothing is lost by it."""

import pytest

from clarion.accounts.models import JournalEntry
from clarion.accounts.rights import NotAllowed
from clarion.content import actions as content
from clarion.kit.errors import Conflict, NotYet
from clarion.publishing import actions as publishing
from clarion.publishing import pauses
from clarion.publishing.models import Delivery

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
