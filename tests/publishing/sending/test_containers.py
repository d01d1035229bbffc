"""Films take two steps: nothing of them is lost between, and nothing is out twice."""

import pytest
from asgiref.sync import async_to_sync
from tests.film_kit import in_library

from clarion.channels.line import line
from clarion.content import actions as content
from clarion.interfaces.worker.steps import BY_NAME
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.publishing.sending import pauses

State = Delivery.State


@pytest.fixture
def film(space, channel, boss, playground):
    """A post with a film, due now; the network is done with it in no time."""
    playground.settings(processing_seconds=0)
    medium = in_library(space)
    post = content.write(space, "Look", [channel], media=[medium], by=boss)
    [delivery] = publishing.publish_now(post, by=boss)
    return delivery


@pytest.fixture
def again(later, work):
    def passes(**by):
        with later(**by):
            work()

    return passes


@async_to_sync
async def take(step):
    """The worker does this one step, and nothing else."""
    async with line():
        return await BY_NAME[step].turn()


def contain(film):
    """The film goes into a container, and waits there."""
    take("publishing.delivery.planned")
    assert fresh(film).state == State.SETTLING, film.problem
    assert (film.maybe_out, bool(film.ticket)) == (False, True)


def fresh(delivery):
    delivery.refresh_from_db()
    return delivery


def out(playground):
    return playground.stats["live"]


def test_a_film_goes_out_through_a_container(film, playground, work, again):
    work()
    again(seconds=5)
    assert (fresh(film).state, out(playground)) == (State.LIVE, 1), film.problem
    assert film.tries == 2, film.problem


def test_nobody_sees_the_container_of_a_paused_post(film, playground, again, space, boss):
    contain(film)
    ticket = film.ticket
    pause = pauses.pause(space, "A recall", by=boss)
    again(seconds=5)
    assert (fresh(film).state, out(playground)) == (State.PLANNED, 0)
    assert film.ticket == ticket  # it is ready, and nothing but the pause keeps it back
    pauses.resume(pause, pauses.Pause.How.SPREAD, by=boss)
    again(minutes=30)
    assert (fresh(film).state, out(playground)) == (State.LIVE, 1), film.problem


def test_a_film_that_has_to_be_converted_first_waits_and_goes_out_once(
    space, channel, boss, playground, again
):
    playground.settings(processing_seconds=0)
    post = content.write(space, "Look", [channel], media=[in_library(space, "hevc")], by=boss)
    [delivery] = publishing.publish_now(post, by=boss)
    take("publishing.delivery.planned")
    assert (fresh(delivery).state, delivery.tries) == (State.PLANNED, 0)
    assert "being prepared" in delivery.problem
    assert take("content.rendition.waiting") == 1
    again(seconds=5)
    again(seconds=10)
    assert (fresh(delivery).state, out(playground)) == (State.LIVE, 1), delivery.problem


@pytest.mark.parametrize("fault", ["fail_before", "fail_after"])
def test_a_lost_answer_to_the_publication_is_looked_up(fault, film, playground, again):
    contain(film)
    playground.fault(fault, next=1)
    again(seconds=5)
    again(seconds=15)
    again(seconds=40)
    assert (fresh(film).state, out(playground)) == (State.LIVE, 1)


def test_a_container_that_expired_is_made_again(film, playground, work, again):
    playground.fault("expire", next=1)
    work()
    again(minutes=1)
    again(minutes=3)
    again(minutes=4)
    assert (fresh(film).state, out(playground)) == (State.LIVE, 1)


def test_an_unreadable_film_asks_a_person(film, playground, work, again):
    playground.fault("broken", next=1)
    work()
    again(seconds=5)
    assert fresh(film).state == State.HELD
    assert "cannot read this film" in film.problem
    assert film.ticket == ""


def test_a_container_that_is_never_done_is_made_again_and_then_asks(
    film, playground, work, again
):
    playground.fault("stuck", next=20)
    for hours in (0, 2.5, 2.6, 5, 5.1, 7.5):
        again(hours=hours)
    assert fresh(film).state == State.HELD
    assert "did not finish" in film.problem
    assert out(playground) == 0
