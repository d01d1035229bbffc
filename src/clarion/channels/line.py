"""The shared line to the outside: one HTTP client for the life of an event loop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import httpx2
from django.conf import settings

from clarion.networks.http import client

_line: ContextVar[httpx2.AsyncClient | None] = ContextVar("line", default=None)


@asynccontextmanager
async def line() -> AsyncIterator[httpx2.AsyncClient]:
    """Open the line, or use the one that is open. Tasks started inside share it."""
    if (current := _line.get()) is not None:
        yield current
        return
    async with client(allow=settings.PRIVATE_HOSTS_ALLOWED) as http:
        token = _line.set(http)
        try:
            yield http
        finally:
            _line.reset(token)


def current() -> httpx2.AsyncClient:
    http = _line.get()
    if http is None:
        raise RuntimeError("Open the line first: async with line().")
    return http
