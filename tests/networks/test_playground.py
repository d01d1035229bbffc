"""The Playground over HTTP, as any adapter would use it."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.playground_kit import Running, running

from clarion.networks.base import Draft, Live, Unsure
from clarion.networks.playground.network import network

publish = network.publish


def test_a_post_is_live_and_can_be_found_again(playground: Running) -> None:
    bakery, since = playground.sign_up(), datetime.now(UTC)
    remote_id = playground.post(bakery, "Fresh bread")
    found = playground.do(bakery, lambda c: publish.find(c, Draft("Fresh bread"), since, ()))
    assert isinstance(found, Live)
    assert found.remote_id == remote_id


def test_the_same_post_sent_twice_is_two_posts(playground: Running) -> None:
    bakery = playground.sign_up()
    assert playground.post(bakery, "Hello") != playground.post(bakery, "Hello")
    [twice] = playground.stats["duplicates"]
    assert (twice["account"], twice["text"], twice["times"]) == ("bakery", "Hello", 2)


def test_a_lost_answer_leaves_a_post_behind(playground: Running) -> None:
    bakery, since = playground.sign_up(), datetime.now(UTC)
    playground.fault("lose_answer", next=1)
    with pytest.raises(Unsure):
        playground.post(bakery, "Hello")
    found = playground.do(bakery, lambda c: publish.find(c, Draft("Hello"), since, ()))
    assert isinstance(found, Live)


def test_an_accepted_post_survives_kill_minus_nine(tmp_path) -> None:
    with running(tmp_path) as own:
        bakery = own.sign_up()
        remote_id = own.post(bakery, "Hello")
        own.kill()
        own.start()
        found = own.do(
            bakery,
            lambda c: publish.find(
                c, Draft("Hello"), datetime.now(UTC) - timedelta(minutes=1), ()
            ),
        )
        assert isinstance(found, Live)
        assert found.remote_id == remote_id
