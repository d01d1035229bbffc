"""A stateful server that speaks the Mastodon API over HTTP, for as long as a test session."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from clarion.networks.base import Call
from clarion.networks.http import client
from clarion.networks.mastodon import network

T = TypeVar("T")


class MastodonServer:
    def __init__(self, port: int) -> None:
        self.port = port
        self.base = f"http://127.0.0.1:{port}"
        self.allow = {f"127.0.0.1:{port}", f"localhost:{port}"}

    def post(self, path: str, **body: Any) -> Any:
        answer = httpx2.post(f"{self.base}{path}", json=body, trust_env=False)
        return answer.raise_for_status().json()

    def person(self, name: str) -> "Person":
        """A new account on the server, with a key made by hand."""
        made = self.post("/api/v1/_mock/dev_user", username=name, display_name=name.title())
        return Person(self, made["access_token"])

    def fault(self, path: str, effect: str, **more: Any) -> None:
        """The next request to this path goes wrong."""
        rule = {"match": {"path": path}, "effect": {"type": effect, **more}, "count": 1}
        self.post("/api/v1/_mock/faults", **rule)


class Person:
    """An account that Clarion uses, and that can also act by hand as its owner."""

    def __init__(self, server: MastodonServer, token: str) -> None:
        self.server, self.token = server, token
        answers = {"instance": server.base, "token": token}
        [self.grant] = self.with_http(
            lambda http: network.connect.start(http, answers, "http://localhost/back", "s")
        )

    def with_http(self, work: Callable[[httpx2.AsyncClient], Awaitable[T]]) -> T:
        async def run() -> T:
            async with client(allow=self.server.allow) as http:
                return await work(http)

        return asyncio.run(run())

    def do(
        self,
        work: Callable[[Call], Awaitable[T]],
        key: str = "d1",
        line: "Line | None" = None,
    ) -> T:
        async def through(http: httpx2.AsyncClient) -> T:
            if line:
                http._transport = line.around(http._transport)
            return await work(Call(http, self.grant.secret, key=key))

        return self.with_http(through)

    def by_hand(self, method: str, path: str, **kwargs: Any) -> Any:
        answer = httpx2.request(
            method,
            f"{self.server.base}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            trust_env=False,
            **kwargs,
        )
        return answer.raise_for_status().json()

    def said(self) -> list[dict[str, Any]]:
        return self.by_hand("GET", f"/api/v1/accounts/{self.grant.secret['id']}/statuses")


class Line(httpx2.AsyncBaseTransport):
    """A bad line to a good server: it loses answers to posts, and keys on the way."""

    def __init__(self, *, loses: int = 0, drops_keys: bool = False) -> None:
        self.loses, self.drops_keys = loses, drops_keys
        self.inner: httpx2.AsyncBaseTransport | None = None

    def around(self, inner: httpx2.AsyncBaseTransport) -> "Line":
        self.inner = inner
        return self

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert self.inner is not None
        if self.drops_keys:
            request.headers.pop("Idempotency-Key", None)
        response = await self.inner.handle_async_request(request)
        posts = request.method == "POST" and request.url.path == "/api/v1/statuses"
        if posts and self.loses:
            self.loses -= 1
            await response.aread()
            raise httpx2.ReadTimeout("The line is bad.", request=request)
        return response

    async def aclose(self) -> None:
        if self.inner:
            await self.inner.aclose()


@contextmanager
def running(folder: Path) -> Iterator[MastodonServer]:
    port = _free_port()
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _await(process, f"http://127.0.0.1:{port}/api/v1/streaming/health")
            yield MastodonServer(port)
        finally:
            process.terminate()
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx2.get(url, trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not start; its words are in server.log.")
