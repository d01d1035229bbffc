"""The Playground's server: one process, one file, on this machine unless told otherwise."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Collection
from pathlib import Path
from typing import Any

from clarion.networks.playground import api, control, html, pages, shop, switchboard_page
from clarion.networks.playground.place import Place
from clarion.networks.playground.visitors import Visitors
from clarion.networks.playground.web import (
    Answer,
    Receive,
    Request,
    Routes,
    Scope,
    Send,
    Sorry,
    say,
    write,
)

log = logging.getLogger(__name__)


def app(data: Path, *, seed: int = 1, speed: float = 1.0, **rest: Any) -> "App":
    """An ASGI application with its state in the file `data`.

    `rest`: `click_hosts` ("host:port" that simulated people may visit), `collect_url` (where
    purchases are reported), `own_host` (where this server answers).
    """
    return App(Place.open(data, seed=seed, speed=speed, **rest))


class App:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.visitors = Visitors(place)
        self._routes = Routes(
            [
                *api.routes(place),
                *control.routes(place, self.visitors.seen),
                *switchboard_page.routes(place),
                *shop.routes(self.visitors),
                *pages.routes(place),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            self.place.answered += 1
            answer = await self._answer(Request(scope, receive))
            await write(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, request: Request) -> Answer:
        try:
            handler, request.parts = self._routes.find(request.method, request.path)
            return await handler(request)
        except Sorry as sorry:
            if "text/html" in request.header("accept"):
                return html.problem(str(sorry), sorry.status)
            answer = say({"problem": str(sorry)}, sorry.status)
            return Answer(answer.body, answer.status, headers=sorry.headers)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.place.start()
        visits = asyncio.create_task(self.visitors.run())
        visits.add_done_callback(_complain)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        visits.cancel()
        self.place.store.close()
        await send({"type": "lifespan.shutdown.complete"})


def _complain(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("The simulated visitors stopped.", exc_info=error)


def serve(
    host: str,
    port: int,
    data: Path,
    *,
    seed: int = 1,
    speed: float = 1.0,
    click_hosts: Collection[str] = (),
    collect_url: str = "",
) -> None:
    """Serve until interrupted. `data` is a folder, or a file ending in .sqlite3."""
    path = data if data.suffix == ".sqlite3" else data / "playground.sqlite3"
    application = app(
        path,
        seed=seed,
        speed=speed,
        click_hosts=frozenset(click_hosts),
        collect_url=collect_url,
        own_host=f"{host}:{port}",
    )
    asyncio.run(_serve(application, host, port))


async def _serve(application: App, host: str, port: int) -> None:
    # Late, because only the process that serves needs it.
    from granian.constants import HTTPModes, Interfaces
    from granian.server.embed import Server

    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=2048,  # hundreds of slow answers at once are what this server is for
        log_enabled=False,
    )

    def stop() -> None:
        application.place.closing.set()  # so that nobody who waits holds the door open
        server.stop()  # type: ignore[no-untyped-call]  # granian leaves it untyped

    loop = asyncio.get_running_loop()
    with contextlib.suppress(ValueError, NotImplementedError):  # not in the main thread
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop)
    await server.serve()
