"""One process that serves the ASGI application until it is asked to end."""

import asyncio
import io
import os
import signal
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from clarion.kit.home import write_privately

_GOODBYE = 4  # seconds for answers on their way; a stream of events would never end by itself


def serve(host: str, port: int, tell: Path | None) -> None:
    """`tell` receives a sign-in link as soon as the first request can be answered."""
    # By name: the doors of the product do not know each other.
    application = import_module("clarion.config.asgi").application
    link = _sign_in_link() if tell else ""
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
    asyncio.run(_serve(server, host, port, (tell, link) if tell else None))


async def _serve(server: Server, host: str, port: int, told: tuple[Path, str] | None) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, _stop, server)
    serving = asyncio.create_task(server.serve())
    if told:
        await _answering(host, port, serving)
        write_privately(*told)
    await serving


def _stop(server: Server) -> None:
    server.stop()
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
