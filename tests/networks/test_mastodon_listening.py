"""Public posts by their words."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from tests.networks.mastodon_double import ANN, BASE, BOB, Double

from clarion.networks.base import Message, Reconnect, Refused, TryLater
from clarion.networks.mastodon import network

assert network.listening is not None
assert network.streaming is not None
search, stream = network.listening.search, network.streaming.stream
BEFORE = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def server() -> Double:
    return Double()


def found(server: Double, words: str) -> list[str]:
    messages = server.do(lambda call: search(call, words, BEFORE))
    return [message.text for message in messages]


def indexed(server: Double, *statuses) -> None:
    server.answers["GET /api/v2/search"] = httpx2.Response(200, json={"statuses": statuses})


def test_what_the_server_has_indexed_is_found(server):
    indexed(server, server.say("Fresh bread", ANN))
    assert found(server, "bread") == ["Fresh bread"]


def test_what_is_older_than_asked_for_is_left_out(server):
    indexed(server, server.say("Old bread", ANN, at=server.now - timedelta(days=2)))
    assert found(server, "bread") == []


def test_a_hashtag_is_found_on_a_server_without_an_index(server):
    server.say("Fresh #bread", ANN)
    server.say("Old #bread", ANN, at=server.now - timedelta(days=2))
    assert found(server, "#bread") == ["Fresh #bread"]
    server.answers["GET /api/v2/search"] = httpx2.Response(404)
    assert found(server, "#bread") == ["Fresh #bread"]


def test_what_is_found_twice_is_one_find(server):
    indexed(server, server.say("Fresh #bread", ANN))
    assert found(server, "#bread") == ["Fresh #bread"]


def test_every_word_must_be_there(server):
    server.say("Fresh #bread", ANN)
    server.say("Fresh #bread and butter", BOB)
    assert found(server, "#bread butter") == ["Fresh #bread and butter"]
    assert found(server, "#bread but") == []


# --- streaming ---


def event(status, name: str = "update") -> str:
    return f"event: {name}\ndata: {json.dumps(status)}\n\n"


class Lines(httpx2.AsyncByteStream):
    def __init__(self, *chunks: str, breaks: bool = False) -> None:
        self.chunks, self.breaks, self.closed = chunks, breaks, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk.encode()
        if self.breaks:
            raise httpx2.ReadError("cut")

    async def aclose(self) -> None:
        self.closed = True


def streams(server: Double, body: Lines, path: str = "public") -> None:
    headers = {"Content-Type": "text/event-stream"}
    server.answers[f"GET /api/v1/streaming/{path}"] = httpx2.Response(
        200, headers=headers, stream=body
    )


def heard(
    server: Double, *words: str, most: int = 99
) -> tuple[list[Message], Exception | None]:
    async def listen(call):
        messages: list[Message] = []
        try:
            async for message in stream(call, words):
                messages.append(message)
                if len(messages) == most:
                    break
        except (TryLater, Refused, Reconnect) as error:
            return messages, error
        return messages, None

    return server.do(listen)


def test_posts_with_the_words_are_heard_as_they_happen(server):
    body = Lines(
        ":thump\n\n",
        event(server.say("Fresh bread", ANN)),
        event(server.say("Breadth of mind", ANN)),
        event(server.say("Nothing", ANN, tags=[{"name": "Bread"}])),
        event(server.say("BREAD!", BOB), "status.update"),
        event(server.say("bread", ANN, reblog=server.say("bread", BOB))),
        "event: delete\ndata: 7\n\n",
        "event: filters_changed\ndata: undefined\n\n",
    )
    streams(server, body)
    messages, end = heard(server, "bread", "#bread")
    assert [message.text for message in messages] == ["Fresh bread", "Nothing"]
    assert isinstance(end, TryLater)
    assert end.at is not None


def test_one_hashtag_has_a_stream_of_its_own(server):
    streams(server, Lines(event(server.say("Fresh #bread", ANN))), "hashtag")
    messages, _ = heard(server, "#bread")
    assert [message.text for message in messages] == ["Fresh #bread"]
    assert server.requests[-1].url.params["tag"] == "bread"


def test_a_post_in_pieces_is_put_together(server):
    whole = event(server.say("Fresh bread 🥖", ANN))
    streams(server, Lines(whole[:50], whole[50:90], whole[90:]))
    messages, _ = heard(server, "bread")
    assert [message.text for message in messages] == ["Fresh bread 🥖"]


def test_a_listener_that_stops_closes_the_line(server):
    body = Lines(event(server.say("bread", ANN)), event(server.say("bread", ANN)))
    streams(server, body)
    assert len(heard(server, "bread", most=1)[0]) == 1
    assert body.closed


def test_a_line_that_breaks_is_tried_again_later(server):
    streams(server, Lines(event(server.say("bread", ANN)), breaks=True))
    messages, end = heard(server, "bread")
    assert len(messages) == 1
    assert isinstance(end, TryLater)


@pytest.mark.parametrize(
    ("status", "error"), [(401, Reconnect), (404, Refused), (426, Refused), (503, TryLater)]
)
def test_a_server_that_does_not_stream_to_us_says_so(server, status, error):
    server.answers["GET /api/v1/streaming/public"] = httpx2.Response(status)
    assert isinstance(heard(server, "bread")[1], error)


def test_a_page_is_not_a_stream(server):
    server.answers["GET /api/v1/streaming/public"] = httpx2.Response(200, html="<p>hi</p>")
    assert isinstance(heard(server, "bread")[1], Refused)


def test_streams_may_live_on_another_machine(server):
    server.instance["configuration"] = {"urls": {"streaming": "wss://stream.example"}}
    streams(server, Lines())
    heard(server, "bread")
    assert str(server.requests[-1].url) == "https://stream.example/api/v1/streaming/public"
    server.instance["configuration"] = {"urls": {"streaming": None}}
    streams(server, Lines())
    heard(server, "bread")
    assert str(server.requests[-1].url) == f"{BASE}/api/v1/streaming/public"


def test_our_key_never_travels_in_the_clear(server):
    server.instance["configuration"] = {"urls": {"streaming": "ws://stream.example"}}
    streams(server, Lines())
    heard(server, "bread")
    assert server.requests[-1].url.scheme == "https"
