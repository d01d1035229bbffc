"""Changing what is live, and reading back what the account said."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.networks.mastodon_double import ANN, Double

from clarion.networks.base import Draft, Refused, Unsure
from clarion.networks.mastodon import network


@pytest.fixture
def server() -> Double:
    return Double()


def change(server: Double, status: dict, draft: Draft):
    return server.do(lambda call: network.editing.edit(call, status["id"], draft))


def test_other_words_stand_there_and_pictures_keep_their_descriptions(server):
    loaf = {"id": "7", "description": "A tall loaf", "url": "https://x.example/7.png"}
    roll = {"id": "8", "description": None, "url": "https://x.example/8.png"}
    said = server.say("Fresh bread at sevn", media_attachments=[loaf, roll])
    there = change(server, said, Draft("Fresh bread at seven", options={"warning": "Crumbs"}))
    [now] = server.statuses
    assert now["content"] == "<p>Fresh bread at seven</p>"
    assert now["spoiler_text"] == "Crumbs"
    assert [m["id"] for m in now["media_attachments"]] == ["7", "8"]
    assert now["media_attachments"][0]["description"] == "A tall loaf"
    assert (there.remote_id, there.url) == (said["id"], said["url"])


def test_a_link_that_is_no_part_of_the_words_stays_with_them(server):
    said = server.say("Bread https://shop.example/")
    change(server, said, Draft("Rolls", link="https://shop.example/"))
    assert "shop.example" in server.statuses[0]["content"]


def test_changing_it_twice_is_fine(server):
    said = server.say("Bread")
    change(server, said, Draft("Rolls"))
    change(server, said, Draft("Rolls"))
    assert [one["content"] for one in server.statuses] == ["<p>Rolls</p>"]


def test_a_lost_answer_does_not_claim_that_nothing_changed(server):
    said = server.say("Bread")
    server.lose = 1
    with pytest.raises(Unsure):
        change(server, said, Draft("Rolls"))


def test_a_vote_is_not_begun_anew(server):
    said = server.say("Rye or wheat?", poll={"id": "1", "options": []})
    with pytest.raises(Refused, match="vote"):
        change(server, said, Draft("Wheat or rye?"))
    assert "Rye or wheat" in server.statuses[0]["content"]


def test_what_is_gone_cannot_be_changed(server):
    with pytest.raises(Refused):
        change(server, {"id": "999"}, Draft("Rolls"))


def test_what_the_account_said_since_then_is_read_back_and_nothing_else(server):
    now = datetime.now(UTC)
    server.say("Long ago", at=now - timedelta(hours=3))
    server.say("Fresh bread & rolls")
    server.say("Passed on", reblog={"id": "5"})
    server.say("Somebody else", by=ANN)
    since = now - timedelta(hours=1)
    [found] = server.do(lambda call: network.recall.recent(call, since))
    assert found.text == "Fresh bread & rolls"
    assert found.url.startswith("https://social.example/")
