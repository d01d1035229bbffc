"""One process that serves the ASGI application until it is asked to end."""

import asyncio
import io
import os
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from clarion.kit.home import write_privately

_GOODBYE = 5  # seconds for answers on their way

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def serve(host: str, port: int, tell: Path | None) -> None:
    """`tell` receives a sign-in link as soon as the first request can be answered."""
    # By name: the doors of the product do not know each other.
    application = Streams(import_module("clarion.config.asgi").application)
    link = _sign_in_link() if tell else ""
    asyncio.run(run(application, host, port, (tell, link) if tell else None))


class Streams:
    """The application, with its streams of events in view: none of them ends by itself."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._open: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()

        async def seen(message: Message) -> None:
            headers = dict(message.get("headers", ()))
            if task and headers.get(b"content-type", b"").startswith(b"text/event-stream"):
                self._open.add(task)
            await send(message)

        try:
            await self._application(scope, receive, seen)
        finally:
            self._open.discard(task)

    def end(self) -> None:
        for task in list(self._open):
            task.cancel()


async def run(
    application: Streams, host: str, port: int, told: tuple[Path, str] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM. `told`: a file, and its text as soon as it answers."""
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.auto,
        websockets=False,
        log_enabled=False,
    )
    server.workers_kill_timeout = _GOODBYE
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, _stop, server, application)
    serving = asyncio.create_task(server.serve())
    if told:
        await _answering(host, port, serving)
        write_privately(*told)
    with suppress(TimeoutError):  # an answer took too long
        await serving


def _stop(server: Server, application: Streams) -> None:
    server.stop()
    application.end()
    # A view that hangs in a thread would keep the interpreter from ending.
    last = threading.Timer(_GOODBYE + 2, os._exit, (0,))
    last.daemon = True
    last.start()


async def _answering(host: str, port: int, serving: asyncio.Task[None]) -> None:
    while not serving.done():
        with suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.02)


def _sign_in_link() -> str:
    from django.core.management import call_command

    said = io.StringIO()
    call_command("sign_in_link", stdout=said)
    return said.getvalue().strip()
