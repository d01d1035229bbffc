"""Nobody knows whether it is out: a person is asked with what is known, and nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.kit.errors import Conflict, NotYet
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.publishing.sending import evidence

State = Delivery.State


@pytest.fixture
def doubtful(delivery, playground, work):
    """The network took it, its answer was lost, and looking did not help."""
    playground.fault("fail_after", next=1)
    work()
    playground.fault("fail_before", next=50, calls="reads")
    for _ in range(3):
        Delivery.objects.update(due_at=timezone.now())
        work()
    playground.control("faults/clear", {})
    hold(delivery)
    return delivery


def hold(delivery):
    """As after the last look in vain."""
    Delivery.objects.update(
        state=State.HELD, due_at=None, lease=None, problem="It may be live already."
    )
    delivery.refresh_from_db()


def test_what_is_on_record_is_told(doubtful):
    known = evidence.known([doubtful])[doubtful.pk]
    assert known.since == doubtful.first_sent_at
    assert known.times == 1
    assert known.answer.at >= doubtful.first_sent_at
    assert known.looks == 3
    assert known.found.text


def test_trying_again_does_not_forget_how_often_it_was_handed_over(doubtful, boss):
    publishing.retry(doubtful, by=boss)
    hold(doubtful)
    assert doubtful.tries == 0
    assert evidence.known([doubtful])[doubtful.pk].times == 1


def test_what_a_worker_that_died_never_wrote_down_is_not_made_up(delivery):
    Delivery.objects.update(maybe_out=True, first_sent_at=timezone.now(), tries=1)
    hold(delivery)
    known = evidence.known([delivery])[delivery.pk]
    assert (known.answer, known.found, known.looks) == (None, None, 0)


def test_what_is_not_in_doubt_has_no_evidence(delivery, boss):
    assert evidence.known([delivery]) == {}
    with pytest.raises(Conflict):
        evidence.seen(delivery, by=boss)


def test_the_posts_of_that_time_are_shown_and_those_known_to_be_others_are_not(
    doubtful, space, channel, boss, work, playground
):
    from clarion.content import actions as content

    other = content.write(space, "Rolls are out of the oven", [channel], by=boss)
    publishing.publish_now(other, by=boss)
    work()
    seen = evidence.seen(doubtful, by=boss)
    assert [(c.post.text, c.alike) for c in seen.posts] == [("Fresh bread at seven", True)]
    assert seen.posts[0].post.url.startswith(playground.url)


def test_this_is_it_counts_as_live_with_the_id_of_the_network(doubtful, boss, playground):
    [one] = evidence.seen(doubtful, by=boss).posts
    evidence.this_is_it(doubtful, one.post.remote_id, by=boss)
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.remote_id) == (State.LIVE, one.post.remote_id)
    assert doubtful.said == "Fresh bread at seven"
    assert playground.stats["live"] == 1


def test_only_what_stands_there_can_be_it(doubtful, boss):
    with pytest.raises(NotYet):
        evidence.this_is_it(doubtful, "p999", by=boss)
    doubtful.refresh_from_db()
    assert doubtful.state == State.HELD


def test_a_network_that_is_away_is_said_to_show_nothing(doubtful, boss, playground):
    playground.fault("fail_before", next=50, calls="reads")
    seen = evidence.seen(doubtful, by=boss)
    assert seen.posts == ()
    assert seen.problem.startswith("Playground does not show them at the moment.")


def test_a_network_that_shows_nothing_to_programs_is_said_so(doubtful, boss, monkeypatch):
    from dataclasses import replace

    from clarion.networks import registry

    mute = replace(registry.get("playground"), recall=None)
    monkeypatch.setitem(registry.NETWORKS, "playground", mute)
    seen = evidence.seen(doubtful, by=boss)
    assert seen.problem == "Playground shows no program what an account posted. Look there."


def test_posts_after_the_last_look_are_no_candidates(doubtful, boss):
    Delivery.objects.update(state_since=timezone.now() - timedelta(hours=1))
    doubtful.refresh_from_db()
    assert not evidence.seen(doubtful, by=boss).posts


def test_what_follows_in_the_thread_goes_on_when_it_is_found(doubtful, boss):
    follows = Delivery.objects.create(
        variant=doubtful.variant,
        channel=doubtful.channel,
        part=1,
        after=doubtful,
        first=doubtful,
        state=State.PLANNED,
    )
    [one] = evidence.seen(doubtful, by=boss).posts
    evidence.this_is_it(doubtful, one.post.remote_id, by=boss)
    follows.refresh_from_db()
    assert follows.due_at is not None
