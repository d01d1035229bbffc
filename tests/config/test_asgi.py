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
