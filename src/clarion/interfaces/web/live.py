"""Live pages: the journal says what moved, an open page hears it and refreshes that part."""

import asyncio
import logging
from collections.abc import AsyncIterator

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from clarion.interfaces.web.door import Request, come_in

logger = logging.getLogger(__name__)

PING = 20  # seconds; proxies close a stream that is silent for longer
WAITING_MOST = 100  # events a slow page may lag behind before it is let go

_listeners: dict[int, set[asyncio.Queue[str]]] = {}
_task: asyncio.Task[None] | None = None


async def live(request: Request, ws: str) -> HttpResponseBase:
    """Server-sent events: `event: post` means that posts of this workspace moved."""
    if not await sync_to_async(lambda: request.user.is_authenticated)():
        return HttpResponse(status=401)
    await sync_to_async(come_in)(request, ws)
    _keep_listening()
    return StreamingHttpResponse(
        _events(request.workspace.pk),
        content_type="text/event-stream",
        headers={
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
            "Content-Encoding": "identity",
        },
    )


async def _events(workspace_id: int) -> AsyncIterator[str]:
    queue: asyncio.Queue[str] = asyncio.Queue(WAITING_MOST)
    mine = _listeners.setdefault(workspace_id, set())
    mine.add(queue)
    try:
        yield "retry: 3000\n\n"
        while True:
            try:
                kind = await asyncio.wait_for(queue.get(), PING)
                yield f"event: {kind}\ndata: {{}}\n\n"
            except TimeoutError:
                yield ": ping\n\n"
    finally:
        mine.discard(queue)


def _keep_listening() -> None:
    """One connection to the database for all open pages of this process."""
    global _task  # noqa: PLW0603
    loop = asyncio.get_running_loop()
    if _task is None or _task.done() or _task.get_loop() is not loop:
        _task = loop.create_task(_listen_for_ever())


async def _listen_for_ever() -> None:
    while True:
        try:
            await _listen()
        except psycopg.Error:
            logger.warning("Live updates lost the database and try again.")
            await asyncio.sleep(2)


async def _listen() -> None:
    async with await psycopg.AsyncConnection.connect(
        settings.DATABASE_URL, autocommit=True
    ) as connection:
        await connection.execute("LISTEN clarion")
        async for note in connection.notifies():
            workspace_id, *kinds = note.payload.split()
            for queue in list(_listeners.get(int(workspace_id), ())):
                for kind in kinds:
                    if not queue.full():
                        queue.put_nowait(kind)


urlpatterns = [path("w/<slug:ws>/live/", live, name="live")]
