"""Whatever goes wrong before Django can say so stands in the log all the same."""

import asyncio

import pytest

from clarion.config import asgi


def test_a_request_that_breaks_the_application_itself_is_in_the_log(monkeypatch, caplog):
    async def broken(scope, receive, send):
        raise ImportError("an address that cannot be loaded")

    monkeypatch.setattr(asgi, "_django", broken)
    with pytest.raises(ImportError):
        asyncio.run(asgi.application({"type": "http", "path": "/w/bakery/"}, None, None))
    [line] = caplog.records
    assert "/w/bakery/" in line.getMessage()
    assert "cannot be loaded" in line.exc_text


class Stranger:
    """Sends a body in pieces without ever saying how long it is, and hears the answer."""

    def __init__(self, *pieces):
        self.pieces, self.said = list(pieces), []

    async def receive(self):
        if not self.pieces:
            await asyncio.Future()
        return {"type": "http.request", "body": self.pieces.pop(0), "more_body": True}

    async def send(self, message):
        self.said.append(message)


def test_a_body_without_end_is_cut_off_and_refused_in_words(settings):
    settings.UPLOAD_MAX = 2**20
    stranger = Stranger(*[bytes(2**18)] * 50)
    scope = {"type": "http", "method": "POST", "path": "/api/v1/posts", "query_string": b""}
    scope |= {"headers": [], "server": ("testserver", 80)}
    asyncio.run(asgi.application(scope, stranger.receive, stranger.send))
    start, body = stranger.said
    assert start["status"] == 413
    assert b"up to 1 MB at once" in body["body"]
