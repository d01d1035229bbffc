from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.accounts.actions import found_workspace
from clarion.community import actions as community
from clarion.content import actions as content
from clarion.interfaces.search import EACH, search
from clarion.networks.base import Message
from clarion.research import actions as research


@pytest.fixture
def find(client, owner, space):
    client.force_login(owner)

    def find(words, slug=None):
        answer = client.get(f"/w/{slug or space.slug}/search/", {"q": words})
        assert answer.status_code == 200
        return [(one["text"], one["url"]) for one in answer.json()["found"]]

    return find


def test_all_words_must_occur_in_a_post_in_whatever_part_of_it(find, space, channel, boss):
    post = content.write(space, "Rye bread", [channel], more=["Baked at four"], by=boss)
    content.write(space, "Rye crackers", [channel], by=boss)
    assert find("rye four") == [("Rye bread", f"/w/{space.slug}/posts/{post.pk}/")]
    assert find("RYE wheat") == []


def test_a_conversation_is_found_by_what_was_said_in_it_and_shows_it(find, channel):
    at = timezone.now() - timedelta(hours=1)
    row = community.open_conversation(channel, Message("m1", "mention", "ada", "Any rye?", at))
    assert find("any rye") == [
        ("ada: Any rye?", f"/w/{channel.workspace.slug}/inbox/{row.pk}/")
    ]


def test_a_percent_sign_is_a_letter_like_any_other(find, space, boss):
    content.write(space, "Half price", by=boss)
    assert find("%%") == []
    assert find("50%") == []


def test_what_lies_in_the_bin_or_in_another_brand_is_not_found(find, owner, space, boss):
    content.bin_post(content.write(space, "Stale rye", by=boss), by=boss)
    other = found_workspace(owner, "Butcher")
    theirs = other.memberships.get(user=owner).actor()
    research.note_finding(other, "Nobody here eats rye", by=theirs)
    assert find("rye") == []
    assert [text for text, _ in find("rye", other.slug)] == ["Nobody here eats rye"]


def test_one_letter_asks_for_nothing_and_many_posts_show_only_the_newest(space, boss):
    for n in range(EACH + 2):
        content.write(space, f"Rye {n}", by=boss)
    assert search(space, "r") == []
    assert [f.text for f in search(space, "rye")] == [f"Rye {n}" for n in range(7, 1, -1)]
