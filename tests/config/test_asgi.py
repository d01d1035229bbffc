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


@pytest.fixture
def seen(monkeypatch, settings):
    """The address that Django is told, for what a proxy says."""

    def of(*forwarded, behind="yes"):
        settings.BEHIND_PROXY = behind == "yes"
        found = []

        async def app(scope, receive, send):
            found.append(scope["client"][0])

        monkeypatch.setattr(asgi, "_django", app)
        headers = [(b"x-forwarded-for", value) for value in forwarded]
        scope = {"type": "http", "path": "/", "headers": headers, "client": ("10.0.0.1", 1)}
        asyncio.run(asgi.application(scope, None, None))
        return found[0]

    return of


def test_a_visitor_has_the_address_that_our_proxy_saw_and_not_one_they_made_up(seen):
    assert seen(b"203.0.113.9") == "203.0.113.9"
    assert seen(b"192.0.2.1, 203.0.113.9") == "203.0.113.9"
    assert seen(b"192.0.2.1", b"2001:db8::9") == "2001:db8::9"
    assert seen(b"not an address") == "10.0.0.1"
    assert seen() == "10.0.0.1"


def test_without_a_proxy_of_ours_nobody_chooses_their_address(seen):
    assert seen(b"203.0.113.9", behind="no") == "10.0.0.1"
