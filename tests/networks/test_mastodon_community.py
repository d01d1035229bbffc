"""What comes in, where it belongs, and as plain text."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from tests.networks.mastodon_double import ANN, BOB, Double

from clarion.networks.base import Account, Draft, TryLater
from clarion.networks.mastodon import network
from clarion.networks.mastodon.plain import likeness, plain

community = network.community
assert community is not None
assert network.measurement is not None
BEFORE = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def server() -> Double:
    return Double()


def inbox(server: Double, *ours: str, since: datetime = BEFORE):
    return server.do(lambda call: community.inbox(call, since, ours))


def test_a_mention_comes_in_as_plain_text_with_its_author(server):
    server.notify(server.say("@me I <3 this\nhttps://a.example/long/enough/to/be/cut?x=1", ANN))
    [message] = inbox(server)
    assert (message.kind, message.author, message.author_name) == (
        "mention",
        "@ann@far.example",
        "Ann",
    )
    assert message.text == "@me I <3 this\nhttps://a.example/long/enough/to/be/cut?x=1"
    assert message.thread == message.remote_id
    assert message.on == ""


def test_a_neighbour_is_shown_with_the_name_of_our_server(server):
    server.notify(server.say("@me hi", BOB))
    assert inbox(server)[0].author == "@bob@social.example"


def test_an_answer_belongs_to_our_post_and_its_thread(server):
    post = server.say("New bread")
    more = server.say("And rolls", in_reply_to_id=post["id"])
    server.notify(server.say("@me Yum", ANN, in_reply_to_id=more["id"]))
    [message] = inbox(server)
    assert (message.kind, message.on, message.thread) == ("comment", more["id"], post["id"])


def test_an_answer_that_does_not_name_us_is_found_below_our_post(server):
    post = server.say("New bread")
    first = server.say("Yum", ANN, in_reply_to_id=post["id"])
    second = server.say("Agreed", BOB, in_reply_to_id=first["id"])
    server.say("Thank you both", in_reply_to_id=second["id"])
    messages = inbox(server, post["id"])
    assert [one.text for one in messages] == ["Yum", "Agreed"]
    assert {(one.on, one.thread) for one in messages} == {(post["id"], post["id"])}


def test_a_post_without_answers_costs_no_request_of_its_own(server):
    ids = [server.say(f"Post {number}")["id"] for number in range(30)]
    inbox(server, *ids)
    assert not [r for r in server.requests if r.url.path.endswith("/context")]
    assert len([r for r in server.requests if r.url.path == "/api/v1/statuses"]) == 2


def test_what_is_told_twice_comes_in_once(server):
    post = server.say("New bread")
    server.notify(server.say("@me Yum", ANN, in_reply_to_id=post["id"]))
    assert len(inbox(server, post["id"])) == 1


def test_what_was_there_before_does_not_come_in_again(server):
    post = server.say("New bread", at=server.now - timedelta(days=1))
    old = server.say(
        "@me Yum", ANN, in_reply_to_id=post["id"], at=server.now - timedelta(hours=2)
    )
    server.notify(old)
    assert inbox(server, post["id"]) == []


def test_likes_boosts_and_followers_are_not_messages(server):
    post = server.say("New bread")
    server.notify(post | {"account": ANN}, "favourite")
    server.notify(post | {"account": ANN}, "poll")
    assert inbox(server) == []


def test_a_quote_comes_in_as_one(server):
    post = server.say("New bread")
    quote = server.say("See this", ANN, quote={"state": "accepted", "quoted_status": post})
    server.notify(quote, "quote")
    [message] = inbox(server)
    assert (message.kind, message.on) == ("quote", post["id"])


def test_a_private_message_carries_what_it_takes_to_answer_it(server):
    said = server.say("@me @bob psst", ANN, visibility="direct")
    server.notify(said)
    server.conversations = [{"id": "5", "last_status": said}]
    [message] = inbox(server)
    assert (message.kind, message.thread) == ("direct", "@ann@far.example,@bob")
    answer = Draft("Yes?", direct=message.thread, reply_to=message.remote_id)
    server.do(lambda call: network.publish.send(call, answer))
    assert server.statuses[0]["visibility"] == "direct"
    assert {one["acct"] for one in server.statuses[0]["mentions"]} == {"ann@far.example", "bob"}


def test_a_private_message_comes_in_even_when_its_notification_was_filtered(server):
    said = server.say("@me psst", ANN, visibility="direct")
    server.conversations = [{"id": "5", "last_status": said}]
    assert [one.kind for one in inbox(server)] == ["direct"]


def test_our_own_last_word_is_not_a_message(server):
    said = server.say("@ann psst", visibility="direct")
    server.conversations = [{"id": "5", "last_status": said}]
    assert inbox(server) == []


def test_a_server_without_conversations_still_has_an_inbox(server):
    server.answers["GET /api/v1/conversations"] = httpx2.Response(404)
    server.notify(server.say("@me hi", ANN))
    assert len(inbox(server)) == 1


def test_a_post_of_ours_that_is_gone_does_not_spoil_the_inbox(server):
    server.notify(server.say("@me hi", ANN, in_reply_to_id="404"))
    assert len(inbox(server, "404")) == 1


def test_an_inbox_that_cannot_be_read_whole_is_read_later(server):
    server.answers["GET /api/v1/notifications"] = httpx2.Response(502)
    with pytest.raises(TryLater):
        inbox(server)


def test_a_content_warning_is_part_of_what_was_said(server):
    server.notify(server.say("@me It was the cook", ANN, spoiler_text="The end"))
    assert inbox(server)[0].text == "The end\n\n@me It was the cook"


# --- numbers ---


def counts(server: Double, *ids: str):
    return server.do(lambda call: network.measurement.counts(call, ids))


def test_counts_are_read_for_twenty_posts_at_a_time(server):
    posts = [server.say(f"Post {n}", favourites_count=n, quotes_count=2) for n in range(25)]
    found = counts(server, *[post["id"] for post in posts])
    assert found[posts[7]["id"]] == {"likes": 7, "shares": 0, "comments": 0, "quotes": 2}
    assert len(found) == 25
    assert len(server.requests) == 2


def test_a_server_that_knows_no_batches_is_asked_one_by_one(server):
    server.answers["GET /api/v1/statuses"] = httpx2.Response(404)
    post = server.say("Post", reblogs_count=3)
    assert counts(server, post["id"], "404") == {
        post["id"]: {"likes": 0, "shares": 3, "comments": 0}
    }


def test_the_account_counts_its_followers(server):
    found = server.do(network.measurement.account)
    assert found == Account(followers=7, following=2, posts=3)


# --- markup ---


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>Three<br />Four</p>", "One\n\nTwo\nThree\nFour"),
        ("a &lt;b&gt; &amp;amp; &#128512;", "a <b> &amp; 😀"),
        ("<script>alert(1)</script><style>p{}</style>safe", "safe"),
        (
            "<p>unclosed <a href='https://a.example/b'>a.example/b",
            "unclosed https://a.example/b",
        ),
        ('<a href="https://a.example">click</a>', "click (https://a.example)"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        (
            '<p class="quote-inline">RE: <a href="https://q.example/1">q</a></p><p>Yes</p>',
            "Yes",
        ),
        ("", ""),
        ("<<<>>>&&&", "<<<>>>&&&"),
    ],
)
def test_markup_becomes_what_a_reader_sees(html, text):
    assert plain(html) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It's — “fine”...", "Its - 'fine'…"),
        ("Straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("https://a.example/ä", "https://a.example/%C3%A4"),
        ("#Tag  @ann@a.example\n\nx", "#tag @ann x"),
    ],
)
def test_two_renderings_of_one_text_are_alike(one, other):
    assert likeness(one) == likeness(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("50% off", "60% off"),
        ("🎉", "🔥"),
        ("https://a.example/1", "https://a.example/2"),
        ("नमस्ते", "धन्यवाद"),
        ("की", "का"),
        ("@ann hi", "@bob hi"),
    ],
)
def test_two_texts_are_not(one, other):
    assert likeness(one) != likeness(other)
