"""The adapter against a stateful server, over HTTP, as it is used."""

import asyncio
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.servers.mastodon_server import Line, MastodonServer, Person, running

from clarion.networks.base import (
    Draft,
    Live,
    Media,
    Poll,
    Reconnect,
    Redirect,
    Refused,
    TryLater,
    Unsure,
)
from clarion.networks.mastodon import network

pytestmark = pytest.mark.servers
publish, community, measurement = network.publish, network.community, network.measurement
assert community is not None
assert measurement is not None
names = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MastodonServer]:
    with running(tmp_path_factory.mktemp("mastodon")) as place:
        yield place


@pytest.fixture
def bakery(server: MastodonServer) -> Person:
    return server.person(f"bakery{next(names)}")


@pytest.fixture
def ann(server: MastodonServer) -> Person:
    return server.person(f"ann{next(names)}")


@pytest.fixture
def picture(tmp_path) -> Media:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = zlib.compress((b"\0" + b"\xc8\x1e\x3c" * 8) * 8)
    path = tmp_path / "loaf.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )
    return Media("image", "image/png", path.stat().st_size, 8, 8, alt="A red loaf", path=path)


def send(person: Person, draft: Draft, key: str = "d1", line: Line | None = None):
    return person.do(lambda call: publish.send(call, draft), key, line)


def say_once(person: Person, draft: Draft, line: Line) -> Live:
    """What the product does: when the answer is lost, look before saying it again."""

    async def work(call):
        since = datetime.now(UTC)
        for _ in range(9):
            try:
                return await publish.send(call, draft)
            except Unsure:
                if found := await publish.find(call, draft, since, ()):
                    return found
        raise AssertionError("It was never said.")

    return person.do(work, line=line)


# --- connecting ---


def test_a_person_is_led_through_the_servers_own_page_and_back(server, bakery):
    back = "http://localhost/back"
    answers = {"instance": server.base}
    away = bakery.with_http(lambda http: network.connect.start(http, answers, back, "st4te"))
    assert isinstance(away, Redirect)
    username = bakery.grant.handle.split("@")[1]
    asked = {key: value[0] for key, value in parse_qs(urlsplit(away.url).query).items()}
    yes = httpx2.post(
        away.url.split("?")[0], data=asked | {"username": username}, trust_env=False
    )
    answer = {
        key: value[0]
        for key, value in parse_qs(urlsplit(yes.headers["Location"]).query).items()
    }
    assert answer["state"] == "st4te"
    [grant] = bakery.with_http(lambda http: network.connect.finish(http, away.saved, answer))
    assert (grant.remote_id, grant.handle) == (bakery.grant.remote_id, bakery.grant.handle)
    assert bakery.by_hand("GET", "/api/v1/accounts/verify_credentials")["acct"] == username


def test_a_key_the_server_does_not_know_is_not_taken(server):
    with pytest.raises(Reconnect):
        Person(server, "wrong")


def test_the_server_tells_its_own_limits(bakery):
    limits = bakery.do(network.connect.limits)
    assert (limits.live, limits.text, limits.image_bytes) == (True, 500, 10_485_760)


# --- saying things ---


def test_the_same_key_twice_is_one_post(bakery):
    first, second = send(bakery, Draft("Fresh bread")), send(bakery, Draft("Fresh bread"))
    assert first == second
    assert len(bakery.said()) == 1


def test_a_lost_answer_is_not_said_twice(bakery):
    live = say_once(bakery, Draft("“Bread” & more: https://a.example/b?c=1&d=2"), Line(loses=1))
    assert [one["id"] for one in bakery.said()] == [live.remote_id]


def test_a_lost_answer_is_not_said_twice_where_keys_are_forgotten(bakery):
    draft = Draft("“Bread” & more #bread", link="https://a.example/b?c=1&d=2")
    live = say_once(bakery, draft, Line(loses=1, drops_keys=True))
    assert [one["id"] for one in bakery.said()] == [live.remote_id]


def test_without_looking_such_a_server_would_have_said_it_twice(bakery):
    line = Line(loses=1, drops_keys=True)
    with pytest.raises(Unsure):
        send(bakery, Draft("Bread"), line=line)
    send(bakery, Draft("Bread"), line=line)
    assert len(bakery.said()) == 2


def test_a_post_goes_out_whole(bakery, picture):
    options = {"warning": "Food", "visibility": "unlisted", "language": "en"}
    send(bakery, Draft("Look", [picture], options=options))
    [said] = bakery.said()
    assert (said["spoiler_text"], said["sensitive"]) == ("Food", True)
    assert (said["visibility"], said["language"]) == ("unlisted", "en")
    [medium] = said["media_attachments"]
    assert (medium["type"], medium["description"]) == ("image", "A red loaf")
    served = httpx2.get(medium["url"], trust_env=False).content
    assert served == picture.read()


def test_a_poll_goes_out_with_its_choices(bakery):
    poll = Poll(["Rye", "Spelt"], hours=1)
    send(bakery, Draft("Which?", poll=poll, options={"poll_multiple": "on"}))
    poll = bakery.said()[0]["poll"]
    assert [one["title"] for one in poll["options"]] == ["Rye", "Spelt"]
    assert poll["multiple"]
    until = datetime.fromisoformat(poll["expires_at"])
    assert timedelta(minutes=58) < until - datetime.now(UTC) < timedelta(minutes=62)


def test_a_thread_hangs_together(bakery):
    one = send(bakery, Draft("One"))
    two = send(bakery, Draft("Two", reply_to=one.remote_id, root=one.remote_id), "d2")
    context = bakery.by_hand("GET", f"/api/v1/statuses/{one.remote_id}/context")
    assert [below["id"] for below in context["descendants"]] == [two.remote_id]


def test_a_quote_shows_the_post_it_quotes(bakery, ann):
    post = send(ann, Draft("Original"))
    send(bakery, Draft("Look at this", quote=post.remote_id), "d2")
    assert bakery.said()[0]["quote"]["quoted_status"]["id"] == post.remote_id


def test_an_empty_post_is_refused_with_the_servers_sentence(bakery):
    with pytest.raises(Refused, match="can't be blank"):
        send(bakery, Draft(""))


def test_a_post_is_taken_down_and_taking_it_down_again_is_fine(bakery):
    live = send(bakery, Draft("Oops"))
    for _ in range(2):
        bakery.do(lambda call: publish.remove(call, live.remote_id))
    assert bakery.said() == []


def test_what_is_live_gets_other_words_and_keeps_its_picture(bakery, picture):
    said = bakery.do(lambda call: publish.send(call, Draft("Fresh bred", media=[picture])))
    draft = Draft("Fresh bread", media=[picture])
    bakery.do(lambda call: network.editing.edit(call, said.remote_id, draft))
    [there] = bakery.said()
    assert "Fresh bread" in there["content"]
    assert there["edited_at"]
    assert [m["description"] for m in there["media_attachments"]] == [picture.alt]


def test_what_was_said_by_hand_is_read_back(bakery):
    since = datetime.now(UTC) - timedelta(minutes=1)
    bakery.by_hand("POST", "/api/v1/statuses", json={"status": "Rolls, by hand"})
    found = bakery.do(lambda call: network.recall.recent(call, since))
    assert [one.text for one in found] == ["Rolls, by hand"]


def test_a_busy_server_is_left_alone_until_it_says(server, bakery):
    server.fault("/api/v1/statuses", "ratelimit")
    with pytest.raises(TryLater) as later:
        send(bakery, Draft("Bread"))
    assert later.value.at is not None
    assert timedelta(minutes=4) < later.value.at - datetime.now(UTC) < timedelta(minutes=6)
    assert bakery.said() == []


@pytest.mark.parametrize(
    ("effect", "more"), [("status", {"status": 502}), ("malformed", {"truncate": True})]
)
def test_a_server_that_stumbles_leaves_us_unsure(server, bakery, effect, more):
    server.fault("/api/v1/statuses", effect, **more)
    with pytest.raises(Unsure):
        send(bakery, Draft("Bread"))


# --- talking ---


def test_an_answer_comes_in_and_is_answered_in_the_same_thread(bakery, ann):
    since = datetime.now(UTC)
    post = send(bakery, Draft("Fresh bread"))
    me = bakery.grant.handle.split("@")[1]
    question = {"status": f"@{me} until when?", "in_reply_to_id": post.remote_id}
    ann.by_hand("POST", "/api/v1/statuses", json=question)
    [message] = bakery.do(lambda call: community.inbox(call, since, [post.remote_id]))
    assert (message.kind, message.on, message.thread) == ("comment", *[post.remote_id] * 2)
    assert (message.text, message.author) == (question["status"], ann.grant.handle)
    send(bakery, Draft("Until six", reply_to=message.remote_id), "d2")
    [answer] = ann.do(lambda call: community.inbox(call, since, ()))
    assert answer.text.endswith("Until six")
    assert answer.thread == post.remote_id


def test_a_private_message_comes_in_and_is_answered_in_private(bakery, ann):
    since = datetime.now(UTC)
    me, them = bakery.grant.handle.split("@")[1], ann.grant.handle.split("@")[1]
    psst = {"status": f"@{me} psst", "visibility": "direct"}
    ann.by_hand("POST", "/api/v1/statuses", json=psst)
    [message] = bakery.do(lambda call: community.inbox(call, since, ()))
    assert (message.kind, message.thread) == ("direct", f"@{them}")
    answer = Draft("Yes?", direct=message.thread, reply_to=message.remote_id)
    live = send(bakery, answer)
    [heard] = ann.do(lambda call: community.inbox(call, since, ()))
    assert (heard.kind, heard.remote_id, heard.thread) == ("direct", live.remote_id, f"@{me}")
    found = bakery.do(lambda call: publish.find(call, answer, since, ()))
    assert found == live


# --- numbers and listening ---


def test_likes_boosts_and_answers_are_counted(bakery, ann):
    post = send(bakery, Draft("Fresh bread"))
    for act in ("favourite", "reblog"):
        ann.by_hand("POST", f"/api/v1/statuses/{post.remote_id}/{act}")
    ann.by_hand(
        "POST", "/api/v1/statuses", json={"status": "Yum", "in_reply_to_id": post.remote_id}
    )
    found = bakery.do(lambda call: measurement.counts(call, [post.remote_id, "999"]))
    assert found.keys() == {post.remote_id}
    assert (
        found[post.remote_id] | {"likes": 1, "shares": 1, "comments": 1}
        == found[post.remote_id]
    )
    assert bakery.do(measurement.account).posts == 1


def test_public_posts_are_found_by_word_and_by_hashtag(bakery, ann):
    tag = f"bread{next(names)}"
    send(ann, Draft(f"Fresh #{tag} today"))
    for words in (tag, f"#{tag}", f"#{tag} today"):
        since = datetime.now(UTC) - timedelta(minutes=1)
        [found] = bakery.do(lambda call, w=words, s=since: network.listening.search(call, w, s))
        assert found.text == f"Fresh #{tag} today"


@pytest.mark.parametrize("hashtag", [True, False])
def test_public_posts_are_heard_as_they_happen(bakery, ann, hashtag):
    word = f"bread{next(names)}"
    words = [f"#{word}"] if hashtag else [word, "nonsense"]

    async def listen(call):
        stream = network.streaming.stream(call, words)
        heard = asyncio.ensure_future(anext(stream))
        for number in range(40):  # until the line is up
            await asyncio.sleep(0.25)
            if heard.done():
                break
            text = f"Number {number} of #{word}"
            await asyncio.to_thread(
                ann.by_hand, "POST", "/api/v1/statuses", json={"status": text}
            )
        message = await heard
        await stream.aclose()
        return message

    message = bakery.do(listen)
    assert f"#{word}" in message.text
    assert message.author == ann.grant.handle
