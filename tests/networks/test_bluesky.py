"""The Bluesky adapter against a small imitation of its server, which can fail on cue.

The real server is in tests/servers/test_bluesky_server.py.
"""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from PIL import Image

from clarion.networks.base import (
    Call,
    Draft,
    Live,
    Media,
    Reconnect,
    Refused,
    TryLater,
    Unsure,
)
from clarion.networks.bluesky import firehose, network, records, xrpc

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
DID = "did:plc:brand"
FAN = "did:plc:fan"
publish = network.publish
Answer = tuple[int, dict[str, Any]] | httpx2.Response | Exception


def jwt(*, lives: timedelta = timedelta(hours=2), scope: str = "com.atproto.appPass") -> str:
    said = {"exp": (datetime.now(UTC) + lives).timestamp(), "scope": scope}
    middle = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"e30.{middle}.x"


@dataclass
class Server:
    """Keeps records as the real one does. `trouble` is what it answers next instead, for each
    method; an exception there is a lost answer: the work is done all the same."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    trouble: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    password: str = "app-pass"
    handles: dict[str, str] = field(default_factory=lambda: {"fan.test": FAN})
    pages: dict[str, httpx2.Response] = field(default_factory=dict)
    feed: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host != "pds.test":
            return streamed(self.pages.get(str(request.url), httpx2.Response(404)))
        method = request.url.path.removeprefix("/xrpc/")
        self.asked.append(method)
        trouble = self.trouble.get(method) or [None]
        answer = trouble.pop(0)
        if isinstance(answer, httpx2.Response):
            return answer
        if isinstance(answer, tuple):
            return httpx2.Response(answer[0], json=answer[1])
        status, body = getattr(self, method.rsplit(".", 1)[1])(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(status, json=body)

    def putRecord(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        asked = json.loads(request.content)
        uri = f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}"
        if uri in self.records and self.records[uri] != asked["record"]:
            assert asked["swapRecord"] is None
            return 400, {"error": "InvalidSwap"}
        self.records[uri] = asked["record"]
        return 200, {"uri": uri, "cid": "cid"}

    def getRecord(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        asked = request.url.params
        uri = f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}"
        if uri not in self.records:
            return 400, {"error": "RecordNotFound"}
        return 200, {"uri": uri, "cid": "cid", "value": self.records[uri]}

    def createSession(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        if json.loads(request.content)["password"] != self.password:
            return 401, {"error": "AuthenticationRequired", "message": "secret detail"}
        return 200, opened()

    def getAuthorFeed(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        return 200, {"feed": self.feed}

    def resolveHandle(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        did = self.handles.get(request.url.params["handle"])
        return (200, {"did": did}) if did else (400, {"error": "InvalidRequest"})

    def uploadBlob(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        mime = request.headers["content-type"]
        return 200, {"blob": {"mimeType": mime, "size": len(request.content)}}


def streamed(page: httpx2.Response) -> httpx2.Response:
    """Arriving in pieces, as over a wire."""

    async def pieces() -> AsyncIterator[bytes]:
        for first in range(0, len(page.content), 10_000):
            yield page.content[first : first + 10_000]

    return httpx2.Response(page.status_code, headers=page.headers, content=pieces())


def opened(**changes: str) -> dict[str, str]:
    return {
        "did": DID,
        "handle": "brand.test",
        "accessJwt": jwt(),
        "refreshJwt": "r",
    } | changes


@pytest.fixture(autouse=True)
def _no_keys_from_before():
    xrpc._young.clear()


@pytest.fixture
def server() -> Server:
    return Server()


def do(
    server: Server,
    act: Callable[[Call], Coroutine[Any, Any, Any]],
    *,
    key: str = "d1",
    at: datetime = AT,
    **grant: str,
) -> Any:
    secret = {
        "service": "https://pds.test",
        "did": DID,
        "handle": "brand.test",
        "app_password": "app-pass",
        "access": jwt(),
        "refresh": "r",
    } | grant

    async def acting() -> Any:
        transport = httpx2.MockTransport(server)
        async with httpx2.AsyncClient(transport=transport) as http:
            return await act(Call(http, secret, key=key, at=at))

    return asyncio.run(acting())


def send(server: Server, draft: Draft, **more: Any) -> Live:
    return do(server, lambda call: publish.send(call, draft), **more)


def sent(server: Server) -> dict[str, Any]:
    [record] = server.records.values()
    return record


# --- the key of a post --------------------------------------------------------------------


def test_the_same_key_and_moment_give_the_same_place():
    assert records.tid("d1", AT) == records.tid("d1", AT)
    assert records.tid("d1", AT) != records.tid("d2", AT)


def test_places_sort_by_time():
    moments = [AT + timedelta(seconds=n) for n in range(50)]
    places = [records.tid(f"d{n}", at) for n, at in enumerate(moments)]
    assert sorted(places) == places


def test_a_place_is_a_valid_tid_of_its_moment():
    place = records.tid("d1", AT)
    number = 0
    for letter in place:
        number = number * 32 + "234567abcdefghijklmnopqrstuvwxyz".index(letter)
    assert len(place) == 13
    assert place[0] in "234567abcdefghij"
    assert 0 <= (number >> 10) - AT.timestamp() * 1_000_000 < 1_000_000


def test_things_said_in_one_second_do_not_meet():
    assert len({records.tid(f"d{n}", AT) for n in range(1000)}) == 1000


# --- exactly once -------------------------------------------------------------------------


def test_sending_again_writes_the_same_post(server):
    first = send(server, Draft("Hello"))
    assert send(server, Draft("Hello")) == first
    assert len(server.records) == 1


def test_a_lost_answer_is_looked_up(server):
    server.trouble["com.atproto.repo.putRecord"] = [httpx2.ReadTimeout("gone")]
    assert send(server, Draft("Hello")).remote_id in server.records


def test_a_lost_request_leaves_us_unsure_and_sending_again_is_one_post(server):
    server.trouble["com.atproto.repo.putRecord"] = [(502, {})]
    with pytest.raises(Unsure):
        send(server, Draft("Hello"))
    send(server, Draft("Hello"))
    assert len(server.records) == 1


def test_a_server_error_after_the_write_is_a_success(server):
    send(server, Draft("Hello"))
    server.trouble["com.atproto.repo.putRecord"] = [(500, {"error": "InternalServerError"})]
    assert send(server, Draft("Hello")).remote_id in server.records


@pytest.mark.parametrize(
    "trouble", [httpx2.ReadTimeout("gone"), (400, {"error": "InvalidSwap"})]
)
def test_not_seeing_is_not_taken_for_nothing_there(server, trouble):
    server.trouble["com.atproto.repo.putRecord"] = [trouble]
    server.trouble["com.atproto.repo.getRecord"] = [(503, {})]
    with pytest.raises(Unsure):
        send(server, Draft("Hello"))


def test_a_page_that_changed_between_two_tries_does_not_matter(server):
    link = "https://shop.example/x"
    first = send(server, Draft("Look", link=link))
    server.pages[link] = html("<title>New title</title>")
    assert send(server, Draft("Look", link=link)) == first
    assert len(server.records) == 1


def test_other_words_in_our_place_are_not_taken_for_ours(server):
    send(server, Draft("Hello"))
    with pytest.raises(Refused, match="already has this one's place"):
        send(server, Draft("Goodbye"))


def test_find_proves_presence_and_absence(server):
    def find(call: Call) -> Any:
        return publish.find(call, Draft("Hello"), AT, ())

    assert do(server, find) is None
    live = send(server, Draft("Hello"))
    assert do(server, find) == live


def test_find_says_so_when_it_cannot_look(server):
    server.trouble["com.atproto.repo.getRecord"] = [(503, {})]
    with pytest.raises(TryLater):
        do(server, lambda call: publish.find(call, Draft("Hello"), AT, ()))


# --- text ---------------------------------------------------------------------------------


def test_facets_point_at_bytes_not_at_characters(server):
    text = "👨‍👩‍👧‍👦 Grüße @fan.test 🎉 https://example.com/a#b, #Café"
    send(server, Draft(text))
    raw = text.encode()
    shown = [
        (raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(), f["features"][0])
        for f in sent(server)["facets"]
    ]
    kind = "app.bsky.richtext.facet"
    assert shown == [
        ("@fan.test", {"$type": f"{kind}#mention", "did": FAN}),
        (
            "https://example.com/a#b",
            {"$type": f"{kind}#link", "uri": "https://example.com/a#b"},
        ),
        ("#Café", {"$type": f"{kind}#tag", "tag": "Café"}),
    ]


def test_a_handle_nobody_has_and_an_address_stay_plain_text(server):
    send(server, Draft("@nobody.test writes to me@fan.test"))
    assert "facets" not in sent(server)


def test_a_shortened_link_is_read_in_full():
    text = "So good: example.com/very-lo... and here"
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com/very-long"}
    facet = {"index": {"byteStart": 9, "byteEnd": 31}, "features": [link]}
    assert (
        records.plain({"text": text, "facets": [facet]})
        == "So good: https://example.com/very-long and here"
    )


def test_a_link_that_lies_shows_where_it_leads():
    link = {"uri": "https://evil.example/"}
    facet = {"index": {"byteStart": 0, "byteEnd": 4}, "features": [link]}
    assert records.plain({"text": "Bank", "facets": [facet]}) == "Bank (https://evil.example/)"


def test_languages_are_at_most_three_and_the_option_wins(server):
    send(server, Draft("x", languages=["en"], options={"languages": "de, fr it,es"}))
    assert sent(server)["langs"] == ["de", "fr", "it"]


def test_a_warning_is_a_label(server):
    send(server, Draft("x", options={"warning": "nudity"}))
    assert sent(server)["labels"]["values"] == [{"val": "nudity"}]


# --- pictures and cards -------------------------------------------------------------------


def html(head: str) -> httpx2.Response:
    return httpx2.Response(200, html=f"<html><head>{head}</head></html>")


def png(width: int, height: int, noise: bool = False) -> bytes:
    out = io.BytesIO()
    picture = (
        Image.effect_noise((width, height), 90) if noise else Image.new("L", (width, height))
    )
    picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_a_picture_carries_its_description_and_its_shape(server, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png(40, 30))
    medium = Media("image", "image/png", 99, 40, 30, alt="A square", path=path)
    send(server, Draft("Look", media=[medium]))
    [image] = sent(server)["embed"]["images"]
    assert image["alt"] == "A square"
    assert image["aspectRatio"] == {"width": 40, "height": 30}
    assert image["image"]["mimeType"] == "image/png"


def test_a_link_beside_pictures_goes_into_the_text(server, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png(4, 3))
    medium = Media("image", "image/png", 99, alt="x", path=path)
    send(server, Draft("Look", media=[medium], link="https://example.com/"))
    assert sent(server)["text"] == "Look\nhttps://example.com/"
    assert sent(server)["embed"]["$type"] == "app.bsky.embed.images"


def test_a_card_says_what_the_page_says(server):
    server.pages["https://shop.example/x"] = html(
        '<title>No</title><meta property="og:title" content="Nice &amp; cheap">'
        '<meta name="description" content="Every  day">'
        '<meta property="og:image" content="/p.png">'
    )
    server.pages["https://shop.example/p.png"] = httpx2.Response(
        200, content=png(20, 20), headers={"Content-Type": "image/png"}
    )
    send(server, Draft("Look", link="https://shop.example/x"))
    card = sent(server)["embed"]["external"]
    assert (card["title"], card["description"]) == ("Nice & cheap", "Every day")
    assert card["thumb"]["mimeType"] == "image/png"


def test_a_large_card_picture_is_made_smaller(server):
    server.pages["https://shop.example/x"] = html('<meta property="og:image" content="p.png">')
    server.pages["https://shop.example/p.png"] = httpx2.Response(
        200, content=png(1500, 1500, noise=True), headers={"Content-Type": "image/png"}
    )
    send(server, Draft("Look", link="https://shop.example/x"))
    thumb = sent(server)["embed"]["external"]["thumb"]
    assert thumb["mimeType"] == "image/jpeg"
    assert 10_000 < thumb["size"] <= 1_000_000


@pytest.mark.parametrize(
    "page",
    [
        httpx2.Response(500),
        httpx2.Response(200, content=b"%PDF", headers={"Content-Type": "application/pdf"}),
        html('<meta property="og:image" content="https://shop.example/none.png">'),
        html('<meta property="og:image" content="http://[broken">'),
    ],
)
def test_a_page_that_cannot_be_read_still_makes_a_card(server, page):
    server.pages["https://shop.example/x"] = page
    send(server, Draft("Look", link="https://shop.example/x"))
    assert sent(server)["embed"]["external"] == {
        "uri": "https://shop.example/x",
        "title": "shop.example/x",
        "description": "",
    }


def test_a_page_without_end_is_read_only_at_its_start(server):
    server.pages["https://shop.example/x"] = html(f"{' ' * 600_000}<title>Far away</title>")
    send(server, Draft("Look", link="https://shop.example/x"))
    assert sent(server)["embed"]["external"]["title"] == "shop.example/x"


# --- what the network would refuse --------------------------------------------------------


def sentences(draft: Draft, *, blocks: bool = True) -> list[str]:
    return [p.text for p in publish.check(draft, network.limits) if p.blocks is blocks]


def picture(**changes: Any) -> Media:
    return Media(**({"kind": "image", "mime": "image/png", "size": 10, "alt": "x"} | changes))


def test_300_families_are_short_enough_and_weigh_too_much():
    family = "👨‍👩‍👧‍👦"
    assert sentences(Draft("x" * 300)) == []
    assert sentences(Draft(family * 120)) == []
    assert "bytes" in sentences(Draft(family * 300))[0]
    assert "Take out 1," in sentences(Draft("x" * 301))[0]


def test_a_link_that_joins_the_text_counts():
    draft = Draft("x" * 290, link="https://example.com/", media=[picture()])
    assert "Take out 11," in sentences(draft)[0]


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ([picture()] * 5, "4 pictures"),
        ([picture(size=2_000_001)], "2 MB"),
        ([picture(mime="image/tiff")], "JPEG"),
        ([picture(kind="video", mime="video/mp4")], "Clarion cannot send films"),
    ],
)
def test_media_the_network_refuses_are_blocked_with_a_sentence(media, words):
    [said] = sentences(Draft("x", media=media))
    assert words in said


def test_a_missing_description_is_pointed_out_but_does_not_block():
    draft = Draft("x", media=[picture(alt="")])
    assert sentences(draft) == []
    assert "Describe" in sentences(draft, blocks=False)[0]


def test_nothing_to_say_is_a_problem():
    assert sentences(Draft("  ")) == ["There is nothing to say yet. Write something."]


# --- keys and errors ----------------------------------------------------------------------


def test_an_expired_key_renews_itself_within_the_call(server):
    send(server, Draft("Hello"), access=jwt(lives=timedelta(hours=-1)))
    assert server.asked.count("com.atproto.server.createSession") == 1
    assert len(server.records) == 1


@pytest.mark.parametrize("answer", [(400, {"error": "ExpiredToken"}), (401, {})])
def test_a_key_the_server_calls_expired_is_renewed_once(server, answer):
    server.trouble["com.atproto.repo.putRecord"] = [answer]
    send(server, Draft("Hello"))
    assert server.asked.count("com.atproto.server.createSession") == 1
    assert len(server.records) == 1


def test_many_calls_at_once_renew_one_key_once(server):
    async def many(call: Call) -> None:
        await asyncio.gather(*(publish.find(call, Draft(""), AT, ()) for _ in range(20)))

    do(server, many, access=jwt(lives=timedelta(hours=-1)))
    assert server.asked.count("com.atproto.server.createSession") == 1


def test_a_revoked_app_password_asks_to_connect_again(server):
    server.password = "another"
    with pytest.raises(Reconnect, match="app password") as caught:
        send(server, Draft("Hello"), access=jwt(lives=timedelta(hours=-1)))
    assert "secret detail" not in str(caught.value)


def test_a_key_refused_twice_asks_to_connect_again(server):
    server.trouble["com.atproto.repo.putRecord"] = [(401, {}), (401, {})]
    with pytest.raises(Reconnect):
        send(server, Draft("Hello"))


def test_too_many_requests_say_when_to_come_back(server):
    soon = int((datetime.now(UTC) + timedelta(minutes=7)).timestamp())
    server.trouble["com.atproto.repo.putRecord"] = [
        httpx2.Response(
            429,
            json={"error": "RateLimitExceeded"},
            headers={"ratelimit-reset": str(soon)},
        )
    ]
    with pytest.raises(TryLater) as caught:
        send(server, Draft("Hello"))
    assert caught.value.at == datetime.fromtimestamp(soon, UTC)


def test_an_account_that_was_taken_down_says_so(server):
    server.trouble["com.atproto.repo.putRecord"] = [(400, {"error": "AccountTakedown"})]
    with pytest.raises(Reconnect, match="taken this account down"):
        send(server, Draft("Hello"))


def test_what_the_server_writes_never_reaches_a_person(server):
    server.trouble["com.atproto.repo.putRecord"] = [
        (400, {"error": "InvalidRequest", "message": "<b>internal</b>"})
    ]
    with pytest.raises(Refused) as caught:
        send(server, Draft("Hello"))
    assert "internal" not in str(caught.value)


def test_an_answer_to_a_post_that_is_gone_is_refused(server):
    with pytest.raises(Refused, match="gone"):
        send(server, Draft("Hello", reply_to=f"at://{DID}/app.bsky.feed.post/3aaa"))


def test_only_our_own_posts_can_be_taken_down(server):
    with pytest.raises(Refused, match="own posts"):
        do(server, lambda call: publish.remove(call, f"at://{FAN}/app.bsky.feed.post/3aaa"))


# --- private messages ---------------------------------------------------------------------


@dataclass
class Chatting(Server):
    """The chat service, as its published definitions describe it."""

    said: list[dict[str, Any]] = field(default_factory=list)

    def say(self, text: str, did: str, at: datetime = AT) -> dict[str, Any]:
        message = {
            "id": f"m{len(self.said)}",
            "text": text,
            "sender": {"did": did},
            "sentAt": at.isoformat(),
        }
        self.said.insert(0, message)
        return message

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if "/chat." in request.url.path:
            assert request.headers["atproto-proxy"] == "did:web:api.bsky.chat#bsky_chat"
        return super().__call__(request)

    def listConvos(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        members = [{"did": FAN, "handle": "fan.test", "displayName": "Fan"}]
        convo = {"id": "c1", "members": members, "lastMessage": self.said[0]}
        return 200, {"convos": [convo, {"id": "c0", "members": []}]}

    def getMessages(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        deleted = {"id": "m9", "sentAt": AT.isoformat(), "sender": {"did": FAN}}
        return 200, {"messages": [*self.said, deleted], "cursor": "more"}

    def sendMessage(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        asked = json.loads(request.content)
        assert asked["convoId"] == "c1"
        return 200, self.say(asked["message"]["text"], DID, datetime.now(UTC))

    def listNotifications(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:  # noqa: N802
        return 200, {"notifications": []}


CHATS = {"access": jwt(scope="com.atproto.appPassPrivileged")}


def inbox(server: Server, **grant: str) -> Any:
    since = AT - timedelta(hours=1)
    return do(server, lambda call: network.community.inbox(call, since, []), **grant)


def test_private_messages_of_others_are_in_the_inbox():
    server = Chatting()
    server.say("Too old", FAN, AT - timedelta(days=1))
    server.say("Are you open?", FAN)
    server.say("Yes", DID)
    [message] = inbox(server, **CHATS)
    assert (message.kind, message.text, message.thread) == ("direct", "Are you open?", "c1")
    assert (message.author, message.author_name) == ("fan.test", "Fan")


def test_an_app_password_without_messages_reads_none_and_sends_none():
    server = Chatting()
    server.say("Are you open?", FAN)
    assert inbox(server) == []
    with pytest.raises(Refused, match="does not allow private messages"):
        send(server, Draft("Yes", direct="c1"))


def test_a_private_answer_whose_receipt_was_lost_is_found():
    server = Chatting()
    server.trouble["chat.bsky.convo.sendMessage"] = [httpx2.ReadTimeout("gone")]
    draft, since = Draft("Yes", direct="c1"), datetime.now(UTC) - timedelta(seconds=5)
    with pytest.raises(Unsure):
        send(server, draft, **CHATS)

    def find(known: tuple[str, ...]) -> Any:
        return do(server, lambda call: publish.find(call, draft, since, known), **CHATS)

    found = find(())
    assert found.remote_id == "chat/c1/m0"
    assert find((found.remote_id,)) is None


def test_a_private_message_may_be_longer_but_has_no_pictures():
    assert sentences(Draft("x" * 1000, direct="c1")) == []
    assert "1000" in sentences(Draft("x" * 1001, direct="c1"))[0]
    assert "no pictures" in sentences(Draft("x", direct="c1", media=[picture()]))[0]


# --- the stream ---------------------------------------------------------------------------


def test_a_stream_that_cannot_be_had_says_so(server, monkeypatch):
    monkeypatch.setattr(firehose, "_WAITS", (0, 0))
    server.pages["wss://relay.test/xrpc/com.atproto.sync.subscribeRepos"] = httpx2.Response(503)
    with pytest.raises(TryLater):
        do(
            server,
            lambda call: anext(network.streaming.stream(call, [])),
            relay="https://relay.test",
        )


# --- connecting ---------------------------------------------------------------------------


def connect(server: Server, **answers: str) -> Any:
    given = {
        "handle": "brand.test",
        "app_password": "app-pass",
        "service": "https://pds.test",
    } | answers
    return do(server, lambda call: network.connect.start(call.http, given, "", ""))


def test_the_grant_lasts_as_long_as_its_key_and_hides_it(server):
    server.trouble["app.bsky.actor.getProfile"] = [(501, {"error": "MethodNotImplemented"})]
    [grant] = connect(server, handle=" @brand.test\u202c")
    assert grant.remote_id == DID
    assert timedelta(hours=1) < grant.expires_at - datetime.now(UTC) <= timedelta(hours=2)
    assert "app-pass" not in repr(grant)


def test_the_real_password_is_turned_away(server):
    server.trouble["com.atproto.server.createSession"] = [
        (200, opened(accessJwt=jwt(scope="com.atproto.access")))
    ]
    with pytest.raises(Refused, match="real password"):
        connect(server)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"app_password": "wrong"}, "does not accept"),
        ({"app_password": ""}, "app password"),
        ({"handle": " "}, "handle"),
        ({"service": "ftp://x"}, "web address"),
        ({"service": "https://elsewhere.test"}, "status 404"),
    ],
)
def test_wrong_answers_are_refused_with_a_sentence(server, answers, words):
    with pytest.raises(Refused, match=words):
        connect(server, **answers)


def test_refresh_uses_the_refresh_token_and_falls_back_to_the_app_password(server):
    younger = opened(refreshJwt="r2")
    server.trouble["com.atproto.server.refreshSession"] = [
        (200, younger),
        (400, {"error": "ExpiredToken"}),
    ]
    grant = do(server, network.connect.refresh)
    assert grant.secret["refresh"] == "r2"
    assert grant.secret["app_password"] == "app-pass"
    assert do(server, network.connect.refresh).secret["access"]
    assert server.asked.count("com.atproto.server.createSession") == 1


# --- what the account said ------------------------------------------------------------------


def test_own_posts_since_then_are_read_back_without_those_of_others(server):
    def said(text: str, at: str, **more: Any) -> dict[str, Any]:
        uri = f"at://{DID}/app.bsky.feed.post/3k{len(server.feed)}"
        author = {"handle": "brand.test", "did": DID}
        record = {"text": text, "createdAt": at}
        return {
            "post": {"uri": uri, "author": author, "record": record, "indexedAt": at},
            **more,
        }

    server.feed.append(said("Fresh bread", "2026-03-02T10:05:00Z"))
    server.feed.append(said("Passed on", "2026-03-02T10:04:00Z", reason={"$type": "repost"}))
    server.feed.append(said("Yesterday", "2026-03-01T10:00:00Z"))
    since = datetime(2026, 3, 2, tzinfo=UTC)
    [found] = do(server, lambda call: network.recall.recent(call, since))
    assert found.text == "Fresh bread"
    assert found.url.startswith("https://bsky.app/profile/")
