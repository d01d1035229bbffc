"""A real Playground server for tests: a process of its own, a free port, a fresh file."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from clarion.networks.base import Call, Draft, Grant, Live
from clarion.networks.http import client
from clarion.networks.playground.network import network

T = TypeVar("T")
SRC = Path(__file__).parent.parent / "src"


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


@dataclass
class Running:
    """One Playground. Simulated time stands still until `forward` is called, unless `speed`."""

    data: Path
    port: int = field(default_factory=free_port)
    speed: float = 0.0
    extra: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        """What to put into `client(allow=…)` or the allowed private hosts."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    # --- its life ---

    def start(self) -> "Running":
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "clarion.networks.playground", "--seed", "7"),
                *("--port", str(self.port), "--data", str(self.data)),
                *("--speed", str(self.speed), *self.extra),
            ],
            env={**os.environ, "PYTHONPATH": str(SRC)},
        )
        for _ in range(200):
            if self.process.poll() is not None:
                raise RuntimeError("The Playground did not start.")
            try:
                self.control("stats")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
            else:
                return self
        raise RuntimeError("The Playground does not answer.")

    def kill(self) -> None:
        """As `kill -9` does it."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    # --- the control room ---

    def control(self, path: str, said: Mapping[str, Any] | None = None) -> Any:
        """GET without `said`, POST with it. Returns what the JSON says."""
        request = urllib.request.Request(
            f"{self.url}/control/{path}",
            data=None if said is None else json.dumps(said).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def page(self, path: str) -> str:
        """The HTML at this path."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            html: str = answer.read().decode()
            return html

    def reset(self) -> None:
        self.control("reset", {})

    def fault(self, kind: str, **rest: Any) -> None:
        """`next=2`, `probability=0.3`, `seconds=5`, `account="bakery"`, `calls="reads"`."""
        self.control("faults", {"kind": kind, **rest})

    def settings(self, **turned: Any) -> None:
        self.control("settings", turned)

    def forward(self, hours: float) -> None:
        self.control("time", {"hours": hours})

    def say(self, author: str, text: str, **where: Any) -> str:
        """`on=` a post id, `mention=` or `direct=` a handle, or to nobody. The new id."""
        remote_id: str = self.control("say", {"author": author, "text": text, **where})["id"]
        return remote_id

    @property
    def stats(self) -> dict[str, Any]:
        read: dict[str, Any] = self.control("stats")
        return read

    # --- acting as an account ---

    def run(self, act: Callable[[httpx2.AsyncClient], Awaitable[T]]) -> T:
        async def whole() -> T:
            async with client(allow=[self.host], timeout=httpx2.Timeout(5)) as http:
                return await act(http)

        return asyncio.run(whole())

    def sign_up(self, handle: str = "bakery") -> Grant:
        answers = {"server": self.url, "handle": handle}
        grants = self.run(lambda http: network.connect.start(http, answers, "", ""))
        assert not hasattr(grants, "saved")
        return grants[0]

    def do(self, grant: Grant, act: Callable[[Call], Awaitable[T]], *, key: str = "d1") -> T:
        """Run `act` with a Call for this account."""
        return self.run(
            lambda http: act(Call(http, grant.secret, key=key, at=datetime.now(UTC)))
        )

    def post(self, grant: Grant, text: str, **rest: Any) -> str:
        """The remote id of a new post that is live at once."""
        live = self.do(grant, lambda call: network.publish.send(call, Draft(text, **rest)))
        assert isinstance(live, Live)
        return live.remote_id


@contextmanager
def running(folder: Path, **rest: Any) -> Iterator[Running]:
    """A Playground of your own: `with running(tmp_path, speed=3600) as playground:`."""
    place = Running(folder / "playground.sqlite3", **rest)
    try:
        yield place.start()
    finally:
        place.stop()
