from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection
from django.utils import timezone

from clarion.kit.steps import LEASE, Move, Stay, Step
from clarion.publishing.models import Delivery

State = Delivery.State


async def nothing(item):
    return Move(State.HELD, problem="Nothing was done.", also={"maybe_out": False})


def step(do=nothing, **more):
    more = {"during": State.SENDING, "after_crash": State.UNSURE, **more}
    return Step(Delivery, State.PLANNED, do, **more)


def turn(step):
    return async_to_sync(step.turn)()


@pytest.fixture
def many(delivery):
    """Twenty deliveries that are due."""
    for part in range(1, 20):
        Delivery.objects.create(
            variant=delivery.variant,
            channel=delivery.channel,
            part=part,
            due_at=delivery.due_at,
            state=State.PLANNED,
        )
    return Delivery.objects.order_by("pk")


def test_a_claimed_row_is_not_claimed_twice(delivery):
    send = step()
    assert send.claim() == [delivery]
    assert send.claim() == []


def test_a_row_whose_time_has_not_come_is_left_alone(delivery):
    Delivery.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert step().claim() == []


def test_a_whole_batch_is_settled(many):
    assert turn(step()) == 20
    assert {d.problem for d in many} == {"Nothing was done."}


def test_a_worker_that_dies_leaves_the_row_unsure(delivery):
    send = step()
    send.claim()
    assert send.recover() == 0
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
        assert send.recover() == 1
    delivery.refresh_from_db()
    assert delivery.state == State.UNSURE
    assert delivery.lease is None


def test_a_bug_in_a_step_does_not_stop_the_others(many, caplog):
    first = many[0].pk

    async def bug(item):
        if item.pk == first:
            raise ZeroDivisionError
        return await nothing(item)

    turn(step(bug))
    assert many.filter(state=State.HELD).count() == 19
    assert many[0].state == State.UNSURE
    assert "failed on" in caplog.text


def test_the_second_of_two_movers_loses(delivery):
    stale = Delivery.objects.get(pk=delivery.pk)
    assert delivery.move(State.CANCELLED)
    assert not stale.move(State.HELD)


def test_a_row_that_was_taken_over_is_not_settled(delivery):
    async def slow(item):
        Delivery.objects.filter(pk=item.pk).update(state=State.UNSURE, lease=None)
        return await nothing(item)

    send = step()
    [item] = send.claim()
    Delivery.objects.filter(pk=item.pk).update(state=State.UNSURE, lease=None)
    send.settle([(item, async_to_sync(nothing)(item))])
    delivery.refresh_from_db()
    assert delivery.state == State.UNSURE


def test_what_follows_is_undone_with_the_move(delivery):
    def fails(results):
        raise OperationalError("the database went away")

    send = step(settled=fails)
    [item] = send.claim()
    with pytest.raises(OperationalError):
        send.settle([(item, async_to_sync(nothing)(item))])
    delivery.refresh_from_db()
    assert delivery.state == item.state == State.SENDING


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_kept_while_the_database_is_away(delivery):
    tries = []

    def settled(results):
        tries.append(len(results))
        if len(tries) < 3:
            raise OperationalError("the database went away")

    turn(step(settled=settled))
    delivery.refresh_from_db()
    assert tries == [1, 1, 1]
    assert delivery.state == State.HELD


def test_one_row_that_cannot_be_settled_does_not_stop_the_others(many, caplog):
    first = many[0].pk

    def settled(results):
        if any(item.pk == first for item, _ in results):
            raise ValueError("a bug")

    turn(step(settled=settled))
    assert many.filter(state=State.HELD).count() == 19
    assert "cannot settle" in caplog.text


def test_staying_waits_longer_with_every_failure(channel):
    waits = []
    for _ in range(5):
        at = Stay(problem="No answer.").columns(channel)
        waits.append(round((at["due_at"] - timezone.now()) / timedelta(minutes=1)))
        channel.attempts = at["attempts"]
    assert waits == [1, 5, 30, 120, 120]


def test_a_step_must_say_where_a_crash_leads():
    with pytest.raises(ValueError, match="where a crash"):
        Step(Delivery, State.PLANNED, nothing, during=State.SENDING)


def test_a_step_needs_a_state_that_runs():
    with pytest.raises(ValueError, match="does not say"):
        Step(Delivery, State.LIVE, nothing)


@pytest.mark.django_db(transaction=True)
def test_four_workers_never_get_the_same_row(many):
    send = step(batch=3)

    def work(_):
        got = []
        while items := send.claim():
            got += [item.pk for item in items]
        connection.close()
        return got

    with ThreadPoolExecutor(4) as pool:
        claimed = [pk for got in pool.map(work, range(4)) for pk in got]
    assert sorted(claimed) == sorted(many.values_list("pk", flat=True))
    assert len(set(claimed)) == 20
