"""Once and only once, on a server that forgets idempotency keys."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from tests.networks.mastodon_double import ANN, BASE, BOB, Double

from clarion.networks.base import (
    Draft,
    Live,
    Media,
    Poll,
    Ready,
    Reconnect,
    Refused,
    Settling,
    StartOver,
    TryLater,
    Unsure,
)
from clarion.networks.mastodon import network

publish = network.publish
TEXT = (
    "“Bread” & butter — 50% off!\n\nAsk @ann@far.example, "
    "see https://shop.example/a/very/long/way?x=1&y=ä #bread 🥖"
)


@pytest.fixture
def server() -> Double:
    return Double()


@pytest.fixture
def picture(tmp_path: Path) -> Media:
    path = tmp_path / "holiday in Rome.png"
    path.write_bytes(b"\x89PNG")
    return Media("image", "image/png", 4, alt="A tall “loaf”", path=path)


def look(server: Double, draft: Draft, since: datetime, known=()):
    return server.do(lambda call: publish.find(call, draft, since, known))


def send(server: Double, draft: Draft):
    return server.do(lambda call: publish.send(call, draft))


def sent(server: Double) -> dict:
    return json.loads([r for r in server.requests if r.method == "POST"][-1].content)


# --- finding what a lost answer left behind ---


def test_a_lost_answer_is_found_again_whatever_the_server_made_of_the_text(server):
    draft, since = Draft(TEXT, link="https://clarion.example/t/1"), datetime.now(UTC)
    server.lose = 1
    with pytest.raises(Unsure):
        send(server, draft)
    found = look(server, draft, since)
    assert isinstance(found, Live)
    assert found.remote_id == server.statuses[0]["id"]


def test_a_post_that_is_not_there_is_proven_absent(server):
    since = datetime.now(UTC)
    server.say("Something else")
    assert look(server, Draft(TEXT), since) is None


def test_an_older_post_with_the_same_text_is_not_taken_for_this_one(server):
    server.say(TEXT, at=server.now - timedelta(hours=1))
    assert look(server, Draft(TEXT), datetime.now(UTC)) is None


def test_a_post_that_belongs_to_something_else_is_not_taken_for_this_one(server):
    since = datetime.now(UTC)
    other = server.say(TEXT)
    assert look(server, Draft(TEXT), since, known=[other["id"]]) is None


def test_the_same_text_under_another_post_is_not_taken_for_this_one(server):
    since, one, two = datetime.now(UTC), server.say("One"), server.say("Two")
    server.say("Thanks", in_reply_to_id=one["id"])
    assert look(server, Draft("Thanks", reply_to=two["id"]), since) is None
    assert look(server, Draft("Thanks", reply_to=one["id"]), since) is not None


def test_the_same_words_to_somebody_else_are_not_taken_for_these(server):
    since = datetime.now(UTC)
    server.say("@bob Thanks", visibility="direct")
    assert look(server, Draft("Thanks", direct="@ann@far.example"), since) is None
    assert look(server, Draft("Thanks", direct="@bob"), since) is not None


def test_another_emoji_is_another_post(server):
    since = datetime.now(UTC)
    server.say("🎉")
    assert look(server, Draft("🔥"), since) is None
    assert look(server, Draft("🎉"), since) is not None


def test_two_posts_that_are_only_pictures_are_told_apart_by_their_descriptions(server, picture):
    since = datetime.now(UTC)
    server.say("", media_attachments=[{"id": "9", "description": "A cat"}])
    assert look(server, Draft("", [picture]), since) is None
    server.say("", media_attachments=[{"id": "10", "description": picture.alt}])
    assert look(server, Draft("", [picture]), since) is not None


def test_a_server_whose_clock_is_wrong_is_understood(server):
    server.ahead = timedelta(minutes=-10)
    since = datetime.now(UTC)
    server.say(TEXT)
    assert look(server, Draft(TEXT), since) is not None


def test_a_post_many_pages_back_is_found(server):
    since = datetime.now(UTC)
    server.say(TEXT)
    for number in range(130):
        server.say(f"Chatter {number}")
    assert look(server, Draft(TEXT), since) is not None


def test_a_person_decides_when_there_is_too_much_to_look_through(server):
    since = datetime.now(UTC)
    for number in range(1_050):
        server.say(f"Chatter {number}")
    with pytest.raises(Unsure, match="too many"):
        look(server, Draft(TEXT), since)


def test_a_private_message_is_found_where_the_server_lists_only_conversations(server):
    since = datetime.now(UTC)
    hidden = server.say("@bob Thanks", visibility="direct")
    server.statuses.clear()
    server.conversations = [{"id": "1", "last_status": hidden, "accounts": [BOB]}]
    assert look(server, Draft("Thanks", direct="@bob"), since) is not None


# --- what is sent ---


def test_the_key_goes_out_with_the_post_and_the_text_is_not_read_as_markdown(server):
    live = send(server, Draft("*Hello*", languages=["de-AT"]))
    request = server.requests[-1]
    assert request.headers["Idempotency-Key"] == "d1"
    assert request.headers["Authorization"] == "Bearer s3cret"
    assert sent(server) == {"status": "*Hello*", "content_type": "text/plain", "language": "de"}
    assert live == Live(server.statuses[0]["id"], f"{BASE}/@me/{server.statuses[0]['id']}")


def test_the_link_is_put_below_the_text_but_not_twice(server):
    send(server, Draft("See", link="https://a.example/x"))
    assert sent(server)["status"] == "See\n\nhttps://a.example/x"
    send(server, Draft("See https://a.example/x", link="https://a.example/x"))
    assert sent(server)["status"] == "See https://a.example/x"


def test_warning_visibility_and_poll_go_out_as_asked(server):
    options = {
        "warning": "Spoiler",
        "visibility": "unlisted",
        "language": "en",
        "poll_multiple": "on",
    }
    poll = Poll(["Rye", "Spelt", "Wheat"], hours=1)
    send(server, Draft("Which?", poll=poll, options=options))
    asked = sent(server)
    assert (asked["spoiler_text"], asked["sensitive"]) == ("Spoiler", True)
    assert (asked["visibility"], asked["language"]) == ("unlisted", "en")
    assert asked["poll"] == {
        "options": ["Rye", "Spelt", "Wheat"],
        "expires_in": 3600,
        "multiple": True,
    }


def test_an_answer_names_the_one_it_answers_and_no_more_people_see_it(server):
    question = server.say("@me why?", ANN, visibility="unlisted")
    send(server, Draft("Because", reply_to=question["id"]))
    asked = sent(server)
    assert asked["status"] == "@ann@far.example Because"
    assert (asked["in_reply_to_id"], asked["visibility"]) == (question["id"], "unlisted")


def test_an_answer_that_names_them_already_does_not_name_them_twice(server):
    question = server.say("@me why?", ANN)
    send(server, Draft("Dear @ann, because", reply_to=question["id"]))
    assert sent(server)["status"] == "Dear @ann, because"


def test_the_next_part_of_a_thread_names_nobody(server):
    first = send(server, Draft("One"))
    send(server, Draft("Two", reply_to=first.remote_id, root=first.remote_id))
    assert sent(server)["status"] == "Two"
    assert sent(server)["in_reply_to_id"] == first.remote_id


def test_a_private_message_names_everybody_in_the_conversation(server):
    send(server, Draft("Hello", direct="@ann@far.example,@bob"))
    assert sent(server)["status"] == "@ann@far.example @bob Hello"
    assert sent(server)["visibility"] == "direct"


def test_an_answer_to_a_post_that_is_gone_is_refused(server):
    with pytest.raises(Refused, match="gone"):
        send(server, Draft("Because", reply_to="404"))


def test_a_quote_goes_out_only_where_quotes_are_known(server):
    send(server, Draft("Look", quote="77"))
    assert sent(server)["quoted_status_id"] == "77"
    server.instance["api_versions"] = {"mastodon": 6}
    with pytest.raises(Refused, match="no quotes"):
        send(server, Draft("Look", quote="77"))


# --- media ---


def test_a_picture_goes_up_with_its_description_and_not_with_its_file_name(server, picture):
    send(server, Draft("Bread", [picture]))
    upload = next(r for r in server.requests if r.url.path == "/api/v2/media")
    assert b"Rome" not in upload.content
    assert b"image/png" in upload.content
    assert server.statuses[0]["media_attachments"][0]["description"] == picture.alt


def test_nothing_is_said_before_the_film_is_ready_and_may_go_out(server, picture):
    server.processing = 2
    waiting = send(server, Draft("Bread", [picture]))
    assert isinstance(waiting, Settling)
    assert not waiting.public
    assert poll(server, waiting) == Settling(waiting.ticket, public=False)
    assert poll(server, waiting) == Ready(waiting.ticket)
    assert server.statuses == []
    assert isinstance(release(server, waiting), Live)
    assert len(server.statuses) == 1


def test_an_answer_lost_when_the_film_goes_out_is_found_by_its_media(server, picture):
    film = replace(picture, kind="video", mime="video/mp4")
    server.processing, server.lose = 1, 1
    since = server.now
    waiting = send(server, Draft("Bread", [film]))
    assert isinstance(poll(server, waiting), Ready)
    assert found(server, waiting, since) is None
    with pytest.raises(Unsure):
        release(server, waiting)
    [said] = server.statuses
    assert found(server, waiting, since).remote_id == said["id"]
    assert release(server, waiting).remote_id == said["id"]
    assert server.statuses == [said]


def test_media_that_the_server_cleared_away_meanwhile_are_sent_again(server, picture):
    server.processing = 1
    waiting = send(server, Draft("Bread", [picture]))
    assert isinstance(poll(server, waiting), Ready)
    server.media.clear()
    with pytest.raises(StartOver):
        release(server, waiting)
    assert server.statuses == []


def test_media_the_server_cannot_process_are_refused_with_its_reason(server, picture):
    server.processing = 1
    waiting = send(server, Draft("Bread", [picture]))
    [medium] = server.media
    server.answers[f"GET /api/v1/media/{medium}"] = error(422, "Error processing thumbnail")
    with pytest.raises(Refused, match="Error processing thumbnail"):
        poll(server, waiting)


def test_a_lost_upload_is_safe_to_repeat(server, picture):
    def lost(request):
        raise httpx2.ReadTimeout("lost", request=request)

    server._upload = lost
    with pytest.raises(TryLater):
        send(server, Draft("Bread", [picture]))


def poll(server: Double, waiting: Settling):
    return server.do(lambda call: publish.poll(call, waiting.ticket))


def release(server: Double, waiting: Settling):
    """As the worker does it when nothing forbids it any more."""
    return server.do(
        lambda call: publish.send(replace(call, ticket=waiting.ticket), Draft("Bread"))
    )


def found(server: Double, waiting: Settling, since: datetime):
    return server.do(
        lambda call: publish.find(
            replace(call, ticket=waiting.ticket), Draft("Bread"), since, ()
        )
    )


# --- taking down, and how a server says no ---


def test_taking_down_twice_is_fine(server):
    live = send(server, Draft("Oops"))
    for _ in range(2):
        server.do(lambda call: publish.remove(call, live.remote_id))
    assert server.statuses == []


def error(status: int, text: str, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": text}, headers=headers)


def test_a_refusal_carries_the_servers_own_sentence(server):
    server.answers["POST /api/v1/statuses"] = error(422, "Text can't be blank")
    with pytest.raises(Refused, match="Text can't be blank"):
        send(server, Draft("Hi"))


@pytest.mark.parametrize(
    "body", ["<html>secret page</html>", '{"error": "<b>x</b> secret"}', '["x"]']
)
def test_a_refusal_never_carries_a_page(server, body):
    server.answers["POST /api/v1/statuses"] = httpx2.Response(422, text=body)
    with pytest.raises(Refused) as refused:
        send(server, Draft("Hi"))
    assert str(refused.value) == "The server refused this (status 422)."


@pytest.mark.parametrize("form", ["date", "epoch"])
def test_a_server_that_is_busy_says_when_to_come_back(server, form):
    at = (datetime.now(UTC) + timedelta(minutes=4)).replace(microsecond=0)
    reset = (
        at.isoformat().replace("+00:00", "Z") if form == "date" else str(int(at.timestamp()))
    )
    server.answers["POST /api/v1/statuses"] = error(429, "Slow", **{"X-RateLimit-Reset": reset})
    with pytest.raises(TryLater) as later:
        send(server, Draft("Hi"))
    assert later.value.at == at


def test_a_key_that_is_no_longer_good_asks_for_a_new_connection(server):
    server.answers["POST /api/v1/statuses"] = error(401, "The access token is invalid")
    with pytest.raises(Reconnect):
        send(server, Draft("Hi"))
    server.answers["POST /api/v1/statuses"] = error(
        403, "This action is outside the authorized scopes"
    )
    with pytest.raises(Reconnect):
        send(server, Draft("Hi"))


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(503),
        httpx2.Response(200, text="{not json"),
        httpx2.Response(200, json=[]),
    ],
)
def test_an_answer_that_says_nothing_leaves_us_unsure(server, answer):
    server.answers["POST /api/v1/statuses"] = answer
    with pytest.raises(Unsure):
        send(server, Draft("Hi"))


def test_a_server_that_has_moved_is_not_followed_with_our_key(server):
    server.answers["POST /api/v1/statuses"] = httpx2.Response(
        301, headers={"Location": "https://other.example/"}
    )
    with pytest.raises(Refused, match="points to another"):
        send(server, Draft("Hi"))
